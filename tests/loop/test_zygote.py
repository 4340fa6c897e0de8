"""What a zygote's child makes ready before its call is known (loop/zygote.py). Forking and isolation: tests/system."""
import marshal
import os
import sys
import tempfile
import unittest

from driver import LOOP, PY2

if not PY2:
    sys.path.insert(0, os.path.dirname(LOOP))
    sys.dont_write_bytecode = True
    import loop
    import zygote


class Listener(object):
    """A host that keeps what it is told."""

    def __init__(self):
        self.told = []
        self.done = False

    def tell(self, message):
        self.told.append(message)

    def ask(self, message):
        self.told.append(message)

    def in_child(self):
        return False

    def complete(self):
        self.done = True


@unittest.skipIf(PY2, 'a zygote is Python 3')
class AheadOfTheCall(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.addCleanup(setattr, zygote, 'FOLDER', zygote.FOLDER)
        zygote.FOLDER = self.folder.name
        loop.load_json()

    def put(self, name, data):
        with open(self.folder.name + '/' + name, 'wb') as file:
            file.write(data)

    def ahead(self, prelude, item):
        if prelude is not None:
            self.put('prelude.bin', marshal.dumps(loop.compile_script(prelude)))
        self.put('item.py', item.encode())
        return zygote.Ahead(zygote.Code(loop))

    def run_job(self, ahead, job):
        host = Listener()
        loop.run_job(loop.JSON.encode(job).encode(), host, {}, ahead=ahead)
        self.assertTrue(host.done)
        return host

    def contents(self, prelude, item, **job):
        host = self.run_job(self.ahead(prelude, item), dict({'integration': False, 'is_ahead': True}, **job))
        self.assertEqual([one for one in host.told if one['type'] == 'exception'], [])
        return [entry['Contents'] for one in host.told for entry in one['results']]

    def test_the_common_script_has_run_when_the_call_comes(self):
        ahead = self.ahead("import os\nwhen = []\nwhen.append(os.getpid())", "demisto.results(str(len(when)))")
        self.assertIsNotNone(ahead._scope)
        host = self.run_job(ahead, {'integration': False, 'is_ahead': True})
        self.assertEqual(host.told[0]['results'][0]['Contents'], '1')

    def test_code_sees_its_own_call(self):
        prelude = "def shown():\n    return demisto.args()['x'] + context['args']['x'] + demisto.callingContext['args']['x']"
        self.assertEqual(self.contents(prelude, "demisto.results(shown())", args={'x': 'a'}), ['aaa'])

    def waiting(self, prelude, item):
        """What the next child has, once one has found that the common script has to wait."""
        self.put('prelude.bin', marshal.dumps(loop.compile_script(prelude)))
        self.put('item.py', item.encode())
        code = zygote.Code(loop)
        self.assertTrue(zygote.Ahead(code).is_spoiled, prelude)
        code.waits = True
        ahead = zygote.Ahead(code)
        self.assertFalse(ahead.is_spoiled)
        return ahead

    def test_a_common_script_that_asks_for_the_call_waits_for_it(self):
        for early in ("value = demisto.args()['x']", "value = context['args']['x']",
                      "try:\n    value = demisto.args()['x']\nexcept Exception:\n    value = 'none'",
                      "try:\n    value = context.get('args')['x']\nexcept BaseException:\n    value = 'none'",
                      "print('loud')\nvalue = demisto.args()['x']"):
            with self.subTest(early):
                ahead = self.waiting(early, "demisto.results(value)")
                host = self.run_job(ahead, {'integration': False, 'is_ahead': True, 'args': {'x': 'mine'}})
                self.assertEqual(host.told[-1]['results'][0]['Contents'], 'mine')

    def test_every_look_at_the_call_is_one(self):
        """Also those that no method of the script's is called for."""
        looks = ['context == {}', '{} == context', 'context != {}', 'repr(context)', 'str(context)', "'%s' % context",
                 "'{}'.format(context)", 'context.popitem()', 'context.clear()', 'context.pop(1, 2)', 'len(context)',
                 'bool(context)', 'list(context)', 'dict(context)', 'context.fromkeys([1])', 'context.copy()',
                 '__import__("copy").copy(context)', '__import__("copy").deepcopy(context)',
                 '__import__("pickle").dumps(context)', '__import__("json").dumps(context)', '{**context}',
                 '(lambda **x: x)(**context)', 'context.__class__.__eq__(context, {})', 'dir(context)', 'sorted(context)',
                 '1 in context', 'context.update(a=1)', 'context.setdefault(1, 2)', 'context < {}',
                 '__import__("sys").getsizeof(context)', 'demisto == 1', 'repr(demisto)', 'str(demisto)',
                 "'%s' % demisto", 'demisto.x', "hasattr(demisto, 'args')", "setattr(demisto, 'x', 1)", 'dir(demisto)',
                 'vars(demisto)', '__import__("copy").copy(demisto)', 'demisto.__class__', "delattr(demisto, 'x')"]
        if sys.version_info >= (3, 9):
            looks += ['context | {}', '{} | context', 'context.__ior__({})', 'list(reversed(context))']
        for look in looks:
            with self.subTest(look):
                self.waiting("try:\n    %s\nexcept BaseException:\n    pass" % look, "demisto.results(1)")

    def test_what_tells_nothing_of_the_call_is_no_look_at_it(self):
        prelude = "kept = [demisto, context]\nassert isinstance(context, dict) and context is not None and callable(len)"
        self.assertIsNotNone(self.ahead(prelude, "demisto.results(1)")._scope)

    def test_errors_belong_to_the_call(self):
        rows = (("raise KeyError('k')", "demisto.results(1)", 'KeyError'), (None, "1 +", 'SyntaxError'),
                ("x = 1", "raise ValueError('v')", 'ValueError'), ("import sys\nsys.exit(0)", "1/0", None))
        for prelude, item, name in rows:
            with self.subTest(item):
                if os.path.exists(self.folder.name + '/prelude.bin'):
                    os.unlink(self.folder.name + '/prelude.bin')
                ahead = self.ahead(prelude, item)
                if prelude is not None and ahead.is_spoiled:
                    ahead = self.waiting(prelude, item)
                # Without code ahead the job brings it, as the host does when it could not be compiled.
                job = {'integration': False, 'is_ahead': True, 'script': item}
                told = [one for one in self.run_job(ahead, job).told if one['type'] == 'exception']
                self.assertEqual(len(told), 0 if name is None else 1)
                if name is not None:
                    self.assertIn(name, ''.join(told[0]['args']['exception']))

    def test_lines_of_the_item_count_from_the_whole(self):
        ahead = self.ahead("a = 1\nb = 2\n", "\n\nraise ValueError('here')")
        told = self.run_job(ahead, {'integration': False, 'is_ahead': True}).told
        self.assertIn('line 3', ''.join(told[0]['args']['exception']))

    def test_another_job_than_the_expected_one_brings_its_code(self):
        ahead = self.ahead("value = 'common'", "demisto.results('item')")
        host = self.run_job(ahead, {'integration': False, 'script': "demisto.results('own')"})
        self.assertEqual(host.told[0]['results'][0]['Contents'], 'own')


if __name__ == '__main__':
    unittest.main()
