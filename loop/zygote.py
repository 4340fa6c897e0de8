"""The zygote: an interpreter that has loaded what calls share, and forks a child for each of them.

    zygote.py CHANNEL    serves the host on socket CHANNEL (fork_plan.h says how)

A child isolates itself for good (fork.cc), makes ready what does not depend on its call, says `ready`, and waits for
its one job, which it runs as loop.py does. Nothing of a call is ever in this process: no argument, no secret, no file.

The common script runs in a child before its call is known, as far as it gets without asking for something of it. There
the child waits for its job, and the script goes on with the answer.
What it loads, from /run/berth:

    loop.pyc       the loop
    fork.so        what it needs beyond os.fork
    prelude.bin    marshalled code of the common script, where there is one
    item.py        the rest of the code: it is compiled here, and run only in children
    kind           `integration` or `script`: what the item is
    learned.py     what imports ahead, and
    learned        what to import, where earlier calls have told something

Python 3.6 or later, with ctypes. An interpreter that cannot do it says why on standard error and ends with EXIT_UNFIT.
"""
import gc
import os
import sys

FOLDER = '/run/berth'
EXIT_UNFIT = 65
IN, OUT = 3, 4  # of a child


def unfit(why):
    sys.stderr.write('%s\n' % why)
    sys.stderr.flush()
    os._exit(EXIT_UNFIT)


def load(name):
    """A module of ours. Its folder is no place for content to import from, and the module none to be found."""
    sys.path.insert(0, FOLDER)
    try:
        module = __import__(name)
    finally:
        sys.path.remove(FOLDER)
    del sys.modules[name]
    return module


def load_library():
    try:
        import ctypes
        library = ctypes.CDLL(FOLDER + '/fork.so')
    except (ImportError, OSError) as error:
        unfit('the part that forks cannot be loaded: %s' % error)
    for name in 'berth_open', 'berth_wait', 'berth_forked', 'berth_isolate':
        getattr(library, name).restype = ctypes.c_long
    library.berth_failed_step.restype = ctypes.c_char_p
    return library


def read(name):
    """The bytes of a file of ours, or None."""
    try:
        with open('%s/%s' % (FOLDER, name), 'rb') as file:
            return file.read()
    except FileNotFoundError:
        return None


def import_learned(code):
    """Imports what earlier calls have loaded (learned.py), before there is any child."""
    text = read('learned')
    known, changed = (), ''
    if text is not None:
        learned = load('learned')
        known, changed = learned.import_ahead(code.loop, text)
        code.renew = learned.renew
    if changed:
        unfit('what was imported ahead has changed: %s' % changed)
    code.loaded = code.loop.Loaded(known)


def check_threads():
    """Forking a process with threads is how others hang: a lock that one of them holds is never given back."""
    count = len(os.listdir('/proc/self/task'))
    if count != 1:
        unfit('what was loaded ahead has started %d threads' % (count - 1))


class Meeting(object):
    """Where a child says `ready` and waits for its job: something of the call was asked for, or all else is done."""

    def __init__(self, loop, channel):
        self._loop = loop
        self._channel = channel
        self._turn = loop.Turn()
        self._pid = os.getpid()
        self._line = None
        self._guests = []
        self._job = None

    def attend(self, guest):
        """Has `guest(job)` called when the job is there, before whoever asked for it goes on."""
        self._guests.append(guest)

    def hold(self):
        """The job, which is waited for the first time.

        Errors: RuntimeError in a process that the script forked before; ValueError for what is no job.
        """
        if self._job is None:
            if os.getpid() != self._pid:
                raise RuntimeError('demisto belongs to process %d; this is a child of it' % self._pid)
            with self._turn:
                if self._job is None:
                    self._wait()
        return self._job

    def _wait(self):
        gc.enable()
        if self._line is None:
            self._loop.greet(self._channel)
            self._line = self._channel.read_line()
        if not self._line:
            os._exit(0)  # there is no call for this child
        job = self._loop.parse_job(self._line, False)
        self._line = b''
        for field in ('is_ahead', 'learns', 'script', 'prelude'):
            job.pop(field, None)
        self._job = job
        for guest in self._guests:
            guest(job)


# What the interpreter itself needs to make an object and let go of it, and what tells nothing of it.
SILENT = frozenset(['__new__', '__init__', '__init_subclass__', '__subclasshook__', '__class_getitem__', '__class__',
                    '__getattribute__', '__del__', '__doc__', '__dict__', '__weakref__', '__module__', '__hash__'])


def loud_names(kind):
    """The methods of `kind`, whatever Python it is of, that say something of the object."""
    return set(name for name in dir(kind) if callable(getattr(kind, name))) - SILENT


def early_demisto(loop, meeting, is_integration):
    """A `demisto` that turns into the call's own when it is asked for something that only the call knows.

    It has its methods before, and they know which kind of item they are of: a script has no parameters, whatever the
    call.
    """
    of_call = loop.Demisto
    known = set(name for name, value in vars(of_call).items() if not name.startswith('_'))
    known |= set(['is_integration', 'item_type', '_when_known'])
    waiting = []

    class Early(of_call):
        def __init__(self):
            pass

        def __getattribute__(self, name):
            if name not in known:
                meeting.hold()
            return object.__getattribute__(self, name)

        def _when_known(self, act):
            waiting.append(act)

    Early.__name__, Early.__qualname__ = of_call.__name__, of_call.__qualname__
    Early.is_integration = is_integration
    Early.item_type = of_call.INTEGRATION if is_integration else of_call.SCRIPT

    def loud(name):
        def method(self, *args):
            meeting.hold()
            return getattr(of_call, name)(self, *args)
        return method

    for name in loud_names(object):
        setattr(Early, name, loud(name))
    early = Early()

    def turn(host, job):
        object.__setattr__(early, '__class__', of_call)
        early.__init__(host, job)
        for act in waiting:
            act()

    return early, turn


def early_job(meeting):
    """A job that nobody knows yet; what it is asked for, the real one answers. It is not empty: of a dict that is, the
    interpreter asks nothing."""
    def loud(name):
        def method(self, *args, **named):
            return getattr(meeting.hold(), name)(*args, **named)
        return method

    methods = {name: loud(name) for name in loud_names(dict)}
    early = type('EarlyJob', (dict,), dict(methods, __class__=property(lambda self: meeting.hold().__class__)))()
    dict.__setitem__(early, None, None)
    return early


class Code(object):
    """The code of this zygote's calls: the common script, where there is one, and the item."""

    def __init__(self, loop):
        self.loop = loop
        self.prelude = None
        self.loaded = None  # beyond which calls tell what they have loaded (loop.Loaded)
        self.renew = None  # what a child does with what was drawn at random ahead
        self.is_integration = read('kind') == b'integration'
        marshalled = read('prelude.bin')
        if marshalled is not None:
            import marshal
            self.prelude = marshal.loads(marshalled)
        self.rehearsed = loop.compile_script(Rehearsal.SCRIPT)
        self._text = read('item.py').decode('utf-8')
        self._item = None
        try:
            self._item = self._compile()
        except Exception:
            pass  # what is wrong with it is said by the call

    def _compile(self):
        flags = self.loop.future_features(self.prelude) if self.prelude is not None else 0
        return self.loop.compile_script(self._text, flags)

    def item(self):
        """Errors: what is wrong with it."""
        return self._item if self._item is not None else self._compile()


class Ahead(object):
    """A call as far as it has got before it is known: the common script has run until it asked for something of it."""

    def __init__(self, code, channel):
        loop = code.loop
        self.host = loop.FramesHost(channel)
        self.loaded = code.loaded
        self._code = code
        self._meeting = Meeting(loop, channel)
        demisto, turn = early_demisto(loop, self._meeting, code.is_integration)
        context = early_job(self._meeting)
        self.scope = loop.script_globals(demisto, context)
        self._meeting.attend(lambda job: self._take_in(job, context, turn))
        self._failure = None
        if code.prelude is not None:
            try:
                exec(code.prelude, self.scope)
            except BaseException:  # said by the call, which ends with it
                self._failure = sys.exc_info()[1]

    def _take_in(self, job, context, turn):
        if self.scope.get('context') is context:
            self.scope['context'] = job
        dict.clear(context)
        dict.update(context, job)
        turn(self.host, job)

    def begin(self):
        """The job, and the code that is still to be run in `scope`. Errors: those that the common script ended with."""
        job = self._meeting.hold()
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure
        return job, [self._code.item()]


class Rehearsal(object):
    """A call that asks for nothing and is told to nobody. What a call touches, the kernel copies for its child: it has
    done so by then, and no call waits for it."""

    LINE = b'{"integration": false, "native": true, "command": "", "args": {"a": "b"}, "params": null, "context": {}}'
    SCRIPT = u'demisto.results(demisto.args())'

    def __init__(self, code, channel):
        self.host = code.loop.FramesHost(channel)
        self.loaded = code.loaded
        self.scope = {}
        self._code = code

    def begin(self):
        loop = self._code.loop
        job = loop.parse_job(self.LINE, False)
        self.scope.update(loop.script_globals(loop.Demisto(self.host, job), job))
        return job, [self._code.rehearsed]


def rehearse(code):
    null = os.open(os.devnull, os.O_RDWR)
    try:
        rehearsal = Rehearsal(code, code.loop.Channel(null, null))
        code.loop.run_job(None, rehearsal.host, {}, ahead=rehearsal)
    finally:
        os.close(null)


def serve_call(library, code):
    """The whole life of a child."""
    failed = library.berth_isolate()
    if failed != 0:
        sys.stderr.write('isolate: %s: %s\n' % (library.berth_failed_step().decode('ascii'), os.strerror(-failed)))
        sys.stderr.flush()
        os._exit(EXIT_UNFIT)
    loop = code.loop
    if code.renew is not None:
        code.renew()
    rehearse(code)
    channel = loop.Channel(IN, OUT)
    ahead = Ahead(code, channel)
    loop.run_job(None, ahead.host, {}, ahead=ahead)
    while channel.read_line():
        pass
    os._exit(0)


def main(argv):
    # As loop.py does: nothing of ours is on the way to modules.
    if sys.path and os.path.realpath(sys.path[0] or '.') == FOLDER:
        del sys.path[0]
    sys.argv[:] = ['']
    loop = load('loop')
    loop.load_json()
    library = load_library()
    code = Code(loop)
    import_learned(code)
    check_threads()
    if library.berth_open(int(argv[0])) != 0:
        unfit('the conversation with the host cannot begin')
    gc.collect()
    gc.disable()
    if hasattr(gc, 'freeze'):
        gc.freeze()
    while library.berth_wait() == 1:
        try:
            pid = os.fork()
        except OSError as error:
            pid = -error.errno
        if pid == 0:
            serve_call(library, code)
        if library.berth_forked(pid) != 0:
            break
    os._exit(0)


if __name__ == '__main__':
    main(sys.argv[1:])
