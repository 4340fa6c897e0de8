"""loop.pyc, which says that a job can come before it has loaded the rest of itself."""
import json
import os
import shutil
import subprocess
import tempfile
import unittest

from driver import LOOP, PYTHON, Process, job


class Compiled(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        subprocess.check_call([PYTHON, LOOP, 'compile', self.folder])
        self.loop = os.path.join(self.folder, 'loop.pyc')

    def test_it_greets_once_in_each_mode(self):
        for mode in 'frames', 'shared':
            process = Process(mode=mode, loop=self.loop)
            process.send(json.dumps(job("demisto.results('done')")).encode() + b'\n')
            process.serve()
            out = process.close()
            self.assertEqual(([one['type'] for one in out.messages], out.contents(), out.status),
                             (['ready', 'result', 'completed'], ['done'], 0), mode)

    def test_it_greets_as_its_source_does(self):
        greetings = []
        for loop in LOOP, self.loop:
            process = Process(loop=loop)
            greetings.append(process.next())
            process.close()
        self.assertEqual(greetings[0], greetings[1])

    def test_nobody_there_is_told_as_before(self):
        done = subprocess.run([PYTHON, self.loop, 'frames', '8', '9'], stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 74)
        self.assertIn(b'the channel to the host', done.stderr)


if __name__ == '__main__':
    unittest.main()
