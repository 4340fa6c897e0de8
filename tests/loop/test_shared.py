"""Mode `shared`: jobs one after another in one process, over private descriptors."""
import json
import os
import time
import unittest

from driver import Process, is_request, job


def run_shared(*jobs):
    process = Process(mode='shared')
    for one in jobs:
        process.send(json.dumps(one).encode() + b'\n')
        process.serve()
    return process.close()


class Shared(unittest.TestCase):
    def test_jobs_one_after_another(self):
        out = run_shared(job('a = 1'), job("demisto.results('a' in globals())"), job('1/0'), job('exit(3)'),
                         job("demisto.results('last')"))
        self.assertEqual((out.contents(), out.ends(), len(out.of('exception'))), (['False', 'last'], 5, 1))
        self.assertEqual((len(out.of('ready')), out.status), (1, 0))

    def test_modules_stay(self):
        out = run_shared(job("import colorsys; colorsys.mark = 'of the first'"),
                         job('import colorsys; demisto.results(colorsys.mark)'))
        self.assertEqual(out.contents(), ['of the first'])

    def test_surroundings_are_put_back(self):
        out = run_shared(job("import os, sys; os.environ['X'] = '1'; os.chdir('/'); sys.stdout = None"),
                         job("import os, sys; demisto.results(repr([os.environ.get('X'), os.getcwd() != '/', "
                             "sys.stdout is not None]))"))
        self.assertEqual(out.contents(), ['[None, True, True]'])

    def test_the_folder_is_empty_for_each(self):
        out = run_shared(job("import os\nos.makedirs('a/b')\nopen('a/b/c', 'w').close()\nopen('d', 'w').close()\n"
                             "os.symlink('/etc', 'e')"),
                         job('import os; demisto.results(repr(os.listdir(os.curdir)))'))
        self.assertEqual(out.contents(), ['[]'])
        self.assertTrue(os.path.exists('/etc/passwd'))

    def test_an_answer_that_nobody_waited_for_is_no_job(self):
        give_up = ("import signal\n"
                   "def out(*_): raise KeyError('up')\n"
                   "signal.signal(signal.SIGALRM, out)\nsignal.setitimer(signal.ITIMER_REAL, 0.2)\n"
                   "try:\n    demisto.demistoUrls()\nexcept KeyError:\n    demisto.results('gave up')")
        process = Process(mode='shared')
        process.send(json.dumps(job(give_up)).encode() + b'\n')
        asked = None
        while True:
            message = process.next()
            if message['type'] == 'completed':
                break
            if is_request(message):
                asked = process.outcome.numbers[-1]
        process.answer(asked, {'late': True})
        for n in range(3):
            process.send(json.dumps(job("demisto.results('job %d')" % n)).encode() + b'\n')
            process.serve()
        out = process.close()
        self.assertEqual((out.contents(), out.ends(), out.of('exception')),
                         (['gave up', 'job 0', 'job 1', 'job 2'], 4, []))

    def test_a_thread_that_waits_for_an_answer_gets_it_before_the_next_job(self):
        begin = ("import threading\nready = threading.Event()\n"
                 "def ask():\n    ready.set()\n    demisto.demistoUrls()\n"
                 "threading.Thread(target=ask).start()\nready.wait()\nimport time\ntime.sleep(0.2)")
        process = Process(mode='shared')
        process.send(json.dumps(job(begin)).encode() + b'\n')
        while not is_request(process.next()):
            pass
        time.sleep(0.3)
        process.answer(process.outcome.numbers[-1], None)
        process.serve()
        process.send(json.dumps(job("demisto.results('next')")).encode() + b'\n')
        process.serve()
        out = process.close()
        self.assertEqual((out.contents(), out.ends()), (['next'], 2))

    def test_folders_that_cannot_be_removed_do_no_harm(self):
        deep = "import os\nfor n in range(3000):\n    os.mkdir('d'); os.chdir('d')"
        out = run_shared(job(deep), job("demisto.results('on')"))
        self.assertEqual((out.contents(), out.ends()), (['on'], 2))

    def test_code_is_compiled_once(self):
        path = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'prelude.tmp')
        count = "import marshal\nold = marshal.loads\nmarshal.count = 0\n" \
                "def loads(data):\n    marshal.count += 1\n    return old(data)\nmarshal.loads = loads"
        make = ("import marshal\nopen(%r, 'wb').write(marshal.dumps(compile('p = 5', '<string>', 'exec')))" % path)
        ask = job('import marshal; demisto.results(repr([p, marshal.count]))')
        ask['prelude'] = {'path': path, 'first_line': 2}
        try:
            out = run_shared(job(make), job(count), ask, ask, ask)
        finally:
            os.unlink(path)
        self.assertEqual(out.contents(), ['[5, 1]'] * 3)


if __name__ == '__main__':
    unittest.main()
