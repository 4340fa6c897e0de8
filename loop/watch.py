"""How it is found out what code does that a zygote runs ahead of calls, and with which rights it runs (docs/warm.md).

What is run ahead comes out the same in every call. So it is tried in a process of its own first (Trial), and looked at:
what it leaves behind (Watch), what it prints (Quiet), draws at random (Draws), or asks that has another answer in each
call (Questions).

Python 3.6 or later.
"""
import _locale
import _signal
import gc
import os
import select
import sys
import time

SCRIPT_USER = 4000
SLOW_SECONDS = 5  # for one step of a trial

open_file = open  # whatever is run puts in its place

FOLDERS = ('/tmp', '/var/tmp', '/work', '/home/demisto', '/dev/shm')
OFTEN_PATCHED = ('builtins', 'os', 'time', 'socket', 'ssl', 'select', 'threading', '_thread', 'subprocess', 'signal',
                 'json')


def load_often_patched():
    """So that they stand as they are before somebody else brings them in, patched."""
    for name in OFTEN_PATCHED:
        try:
            __import__(name)
        except ImportError:
            pass  # an interpreter without it


# --- what an import must not change ----------------------------------------------------------------------------------


def read(path):
    with open_file(path) as file:
        return file.read()


def names_in(folder):
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return None


def link(path):
    try:
        return os.readlink(path)
    except OSError:
        return None  # that of the listing itself


def children_of(*parents):
    """The processes whose parent is one of `parents`."""
    found = []
    for name in names_in('/proc'):
        try:
            if name.isdigit() and int(read('/proc/%s/stat' % name).rsplit(')', 1)[1].split()[1]) in parents:
                found.append(int(name))
        except OSError:
            pass  # it has ended
    return found


def umask():
    mask = os.umask(0o77)
    os.umask(mask)
    return mask


def functions_of(name):
    """Functions and classes of a module that others like to replace, where it is loaded."""
    kinds = (type(read), type(len), type)
    module = sys.modules.get(name)
    return {} if module is None else {key: value for key, value in vars(module).items() if isinstance(value, kinds)}


def defaults():
    """What is set for the whole interpreter and found by whoever opens a socket, prints a number, or logs.

    A module that is not loaded has what it has when it is.
    """
    socket, logging = sys.modules.get('_socket'), sys.modules.get('logging')
    root = getattr(logging, 'root', None)
    return [None if socket is None else socket.getdefaulttimeout(),
            _locale.setlocale(_locale.LC_ALL),
            [30, [], [], 0, False, 'Logger', 'LogRecord'] if root is None else
            [root.level, list(root.handlers), list(root.filters), logging.root.manager.disable, root.disabled,
             logging.getLoggerClass().__name__, logging.getLogRecordFactory().__name__]]


class Watch(object):
    """How things stand. What has run since must not have changed them for those who come after.

    `foster` is the process that adopts what is orphaned (Fosterage).
    """

    def __init__(self, foster):
        self._family = (foster, os.getpid())
        self._finders = len(sys.meta_path), len(sys.path_hooks)
        self._functions = {name: functions_of(name) for name in OFTEN_PATCHED}
        self._facts = self._look()

    def difference(self, passed_over=()):
        """The word for the first thing that is not as it was, or ''."""
        for (word, before), (_, now) in zip(self._facts, self._look()):
            if before != now and word not in passed_over:
                return word
        for name, before in self._functions.items():
            now = functions_of(name)
            if any(now.get(key) is not value for key, value in before.items()):
                return 'patches'
        return ''

    def _look(self):
        status = dict(line.split(':', 1) for line in read('/proc/self/status').splitlines() if ':' in line)
        finders, hooks = self._finders  # those that come after them are asked for what nobody else knows
        return (
            ('threads', status['Threads']),
            ('processes', children_of(*self._family)),
            ('descriptors', [(fd, link('/proc/self/fd/' + fd)) for fd in names_in('/proc/self/fd')]),
            ('signals', [[status.get(name) for name in ('SigBlk', 'SigIgn', 'SigCgt')],
                         [_signal.getitimer(which) for which in range(3)]]),
            ('environment', dict(os.environ)),
            ('paths', [list(sys.path), sys.meta_path[:finders], sys.path_hooks[:hooks]]),
            ('place', [os.getcwd(), umask(), read('/proc/self/limits')]),
            ('files', [names_in(folder) for folder in FOLDERS]),
            ('defaults', defaults()),
            ('hooks', [sys.excepthook, sys.displayhook, sys.gettrace(), sys.getprofile(), sys.getrecursionlimit(),
                       sys.stdin, sys.stdout, sys.stderr, gc.isenabled(), gc.get_threshold(), list(gc.callbacks)]),
        )


class Fosterage(object):
    """While it lasts, processes below this one that lose their parent become its own children. They end with it."""

    def __enter__(self):
        import ctypes
        self._prctl = ctypes.CDLL(None).prctl
        self._prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
        self._set(1)

    def __exit__(self, *_):
        self.end_all()
        self._set(0)

    def _set(self, switch):
        self._prctl(36, switch, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER

    def end_all(self):
        """Ends the children of this process, and theirs, which then are its own."""
        children = children_of(os.getpid())
        while children:
            for pid in children:
                os.kill(pid, _signal.SIGKILL)
            for pid in children:
                os.waitpid(pid, 0)
            children = children_of(os.getpid())


class Quiet(object):
    """Standard output and error into a file. A module that speaks when it is imported does so in each call."""

    def __init__(self):
        self._flush()
        self._kept = [os.dup(1), os.dup(2)]
        file = os.open('/tmp', os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
        for fd in (1, 2):
            os.dup2(file, fd)
        os.close(file)

    def _flush(self):
        for stream in (sys.stdout, sys.stderr):
            stream.flush()

    def has_heard(self):
        self._flush()
        return os.fstat(1).st_size > 0

    def end(self):
        for fd, kept in zip((1, 2), self._kept):
            os.dup2(kept, fd)
            os.close(kept)


# --- randomness ------------------------------------------------------------------------------------------------------


def renew_process_key(module):
    module.current_process().authkey = os.urandom(32)


# Modules that draw something random when they are imported, and how a child gets its own. `random` itself does it by a
# hook of the interpreter's fork since Python 3.7.
RENEWALS = {'numpy.random': lambda module: module.seed(), 'multiprocessing.process': renew_process_key,
            'Crypto.Random': lambda module: module.atfork()}
if sys.version_info < (3, 7):
    RENEWALS['random'] = lambda module: module.seed()


def renew_libssl(module):
    """Before 1.1.1 it tells a child from its parent by the pid, which all of our children have in common."""
    if module.OPENSSL_VERSION_INFO < (1, 1, 1):
        module.RAND_add(os.urandom(32), 32.0)


RENEWALS['_ssl'] = renew_libssl


def renew():
    """In a child: what was drawn ahead is drawn anew."""
    for name, act in RENEWALS.items():
        if name in sys.modules:
            act(sys.modules[name])


class Draws(object):
    """Whether something random was drawn: what came of it would be the same in all calls."""

    def __init__(self):
        import random
        self._generator = random
        self._has_drawn = False
        os.urandom = random._urandom = self._watched(os.urandom)
        if hasattr(os, 'getrandom'):
            os.getrandom = self._watched(os.getrandom)
        seed = random.Random.seed  # without an argument a generator draws its seed below all of these
        drawn = self._watched(seed)
        random.Random.seed = lambda own, a=None, *more: (drawn if a is None else seed)(own, a, *more)
        self._state = random.getstate()

    def _watched(self, function):
        def draw(*args):
            frame = sys._getframe(1)
            while frame is not None and frame.f_code.co_name != '<module>':
                frame = frame.f_back
            name = frame.f_globals.get('__name__', '') if frame is not None else ''
            if not any((name + '.').startswith(renewed + '.') for renewed in RENEWALS):
                self._has_drawn = True
            return function(*args)
        return draw

    def have_been(self):
        return self._has_drawn or self._generator.getstate() != self._state


# --- questions -------------------------------------------------------------------------------------------------------


ASKS_THE_CLOCK = ('now', 'utcnow', 'today')  # methods of datetime and its like
ASKS_THE_KERNEL = ('getpid', 'getppid', 'getpgrp', 'getcwd', 'getcwdb', 'times', 'getloadavg', 'sched_getaffinity')
OTHERS_IN_A_CALL = FOLDERS + ('/proc', '/sys', '/dev')


def is_question(function):
    """Whether a call of a built-in `function` has another answer in each process, or at each time."""
    name = getattr(function, '__name__', '')
    module = getattr(function, '__module__', None)
    if module == 'time':
        return name not in ('sleep', 'strptime', 'mktime')
    if module == 'posix':
        return name in ASKS_THE_KERNEL
    return name in ASKS_THE_CLOCK and isinstance(getattr(function, '__self__', None), type)


class Questions(object):
    """Whether code that runs in `scope` has asked for what differs from call to call: the time, the process, files of
    the call, other programs, the network. What modules ask while they are imported does not count: they may be imported
    ahead anyway. It ends with the process. Python 3.8 or later."""

    def __init__(self, scope):
        self._scope = scope
        self._have_been = False
        sys.addaudithook(self._hear)
        sys.setprofile(self._see)

    def end(self):
        """Whether there have been any."""
        sys.setprofile(None)
        self._scope = None
        return self._have_been

    def _is_asked_by_scope(self, frame):
        while frame is not None:
            if frame.f_globals is self._scope:
                return True
            if frame.f_code.co_name == '<module>':
                return False
            frame = frame.f_back
        return False

    def _see(self, frame, event, function):
        if event == 'c_call' and is_question(function) and self._is_asked_by_scope(frame):
            self._have_been = True

    def _hear(self, event, args):
        if self._scope is None:
            return
        if event in ('open', 'os.listdir', 'os.scandir'):
            path = args[0] if args else None
            path = os.fsdecode(path) if isinstance(path, bytes) else path
            if not isinstance(path, str) or (path.startswith('/') and not path.startswith(OTHERS_IN_A_CALL)):
                return
        elif not event.startswith(('socket.', 'subprocess.', 'os.fork', 'os.exec', 'os.posix_spawn', 'os.system')):
            return
        if self._is_asked_by_scope(sys._getframe(1)):
            self._have_been = True


# --- trying ----------------------------------------------------------------------------------------------------------


class AsScript(object):
    """The rights of a script while it lasts; those of the zygote are kept aside."""

    def __enter__(self):
        self._is_needed = os.getuid() == 0
        if self._is_needed:
            os.setresgid(SCRIPT_USER, SCRIPT_USER, 0)
            os.setresuid(SCRIPT_USER, SCRIPT_USER, 0)

    def __exit__(self, *_):
        if self._is_needed:
            os.setresuid(0, 0, 0)
            os.setresgid(0, 0, 0)


class Trial(object):
    """`work(foster, said)` in a process of its own, with the rights of a script, and the lines that it writes to `said`.
    Its orphans come to the process `foster`."""

    def __init__(self, work):
        foster = os.getpid()
        self._said, theirs = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            try:
                if os.geteuid() == SCRIPT_USER:
                    os.setresgid(SCRIPT_USER, SCRIPT_USER, SCRIPT_USER)
                    os.setresuid(SCRIPT_USER, SCRIPT_USER, SCRIPT_USER)
                os.close(self._said)
                work(foster, theirs)
            finally:
                os._exit(0)
        os.close(theirs)
        self._text = b''

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self._said)

    def next_word(self, until):
        """What it says next: `+`, why not, or `dies` or `slow`."""
        until = min(until, time.monotonic() + SLOW_SECONDS)
        while b'\n' not in self._text:
            if not select.select([self._said], [], [], max(0, until - time.monotonic()))[0]:
                return 'slow'
            part = os.read(self._said, 4096)
            if not part:
                return 'dies'
            self._text += part
        word, self._text = self._text.split(b'\n', 1)
        return word.decode('ascii')
