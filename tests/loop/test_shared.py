"""Mode `shared`: jobs one after another in one process, over private descriptors."""
import json
import os
import unittest

from driver import Process, job


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
