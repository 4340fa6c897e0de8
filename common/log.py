"""The integration's log: what is logged is cleaned of the instance's secrets first."""

SEND_PREFIX = "send: b'"
_BERTH_SHORTEST_SECRET = 4  # characters; shorter ones would mask half of every message
_BERTH_SECRET_NAMES = ('key', 'private', 'password', 'secret', 'token', 'credentials', 'service_account')


def is_debug_mode():
    """Whether the command was called with debug-mode=true."""
    return bool(getattr(demisto, 'is_debug', False))


def _berth_is_secret_name(name):
    return any(part in name.lower() for part in _BERTH_SECRET_NAMES)


def _berth_secrets_of(params):
    """The texts in an instance's parameters that must not be logged."""
    found = []
    for name, value in params.items():
        if isinstance(value, dict):
            found += _berth_secrets_of(value)
            if value.get('identifier') and value.get('password'):
                found.append(b64_encode('%s:%s' % (value['identifier'], value['password'])))
        elif isinstance(value, STRING_OBJ_TYPES) and value and _berth_is_secret_name(name):
            found += [value, b64_encode(value)]
    return found


def _berth_spellings_of(secret):
    """The ways in which a secret may be written in a log."""
    import json
    if IS_PY3:
        from urllib.parse import quote_plus
    else:
        from urllib import quote_plus
    return [stringEscape(secret), stringUnEscape(secret), doubleBackslashes(secret), json.dumps(secret)[1:-1],
            quote_plus(secret)]


class IntegrationLogger(object):
    """Collects messages: LOG(message) adds one, LOG.print_log() sends them to the server's log.

    Secrets among the instance's parameters, and those told by add_replace_strs(), are replaced by MASK. It can stand
    for a file, and is one for print() of http.client in debug mode.
    """

    def __init__(self, debug_logging=False):
        self.messages = []
        self.write_buf = []
        self.curl = []
        self.buffering = True
        self.debug_logging = debug_logging
        self._replace_strs = None

    @property
    def replace_strs(self):
        """The texts to replace. Those of the parameters are found on first use: it takes modules that are dear."""
        if self._replace_strs is None:
            self._replace_strs = []
            if not os.environ.get('COMMON_SERVER_NO_AUTO_REPLACE_STRS') and hasattr(demisto, 'params'):
                self.add_replace_strs(*_berth_secrets_of(demisto.params() or {}))
        return self._replace_strs

    def add_replace_strs(self, *args):
        """Has these texts replaced in whatever is logged from now on, in any spelling."""
        known = self.replace_strs
        for secret in args:
            if secret and len(secret) >= _BERTH_SHORTEST_SECRET:
                known.extend([one for one in _berth_spellings_of(encode_string_results(_berth_text(secret)))
                              if one and one not in known])
        known.sort(key=len, reverse=True)  # what holds another goes first

    def encode(self, message):
        """`message` as `str`, secrets replaced."""
        try:
            text = str(message)
        except UnicodeError:  # Python 2
            inner = message.args[0] if isinstance(message, Exception) and message.args else message
            text = inner.encode('utf-8', 'replace') if isinstance(inner, STRING_OBJ_TYPES) else repr(message)
        for secret in self.replace_strs:
            text = text.replace(secret, MASK)
        return text

    def __call__(self, message):
        """Adds a message; returns it as it is logged."""
        text = self.encode(message)
        if not self.buffering:
            demisto.info(text)
            return text
        self.messages.append(text)
        if self.debug_logging:
            demisto.debug(text)
        return text

    def set_buffering(self, state):
        """Whether messages are collected, or sent at once."""
        self.buffering = state

    def print_log(self, verbose=False):
        """Sends what was collected to the server's log; with `verbose` posts it as well."""
        if self.write_buf:
            self.messages.append(''.join(self.write_buf))
            self.write_buf = []
        if not self.messages:
            return
        text = 'Full Integration Log:\n' + '\n'.join(self.messages)
        if verbose:
            demisto.log(text)
        if not self.debug_logging:
            demisto.info(text)
        self.messages = []

    def write(self, msg):
        """As of a file: adds to the line, which is a message when it ends."""
        text = self.encode(msg)
        self.write_buf.append(text[:-1] if text.endswith('\n') else text)
        if '\n' not in text:
            return
        line, self.write_buf = ''.join(self.write_buf), []
        if self.buffering:
            self.messages.append(line)
            return
        if is_debug_mode() and line.startswith(('send:', 'header:')):
            line = censor_request_logs(line.replace('send: b"', SEND_PREFIX))
            if line.startswith('send:'):
                try:
                    self.build_curl(line)
                except Exception as error:  # what http.client prints is not ours to rely on
                    demisto.debug('build a curl command: %s' % error)
        demisto.info(line)

    def flush(self):
        """As of a file: nothing is held back."""

    def build_curl(self, text):
        """Adds to `curl` the command line that sends the request which http.client printed as `text`."""
        sent = text.split(SEND_PREFIX, 1)[1]
        if sent[:1] in ('{', '<'):
            self.curl[-1] += "-d '%s" % sent
            return
        lines = sent.split('\\r\\n')
        method, path = lines[0].split()[:2]
        if method not in ('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'):
            return
        fields = [line.partition(': ') for line in lines[1:] if ': ' in line]
        host = [value for name, _, value in fields if name == 'Host']
        skip = ('Host', 'Content-Length', 'User-Agent', 'Accept-Encoding', 'Connection')
        options = ['-H "%s: %s"' % (name, value) for name, _, value in fields if name not in skip]
        params = demisto.params() or {}
        if not params.get('proxy'):
            options.append('--noproxy "*"')
        elif os.environ.get('https_proxy'):
            options.append('--proxy %s' % os.environ['https_proxy'])
        if params.get('insecure'):
            options.append('-k')
        self.curl.append('curl -X %s https://%s%s %s ' % (method, host[0] if host else '', path, ' '.join(options)))

    def print_override(self, *args, **kwargs):
        """print(), but what goes to standard output or error is logged instead."""
        if IS_PY3:
            import builtins
        else:
            import __builtin__ as builtins
        if kwargs.get('file') in (None, sys.stdout, sys.stderr):
            kwargs['file'] = self
        getattr(builtins, 'print')(*args, **kwargs)


LOG = IntegrationLogger()


def _berth_set_debug_logging(log=LOG):  # this one, whatever content has made of the name by then
    log.debug_logging = is_debug_mode()


_berth_when_known(_berth_set_debug_logging)


def formatAllArgs(args, kwds):
    """The arguments of a call as text."""
    return ','.join([repr(one) for one in args]) + ',' + ','.join(['%r=%r' % pair for pair in kwds.items()])


def logger(func):
    """A decorator: logs each call, and in debug mode what it returned."""
    def wrapper(*args, **kwargs):
        LOG('calling %s(%s)' % (func.__name__, formatAllArgs(args, kwargs)))
        value = func(*args, **kwargs)
        if is_debug_mode():
            LOG('Return value [%s]: %s' % (func.__name__, value))
        return value
    wrapper.__name__ = func.__name__
    wrapper.__doc__ = func.__doc__
    return wrapper


def censor_request_logs(request_log):
    """A request as http.client prints it, with what follows words such as Authorization, Cookie, token masked."""
    secret = ('authorization:', 'cookie', 'token', 'username', 'password', 'apikey')
    prefix = SEND_PREFIX if request_log.startswith(SEND_PREFIX) else ''
    words = request_log[len(prefix):].replace('\\r\\n', ' \\r\\n').split()
    at = 0
    while at + 1 < len(words):
        if any(name in words[at].lower() for name in secret):
            at += 1
            if words[at].lower() in ('bearer', 'basic') and at + 1 < len(words):
                at += 1
            words[at] = '"%s"}\'' % MASK if words[at].endswith("}'") else MASK
        at += 1
    return prefix + ' '.join(words).replace(' \\r\\n', '\\r\\n')


def DemistoHandler(int_logger=None):
    """A logging.Handler that hands records to `int_logger`, or to the server's log at level debug."""
    import logging

    class Handler(logging.Handler):
        def emit(self, record):
            try:
                (int_logger or demisto.debug)(self.format(record))
            except Exception:
                self.handleError(record)
    return Handler()


class DebugLogger(object):
    """From its making to its end, all Python logging and what http.client says goes to the server's log."""

    def __init__(self):
        import logging
        self.int_logger = IntegrationLogger()
        self.int_logger.set_buffering(False)
        self.handler = DemistoHandler(self.int_logger)
        self.handler.setFormatter(logging.Formatter('python logging: %(levelname)s [%(name)s] - %(message)s'))
        self.root_logger = logging.getLogger()
        self.prev_log_level = self.root_logger.getEffectiveLevel()
        self.org_handlers = list(self.root_logger.handlers)
        self.root_logger.handlers[:] = [self.handler]
        self.root_logger.setLevel(logging.DEBUG)
        self.http_client = None
        if IS_PY3:
            import http.client
            self.http_client = http.client
            http.client.HTTPConnection.debuglevel = 1
            setattr(http.client, 'print', self.int_logger.print_override)  # no attribute in Python 2's grammar

    def log_start_debug(self):
        """Logs under what circumstances the command runs."""
        import json
        calling = demisto.callingContext.get('context') or {}
        lines = ['debug-mode started.', 'Image: [%s]' % calling.get('DockerImage')]
        environment = dict([(name, MASK if _berth_is_secret_name(name) else value)
                            for name, value in os.environ.items()])
        lines.append('Environment: %s' % json.dumps(environment, sort_keys=True))
        if hasattr(demisto, 'params'):
            lines.append('Params: %s' % json.dumps(demisto.params(), sort_keys=True))
        if calling.get('IntegrationBrand'):
            lines.append('Integration: brand: [%s] instance: [%s]'
                         % (calling.get('IntegrationBrand'), calling.get('IntegrationInstance')))
        schedule = get_schedule_metadata(calling)
        if schedule.get('is_polling'):
            lines.append('Schedule: %s' % json.dumps(schedule, sort_keys=True))
        self.int_logger('\n#### '.join(lines))

    def stop(self):
        """Puts everything back, and logs the commands that send the same requests."""
        if self.handler is None:
            return
        self.root_logger.setLevel(self.prev_log_level)
        self.root_logger.handlers[:] = self.org_handlers
        self.handler.close()
        self.handler = None
        if self.http_client:
            self.http_client.HTTPConnection.debuglevel = 0
            self.http_client.__dict__.pop('print', None)
        for command in self.int_logger.curl:
            demisto.info('cURL:\n' + command)

    def __del__(self):
        self.stop()


_requests_logger = None


def _berth_start_debug_log():
    """In debug mode starts the log; that it cannot be is no reason for the command to fail."""
    global _requests_logger
    try:
        if is_debug_mode():
            _requests_logger = DebugLogger()
            _requests_logger.log_start_debug()
    except Exception as error:
        demisto.info('start the debug log: %s' % error)


def add_sensitive_log_strs(sensitive_str):
    """Has a text masked in all logs from now on."""
    if _requests_logger:
        _requests_logger.int_logger.add_replace_strs(sensitive_str)
    LOG.add_replace_strs(sensitive_str)


def find_and_remove_sensitive_text(text, pattern):
    """Has what `pattern` finds in `text`, its second group when it has several, masked in all logs from now on."""
    import re
    for found in re.findall(pattern, text):
        add_sensitive_log_strs(found[1] if isinstance(found, tuple) else found)


_berth_end_of_part('log.py')
