"""Mode `stdio`: several jobs in one process, over descriptors 0 and 1."""
import json
import os
import subprocess
import unittest

from driver import LOOP, PYTHON, Process, job, run_many


class States(unittest.TestCase):
    def test_as_documented(self):
        process = subprocess.Popen([PYTHON, LOOP, 'stdio'], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        out = process.communicate(b'{"script": "demisto.log(\\"this is an example entry log\\")", '
                                  b'"integration": false, "native": false}\n')[0].decode().splitlines()
        self.assertEqual(len(out), 2)
        self.assertIn('"message": "this is an example entry log"', out[0])
        self.assertEqual(out[1], '{"type": "completed"}')
        self.assertEqual(process.returncode, 0)

    def test_ping(self):
        process = Process(stdio=True)
        process.send(b'ping\n')
        self.assertEqual(process.next(), {'type': 'pong'})
        process.send(b'ping\nping\n')
        self.assertEqual((process.next(), process.next()), ({'type': 'pong'}, {'type': 'pong'}))
        out = process.close()
        self.assertEqual((out.status, len(out.of('pong'))), (0, 3))

    def test_ping_without_line_feed_is_no_ping(self):
        process = Process(stdio=True)
        process.send(b'ping')
        out = process.close()
        self.assertEqual((len(out.of('pong')), len(out.of('exception')), out.ends()), (0, 1, 1))

    def test_jobs_one_after_another(self):
        out = run_many([job('a = 1'), job("demisto.results('a' in globals())"), job('1/0'),
                        job("demisto.results('last')")])
        self.assertEqual((out.contents(), out.ends(), len(out.of('exception'))), (['False', 'last'], 4, 1))

    def test_bad_job_does_not_end_the_loop(self):
        out = run_many([b'{"script":\n', b'{"script": ""}\n', b'{"script": "", "integration": false}\n', b'\n',
                        job("demisto.results('on')")])
        self.assertEqual((out.contents(), out.ends(), len(out.of('exception'))), (['on'], 5, 4))

    def test_native_ends_the_process(self):
        process = Process(stdio=True)
        process.send(json.dumps(job('pass', native=True)).encode() + b'\n')
        process.serve()
        self.assertEqual(process.process.wait(30), 0)
        process.close()

    def test_answer_errors(self):
        rows = [(b'$$##old text\n', 'old text'), (b'[ERROR-fd5a7750-7182-4b38-90ba-091824478903]new\r\n', 'new')]
        for line, text in rows:
            process = Process(stdio=True)
            process.send(json.dumps(job("try:\n  demisto.demistoUrls()\nexcept ValueError as ex:\n"
                                        "  demisto.results(repr(str(ex)))")).encode() + b'\n')
            process.next()
            process.send(line)
            process.serve()
            self.assertEqual(process.close().contents(), [repr(text)])


class Restored(unittest.TestCase):
    def test_environment(self):
        first = '''
import os
os.environ['KEPT'] = 'changed'
os.environ['NEW'] = 'new'
del os.environ['GONE']
'''
        replaced = "import os\nos.environ = {'a': 'b'}"
        look = '''
import os, subprocess
def seen(name):
    child = subprocess.Popen(['sh', '-c', 'printf %s "$' + name + '"'], stdout=subprocess.PIPE)
    return [os.environ.get(name), child.communicate()[0].decode()]
demisto.results({'Contents': [seen('KEPT'), seen('NEW'), seen('GONE')], 'ContentsFormat': 'json'})
os.environ['NEW'] = 'reaches'
demisto.results({'Contents': seen('NEW'), 'ContentsFormat': 'json'})
'''
        env = dict(os.environ, KEPT='kept', GONE='gone')
        out = run_many([job(first), job(look), job(replaced), job(look)], env=env)
        expected = [[['kept', 'kept'], [None, ''], ['gone', 'gone']], ['reaches', 'reaches']]
        self.assertEqual(out.contents(), expected * 2)

    def test_folder_and_streams(self):
        out = run_many([job("import os\ndemisto.results(os.getcwd())\nos.chdir('/')"),
                        job("import os, sys\ndemisto.results(os.getcwd())\nsys.stdout = sys.stdin = None"),
                        job("import sys\ndemisto.results(sys.stdout is not None and sys.stdin is not None)")])
        self.assertEqual(out.contents()[0], out.contents()[1])
        self.assertEqual(out.contents()[2], 'True')

    def test_removed_folder(self):
        out = run_many([job("import os\nos.rmdir(os.getcwd())"), job("demisto.results('on')")])
        self.assertEqual((out.contents(), out.ends()), (['on'], 2))


class CodeCache(unittest.TestCase):
    def test_cache(self):
        code = "demisto.results('one')"
        without = {'integration': False, 'native': False, 'code_version': 'v1'}
        out = run_many([dict(without), job(code, code_version='v1'), dict(without),
                        job("demisto.results('ignored')", code_version='v1'),
                        dict(without, reset_code_cache=True), dict(without)])
        self.assertEqual(out.contents(), ['one'] * 4)
        traces = [message['args']['exception'][-1] for message in out.of('exception')]
        self.assertEqual(len(traces), 2)
        for text in traces:
            self.assertIn('missing script code', text)
            self.assertIn("'v1'", text)

    def test_reset_stores_what_it_compiles(self):
        without = {'integration': False, 'native': False, 'code_version': 'v2'}
        out = run_many([job("demisto.results(1)", code_version='v1'),
                        job("demisto.results(2)", code_version='v2', reset_code_cache=True), without])
        self.assertEqual(out.contents(), ['1', '2', '2'])


if __name__ == '__main__':
    unittest.main()
