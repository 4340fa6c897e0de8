"""A call as far as it gets before it is known.

The common script runs until it asks for something of the call: there a child waits for its job, and the script goes on
with the answer. One that asks for nothing, and does nothing that each call must do for itself (watch.py), is run once,
in the zygote, and children go on with their copies of what came of it.
"""
import _io
import gc
import os
import re
import sys
import weakref
import time


class AskedAhead(BaseException):
    """Code that runs in the zygote itself asks for something of a call."""


# Classes, by their ids, of values whose end nobody notices: they hold nothing that has one.
ENDLESS = frozenset(id(type(one)) for one in ('', b'', 1, 1.0, True, None, len, sys, type, (lambda: None), re.compile('')))


class Meeting(object):
    """Where a child says `ready` and waits for its job: something of the call was asked for, or all else is done."""

    def __init__(self, loop):
        self._loop = loop
        self._channel = None
        self._turn = loop.Turn()
        self._pid = None
        self.was_early = False  # something was asked for before there was a child
        self._line = None
        self._guests = []
        self._job = None
        self._is_held = False
        self.other = None  # text and first line of an item that has changed since the zygote began

    def enter(self, channel):
        """In the child."""
        self._channel = channel
        self._pid = os.getpid()

    def attend(self, guest):
        """Has `guest(job)` called when the job is there, before whoever asked for it goes on."""
        self._guests.append(guest)

    def is_held(self):
        """Whether the job is there, or is waited for."""
        return self._is_held

    def hold(self):
        """The job, which is waited for the first time.

        Errors: RuntimeError in a process that the script forked before; ValueError for what is no job; AskedAhead.
        """
        if self._channel is None:
            self.was_early = True
            raise AskedAhead()
        if self._job is None:
            if os.getpid() != self._pid:
                raise RuntimeError('demisto belongs to process %d; this is a child of it' % self._pid)
            with self._turn:
                if self._job is None:
                    self._wait()
        return self._job

    def _wait(self):
        gc.enable()
        self._is_held = True
        if self._line is None:
            self._loop.greet(self._channel)
            self._line = self._channel.read_line()
        if not self._line:
            os._exit(0)  # there is no call for this child
        job = self._loop.parse_job(self._line, False)
        self._line = b''
        if 'script' in job:
            self.other = job.pop('script'), job.pop('first_line', 1)
        for field in ('is_ahead', 'learns', 'prelude'):
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


def touch_code(code):
    """Counts references to what running `code` will count references to."""
    if code is not None:
        list(code.co_consts + code.co_names)


def early_demisto(loop, meeting, is_integration):
    """A `demisto` that turns into the call's own when it is asked for something that only the call knows, and two
    functions: `turn(host, job)` has it do so, and `touch()` writes to what that will write to.

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

    def touch():
        object.__setattr__(early, '__class__', of_call)
        object.__setattr__(early, '__class__', Early)
        object.__setattr__(early, 'callingContext', None)
        object.__delattr__(early, 'callingContext')
        for act in waiting:
            touch_code(getattr(act, '__code__', None))

    return early, turn, touch, waiting


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


def names_set_by(code, means=('STORE_GLOBAL', 'STORE_NAME')):
    """The global names that `code`, or a function in it, sets (superset: what classes in it set as well). By other
    `means`: the names of another sort."""
    import opcode
    sets = [opcode.opmap[one] for one in means]
    names, extended = set(), 0
    if any(one in code.co_code[::2] for one in sets):
        for at in range(0, len(code.co_code), 2):
            what, index = code.co_code[at], code.co_code[at + 1] | extended
            extended = index << 8 if what == opcode.EXTENDED_ARG else 0
            if what in sets:
                names.add(code.co_names[index])
    for inner in code.co_consts:
        if isinstance(inner, type(code)):
            names |= names_set_by(inner, means)
    return names


def names_set_within(code):
    """The global names that functions in `code` set when they are called."""
    return set().union(*[names_set_by(inner) for inner in code.co_consts if isinstance(inner, type(code))])


class AllNames(object):
    """The global names that code may set which finds them by other means than its own names."""

    def __contains__(self, name):
        return True

    def __or__(self, names):
        return self

    __ror__ = __or__


# By which code reaches names that do not stand in it; the last is what `from ... import *` has among its constants.
REACHING = frozenset(['globals', 'vars', 'locals', 'exec', 'eval', 'setattr', '__dict__', 'modules'])
STAR = ('*',)


def reaches_all(code):
    """Whether `code`, or a function in it, may set any name."""
    inner = [one for one in code.co_consts if isinstance(one, type(code))]
    return not REACHING.isdisjoint(code.co_names) or STAR in code.co_consts or any(reaches_all(one) for one in inner)


def names_set_by_item(item):
    return AllNames() if reaches_all(item) else names_set_by(item)


def names_set_in(code):
    """The global names that a call of `code` (zygote.Code) may set (superset), found out once."""
    if code.names is None:
        item = code.item_if_good()
        within = names_set_within(code.prelude) if code.prelude is not None else set()
        code.names = within | (names_set_by_item(item) if item is not None else set())
    return code.names


def open_files():
    """That a process has open and writes through Python's own buffers, but for what was there before gc.freeze()."""
    kinds = (_io.TextIOWrapper, _io.BufferedWriter, _io.BufferedRandom)
    return [one for one in gc.get_objects() if issubclass(type(one), kinds)]


def make_room(names):
    """Has the dict grow now: the next name that is put in would have it copied, in each child."""
    size, added = sys.getsizeof(names), []
    while sys.getsizeof(names) == size:
        added.append('_berth_room_%d' % len(added))
        names[added[-1]] = None
    for name in added:
        del names[name]


class Ahead(object):
    """A call as far as it has got before it is known: the common script has run until it asked for something of it."""

    def __init__(self, code):
        self.host = None
        self.loaded = code.loaded
        self.meeting = Meeting(code.loop)
        self._code = code
        demisto, self._turn, self._touch_demisto, _ = early_demisto(code.loop, self.meeting, code.is_integration)
        self._context = early_job(self.meeting)
        self.scope = code.loop.script_globals(demisto, self._context)
        self.meeting.attend(self._take_in)
        self.failure = None
        self._last = None  # of the names that were there before the fork, and
        self._loose = []  # those of them that a call may have bound to something else, or that have a say in their end
        self._early_files = []  # that the common script has opened in the child itself: weak references

    def settle(self):
        """In the zygote, when it has run."""
        make_room(self.scope)
        self._last = list(self.scope)[-1]
        may_be_set, has_own_end = names_set_in(self._code), self._code.loop.has_own_end
        self._loose = [name for name, value in self.scope.items() if name in may_be_set or has_own_end(value)]

    def settle_in_child(self):
        """When it has run in the child itself and nobody waits yet: what is looked at at the end of the call is less."""
        if self.meeting.is_held() or sys.version_info < (3, 7):
            return
        try:
            make_room(self.scope)
            last = list(self.scope)[-1]
            may_be_set = names_set_in(self._code)
            self._loose = [name for name, value in self.scope.items()
                           if name in may_be_set or id(type(value)) not in ENDLESS]
            self._early_files = [weakref.ref(one) for one in open_files()]
        except Exception:
            self._loose, self._early_files = [], []
            return  # a thread of the script's changes what is looked at: all of it is, then, at the end
        self._last = last
        gc.freeze()

    def names_to_release(self):
        """Those that the call may have bound: what else was there before the fork is left alone, since even a look at
        it has the kernel copy the page."""
        if self._last is None:
            return list(self.scope)
        added = []
        for name in reversed(self.scope):
            if name is self._last:
                break
            added.append(name)
        return self._loose + added[::-1]

    def files_left_open(self):
        """Those that the call has opened, wherever it keeps them: what was there before the fork is frozen, and not
        listed."""
        if self._last is None:
            return ()
        early = [one() for one in self._early_files]
        return [one for one in early if one is not None] + open_files()

    def enter(self, channel):
        """In the child: from here on the call can be waited for."""
        self.host = self._code.loop.FramesHost(channel)
        self.meeting.enter(channel)

    def touch(self):
        """In the child, while nobody waits: writes to what was made in the zygote and the call will write to. The kernel
        copies it now."""
        gc.enable()
        self._touch_demisto()
        dict.clear(self._context)
        dict.__setitem__(self._context, None, None)
        if 'context' in self.scope:
            self.scope['context'] = self.scope['context']
        touch_code(self._code.item_if_good())

    def run(self):
        """Runs the common script, where there is one."""
        if self._code.prelude is not None:
            try:
                exec(self._code.prelude, self.scope)
            except BaseException:  # said by the call, which ends with it
                self.failure = sys.exc_info()[1]

    def _take_in(self, job):
        context = self._context
        if self.scope.get('context') is context:
            self.scope['context'] = job
        dict.clear(context)
        dict.update(context, job)
        self._turn(self.host, job)

    def begin(self):
        """The job, and the code that is still to be run in `scope`. Errors: those that the common script ended with."""
        job = self.meeting.hold()
        failure, self.failure = self.failure, None
        if failure is not None:
            raise failure
        other = self.meeting.other
        return job, [self._code.item() if other is None else self._other_item(*other)]

    def _other_item(self, text, first_line):
        """The code that goes in the place of the item's. Errors: what is wrong with it."""
        item = self._code.compile(text, first_line)
        if self._last is not None:
            may_be_set, loose = names_set_by_item(item), set(self._loose)
            self._loose += [name for name in self.scope if name in may_be_set and name not in loose]
        return item


# --- in the zygote itself --------------------------------------------------------------------------------------------


def run_trial(code, watch, foster, said):
    """In a process of its own: runs the common script, and says `+`, or why children have to do it themselves."""
    watch.load_often_patched()
    quiet, draws, before = watch.Quiet(), watch.Draws(), watch.Watch(foster)
    ahead = Ahead(code)
    questions = watch.Questions(ahead.scope)
    ahead.run()
    has_asked = questions.end()
    why = before.difference(passed_over=('defaults',)) or ('speaks' if quiet.has_heard() else '') or ('draws' if draws.have_been() else '')
    if has_asked or ahead.meeting.was_early:
        why = why or 'asks'
    if ahead.failure is not None:
        why = why or 'fails'
    os.write(said, ('%s\n' % (why or '+')).encode('ascii'))


def begin_in_zygote(code, watch):
    """A call that has run ahead in this process, for all children, or None: where the common script does what each call
    must do for itself. Returns the word for what is not as it was after all, too, or ''."""
    if sys.version_info < (3, 8):
        return None, ''  # it could not be heard what it asks for
    if code.prelude is None:
        ahead = Ahead(code)
        ahead.settle()
        return ahead, ''
    with watch.AsScript():
        with watch.Fosterage(), watch.Trial(lambda *where: run_trial(code, watch, *where)) as trial:
            word = trial.next_word(time.monotonic() + watch.SLOW_SECONDS)
        if word != '+':
            return None, ''
        before, quiet = watch.Watch(os.getpid()), watch.Quiet()
        ahead = Ahead(code)
        ahead.run()
        changed = 'speaks' if quiet.has_heard() else ''
        quiet.end()
        changed = before.difference(passed_over=('files', 'defaults')) or changed
        if ahead.failure is not None or ahead.meeting.was_early:
            changed = changed or 'answers'
    ahead.settle()
    return ahead, changed
