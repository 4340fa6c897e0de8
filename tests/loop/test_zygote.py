"""What a zygote's child makes ready before its call is known (loop/zygote.py). Forking and isolation: tests/system."""
import gc
import json
import marshal
import os
import sys
import tempfile
import unittest

from driver import LOOP, PY2

if not PY2:
    sys.path.insert(0, os.path.dirname(LOOP))
    sys.dont_write_bytecode = True
    import ahead as call
    import loop
    import zygote


class Line(object):
    """A channel to a host that gives one job and keeps what it is told."""

    def __init__(self, job):
        self.job = job
        self.told = []
        self.write_turn = loop.Turn()

    def write_line(self, line):
        self.told.append(json.loads(line))

    def read_line(self):
        return loop.JSON.encode(self.job).encode() + b'\n'

    def of_type(self, kind):
        return [one for one in self.told if one['type'] == kind]


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

    def begun(self, prelude, item, job=None, kind='script'):
        """A call that has run ahead, and its line. What it has said so far tells how far it got."""
        if prelude is not None:
            self.put('prelude.bin', marshal.dumps(loop.compile_script(prelude)))
        self.put('item.py', item.encode())
        self.put('kind', kind.encode())
        line = Line(dict({'integration': kind == 'integration', 'is_ahead': True}, **job or {}))
        ahead = call.Ahead(zygote.Code(loop))
        ahead.enter(line)
        ahead.run()
        return ahead, line

    def finish(self, ahead, line):
        loop.run_job(None, ahead.host, {}, ahead=ahead)
        self.assertEqual([one['type'] for one in line.told if one['type'] in ('ready', 'completed')],
                         ['ready', 'completed'])
        return line

    def told(self, line):
        return json.loads(line.of_type('result')[0]['results'][0]['Contents'])['told']

    def contents(self, prelude, item, job=None, kind='script'):
        line = self.finish(*self.begun(prelude, item, job, kind))
        self.assertEqual(line.of_type('exception'), [])
        return [entry['Contents'] for one in line.of_type('result') for entry in one['results']]

    def test_the_common_script_has_run_when_the_call_comes(self):
        ahead, line = self.begun("when = []\nwhen.append(1)", "demisto.results(str(len(when)))")
        self.assertEqual((ahead.scope['when'], line.told), ([1], []))
        self.assertEqual(self.finish(ahead, line).told[1]['results'][0]['Contents'], '1')

    def test_code_sees_its_own_call(self):
        prelude = "def shown():\n    return demisto.args()['x'] + context['args']['x'] + demisto.callingContext['args']['x']"
        self.assertEqual(self.contents(prelude, "demisto.results(shown())", {'args': {'x': 'a'}}), ['aaa'])

    def test_an_item_that_has_changed_since(self):
        """It goes on from the same common script, on its own lines, with the features that the script has asked for."""
        prelude = "from __future__ import annotations\nshared = 'common'"
        self.assertEqual(self.contents(prelude, "demisto.results('old')", {'script': "demisto.results(shared)"}), ['common'])
        line = self.finish(*self.begun(prelude, "demisto.results('old')", {'first_line': 41, 'script': 'def f():\n  missing\nf()'}))
        self.assertIn('line 42', ''.join(str(one) for one in line.of_type('exception')))
        line = self.finish(*self.begun(prelude, "demisto.results('old')", {'first_line': 41, 'script': '\n(\n'}))
        self.assertIn('line 42', str(line.of_type('exception')))
        self.assertIn('SyntaxError', str(line.of_type('exception')))
        line = self.finish(*self.begun(prelude, "demisto.results('old')", {'script': "import sys\nmissing"}))
        self.assertEqual(line.of_type('result'), [])

    def test_what_a_child_has_run_itself_ends_as_ever(self):
        """Where the common script has asked for nothing of the call, less is looked at when it ends."""
        prelude = ("class Ends(object):\n    def __init__(self, name):\n        self.name = name\n"
                   "    def __del__(self):\n        demisto.results(self.name)\n"
                   "ONE, MANY, TEXT = Ends('one'), [Ends('many')], 'text'\nLOG = open(%r, 'w')\nLOG.write('all')\n")
        path = self.folder.name + '/log'
        ahead, line = self.begun(prelude % path, "mine = Ends('mine')")
        ahead.settle_in_child()
        self.addCleanup(gc.unfreeze)
        self.assertNotIn('TEXT', ahead.names_to_release())
        self.finish(ahead, line)
        self.assertEqual(sorted(entry['Contents'] for one in line.of_type('result') for entry in one['results']),
                         ['many', 'mine', 'one'])
        with open(path) as file:
            self.assertEqual(file.read(), 'all')

    def test_a_file_of_the_common_script_is_closed_as_ever(self):
        prelude = "LOG = open(%r, 'w')\nLOG.write('all')" % (self.folder.name + '/log')
        ahead, line = self.begun(prelude, "name = LOG.name\nLOG = None\ndemisto.results(open(name).read())")
        ahead.settle_in_child()
        self.addCleanup(gc.unfreeze)
        self.assertEqual([one['Contents'] for one in self.finish(ahead, line).of_type('result')[0]['results']], ['all'])

    def test_settling_runs_none_of_the_scripts_code(self):
        prelude = ("class Odd(type):\n    def __eq__(self, other):\n        raise KeyError('asked')\n"
                   "class Ends(metaclass=Odd):\n    def __del__(self):\n        demisto.results('ended')\nODD = Ends()\n")
        ahead, line = self.begun(prelude, "pass")
        ahead.settle_in_child()
        self.addCleanup(gc.unfreeze)
        self.assertIn('ODD', ahead.names_to_release())
        self.assertEqual(ahead._last, 'ODD')
        self.assertEqual(len(self.finish(ahead, line).of_type('result')), 1)

    def test_what_reaches_any_name_has_all_let_go_of(self):
        prelude = "class Ends(str):\n    def __del__(self):\n        demisto.results('ended')\nTEXT = 'plain'\n"
        for item in ("globals()['TEXT'] = Ends('x')", "exec('TEXT = Ends(1)', globals())"):
            with self.subTest(item):
                ahead, line = self.begun(prelude, item)
                ahead.settle_in_child()
                self.addCleanup(gc.unfreeze)
                self.assertEqual(len(self.finish(ahead, line).of_type('result')), 1)

    def test_without_a_common_script(self):
        self.assertEqual(self.contents(None, "demisto.results(demisto.args()['x'])", {'args': {'x': 'a'}}), ['a'])

    def test_content_finds_no_trace_of_it(self):
        item = """demisto.results({'told': [sorted(context), context is demisto.callingContext,
                  type(context).__name__, str(type(demisto)), sorted(vars(demisto))]})"""
        line = self.finish(*self.begun("kept = demisto, context", item, {'args': {}}))
        own = loop.Demisto(None, {'integration': False})
        self.assertEqual(self.told(line), [['args', 'integration'], True, 'dict', str(type(own)), sorted(vars(own))])

    def test_a_common_script_that_asks_for_the_call_waits_for_it_there(self):
        for early in ("value = demisto.args()['x']", "value = context['args']['x']",
                      "try:\n    value = demisto.args()['x']\nexcept Exception:\n    value = 'none'",
                      "try:\n    value = context.get('args')['x']\nexcept BaseException:\n    value = 'none'",
                      "print('loud')\nvalue = demisto.args()['x']", "value = demisto.getArg('x')",
                      "given = demisto.args\nvalue = given()['x']", "context['y'] = 1\nvalue = context['args']['x']",
                      "demisto.mine = 'mine'\nvalue = demisto.mine"):
            with self.subTest(early):
                before = "runs = globals().get('runs', 0) + 1\n"
                ahead, line = self.begun(before + early + "\nend = 'reached'", "demisto.results({'told': [value, runs, end]})",
                                         {'args': {'x': 'mine'}})
                self.assertEqual(line.told[0]['type'], 'ready')
                self.assertEqual(ahead.scope['end'], 'reached')
                self.finish(ahead, line)
                self.assertEqual(self.told(line), ['mine', 1, 'reached'])

    def test_every_look_at_the_call_is_one(self):
        """Also those that no method of the script's is called for. The answer is the call's own."""
        looks = ['context == {}', '{} == context', 'context != {}', 'repr(context)', 'str(context)', "'%s' % context",
                 "'{}'.format(context)", 'context.popitem()', 'context.clear()', 'context.pop("args")', 'len(context)',
                 'bool(context)', 'list(context)', 'dict(context)', 'context.fromkeys([1])', 'context.copy()',
                 '__import__("copy").copy(context)', '__import__("copy").deepcopy(context)',
                 '__import__("pickle").dumps(context)', '__import__("json").dumps(context)', '{**context}',
                 '(lambda **x: x)(**context)', 'context.__class__.__eq__(context, {})', 'dir(context)', 'sorted(context)',
                 '1 in context', 'context.update(a=1)', 'context.setdefault(1, 2)', 'context == {"args": 1}',
                 'demisto == 1', 'str(type(demisto == 1))', "hasattr(demisto, 'x')", "hasattr(demisto, 'callingContext')",
                 "setattr(demisto, 'x', 1)", 'dir(demisto)', 'sorted(vars(demisto))', '__import__("copy").copy(demisto).args()',
                 "demisto.x if hasattr(demisto, 'x') else 0", 'demisto.args()', 'demisto.command()', 'demisto.is_debug']
        if sys.version_info >= (3, 9):
            looks += ['context | {}', '{} | context', 'context.__ior__({})', 'list(reversed(context))']
        for look in looks:
            with self.subTest(look):
                _, line = self.begun("value = " + look, "demisto.results(1)")
                self.assertEqual([one['type'] for one in line.told], ['ready'])
                job = {'args': {'a': [1]}, 'command': 'c'}
                warm = self.contents("value = " + look, "demisto.results(repr(value))", job)
                cold = {'demisto': None}
                cold = loop.script_globals(loop.Demisto(None, dict({'integration': False}, **job)),
                                           dict({'integration': False}, **job))
                exec("value = " + look, cold)
                if '.__class__' not in look and 'pickle' not in look:
                    self.assertEqual(warm, [repr(cold['value'])])

    def test_what_tells_nothing_of_the_call_is_no_look_at_it(self):
        for silent in ("kept = [demisto, context]\nassert isinstance(context, dict) and context is not None",
                       "assert callable(demisto.results) and hasattr(demisto, 'params')",
                       "assert demisto.item_type == demisto.SCRIPT and not demisto.is_integration",
                       "assert demisto.params() == {}", "assert demisto.convert('x')['Type'] == 1"):
            with self.subTest(silent):
                self.assertEqual(self.begun(silent, "demisto.results(1)")[1].told, [])
                self.assertEqual(self.contents(silent, "demisto.results(1)"), ['1'])

    def test_what_was_kept_is_the_calls_own(self):
        prelude = "kept = demisto, context, demisto.args"
        item = "demisto.results({'told': [kept[0] is demisto, kept[1]['args'], kept[1] == context, kept[2]()]})"
        self.assertEqual(self.told(self.finish(*self.begun(prelude, item, {'args': {'x': 'a'}}))),
                         [True, {'x': 'a'}, True, {'x': 'a'}])

    def test_parameters_of_an_integration_are_the_calls(self):
        job = {'params': {'url': 'u'}, 'command': 'c'}
        ahead, line = self.begun("value = demisto.params()", "demisto.results(value['url'])", job, 'integration')
        self.assertEqual([one['type'] for one in line.told], ['ready'])
        self.assertEqual(self.finish(ahead, line).of_type('result')[0]['results'][0]['Contents'], 'u')

    def test_what_waits_for_the_call_goes_first_then(self):
        prelude = "demisto._when_known(lambda: demisto.callingContext.update(params={'seen': demisto.params()}))"
        for kind, seen in (('integration', "{'seen': {'url': 'u'}}"), ('script', "{}")):
            with self.subTest(kind):
                ahead, line = self.begun(prelude, "demisto.results(str(demisto.params()))", {'params': {'url': 'u'}}, kind)
                self.assertEqual(line.told, [])
                self.assertEqual(self.finish(ahead, line).of_type('result')[0]['results'][0]['Contents'], seen)

    def test_a_process_that_was_forked_before_cannot_ask(self):
        prelude = """import os
here, there = os.pipe()
if os.fork() == 0:
    try:
        demisto.args()
    except RuntimeError as error:
        os.write(there, str(error).encode())
    os._exit(0)
os.wait()
said = os.read(here, 1000).decode()
"""
        ahead, line = self.begun(prelude, "demisto.results(said)")
        self.assertEqual(line.told, [])
        self.assertIn('belongs to process %d' % os.getpid(),
                      self.finish(ahead, line).of_type('result')[0]['results'][0]['Contents'])

    def test_errors_belong_to_the_call(self):
        rows = (("raise KeyError('k')", "demisto.results(1)", 'KeyError', 'line 1'),
                ("demisto.args()\nraise KeyError('k')", "demisto.results(1)", 'KeyError', 'line 2'),
                (None, "1 +", 'SyntaxError', 'line 1'), ("x = 1", "raise ValueError('v')", 'ValueError', 'line 1'),
                ("import sys\nsys.exit(0)", "1/0", None, None))
        for prelude, item, name, where in rows:
            with self.subTest(prelude=prelude, item=item):
                if os.path.exists(self.folder.name + '/prelude.bin'):
                    os.unlink(self.folder.name + '/prelude.bin')
                told = self.finish(*self.begun(prelude, item)).of_type('exception')
                self.assertEqual(len(told), 0 if name is None else 1)
                if name is not None:
                    lines = told[0]['args']['exception']
                    self.assertIn(name, ''.join(lines))
                    self.assertIn('  File "<string>", ' + where, lines[1 if name != 'SyntaxError' else 0])

    def test_lines_of_the_item_count_from_the_whole(self):
        told = self.finish(*self.begun("a = 1\nb = 2\n", "\n\nraise ValueError('here')")).of_type('exception')
        self.assertIn('line 3', ''.join(told[0]['args']['exception']))

    def test_what_is_no_job_is_said(self):
        for early in ("x = 1", "demisto.args()", "try:\n    demisto.args()\nexcept ValueError:\n    pass"):
            with self.subTest(early):
                told = self.finish(*self.begun(early, "demisto.results(1)", {'args': 'none'})).of_type('exception')
                self.assertIn("'args' must be an object", ''.join(told[0]['args']['exception']))


if __name__ == '__main__':
    unittest.main()
