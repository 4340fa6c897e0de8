"""Mode `shared`: the common script is run once and put back after each call (loop/again.py, loop/kept.py), or, where that
would come out differently, run for each call. Both look the same to a script."""
import json
import os
import shutil
import subprocess
import tempfile
import unittest

from driver import LOOP, PYTHON, VERSION, Process, job

CALLS = 20  # and what is tested comes after them: by then it is kept

COMMON = """
import abc, collections, os, threading, functools
runs = getattr(os, 'runs', 0) + 1
names, table, seen, nested = ['a'], {'k': [1]}, set(), {'list': [{'x': 1}]}
class Base(object):
    limit = 3
    shared = []
    def ask(self):
        return 'base'
class Box(object):
    def __init__(self):
        self.secrets = []
box = Box()
lock = threading.Lock()
@functools.lru_cache(None)
def cached(value):
    return [value]
def counted(value, into=[]):
    into.append(value)
    return len(into)
def make():
    hidden = []
    def put(value):
        hidden.append(value)
        return list(hidden)
    return put
put = make()
def helper():
    return 'helper'
def calls_helper():
    return helper()
def set_global():
    global runs
    runs = 'changed'
def say(value):
    demisto.results(value)
known = collections.OrderedDict([('a', 1), ('b', 2)])
inner = collections.defaultdict(list)
by_default = collections.defaultdict(lambda inside=[]: inside)
part = functools.partial(counted, 1)
class Son(Base):
    pass
class Shape(abc.ABC):
    pass
def rebind(function, value):
    function.__defaults__ = value
"""

STATE = """
import json, sys
say(json.dumps([names, table, sorted(seen), nested, Base.limit, Base.shared, sorted(vars(Base)), box.secrets, sorted(vars(box)), cached(1),
    counted(1), put(1), calls_helper(), sorted(vars(helper)), runs, lock.locked(), helper.__defaults__, Base().ask(), 'added' in globals(),
    type(demisto).__name__, callable(print), list(known.items()), list(reversed(known)), sorted(vars(known)), type(box).__name__,
    inner['x'], by_default['y'], sorted(vars(part)), sorted(vars(cached)), isinstance(1, Shape), [k.__name__ for k in Son.__mro__], Base.__name__,
    type(Shape).__name__, helper.__name__, helper.__qualname__, helper.__doc__, helper.__module__, helper.__annotations__]))
"""

CHANGES = [
    "names.append('b'); table['k'].append(2); seen.add(1); nested['list'][0]['x'] = 2; nested = None",
    "Base.limit = 4; Base.shared.append(1); Base.more = 1; Base.ask = lambda self: 'mine'; del Base.limit",
    "box.secrets.append('s'); box.more = 1; box.secrets = ['t']",
    "box.__dict__ = {'other': 1}",
    "cached(1).append(2); counted(5); counted(6); put('x')",
    "helper.mark = 1; helper.__defaults__ = (1,)",
    "def helper():\n    return 'mine'\nassert calls_helper() == 'mine'",
    "del helper, Base, names",
    "set_global(); added = 1",
    "globals().clear()",
    "demisto = None; print = None",
    "class Mine(Base):\n    pass\nadded = Mine()\nadded.me = added",
    "def endless():\n    try:\n        yield 1\n    finally:\n        names.append('late')\ng = endless(); next(g); added = [g]; added.append(added)",
    "exec('names.append(1); added = 2')",
    "import sys\nsys.modules['__main__'].mark = 1\nfor n in list(globals()):\n    if n.startswith('n'):\n        globals()[n] = 5",
    "names.append('b'); 1/0",
    "names.append('b'); exit(3)",
    "known['added'] = 2",
    "known.move_to_end('a'); known.mark = 1",
    "del known['a']; known['c'] = known",
    "known.clear(); dict.update(known, {'z': 1})",
    "by_default['x'].append(1); inner['x'].append(2)",
    "part.mark = cached.mark = 1",
    "part.__dict__ = {'other': 1}; cached.__dict__ = {'__wrapped__': print}; helper.__dict__ = {'other': 1}",
    "rebind(helper, (1,))",
    "type(helper).__defaults__.__set__(helper, (1,))",
    "rebind(counted, ([1],))",
    "helper.__name__ = helper.__qualname__ = helper.__doc__ = 'mine'; helper.__module__ = None; helper.__annotations__ = {'x': 1}",
    "[setattr(helper, name, 'mine') for name in ('__name__', '__doc__')]",
    "import functools\nfunctools.update_wrapper(helper, say)",
]
# After which it is run anew.
LOST = ["lock.acquire()",
        "class Other(object):\n    pass\nbox.__class__ = Other",
        "inner.default_factory = dict",
        "class More(Base):\n    pass\nSon.__bases__ = (More,)",
        "Base.__name__ = 'Mine'",
        "Shape.register(int); assert isinstance(1, Shape)",
        "class Meta(type(Shape)):\n    pass\nShape.__class__ = Meta",
        "import threading\nstop = threading.Event()\nthreading.Thread(target=stop.wait, daemon=True).start()\nnames.append('x')"]


class Again(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def process(self, common):
        """One with a common script, and with a loop that notes what it keeps, and looks for files in folders of its own."""
        for name in ('loop.py', 'again.py', 'kept.py', 'watch.py', 'ahead.py'):
            shutil.copy(os.path.join(os.path.dirname(LOOP), name), self.folder)
        with open(os.path.join(self.folder, 'watch.py'), 'a') as file:
            file.write('\nFOLDERS = (%r,)\nOTHERS_IN_A_CALL += FOLDERS\n' % (self.folder + '/of_call'))
        with open(os.path.join(self.folder, 'kept.py'), 'a') as file:
            file.write('\nbegin = Kept.begin\ndef noted(self, *args):\n    sys.used = getattr(sys, "used", 0) + 1\n    return begin(self, *args)\n'
                       'Kept.begin = noted\n')
        with open(os.path.join(self.folder, 'common.py'), 'w') as file:
            file.write(common)
        self.prelude = os.path.join(self.folder, 'prelude.bin')
        make = 'import marshal, sys; marshal.dump(compile(open(sys.argv[1]).read(), "<string>", "exec"), open(sys.argv[2], "wb"))'
        subprocess.check_call([PYTHON, '-c', make, os.path.join(self.folder, 'common.py'), self.prelude])
        return Process(mode='shared', loop=os.path.join(self.folder, 'loop.py'))

    def call(self, process, script, **fields):
        """What a call with that script says."""
        one = job(script, **fields)
        one['prelude'] = {'path': self.prelude, 'first_line': 100}
        before = len(process.outcome.messages)
        process.send(json.dumps(one).encode() + b'\n')
        process.serve()
        return [entry['Contents'] for message in process.outcome.messages[before:] if message['type'] == 'result'
                for entry in message['results']]

    def warmed(self, common):
        process = self.process(common)
        for _ in range(CALLS):
            self.call(process, 'pass')
        return process

    def is_kept(self, process):
        """Whether that call is one of those that find what is kept."""
        counts = [self.call(process, "import sys; demisto.results(repr(getattr(sys, 'used', 0)))") for _ in range(2)]
        return counts[0] != counts[1]

    @unittest.skipIf(VERSION < (3, 8, 0), 'nothing is kept')
    def test_what_a_call_has_changed_is_put_back(self):
        process = self.warmed(COMMON)
        self.assertTrue(self.is_kept(process))
        first = self.call(process, STATE)
        self.assertEqual(json.loads(first[0])[0], ['a'])
        for change in CHANGES:
            self.call(process, change)
            self.assertEqual(self.call(process, STATE), first, change)
            self.assertTrue(self.is_kept(process), change)
        self.assertEqual(process.close().status, 0)

    @unittest.skipIf(VERSION < (3, 8, 0), 'nothing is kept')
    def test_after_what_cannot_be_put_back_it_is_run_anew(self):
        for change in LOST:
            process = self.warmed(COMMON)
            first = self.call(process, STATE)
            self.assertEqual(self.call(process, change), [], change)
            self.assertEqual(self.call(process, STATE), first, change)
            self.assertFalse(self.is_kept(process), change)
            for _ in range(CALLS):
                self.assertEqual(self.call(process, STATE), first, change)
            self.assertEqual(self.is_kept(process), 'thread' not in change, change)
            self.assertEqual(process.close().status, 0)

    @unittest.skipIf(VERSION < (3, 8, 0), 'nothing is kept')
    def test_it_is_not_run_again(self):
        process = self.warmed("import os\nruns = []\nother = object")
        self.call(process, "runs.append(1); mark = id(runs); import os; os.mark = mark")
        self.assertEqual(self.call(process, "import os; demisto.results(repr([runs, id(runs) == os.mark]))"), ['[[], True]'])
        process.close()

    @unittest.skipIf(VERSION < (3, 8, 0), 'nothing is kept')
    def test_what_differs_from_call_to_call_is_run_for_each(self):
        for why, common in {
                'the server': "version = demisto.demistoVersion()",
                'arguments': "args = demisto.args()",
                'the object': "mine = demisto",
                'its print': "mine = print",
                'the clock': "import time\nbegun = time.time()",
                'the environment': "import os\nos.environ['MINE'] = '1'",
                'text': "import sys\nsys.stdout.write('hello')",
                'random': "import random\ndraw = random.random()",
                'a patch': "import logging\nlogging.raiseExceptions = False",
                'a method of others': "import json\njson.JSONEncoder.default = lambda self, one: str(one)",
                'a filter': "import warnings\nwarnings.simplefilter('ignore')",
                'a time limit': "import socket\nsocket.setdefaulttimeout(60)",
                'a signal': "import signal\nsignal.signal(signal.SIGUSR1, lambda *_: None)",
                'a recursion limit': "import sys\nsys.setrecursionlimit(5000)",
                'an iterator': "import itertools\nnumbers = itertools.count()",
                'an end': "class End(object):\n    def __del__(self): pass\nend = End()",
                'an exception': "class Oops(Exception):\n    pass\nerrors = [Oops()]",
                'an exception of a module': "error = ValueError()",
                'an error of a module': "import decimal\nerror = decimal.InvalidOperation()",
                'a decimal context': "import decimal\nmine = decimal.Context()",
                'an ordered one of its own': "import collections\nclass Own(collections.OrderedDict):\n    pass\nown = Own()",
                'an object of others': "import threading\nevent = threading.Event()",
                'an error': "raise ValueError('common')"}.items():
            process = self.warmed(common)
            self.call(process, 'pass')
            self.assertTrue(why == 'an error' or not self.is_kept(process), why)
            process.close()

    def test_calls_know_their_own(self):
        """Arguments, parameters and what waits for the call; and the code need not be sent again."""
        common = ("import os\nbegun = []\ngetattr(demisto, '_when_known', lambda act: act())(lambda: begun.append(demisto.args()['n']))\n"
                  "def args():\n    return demisto.args()\n")
        process = self.process(common)
        for n in range(CALLS + 4):
            said = self.call(process, "demisto.results(args()['n'] + str(list(map(str, begun))) + context['args']['n'])", args={'n': str(n)})
            self.assertEqual(said, ["%d['%d']%d" % (n, n, n)])
        again = job('', args={'n': 'x'})
        del again['script']
        again['is_ahead'] = True
        process.send(json.dumps(again).encode() + b'\n')
        process.serve()
        self.assertEqual(process.close().contents()[-1], "x['x']x")

    def test_code_that_does_not_compile_says_so_each_time(self):
        process = Process(mode='shared')
        again = job('')
        del again['script']
        again['is_ahead'] = True
        for one in (job('this is no code'), again, again):
            process.send(json.dumps(one).encode() + b'\n')
            process.serve()
        out = process.close()
        self.assertEqual([any('SyntaxError' in line for line in one['args']['exception']) for one in out.of('exception')],
                         [True] * 3)

    @unittest.skipIf(VERSION < (3, 8, 0), 'nothing is kept')
    def test_a_thread_that_goes_on_keeps_its_globals(self):
        process = self.warmed(COMMON)
        self.call(process, "import threading, sys\nsys.go, sys.done = threading.Event(), threading.Event()\n"
                           "def late():\n    sys.go.wait()\n    try:\n        demisto.results('late')\n    except Exception as e:\n"
                           "        sys.late = type(e).__name__\n    sys.done.set()\n"
                           "threading.Thread(target=late, daemon=True).start()")
        said = self.call(process, "import sys\nsys.go.set()\nsys.done.wait()\ndemisto.results(sys.late)")
        self.assertIn(said, (['AttributeError'], ['RuntimeError']))
        process.close()


if __name__ == '__main__':
    unittest.main()
