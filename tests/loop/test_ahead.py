"""Which common scripts a zygote runs once for all of its children (loop/ahead.py), and what such a child lets go of."""
import json
import os
import subprocess
import sys
import unittest

from driver import LOOP

# A process as a zygote's: it runs the common script ahead where it may, and then one call, in a child.
ZYGOTE = """
import gc, json, os, sys
sys.path.insert(0, %(loop)r)
import loop, watch, ahead
loop.load_json()
class AsHere(object):
    __enter__ = lambda self: None
    __exit__ = lambda self, *_: None
watch.AsScript, watch.SCRIPT_USER, watch.SLOW_SECONDS = AsHere, -1, 2
class Code(object):
    is_integration = False
    prelude = loop.compile_script(%(prelude)r)
    loaded = None
    def item(self):
        return self.compile(%(item)r)
    def compile(self, text, first_line=1):
        return loop.compile_script(text)
    names = None
    item_if_good = item
code = Code()
code.loop = loop
call, changed = ahead.begin_in_zygote(code, watch)
answer = [call is not None, changed]
if call is not None:
    gc.collect()
    gc.freeze()
    here, there = os.pipe()
    line, job = os.pipe()
    os.write(job, %(job)r)
    pid = os.fork()
    if pid == 0:
        call.enter(loop.Channel(line, there))
        call.touch()
        loop.run_job(None, call.host, {}, ahead=call)
        os._exit(0)
    os.close(there)
    os.waitpid(pid, 0)
    answer.append([json.loads(one) for one in os.fdopen(here).read().splitlines()])
print(json.dumps(answer))
"""

ALONE = {
    'clock': "import time\nwhen = time.time()",
    'clock in a function': "import time\ndef now():\n    return time.monotonic()\nwhen = now()",
    'date': "from datetime import datetime\nwhen = datetime.now()",
    'clock of a module': "import logging\nlogging.getLogger().handle(logging.makeLogRecord({}))\nimport email.utils\nwhen = email.utils.localtime()",
    'process': "import os\nme = os.getpid()",
    'folder': "import os\nhere = os.getcwd()",
    'file of a call': "import os\nthere = os.listdir('/tmp')",
    'kernel': "limits = open('/proc/self/limits').read()",
    'descriptor': "kept = open('/etc/passwd')",
    'network': "import socket\ntry:\n    socket.create_connection(('127.0.0.1', 1))\nexcept OSError:\n    pass",
    'other program': "import subprocess\nsubprocess.check_output(['true'])",
    'random': "import random\nvalue = random.random()",
    'bytes': "import os\nvalue = os.urandom(4)",
    'identifier': "import uuid\nvalue = uuid.uuid4()",
    'thread': "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
    'argument': "value = demisto.args()['x']",
    'argument that is not missed': "try:\n    value = demisto.args()['x']\nexcept BaseException:\n    value = None",
    'context': "value = context.get('args')",
    'print': "print('loud')",
    'stream': "import sys\nsys.stdout.write('loud')",
    'error': "raise KeyError('k')",
    'end': "import os\nos._exit(0)",
    'never': "while True:\n    pass",
}
TOGETHER = {
    'nothing': "", 'definitions': "def shown():\n    return demisto.args()['x']\nclass A(object):\n    pass",
    'imports': "import json, re, time, datetime, uuid, random, socket, urllib.request",
    'reads of the image': "import json\nlines = open(json.__file__).read()",
    'waiting': "demisto._when_known(lambda: None)", 'kept': "kept = demisto, context, demisto.args",
    'fixed date': "import datetime\nwhen = datetime.datetime(2020, 1, 1).isoformat()\nimport time\nstart = time.strptime('2020', '%Y')",
    'parameters': "assert demisto.params() == {}",
}


@unittest.skipIf(sys.version_info < (3, 8), 'nobody hears what is asked for')
class CommonScripts(unittest.TestCase):
    def run_zygote(self, prelude, item="demisto.results(demisto.args()['x'])", **job):
        line = json.dumps(dict(job, integration=False, native=True, args={'x': 'mine'})).encode() + b'\n'
        code = ZYGOTE % {'loop': os.path.dirname(LOOP), 'prelude': prelude, 'item': item, 'job': line}
        done = subprocess.run([sys.executable, '-I', '-c', code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return json.loads(done.stdout)

    def results(self, answer):
        self.assertEqual([one for one in answer[2] if one['type'] == 'exception'], [])
        self.assertEqual(answer[2][-1], {'type': 'completed'})
        return [entry['Contents'] for one in answer[2] if one['type'] == 'result' for entry in one['results']]

    def test_one_that_asks_for_what_differs_is_run_by_each_child(self):
        for name, prelude in ALONE.items():
            with self.subTest(name):
                self.assertEqual(self.run_zygote(prelude), [False, ''])

    def test_one_that_asks_for_nothing_is_run_once(self):
        for name, prelude in TOGETHER.items():
            with self.subTest(name):
                answer = self.run_zygote(prelude)
                self.assertEqual(answer[:2], [True, ''])
                self.assertEqual(self.results(answer), ['mine'])

    def test_a_call_sees_its_own_arguments_through_it(self):
        item = "demisto.results(shown() + kept[1]['args']['x'] + kept[2]()['x'])"
        answer = self.run_zygote(TOGETHER['definitions'] + '\n' + TOGETHER['kept'], item)
        self.assertEqual(self.results(answer), ['mineminemine'])

    def test_files_left_open_are_written(self):
        """Wherever the call keeps them, and whichever name it gives them."""
        for where in ("mine = open(path, 'w')\nmine.write('all')", "LOG = open(path, 'w')\nLOG.write('all')",
                      "set_log(open(path, 'w'))\nLOG.write('all')", "KEPT.append(open(path, 'w'))\nKEPT[0].write('all')",
                      "def f():\n    g = open(path, 'w')\n    g.write('all')\n    return lambda: g\nKEPT.append(f())",
                      "globals()['KEPT'] = open(path, 'w')\nKEPT.write('all')", "del KEPT\nlast = open(path, 'wb')\nlast.write(b'all')"):
            with self.subTest(where):
                path = os.path.join(os.environ.get('TMPDIR', '/tmp'), 'berth-ahead-%d' % os.getpid())
                self.addCleanup(lambda: os.path.exists(path) and os.unlink(path))
                prelude = "LOG = None\nKEPT = []\ndef set_log(file):\n    global LOG\n    LOG = file\n"
                self.results(self.run_zygote(prelude, "path = %r\n%s" % (path, where)))
                with open(path) as file:
                    self.assertEqual(file.read(), 'all')
                os.unlink(path)

    def test_what_has_a_say_in_its_end_is_let_go_of(self):
        prelude = "class Ends(object):\n    def __del__(self):\n        demisto.results('ended')\nKEPT = Ends()\n"
        self.assertEqual(self.results(self.run_zygote(prelude, "mine = Ends()")), ['ended', 'ended'])

    def test_what_an_item_binds_that_has_changed_is_let_go_of(self):
        prelude = "class Ends(object):\n    def __del__(self):\n        demisto.results('ended')\nKEPT = None\n"
        self.assertEqual(self.results(self.run_zygote(prelude, "pass")), [])
        self.assertEqual(self.results(self.run_zygote(prelude, "pass", script="KEPT = Ends()")), ['ended'])


if __name__ == '__main__':
    unittest.main()
