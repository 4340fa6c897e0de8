"""The common script in a process that serves calls one after another (docs/shared.md): run once, and put back.

Every call is to find in its globals what the common script leaves there, as if it had just run. So it is run once more,
for all that follow, and what came of it is noted and put back after each of them (kept.py). What cannot be noted, or
would come out differently in another call, has the common script be run for each call, as before: the script asks for
something of a call or of the clock, changes what belongs to the whole process, or makes objects that nobody can look
into (Unfit says why). It is tried in a process of its own first, as a zygote does (watch.py).

Python 3.8 or later.
"""
import gc
import os
import signal
import sys
import time
import types
import warnings

from kept import Kept, Notes, Unfit


# --- what it does to others ------------------------------------------------------------------------------------------


class Heard(types.ModuleType):
    """The class of all modules while it is tried: somebody may set in them what they have already."""

    names = set()

    def __setattr__(self, name, value):
        if not isinstance(value, types.ModuleType) and not name.startswith('__'):
            Heard.names.add(name)
        types.ModuleType.__setattr__(self, name, value)


def python_classes():
    return [one for one in gc.get_objects() if issubclass(type(one), type) and one.__flags__ & 1 << 9]


class Patches(object):
    """What modules and their classes hold, which a call may change and the common script would set again."""

    def __init__(self):
        self._modules = [one for one in list(sys.modules.values()) if type(one) is types.ModuleType]
        self._all = [vars(one) for one in self._modules] + [vars(one) for one in python_classes()]
        self._before = [dict(one) for one in self._all]
        Heard.names.clear()
        for one in self._modules:
            one.__class__ = Heard

    def have_been(self):
        for one in self._modules:
            types.ModuleType.__setattr__(one, '__class__', types.ModuleType)
        return bool(Heard.names) or any(self._differ(now, before) for now, before in zip(self._all, self._before))

    def _differ(self, now, before):
        now = dict(now)
        return any(before.get(name) is not value and not isinstance(value, types.ModuleType)
                   for name, value in now.items() if not name.startswith('__'))


class Unsaid(Warning):
    """None is ever given."""


def unsettle(paths):
    """In a process that ends: earlier calls have run the common script, and what it then sets again would not be seen."""
    sys.path[:] = paths
    socket, logging = sys.modules.get('_socket'), sys.modules.get('logging')
    if socket is not None:
        socket.setdefaulttimeout(98765.5)
    if logging is not None:
        logging.root.handlers[:] = []
        logging.root.setLevel(7)
    warnings.filters.insert(0, ('ignore', None, Unsaid, None, 0))
    os.umask(0o131)
    gc.set_threshold(711, 12, 13)
    for number in signal.valid_signals():
        if callable(signal.getsignal(number)):
            signal.signal(number, signal.SIG_DFL)


def run_trial(loop, watch, ahead, prelude, is_integration, paths, foster, said):
    """In a process of its own: runs the common script, and says `+`, or why it is to be run for each call."""
    watch.load_often_patched()
    unsettle(paths)
    quiet, draws, before = watch.Quiet(), watch.Draws(), watch.Watch(foster)
    common = Common(loop, ahead, prelude, is_integration)
    questions, filters, patches = watch.Questions(common.scope), list(warnings.filters), Patches()
    common.run()
    has_asked, has_patched = questions.end(), patches.have_been()
    why = before.difference() or ('speaks' if quiet.has_heard() else '') or ('draws' if draws.have_been() else '')
    why = why or ('asks' if has_asked or common.has_asked() else '') or ('fails' if common.failure else '')
    why = why or ('patches' if has_patched or filters != warnings.filters else '')
    os.write(said, ('%s\n' % (why or '+')).encode('ascii'))


def try_out(watch, work):
    """Errors: Unfit."""
    if len(os.listdir('/proc/self/task')) != 1:
        raise Unfit('threads')  # a lock that one of them holds is never given back in a process forked now
    if watch.children_of(os.getpid()):
        raise Unfit('processes')
    with watch.Fosterage(), watch.Trial(work) as trial:
        word = trial.next_word(time.monotonic() + watch.SLOW_SECONDS)
    if word != '+':
        raise Unfit(word)


# --- running it ------------------------------------------------------------------------------------------------------


class Common(object):
    """The common script, run without a call."""

    def __init__(self, loop, ahead, prelude, is_integration):
        self._meeting = ahead.Meeting(loop)
        self._prelude = prelude
        demisto, _, _, self.acts = ahead.early_demisto(loop, self._meeting, is_integration)
        self.scope = loop.script_globals(demisto, ahead.early_job(self._meeting))
        self.of_call = dict(self.scope)  # what each call has in the place of these
        self.failure = None

    def run(self):
        try:
            exec(self._prelude, self.scope)
        except BaseException as error:
            self.failure = error

    def has_asked(self):
        return self._meeting.was_early


def make(loop, watch, ahead, prelude, is_integration):
    """Runs the common script for all calls that follow. Errors: Unfit."""
    before, quiet = watch.Watch(os.getpid()), watch.Quiet()
    common = Common(loop, ahead, prelude, is_integration)
    gc.collect()
    old = gc.get_objects()
    common.run()
    why = 'speaks' if quiet.has_heard() else ''
    quiet.end()
    why = before.difference() or why
    if why or common.failure or common.has_asked():
        raise Unfit(why or 'answers')
    scope, of_call = common.scope, common.of_call
    roots = [value for name, value in scope.items() if of_call.get(name) is not value]
    bound = [one for one in of_call.values() if type(one) is not bool and one is not sys.exit]
    notes = Notes(old, bound, roots + common.acts)
    del old
    kept = Kept(loop, prelude, common, notes, ahead)
    gc.collect()
    gc.freeze()
    return kept


def begin(loop, watch, ahead, prelude, is_integration, paths):
    """The same, if it may be (Kept), or None. `paths`: sys.path as it was when the process began."""
    try:
        try_out(watch, lambda *where: run_trial(loop, watch, ahead, prelude, is_integration, paths, *where))
        return make(loop, watch, ahead, prelude, is_integration)
    except Exception:  # Unfit, or an interpreter that lacks something
        return None
