"""Common: X.509 certificates, their keys and extensions."""


class _BerthGeneralName(_BerthRecord):
    """A name in a certificate, of one of RFC 5280's kinds. Errors: TypeError for another kind."""

    OTHERNAME = 'otherName'
    RFC822NAME = 'rfc822Name'
    DNSNAME = 'dNSName'
    DIRECTORYNAME = 'directoryName'
    UNIFORMRESOURCEIDENTIFIER = 'uniformResourceIdentifier'
    IPADDRESS = 'iPAddress'
    REGISTEREDID = 'registeredID'
    _names = ('gn_value', 'gn_type')
    _required = 2
    _context = (('gn_type', 'Type'), ('gn_value', 'Value'))

    def __init__(self, *args, **kwargs):
        self._berth_take(args, kwargs)
        if not self.is_valid_type(self.gn_type):
            raise TypeError("gn_type '%s' is none of GeneralName" % (self.gn_type,))

    @staticmethod
    def is_valid_type(_type):
        """Whether `_type` is one of the kinds."""
        return _type in _berth_values(_BerthGeneralName)

    def get_value(self):
        """The name."""
        return self.gn_value


class _BerthPublicKey(_BerthRecord):
    """A certificate's key. Errors: TypeError for an algorithm that is none of Algorithm."""

    class Algorithm(object):
        """Kinds of keys."""
        DSA = 'DSA'
        RSA = 'RSA'
        EC = 'EC'
        UNKNOWN = 'Unknown Algorithm'

        @staticmethod
        def is_valid_type(_type):
            """Whether `_type` is one of them."""
            return _type in ('DSA', 'RSA', 'EC', 'Unknown Algorithm')

    _names = ('algorithm', 'length', 'publickey', 'p', 'q', 'g', 'modulus', 'exponent', 'x', 'y', 'curve')
    _required = 2
    _of_algorithm = {'DSA': (('p', 'P'), ('q', 'Q'), ('g', 'G')),
                     'RSA': (('modulus', 'Modulus'), ('exponent', 'Exponent')),
                     'EC': (('x', 'X'), ('y', 'Y'), ('curve', 'Curve'))}

    def __init__(self, *args, **kwargs):
        self._berth_take(args, kwargs)
        if not self.Algorithm.is_valid_type(self.algorithm):
            raise TypeError("algorithm '%s' is none of CertificatePublicKey.Algorithm" % (self.algorithm,))

    def to_context(self):
        found = {'Algorithm': self.algorithm, 'Length': self.length}
        pairs = (('publickey', 'PublicKey'),) + self._of_algorithm.get(self.algorithm, ())
        return dict(found, **_berth_present(self, pairs))


class _BerthExtension(_BerthRecord):
    """An extension of a certificate. `oid` and `extension_name` follow from the type, but for OTHER, or are as given.

    Errors: TypeError for a type that is none; ValueError for a key identifier without digest, or usages without any.
    """

    class ExtensionType(object):
        """Kinds of extensions."""
        SUBJECTALTERNATIVENAME = 'SubjectAlternativeName'
        AUTHORITYKEYIDENTIFIER = 'AuthorityKeyIdentifier'
        SUBJECTKEYIDENTIFIER = 'SubjectKeyIdentifier'
        KEYUSAGE = 'KeyUsage'
        EXTENDEDKEYUSAGE = 'ExtendedKeyUsage'
        CRLDISTRIBUTIONPOINTS = 'CRLDistributionPoints'
        CERTIFICATEPOLICIES = 'CertificatePolicies'
        AUTHORITYINFORMATIONACCESS = 'AuthorityInformationAccess'
        BASICCONSTRAINTS = 'BasicConstraints'
        SIGNEDCERTIFICATETIMESTAMPS = 'SignedCertificateTimestamps'
        PRESIGNEDCERTIFICATETIMESTAMPS = 'PreCertSignedCertificateTimestamps'
        OTHER = 'Other'

        @staticmethod
        def is_valid_type(_type):
            """Whether `_type` is one of them."""
            return _type in _BerthExtension._kinds

    class SubjectAlternativeName(_BerthRecord):
        """A GeneralName, or one of `gn_type` and `gn_value`. Errors: ValueError for neither."""
        _names = ('gn', 'gn_type', 'gn_value')

        def __init__(self, *args, **kwargs):
            self._berth_take(args, kwargs)
            if not self.gn and not (self.gn_type and self.gn_value):
                raise ValueError('a SubjectAlternativeName needs gn, or gn_type and gn_value')
            self.gn = self.gn or _BerthGeneralName(self.gn_value, self.gn_type)

        def to_context(self):
            return self.gn.to_context()

        def get_value(self):
            """The name."""
            return self.gn.get_value()

    class AuthorityKeyIdentifier(_BerthRecord):
        """Which key signed the certificate."""
        _names = ('issuer', 'serial_number', 'key_identifier')

        def to_context(self):
            found = _berth_present(self, (('serial_number', 'SerialNumber'), ('key_identifier', 'KeyIdentifier')))
            if self.issuer:
                found['Issuer'] = [one.to_context() if hasattr(one, 'to_context') else one for one in self.issuer]
            return found

    class DistributionPoint(_BerthRecord):
        """Where revoked certificates are listed."""
        _names = ('full_name', 'relative_name', 'crl_issuer', 'reasons')

        def to_context(self):
            found = _berth_present(self, (('relative_name', 'RelativeName'), ('reasons', 'Reasons')))
            for name, key in (('full_name', 'FullName'), ('crl_issuer', 'CRLIssuer')):
                if getattr(self, name):
                    found[key] = _berth_contexts(getattr(self, name))
            return found

    class CertificatePolicy(_BerthRecord):
        """A policy under which the certificate was issued."""
        _names = ('policy_identifier', 'policy_qualifiers')
        _required = 1

        def to_context(self):
            return dict({'PolicyIdentifier': self.policy_identifier},
                        **_berth_present(self, (('policy_qualifiers', 'PolicyQualifiers'),)))

    class AuthorityInformationAccess(_BerthRecord):
        """Where the issuer is to be asked; the location is a GeneralName."""
        _names = ('access_method', 'access_location')
        _required = 2

        def to_context(self):
            return {'AccessMethod': self.access_method, 'AccessLocation': self.access_location.to_context()}

    class BasicConstraints(_BerthRecord):
        """Whether the certificate may sign others."""
        _names = ('ca', 'path_length')
        _required = 1

        def to_context(self):
            return dict({'CA': self.ca}, **_berth_present(self, (('path_length', 'PathLength'),)))

    class SignedCertificateTimestamp(_BerthRecord):
        """That a log saw the certificate. Errors: TypeError for an entry type that is none."""

        class EntryType(object):
            """What the log saw."""
            PRECERTIFICATE = 'PreCertificate'
            X509CERTIFICATE = 'X509Certificate'

            @staticmethod
            def is_valid_type(_type):
                """Whether `_type` is one of them."""
                return _type in ('PreCertificate', 'X509Certificate')

        _names = ('entry_type', 'version', 'log_id', 'timestamp')
        _required = 4
        _context = (('version', 'Version'), ('log_id', 'LogId'), ('timestamp', 'Timestamp'),
                    ('entry_type', 'EntryType'))

        def __init__(self, *args, **kwargs):
            self._berth_take(args, kwargs)
            if not self.EntryType.is_valid_type(self.entry_type):
                raise TypeError("entry_type '%s' is none of SignedCertificateTimestamp.EntryType" % (self.entry_type,))

    _names = ('extension_type', 'critical', 'oid', 'extension_name', 'subject_alternative_names',
              'authority_key_identifier', 'digest', 'digital_signature', 'content_commitment', 'key_encipherment',
              'data_encipherment', 'key_agreement', 'key_cert_sign', 'crl_sign', 'usages', 'distribution_points',
              'certificate_policies', 'authority_information_access', 'basic_constraints',
              'signed_certificate_timestamps', 'value')
    _required = 2
    # Type: object identifier, name, and the attribute with its value.
    _kinds = {
        'SubjectAlternativeName': ('2.5.29.17', 'subjectAltName', 'subject_alternative_names'),
        'AuthorityKeyIdentifier': ('2.5.29.35', 'authorityKeyIdentifier', 'authority_key_identifier'),
        'SubjectKeyIdentifier': ('2.5.29.14', 'subjectKeyIdentifier', 'digest'),
        'KeyUsage': ('2.5.29.15', 'keyUsage', None),
        'ExtendedKeyUsage': ('2.5.29.37', 'extendedKeyUsage', 'usages'),
        'CRLDistributionPoints': ('2.5.29.31', 'cRLDistributionPoints', 'distribution_points'),
        'CertificatePolicies': ('2.5.29.32', 'certificatePolicies', 'certificate_policies'),
        'AuthorityInformationAccess': ('1.3.6.1.5.5.7.1.1', 'authorityInfoAccess', 'authority_information_access'),
        'BasicConstraints': ('2.5.29.19', 'basicConstraints', 'basic_constraints'),
        'SignedCertificateTimestamps': ('1.3.6.1.4.1.11129.2.4.5', 'signedCertificateTimestampList',
                                        'signed_certificate_timestamps'),
        'PreCertSignedCertificateTimestamps': ('1.3.6.1.4.1.11129.2.4.2', 'signedCertificateTimestampList',
                                               'signed_certificate_timestamps'),
        'Other': (None, None, 'value'),
    }
    _usages = (('digital_signature', 'DigitalSignature'), ('content_commitment', 'ContentCommitment'),
               ('key_encipherment', 'KeyEncipherment'), ('data_encipherment', 'DataEncipherment'),
               ('key_agreement', 'KeyAgreement'), ('key_cert_sign', 'KeyCertSign'), ('crl_sign', 'CrlSign'))

    def __init__(self, *args, **kwargs):
        self._berth_take(args, kwargs)
        if self.extension_type not in self._kinds:
            raise TypeError("extension_type '%s' is none of CertificateExtension.ExtensionType"
                            % (self.extension_type,))
        oid, name, attribute = self._kinds[self.extension_type]
        self.oid = self.oid or oid
        self.extension_name = self.extension_name or name
        if attribute in ('digest', 'usages') and not getattr(self, attribute):
            raise ValueError('an extension of type %s needs %s' % (self.extension_type, attribute))

    def to_context(self):
        found = {'OID': self.oid, 'Name': self.extension_name, 'Critical': self.critical}
        attribute = self._kinds[self.extension_type][2]
        value = getattr(self, attribute) if attribute else _berth_present(self, self._usages) or None
        if attribute == 'digest':
            value = {'Digest': value}
        elif attribute == 'usages':
            value = {'Usages': list(value)}
        elif attribute and attribute != 'value' and value is not None:
            value = _berth_contexts(value) if isinstance(value, (list, tuple)) else value.to_context()
        if value is not None:
            found['Value'] = value
        return found


class _BerthCertificate(Common.Indicator):
    """An X.509 certificate. Its names follow from its subject and alternative names unless given.

    `subject_alternative_name`: texts, dictionaries or SubjectAlternativeNames; taken from the extensions unless given.
    Errors: ValueError without a score, TypeError for a name, key or alternative name of another type.
    """

    CONTEXT_PATH = 'Certificate(%s)' % ' || '.join(['val.%s && val.%s == obj.%s' % (_one, _one, _one)
                                                    for _one in ('MD5', 'SHA1', 'SHA256', 'SHA512')])
    _names = ('subject_dn', 'dbot_score', 'name', 'issuer_dn', 'serial_number', 'validity_not_after',
              'validity_not_before', 'sha512', 'sha256', 'sha1', 'md5', 'publickey', 'spki_sha256',
              'signature_algorithm', 'signature', 'subject_alternative_name', 'extensions', 'pem')
    _required = 1
    _needs_score = True
    _value = ('subject_dn', 'SubjectDN')
    _plain = (('issuer_dn', 'IssuerDN'), ('serial_number', 'SerialNumber'),
              ('validity_not_before', 'ValidityNotBefore'),
              ('validity_not_after', 'ValidityNotAfter'), ('sha512', 'SHA512'), ('sha256', 'SHA256'), ('sha1', 'SHA1'),
              ('md5', 'MD5'), ('spki_sha256', 'SPKISHA256'), ('signature_algorithm', 'Signature.Algorithm'),
              ('signature', 'Signature.Signature'), ('pem', 'PEM'))
    _tables = (('extensions', 'Extension'),)

    def __init__(self, *args, **kwargs):
        Common.Indicator.__init__(self, *args, **kwargs)
        if self.name and isinstance(self.name, STRING_OBJ_TYPES):
            self.name = [self.name]
        if self.name and not isinstance(self.name, list):
            raise TypeError('name of a certificate must be text or a list of it, not %s' % type(self.name).__name__)
        if self.publickey and not isinstance(self.publickey, Common.CertificatePublicKey):
            raise TypeError('publickey must be a CertificatePublicKey, not %s' % type(self.publickey).__name__)
        allowed = STRING_OBJ_TYPES + (dict, Common.CertificateExtension.SubjectAlternativeName)
        for one in self.subject_alternative_name or []:
            if not isinstance(one, allowed):
                raise TypeError('subject_alternative_name holds %s, which is no text, dictionary or name'
                                % type(one).__name__)

    def _berth_alternatives(self):
        given = self.subject_alternative_name
        if not given:
            given = [one for extension in self.extensions or []
                     if extension.extension_type == 'SubjectAlternativeName'
                     for one in extension.subject_alternative_names or []]
        return [{'Value': one} if isinstance(one, STRING_OBJ_TYPES) else one
                for one in [one.to_context() if hasattr(one, 'to_context') else one for one in given]]

    def _berth_names(self, alternatives):
        """The common name of the subject, and alternative names that are hosts or not said to be something else."""
        import re
        found = set([one['Value'] for one in alternatives if 'Value' in one and
                     one.get('Type', Common.GeneralName.DNSNAME) in (Common.GeneralName.DNSNAME,
                                                                     Common.GeneralName.IPADDRESS)])
        # RFC 4514: parts end at a comma or plus sign that no backslash stands before.
        common = re.search(r'(?:^|(?<!\\)[,+])\s*CN=((?:\\.|[^,+\\])*)', self.subject_dn)
        if common:
            found.add(common.group(1).replace('\\,', '\\2c').replace('\\+', '\\2b'))
        return sorted(found)

    def _berth_more(self, context):
        alternatives = self._berth_alternatives()
        if alternatives:
            context['SubjectAlternativeName'] = alternatives
        names = self.name or self._berth_names(alternatives)
        if names:
            context['Name'] = names
        if self.publickey:
            context['PublicKey'] = self.publickey.to_context()


for _berth_name, _berth_class in (('GeneralName', _BerthGeneralName), ('CertificatePublicKey', _BerthPublicKey),
                                  ('CertificateExtension', _BerthExtension), ('Certificate', _BerthCertificate)):
    _berth_class.__name__ = _berth_name
    setattr(Common, _berth_name, _berth_class)

_berth_end_of_optional_part('certificates.py')
