"""What a zygote imports ahead, what it leaves out (loop/learned.py), and what calls tell (loop.Loaded)."""
import os
import subprocess
import sys
import tempfile
import textwrap
import unittest

from driver import LOOP, PY2, run

if not PY2:
    sys.path.insert(0, os.path.dirname(LOOP))
    sys.dont_write_bytecode = True
    import loop

# A process as a zygote's: it imports modules of a folder that stands for the image, with the list that it is given.
ZYGOTE = """
import os, sys
sys.path[:0] = [%(loop)r, %(image)r]
import learned, loop, watch
sys.path.remove(%(loop)r)
loop.NOT_OF_IMAGE = ('/work/',)
watch.SCRIPT_USER = -1
learned.ANSWER = %(answer)r
watch.FOLDERS = (%(folder)r,)
watch.SLOW_SECONDS = %(slow)r
class AsHere(object):
    __enter__ = lambda self: None
    __exit__ = lambda self, *_: None
learned.AsScript = AsHere
names, changed = learned.import_ahead(loop, %(text)r)
print((sorted(set(names) & set(sys.modules)), changed))
%(then)s
"""

MISCHIEF = {
    'threads': "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
    'descriptors': "import socket\nkept = socket.socket()",
    'processes': "import subprocess\nsubprocess.Popen(['sleep', '60'])",
    'signals': "import signal\nsignal.signal(signal.SIGUSR1, lambda *_: None)",
    'environment': "import os\nos.environ['LEARNED'] = '1'",
    'paths': "import sys\nsys.path.insert(0, '/somewhere')",
    'place': "import os\nos.chdir('/')\nos.umask(0o11)",
    'files': "open(%r + '/left', 'w').close()",
    'hooks': "import sys\nsys.excepthook = print",
    'defaults': "import socket\nsocket.setdefaulttimeout(5)",
    'patches': "import time\ntime.sleep = print",
    'speaks': "print('hello')",
    'draws': "import os\ntoken = os.urandom(8)",
    'fails': "raise ImportError('not here')",
    'dies': "import os\nos._exit(0)",
    'slow': "import time\ntime.sleep(60)",
}
VARIANTS = {
    'threads': "import _thread, time\n_thread.start_new_thread(time.sleep, (60,))",
    'descriptors': "import os\nkept = os.open('/dev/null', os.O_RDONLY)",
    'processes': "import os\nif os.fork() == 0:\n    if os.fork() == 0:\n        import time\n        time.sleep(60)\n    os._exit(0)\nos.wait()",
    'signals': "import signal\nsignal.setitimer(signal.ITIMER_REAL, 1000)",
    'paths': "import sys\nsys.meta_path.insert(0, type('Finder', (), {'find_spec': lambda *_: None})())",
    'speaks': "import os\nos.write(2, b'warning')",
    'draws': "import random\nvalue = random.random()",
    'defaults': "import locale\nlocale.setlocale(locale.LC_NUMERIC, 'C.UTF-8')",
    'patches': "import builtins\nbuiltins.open = print",
    'fails': "import sys\nsys.exit(0)",
    'dies': "import os\nos.kill(os.getpid(), 9)",
    'hooks': "import sys\nsys.setrecursionlimit(4000)",
}
OTHER_VARIANTS = {
    'defaults': "import logging\nlogging.basicConfig()",
    'draws': "import random\ngenerator = random.Random()",
    'patches': "import socket\nsocket.socket = print",
}
HARMLESS = {
    'seeded': "import random\ngenerator = random.Random(4)",
    'plain': "value = 1", 'reads': "import os, time, socket\nwhen = time.time(), os.getpid(), socket.gethostname(), dict(os.environ)",
    'appended': "import sys\nsys.meta_path.append(type('Finder', (), {'find_spec': lambda *_: None})())",
    'ends': "import atexit\natexit.register(print)", 'child': "import subprocess\nsubprocess.check_output(['true'])",
    'logs': "import logging\nlogging.getLogger('logs').addHandler(logging.NullHandler())",
    'closed': "open(__file__).close()", 'warns': "import warnings\nwarnings.simplefilter('ignore', ResourceWarning)",
}


@unittest.skipIf(PY2, 'a zygote is Python 3')
class ImportsAhead(unittest.TestCase):
    def setUp(self):
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.folder = held.name
        self.image = os.path.join(self.folder, 'image')
        os.makedirs(os.path.join(self.folder, 'writable'))
        os.mkdir(self.image)

    def module(self, name, code):
        with open(os.path.join(self.image, name + '.py'), 'w') as file:
            file.write(code)

    def run_zygote(self, text, slow=2, then=''):
        """What a zygote with this list has imported, what has changed, the answer, and what it printed then."""
        answer = os.path.join(self.folder, 'answer')
        if os.path.exists(answer):
            os.unlink(answer)
        code = ZYGOTE % {'loop': os.path.dirname(LOOP), 'image': self.image, 'answer': answer, 'slow': slow, 'text': text,
                         'then': then, 'folder': os.path.join(self.folder, 'writable')}
        done = subprocess.run([sys.executable, '-I', '-c', code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=100)
        self.assertEqual((done.returncode, done.stderr), (0, b''))
        first, _, rest = done.stdout.decode().partition('\n')
        said = None
        if os.path.exists(answer):
            with open(answer) as file:
                said = file.read().splitlines()[1:]
        return list(eval(first)) + [said, rest]

    def text_of(self, *lines):
        return ('berth-imports 1\n' + ''.join(line + '\n' for line in lines)).encode()

    def test_what_misbehaves_is_left_out_by_name(self):
        for kind, rows in (('a', MISCHIEF), ('b', VARIANTS), ('d', OTHER_VARIANTS)):
            names = []
            for why, code in rows.items():
                self.module(kind + '_' + why, code % (self.folder + '/writable') if '%r' in code else code)
                names.append(kind + '_' + why)
            imported, changed, said, _ = self.run_zygote(self.text_of(*['? ' + name for name in names + ['json']]))
            self.assertEqual(said, ['- %s %s' % (name, name[2:]) for name in names] + ['+ json'])
            self.assertEqual((imported, changed), (['json'], ''))

    def test_what_does_no_harm_is_imported(self):
        for name, code in HARMLESS.items():
            self.module('c_' + name, code)
        names = sorted('c_' + name for name in HARMLESS)
        imported, changed, said, _ = self.run_zygote(self.text_of(*['? ' + name for name in names]))
        self.assertEqual(said, ['+ ' + name for name in names])
        self.assertEqual((imported, changed), (names, ''))

    def test_who_imports_what_misbehaves_is_left_out_too(self):
        self.module('d_inner', MISCHIEF['threads'])
        self.module('d_good', "value = 1")
        self.module('d_outer', "import d_good, d_inner")
        imported, changed, said, _ = self.run_zygote(self.text_of('? d_outer', '? d_inner', '? d_good'))
        self.assertEqual(said, ['- d_outer threads', '- d_inner threads', '+ d_good'])
        self.assertEqual((imported, changed), (['d_good'], ''))

    def test_what_is_settled_is_not_tried_again(self):
        self.module('e_good', "value = 1")
        self.module('e_bad', "raise AssertionError('it was imported')")
        imported, changed, said, _ = self.run_zygote(self.text_of('+ e_good', '- e_bad threads'))
        self.assertEqual((imported, changed, said), (['e_good'], '', None))

    def test_what_is_good_no_more_is_noticed(self):
        self.module('f_bad', MISCHIEF['threads'])
        self.assertEqual(self.run_zygote(self.text_of('+ f_bad'))[1], 'threads')

    def test_what_does_not_lie_in_the_image_is_left_out(self):
        self.module('g_foreign', "value = 1")
        then = "loop.NOT_OF_IMAGE += (%r,)\nlearned.import_ahead(loop, b'berth-imports 1\\n? g_foreign\\n')" % (
            self.image + '/')
        self.assertEqual(self.run_zygote(self.text_of(), then=then)[2], ['- g_foreign foreign'])

    def test_what_was_drawn_ahead_is_drawn_anew(self):
        then = textwrap.dedent("""
            import random, multiprocessing.process
            def draw():
                watch.renew()
                return random.random(), bytes(multiprocessing.process.current_process().authkey)
            drawn = []
            for _ in range(2):
                here, there = os.pipe()
                if os.fork() == 0:
                    os.write(there, repr(draw()).encode())
                    os._exit(0)
                os.wait()
                drawn.append(eval(os.read(here, 1000)))
            print(drawn[0][0] != drawn[1][0], drawn[0][1] != drawn[1][1])""")
        imported, changed, said, printed = self.run_zygote(
            self.text_of('? random', '? multiprocessing.process', '? multiprocessing'), then=then)
        self.assertEqual(said, ['+ random', '+ multiprocessing.process', '+ multiprocessing'])
        self.assertEqual(printed, 'True True\n')

    def test_a_list_that_is_none(self):
        for text in (b'', b'x\n? json\n', b'berth-imports 2\n? json\n'):
            self.assertEqual(self.run_zygote(text)[:2], [[], ''])


class WhatCallsTell(unittest.TestCase):
    """loop.Loaded, in both Pythons: the loop of Python 2 knows it, though nobody asks."""

    def setUp(self):
        if PY2:
            self.skipTest('no zygote asks')
        self.addCleanup(lambda names: [sys.modules.pop(name) for name in set(sys.modules) - names], set(sys.modules))

    def put(self, name, file, kind=type(sys)):
        module = kind(str(name))
        module.__file__ = file
        sys.modules[name] = module

    def test_modules_of_the_image(self):
        loaded = loop.Loaded(['known'])
        for name, file in (('one', '/usr/lib/one.py'), ('one.part', '/usr/lib/one/part.so'), ('known', '/usr/lib/k.py')):
            self.put(name, file)
        self.assertEqual(loaded.beyond(), ['one', 'one.part'])

    def test_none_of_any_other_place(self):
        loaded = loop.Loaded()
        for number, file in enumerate(('/work/x.py', '/tmp/x.py', '/var/tmp/x.py', '/home/demisto/x.py', '/dev/shm/x.py',
                                       '/run/berth/x.py', '/proc/self/cwd/x.py', 'x.py', '../x.py', '', None, 7,
                                       '/usr/../work/x.py')):
            self.put('m%d' % number, file)
        self.assertEqual(loaded.beyond(), [])

    def test_nothing_new_is_nothing_told(self):
        self.assertEqual(loop.Loaded().beyond(), [])

    def test_what_content_puts_there_is_not_asked(self):
        class Loud(type(sys)):
            def __getattribute__(self, name):
                raise AssertionError('it was asked')

            def __getattr__(self, name):
                raise AssertionError('it was asked')

        loaded = loop.Loaded()
        sys.modules['loud'] = Loud('loud')
        sys.modules['object'] = object()
        sys.modules[7] = type(sys)('seven')
        self.put('fine', '/usr/lib/fine.py')
        self.assertEqual(loaded.beyond(), ['fine'])

    def test_a_call_tells_at_its_end_where_it_is_asked_to(self):
        code = "import decimal\ndemisto.results(sorted(context)[-2:])"
        told = run(code, learns=True).messages[-1]
        self.assertEqual((told['type'], 'decimal' in told['modules']), ('completed', True))
        self.assertEqual(run(code).messages[-1], {'type': 'completed'})
        self.assertEqual(run("1", learns=True).messages[-1], {'type': 'completed'})
        self.assertNotIn('learns', str(run("demisto.results(str(context))", learns=True).messages))

    def test_a_bounded_number(self):
        loaded = loop.Loaded()
        for number in range(2 * loop.MOST_LOADED):
            self.put('n%d' % number, '/usr/lib/n.py')
        self.assertEqual(len(loaded.beyond()), loop.MOST_LOADED)


if __name__ == '__main__':
    unittest.main()
