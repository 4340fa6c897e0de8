"""What the common script has left in a process that serves calls one after another, and how it is put back (again.py).

Noted are the names, and what is in the lists, dicts, objects, classes and closures that it made. After a call all that
is as it was noted; a difference is looked for by comparing, which is cheap as long as the objects are the same ones.

Python 3.8 or later.
"""
import _functools
import _thread
import collections
import datetime
import functools
import gc
import re
import sys
import types
from _abc import _get_dump
from operator import attrgetter


class Unfit(Exception):
    """Why the common script is run for each call."""


# Values that stay as they are, or that belong to the process as its modules do.
ATOMS = frozenset(
    [type(None), bool, int, float, complex, str, bytes, range, slice, type(Ellipsis), type(NotImplemented),
     types.CodeType, types.ModuleType, type(len.__call__), type(str.join), type(dict.__dict__['fromkeys']),
     type(types.FunctionType.__code__), type(property.fget), type(object.__init__), type(re.compile('')),
     type(re.match('', '')), datetime.date, datetime.time, datetime.datetime, datetime.timedelta, datetime.timezone,
     type(abs)] + [getattr(types, name) for name in ('GenericAlias', 'UnionType') if hasattr(types, name)])
ATOMS_OF = frozenset(['typing', 'dataclasses', 'enum'])  # modules, all of whose objects are likewise
# Values that hold others, and the same ones for ever.
HOLDERS = (tuple, frozenset, property, classmethod, staticmethod, types.MethodType, types.MethodWrapperType)
DICTS = (dict, collections.OrderedDict, collections.defaultdict)
OTHERS = (list, set, collections.deque, bytearray)
BUILT_IN_BASES = (object, tuple, frozenset, str, bytes, int, float, complex) + DICTS + OTHERS
PARTS = ('__code__', '__defaults__', '__kwdefaults__', '__name__', '__qualname__', '__doc__', '__module__', '__dict__',
         '__annotations__')  # of a function
NAMING = ('__name__', '__qualname__', '__doc__', '__module__')  # what a decorator sets in the function that it makes
PER_FUNCTION = attrgetter(*PARTS)
PER_CLASS = attrgetter('__name__', '__qualname__')
BASES = type.__dict__['__bases__'].__get__
FACTORY = attrgetter('default_factory')
CONTENTS = attrgetter('cell_contents')
# By which code sets parts of functions without a statement that says so; the second sort, parts whose names it is given. In
# the common script that sort says nothing: the names that it is given stand in the item.
REBINDING = frozenset(['__code__', '__defaults__', '__kwdefaults__', 'exec', 'eval', 'update_wrapper'])
REBINDING_BY_NAME = frozenset(['__dict__', 'setattr', 'delattr', '__setattr__', '__delattr__', '__import__', 'compile'])


def is_built_in_method(value):
    return type(value) is type(len) and not isinstance(value.__self__, (types.ModuleType, type, type(None)))


def is_atom(kind):
    return kind in ATOMS or (kind.__module__ in ATOMS_OF and not issubclass(kind, type)) or \
        (kind.__module__, kind.__name__) == ('decimal', 'Decimal')


def registered(kind):
    """What has been registered with an abstract class."""
    return frozenset(_get_dump(kind)[0] or ())


class Notes(object):
    """What is in all that was made since there were only `old` objects, as far as it is reached from `roots`."""

    def __init__(self, old, not_to_be_met, roots):
        self._old = frozenset(map(id, old))
        self._not_to_be_met = frozenset(map(id, not_to_be_met))
        seen = {}  # by id, and held: an address is not given again meanwhile
        self.containers, self.copies = [], []  # dicts, lists and so on, and what is in each
        self.classes, self.members, self.member_copies = [], [], []
        self.functions, self.cells, self.caches, self.locks = [], [], [], []
        self.owners = []  # objects whose attributes are among the containers
        self._instances, self._abstract, self._defaulting = [], [], []
        waiting = list(roots)
        while waiting:
            value = waiting.pop()
            if id(value) not in seen:
                seen[id(value)] = value
                waiting.extend(self._take(value))
        self.parts = list(map(PER_FUNCTION, self.functions))
        self.class_names = list(map(PER_CLASS, self.classes))
        self.contents = list(map(CONTENTS, self.cells))
        self.attributes = list(map(vars, self.owners))
        self._fixed = self._look()

    def _look(self):
        """What is not put back: a call that changes it has the common script run anew."""
        return [list(map(type, self._instances)), list(map(type, self.classes)), list(map(BASES, self.classes)),
                list(map(registered, self._abstract)), list(map(FACTORY, self._defaulting))]

    def have_held(self):
        return same(self._look(), self._fixed)

    def _is_new(self, value):
        return id(value) not in self._old

    def _take(self, value):
        """What is to be looked at with it. Errors: Unfit."""
        if id(value) in self._not_to_be_met:
            raise Unfit('keeps what is of a call')
        kind = type(value)
        if is_built_in_method(value):
            return [value.__self__]
        if issubclass(kind, BaseException) and self._is_new(value):
            raise Unfit('an exception, which keeps what it is raised in')
        if is_atom(kind):
            return []
        if kind is functools.partial:
            self.owners.append(value)
            return [value.func, value.args, value.keywords, vars(value)]
        if kind in HOLDERS:
            return gc.get_referents(value)
        if kind is functools.cached_property:
            return [value.func]
        if kind is _thread.LockType:
            self.locks.append(value)
            return []
        if kind in DICTS or kind in OTHERS:
            return self._take_container(value) if self._is_new(value) or not gc.is_tracked(value) else []
        if gc.is_tracked(value) and not self._is_new(value):
            return []
        if kind is types.FunctionType:
            return self._take_function(value)
        if kind is _functools._lru_cache_wrapper:
            self.caches.append(value)
            self.owners.append(value)
            return [value.__wrapped__, vars(value)]
        if isinstance(value, type):
            return self._take_class(value)
        return self._take_object(value)

    def _note(self, container, copy):
        self.containers.append(container)
        self.copies.append(copy)

    def _take_container(self, value):
        self._note(value, value.copy())
        if isinstance(value, bytearray):
            return []
        if not isinstance(value, dict):
            return list(value)
        held = list(value) + list(value.values())
        if isinstance(value, collections.OrderedDict):
            self.owners.append(value)
            held.append(vars(value))
        return held + self._factory_of(value)

    def _factory_of(self, value):
        if not isinstance(value, collections.defaultdict):
            return []
        self._defaulting.append(value)
        return [FACTORY(value)]

    def _take_function(self, value):
        cells = list(value.__closure__ or ())
        self.functions.append(value)
        self.cells.extend(cells)
        try:
            held = list(map(CONTENTS, cells))
        except ValueError:
            raise Unfit('a closure without contents')
        if value.__annotations__:
            held.append(value.__annotations__)
        return held + [vars(value), value.__defaults__, value.__kwdefaults__]

    def _take_class(self, value):
        if not value.__flags__ & 1 << 9:  # of the interpreter itself
            return []
        self.classes.append(value)
        self.members.append(vars(value))
        self.member_copies.append(dict(vars(value)))
        if '_abc_impl' in vars(value):
            self._abstract.append(value)
        inner = [one for name, one in vars(value).items() if name not in ('__dict__', '__weakref__', '_abc_impl')]
        return inner + list(value.__bases__) + [type(value)]

    def _take_object(self, value):
        kind = type(value)
        for base in kind.__mro__:
            slots = vars(base).get('__slots__', ())
            if '__del__' in vars(base) or (slots and self._is_new(base)):
                raise Unfit('an object of a class with __del__ or __slots__')
            if not (base.__flags__ & 1 << 9 or base in BUILT_IN_BASES):
                raise Unfit('an object of a kind that is not known')
        if not gc.is_tracked(kind) or not self._is_new(kind):
            raise Unfit('an object of a class of others')
        self._instances.append(value)
        held = [kind]
        if isinstance(value, OTHERS + (collections.OrderedDict,)):
            raise Unfit('an object that is a list')
        if isinstance(value, dict):
            self._note(value, dict(value))
            held += list(dict.keys(value)) + list(dict.values(value)) + self._factory_of(value)
        elif isinstance(value, (tuple, frozenset)):
            held += list(value)
        if hasattr(value, '__dict__'):
            self.owners.append(value)
            held.append(vars(value))
        return held


def fill(container, content):
    """Puts `content` in the place of what is in it."""
    if isinstance(container, dict):
        kind = collections.OrderedDict if isinstance(container, collections.OrderedDict) else dict
        kind.clear(container)
        kind.update(container, content)
    elif isinstance(container, (list, bytearray)):
        container[:] = content
    else:
        container.clear()
        (container.update if isinstance(container, set) else container.extend)(content)


class Kept(object):
    """What the common script has left: the globals of one call after another."""

    def __init__(self, loop, prelude, common, notes, ahead):
        self._loop = loop
        self._ahead = ahead
        self._acts = list(common.acts)
        self._prelude = prelude
        self._notes = notes
        self._often = []  # places in notes.containers that calls change
        self._loose = {}  # of an item's code: names that it or the common script may bind to something else
        self._within = ahead.names_set_within(prelude)
        self._rebinds_itself = self._rebinds = rebinds(prelude, REBINDING, NAMING, ahead)
        self._given = {}  # of the globals of a call: those that each has
        self.scope = common.scope
        for name in common.of_call:
            if self.scope.get(name) is common.of_call[name]:
                del self.scope[name]
        self._names = dict(self.scope)
        self._last = next(reversed(self._names), None)
        self._threads = _thread._count()
        self._modules = len(sys.modules)

    def fits(self, codes, job):
        return codes[0] is self._prelude and 'demisto_machine_learning_magic_key' not in (job.get('args') or ())

    def begin(self, demisto, job, item):
        """The globals of a call of the code `item`."""
        self._given = self._loop.script_globals(demisto, job)
        for name, value in self._given.items():
            self.scope.setdefault(name, value)  # unless the common script has its own
        self._rebinds = self._rebinds_itself or self._looked_at(item)[1]
        for act in self._acts:
            act()
        return self.scope

    def _looked_at(self, item):
        known = self._loose.get(id(item))
        if known is None:
            set_here = self._ahead.names_set_by_item(item) | self._within
            known = self._loose[id(item)] = ([name for name in self._names if name in set_here],
                                             rebinds(item, REBINDING | REBINDING_BY_NAME, (), self._ahead), item)
        return known

    def names_to_release(self, item):
        """Those that the call may have bound, the last last."""
        added = []
        for name in reversed(self.scope):
            if name is self._last:
                break
            if self.scope[name] is not self._given.get(name):
                added.append(name)
        return self._looked_at(item)[0] + added[::-1]

    def has_company(self):
        """Whether a thread of the call goes on. It keeps these globals."""
        return _thread._count() > self._threads

    def end(self):
        """Has all be as it was. What the call has left in circles ends first, while it finds the globals of its own call:
        generators and objects may have something to do then. Errors: what came of it is not known."""
        self._given = {}
        gc.collect()
        self._put_back()
        if gc.collect():
            self._put_back()
        if len(sys.modules) != self._modules:
            self._modules = len(sys.modules)
            gc.freeze()  # what a call has imported is not looked through again after each

    def _put_back(self):
        self.scope.clear()
        self.scope.update(self._names)
        notes = self._notes
        if not notes.have_held():
            raise Unfit('another class, other bases, or what cannot be taken back')
        for place in self._often:
            fill(notes.containers[place], notes.copies[place])
        if not same(list(map(vars, notes.owners)), notes.attributes):
            self._put_back_attributes()
        if not same(notes.containers, notes.copies):
            self._put_back_containers()
        if not same(notes.members, notes.member_copies):
            self._put_back_classes()
        if notes.cells and not same(list(map(CONTENTS, notes.cells)), notes.contents):
            for cell, content in zip(notes.cells, notes.contents):
                cell.cell_contents = content
        if self._rebinds:
            self._put_back_functions()
        for cache in notes.caches:
            cache.cache_clear()
        if any([lock.locked() for lock in notes.locks]):
            raise Unfit('a lock that is held')

    def _put_back_functions(self):
        notes = self._notes
        if not same(list(map(PER_CLASS, notes.classes)), notes.class_names):
            raise Unfit('other names of classes')
        if not same(list(map(PER_FUNCTION, notes.functions)), notes.parts):
            for function, parts in zip(notes.functions, notes.parts):
                for name, part in zip(PARTS, parts):
                    if getattr(function, name) is not part:
                        setattr(function, name, part)

    def _put_back_attributes(self):
        for owner, attributes in zip(self._notes.owners, self._notes.attributes):
            if vars(owner) is not attributes:
                object.__setattr__(owner, '__dict__', attributes)

    def _put_back_containers(self):
        for place, (container, copy) in enumerate(zip(self._notes.containers, self._notes.copies)):
            if not same(container, copy):
                fill(container, copy)
                self._often.append(place)

    def _put_back_classes(self):
        for kind, now, copy in zip(self._notes.classes, self._notes.members, self._notes.member_copies):
            if not same(now, copy):
                for name in set(now) - set(copy):
                    type.__delattr__(kind, name)
                for name, value in copy.items():
                    if now.get(name) is not value:
                        type.__setattr__(kind, name, value)


def same(now, before):
    """Whether two lists of containers hold the same."""
    try:
        return bool(now == before)
    except Exception:
        return False  # what is in them has a say in it


def rebinds(code, words, but, ahead):
    """Whether `code`, or a function in it, may set a part of a function, or the name of a class. What it sets of the parts
    `but` is taken to be of functions that it has just made."""
    stored = ahead.names_set_by(code, ('STORE_ATTR', 'DELETE_ATTR')).difference(but)
    return not stored.isdisjoint(PARTS) or has_any(code, words)


def has_any(code, words):
    """Whether `code`, or a function in it, has one of `words`, or the name of a part of a function as text."""
    inner = [one for one in code.co_consts if isinstance(one, types.CodeType)]
    return not words.isdisjoint(code.co_names) or any(is_part(one) for one in code.co_consts) or \
        any(has_any(one, words) for one in inner)


def is_part(value):
    return value in PARTS if isinstance(value, str) else isinstance(value, (tuple, frozenset)) and any(map(is_part, value))
