"""Indicators, scores, relationships."""
import unittest

from assembly import Raises, Table

SETUP = '''
def score(value=0, kind='ip', **more):
    return Common.DBotScore('x', kind, 'V', value, **more)

def context_of(indicator):
    """What stands under the indicator's own path."""
    found = indicator.to_context()
    return found[[path for path in found if '(' in path and not path.startswith('DBotScore')][0]]

def all_set(kind, *given):
    """An indicator with a text, its name, for every further argument, and what became of them."""
    names = kind._names
    known = dict(zip(names, given))
    lists = set([name for name, _ in kind._tables] + ['relationships', 'hashes'])
    for name in names:
        if name not in known and name not in ('dbot_score', 'status', 'is_isolated', 'ip_type', 'signature'):
            known[name] = [Common.CommunityNotes(name)] if name in lists else name
    if 'relationships' in names:
        known['relationships'] = [EntityRelationship('uses', 'a', 'IP', 'b', 'URL')]
    if 'dbot_score' in names and 'dbot_score' not in known:
        known['dbot_score'] = score(3, malicious_description='bad')
    return context_of(kind(**known))

def note(name):
    return [{'note': name, 'timestamp': None}]
'''
RELATED = [{'Relationship': 'uses', 'EntityA': 'a', 'EntityAType': 'IP', 'EntityB': 'b', 'EntityBType': 'URL'}]
SCORE = 'DBotScore(val.Indicator && val.Indicator == obj.Indicator && val.Vendor == obj.Vendor && val.Type == obj.Type)'
BAD = {'Vendor': 'V', 'Description': 'bad'}


def note(name):
    return [{'note': name, 'timestamp': None}]


SEEN = {'OrganizationPrevalence': 'organization_prevalence', 'GlobalPrevalence': 'global_prevalence',
        'OrganizationFirstSeen': 'organization_first_seen', 'OrganizationLastSeen': 'organization_last_seen',
        'FirstSeenBySource': 'first_seen_by_source', 'LastSeenBySource': 'last_seen_by_source'}
NOTES = {'CommunityNotes': note('community_notes'), 'Publications': note('publications'),
         'ThreatTypes': note('threat_types'), 'FeedRelatedIndicators': note('feed_related_indicators')}
ALL = {'Tags': 'tags', 'TrafficLightProtocol': 'traffic_light_protocol', 'Description': 'description', 'STIXID': 'stix_id',
       'Blocked': 'blocked'}
NET = dict(ALL, Port='port', Internal='internal', Campaign='campaign', MalwareFamily='malware_family', Malicious=BAD,
           Relationships=RELATED, **dict(SEEN, **NOTES))
WHOIS = {'Registrar': {'Name': 'registrar_name', 'AbuseEmail': 'registrar_abuse_email', 'AbusePhone': 'registrar_abuse_phone'},
         'Registrant': {'Name': 'registrant_name', 'Email': 'registrant_email', 'Phone': 'registrant_phone',
                        'Country': 'registrant_country'},
         'Admin': {'Name': 'admin_name', 'Email': 'admin_email', 'Phone': 'admin_phone', 'Country': 'admin_country'},
         'DomainStatus': 'domain_status', 'CreationDate': 'creation_date', 'UpdatedDate': 'updated_date',
         'ExpirationDate': 'expiration_date', 'NameServers': 'name_servers'}

# Every argument of every indicator, and where it stands in the context.
FULL = [
    ('Common.IP', dict(
        NET, Address='ip', ASN='asn', ASOwner='as_owner', Region='region', UpdatedDate='updated_date', Hostname='hostname',
        Registrar={'Abuse': dict([(key, 'registrar_abuse_' + key.lower())
                                  for key in ('Name', 'Address', 'Country', 'Network', 'Phone', 'Email')])},
        Geo={'Location': 'geo_latitude:geo_longitude', 'Country': 'geo_country', 'Description': 'geo_description'},
        Organization={'Name': 'organization_name', 'Type': 'organization_type'}, DetectionEngines='detection_engines',
        PositiveDetections='positive_engines', WhoisRecords=note('whois_records'))),
    ('Common.URL', dict(
        NET, Data='url', Category='category', ASN='asn', ASOwner='as_owner', Geo={'Country': 'geo_country'},
        Organization='organization', DetectionEngines='detection_engines', PositiveDetections='positive_detections',
        Certificates=note('certificates'))),
    ('Common.Domain', dict(
        NET, Name='domain', DNS='dns', Organization='organization', Subdomains='sub_domains', DomainIDNName='domain_idn_name',
        Category='category', Geo={'Location': 'geo_location', 'Country': 'geo_country', 'Description': 'geo_description'},
        Tech={'Country': 'tech_country', 'Name': 'tech_name', 'Organization': 'tech_organization', 'Email': 'tech_email'},
        Billing='billing', DetectionEngines='detection_engines', PositiveDetections='positive_detections',
        WhoisRecords=note('whois_records'), Certificates=note('certificates'), DNSRecords=note('dns_records'),
        Rank=note('rank'), WHOIS=WHOIS, **WHOIS)),
    ('Common.File', dict(
        SEEN, Name='name', EntryID='entry_id', Size='size', MD5='md5', SHA1='sha1', SHA256='sha256', SHA512='sha512',
        SSDeep='ssdeep', Extension='extension', Type='file_type', Hostname='hostname', Path='path', Company='company',
        ProductName='product_name', DigitalSignature={'Published': 'digital_signature__publisher'}, Actor='actor', Tags='tags',
        MalwareFamily='malware_family', Imphash='imphash', Quarantined='quarantined', Campaign='campaign',
        AssociatedFileNames='associated_file_names', TrafficLightProtocol='traffic_light_protocol',
        Organization='organization', Behavior=note('behaviors'), Malicious=BAD, Relationships=RELATED,
        Hashes=note('hashes') + [{'type': kind, 'value': kind.lower()} for kind in (
            'MD5', 'SHA1', 'SHA256', 'SHA512', 'SSDeep', 'Imphash')], **NOTES)),
    ('Common.CVE', {
        'ID': 'id', 'CVSS': {'Score': 'cvss', 'Version': 'cvss_version', 'Vector': 'cvss_vector', 'Table': 'cvss_table'},
        'Published': 'published', 'Modified': 'modified', 'Description': 'description', 'STIXID': 'stix_id', 'Tags': 'tags',
        'TrafficLightProtocol': 'traffic_light_protocol', 'CommunityNotes': note('community_notes'),
        'Publications': note('publications'), 'VulnerableProducts': note('vulnerable_products'),
        'VulnerableConfigurations': note('vulnerable_configurations'), 'Relationships': RELATED}),
    ('Common.EMAIL', dict(ALL, Email={'Address': 'address'}, Domain='domain', Internal='internal', Relationships=RELATED)),
    ('Common.Endpoint', {
        'ID': 'id', 'Hostname': 'hostname', 'IPAddress': 'ip_address', 'Domain': 'domain', 'MACAddress': 'mac_address',
        'OS': 'os', 'OSVersion': 'os_version', 'DHCPServer': 'dhcp_server', 'BIOSVersion': 'bios_version', 'Model': 'model',
        'Memory': 'memory', 'Processors': 'processors', 'Processor': 'processor', 'Vendor': 'vendor',
        'Relationships': RELATED}),
    ('Common.Account', {
        'ID': 'id', 'Type': 'type', 'Username': 'username', 'DisplayName': 'display_name', 'Groups': 'groups',
        'Domain': 'domain', 'Email': {'Address': 'email_address'}, 'TelephoneNumber': 'telephone_number', 'Office': 'office',
        'JobTitle': 'job_title', 'Department': 'department', 'Country': 'country', 'State': 'state', 'City': 'city',
        'Street': 'street', 'IsEnabled': 'is_enabled', 'Blocked': 'blocked', 'CommunityNotes': note('community_notes'),
        'CreationDate': 'creation_date', 'Description': 'description', 'StixId': 'stix_id', 'Tags': 'tags',
        'TrafficLightProtocol': 'traffic_light_protocol', 'UserId': 'user_id',
        'Manager': {'Email': 'manager_email', 'DisplayName': 'manager_display_name'}, 'RiskLevel': 'risk_level',
        'Malicious': BAD, 'Relationships': RELATED}),
    ('Common.Cryptocurrency', {'Address': 'address', 'AddressType': 'address_type', 'Malicious': BAD}),
    ('Common.AttackPattern', {
        'STIXID': 'stix_id', 'KillChainPhases': 'kill_chain_phases', 'FirstSeenBySource': 'first_seen_by_source',
        'Description': 'description', 'OperatingSystemRefs': 'operating_system_refs', 'Publications': 'publications',
        'MITREID': 'mitre_id', 'Tags': 'tags', 'TrafficLightProtocol': 'traffic_light_protocol', 'Value': 'value',
        'ExternalReferences': note('external_references'), 'Malicious': BAD}),
]

PATHS = [
    ("Common.IP('x', score())", 'IP(val.Address && val.Address == obj.Address)'),
    ("Common.IP('x', score(), ip_type='IPv6')", 'IPv6(val.Address && val.Address == obj.Address)'),
    ("Common.URL('x', score())", 'URL(val.Data && val.Data == obj.Data)'),
    ("Common.Domain('x', score())", 'Domain(val.Name && val.Name == obj.Name)'),
    ("Common.File(score())", 'File(val.MD5 && val.MD5 == obj.MD5 || val.SHA1 && val.SHA1 == obj.SHA1 || val.SHA256 && '
     'val.SHA256 == obj.SHA256 || val.SHA512 && val.SHA512 == obj.SHA512 || val.CRC32 && val.CRC32 == obj.CRC32 || '
     'val.CTPH && val.CTPH == obj.CTPH || val.SSDeep && val.SSDeep == obj.SSDeep)'),
    ("Common.CVE('x', '', '', '', '')", 'CVE(val.ID && val.ID == obj.ID)'),
    ("Common.EMAIL('x', score())", 'Account(val.Email.Address && val.Email.Address == obj.Email.Address)'),
    ("Common.Account('x')", 'Account(val.id && val.id == obj.id)'),
    ("Common.Cryptocurrency('x', 'bitcoin', score())", 'Cryptocurrency(val.Address && val.Address == obj.Address)'),
    ("Common.AttackPattern('x')", 'AttackPattern(val.value && val.value == obj.value)'),
    ("Common.Endpoint('x')", 'Endpoint(val.ID && val.ID == obj.ID && val.Vendor == obj.Vendor)'),
    ("Common.CustomIndicator('mine', 'x', score(), {}, 'P')", 'P(val.value && val.value == obj.value)'),
    ("Common.Certificate('CN=x', score())", 'Certificate(val.MD5 && val.MD5 == obj.MD5 || val.SHA1 && val.SHA1 == obj.SHA1 '
     '|| val.SHA256 && val.SHA256 == obj.SHA256 || val.SHA512 && val.SHA512 == obj.SHA512)'),
]


class Indicators(Table):
    def test_every_argument_has_its_place(self):
        self.check([('all_set(%s)' % kind, expected) for kind, expected in FULL], setup=SETUP)

    def test_paths(self):
        self.check([("[path for path in %s.to_context() if not path.startswith('DBotScore')]" % made, [path])
                    for made, path in PATHS], setup=SETUP)

    def test_only_what_is_there(self):
        self.check([
            ("context_of(Common.IP('1.1.1.1', score()))", {'Address': '1.1.1.1'}),
            ("context_of(Common.IP('1.1.1.1', score(), detection_engines=0, organization_prevalence=0))",
             {'Address': '1.1.1.1', 'DetectionEngines': 0, 'OrganizationPrevalence': 0}),
            ("context_of(Common.IP('1.1.1.1', score(), geo_latitude='1'))", {'Address': '1.1.1.1'}),
            ("context_of(Common.URL('u', None))", {'Data': 'u'}), ("context_of(Common.File(None))", {'Hashes': []}),
            ("context_of(Common.Domain('d', score(), admin_name='a'))",
             {'Name': 'd', 'Admin': {'Name': 'a', 'Email': None, 'Phone': None, 'Country': None},
              'WHOIS': {'Admin': {'Name': 'a', 'Email': None, 'Phone': None, 'Country': None}}}),
            ("context_of(Common.CVE('c', None, '', '', '', cvss_score=9))", {'ID': 'c', 'CVSS': {'Score': 9}}),
            ("context_of(Common.Account(is_enabled=False))", {'IsEnabled': False}),
            ("context_of(Common.Account('i', own=5, Type='t'))", {'ID': 'i', 'own': 5, 'Type': 't'}),
            ("context_of(Common.Account('i', type='t', Type='other'))", {'ID': 'i', 'Type': 't'}),
            ("Common.Account(manager_email='m').manager_email_address", 'm'),
            ("context_of(Common.Endpoint('e', status='Online', is_isolated='No'))",
             {'ID': 'e', 'Status': 'Online', 'IsIsolated': 'No'}),
            ("context_of(Common.File(score(), signature=Common.FileSignature('a', 'c', 'd', 'v', 'i', 'o')))",
             {'Hashes': [], 'Signature': {'Authentihash': 'a', 'Copyright': 'c', 'Description': 'd', 'FileVersion': 'v',
                                          'InternalName': 'i', 'OriginalName': 'o'}}),
            ("context_of(Common.CustomIndicator('mine', 'x', score(2), {'a': 1}, 'P', [EntityRelationship('uses', 'a', 'IP', "
             "None, 'IP')]))", {'value': 'x', 'a': 1}),
            ("Common.CustomIndicator('mine', 'x', score(2), {'a': 1}, 'P').to_context()[%r]['Type']" % SCORE, 'mine'),
            ("Common.CustomIndicator('mine', 'x', score(2), {'a': 1}, 'P').a", 1),
            ("Common.CVE('c', '', '', '', '').to_context()[%r]" % SCORE,
             {'Indicator': 'c', 'Type': 'cve', 'Vendor': None, 'Score': 0}),
        ], setup=SETUP)

    def test_wrong_arguments(self):
        self.check([
            ("Common.IP('x')", Raises('IP misses its argument dbot_score')),
            ("Common.IP('x', 5)", Raises('dbot_score of a IP must be a DBotScore, not int')),
            ("Common.IP('x', score(), ip='y')", Raises("IP was given 'ip' twice")),
            ("Common.IP('x', score(), no=1)", Raises("IP has no argument 'no'")),
            ("Common.CPE(1, 2)", Raises('CPE takes 1 arguments at most, 2 were given')),
            ("Common.Account(dbot_score=5)", Raises('must be a DBotScore')),
            ("Common.Endpoint('e', status='on').to_context()", Raises("status 'on' of an endpoint is none of: Online")),
            ("Common.Endpoint('e', is_isolated='x').to_context()", Raises("is_isolated 'x'")),
            ("Common.CustomIndicator('ip', 'x', score(), {}, 'P')", Raises('is a type that servers have')),
            ("Common.CustomIndicator('mine', '', score(), {}, 'P')", Raises('needs value')),
            ("Common.CustomIndicator('mine', 'x', score(), {}, '')", Raises('needs context_prefix')),
            ("Common.CustomIndicator('mine', 'x', None, {}, 'P')", Raises('must be a DBotScore, not NoneType')),
        ], setup=SETUP)

    def test_an_indicator_of_the_content_s_own(self):
        self.check([("[Own('v').to_context(), isinstance(Own('v'), Common.Indicator), "
                     "Own.create_context_table([Common.CPE('c'), {'x': 1}])]", [{'Own': 'v'}, True, [{'CPE': 'c'}, {'x': 1}]])],
                   setup='''
class Own(Common.Indicator):
    def __init__(self, value):
        self.value = value
    def to_context(self):
        return {'Own': self.value}
''')

    def test_records(self):
        self.check([('Common.%s.to_context()' % made, expected) for made, expected in (
            ("FeedRelatedIndicators('v', 't', 'd')", {'value': 'v', 'type': 't', 'description': 'd'}),
            ("Rank(1, 's')", {'rank': 1, 'source': 's'}), ("ExternalReference('n', 'i')", {'sourcename': 'n', 'sourceid': 'i'}),
            ("Certificates('a', 'b', 'c', 'd')", {'issuedto': 'a', 'issuedby': 'b', 'validfrom': 'c', 'validto': 'd'}),
            ("Hash('t', 'v')", {'type': 't', 'value': 'v'}), ("CommunityNotes('n', 't')", {'note': 'n', 'timestamp': 't'}),
            ("Publications('s', 't', 'l', 'm')", {'source': 's', 'title': 't', 'link': 'l', 'timestamp': 'm'}),
            ("Behaviors('d', 'a')", {'details': 'd', 'title': 'a'}),
            ("ThreatTypes('c', 5)", {'threatcategory': 'c', 'threatcategoryconfidence': 5}),
            ("WhoisRecord('t', 'v', 'd')", {'key': 't', 'value': 'v', 'date': 'd'}),
            ("DNSRecord('t', 5, 'd')", {'type': 't', 'ttl': 5, 'data': 'd'}), ("CPE()", {'CPE': None}))])


class Scores(Table):
    def test_scores(self):
        self.check([
            ("score(2).to_context()", {SCORE: {'Indicator': 'x', 'Type': 'ip', 'Vendor': 'V', 'Score': 2}}),
            ("score(2, reliability=DBotScoreReliability.A, message='m').to_context()[Common.DBotScore.get_context_path()]",
             {'Indicator': 'x', 'Type': 'ip', 'Vendor': 'V', 'Score': 2, 'Reliability': 'A - Completely reliable',
              'Message': 'm'}),
            ("[score(x).to_readable() for x in (0, 1, 2, 3)]", ['Unknown', 'Good', 'Suspicious', 'Bad']),
            ("[Common.DBotScore.NONE, Common.DBotScore.GOOD, Common.DBotScore.SUSPICIOUS, Common.DBotScore.BAD]", [0, 1, 2, 3]),
            ("Common.DBotScore('x', 'none', 'V', 1)", Raises("indicator_type 'none'")),
            ("Common.DBotScore('x', 'ip', 'V')", Raises("score 'None' is none of")),
            ("Common.DBotScore('x', 'ip', 'V', 4)", Raises("score '4'")), ("score(1, reliability='A')", Raises("reliability 'A'")),
            ("type(score()).__name__", 'DBotScore'),
        ], setup=SETUP)

    def test_vendors(self):
        for brand, vendor in (('B', 'B'), ('', 'V')):
            self.check([("score().integration_name", vendor)], setup=SETUP, integration=True,
                       context={'IntegrationBrand': brand, 'Inv': {}})
        self.check([("[score().integration_name, Common.DBotScore('x', 'ip', score=1).integration_name]", ['V', ''])],
                   setup=SETUP, context={'IntegrationBrand': 'B', 'Inv': {}})


class Relationships(Table):
    def test_forms(self):
        entry = {'name': 'uses', 'reverseName': 'used-by', 'type': 'IndicatorToIndicator', 'entityA': 'a',
                 'entityAFamily': 'Indicator', 'entityAType': 'IP', 'entityB': 'b', 'entityBFamily': 'Indicator',
                 'entityBType': 'URL', 'fields': {}}
        self.check([
            ("EntityRelationship('uses', 'a', 'IP', 'b', 'URL').to_entry()", entry),
            ("EntityRelationship('uses', 'a', 'IP', 'b', 'URL').to_indicator()", entry),
            ("EntityRelationship('uses', 'a', 'IP', 'b', 'URL', 'own', fields={'f': 1}, brand='B', "
             "source_reliability=DBotScoreReliability.B).to_entry()",
             dict(entry, reverseName='own', fields={'f': 1}, brand='B', reliability='B - Usually reliable')),
            ("[EntityRelationship('uses', 'a', 'IP', '', 'URL').%s() for _ in [0]] + [1]" % 'to_entry', [{}, 1]),
            ("EntityRelationship('uses', 'a', 'IP', None, 'URL').to_context()", {}),
            ("EntityRelationship('uses', 'a', 'IP', 'b', 'URL').to_context()", RELATED[0]),
            ("EntityRelationship('odd', 'a', 'IP', 'b', 'URL').to_entry()['reverseName']", 'related-to'),
        ])

    def test_names(self):
        names = 'EntityRelationship.Relationships'
        self.check([
            ("[R.RESOLVES_TO, R.SUB_DOMAIN_OF, R.SUB_TECHNIQUE_OF, R.LOCATED_AT, R.TYPES]".replace('R.', names + '.'),
             ['resolves-to', 'sub-domain-of', 'subtechnique-of', 'located-at', 'Types']),
            ("[%s.is_valid(x) for x in ('hosts', 'odd')]" % names, [True, False]),
            ("[%s.get_reverse(x) for x in ('hosts', 'odd')]" % names, ['hosted-on', 'related-to']),
            ("EntityRelationship.RelationshipsTypes.is_valid_type('x')", False),
            ("EntityRelationship.RelationshipsFamily.is_valid_type('Indicator')", True),
        ])

    def test_wrong_arguments(self):
        made = "EntityRelationship('uses', 'a', 'IP', 'b', 'URL', %s)"
        self.check([(made % "relationship_type='x'", Raises("'x' is no relationship type")),
                    (made % "entity_a_family='x'", Raises("'x' is no family")),
                    (made % "entity_b_family='y'", Raises("'y' is no family")),
                    (made % "source_reliability='z'", Raises("'z' is no reliability"))])


if __name__ == '__main__':
    unittest.main()
