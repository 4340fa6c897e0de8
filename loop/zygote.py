"""The zygote: an interpreter that has loaded what calls share, and forks a child for each of them.

    zygote.py CHANNEL    serves the host on socket CHANNEL (fork_plan.h says how)

A child isolates itself for good (fork.cc), makes ready what does not depend on its call, says `ready`, and waits for
its one job, which it runs as loop.py does. Nothing of a call is ever in this process: no argument, no secret, no file.

The common script runs once in a child, before its call is known. Where it asks for something of the call, or fails, the
child ends with EXIT_ASKS: half of a common script may have left traces, and it would leave them twice. The children that
follow run it when their job is there.
What it loads, from /run/berth:

    loop.pyc       the loop
    fork.so        what it needs beyond os.fork
    prelude.bin    marshalled code of the common script, where there is one
    item.py        the rest of the code, where the host gives it ahead: it is compiled here, and run only in children

Python 3.6 or later, with ctypes. An interpreter that cannot do it says why on standard error and ends with EXIT_UNFIT.
"""
import gc
import os
import sys

FOLDER = '/run/berth'
EXIT_UNFIT = 65
EXIT_ASKS = 66
IN, OUT = 3, 4  # of a child


def unfit(why):
    sys.stderr.write('%s\n' % why)
    sys.stderr.flush()
    os._exit(EXIT_UNFIT)


def load_loop():
    """The loop as a module. This folder is no place for content to import from, and the module none to be found."""
    sys.path.insert(0, FOLDER)
    try:
        import loop
    finally:
        sys.path.remove(FOLDER)
    del sys.modules['loop']
    return loop


def load_library():
    try:
        import ctypes
        library = ctypes.CDLL(FOLDER + '/fork.so')
    except (ImportError, OSError) as error:
        unfit('the part that forks cannot be loaded: %s' % error)
    for name in 'berth_open', 'berth_wait', 'berth_forked', 'berth_isolate', 'berth_has_seen':
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


def check_threads():
    """Forking a process with threads is how others hang: a lock that one of them holds is never given back."""
    count = len(os.listdir('/proc/self/task'))
    if count != 1:
        unfit('what was loaded ahead has started %d threads' % (count - 1))


class TooEarly(Exception):
    """Something was asked for that only the call knows."""


class EarlyUse(object):
    """Whether anything of the call was asked for before it was known, whatever became of the exception."""

    seen = False

    def refuse(self, *_, **__):
        self.seen = True
        raise TooEarly()


# What the interpreter itself needs to make an object and let go of it, and what tells nothing of it.
SILENT = frozenset(['__new__', '__init__', '__init_subclass__', '__subclasshook__', '__class_getitem__', '__class__',
                    '__getattribute__', '__del__', '__doc__', '__dict__', '__weakref__', '__module__', '__hash__'])


def loud_names(*types):
    """The methods of `types`, whatever Python they are of, that are no business of a script before its call is known."""
    return set(name for one in types for name in dir(one) if callable(getattr(one, name))) - SILENT


def early_demisto(loop, use):
    """A `demisto` that is not one yet."""

    class Early(loop.Demisto):
        def __init__(self):
            pass

        def __getattribute__(self, name):
            use.refuse()

    for name in loud_names(object):
        setattr(Early, name, use.refuse)
    return Early()


def early_job(use):
    """A job that nobody knows yet. It is not empty: of a dict that is, the interpreter asks nothing."""
    early = type('EarlyJob', (dict,), {name: use.refuse for name in loud_names(dict)})()
    dict.__setitem__(early, None, None)
    return early


class Code(object):
    """The code of this zygote's calls, as far as it is known ahead."""

    def __init__(self, loop):
        self.loop = loop
        self.prelude = self.item = None
        self.waits = False  # the common script asks for the call: it runs when that is there
        marshalled = read('prelude.bin')
        if marshalled is not None:
            import marshal
            self.prelude = marshal.loads(marshalled)
        item = read('item.py')
        if item is not None:
            flags = loop.future_features(self.prelude) if self.prelude is not None else 0
            try:
                self.item = loop.compile_script(item.decode('utf-8'), flags)
            except Exception:
                pass  # what is wrong with it is said by the call


class Ahead(object):
    """What a child has made ready: the common script has run, unless it has to wait for the call.

    `is_spoiled`: it has run, and should not have. Nothing is to be run in this process.
    """

    is_spoiled = False

    def __init__(self, code):
        self._code = code
        self._scope = None
        if code.prelude is None or code.waits:
            return
        use = EarlyUse()
        self._demisto = early_demisto(code.loop, use)
        self._early_context = early_job(use)
        scope = code.loop.script_globals(self._demisto, self._early_context)
        try:
            exec(code.prelude, scope)
        except BaseException:  # what is wrong is said by the call
            self.is_spoiled = True
        if use.seen:
            self.is_spoiled = True
        if not self.is_spoiled:
            self._scope = scope

    def codes_of(self, job):
        """The code that is still to be run for `job`, in order."""
        if not job.pop('is_ahead', False) or self._code.item is None:
            self._scope = None
            return self._code.loop.codes_of(job, {})
        job.pop('script', None)
        job.pop('prelude', None)
        before = [] if self._scope is not None or self._code.prelude is None else [self._code.prelude]
        return before + [self._code.item]

    def scope_of(self, host, job):
        loop, scope = self._code.loop, self._scope
        if scope is None:
            return loop.script_globals(loop.Demisto(host, job), job)
        demisto = self._demisto
        object.__setattr__(demisto, '__class__', loop.Demisto)
        demisto.__init__(host, job)
        if scope.get('context') is self._early_context:
            scope['context'] = job
        return scope


def serve_call(library, code):
    """The whole life of a child."""
    failed = library.berth_isolate()
    if failed != 0:
        sys.stderr.write('isolate: %s: %s\n' % (library.berth_failed_step().decode('ascii'), os.strerror(-failed)))
        sys.stderr.flush()
        os._exit(EXIT_UNFIT)
    loop = code.loop
    channel = loop.Channel(IN, OUT)
    ahead = Ahead(code)
    if ahead.is_spoiled:
        os._exit(EXIT_ASKS)
    gc.enable()
    loop.greet(channel)
    line = channel.read_line()
    if line:
        loop.run_job(line, loop.FramesHost(channel), {}, ahead=ahead)
        while channel.read_line():
            pass
    os._exit(0)


def main(argv):
    # As loop.py does: nothing of ours is on the way to modules.
    if sys.path and os.path.realpath(sys.path[0] or '.') == FOLDER:
        del sys.path[0]
    sys.argv[:] = ['']
    loop = load_loop()
    loop.load_json()
    library = load_library()
    code = Code(loop)
    check_threads()
    if library.berth_open(int(argv[0])) != 0:
        unfit('the conversation with the host cannot begin')
    gc.collect()
    gc.disable()
    if hasattr(gc, 'freeze'):
        gc.freeze()
    while library.berth_wait() == 1:
        code.waits = code.waits or library.berth_has_seen(EXIT_ASKS) == 1
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
