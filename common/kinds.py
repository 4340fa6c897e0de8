"""Closed lists of values: kinds of entries, of indicators, of errors."""


def _berth_values(cls):
    """The values of the constants of an enumeration."""
    return [value for name, value in vars(cls).items() if name[:1] != '_' and name[:1].isupper()]


class EntryType(object):
    """The kind of an entry, a number."""
    NOTE = 1
    DOWNLOAD_AGENT = 2
    FILE = 3
    ERROR = 4
    PINNED = 5
    USER_MANAGEMENT = 6
    IMAGE = 7
    PLAYGROUND_ERROR = 8
    ENTRY_INFO_FILE = 9
    VIDEO_FILE = 10
    WARNING = 11
    STATIC_VIDEO_FILE = 12
    MAP_ENTRY_TYPE = 15
    DEBUG_MODE_FILE = 16
    WIDGET = 17
    EXECUTION_METRICS = 19


class EntryFormat(object):
    """The form of an entry's contents."""
    HTML = 'html'
    TABLE = 'table'
    JSON = 'json'
    TEXT = 'text'
    DBOT_RESPONSE = 'dbotCommandResponse'
    MARKDOWN = 'markdown'

    @classmethod
    def is_valid_type(cls, _type):
        """Whether `_type` is one of them."""
        return _type in _berth_values(EntryFormat)


# The same under older names.
entryTypes = {
    'note': 1, 'downloadAgent': 2, 'file': 3, 'error': 4, 'pinned': 5, 'userManagement': 6, 'image': 7,
    'playgroundError': 8, 'entryInfoFile': 9, 'warning': 11, 'map': 15, 'debug': 16, 'widget': 17,
}
formats = {
    'html': 'html', 'table': 'table', 'json': 'json', 'text': 'text', 'dbotResponse': 'dbotCommandResponse',
    'markdown': 'markdown',
}


class IncidentStatus(object):
    """The state of an incident, a number."""
    PENDING = 0
    ACTIVE = 1
    DONE = 2
    ARCHIVE = 3


class IncidentSeverity(object):
    """The severity of an incident, a number."""
    UNKNOWN = 0
    INFO = 0.5
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4


class FileAttachmentType(object):
    """How a file belongs to an incident's attachments."""
    ATTACHED = 'attached_file'


class DBotScoreType(object):
    """The kind of indicator that a score is about."""
    IP = 'ip'
    FILE = 'file'
    DOMAIN = 'domain'
    URL = 'url'
    CVE = 'cve'
    ACCOUNT = 'account'
    CIDR = 'cidr'
    DOMAINGLOB = 'domainglob'
    CERTIFICATE = 'certificate'
    CRYPTOCURRENCY = 'cryptocurrency'
    EMAIL = 'email'
    ATTACKPATTERN = 'attackpattern'
    CUSTOM = 'custom'

    @classmethod
    def is_valid_type(cls, _type):
        """Whether `_type` is one of them."""
        return _type in _berth_values(DBotScoreType)


class DBotScoreReliability(object):
    """How far a source is to be trusted."""
    A_PLUS = 'A+ - 3rd party enrichment'
    A = 'A - Completely reliable'
    B = 'B - Usually reliable'
    C = 'C - Fairly reliable'
    D = 'D - Not usually reliable'
    E = 'E - Unreliable'
    F = 'F - Reliability cannot be judged'

    @staticmethod
    def is_valid_type(_type):
        """Whether `_type` is one of them."""
        return _type in _berth_values(DBotScoreReliability)

    @staticmethod
    def get_dbot_score_reliability_from_str(reliability_str):
        """`reliability_str` itself when it is one of them. Errors: Exception when it is not."""
        if not DBotScoreReliability.is_valid_type(reliability_str):
            raise Exception("'%s' is no reliability; choose one of: %s"
                            % (reliability_str, ', '.join(sorted(_berth_values(DBotScoreReliability)))))
        return reliability_str


class ErrorTypes(object):
    """What a request to a service ended in, for ExecutionMetrics."""
    SUCCESS = 'Successful'
    QUOTA_ERROR = 'QuotaError'
    GENERAL_ERROR = 'GeneralError'
    AUTH_ERROR = 'AuthError'
    SERVICE_ERROR = 'ServiceError'
    CONNECTION_ERROR = 'ConnectionError'
    PROXY_ERROR = 'ProxyError'
    SSL_ERROR = 'SSLError'
    TIMEOUT_ERROR = 'TimeoutError'
    RETRY_ERROR = 'RetryError'


_berth_end_of_part('kinds.py')
