"""The loop: runs content inside a container and speaks for it with the host.

    loop.py frames IN OUT    Berth's own mode: one job, messages on two private descriptors
    loop.py shared IN OUT    the same for jobs one after another, which can do all to each other
    loop.py stdio            the mode other servers speak: jobs one after another on descriptors 0 and 1
    loop.py compile FOLDER   writes this file, and the prelude beside it, compiled, to FOLDER

In both modes a message is one line of JSON. docs/protocol.md lists the messages and says which are answered.

The order of a call stands in run_job(): check the job, make the `demisto` object, run the code in fresh globals,
report an exception, let go of what the code held, flush what it printed, say `completed`.

What this file relies on, and what it does not:
* The script runs in this very process and can reach everything here. Nothing below is a barrier against it; the
  barriers are the container's, and the host trusts no message. What is guarded against is accident: text that looks
  like a message, threads and forked children that speak at the same time, signal handlers that interrupt a message.
* Python 2.7 and 3.6 or later, standard library only. Start-up is part of every cold call, so only modules that the
  interpreter has loaded anyway, or that are built into it, are imported here; others where they are needed.
* In mode `frames` the process ends by os._exit: the call is over with `completed`, exit handlers do not run.
"""
import os
import sys

try:
    import _thread as thread
except ImportError:  # Python 2
    import thread
    sys.exc_clear()  # the script would find this very error wherever it asks for the one being handled

PY2 = sys.version_info[0] == 2
TEXT = type(u'')

SCHEMA = 1
FRAME_LIMIT = 16 * 1024 * 1024  # bytes of one line, mode `frames`; the host refuses longer ones
TRACE_LIMIT = 1024 * 1024  # characters of one exception
TRACE_LINE_LIMIT = 64 * 1024  # characters of one line of it
DESCRIBE_SECONDS = 5  # for an exception's own __str__
DISMISS_SECONDS = 0.3  # for a debugger to say goodbye to its editor
END_SECONDS = 60  # for another thread to finish its message before `completed`
MOST_LOADED = 1000  # modules that one call tells of
EXIT_USAGE = 64
EXIT_CHANNEL = 74  # the host is gone or the script closed the private descriptors

# What a call can write to, and what the host puts into the container.
NOT_OF_IMAGE = ('/work/', '/tmp/', '/var/tmp/', '/home/demisto/', '/dev/', '/proc/', '/run/')

SCRIPT_FILE = '<string>'
SCRIPT_FILES = set([SCRIPT_FILE])  # with a debugger, the item's own file too
OLD_ERROR_MARK = '$$##'
ERROR_MARK = '[ERROR-fd5a7750-7182-4b38-90ba-091824478903]'


# --- JSON ------------------------------------------------------------------------------------------------------------


def refuse(value):
    """What the encoder calls for a value that JSON has no form for."""
    raise TypeError('Object of type %s is not JSON serializable' % type(value).__name__)


def text_of_bytes(value):
    """Bytes as text; what is not UTF-8 becomes U+FFFD."""
    return value.decode('utf-8', 'replace')


def text_of(value):
    """str(value), as text in Python 2 too."""
    if isinstance(value, TEXT):
        return value
    return text_of_bytes(str(value)) if PY2 else str(value)


class ScannerOptions(object):
    """What the interpreter's JSON scanner asks of its caller: plain values, NaN and the infinities included."""

    strict = True
    encoding = 'utf-8'
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = {'NaN': float('nan'), 'Infinity': float('inf'), '-Infinity': float('-inf')}.__getitem__
    memo = {}


class FastJson(object):
    """json.loads and json.dumps with their defaults, made of the compiled parts that module `json` itself uses.

    Importing `json` pulls in `re` and `enum`, half as long again as a bare interpreter's start.
    """

    def __init__(self):
        import _json
        self._make_encoder = _json.make_encoder
        self._quote = _json.encode_basestring_ascii
        self._scan = _json.make_scanner(ScannerOptions())

    def decode(self, text):
        text = text.strip(u' \t\r\n')
        try:
            value, end = self._scan(text, 0)
        except StopIteration as stop:
            raise ValueError('not a JSON text: no value at character %s' % (stop.args[0] if stop.args else 0))
        if end != len(text):
            raise ValueError('not a JSON text: more after its end, at character %d' % end)
        return value

    def encode(self, value):
        try:
            return self._encode(value, self._quote)
        except UnicodeDecodeError:  # Python 2: a byte string that is not UTF-8
            return self._encode(value, self._quote_bytes)

    def _encode(self, value, quote):
        # A new encoder each time: one that failed remembers the containers it was in and would call them circular.
        encoder = self._make_encoder({}, refuse, quote, None, ': ', ', ', False, False, True)
        return ''.join(encoder(value, 0))

    def _quote_bytes(self, value):
        return self._quote(text_of_bytes(value) if isinstance(value, bytes) else value)


class PlainJson(object):
    """The same from the public module, for an interpreter whose compiled parts are missing or of another shape."""

    def __init__(self):
        import json
        self.decode = json.loads
        self.encode = json.dumps


def make_json():
    sample = u' {"a": [1, -0.5, null, true, "\\u00e9\\ud800"], "b": {}}\n'
    try:
        codec = FastJson()
        if codec.decode(codec.encode(codec.decode(sample))) == codec.decode(sample):
            return codec
    except Exception:
        if PY2:
            raise
    return PlainJson()


JSON = None


def load_json():
    """Makes JSON, which every mode needs for its first job, and none for its greeting."""
    global JSON
    JSON = make_json()


# --- the channel -----------------------------------------------------------------------------------------------------


class Turn(object):
    """A lock that knows its owner, so that a signal handler is told rather than left waiting for itself."""

    def __init__(self):
        self._lock = thread.allocate_lock()
        self._owner = None

    def is_mine(self):
        return self._owner == thread.get_ident()

    def take(self, seconds=None):
        """Returns whether the lock was had within `seconds` (None: for ever).

        Errors: RuntimeError when this thread has it already.
        """
        if self.is_mine():
            raise RuntimeError('demisto was called from a signal handler that interrupted another call of it')
        if seconds is None:
            taken = self._lock.acquire()
        elif PY2:
            taken = self._poll(seconds)
        else:
            taken = self._lock.acquire(True, seconds)
        if taken:
            self._owner = thread.get_ident()
        return taken

    def _poll(self, seconds):
        import time
        end = time.time() + seconds
        while not self._lock.acquire(False):
            if time.time() > end:
                return False
            time.sleep(0.01)
        return True

    def give(self):
        self._owner = None
        self._lock.release()

    def __enter__(self):
        self.take()

    def __exit__(self, *_):
        self.give()


class Channel(object):
    """Lines over two descriptors. Reading belongs to one thread at a time; writing takes `write_turn`."""

    def __init__(self, in_fd, out_fd):
        self._in = in_fd
        self._out = out_fd
        self._read = bytearray()
        self._torn = False
        self.write_turn = Turn()

    def read_line(self):
        """The next line with its line feed; at the end of input what is left without one, then b''."""
        searched = 0
        while True:
            cut = self._read.find(b'\n', searched) + 1
            if cut:
                line = bytes(self._read[:cut])
                del self._read[:cut]
                return line
            searched = len(self._read)
            chunk = self._retry(lambda: os.read(self._in, 65536), self._in, False)
            if not chunk:
                line = bytes(self._read)
                del self._read[:]
                return line
            self._read += chunk

    def write_line(self, line):
        """Writes `line` and a line feed, whole. The caller has `write_turn`.

        A line that an exception of a signal handler cuts off is ended before the next one, so that only it is lost.
        When the descriptor is closed or nobody reads, nothing can be reported any more and the process ends.
        """
        data = memoryview((b'\n' if self._torn else b'') + line + b'\n')
        self._torn = True
        try:
            while len(data):
                part = data
                data = data[self._retry(lambda: os.write(self._out, part), self._out, True):]
        except OSError:
            os._exit(EXIT_CHANNEL)
        self._torn = False

    def _retry(self, call, fd, writing):
        import errno
        while True:
            try:
                return call()
            except OSError as error:
                if error.errno == errno.EINTR:
                    continue
                if error.errno not in (errno.EAGAIN, errno.EWOULDBLOCK):
                    raise
            # A child that shares the open file made it non-blocking.
            import select
            select.select([] if writing else [fd], [fd] if writing else [], [])


# --- the host, as one job sees it ------------------------------------------------------------------------------------


class Host(object):
    """One job's conversation. Requests are answered in order; messages of several threads do not mix.

    A request that was given up (a signal handler raised) leaves its answer on the way: answers are counted, and
    those that nobody waits for any more are passed over.
    """

    def __init__(self, channel):
        self._channel = channel
        self._turn = Turn()
        self._pid = os.getpid()
        self._sent = 0
        self._received = 0
        self._open = True

    def in_child(self):
        """Whether this is a process that the script forked: it must not speak for its parent."""
        return os.getpid() != self._pid

    def tell(self, message):
        """Sends a message that is not answered.

        Errors: TypeError, ValueError when it has no form in JSON, nothing is sent then; RuntimeError after the end.
        """
        line = JSON.encode(message).encode('ascii')
        self._check(line)
        with self._channel.write_turn:
            self._send(line)

    def ask(self, message):
        """Sends a message and returns its answer.

        Errors: as tell(); ValueError with the host's text when it refuses, or when it is gone.
        """
        text = JSON.encode(message)
        if self._turn.is_mine() and message.get('type') == 'log':
            # From a signal handler: the interrupted request's answer comes first, so this one is not waited for.
            self._post(text)
            return None
        with self._turn:
            ticket = self._post(text)
            while True:
                line = self._channel.read_line()
                if not line.endswith(b'\n'):
                    raise ValueError('the host ended the conversation while %s waited for an answer'
                                     % (message.get('command') or message.get('type')))
                number, answer = self._parse_answer(text_of_bytes(line))
                if number == ticket:
                    return self._result_of(answer)

    def complete(self, loaded=()):
        """Sends `completed`, with the names of modules that were `loaded`. Late threads get an error from then on."""
        self._await_others()
        turn = self._channel.write_turn
        # Not had in time, or left taken by a signal handler that raised: the end is said all the same.
        taken = not turn.is_mine() and turn.take(END_SECONDS)
        self._open = False
        line = JSON.encode({'type': 'completed', 'modules': loaded}) if loaded else u'{"type": "completed"}'
        self._channel.write_line(line.encode('ascii'))
        if taken:
            turn.give()

    def _await_turn(self):
        # A thread that still waits for an answer would take the next job for it.
        if not self._turn.is_mine() and self._turn.take(END_SECONDS):
            self._turn.give()

    def _post(self, text):
        with self._channel.write_turn:
            ticket, text = self._ticket_for(text)
            line = text.encode('ascii')
            self._check(line)
            self._send(line)
            self._sent += 1
            return ticket

    def _send(self, line):
        if not self._open:
            raise RuntimeError('the call has ended: nothing can be sent any more')
        self._channel.write_line(line)

    def _check(self, line):
        if self.in_child():
            raise RuntimeError('demisto belongs to process %d; this is a child of it' % self._pid)


class FramesHost(Host):
    """Mode `frames`: requests and answers carry `seq`, answers say result or error."""

    _seq = 0

    def _ticket_for(self, text):
        self._seq += 1
        return self._seq, '%s, "seq": %d}' % (text[:-1], self._seq)

    def _check(self, line):
        Host._check(self, line)
        if len(line) >= FRAME_LIMIT:
            raise ValueError('a message of %d bytes is over the limit of %d bytes: hand large data over as a file'
                             % (len(line), FRAME_LIMIT))

    def _parse_answer(self, line):
        answer = JSON.decode(line)
        seq = answer.get('seq') if isinstance(answer, dict) else None
        if not isinstance(seq, int) or seq > self._seq:
            raise ValueError('the host answered out of turn: seq %r, the last request was %d' % (seq, self._seq))
        return seq, answer

    def _result_of(self, answer):
        if 'error' in answer:
            raise ValueError(answer['error'])
        return answer.get('result')

    def _await_others(self):
        """Nothing: the host ends the process, and with it every thread."""


class SharedHost(FramesHost):
    """Mode `shared`: the next job comes on the same channel. What is left of an answer there, next_job() passes over."""

    def _await_others(self):
        self._await_turn()


class StdioHost(Host):
    """Mode `stdio`: answers are bare JSON lines, errors a marker at the start of the line."""

    def _ticket_for(self, text):
        return self._sent + 1, text

    def _parse_answer(self, line):
        self._received += 1
        return self._received, line

    def _result_of(self, answer):
        for mark in (ERROR_MARK, OLD_ERROR_MARK):
            if answer.startswith(mark):
                raise ValueError(answer[len(mark):].rstrip(u'\r\n'))
        return JSON.decode(answer)

    def _await_others(self):
        self._await_turn()


# --- the object ------------------------------------------------------------------------------------------------------


class Demisto(object):
    """The object that content knows as `demisto`, for scripts and integrations alike.

    A method of the other kind of item raises Exception with its own and the item's name. Names of methods, arguments
    and of the private __do are what published content calls; they are not ours to choose.
    """

    INTEGRATION = 'Integration'
    SCRIPT = 'Script'

    def __init__(self, host, job):
        self.__host = host
        self.callingContext = job
        self.is_integration = job['integration']
        self.item_type = self.INTEGRATION if self.is_integration else self.SCRIPT
        self.is_debug = bool(self.__context('IsDebug', False))
        self._args = dict(job.get('args') or {})
        if self.is_debug:
            self._args.pop('debug-mode', None)
        if 'demisto_machine_learning_magic_key' in self._args:
            os.environ['DEMISTO_MACHINE_LEARNING_MAGIC_KEY'] = str(self._args['demisto_machine_learning_magic_key'])
        self._heartbeat = None
        if job.get('command') == 'long-running-execution' and job.get('is_running_heartbeat'):
            self.long_running_heartbeat_thread()

    # How messages leave. Content replaces _Demisto__do on the instance to add a lock of its own, which does no harm.

    def __do(self, message):
        return self.__host.ask(message)

    def __do_no_res(self, message):
        self.__host.tell(message)

    def __call(self, __name, **args):
        return self.__do({'type': 'executeCommand', 'command': __name, 'args': args})

    def __only(self, item_type, function):
        if self.item_type != item_type:
            raise Exception('demisto.%s() is not there for items of type %s, only for type %s'
                            % (function, self.item_type, item_type))

    def _when_known(self, act):
        """Calls `act` once it is known which call this is: now. Before it was, a zygote's child waits with it."""
        act()

    def __context(self, key, default):
        value = (self.callingContext.get('context') or {}).get(key)
        return default if value is None else value

    # What the job says.

    def args(self):
        return self._args

    def params(self):
        return (self.callingContext.get('params') or {}) if self.is_integration else {}

    def command(self):
        return self.callingContext.get('command') or ''

    def getArg(self, arg, defaultParam=None):
        return self.get(self.callingContext, 'args.' + arg, defaultParam)

    def getParam(self, p, defaultParam=None):
        return self.get(self.callingContext, 'params.' + p, defaultParam)

    def get(self, obj, field, defaultParam=None):
        """The value at the dotted path `field` in `obj`, or `defaultParam`."""
        for part in field.split('.'):
            if not isinstance(obj, dict) or part not in obj:
                return defaultParam
            obj = obj[part]
        return obj

    def gets(self, obj, field, defaultParam=None):
        return str(self.get(obj, field, defaultParam))

    def context(self):
        return self.__context('ExecutionContext', {})

    def investigation(self):
        return self.__context('Inv', {})

    def parentEntry(self):
        return self.__context('ParentEntry', {})

    def integrationInstance(self):
        return self.__context('IntegrationInstance', '')

    def isTimeSensitive(self):
        return bool(self.__context('IsTimeSensitive', False))

    def get_incidents(self):
        return self.__context('Incidents', [])

    get_alerts = get_incidents

    def incident(self):
        incidents = self.get_incidents()
        return incidents[0] if incidents else {}

    alert = incident

    def alerts(self):
        return self.get_incidents()

    def incidents(self, incidents=None):
        """A script's incidents; in an integration, sends `incidents` as what a fetch found."""
        if not self.is_integration:
            return self.get_incidents()
        self.__send_json(incidents)

    def isFetch(self):
        self.__only(self.INTEGRATION, 'isFetch')
        return self.command() == 'fetch-incidents'

    def uniqueFile(self):
        """A random UUID (version 4), made here because importing `uuid` is dear."""
        data = bytearray(os.urandom(16))
        data[6] = data[6] & 0x0f | 0x40
        data[8] = data[8] & 0x3f | 0x80
        digits = ''.join('%02x' % byte for byte in data)
        return '-'.join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    # Entries and logs.

    def log(self, msg):
        msg = text_of_bytes(msg) if isinstance(msg, bytes) else text_of(msg)
        if self.__host.in_child():
            sys.stdout.write(msg.encode('utf-8') + b'\n' if PY2 else msg + '\n')
            return
        if self.is_integration:
            msg = u'Integration log: ' + msg
        self.__do_no_res({'type': 'entryLog', 'args': {'message': msg}})

    def __server_log(self, level, args):
        self.__do({'type': 'log', 'command': level, 'args': {'args': list(args)}})

    def info(self, *args):
        self.__server_log('info', args)

    def debug(self, *args):
        self.__server_log('debug', args)

    def error(self, *args):
        self.__server_log('error', args)

    def exception(self, ex):
        self.__only(self.SCRIPT, 'exception')
        return self.__do({'type': 'exception', 'command': 'exception', 'args': ex})

    def results(self, results):
        """Sends entries: entries as they are, lists one by one, anything else as the text or JSON of an entry."""
        entries = self.convert(results)
        self.__do_no_res({'type': 'result', 'results': entries if isinstance(entries, list) else [entries]})

    def convert(self, results):
        """The entry for any value. Lists keep their nesting."""
        if isinstance(results, dict):
            if 'Contents' in results and 'ContentsFormat' in results:
                return results
            return {'Type': 1, 'Contents': JSON.encode(results), 'ContentsFormat': 'json'}
        if isinstance(results, list):
            return [self.convert(one) for one in results]
        text = text_of_bytes(results) if isinstance(results, bytes) else text_of(results)
        return {'Type': 1, 'Contents': text, 'ContentsFormat': 'text'}

    def __send_json(self, value):
        self.results({'Type': 1, 'Contents': JSON.encode(value), 'ContentsFormat': 'json'})

    def fetchResults(self, incidents_or_alerts):
        self.__only(self.INTEGRATION, 'fetchResults')
        self.__send_json(incidents_or_alerts)

    def credentials(self, credentials):
        self.__only(self.INTEGRATION, 'credentials')
        self.__send_json(credentials)

    # Requests of both kinds of items.

    def getFilePath(self, id):
        return self.__do({'type': 'getFileByEntryID', 'command': 'getFilePath', 'args': {'id': id}})

    def demistoUrls(self):
        return self.__do({'type': 'demistoUrls'})

    def demistoVersion(self):
        return self.__do({'type': 'demistoVersion'})

    def dt(self, data, q):
        return self.get(self.__do({'type': 'dt', 'name': q, 'value': data}), 'result')

    def getLicenseID(self):
        return self.get(self.__call('getLicenseID'), 'id')

    def getLicenseCustomField(self, key):
        return self.get(self.__call('getLicenseCustomField', key=key), 'value')

    def getAutoFocusApiKey(self):
        return self.getLicenseCustomField('autofocus')

    def internalHttpRequest(self, method, uri, body=None):
        return self.__call('internalHttpRequest', method=method, uri=uri, body=body)

    def _apiCall(self, name=None, params=None, data=None, **others):
        return self.__call('_apiCall', name=name, params=params, data=data, **others)

    def mapObject(self, sourceObject, mapper, mapperType=''):
        return self.__call('mapObject', source=sourceObject, mapper=mapper, mapperType=mapperType)

    def searchIndicators(self, value=None, query=None, size=None, page=None, sort=None, fromDate=None, toDate=None,
                         searchAfter=None, populateFields=None, **others):
        return self.__call('searchIndicators', value=value, query=query, size=size, page=page, sort=sort,
                           fromDate=fromDate, toDate=toDate, searchAfter=searchAfter,
                           populateFields=populateFields, **others)

    def searchRelationships(self, filter=None):
        return self.__call('searchRelationships', filter=filter)

    # Requests of scripts.

    def executeCommand(self, command, args=None):
        self.__only(self.SCRIPT, 'executeCommand')
        return self.__do({'type': 'executeCommand', 'command': command.strip(), 'args': args or {}})

    def execute(self, module, command, args=None):
        self.__only(self.SCRIPT, 'execute')
        return self.__do({'type': 'execute', 'module': module, 'command': command.strip(), 'args': args or {}})

    def getAllSupportedCommands(self):
        self.__only(self.SCRIPT, 'getAllSupportedCommands')
        return self.__do({'type': 'getAllModulesSupportedCmds'})

    def getModules(self):
        self.__only(self.SCRIPT, 'getModules')
        return self.__do({'type': 'getAllModules'})

    def setContext(self, name, value):
        self.__only(self.SCRIPT, 'setContext')
        return self.__do({'type': 'setContext', 'name': name, 'value': value})

    # Requests of integrations.

    def getLastRun(self):
        self.__only(self.INTEGRATION, 'getLastRun')
        return self.__call('getLastRun') or {}

    def setLastRun(self, value):
        self.__only(self.INTEGRATION, 'setLastRun')
        return self.__call('setLastRun', value=value)

    def getLastMirrorRun(self):
        self.__only(self.INTEGRATION, 'getLastMirrorRun')
        return self.__call('getLastMirrorRun') or {}

    def setLastMirrorRun(self, value):
        self.__only(self.INTEGRATION, 'setLastMirrorRun')
        return self.__call('setLastMirrorRun', value=value)

    def getAssetsLastRun(self):
        self.__only(self.INTEGRATION, 'getAssetsLastRun')
        return self.__call('getAssetsLastRun') or {}

    def setAssetsLastRun(self, value):
        self.__only(self.INTEGRATION, 'setAssetsLastRun')
        return self.__call('setAssetsLastRun', value=value)

    def getIntegrationContext(self):
        self.__only(self.INTEGRATION, 'getIntegrationContext')
        answer = self.__call('getIntegrationContext', refresh=False) or {}
        # Servers before 6.0 answer with the bare object.
        return (answer['context'] or {}) if set(answer) == set(['context', 'version']) else answer

    def getIntegrationContextVersioned(self, refresh=False):
        self.__only(self.INTEGRATION, 'getIntegrationContextVersioned')
        return self.__call('getIntegrationContext', refresh=refresh)

    def setIntegrationContext(self, value):
        self.__only(self.INTEGRATION, 'setIntegrationContext')
        return self.setIntegrationContextVersioned(value, -1)

    def setIntegrationContextVersioned(self, value, version=-1, sync=False):
        """Stores `value`. `version` is what the versioned getter gave, or -1 for unconditionally."""
        self.__only(self.INTEGRATION, 'setIntegrationContextVersioned')
        if not isinstance(version, dict):
            number = -1 if version is None else version
            version = {'version': number, 'sequenceNumber': -1, 'primaryTerm': -1}
        return self.__call('setIntegrationContext', value=value, version=version, sync=sync)

    def createIncidents(self, incidents, lastRun=None, userID=None):
        self.__only(self.INTEGRATION, 'createIncidents')
        return self.__call('createIncidents', incidents=incidents, lastRun=lastRun, userID=userID)

    def createAlerts(self, alerts, lastRun=None, userID=None):
        self.__only(self.INTEGRATION, 'createAlerts')
        return self.__call('createAlerts', alerts=alerts, lastRun=lastRun, userID=userID)

    def createIndicators(self, indicators_batch, lastRun=None, noUpdate=False):
        """Documented with `noUpdate` second, implemented elsewhere with `lastRun` there: a bool is the former."""
        self.__only(self.INTEGRATION, 'createIndicators')
        if isinstance(lastRun, bool):
            lastRun, noUpdate = None, lastRun
        return self.__call('createIndicators', indicators=indicators_batch, lastRun=lastRun, noUpdate=noUpdate)

    def getIndexHash(self):
        self.__only(self.INTEGRATION, 'getIndexHash')
        return self.__do({'type': 'executeCommand', 'command': 'getIndexHash'})

    def updateModuleHealth(self, data, is_error=False):
        self.__only(self.INTEGRATION, 'updateModuleHealth')
        return self.__call('updateModuleHealth', err=data, isError=is_error)

    def addEntry(self, id, entry, username=None, email=None, footer=None):
        self.__only(self.INTEGRATION, 'addEntry')
        return self.__call('addEntry', id=id, entry=entry, username=username, email=email, footer=footer)

    def directMessage(self, message, username=None, email=None, anyoneCanOpenIncidents=None, anyoneCanOpenAlerts=None):
        self.__only(self.INTEGRATION, 'directMessage')
        alerts = anyoneCanOpenIncidents if anyoneCanOpenAlerts is None else anyoneCanOpenAlerts
        return self.get(self.__call('directMessage', message=message, username=username, email=email,
                                    anyoneCanOpenIncidents=anyoneCanOpenIncidents, anyoneCanOpenAlerts=alerts), 'res')

    def mirrorInvestigation(self, id, mirrorType, autoClose=False):
        self.__only(self.INTEGRATION, 'mirrorInvestigation')
        return self.__call('mirrorInvestigation', id=id, mirrorType=mirrorType, autoClose=autoClose)

    def findUser(self, username='', email=''):
        self.__only(self.INTEGRATION, 'findUser')
        return self.__call('findUser', username=username, email=email)

    def handleEntitlementForUser(self, incidentID, guid, email, content, taskID=''):
        self.__only(self.INTEGRATION, 'handleEntitlementForUser')
        return self.__call('handleEntitlementForUser', incidentID=incidentID, alertID=incidentID, guid=guid,
                           taskID=taskID, email=email, content=content)

    # Long-running integrations.

    def heartbeat(self, msg):
        self.__only(self.INTEGRATION, 'heartbeat')
        self.__do_no_res({'type': 'executeCommand', 'command': 'heartbeat', 'args': {'message': msg}})

    def enable_multithreading(self):
        """Nothing to enable: messages of several threads never mix here."""

    def long_running_heartbeat_thread(self, enable=True):
        """Starts or stops the thread that tells the host at intervals that the integration is alive."""
        self.__only(self.INTEGRATION, 'long_running_heartbeat_thread')
        if enable == (self._heartbeat is not None):
            return
        if not enable:
            self._heartbeat.set()
            self._heartbeat = None
            return
        import threading
        self._heartbeat = threading.Event()
        beating = threading.Thread(target=self.__beat, args=(self._heartbeat,), name='heartbeat')
        beating.daemon = True
        beating.start()

    def __beat(self, stop):
        count = 0
        while not stop.wait(self.callingContext.get('heartbeat_interval') or 30):
            try:
                self.heartbeat('heartbeat counter: %d' % count)
            except RuntimeError:  # the call has ended
                return
            count += 1


# --- exceptions as lines of text -------------------------------------------------------------------------------------


def describe(kind, error, trace):
    """The lines that `traceback` prints for an exception, from the script's own first frame on, bounded.

    An exception's text is made by the script's code, which may raise, or never return: it runs in a thread of its own,
    and what is known without it is used when it does not come to an end.
    """
    while trace is not None and trace.tb_frame.f_code.co_filename not in SCRIPT_FILES:
        trace = trace.tb_next
    lines = []
    done = thread.allocate_lock()
    done.acquire()

    def work():
        freed = make_room()
        try:
            import traceback
            made = traceback.format_exception(kind, error, trace)
            lines.extend([text_of(line) for line in made])
        except:  # noqa: E722 -- whatever the script's code raises
            del lines[:]
        finally:
            if freed:
                os.open(os.devnull, os.O_RDONLY)  # gets the lowest number that is free
            done.release()

    if start_deep_thread(work) and wait_for(done, DESCRIBE_SECONDS) and lines:
        return bounded(lines)
    return bounded(describe_without_text(kind, trace))


def make_room():
    """Where the script has used up its descriptors, gives standard input, which is empty, for the one that an import
    needs. Returns whether it did."""
    try:
        os.close(os.dup(2))
        return False
    except OSError:
        pass
    try:
        os.close(0)
        return True
    except OSError:
        return False


def start_deep_thread(work):
    """Whether a thread could be started; with a stack for deep recursion also where libc's default is tiny (musl)."""
    try:
        usual = thread.stack_size(16 * 1024 * 1024)
        try:
            thread.start_new_thread(work, ())
        finally:
            thread.stack_size(usual)
        return True
    except Exception:
        return False


def wait_for(lock, seconds):
    if not PY2:
        return lock.acquire(True, seconds)
    turn = Turn()
    turn._lock = lock
    return turn._poll(seconds)


def describe_without_text(kind, trace):
    """The same without running any code of the script's."""
    lines = [u'Traceback (most recent call last):\n'] if trace is not None else []
    while trace is not None:
        code = trace.tb_frame.f_code
        lines.append(u'  File "%s", line %d, in %s\n' % (code.co_filename, trace.tb_lineno, code.co_name))
        trace = trace.tb_next
    name = type.__dict__['__name__'].__get__(kind) if isinstance(kind, type) else 'exception'
    lines.append(u'%s: (its text could not be made: __str__ raised or did not end)\n' % name)
    return lines


def bounded(lines):
    """`lines` within TRACE_LIMIT: long ones shortened, then those in the middle left out."""
    half = TRACE_LINE_LIMIT // 2
    lines = [line if len(line) <= TRACE_LINE_LIMIT else
             u'%s ... %d characters left out ... %s' % (line[:half], len(line) - 2 * half, line[-half:])
             for line in lines]
    if sum(map(len, lines)) <= TRACE_LIMIT:
        return lines
    first, last, size = 0, len(lines), 0
    while size + len(lines[first]) + len(lines[last - 1]) <= TRACE_LIMIT:
        size += len(lines[first]) + len(lines[last - 1])
        first, last = first + 1, last - 1
    return lines[:first] + [u'  ... %d lines left out ...\n' % (last - first)] + lines[last:]


# --- what a call has loaded -------------------------------------------------------------------------------------------


class Loaded(object):
    """The modules that are there at some moment. A zygote of the host imports ahead what calls have loaded beyond them.

    `ignored` are names that the host knows already and does not want to hear of.
    """

    def __init__(self, ignored=()):
        self._count = len(sys.modules)
        self._names = frozenset(sys.modules) | frozenset(ignored)

    def beyond(self):
        """The names of modules that have been loaded since and are files of the image. Runs no code of the script's.

        A call that has loaded none is told by their number, so that not even their names are touched.
        """
        modules, kind, names = sys.modules, type(sys), []
        try:
            if len(modules) == self._count:
                return names
            for name in list(modules):
                module = modules[name]
                if type(name) is not str or name in self._names or not issubclass(type(module), kind):
                    continue
                file = object.__getattribute__(module, '__dict__').get('__file__')
                if len(names) < MOST_LOADED and is_of_image(file):
                    names.append(name)
        except Exception:
            pass  # sys.modules is the script's to change
        return names


def is_of_image(file):
    return type(file) is str and file.startswith('/') and not file.startswith(NOT_OF_IMAGE) and '/../' not in file


# --- running a job ---------------------------------------------------------------------------------------------------


JOB_FIELDS = (('args', dict, 'an object'), ('params', dict, 'an object'), ('context', dict, 'an object'),
              ('command', TEXT, 'a string'), ('script', TEXT, 'a string'))


def parse_job(line, needs_native):
    """The job object that stands in `line`. Errors: ValueError that names the field."""
    job = JSON.decode(line.decode('utf-8'))
    if not isinstance(job, dict):
        raise ValueError('job: expected an object, not %s' % type(job).__name__)
    for field in ('integration', 'native') if needs_native else ('integration',):
        if not isinstance(job.get(field), bool):
            raise ValueError("job: '%s' must be true or false" % field)
    for field, kind, name in JOB_FIELDS:
        if job.get(field) is not None and not isinstance(job[field], kind):
            raise ValueError("job: '%s' must be %s, not %s" % (field, name, type(job[field]).__name__))
    return job


def compile_script(script, flags=0, file=SCRIPT_FILE):
    """The code of `script`, with the future features that `flags` names."""
    if not PY2:
        return compile(script, file, 'exec', flags, True)
    # A byte order mark makes byte source UTF-8 without forbidding a coding line, which text would.
    source = b'\xef\xbb\xbf' + script.encode('utf-8')
    print_function = 0x10000
    try:
        return compile(source, SCRIPT_FILE, 'exec', flags | print_function, True)
    except SyntaxError:
        error = sys.exc_info()
        try:
            return compile(source, SCRIPT_FILE, 'exec', flags, True)  # print statements
        except SyntaxError:
            pass
        raise error[1]


def code_of(job, cache):
    """Compiled code of the job, from `cache` when its version is known there. Takes `script` out of the job."""
    script = job.pop('script', None)
    version = job.get('code_version')
    known = cache.get(version) if version else None
    if job.get('reset_code_cache'):
        cache.clear()
    if known is not None:
        return known
    if script is None:
        raise ValueError("missing script code: the job has no 'script'"
                         + (", and version '%s' is not cached" % version if version else ''))
    code = compile_script(script)
    if version:
        cache[version] = code
    return code


def future_features(code):
    """The flags of the future features that `code` was compiled with: what follows it in one text has them too."""
    if not code.co_flags & ~0x3ff:
        return 0  # the lower bits say other things, and most code has no more
    import __future__
    known = 0
    for name in __future__.all_feature_names:
        known |= getattr(__future__, name).compiler_flag
    return code.co_flags & known


def await_debugger(debugger):
    """Lets an editor attach to this process, and waits until one has."""
    if sys.version_info < (3, 7):
        raise RuntimeError('a debugger can be attached to Python 3.7 and later; this is %d.%d' % sys.version_info[:2])
    # Its own remarks about files that only the container has, and about modules inside the interpreter.
    os.environ['PYDEVD_DISABLE_FILE_VALIDATION'] = '1'
    sys.path.insert(0, debugger['packages'])
    try:
        import debugpy
        debugpy.configure(subProcess=False)  # which imports its parts, from a folder that it knows
    finally:
        sys.path.remove(debugger['packages'])
        del os.environ['PYDEVD_DISABLE_FILE_VALIDATION']
    file_utils = sys.modules['pydevd_file_utils']
    ours = [(debugger['outside'], debugger['inside'])]
    set_paths = file_utils.setup_client_server_paths

    def set_paths_with_ours(paths):
        """Editors that name no paths, and those that believe to be on the same machine, mean the item's file too."""
        set_paths(ours + [pair for pair in paths if tuple(pair) != ours[0]])

    file_utils.setup_client_server_paths = set_paths_with_ours
    set_paths_with_ours([])
    debugpy.listen(('127.0.0.1', debugger['port']))
    debugpy.wait_for_client()
    return sys.modules['pydevd']


def debugged_codes(debugger):
    """The code to run, in order, each part under the name and with the lines of the file that it comes from."""
    codes, flags = [], 0
    for part in debugger['parts']:
        file = part.get('file', SCRIPT_FILE)
        SCRIPT_FILES.add(file)
        codes.append(compile_script(u'\n' * (part['first_line'] - 1) + part['script'], flags, file))
        flags |= future_features(codes[-1])
    return codes


def codes_of(job, cache):
    """The code to run, in order: the prelude, when the host has it compiled, and the rest of the script.

    A prelude is the part of the text that is the same in call after call. It stands in a file as marshalled code of
    this interpreter, and the script then begins at line `first_line` of the whole.
    """
    if job.get('debugger'):
        job.pop('script', None)
        return debugged_codes(job['debugger'])
    prelude = job.pop('prelude', None)
    if prelude is None:
        return [code_of(job, cache)]
    script = u'\n' * (prelude['first_line'] - 1) + job.pop('script')
    known = cache.get((prelude['path'], script))
    if known is None:
        code = cache.get(prelude['path'])
        if code is None:
            import marshal
            with open(prelude['path'], 'rb') as compiled:
                code = cache[prelude['path']] = marshal.loads(compiled.read())
        known = cache[(prelude['path'], script)] = [code, compile_script(script, future_features(code))]
    return known


def script_globals(demisto, job):
    """Globals as content expects them; without __name__, so that it reads as that of the builtins."""

    def print_to_log(*args):
        demisto.log(u' '.join([text_of(arg) for arg in args]).strip())

    def read_while_available():
        """Nothing ever waits here for a script: answers belong to the methods of demisto."""
        return ''

    return {'demisto': demisto, 'context': job, 'win': sys.platform.startswith('win'), 'print': print_to_log,
            'exit': sys.exit, 'quit': sys.exit, '__readWhileAvailable': read_while_available}


def run_job(line, host, cache, needs_native=False, ahead=None, rounds=None):
    """Runs one job and reports how it ended. Returns whether the job asked for the process to end (`native`).

    `ahead` is a call that has begun before its job was known (zygote.py), which it has then taken from its own line.
    `rounds` are those of a process that may keep what the common script has left (Rounds).
    """
    job, scope, leaving, failure, debugger, loaded = {}, {}, None, None, None, None
    recursion_limit = sys.getrecursionlimit()
    try:
        if ahead is None:
            job = parse_job(line, needs_native)
            if job.pop('learns', False):
                loaded = Loaded()
            codes = codes_of(job, cache) if rounds is None else rounds.codes_of(job, cache)
            if job.get('debugger'):
                debugger = await_debugger(job.pop('debugger'))
            if rounds is not None:
                scope, codes = rounds.begin(codes, host, job)
            else:
                scope.update(script_globals(Demisto(host, job), job))
        else:
            scope, loaded = ahead.scope, ahead.loaded
            job, codes = ahead.begin()
        for code in codes:
            exec(code, scope)
    except SystemExit as error:
        leaving = error
    except:  # noqa: E722 -- KeyboardInterrupt and Python 2's classic classes too: no end goes unnamed
        failure = sys.exc_info()
    if debugger is not None and not host.in_child():
        dismiss(debugger)
    for set_hook in () if debugger is not None else (sys.settrace, sys.setprofile):
        try:
            set_hook(None)
        except:  # noqa: E722 -- a hook that raises is called for its own removal, and is gone then
            set_hook(None)
    sys.setrecursionlimit(recursion_limit)
    disarm()
    if host.in_child():
        end_child(leaving, failure)
    if failure is not None:
        report(host, failure)
    leaving = failure = None
    if rounds is not None:
        rounds.end(scope)
    else:
        release(scope, list(scope) if ahead is None else ahead.names_to_release())
    flush(() if ahead is None else ahead.files_left_open())
    host.complete(loaded.beyond() if loaded is not None else ())
    return bool(job.get('native'))


def dismiss(debugger):
    """Ends the conversation with the editor, which is told before the process is gone."""
    import time
    try:
        debugger.stoptrace()
    except Exception:
        pass  # it is the end in any case
    time.sleep(DISMISS_SECONDS)


def disarm():
    """Stops the alarm that the script may have set: its handler would run in what follows."""
    signals = sys.modules.get('signal')
    if signals is not None:
        signals.setitimer(signals.ITIMER_REAL, 0)


def end_child(leaving, failure):
    """Ends a process that the script forked and that ran on to the script's end, as the interpreter would."""
    status = 0 if leaving is None or leaving.code is None else 1
    if leaving is not None and isinstance(leaving.code, int):
        status = leaving.code & 0xff
    if failure is not None:
        status = 1
        sys.stderr.write(u''.join(describe(*failure)))
    flush()
    os._exit(status)


def report(host, failure):
    try:
        host.tell({'type': 'exception', 'args': {'exception': describe(*failure)}})
    except Exception:  # out of memory, or of stack
        host.tell({'type': 'exception', 'args': {'exception': describe_without_text(failure[0], None)}})


def has_own_end(value):
    """Whether the value's class has a __del__. Runs no code of the script's."""
    bases = type.__dict__['__mro__'].__get__(type(value))
    return any('__del__' in type.__dict__['__dict__'].__get__(base) for base in bases)


def release(scope, names):
    """Lets go of the script's values of `names`, so that files it left open are written before the host collects them.

    Functions, classes and modules stay: they hold nothing, and freeing a large common library takes time. The last
    come first, so that what a value needs for its own end is there; before them those with a say in their end, and
    names with one underscore, as when the interpreter ends.
    """
    keep = frozenset(map(id, (type(release), type, type(sys), type(len))))  # a class may say itself what it equals
    try:
        names = [name for name in names if name in scope]
        for name in sorted(reversed(names),
                           key=lambda name: (not has_own_end(scope[name]), not name.startswith('_'))):
            if name != '__builtins__' and id(type(scope.get(name))) not in keep:
                scope[name] = None
    except Exception:
        pass  # a name that is no text: globals() takes any key


def flush(files=()):
    for stream in list(files) + [sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__]:
        try:
            stream.flush()
        except Exception:
            pass  # the script may have closed or replaced it; what it printed is its own affair


# --- the modes -------------------------------------------------------------------------------------------------------


class Surroundings(object):
    """What is put back between the jobs of one process: environment, current directory, standard streams."""

    def __init__(self):
        self._environ = os.environ
        self._variables = dict(os.environ)
        self._data = getattr(os.environ, '_data', None)  # what it looks like inside, of which putenv() knows nothing
        self._data_before = dict(self._data) if type(self._data) is dict else None
        self.folder = os.getcwd()
        self._streams = (sys.stdin, sys.stdout, sys.stderr)

    def _restore_variables(self):
        os.environ = self._environ  # the very object that reaches child processes
        if not PY2 and self._data_before is not None and self._environ._data == self._data_before:
            for name, value in self._data_before.items():
                os.putenv(name, value)
            return
        for name in set(os.environ) - set(self._variables):
            del os.environ[name]
        for name, value in self._variables.items():
            os.environ[name] = value

    def restore(self):
        self._restore_variables()
        try:
            os.chdir(self.folder)
        except OSError:
            pass  # removed by a job: there is nowhere to go back to
        sys.stdin, sys.stdout, sys.stderr = self._streams


def close_on_exec(fd):
    if PY2:
        import fcntl
        fcntl.fcntl(fd, fcntl.F_SETFD, fcntl.fcntl(fd, fcntl.F_GETFD) | fcntl.FD_CLOEXEC)
    else:
        os.set_inheritable(fd, False)


def move_away(fd):
    """A private, high, close-on-exec copy of a standard descriptor."""
    import fcntl
    for lowest in (200, 10):
        try:
            copy = fcntl.fcntl(fd, fcntl.F_DUPFD, lowest)
            break
        except (OSError, IOError, ValueError):
            if lowest == 10:
                raise
    close_on_exec(copy)
    return copy


def greeting():
    """The line that says that a job can come, and to which interpreter."""
    line = '{"type": "ready", "schema": %d, "python": "%d.%d.%d"}' % ((SCHEMA,) + sys.version_info[:3])
    return line.encode('ascii')


def greet(channel):
    """Says so, where FRONT has not."""
    if not globals().get('GREETED'):
        with channel.write_turn:
            channel.write_line(greeting())


def serve_frames(in_fd, out_fd):
    """One job, then waits for the host to end the process or the conversation."""
    for fd in (in_fd, out_fd):
        close_on_exec(fd)
    channel = Channel(in_fd, out_fd)
    greet(channel)
    load_json()  # while the host answers
    line = channel.read_line()
    if line:
        run_job(line, FramesHost(channel), {})
        while channel.read_line():
            pass


def empty_folder(folder):
    """Removes what is in a folder, and follows no link. What a job has made so that it cannot be removed stays."""
    try:
        names = os.listdir(folder)
    except OSError:
        names = []
    for name in names:
        path = os.path.join(folder, name)
        try:
            if os.path.isdir(path) and not os.path.islink(path):
                empty_folder(path)
                os.rmdir(path)
            else:
                os.unlink(path)
        except Exception:
            pass  # RuntimeError, too: folders in folders, deeper than the interpreter's stack


def next_job(channel):
    """The next line that is no answer: one to a request that was given up may have stayed on the way."""
    line = channel.read_line()
    while line.startswith(b'{"seq"'):
        line = channel.read_line()
    return line


class Rounds(object):
    """The calls of a process of mode `shared`, as to their globals. What the common script leaves there is kept for the
    calls that follow where it may be, and put back after each (again.py); otherwise each runs it in fresh ones."""

    FIRST = 16  # calls before that is found out: it takes as long as some of them
    MOST_TRIES = 3

    def __init__(self):
        self._paths = list(sys.path)
        self._again = None  # again.py and its like, once they are loaded
        self._kept = None
        self._in_use = False
        self._text = {}  # what the codes of the call before came from
        self._codes = None
        self._prelude = self._item = None
        self._is_integration = False
        self._left = self.FIRST  # calls until the next try
        self._tries = self.MOST_TRIES

    def codes_of(self, job, cache):
        """As codes_of(); a job may say that the process has the code: that of the job before."""
        if not job.pop('is_ahead', False):
            self._text = dict((name, job[name]) for name in ('script', 'prelude') if name in job)
        elif self._codes is not None:
            return self._codes
        else:
            job.update(self._text)  # it had no end: what is wrong with it is said again
        self._codes = None
        self._codes = codes_of(job, cache)
        return self._codes

    def begin(self, codes, host, job):
        """The globals of a call, and what of its code is still to be run."""
        self._prelude, self._item = codes if len(codes) == 2 else (None, None)
        self._is_integration = job['integration']
        kept, demisto = self._kept, Demisto(host, job)
        self._in_use = kept is not None and kept.fits(codes, job)
        if self._in_use:
            return kept.begin(demisto, job, self._item), codes[1:]
        return script_globals(demisto, job), codes

    def end(self, scope):
        """Lets go of what the call has put into its globals."""
        kept, was_in_use, self._in_use = self._kept, self._in_use, False
        if not was_in_use:
            release(scope, list(scope))
        elif kept.has_company():
            self._kept = None
            release(scope, list(scope))
        else:
            release(scope, kept.names_to_release(self._item))
            try:
                kept.end()
            except Exception:
                self._kept = None

    def prepare(self):
        """Once a call has answered: what is to be done for those that follow."""
        if self._kept is not None or self._tries == 0 or self._prelude is None:
            return
        self._left -= 1
        if self._left > 0:
            return
        self._left, self._tries = self.FIRST, self._tries - 1
        if self._load():
            again, watch, ahead = self._again[:3]
            self._kept = again.begin(sys.modules[__name__], watch, ahead, self._prelude, self._is_integration, self._paths)
        if self._kept is None:
            self._tries = 0

    def _load(self):
        if sys.version_info < (3, 8):
            return False
        folder = os.path.dirname(os.path.abspath(__file__))
        names = ('again', 'watch', 'ahead', 'kept')
        before = dict((name, sys.modules.pop(name)) for name in names if name in sys.modules)
        sys.path.insert(0, folder)
        try:
            self._again = [__import__(name) for name in names]
        except Exception:
            pass  # an interpreter that lacks something
        finally:
            sys.path.remove(folder)
            for name in names:
                sys.modules.pop(name, None)
            sys.modules.update(before)
        return self._again is not None


def serve_shared(in_fd, out_fd):
    """Jobs until the host closes its end. Each finds its folder empty; the host has taken the files out by then."""
    for fd in (in_fd, out_fd):
        close_on_exec(fd)
    channel = Channel(in_fd, out_fd)
    greet(channel)
    load_json()
    surroundings = Surroundings()
    cache, rounds = {}, Rounds()
    line = next_job(channel)
    while line:
        run_job(line, SharedHost(channel), cache, rounds=rounds)
        surroundings.restore()
        rounds.prepare()
        line = next_job(channel)
        empty_folder(surroundings.folder)


def serve_stdio():
    """Jobs until the end of input, or until one that is `native`."""
    in_fd, out_fd = move_away(0), move_away(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    try:
        os.dup2(2, 1)
    except OSError:  # started without a standard error
        os.dup2(null, 1)
        os.dup2(null, 2)
    os.close(null)
    load_json()
    channel = Channel(in_fd, out_fd)
    surroundings = Surroundings()
    cache = {}
    while True:
        line = channel.read_line()
        if not line:
            return
        if line == b'ping\n':
            with channel.write_turn:
                channel.write_line(b'{"type": "pong"}')
            continue
        native = run_job(line, StdioHost(channel), cache, needs_native=True)
        surroundings.restore()
        if native:
            return


PRELUDE = '/run/berth/prelude.py'


def write_whole(path, data):
    """Puts `data` at `path`, or nothing."""
    with open(path + '.draft', 'wb') as draft:
        draft.write(data)
    os.rename(path + '.draft', path)


# What loop.pyc runs first: the host, told that the interpreter runs, answers while the rest is unmarshalled.
FRONT = '''import marshal, os, sys
GREETED = False
if __name__ == '__main__' and sys.argv[1:2] == ['frames'] and len(sys.argv) == 4 and sys.argv[3].isdigit():
    try:
        os.write(int(sys.argv[3]), %r)
        GREETED = True
    except OSError:
        pass  # the rest meets the same, and tells
exec(marshal.loads(%r))
'''


def write_compiled(folder):
    """Writes loop.pyc, and prelude.bin when there is a prelude, to `folder`: marshalled code of this interpreter."""
    import marshal
    import struct
    if PY2:
        import imp
        header = imp.get_magic() + struct.pack('<I', 0)
    else:
        from importlib.util import MAGIC_NUMBER
        header = MAGIC_NUMBER + struct.pack('<III', 0, 0, 0)
        if sys.version_info < (3, 7):
            header = header[:12]
    with open(__file__, 'rb') as source:
        rest = marshal.dumps(compile(source.read(), __file__, 'exec', 0, True))
    front = compile(FRONT % (greeting() + b'\n', rest), __file__, 'exec', 0, True)
    write_whole(folder + '/loop.pyc', header + marshal.dumps(front))
    if os.path.exists(PRELUDE):
        with open(PRELUDE, 'rb') as source:
            code = compile_script(source.read().decode('utf-8'))
        write_whole(folder + '/prelude.bin', marshal.dumps(code))


def main(argv):
    # The folder of this file is no place for content to import from.
    folder = os.path.dirname(__file__)
    if sys.path and (sys.path[0] == folder or os.path.realpath(sys.path[0] or '.') == os.path.realpath(folder)):
        del sys.path[0]
    sys.argv[:] = ['']
    try:
        if argv[:1] == ['frames'] and len(argv) == 3 and (argv[1] + argv[2]).isdigit():
            serve_frames(int(argv[1]), int(argv[2]))
        elif argv[:1] == ['shared'] and len(argv) == 3 and (argv[1] + argv[2]).isdigit():
            serve_shared(int(argv[1]), int(argv[2]))
        elif argv == ['stdio']:
            serve_stdio()
        elif argv[:1] == ['compile'] and len(argv) == 2:
            write_compiled(argv[1])
        else:
            sys.stderr.write('usage: loop.py frames IN OUT | loop.py shared IN OUT | loop.py stdio | loop.py compile FOLDER\n')
            flush()
            os._exit(EXIT_USAGE)
    except (OSError, IOError) as error:
        # Only the private descriptors are read here: closed by the script, or never there.
        sys.stderr.write('loop: the channel to the host: %s\n' % error)
        flush()
        os._exit(EXIT_CHANNEL)
    flush()
    os._exit(0)


if __name__ == '__main__':
    main(sys.argv[1:])
