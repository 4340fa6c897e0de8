"""The zygote: an interpreter that has loaded what calls share, and forks a child for each of them.

    zygote.py CHANNEL    serves the host on socket CHANNEL (fork_plan.h says how)

A child isolates itself for good (fork.cc), makes ready what does not depend on its call, says `ready`, and waits for
its one job, which it runs as loop.py does. Nothing of a call is ever in this process: no argument, no secret, no file.

The common script runs before the call is known, as far as it gets, in the zygote or in each child (ahead.py).
What it loads, from /run/berth:

    loop.pyc       the loop
    fork.so        what it needs beyond os.fork
    watch.py       what code does that is run ahead of calls
    ahead.py       a call before it is known
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
import warnings

FOLDER = '/run/berth'
EXIT_UNFIT = 65
IN, OUT = 3, 4  # of a child


def unfit(why):
    sys.stderr.write('%s\n' % why)
    sys.stderr.flush()
    os._exit(EXIT_UNFIT)


OURS = {}  # modules


def load(name):
    """A module of ours. Its folder is no place for content to import from, and the module none to be found."""
    sys.path.insert(0, FOLDER)
    sys.modules.update(OURS)  # which it may need
    try:
        OURS[name] = __import__(name)
    finally:
        sys.path.remove(FOLDER)
        for ours in OURS:
            del sys.modules[ours]
    return OURS[name]


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
        known, changed = load('learned').import_ahead(code.loop, text)
    if changed:
        unfit('what was imported ahead has changed: %s' % changed)
    return known


def run_ahead(code, watch, ahead, known):
    """Runs the common script, where it may be run for all children at once. `known` are modules that calls need not
    tell the host of."""
    code.ahead, changed = ahead.begin_in_zygote(code, watch)
    if changed:
        unfit('what was run ahead has changed: %s' % changed)
    code.loaded = code.loop.Loaded(known)
    if code.ahead is not None:
        code.ahead.loaded = code.loaded
    else:
        ahead.names_set_in(code)  # for children


def check_threads():
    """Forking a process with threads is how others hang: a lock that one of them holds is never given back."""
    count = len(os.listdir('/proc/self/task'))
    if count != 1:
        unfit('what was loaded ahead has started %d threads' % (count - 1))


def moved(code, lines):
    """The same code, so many lines further down. Python 3.8 or later."""
    inner = tuple(moved(one, lines) if isinstance(one, type(code)) else one for one in code.co_consts)
    return code.replace(co_firstlineno=code.co_firstlineno + lines, co_consts=inner)


class Code(object):
    """The code of this zygote's calls: the common script, where there is one, and the item."""

    def __init__(self, loop):
        self.loop = loop
        self.prelude = None
        self.loaded = None  # beyond which calls tell what they have loaded (loop.Loaded)
        self.names = None  # names_set_in() of ahead.py
        self.ahead = None  # what children go on from, where it may be run for all of them at once (ahead.py)
        self.is_integration = read('kind') == b'integration'
        marshalled = read('prelude.bin')
        if marshalled is not None:
            import marshal
            self.prelude = marshal.loads(marshalled)
        self._text = read('item.py').decode('utf-8')
        self._item = None
        try:
            self._item = self.compile(self._text, 1)
        except Exception:
            pass  # what is wrong with it is said by the call

    def compile(self, text, first_line):
        """What goes on from the common script. Errors: what is wrong with it."""
        flags = self.loop.future_features(self.prelude) if self.prelude is not None else 0
        before = first_line - 1
        # Python 3.13 keeps the line of a class in it as well.
        if before > 0 and hasattr(moved.__code__, 'replace') and (sys.version_info < (3, 13) or u'class' not in text):
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter('error')
                    return moved(self.loop.compile_script(text, flags), before)
            except Exception:
                pass  # said below, with the right line
        return self.loop.compile_script(u'\n' * before + text, flags)

    def item_if_good(self):
        return self._item

    def item(self):
        """Errors: what is wrong with it."""
        return self._item if self._item is not None else self.compile(self._text, 1)


class Rehearsal(object):
    """Code of a call that asks for nothing and is told to nobody. What a call touches, the kernel copies for its child:
    it has done so by then, and no call waits for it. In the zygote itself the interpreter learns by it which way the
    code goes, and need not write that down in each child."""

    # As long as a job is.
    LINE = (b'{"is_ahead": true, "learns": true, "integration": false, "native": true, "command": "", "args": {"a": "b"}, '
            b'"params": null, "context": {"Inv": {"id": "1", "name": "playground", "type": 9, "status": 0}, "Incidents": '
            b'[], "ExecutionContext": {}, "ParentEntry": null, "ScriptName": "rehearsal", "IsDebug": false, '
            b'"DockerImage": "rehearsal/rehearsal:1.0.0.1", "IsRunningDocker": true, "DockerWorkingDir": "/work", '
            b'"TimeoutDuration": 300000000000, "IntegrationInstance": "", "IntegrationBrand": ""}}\n')
    SCRIPT = u'demisto.results(demisto.args())'
    TIMES = 5  # in the zygote

    def __init__(self, loop):
        self.loop = loop
        self.prelude = None
        self.is_integration = False
        self.loaded = loop.Loaded()
        self.names = None
        self._item = loop.compile_script(self.SCRIPT)

    def item(self):
        return self._item

    def item_if_good(self):
        return self._item


def begin_rehearsal(loop, ahead):
    call = ahead.Ahead(Rehearsal(loop))
    call.settle()
    return call


def rehearse(loop, call):
    """Runs it, once."""
    null = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    said, line = os.pipe()
    try:
        os.write(line, Rehearsal.LINE)
        call.enter(loop.Channel(said, null))
        loop.run_job(None, call.host, {}, ahead=call)
    finally:
        for fd in (null, said, line):
            os.close(fd)


def serve_call(library, code, watch, ahead, rehearsal):
    """The whole life of a child."""
    failed = library.berth_isolate()
    if failed != 0:
        sys.stderr.write('isolate: %s: %s\n' % (library.berth_failed_step().decode('ascii'), os.strerror(-failed)))
        sys.stderr.flush()
        os._exit(EXIT_UNFIT)
    loop = code.loop
    watch.renew()
    rehearse(loop, rehearsal)
    channel = loop.Channel(IN, OUT)
    call = code.ahead if code.ahead is not None else ahead.Ahead(code)
    call.enter(channel)
    if code.ahead is None:
        call.run()
        call.settle_in_child()
    else:
        call.touch()
    loop.run_job(None, call.host, {}, ahead=call)
    while channel.read_line():
        pass
    os._exit(0)


def main(argv):
    if sys.version_info < (3,):
        unfit('its interpreter is Python 2')
    # As loop.py does: nothing of ours is on the way to modules.
    if sys.path and os.path.realpath(sys.path[0] or '.') == FOLDER:
        del sys.path[0]
    sys.argv[:] = ['']
    loop = load('loop')
    loop.load_json()
    watch = load('watch')
    ahead = load('ahead')
    library = load_library()
    code = Code(loop)
    for _ in range(Rehearsal.TIMES):
        rehearse(loop, begin_rehearsal(loop, ahead))
    rehearsal = begin_rehearsal(loop, ahead)
    known = import_learned(code)
    run_ahead(code, watch, ahead, known)
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
            serve_call(library, code, watch, ahead, rehearsal)
        if library.berth_forked(pid) != 0:
            break
    os._exit(0)


if __name__ == '__main__':
    main(sys.argv[1:])
