"""What a zygote imports ahead: the modules that earlier calls with its key have loaded (docs/warm.md).

The list comes from the host, which has it from scripts: a line `berth-imports 1`, then for each module `? NAME` (never
tried), `+ NAME` (good) or `- NAME WHY` (left out). The answer is the same list with what trying came to, at ANSWER.

What was never tried is imported in a process of its own first (Trial), which is looked at after each import: one that
leaves a thread, a descriptor, or anything else of Watch behind, fails, ends the process or takes long is left out. The
others are imported here. All of it happens with the rights of a script: an image may hold modules that are not for it.

Python 3.6 or later.
"""
import _locale
import _signal
import gc
import os
import select
import sys
import time

FIRST_LINE = 'berth-imports 1'
ANSWER = '/work/learned'
SCRIPT_USER = 4000
SLOW_SECONDS = 5  # for one import, with all that it imports
TRIAL_SECONDS = 20  # for all trials of one zygote; what is left then is tried by the next one
MOST_TRIALS = 50

open_file = open  # whatever is imported puts in its place

FOLDERS = ('/tmp', '/var/tmp', '/work', '/home/demisto', '/dev/shm')
OFTEN_PATCHED = ('builtins', 'os', 'time', 'socket', 'ssl', 'select', 'threading', '_thread', 'subprocess', 'signal',
                 'json')


def parse(text):
    """The list: [mark, name, why] for each module."""
    lines = text.decode('ascii').splitlines()
    if lines[:1] != [FIRST_LINE]:
        return []
    return [(line.split(' ', 2) + [''])[:3] for line in lines[1:]]


def print_list(modules):
    return '\n'.join([FIRST_LINE] + [' '.join(module).rstrip() for module in modules] + ['']).encode('ascii')


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
    """How things stand. What was imported since must not have changed them for those who come after.

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


# --- trying ----------------------------------------------------------------------------------------------------------


def run_trial(loop, names, foster, said):
    """In a process of its own: imports `names` in turn, and says of each `+` or why not. It ends with the first that
    is to be left out."""
    for name in OFTEN_PATCHED:  # so that they stand as they are before somebody else brings them in, patched
        try:
            __import__(name)
        except ImportError:
            pass  # an interpreter without it
    quiet = Quiet()
    try:
        draws = Draws()
    except ImportError:
        draws = None
    for name in names:
        why = ''
        if name not in sys.modules:
            watch = Watch(foster)
            try:
                __import__(name)
            except BaseException:
                why = 'fails'
            why = watch.difference() or why or ('speaks' if quiet.has_heard() else '')
            why = why or ('draws' if draws is not None and draws.have_been() else '')
        file = getattr(sys.modules.get(name), '__file__', None)
        if not why and file is not None and not loop.is_of_image(file):
            why = 'foreign'
        os.write(said, ('%s\n' % (why or '+')).encode('ascii'))
        if why:
            return


class Trial(object):
    """Imports in a process of its own, and what it says of them."""

    def __init__(self, loop, names):
        foster = os.getpid()
        self._said, theirs = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            try:
                if os.geteuid() == SCRIPT_USER:
                    os.setresgid(SCRIPT_USER, SCRIPT_USER, SCRIPT_USER)
                    os.setresuid(SCRIPT_USER, SCRIPT_USER, SCRIPT_USER)
                os.close(self._said)
                run_trial(loop, names, foster, theirs)
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


def import_here(modules):
    """Imports what is good. One that fails all the same is left out."""
    for module in modules:
        if module[0] == '+' and module[1] not in sys.modules:
            try:
                __import__(module[1])
            except BaseException:
                module[:] = ['-', module[1], 'fails']


def try_out(loop, modules):
    """Settles what was never tried, as far as time allows."""
    until = time.monotonic() + TRIAL_SECONDS
    for _ in range(MOST_TRIALS):
        untried = [module for module in modules if module[0] == '?']
        if not untried or time.monotonic() > until:
            return
        with Fosterage(), Trial(loop, [module[1] for module in untried]) as trial:
            for module in untried:
                word = trial.next_word(until)
                if word == 'slow' and time.monotonic() > until:
                    break
                module[:] = ['+', module[1], ''] if word == '+' else ['-', module[1], word]
                if word != '+':
                    break
        import_here(modules)


# --- the zygote's part -----------------------------------------------------------------------------------------------


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


def import_ahead(loop, text):
    """Imports what is good of the list `text`, tries what was never tried, and leaves the answer for the host.

    Returns the names of the list, and the word for what is not as it was after all, or ''.
    """
    modules = parse(text)
    with AsScript():
        watch, quiet = Watch(os.getpid()), Quiet()
        import_here(modules)
        try_out(loop, modules)
        changed = 'speaks' if quiet.has_heard() else ''
        quiet.end()
        changed = watch.difference(passed_over=('files',)) or changed
        answer = print_list(modules)
        if answer != text:
            loop.write_whole(ANSWER, answer)
    return [module[1] for module in modules], changed
