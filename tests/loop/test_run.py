"""How code is run, how it ends, and what a hostile or careless script cannot break."""
import json
import os
import signal
import subprocess
import tempfile
import time
import unittest

from driver import LOOP, PYTHON, PY2, VERSION, Process, job, run, run_many

BUILTINS = '__builtin__' if PY2 else 'builtins'


class Environment(unittest.TestCase):
    def test_what_code_sees(self):
        rows = [
            ("__name__", BUILTINS),
            ("(lambda: 0).__code__.co_filename", '<string>'),
            ("'__file__' in globals()", 'False'),
            ("'__name__' in globals()", 'False'),
            ("win", 'False'),
            ("context['command']", 'c'),
            ("__readWhileAvailable()", ''),
            ("exit is quit", 'True'),
            ("sorted(n for n in globals() if not n.startswith('__'))",
             None),
        ]
        for expression, expected in rows:
            with self.subTest(expression):
                contents = run('demisto.results(%s)' % expression, command='c').contents()
                if expected is None:
                    self.assertEqual(contents, ['context', 'demisto', 'exit', 'print', 'quit', 'win'])
                else:
                    self.assertEqual(contents, [expected])

    def test_functions_and_threads_see_demisto(self):
        out = run('''
import threading
def work():
    demisto.results('thread')
class A(object):
    def go(self):
        demisto.results('method')
A().go()
t = threading.Thread(target=work); t.start(); t.join()
''')
        self.assertEqual(out.contents(), ['method', 'thread'])

    def test_descriptors(self):
        out = run('''
import os
def kind(fd):
    try:
        return os.readlink('/proc/self/fd/%d' % fd).split(':')[0]
    except OSError:
        return 'closed'
demisto.results([kind(0), os.read(0, 10) == b''])
import subprocess
child = subprocess.Popen(['ls', '/proc/self/fd'], stdout=subprocess.PIPE, close_fds=False)
demisto.results(child.communicate()[0].decode().split())
''')
        self.assertEqual(out.contents()[:2], ['/dev/null', 'True'])
        self.assertLessEqual(set(out.contents()[2:]), set('0123'))

    def test_imports_do_not_find_the_loop(self):
        self.assertIn('loop', run('import loop').trace()[-1])

    def test_raw_output_is_flushed_before_the_end(self):
        process = Process()
        process.send(json.dumps(job("import sys\nsys.stdout.write('raw out')\nsys.stderr.write('raw err')")).encode()
                     + b'\n')
        process.serve()
        process.out.seek(0)
        self.assertEqual(process.out.read(), b'raw out')
        process.err.seek(0)
        self.assertEqual(process.err.read(), b'raw err')
        process.close()

    def test_open_files_are_written_before_the_end(self):
        process = Process()
        process.send(json.dumps(job("f = open('left.txt', 'w')\nf.write('whole')")).encode() + b'\n')
        process.serve()
        with open(os.path.join(process.cwd, 'left.txt')) as left:
            self.assertEqual(left.read(), 'whole')
        process.close()

    @unittest.skipUnless(PY2, 'Python 2 only')
    def test_python_2(self):
        rows = [("print 'a'", [], 'a\n'), ("print('a', 'b')", ['a b'], ''),
                ("# -*- coding: utf-8 -*-\nprint(u'\xe9' + u'\\u00e9')", [u'\xe9\xe9'], ''),
                ("print('\xe9'.decode('utf-8'))", [u'\xe9'], '')]
        for script, logs, stdout in rows:
            with self.subTest(script):
                out = run(script)
                self.assertEqual((out.logs(), out.stdout, out.trace()), (logs, stdout, None))


class Handshake(unittest.TestCase):
    def test_ready(self):
        out = run('pass')
        self.assertEqual(out.messages, [{'type': 'ready', 'schema': 1, 'python': '%d.%d.%d' % VERSION},
                                        {'type': 'completed'}])
        self.assertEqual((out.status, out.stdout, out.stderr), (0, '', ''))

    def test_no_job(self):
        out = Process().close()
        self.assertEqual((len(out.messages), out.status), (1, 0))

    def test_usage(self):
        for argv in ([], ['frames'], ['frames', '3'], ['frames', 'a', 'b'], ['other']):
            process = subprocess.Popen([PYTHON, LOOP] + argv, stderr=subprocess.PIPE)
            error = process.communicate()[1]
            self.assertEqual((process.returncode, error[:6]), (64, b'usage:'))

    def test_bad_jobs(self):
        rows = [
            (b'{"script": "pa', 'Error'), (b'null', 'expected an object'), (b'[]', 'expected an object'),
            (b'7', 'expected an object'),
            (b'{}', "'integration' must be true or false"), (b'{"integration": 1}', 'true or false'),
            (b'{"integration": false, "native": false}', 'missing script code'),
            (b'{"integration": false, "native": false, "script": 5}', "'script' must be a string"),
            (b'{"integration": false, "native": false, "script": "", "args": []}',
             "'args' must be an object, not list"),
            (b'{"integration": false, "native": false, "script": "", "params": "x"}', "'params' must be an object"),
            (b'{"integration": false, "native": false, "script": "", "context": 1}', "'context' must be an object"),
            (b'{"integration": false, "native": false, "script": ""} x', 'more after its end'),
            (b'\xff\xfe', 'Error'), (b'\x00', 'Error'), (b'', 'Error'), (b'[' * 100000, 'ecursion'),
            (b'{"integration": false, "native": false, "script": "a b"}', 'SyntaxError'),
            (b'{"integration": false, "native": false, "script": "\\u0000"}', 'Error'),
        ]
        for line, expected in rows:
            for stdio in (False, True):
                with self.subTest(line[:60], stdio=stdio):
                    process = Process(stdio)
                    process.send(line + b'\n')
                    process.serve()
                    out = process.close()
                    self.assertIn(expected, out.trace()[-1])
                    self.assertEqual((out.ends(), out.status), (1, 0))


class Endings(unittest.TestCase):
    def test_exits_are_no_errors(self):
        for script in ('exit()', 'quit(7)', 'import sys; sys.exit("text")', 'raise SystemExit(object())',
                       'try:\n  exit(1)\nfinally:\n  pass'):
            with self.subTest(script):
                out = run(script)
                self.assertEqual((out.trace(), out.ends(), out.status), (None, 1, 0))

    def test_exceptions_are_named(self):
        rows = [
            ("raise ValueError('x')", 'ValueError: x'), ("1/0", 'ZeroDivisionError'),
            ("raise KeyboardInterrupt()", 'KeyboardInterrupt'), ("raise GeneratorExit('g')", 'GeneratorExit: g'),
            ("class E(BaseException): pass\nraise E('own')", 'E: own'),
            ("def f(): f()\nf()", 'recursion'), ("raise MemoryError()", 'MemoryError'),
            ("import sys\nsys.setrecursionlimit(60)\ndef f(): f()\nf()", 'recursion'),
            ("raise Exception(u'\\xe9\\ud800')", 'Exception'),
            ("import os, signal, time\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
             "os.kill(os.getpid(), 2)\ntime.sleep(5)", 'KeyboardInterrupt'),
            ("raise ValueError(b'\\xff')", 'ValueError'),
        ]
        for script, expected in rows:
            with self.subTest(script):
                out = run(script)
                self.assertIn(expected, out.trace()[-1])
                self.assertEqual((out.ends(), out.status), (1, 0))

    def test_lines_begin_with_the_script(self):
        out = run('def f():\n    raise ValueError("x")\nf()')
        lines = [line for line in out.trace() if not line.strip().strip('^~ ') == '']
        self.assertEqual(lines, ['Traceback (most recent call last):\n',
                                 '  File "<string>", line 3, in <module>\n',
                                 '  File "<string>", line 2, in f\n',
                                 'ValueError: x\n'])

    def test_chained(self):
        if PY2:
            self.skipTest('Python 3 only')
        lines = ''.join(run('try:\n  1/0\nexcept Exception as e:\n  raise ValueError("b") from e').trace())
        self.assertIn('ZeroDivisionError', lines)
        self.assertIn('ValueError: b', lines)
        self.assertNotIn('loop.py', lines)

    def test_text_that_cannot_be_made(self):
        rows = [
            ("class E(Exception):\n  def __str__(self): raise ValueError()\nraise E()", 'E'),
            ("class E(Exception):\n  def __str__(self): return str(self)\nraise E()", 'E'),
            ("class E(Exception):\n  def __str__(self): raise SystemExit()\nraise E()", 'E'),
            ("class E(Exception):\n  def __str__(self):\n    while True: pass\nraise E()", 'did not end'),
            ("class M(type):\n  def __getattribute__(c, n): raise ValueError()\n"
             "E = M('E', (Exception,), {})\nraise E('x')", 'E'),
            ("e = ValueError('a')\ne.__cause__ = e\nraise e", 'ValueError: a'),
        ]
        for script, expected in rows:
            with self.subTest(script):
                out = run(script)
                self.assertIn(expected, ''.join(out.trace()))
                self.assertEqual((out.ends(), out.status), (1, 0))

    def test_no_descriptor_left(self):
        """The text of an exception needs an import, and that a descriptor."""
        out = run('import os, resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))\n'
                  "while True: os.open('/dev/null', os.O_RDONLY)")
        self.assertIn('Too many open files', out.trace()[-1])
        self.assertEqual((out.ends(), out.status), (1, 0))

    def test_long_texts_are_cut(self):
        out = run("raise ValueError('a' * 30000000 + 'z')")
        self.assertLess(len(''.join(out.trace())), 100000)
        self.assertIn('characters left out', out.trace()[-1])
        self.assertTrue(out.trace()[-1].endswith('z\n'))

    def test_memory(self):
        out = run('''
import resource
size = 300 << 20
resource.setrlimit(resource.RLIMIT_AS, (size, size))
hoard = []
while True:
    hoard.append(bytearray(1 << 20))
''')
        self.assertIn('MemoryError', out.trace()[-1])
        self.assertEqual(out.ends(), 1)

    def test_out_of_band_errors(self):
        rows = [
            ("class A(object):\n  def __del__(self): raise ValueError('in del')\na = A()", 'in del'),
            ("import threading\ndef f(): raise ValueError('in thread')\n"
             "t = threading.Thread(target=f); t.start(); t.join()", 'in thread'),
        ]
        for script, text in rows:
            with self.subTest(script):
                out = run(script)
                self.assertIn(text, out.stderr)
                self.assertEqual((out.trace(), out.ends()), (None, 1))

    def test_exit_handlers_do_not_run(self):
        out = run("import atexit\natexit.register(demisto.results, 'late')")
        self.assertEqual((out.contents(), out.ends(), out.status), ([], 1, 0))

    def test_leftover_threads_do_not_hold_the_end(self):
        start = time.time()
        out = run("import threading, time\nthreading.Thread(target=time.sleep, args=(30,)).start()")
        self.assertEqual(out.ends(), 1)
        self.assertLess(time.time() - start, 10)

    def test_tracing_and_limits_do_not_reach_the_end(self):
        for script in ('sys.settrace(lambda *a: 1/0)', 'sys.setrecursionlimit(60)',
                       'def f(*a): raise KeyboardInterrupt()\nsys.settrace(f)'):
            out = run('import sys\n' + script)
            self.assertEqual((out.ends(), out.status), (1, 0))
        out = run("import sys\nsys.settrace(lambda *a: 1/0)\nsys.setprofile(lambda *a: None)\n"
                  "sys.setrecursionlimit(40)\nimport signal\nsignal.setitimer(signal.ITIMER_REAL, 0.5)")
        self.assertEqual((out.ends(), out.status), (1, 0))


class Hostile(unittest.TestCase):
    def test_forged_messages_are_only_text(self):
        script = r'''
import sys, os
sys.stdout.write('{"type": "completed"}\n'); sys.stdout.flush()
os.write(1, b'{"type": "result", "results": []}\n')
os.write(2, b'{"type": "pong"}\n')
demisto.results('real')
'''
        for stdio in (False, True):
            out = run(script, stdio=stdio)
            self.assertEqual((out.contents(), out.ends(), len(out.of('pong'))), (['real'], 1, 0))
            self.assertIn('"completed"', out.stderr if stdio else out.stdout)

    def test_input_cannot_be_eaten(self):
        out = run_many([job('import sys\nprint(repr(sys.stdin.read()))'), job("demisto.results('next')")])
        self.assertEqual((out.logs()[0].lstrip('u'), out.contents(), out.ends()), ("''", ['next'], 2))

    def test_results_after_the_end(self):
        late = '''
import os, threading, time
def late(demisto=demisto, sleep=time.sleep, write=os.write):
    sleep(0.3)
    try:
        demisto.results('late')
    except RuntimeError as ex:
        write(2, ('refused: %s' % ex).encode())
threading.Thread(target=late).start()
'''
        out = run_many([job(late), job("import time\ntime.sleep(0.6)\ndemisto.results('mine')")])
        self.assertEqual((out.contents(), out.ends()), (['mine'], 2))
        self.assertIn('refused: the call has ended', out.stderr)

    def test_closed_and_replaced_streams(self):
        for breaking in ('os.close(0)', 'os.close(1)', 'os.close(1); os.close(2)', 'sys.stdout = None',
                         'sys.stderr = 5', 'sys.stdout.close()', 'sys.__stdout__ = None; sys.stdout = None',
                         'import socket; a, b = socket.socketpair(); os.dup2(a.fileno(), 1)'):
            for stdio in (False, True):
                with self.subTest(breaking, stdio=stdio):
                    out = run("import os, sys\n%s\ndemisto.results('still')" % breaking, stdio=stdio)
                    self.assertEqual((out.contents(), out.ends(), out.trace()), (['still'], 1, None))

    def test_all_descriptors_closed(self):
        for stdio in (False, True):
            out = run("import os\nos.closerange(0, 9999)\ndemisto.results('x')", stdio=stdio)
            self.assertEqual((out.contents(), out.ends(), out.status), ([], 0, 74))

    def test_endings_without_a_word(self):
        for script, status in (('import os\nos._exit(0)', 0), ('import os\nos._exit(9)', 9),
                               ('import os\nos.kill(os.getpid(), 9)', -9), ('import os\nos.abort()', -signal.SIGABRT)):
            out = run(script)
            self.assertEqual((out.ends(), out.status), (0, status))

    def test_what_has_no_form_in_json(self):
        for stdio in (False, True):
            for call in ("results({'Contents': 'x' * 70000, 'ContentsFormat': {1: object()}})",
                         "executeCommand('x', {'a': object()})", "info(object())"):
                with self.subTest(call, stdio=stdio):
                    out = run("try:\n  demisto.%s\nexcept TypeError as ex:\n  demisto.results(str(ex))" % call,
                              stdio=stdio)
                    self.assertIn('not JSON serializable', out.contents()[0])
                    self.assertEqual((out.noise, out.ends()), ([], 1))

    def test_circular_values(self):
        out = run("a = {}\na['a'] = a\nfor _ in range(2):\n  try:\n    demisto.info(a)\n  except ValueError as ex:\n"
                  "    demisto.results(str(ex))\ndemisto.info(a.keys and 1)")
        self.assertEqual(out.contents(), ['Circular reference detected'] * 2)

    def test_frame_limit(self):
        out = run("try:\n  demisto.results('x' * (17 << 20))\nexcept ValueError as ex:\n  demisto.results(str(ex))")
        self.assertIn('over the limit of 16777216 bytes', out.contents()[0])
        self.assertEqual(len(run("demisto.results('x' * (15 << 20))").contents()[0]), 15 << 20)

    def test_depth(self):
        out = run("a = []\nfor _ in range(100000): a = [a]\ndemisto.info(a)")
        self.assertIn('ecursion', out.trace()[-1])
        self.assertEqual((out.noise, out.ends()), ([], 1))

    def test_forked_children_do_not_speak(self):
        rows = [
            ("import os\nif os.fork() == 0:\n  raise ValueError('in child')\nos.wait()\ndemisto.results('parent')",
             'in child'),
            ("import os\npid = os.fork()\nif pid == 0:\n  demisto.results('child')\nos.wait()\n"
             "demisto.results('parent')",
             'is a child of it'),
            ("import os\npid = os.fork()\nif pid == 0:\n  demisto.info('child')\nos.wait()\ndemisto.results('parent')",
             'is a child of it'),
            ("import os\npid = os.fork()\nif pid == 0:\n  print('from child')\n  exit(3)\n"
             "print(os.wait()[1] >> 8)\ndemisto.results('parent')", 'from child'),
            ("import os\npid = os.fork()\nif pid:\n  os.wait()\n  demisto.results('parent')", ''),
        ]
        for script, text in rows:
            with self.subTest(script):
                out = run(script)
                self.assertEqual((out.contents(), out.ends(), out.trace()), (['parent'], 1, None))
                self.assertIn(text, out.stdout + out.stderr)
                self.assertIn(out.logs(), ([], ['3']))

    def test_threads_never_mix(self):
        script = '''
import threading
bad = []
def work(n):
    for i in range(60):
        if demisto.executeCommand('echo', {'n': n, 'i': i, 'pad': 'x' * (i * 50)}) != [n, i]:
            bad.append((n, i))
        demisto.results('y' * 5000)
threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
[t.start() for t in threads]
[t.join() for t in threads]
demisto.results({'bad': bad})
'''
        for stdio in (False, True):
            out = run(script, lambda message: [message['args']['n'], message['args']['i']], stdio=stdio)
            self.assertEqual(out.contents()[-1], '{"bad": []}')
            self.assertEqual((len(out.contents()), out.noise, out.ends()), (8 * 60 + 1, [], 1))

    def test_interrupted_request(self):
        """A signal handler that raises leaves an answer on the way; the next request must not take it for its own."""
        script = '''
import signal
class Late(Exception): pass
def ring(*_): raise Late()
signal.signal(signal.SIGALRM, ring)
signal.setitimer(signal.ITIMER_REAL, 0.3)
try:
    demisto.executeCommand('slow', {})
    demisto.results('not interrupted')
except Late:
    demisto.results(demisto.executeCommand('quick', {}))
'''
        def answer(message):
            if message['command'] == 'slow':
                time.sleep(1)
            return message['command']
        for stdio in (False, True):
            self.assertEqual(run(script, answer, stdio=stdio).contents(), ['quick'])

    def test_signal_handler_that_speaks(self):
        script = '''
import signal
def ring(*_):
    demisto.info('from handler')
    demisto.results('from handler')
    try:
        demisto.executeCommand('nested', {})
    except RuntimeError as ex:
        demisto.results(str(ex))
signal.signal(signal.SIGALRM, ring)
signal.setitimer(signal.ITIMER_REAL, 0.3)
demisto.results(demisto.executeCommand('slow', {}))
demisto.results(demisto.executeCommand('after', {}))
'''
        def answer(message):
            if message.get('command') == 'slow':
                time.sleep(1)
            return message.get('command')
        for stdio in (False, True):
            contents = run(script, answer, stdio=stdio).contents()
            self.assertEqual((contents[0], contents[2:]), ('from handler', ['slow', 'after']))
            self.assertIn('signal handler', contents[1])

    def test_host_that_goes_away(self):
        process = Process()
        process.send(json.dumps(job("try:\n  demisto.info('x')\nexcept ValueError as ex:\n  demisto.results(str(ex))"
                                    )).encode() + b'\n')
        while process.next()['type'] != 'log':
            pass
        out = process.close()
        self.assertIn('the host ended the conversation', out.contents()[0])
        self.assertEqual((out.ends(), out.status), (1, 0))

    def test_host_that_stops_reading(self):
        process = Process()
        process.send(json.dumps(job("import time\ntime.sleep(0.3)\nwhile True:\n  try:\n    demisto.results('x')\n"
                                    "  except Exception:\n    pass")).encode() + b'\n')
        process.next()
        process.frm.close()
        self.assertEqual(process.process.wait(30), 74)
        process.to.close()
        process.out.close()
        process.err.close()

    def test_answers_out_of_turn(self):
        rows = [(b'{"seq": 5, "result": 1}', 'out of turn'), (b'[]', 'out of turn'), (b'{}', 'out of turn'),
                (b'nonsense', 'Error'), (b'{"seq": "1"}', 'out of turn')]
        for line, expected in rows:
            with self.subTest(line):
                process = Process()
                process.send(json.dumps(job("demisto.info('x')")).encode() + b'\n')
                while process.next()['type'] != 'log':
                    pass
                process.send(line + b'\n')
                process.serve()
                out = process.close()
                self.assertIn(expected, out.trace()[-1])
                self.assertEqual(out.ends(), 1)

    def test_answer_with_result_and_error_missing(self):
        process = Process()
        process.send(json.dumps(job("demisto.results([demisto.demistoUrls()])")).encode() + b'\n')
        while process.next()['type'] != 'demistoUrls':
            pass
        process.send(b'{"seq": 1}\n')
        process.serve()
        self.assertEqual(process.close().contents(), ['None'])


class Compatible(unittest.TestCase):
    def test_interpreter_with_another_accelerator(self):
        """Where the compiled parts of module `json` are missing or have changed, the module itself is used."""
        code = '''
import sys
sys.modules['_json'] = %s
names = {'__name__': 'loop'}
exec(open(%r).read(), names)
names['load_json']()
print(type(names['JSON']).__name__, names['JSON'].decode(names['JSON'].encode({'a': [1, float('inf')]})))
'''
        if PY2:
            self.skipTest('Python 2.7 has one shape of it for ever')
        for broken in ('None', "type('Changed', (), {'make_encoder': None})()"):
            out = subprocess.check_output([PYTHON, '-c', code % (broken, LOOP)]).decode()
            self.assertEqual(out.strip(), "PlainJson {'a': [1, inf]}")

    def test_compiled_ahead(self):
        """The loop runs from a compiled file too, which spares the time of compiling it."""
        with tempfile.TemporaryDirectory() as folder:
            compiled = os.path.join(folder, 'loop.pyc')
            subprocess.check_call([PYTHON, '-c', 'import py_compile; py_compile.compile(%r, cfile=%r, doraise=True)'
                                   % (LOOP, compiled)])
            process = subprocess.Popen([PYTHON, compiled, 'stdio'], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            out = process.communicate(json.dumps(job("demisto.log('on')")).encode() + b'\n')[0]
        self.assertIn(b'"message": "on"', out)

    def test_content_that_locks_by_itself(self):
        """Published content wraps the private method on the instance."""
        out = run('''
before = demisto._Demisto__do
def locked(message):
    demisto.results('locked')
    return before(message)
demisto._Demisto__do = locked
demisto.info('x')
''')
        self.assertEqual((out.contents(), len(out.of('log'))), (['locked'], 1))


if __name__ == '__main__':
    unittest.main()
