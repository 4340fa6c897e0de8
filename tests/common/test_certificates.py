"""X.509 certificates as context."""
import unittest

from assembly import Raises, Table

SETUP = '''
GN, Key, Ext, Cert = Common.GeneralName, Common.CertificatePublicKey, Common.CertificateExtension, Common.Certificate
Kind = Ext.ExtensionType
def score(value=0):
    return Common.DBotScore('x', 'certificate', 'V', value, 'bad')
def context_of(*args, **kwargs):
    found = Cert(*args, **dict({'dbot_score': score()}, **kwargs)).to_context()
    return found[Cert.CONTEXT_PATH]
host = GN('a.com', GN.DNSNAME)
'''


def extension(oid, name, value):
    return dict({'OID': oid, 'Name': name, 'Critical': True}, **({} if value is None else {'Value': value}))


EXTENSIONS = [
    ("Kind.SUBJECTALTERNATIVENAME, True, subject_alternative_names=[Ext.SubjectAlternativeName(host), "
     "Ext.SubjectAlternativeName(gn_type=GN.IPADDRESS, gn_value='1.1.1.1')]",
     extension('2.5.29.17', 'subjectAltName', [{'Type': 'dNSName', 'Value': 'a.com'}, {'Type': 'iPAddress', 'Value': '1.1.1.1'}])),
    ("Kind.SUBJECTALTERNATIVENAME, True", extension('2.5.29.17', 'subjectAltName', None)),
    ("Kind.AUTHORITYKEYIDENTIFIER, True, authority_key_identifier=Ext.AuthorityKeyIdentifier(['CN=i', host], '5', 'k')",
     extension('2.5.29.35', 'authorityKeyIdentifier',
               {'Issuer': ['CN=i', {'Type': 'dNSName', 'Value': 'a.com'}], 'SerialNumber': '5', 'KeyIdentifier': 'k'})),
    ("Kind.SUBJECTKEYIDENTIFIER, True, digest='d'", extension('2.5.29.14', 'subjectKeyIdentifier', {'Digest': 'd'})),
    ("Kind.KEYUSAGE, True, digital_signature=True, crl_sign=True, key_agreement=False",
     extension('2.5.29.15', 'keyUsage', {'DigitalSignature': True, 'CrlSign': True})),
    ("Kind.KEYUSAGE, True", extension('2.5.29.15', 'keyUsage', None)),
    ("Kind.EXTENDEDKEYUSAGE, True, usages=['u']", extension('2.5.29.37', 'extendedKeyUsage', {'Usages': ['u']})),
    ("Kind.CRLDISTRIBUTIONPOINTS, True, distribution_points=[Ext.DistributionPoint([host], 'r', [host], ['x'])]",
     extension('2.5.29.31', 'cRLDistributionPoints',
               [{'FullName': [{'Type': 'dNSName', 'Value': 'a.com'}], 'RelativeName': 'r', 'Reasons': ['x'],
                 'CRLIssuer': [{'Type': 'dNSName', 'Value': 'a.com'}]}])),
    ("Kind.CERTIFICATEPOLICIES, True, certificate_policies=[Ext.CertificatePolicy('p', ['q']), Ext.CertificatePolicy('r')]",
     extension('2.5.29.32', 'certificatePolicies',
               [{'PolicyIdentifier': 'p', 'PolicyQualifiers': ['q']}, {'PolicyIdentifier': 'r'}])),
    ("Kind.AUTHORITYINFORMATIONACCESS, True, authority_information_access=[Ext.AuthorityInformationAccess('OCSP', host)]",
     extension('1.3.6.1.5.5.7.1.1', 'authorityInfoAccess',
               [{'AccessMethod': 'OCSP', 'AccessLocation': {'Type': 'dNSName', 'Value': 'a.com'}}])),
    ("Kind.BASICCONSTRAINTS, True, basic_constraints=Ext.BasicConstraints(True, 3)",
     extension('2.5.29.19', 'basicConstraints', {'CA': True, 'PathLength': 3})),
    ("Kind.PRESIGNEDCERTIFICATETIMESTAMPS, True, signed_certificate_timestamps=[Ext.SignedCertificateTimestamp("
     "Ext.SignedCertificateTimestamp.EntryType.PRECERTIFICATE, 0, 'l', 't')]",
     extension('1.3.6.1.4.1.11129.2.4.2', 'signedCertificateTimestampList',
               [{'EntryType': 'PreCertificate', 'Version': 0, 'LogId': 'l', 'Timestamp': 't'}])),
    ("Kind.SIGNEDCERTIFICATETIMESTAMPS, True, 'o', 'n'", extension('o', 'n', None)),
    ("Kind.OTHER, True, '1.2', 'own', value={'a': 1}", extension('1.2', 'own', {'a': 1})),
]


class Certificates(Table):
    def test_extensions(self):
        self.check([('Ext(%s).to_context()' % arguments, expected) for arguments, expected in EXTENSIONS], setup=SETUP)

    def test_keys(self):
        self.check([
            ("Key('RSA', 2048, 'k', 'p', modulus='m', exponent=3).to_context()",
             {'Algorithm': 'RSA', 'Length': 2048, 'PublicKey': 'k', 'Modulus': 'm', 'Exponent': 3}),
            ("Key(Key.Algorithm.DSA, 1, p='p', q='q', g='g', x='x').to_context()",
             {'Algorithm': 'DSA', 'Length': 1, 'P': 'p', 'Q': 'q', 'G': 'g'}),
            ("Key('EC', 1, x='x', y='y', curve='c').to_context()",
             {'Algorithm': 'EC', 'Length': 1, 'X': 'x', 'Y': 'y', 'Curve': 'c'}),
            ("Key(Key.Algorithm.UNKNOWN, 1, modulus='m').to_context()", {'Algorithm': 'Unknown Algorithm', 'Length': 1}),
            ("[host.to_context(), host.get_value(), Ext.SubjectAlternativeName(host).get_value()]",
             [{'Type': 'dNSName', 'Value': 'a.com'}, 'a.com', 'a.com']),
            ("[Kind.is_valid_type('Other'), Kind.is_valid_type('x'), GN.is_valid_type('dNSName')]", [True, False, True]),
        ], setup=SETUP)

    def test_whole(self):
        self.check([("context_of('CN=a.com,O=x', score(3), 'n', 'CN=i', '5', 'after', 'before', 'h512', 'h256', 'h1', 'h5', "
                     "Key('RSA', 1), 'spki', 'alg', 'sig', ['b.com'], [Ext(Kind.BASICCONSTRAINTS, False)], 'pem')",
                     {'SubjectDN': 'CN=a.com,O=x', 'Name': ['n'], 'IssuerDN': 'CN=i', 'SerialNumber': '5',
                      'ValidityNotAfter': 'after', 'ValidityNotBefore': 'before', 'SHA512': 'h512', 'SHA256': 'h256',
                      'SHA1': 'h1', 'MD5': 'h5', 'PublicKey': {'Algorithm': 'RSA', 'Length': 1}, 'SPKISHA256': 'spki',
                      'Signature': {'Algorithm': 'alg', 'Signature': 'sig'}, 'SubjectAlternativeName': [{'Value': 'b.com'}],
                      'Extension': [{'OID': '2.5.29.19', 'Name': 'basicConstraints', 'Critical': False}], 'PEM': 'pem',
                      'Malicious': {'Vendor': 'V', 'Description': 'bad'}})],
                   setup=SETUP.replace("Cert(*args, **dict({'dbot_score': score()}, **kwargs))", 'Cert(*args, **kwargs)'))

    def test_names(self):
        names = "context_of(%s).get('Name')"
        self.check([
            (names % "'CN=a.com,O=x'", ['a.com']), (names % "'O=x'", None), (names % "r'O=x\\,CN=no,CN=yes\\, it is+L=z'",
                                                                              ['yes\\2c it is']),
            (names % "'CN=b', subject_alternative_name=['a', {'Value': 'c'}, Ext.SubjectAlternativeName(host), "
             "{'Type': 'rfc822Name', 'Value': 'm@x'}]", ['a', 'a.com', 'b', 'c']),
            (names % "'O=x', extensions=[Ext(Kind.SUBJECTALTERNATIVENAME, False, subject_alternative_names=["
             "Ext.SubjectAlternativeName(host)]), Ext(Kind.SUBJECTALTERNATIVENAME, False)]", ['a.com']),
            (names % "'CN=b', name=['n', 'm']", ['n', 'm']),
        ], setup=SETUP)

    def test_wrong_arguments(self):
        self.check([
            ("Cert('CN=a')", Raises('dbot_score of a Certificate must be a DBotScore')),
            ("context_of('CN=a', name=5)", Raises('must be text or a list')),
            ("context_of('CN=a', publickey=5)", Raises('must be a CertificatePublicKey, not int')),
            ("context_of('CN=a', subject_alternative_name=[5])", Raises('subject_alternative_name holds int')),
            ("GN('x', 'y')", Raises("gn_type 'y'")), ("Key('x', 1)", Raises("algorithm 'x'")),
            ("Ext('x', True)", Raises("extension_type 'x'")), ("Ext(Kind.SUBJECTKEYIDENTIFIER, True)", Raises('needs digest')),
            ("Ext(Kind.EXTENDEDKEYUSAGE, True, usages=[])", Raises('needs usages')),
            ("Ext.SubjectAlternativeName()", Raises('needs gn, or gn_type and gn_value')),
            ("Ext.SignedCertificateTimestamp('x', 1, 'l', 't')", Raises("entry_type 'x'")),
        ], setup=SETUP)


if __name__ == '__main__':
    unittest.main()
