"""Common: indicators with their scores, and the records that they hold, as context has them."""

ENDPOINT_STATUS_OPTIONS = ['Online', 'Offline', 'Unknown']
ENDPOINT_ISISOLATED_OPTIONS = ['Yes', 'No', 'Pending isolation', 'Pending unisolation']

_BERTH_SEEN = (('organization_first_seen', 'OrganizationFirstSeen'), ('organization_last_seen', 'OrganizationLastSeen'),
               ('first_seen_by_source', 'FirstSeenBySource'), ('last_seen_by_source', 'LastSeenBySource'))
_BERTH_PREVALENCE = (('organization_prevalence', 'OrganizationPrevalence'), ('global_prevalence', 'GlobalPrevalence'))
_BERTH_SEEN_NAMES = ('organization_prevalence', 'global_prevalence', 'organization_first_seen',
                     'organization_last_seen', 'first_seen_by_source', 'last_seen_by_source')
_BERTH_ALL = (('tags', 'Tags'), ('traffic_light_protocol', 'TrafficLightProtocol'), ('description', 'Description'),
              ('stix_id', 'STIXID'), ('blocked', 'Blocked'))
_BERTH_NET = _BERTH_ALL + (('port', 'Port'), ('internal', 'Internal'), ('campaign', 'Campaign'),
                           ('malware_family', 'MalwareFamily')) + _BERTH_SEEN
_BERTH_NOTES = (('community_notes', 'CommunityNotes'), ('publications', 'Publications'),
                ('threat_types', 'ThreatTypes'), ('feed_related_indicators', 'FeedRelatedIndicators'))


class Common(object):
    """Indicators, their scores, and the records that they hold."""

    DBotScore = _BerthDBotScore
    Indicator = _BerthIndicator

    class FileSignature(_BerthRecord):
        """How a file is signed."""
        _names = ('authentihash', 'copyright', 'description', 'file_version', 'internal_name', 'original_name')
        _required = 6
        _context = (('authentihash', 'Authentihash'), ('copyright', 'Copyright'), ('description', 'Description'),
                    ('file_version', 'FileVersion'), ('internal_name', 'InternalName'),
                    ('original_name', 'OriginalName'))

    class FeedRelatedIndicators(_BerthRecord):
        """Another indicator that belongs to one."""
        _names = ('value', 'indicator_type', 'description')
        _context = (('value', 'value'), ('indicator_type', 'type'), ('description', 'description'))

    class Rank(_BerthRecord):
        """A rank that a source gives."""
        _names = ('rank', 'source')
        _context = (('source', 'source'), ('rank', 'rank'))

    class ExternalReference(_BerthRecord):
        """What an object is called elsewhere."""
        _names = ('source_name', 'source_id')
        _context = (('source_name', 'sourcename'), ('source_id', 'sourceid'))

    class Certificates(_BerthRecord):
        """A certificate of a URL or domain."""
        _names = ('issued_to', 'issued_by', 'valid_from', 'valid_to')
        _context = (('issued_to', 'issuedto'), ('issued_by', 'issuedby'), ('valid_from', 'validfrom'),
                    ('valid_to', 'validto'))

    class Hash(_BerthRecord):
        """A hash of a file."""
        _names = ('hash_type', 'hash_value')
        _context = (('hash_type', 'type'), ('hash_value', 'value'))

    class CommunityNotes(_BerthRecord):
        """What somebody noted on an indicator."""
        _names = ('note', 'timestamp')
        _context = (('note', 'note'), ('timestamp', 'timestamp'))

    class Publications(_BerthRecord):
        """What was published on an indicator."""
        _names = ('source', 'title', 'link', 'timestamp')
        _context = (('source', 'source'), ('title', 'title'), ('link', 'link'), ('timestamp', 'timestamp'))

    class Behaviors(_BerthRecord):
        """What a file does."""
        _names = ('details', 'action')
        _context = (('details', 'details'), ('action', 'title'))

    class ThreatTypes(_BerthRecord):
        """A kind of threat, and how sure the source is of it."""
        _names = ('threat_category', 'threat_category_confidence')
        _context = (('threat_category', 'threatcategory'), ('threat_category_confidence', 'threatcategoryconfidence'))

    class WhoisRecord(_BerthRecord):
        """A line of a registry's answer."""
        _names = ('whois_record_type', 'whois_record_value', 'whois_record_date')
        _context = (('whois_record_type', 'key'), ('whois_record_value', 'value'), ('whois_record_date', 'date'))

    class DNSRecord(_BerthRecord):
        """A record of a domain's name server."""
        _names = ('dns_record_type', 'dns_ttl', 'dns_record_data')
        _context = (('dns_record_type', 'type'), ('dns_ttl', 'ttl'), ('dns_record_data', 'data'))

    class CPE(_BerthRecord):
        """The name of a product in the form of NIST IR 7695."""
        _names = ('cpe',)
        _context = (('cpe', 'CPE'),)

    class CustomIndicator(Indicator):
        """An indicator of a type of content's own, with `data` under `context_prefix`.

        Errors: ValueError for a type that servers have, or when value, prefix or score are missing.
        """
        _names = ('indicator_type', 'value', 'dbot_score', 'data', 'context_prefix', 'relationships')
        _required = 5
        _needs_score = True
        _can_be_malicious = False

        def __init__(self, *args, **kwargs):
            self._berth_take(args, kwargs)
            if hasattr(DBotScoreType, self.indicator_type.upper()):
                raise ValueError("'%s' is a type that servers have: no custom indicator" % self.indicator_type)
            for name in ('value', 'context_prefix'):
                if not getattr(self, name):
                    raise ValueError('a custom indicator needs %s' % name)
            if not isinstance(self.dbot_score, Common.DBotScore):
                raise ValueError('dbot_score must be a DBotScore, not %s' % type(self.dbot_score).__name__)
            self.CONTEXT_PATH = self.context_prefix + '(val.value && val.value == obj.value)'
            INDICATOR_TYPE_TO_CONTEXT_KEY[self.indicator_type.lower()] = self.indicator_type.capitalize()
            for name, value in self.data.items():
                setattr(self, name, value)

        def to_context(self):
            found = Common.Indicator.to_context(self)
            context = found[self.CONTEXT_PATH]
            found[self.CONTEXT_PATH] = {'value': self.value}
            found[self.CONTEXT_PATH].update(self.data)
            if 'Relationships' in context:
                found['Relationships'] = context['Relationships']
            found[Common.DBotScore.CONTEXT_PATH]['Type'] = self.indicator_type
            return found

    class IP(Indicator):
        """An address; with `ip_type` IPv6 under that path."""
        CONTEXT_PATH = 'IP(val.Address && val.Address == obj.Address)'
        _names = ('ip', 'dbot_score', 'asn', 'as_owner', 'region', 'port', 'internal', 'updated_date',
                  'registrar_abuse_name', 'registrar_abuse_address', 'registrar_abuse_country',
                  'registrar_abuse_network', 'registrar_abuse_phone', 'registrar_abuse_email', 'campaign',
                  'traffic_light_protocol', 'community_notes', 'publications', 'threat_types', 'hostname',
                  'geo_latitude', 'geo_longitude', 'geo_country', 'geo_description', 'detection_engines',
                  'positive_engines', 'organization_name', 'organization_type', 'feed_related_indicators', 'tags',
                  'malware_family', 'relationships', 'blocked', 'description', 'stix_id',
                  'whois_records') + _BERTH_SEEN_NAMES + ('ip_type',)
        _required = 2
        _defaults = {'ip_type': 'IP'}
        _needs_score = True
        _value = ('ip', 'Address')
        _plain = _BERTH_NET + (
            ('asn', 'ASN'), ('as_owner', 'ASOwner'), ('region', 'Region'), ('updated_date', 'UpdatedDate'),
            ('hostname', 'Hostname'), ('registrar_abuse_name', 'Registrar.Abuse.Name'),
            ('registrar_abuse_address', 'Registrar.Abuse.Address'),
            ('registrar_abuse_country', 'Registrar.Abuse.Country'),
            ('registrar_abuse_network', 'Registrar.Abuse.Network'), ('registrar_abuse_phone', 'Registrar.Abuse.Phone'),
            ('registrar_abuse_email', 'Registrar.Abuse.Email'), ('geo_country', 'Geo.Country'),
            ('geo_description', 'Geo.Description'), ('organization_name', 'Organization.Name'),
            ('organization_type', 'Organization.Type'))
        _numbers = _BERTH_PREVALENCE + (('detection_engines', 'DetectionEngines'),
                                        ('positive_engines', 'PositiveDetections'))
        _tables = _BERTH_NOTES + (('whois_records', 'WhoisRecords'),)

        def _berth_path(self):
            return self.CONTEXT_PATH if self.ip_type == 'IP' else self.ip_type + self.CONTEXT_PATH[2:]

        def _berth_more(self, context):
            if self.geo_latitude and self.geo_longitude:
                context.setdefault('Geo', {})['Location'] = '%s:%s' % (self.geo_latitude, self.geo_longitude)

    class File(Indicator):
        """A file, known by its hashes."""
        CONTEXT_PATH = 'File(%s)' % ' || '.join(['val.%s && val.%s == obj.%s' % (_one, _one, _one) for _one in (
            'MD5', 'SHA1', 'SHA256', 'SHA512', 'CRC32', 'CTPH', 'SSDeep')])
        _names = ('dbot_score', 'name', 'entry_id', 'size', 'md5', 'sha1', 'sha256', 'sha512', 'ssdeep', 'extension',
                  'file_type', 'hostname', 'path', 'company', 'product_name', 'digital_signature__publisher',
                  'signature', 'actor', 'tags', 'feed_related_indicators', 'malware_family', 'imphash', 'quarantined',
                  'campaign', 'associated_file_names', 'traffic_light_protocol', 'organization', 'community_notes',
                  'publications', 'threat_types', 'behaviors', 'relationships', 'creation_date', 'description',
                  'hashes', 'stix_id') + _BERTH_SEEN_NAMES
        _required = 1
        _hashes = (('md5', 'MD5'), ('sha1', 'SHA1'), ('sha256', 'SHA256'), ('sha512', 'SHA512'), ('ssdeep', 'SSDeep'),
                   ('imphash', 'Imphash'))
        _plain = _hashes + _BERTH_SEEN + (
            ('name', 'Name'), ('entry_id', 'EntryID'), ('size', 'Size'), ('extension', 'Extension'),
            ('file_type', 'Type'), ('hostname', 'Hostname'), ('path', 'Path'), ('company', 'Company'),
            ('product_name', 'ProductName'), ('digital_signature__publisher', 'DigitalSignature.Published'),
            ('actor', 'Actor'), ('tags', 'Tags'), ('malware_family', 'MalwareFamily'), ('campaign', 'Campaign'),
            ('traffic_light_protocol', 'TrafficLightProtocol'), ('quarantined', 'Quarantined'),
            ('organization', 'Organization'), ('associated_file_names', 'AssociatedFileNames'))
        _numbers = _BERTH_PREVALENCE
        _tables = _BERTH_NOTES + (('behaviors', 'Behavior'),)

        def _berth_more(self, context):
            context['Hashes'] = _berth_contexts(self.hashes or [])
            context['Hashes'] += [{'type': kind, 'value': getattr(self, name)} for name, kind in self._hashes
                                  if getattr(self, name)]
            if self.signature:
                context['Signature'] = self.signature.to_context()

    class CVE(Indicator):
        """A vulnerability; its score is unknown unless given."""
        CONTEXT_PATH = 'CVE(val.ID && val.ID == obj.ID)'
        _names = ('id', 'cvss', 'published', 'modified', 'description', 'relationships', 'stix_id', 'cvss_version',
                  'cvss_score', 'cvss_vector', 'cvss_table', 'community_notes', 'tags', 'traffic_light_protocol',
                  'dbot_score', 'publications', 'vulnerable_products', 'vulnerable_configurations')
        _required = 5
        _value = ('id', 'ID')
        _plain = (('published', 'Published'), ('modified', 'Modified'), ('description', 'Description'),
                  ('stix_id', 'STIXID'), ('tags', 'Tags'), ('traffic_light_protocol', 'TrafficLightProtocol'))
        _tables = (('community_notes', 'CommunityNotes'), ('publications', 'Publications'),
                   ('vulnerable_products', 'VulnerableProducts'),
                   ('vulnerable_configurations', 'VulnerableConfigurations'))
        _can_be_malicious = False

        def __init__(self, *args, **kwargs):
            self._berth_take(args, kwargs)
            self.dbot_score = self.dbot_score or Common.DBotScore(
                indicator=self.id, indicator_type=DBotScoreType.CVE, integration_name=None, score=Common.DBotScore.NONE)

        def _berth_more(self, context):
            context['CVSS'] = assign_params(Score=self.cvss or self.cvss_score, Version=self.cvss_version,
                                            Vector=self.cvss_vector, Table=self.cvss_table)

    class EMAIL(Indicator):
        """An e-mail address."""
        CONTEXT_PATH = 'Account(val.Email.Address && val.Email.Address == obj.Email.Address)'
        _names = ('address', 'dbot_score', 'domain', 'blocked', 'relationships', 'description', 'internal', 'stix_id',
                  'tags', 'traffic_light_protocol')
        _required = 2
        _plain = _BERTH_ALL + (('domain', 'Domain'), ('internal', 'Internal'))
        _can_be_malicious = False

        def _berth_more(self, context):
            context['Email'] = {'Address': self.address}

    class URL(Indicator):
        """A URL."""
        CONTEXT_PATH = 'URL(val.Data && val.Data == obj.Data)'
        _names = ('url', 'dbot_score', 'detection_engines', 'positive_detections', 'category',
                  'feed_related_indicators', 'tags', 'malware_family', 'port', 'internal', 'campaign',
                  'traffic_light_protocol', 'threat_types', 'asn', 'as_owner', 'geo_country', 'organization',
                  'community_notes', 'publications', 'relationships', 'blocked', 'certificates', 'description',
                  'stix_id') + _BERTH_SEEN_NAMES
        _required = 2
        _value = ('url', 'Data')
        _plain = _BERTH_NET + (('category', 'Category'), ('asn', 'ASN'), ('as_owner', 'ASOwner'),
                               ('geo_country', 'Geo.Country'), ('organization', 'Organization'))
        _numbers = _BERTH_PREVALENCE + (('detection_engines', 'DetectionEngines'),
                                        ('positive_detections', 'PositiveDetections'))
        _tables = _BERTH_NOTES + (('certificates', 'Certificates'),)

    class Domain(Indicator):
        """A domain; what its registry says stands under WHOIS as well."""
        CONTEXT_PATH = 'Domain(val.Name && val.Name == obj.Name)'
        _names = ('domain', 'dbot_score', 'dns', 'detection_engines', 'positive_detections', 'organization',
                  'sub_domains', 'creation_date', 'updated_date', 'expiration_date', 'domain_status', 'name_servers',
                  'feed_related_indicators', 'malware_family', 'registrar_name', 'registrar_abuse_email',
                  'registrar_abuse_phone', 'registrant_name', 'registrant_email', 'registrant_phone',
                  'registrant_country', 'admin_name', 'admin_email', 'admin_phone', 'admin_country', 'tags',
                  'domain_idn_name', 'port', 'internal', 'category', 'campaign', 'traffic_light_protocol',
                  'threat_types', 'community_notes', 'publications', 'geo_location', 'geo_country', 'geo_description',
                  'tech_country', 'tech_name', 'tech_email', 'tech_organization', 'billing', 'whois_records',
                  'relationships', 'description', 'stix_id', 'blocked', 'certificates', 'dns_records',
                  'rank') + _BERTH_SEEN_NAMES
        _required = 2
        _value = ('domain', 'Name')
        _plain = _BERTH_NET + (
            ('dns', 'DNS'), ('organization', 'Organization'), ('sub_domains', 'Subdomains'),
            ('domain_idn_name', 'DomainIDNName'), ('category', 'Category'), ('geo_location', 'Geo.Location'),
            ('geo_country', 'Geo.Country'), ('geo_description', 'Geo.Description'), ('tech_country', 'Tech.Country'),
            ('tech_name', 'Tech.Name'), ('tech_organization', 'Tech.Organization'), ('tech_email', 'Tech.Email'),
            ('billing', 'Billing'))
        _numbers = _BERTH_PREVALENCE + (('detection_engines', 'DetectionEngines'),
                                        ('positive_detections', 'PositiveDetections'))
        _tables = _BERTH_NOTES + (('whois_records', 'WhoisRecords'), ('certificates', 'Certificates'),
                                  ('dns_records', 'DNSRecords'), ('rank', 'Rank'))
        _registry = (('domain_status', 'DomainStatus'), ('creation_date', 'CreationDate'),
                     ('updated_date', 'UpdatedDate'), ('expiration_date', 'ExpirationDate'),
                     ('name_servers', 'NameServers'))
        _people = (('Registrar', (('registrar_name', 'Name'), ('registrar_abuse_email', 'AbuseEmail'),
                                  ('registrar_abuse_phone', 'AbusePhone'))),
                   ('Registrant', (('registrant_name', 'Name'), ('registrant_email', 'Email'),
                                   ('registrant_phone', 'Phone'), ('registrant_country', 'Country'))),
                   ('Admin', (('admin_name', 'Name'), ('admin_email', 'Email'), ('admin_phone', 'Phone'),
                              ('admin_country', 'Country'))))

        def _berth_more(self, context):
            registry = _berth_present(self, self._registry)
            for who, pairs in self._people:
                if _berth_present(self, pairs):
                    registry[who] = dict([(key, getattr(self, name)) for name, key in pairs])
            if registry:
                context.update(registry, WHOIS=registry)

    class Endpoint(Indicator):
        """A machine. Errors, from to_context(): ValueError for a status or isolation that is none."""
        CONTEXT_PATH = 'Endpoint(val.ID && val.ID == obj.ID && val.Vendor == obj.Vendor)'
        _names = ('id', 'hostname', 'ip_address', 'domain', 'mac_address', 'os', 'os_version', 'dhcp_server',
                  'bios_version', 'model', 'memory', 'processors', 'processor', 'relationships', 'vendor', 'status',
                  'is_isolated')
        _required = 1
        _value = ('id', 'ID')
        _plain = (('hostname', 'Hostname'), ('ip_address', 'IPAddress'), ('domain', 'Domain'),
                  ('mac_address', 'MACAddress'), ('os', 'OS'), ('os_version', 'OSVersion'),
                  ('dhcp_server', 'DHCPServer'), ('bios_version', 'BIOSVersion'), ('model', 'Model'),
                  ('memory', 'Memory'), ('processors', 'Processors'), ('processor', 'Processor'),
                  ('vendor', 'Vendor'), ('status', 'Status'), ('is_isolated', 'IsIsolated'))

        def _berth_more(self, context):
            for name, options in (('status', ENDPOINT_STATUS_OPTIONS), ('is_isolated', ENDPOINT_ISISOLATED_OPTIONS)):
                value = getattr(self, name)
                if value and value not in options:
                    raise ValueError("%s '%s' of an endpoint is none of: %s" % (name, value, ', '.join(options)))

    class Account(Indicator):
        """An account; keyword arguments that it does not know stand in its context as they are."""
        CONTEXT_PATH = 'Account(val.id && val.id == obj.id)'
        _names = ('id', 'type', 'username', 'display_name', 'groups', 'domain', 'email_address', 'telephone_number',
                  'office', 'job_title', 'department', 'country', 'state', 'city', 'street', 'is_enabled',
                  'dbot_score', 'relationships', 'blocked', 'community_notes', 'creation_date', 'description',
                  'stix_id', 'tags', 'traffic_light_protocol', 'user_id', 'manager_email', 'manager_display_name',
                  'risk_level')
        _elsewhere = ('id', 'dbot_score', 'relationships', 'community_notes', 'email_address', 'manager_email',
                      'manager_display_name')
        _plain = (('id', 'ID'), ('email_address', 'Email.Address'), ('manager_email', 'Manager.Email'),
                  ('manager_display_name', 'Manager.DisplayName'))
        _tables = (('community_notes', 'CommunityNotes'),)

        def __init__(self, *args, **kwargs):
            self.kwargs = dict([(name, kwargs.pop(name)) for name in list(kwargs) if name not in self._names])
            Common.Indicator.__init__(self, *args, **kwargs)
            self.manager_email_address = self.manager_email

        def _berth_more(self, context):
            for name in self._names:
                if name not in self._elsewhere and getattr(self, name) is not None:
                    context[camelize_string(name, '_')] = getattr(self, name)
            for name, value in self.kwargs.items():
                if name in context:
                    demisto.debug("Account: '%s' is there already, the further value is left out" % name)
                context.setdefault(name, value)

    class Cryptocurrency(Indicator):
        """An address of a currency such as bitcoin."""
        CONTEXT_PATH = 'Cryptocurrency(val.Address && val.Address == obj.Address)'
        _names = ('address', 'address_type', 'dbot_score')
        _required = 3
        _value = ('address', 'Address')

        def _berth_more(self, context):
            context['AddressType'] = self.address_type

    class AttackPattern(Indicator):
        """A technique of attackers."""
        CONTEXT_PATH = 'AttackPattern(val.value && val.value == obj.value)'
        _names = ('stix_id', 'kill_chain_phases', 'first_seen_by_source', 'description', 'operating_system_refs',
                  'publications', 'mitre_id', 'tags', 'traffic_light_protocol', 'dbot_score', 'community_notes',
                  'external_references', 'value')
        _required = 1
        _plain = (('traffic_light_protocol', 'TrafficLightProtocol'),)
        _tables = (('external_references', 'ExternalReferences'),)
        _always = (('stix_id', 'STIXID'), ('kill_chain_phases', 'KillChainPhases'),
                   ('first_seen_by_source', 'FirstSeenBySource'), ('operating_system_refs', 'OperatingSystemRefs'),
                   ('publications', 'Publications'), ('mitre_id', 'MITREID'), ('value', 'Value'), ('tags', 'Tags'),
                   ('description', 'Description'))

        def _berth_more(self, context):
            context.update([(key, getattr(self, name)) for name, key in self._always])


Common.DBotScore.__name__ = 'DBotScore'
Common.Indicator.__name__ = 'Indicator'

_berth_end_of_optional_part('indicators.py')
