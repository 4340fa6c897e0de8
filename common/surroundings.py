"""The interpreter, the system, and modules that content finds imported without having imported them."""

IS_PY3 = sys.version_info[0] == 3
PY_VER_MINOR = sys.version_info[1]
STRING_TYPES = (str, bytes) if IS_PY3 else (str, unicode)  # type: ignore # noqa: F821
STRING_OBJ_TYPES = (str,) if IS_PY3 else STRING_TYPES
OS_LINUX = sys.platform.startswith('linux')
OS_MAC = sys.platform.startswith('darwin')
OS_WINDOWS = sys.platform.startswith('win32')
CONTENT_RELEASE_VERSION = '0.0.0'
CONTENT_BRANCH_NAME = 'master'


class _BerthLazyModule(object):
    """Stands for a module under a global name, and imports it on first use, after which the name is the module's own.

    Errors: ImportError, on use, when the image does not have the module.
    """

    def __init__(self, module, name):
        self.__dict__['_berth_module'] = module
        self.__dict__['_berth_name'] = name

    def _berth_load(self):
        __import__(self._berth_module)
        module = sys.modules[self._berth_module]
        if globals().get(self._berth_name) is self:
            globals()[self._berth_name] = module
        return module

    def __getattr__(self, attribute):
        return getattr(self._berth_load(), attribute)

    def __setattr__(self, attribute, value):
        setattr(self._berth_load(), attribute, value)

    def __delattr__(self, attribute):
        delattr(self._berth_load(), attribute)

    def __dir__(self):
        return dir(self._berth_load())

    def __repr__(self):
        return "<module '%s', not imported yet>" % self._berth_module


def _berth_lazy_modules(*names):
    for name in names:
        globals()[name] = _BerthLazyModule(name, name)


_berth_lazy_modules('base64', 'binascii', 'calendar', 'dateparser', 'gc', 'gzip', 'hashlib', 'json', 'logging',
                    'random', 're', 'requests', 'socket', 'ssl', 'string', 'time', 'traceback', 'types', 'urllib3',
                    'warnings')
ET = _BerthLazyModule('xml.etree.ElementTree', 'ET')
# In Python 3 content means its submodules; the package alone has nothing.
urllib = _BerthLazyModule('urllib.request' if IS_PY3 else 'urllib', 'urllib')
if IS_PY3:
    def _berth_load_urllib():
        import urllib.error
        import urllib.parse
        import urllib.request
        globals()['urllib'] = urllib
        return urllib
    urllib.__dict__['_berth_load'] = _berth_load_urllib


def HTTPAdapter(*args, **kwargs):
    """A new requests.adapters.HTTPAdapter; for the class itself, to derive from it, import it."""
    from requests.adapters import HTTPAdapter as adapter
    return adapter(*args, **kwargs)


def Retry(*args, **kwargs):
    """A new urllib3.util.retry.Retry."""
    from urllib3.util.retry import Retry as policy
    return policy(*args, **kwargs)


def disable_warnings(*args, **kwargs):
    """urllib3.disable_warnings: no warnings about unverified HTTPS requests any more."""
    import urllib3
    urllib3.disable_warnings(*args, **kwargs)


def randint(a, b):
    """A random integer from `a` to `b`, both included."""
    import random
    return random.randint(a, b)


def currentframe():
    """The frame of the caller."""
    return sys._getframe(1)


class LooseVersion(object):
    """A version whose parts are compared as numbers where both are, and as text elsewhere; what distutils had."""

    def __init__(self, vstring=None):
        self.vstring = vstring
        self.version = []
        if vstring:
            self.parse(vstring)

    def parse(self, vstring):
        """Takes over the version that `vstring` says."""
        import re
        self.vstring = vstring
        self.version = [int(part) if part.isdigit() else part
                        for part in re.findall(r'\d+|[a-z]+|[^\da-z.]+', vstring)]

    def _berth_key(self, other):
        """Both versions in a form that can be compared: letters stand before digits."""
        if not isinstance(other, LooseVersion):
            other = LooseVersion(other)
        return [[(isinstance(part, int), part) for part in one.version] for one in (self, other)]

    def __eq__(self, other):
        mine, others = self._berth_key(other)
        return mine == others

    def __lt__(self, other):
        mine, others = self._berth_key(other)
        return mine < others

    def __ne__(self, other):
        return not self == other

    def __le__(self, other):
        return self == other or self < other

    def __gt__(self, other):
        return not self <= other

    def __ge__(self, other):
        return not self < other

    __hash__ = None

    def __str__(self):
        return str(self.vstring)

    def __repr__(self):
        return "LooseVersion ('%s')" % self.vstring


class SmartGetDict(dict):
    """A dictionary whose get() gives the default for values that are None, too."""

    def get(self, key, default=None):
        """The value of `key` unless it is None."""
        value = dict.get(self, key)
        return default if value is None else value


def _berth_when_known(act):
    """Calls `act` once it is known which call this is: this script may run before, and would wait where it asks."""
    getattr(demisto, '_when_known', lambda act: act())(act)


def _berth_smarten_params():
    if demisto.params():
        demisto.callingContext['params'] = SmartGetDict(demisto.params())


if not os.environ.get('COMMON_SERVER_NO_AUTO_PARAMS_REMOVE_NULLS') and hasattr(demisto, 'params'):
    _berth_when_known(_berth_smarten_params)

_berth_end_of_part('surroundings.py')
