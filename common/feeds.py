"""Types of indicators as servers show them, and of threat intelligence objects."""

STIX_PREFIX = 'STIX '


class FeedIndicatorType(object):
    """The name of an indicator's type as servers show it."""
    Account = 'Account'
    CVE = 'CVE'
    Domain = 'Domain'
    DomainGlob = 'DomainGlob'
    Email = 'Email'
    File = 'File'
    FQDN = 'Domain'
    Host = 'Host'
    IP = 'IP'
    CIDR = 'CIDR'
    IPv6 = 'IPv6'
    IPv6CIDR = 'IPv6CIDR'
    Registry = 'Registry Key'
    SSDeep = 'ssdeep'
    URL = 'URL'
    AS = 'ASN'
    MUTEX = 'Mutex'
    Malware = 'Malware'
    Identity = 'Identity'
    Location = 'Location'
    Software = 'Software'
    X509 = 'X509 Certificate'

    @staticmethod
    def is_valid_type(_type):
        """Whether `_type` is one of them."""
        return _type in _berth_values(FeedIndicatorType)

    @staticmethod
    def list_all_supported_indicators():
        """All of them."""
        return _berth_values(FeedIndicatorType)

    @staticmethod
    def ip_to_indicator_type(ip):
        """The type of an address or range, or None."""
        import re
        for pattern, kind in ((ipv4cidrRegex, FeedIndicatorType.CIDR), (ipv4Regex, FeedIndicatorType.IP),
                              (ipv6cidrRegex, FeedIndicatorType.IPv6CIDR), (ipv6Regex, FeedIndicatorType.IPv6)):
            if re.match(pattern, ip):
                return kind
        return None

    @staticmethod
    def indicator_type_by_server_version(indicator_type):
        """`indicator_type` without the prefix that servers before 6.2 put before types from STIX."""
        if indicator_type.startswith(STIX_PREFIX):
            return indicator_type[len(STIX_PREFIX):]
        return indicator_type


IndicatorType = FeedIndicatorType


class ThreatIntel(object):
    """Names and scores of threat intelligence objects."""

    class ObjectsNames(object):
        """What the objects are called."""
        CAMPAIGN = 'Campaign'
        ATTACK_PATTERN = 'Attack Pattern'
        REPORT = 'Report'
        MALWARE = 'Malware'
        COURSE_OF_ACTION = 'Course of Action'
        INTRUSION_SET = 'Intrusion Set'
        TOOL = 'Tool'
        THREAT_ACTOR = 'Threat Actor'
        INFRASTRUCTURE = 'Infrastructure'

    class ObjectsScore(object):
        """The score that an object has by its kind, 0 to 3."""
        CAMPAIGN = 3
        ATTACK_PATTERN = 2
        REPORT = 3
        MALWARE = 3
        COURSE_OF_ACTION = 0
        INTRUSION_SET = 3
        TOOL = 2
        THREAT_ACTOR = 3
        INFRASTRUCTURE = 2

    class KillChainPhases(object):
        """Steps of an attack."""
        BUILD_CAPABILITIES = 'Build Capabilities'
        PRIVILEGE_ESCALATION = 'Privilege Escalation'
        ADVERSARY_OPSEC = 'Adversary Opsec'
        CREDENTIAL_ACCESS = 'Credential Access'
        EXFILTRATION = 'Exfiltration'
        LATERAL_MOVEMENT = 'Lateral Movement'
        DEFENSE_EVASION = 'Defense Evasion'
        PERSISTENCE = 'Persistence'
        COLLECTION = 'Collection'
        IMPACT = 'Impact'
        INITIAL_ACCESS = 'Initial Access'
        DISCOVERY = 'Discovery'
        EXECUTION = 'Execution'
        INSTALLATION = 'Installation'
        DELIVERY = 'Delivery'
        WEAPONIZATION = 'Weaponization'
        ACT_ON_OBJECTIVES = 'Actions on Objectives'
        COMMAND_AND_CONTROL = 'Command & Control'


_berth_end_of_optional_part('feeds.py')
