"""The demisto object: every method's message, what it returns, and what it refuses."""
import json
import unittest
import uuid

from driver import PY2, Refusal, run

CONTEXT = {
    'Inv': {'id': '7', 'name': 'case'},
    'Incidents': [{'id': '7'}, {'id': '8'}],
    'ParentEntry': {'id': '61@7'},
    'ExecutionContext': {'File': {'Name': 'x'}},
    'IntegrationInstance': 'instance_1',
}
ANSWER = {'id': 'licence', 'value': 'v', 'res': 'sent', 'result': [1], 'context': {'k': 'v'}, 'version': {'version': 3}}


def call(command, **args):
    return {'type': 'executeCommand', 'command': command, 'args': args}


UNCONDITIONAL = {'version': -1, 'sequenceNumber': -1, 'primaryTerm': -1}
SEARCH = dict.fromkeys(['value', 'query', 'size', 'page', 'sort', 'fromDate', 'toDate', 'searchAfter',
                        'populateFields'])

# expression, kind of item (s script, i integration, b both), message, what it returns ('same': the whole answer)
REQUESTS = [
    ("getFilePath('5@7')", 'b', {'type': 'getFileByEntryID', 'command': 'getFilePath', 'args': {'id': '5@7'}}, 'same'),
    ("demistoUrls()", 'b', {'type': 'demistoUrls'}, 'same'),
    ("demistoVersion()", 'b', {'type': 'demistoVersion'}, 'same'),
    ("dt({'a': 1}, 'a')", 'b', {'type': 'dt', 'name': 'a', 'value': {'a': 1}}, [1]),
    ("getLicenseID()", 'b', call('getLicenseID'), 'licence'),
    ("getLicenseCustomField('a.b')", 'b', call('getLicenseCustomField', key='a.b'), 'v'),
    ("getAutoFocusApiKey()", 'b', call('getLicenseCustomField', key='autofocus'), 'v'),
    ("internalHttpRequest('GET', '/x')", 'b', call('internalHttpRequest', method='GET', uri='/x', body=None), 'same'),
    ("_apiCall('n', data='d')", 'b', call('_apiCall', name='n', params=None, data='d'), 'same'),
    ("_apiCall(method='GET', path='/p')", 'b',
     call('_apiCall', name=None, params=None, data=None, method='GET', path='/p'), 'same'),
    ("mapObject({'a': 1}, 'm', 't')", 'b', call('mapObject', source={'a': 1}, mapper='m', mapperType='t'), 'same'),
    ("searchIndicators(query='q', size=5)", 'b', call('searchIndicators', **dict(SEARCH, query='q', size=5)), 'same'),
    ("searchRelationships({'e': 1})", 'b', call('searchRelationships', filter={'e': 1}), 'same'),
    ("executeCommand(' Print ', {'value': 1})", 's', call('Print', value=1), 'same'),
    ("executeCommand('x', None)", 's', call('x'), 'same'),
    ("execute('mod', 'cmd', {'a': 1})", 's',
     {'type': 'execute', 'module': 'mod', 'command': 'cmd', 'args': {'a': 1}}, 'same'),
    ("getAllSupportedCommands()", 's', {'type': 'getAllModulesSupportedCmds'}, 'same'),
    ("getModules()", 's', {'type': 'getAllModules'}, 'same'),
    ("setContext('a.b', [1])", 's', {'type': 'setContext', 'name': 'a.b', 'value': [1]}, 'same'),
    ("exception('boom')", 's', {'type': 'exception', 'command': 'exception', 'args': 'boom'}, 'same'),
    ("getLastRun()", 'i', call('getLastRun'), 'same'),
    ("setLastRun({'t': 1})", 'i', call('setLastRun', value={'t': 1}), 'same'),
    ("getLastMirrorRun()", 'i', call('getLastMirrorRun'), 'same'),
    ("setLastMirrorRun({'t': 1})", 'i', call('setLastMirrorRun', value={'t': 1}), 'same'),
    ("getAssetsLastRun()", 'i', call('getAssetsLastRun'), 'same'),
    ("setAssetsLastRun({'t': 1})", 'i', call('setAssetsLastRun', value={'t': 1}), 'same'),
    ("getIntegrationContextVersioned(True)", 'i', call('getIntegrationContext', refresh=True), 'same'),
    ("setIntegrationContext({'a': 'b'})", 'i',
     call('setIntegrationContext', value={'a': 'b'}, version=UNCONDITIONAL, sync=False), 'same'),
    ("setIntegrationContextVersioned({}, 4, True)", 'i',
     call('setIntegrationContext', value={}, version=dict(UNCONDITIONAL, version=4), sync=True), 'same'),
    ("setIntegrationContextVersioned({}, {'version': 9})", 'i',
     call('setIntegrationContext', value={}, version={'version': 9}, sync=False), 'same'),
    ("createIncidents([{}], {'l': 1}, 'u')", 'i',
     call('createIncidents', incidents=[{}], lastRun={'l': 1}, userID='u'), 'same'),
    ("createAlerts([{}])", 'i', call('createAlerts', alerts=[{}], lastRun=None, userID=None), 'same'),
    ("createIndicators([{}], True)", 'i', call('createIndicators', indicators=[{}], lastRun=None, noUpdate=True),
     'same'),
    ("createIndicators([{}], {'l': 1})", 'i',
     call('createIndicators', indicators=[{}], lastRun={'l': 1}, noUpdate=False), 'same'),
    ("getIndexHash()", 'i', {'type': 'executeCommand', 'command': 'getIndexHash'}, 'same'),
    ("updateModuleHealth({'eventsPulled': 3}, True)", 'i',
     call('updateModuleHealth', err={'eventsPulled': 3}, isError=True), 'same'),
    ("addEntry('7', 'e', 'u', 'm', 'f')", 'i',
     call('addEntry', id='7', entry='e', username='u', email='m', footer='f'), 'same'),
    ("directMessage('m', 'u', 'e', True)", 'i',
     call('directMessage', message='m', username='u', email='e', anyoneCanOpenIncidents=True,
          anyoneCanOpenAlerts=True), 'sent'),
    ("mirrorInvestigation('7', 'all')", 'i',
     call('mirrorInvestigation', id='7', mirrorType='all', autoClose=False), 'same'),
    ("findUser(email='e')", 'i', call('findUser', username='', email='e'), 'same'),
    ("handleEntitlementForUser('7', 'g', 'e', 'c', 't')", 'i',
     call('handleEntitlementForUser', incidentID='7', alertID='7', guid='g', email='e', content='c', taskID='t'),
     'same'),
]

# expression, kind, value: answered without a message
LOCALS = [
    ("args()", 'b', {'x': '1', 'o': {'p': 2}}),
    ("getArg('x')", 'b', '1'),
    ("getArg('o.p')", 'b', 2),
    ("getArg('none', 'd')", 'b', 'd'),
    ("params()", 'i', {'url': 'u', 'deep': {'er': 1}}),
    ("params()", 's', {}),
    ("getParam('deep.er')", 'i', 1),
    ("command()", 'i', 'do-it'),
    ("get({'a': {'b': 3}}, 'a.b')", 'b', 3),
    ("get({'a': [1]}, 'a.b', 'd')", 'b', 'd'),
    ("get(None, 'a')", 'b', None),
    ("gets({'a': 5}, 'a')", 'b', '5'),
    ("gets({}, 'a')", 'b', 'None'),
    ("context()", 'b', {'File': {'Name': 'x'}}),
    ("investigation()", 'b', {'id': '7', 'name': 'case'}),
    ("parentEntry()", 'b', {'id': '61@7'}),
    ("incidents()", 's', [{'id': '7'}, {'id': '8'}]),
    ("get_incidents()", 'b', [{'id': '7'}, {'id': '8'}]),
    ("get_alerts()", 'b', [{'id': '7'}, {'id': '8'}]),
    ("alerts()", 'b', [{'id': '7'}, {'id': '8'}]),
    ("incident()", 'b', {'id': '7'}),
    ("alert()", 'b', {'id': '7'}),
    ("integrationInstance()", 'b', 'instance_1'),
    ("isFetch()", 'i', False),
    ("isTimeSensitive()", 'b', False),
    ("is_debug", 'b', False),
    ("enable_multithreading()", 'b', None),
    ("callingContext['args']['x']", 'b', '1'),
]

TEXT, JSON = 'text', 'json'
# expression, entries
CONVERSIONS = [
    ("'hello'", [('hello', TEXT)]),
    ("u'\\xe9'", [(u'\xe9', TEXT)]),
    ("None", [('None', TEXT)]),
    ("5", [('5', TEXT)]),
    ("True", [('True', TEXT)]),
    ("(1, 2)", [('(1, 2)', TEXT)]),
    ("{'a': 1}", [('{"a": 1}', JSON)]),
    ("{'a': float('nan')}", [('{"a": NaN}', JSON)]),
    ("{'Contents': 1}", [('{"Contents": 1}', JSON)]),
    ("['a', 2]", [('a', TEXT), ('2', TEXT)]),
    ("[]", []),
    ("b'by\\xff\\xc3\\xa9'", [(u'by\ufffd\xe9', TEXT)]),
]


def run_job(script, kind, answer=lambda message: ANSWER, **fields):
    fields.setdefault('context', CONTEXT)
    return run(script, answer, integration=kind == 'i', args={'x': '1', 'o': {'p': 2}},
               params={'url': 'u', 'deep': {'er': 1}}, command='do-it' if kind == 'i' else '', **fields)


def kinds(kind):
    return 'si' if kind == 'b' else kind


class Methods(unittest.TestCase):
    maxDiff = None

    def test_requests(self):
        for stdio in (False, True):
            for kind in 'si':
                rows = [row for row in REQUESTS if kind in kinds(row[1])]
                script = '\n'.join('demisto.results({"value": demisto.%s})' % row[0] for row in rows)
                out = run_job(script, kind, stdio=stdio)
                self.assertEqual(out.trace(), None)
                asked = [one for one in out.messages if one['type'] not in ('ready', 'result', 'completed')]
                given = [json.loads(text)['value'] for text in out.contents()]
                self.assertEqual(len(asked), len(rows))
                for row, message, value in zip(rows, asked, given):
                    with self.subTest(row[0], kind=kind, stdio=stdio):
                        self.assertEqual(message, row[2])
                        self.assertEqual(value, ANSWER if row[3] == 'same' else row[3])

    def test_locals(self):
        for kind in 'si':
            rows = [row for row in LOCALS if kind in kinds(row[1])]
            script = '\n'.join('demisto.results({"value": demisto.%s})' % row[0] for row in rows)
            out = run_job(script, kind)
            self.assertEqual(out.trace(), None)
            for row, text in zip(rows, out.contents()):
                with self.subTest(row[0], kind=kind):
                    self.assertEqual(json.loads(text)['value'], row[2])

    def test_methods_of_the_other_kind(self):
        others = {'s': 'Script', 'i': 'Integration'}
        rows = [(row[0], row[1]) for row in REQUESTS] + [
            ("isFetch()", 'i'), ("fetchResults([])", 'i'), ("credentials([])", 'i'), ("heartbeat('x')", 'i'),
            ("long_running_heartbeat_thread()", 'i')]
        for kind in 'si':
            refused = [row for row in rows if row[1] != 'b' and row[1] != kind]
            script = '\n'.join('try:\n  demisto.%s\nexcept Exception as ex:\n  demisto.log(str(ex))' % row[0]
                               for row in refused)
            out = run_job(script, kind)
            self.assertEqual(len(out.logs()), len(refused))
            for (expression, _), text in zip(refused, out.logs()):
                with self.subTest(expression, kind=kind):
                    self.assertIn('demisto.%s()' % expression.split('(')[0], text)
                    self.assertIn(others[kind], text)

    def test_nulls_as_answers(self):
        script = '''demisto.results([demisto.getLastRun(), demisto.getIntegrationContext(), demisto.directMessage('m'),
                                     demisto.getLicenseCustomField('k')])'''
        out = run_job(script, 'i', lambda message: None)
        self.assertEqual(out.contents(), ['{}', '{}', 'None', 'None'])

    def test_integration_context_of_old_and_new_servers(self):
        rows = [({'context': {'a': 'b'}, 'version': {}}, '{"a": "b"}'), ({'a': 'b'}, '{"a": "b"}'), ({}, '{}')]
        for answer, expected in rows:
            with self.subTest(answer):
                out = run_job('demisto.results(demisto.getIntegrationContext())', 'i', lambda message: answer)
                self.assertEqual(out.contents(), [expected])

    def test_without_a_context(self):
        script = '''demisto.results([demisto.investigation(), demisto.incident(), demisto.incidents(),
                                     demisto.context(), demisto.integrationInstance()])'''
        for context in ({}, None):
            out = run_job(script, 's', context=context)
            self.assertEqual(out.entries(), [dict(Type=1, Contents=text, ContentsFormat=kind) if text != [] else []
                                             for text, kind in (('{}', JSON), ('{}', JSON), ([], None), ('{}', JSON),
                                                                ('', TEXT))])

    def test_unique_file(self):
        ids = run('for _ in range(3): demisto.results(demisto.uniqueFile())').contents()
        self.assertEqual(len(set(ids)), 3)
        for text in ids:
            self.assertEqual(str(uuid.UUID(text)), text)
            self.assertEqual(uuid.UUID(text).version, 4)


class Arguments(unittest.TestCase):
    def test_debug_mode(self):
        script = 'demisto.results([demisto.args(), demisto.is_debug])'
        for debug, expected in ((True, ['{"a": "1"}', 'True']), (None, ['{"debug-mode": "true"}', 'False'])):
            args = {'debug-mode': 'true'}
            if debug:
                args['a'] = '1'
            out = run(script, args=args, context={'IsDebug': debug})
            self.assertEqual(out.contents(), expected)

    def test_args_are_a_copy(self):
        out = run("demisto.args()['a'] = 2; demisto.results([demisto.args(), demisto.callingContext['args']])",
                  args={'a': 1})
        self.assertEqual(out.contents(), ['{"a": 2}', '{"a": 1}'])

    def test_machine_learning_key(self):
        out = run("import os; demisto.results(os.environ['DEMISTO_MACHINE_LEARNING_MAGIC_KEY'])",
                  args={'demisto_machine_learning_magic_key': 'k'})
        self.assertEqual(out.contents(), ['k'])

    def test_job_without_the_script(self):
        out = run("demisto.results(sorted(demisto.callingContext))\ndemisto.results(context is demisto.callingContext)")
        self.assertNotIn('script', out.contents())
        self.assertIn('integration', out.contents())
        self.assertEqual(out.contents()[-1], 'True')


class Entries(unittest.TestCase):
    def test_conversion(self):
        for expression, expected in CONVERSIONS:
            with self.subTest(expression):
                entries = run('demisto.results(%s)' % expression).entries()
                self.assertEqual(entries, [{'Type': 1, 'Contents': contents, 'ContentsFormat': kind}
                                           for contents, kind in expected])

    def test_entries_are_sent_as_they_are(self):
        entry = {'Type': 4, 'Contents': {'x': [1]}, 'ContentsFormat': 'json', 'Other': None}
        self.assertEqual(run('demisto.results(%r)' % entry).entries(), [entry])

    def test_nested_lists_stay_nested(self):
        out = run("demisto.results(['a', ['b', ['c']]])")
        text = lambda contents: {'Type': 1, 'Contents': contents, 'ContentsFormat': 'text'}
        self.assertEqual(out.entries(), [text('a'), [text('b'), [text('c')]]])

    def test_a_list_in_itself(self):
        out = run('a = []\na.append(a)\ndemisto.results(a)')
        self.assertIn('Recursion' if not PY2 else 'recursion', out.trace()[-1])
        self.assertEqual(out.ends(), 1)

    def test_fetch_results(self):
        for call_, contents in (("incidents([{'name': 'a'}])", '[{"name": "a"}]'), ("incidents(None)", 'null'),
                                ("fetchResults([])", '[]'), ("credentials([{'user': 'u'}])", '[{"user": "u"}]')):
            with self.subTest(call_):
                out = run('demisto.' + call_, integration=True)
                self.assertEqual(out.entries(), [{'Type': 1, 'Contents': contents, 'ContentsFormat': 'json'}])

    def test_is_fetch(self):
        out = run('demisto.results(demisto.isFetch())', integration=True, command='fetch-incidents')
        self.assertEqual(out.contents(), ['True'])


class Logs(unittest.TestCase):
    def test_log_and_print(self):
        rows = [
            ("demisto.log('a')", False, u'a'),
            ("demisto.log('a')", True, u'Integration log: a'),
            ("demisto.log(5)", True, u'Integration log: 5'),
            ("demisto.log(b'\\xff')", False, u'\ufffd'),
            ("print('a', 1, None)", False, u'a 1 None'),
            ("print('  a\\n')", False, u'a'),
            ("print()", False, u''),
            ("print(u'\\xe9')", False, u'\xe9'),
        ]
        for script, integration, expected in rows:
            with self.subTest(script):
                out = run(script, integration=integration)
                self.assertEqual(out.messages[1:-1], [{'type': 'entryLog', 'args': {'message': expected}}])

    def test_print_takes_positional_arguments_only(self):
        self.assertIn('TypeError', run("print('a', end='')").trace()[-1])

    def test_server_logs_wait(self):
        out = run("demisto.info('a', 1)\ndemisto.debug({'b': 2})\ndemisto.error('c')")
        self.assertEqual(out.messages[1:-1], [
            {'type': 'log', 'command': 'info', 'args': {'args': ['a', 1]}},
            {'type': 'log', 'command': 'debug', 'args': {'args': [{'b': 2}]}},
            {'type': 'log', 'command': 'error', 'args': {'args': ['c']}}])
        self.assertEqual(out.numbers, [None, 1, 2, 3, None])


class Answers(unittest.TestCase):
    def test_refusals(self):
        def refuse(message):
            raise Refusal(u'Unsupported Command: x')
        script = "try:\n  demisto.executeCommand('x', {})\nexcept ValueError as ex:\n  demisto.results(str(ex))"
        for stdio in (False, True):
            self.assertEqual(run(script, refuse, stdio=stdio).contents(), ['Unsupported Command: x'])

    def test_markers_inside_data_arrive_whole(self):
        data = u'a $$## b [ERROR-fd5a7750-7182-4b38-90ba-091824478903] c'
        for stdio in (False, True):
            out = run("demisto.results(demisto.executeCommand('x', {}))", lambda message: [data, u'$$##' + data],
                      stdio=stdio)
            self.assertEqual(out.contents(), [data, u'$$##' + data])

    def test_values_both_ways(self):
        rows = [u'\ud800', u'\u2028\U0001f6a2\x00', 10 ** 40, -0.0, 1e308, [[[]]], {u'__proto__': 1}, {u'\xe9': None}]
        for value in rows:
            with self.subTest(repr(value)):
                out = run("demisto.results({'Contents': demisto.executeCommand('x', {}), 'ContentsFormat': 'json'})",
                          lambda message: value)
                self.assertEqual(out.contents(), [value])

    def test_nan_and_infinity(self):
        for value in (float('nan'), float('inf'), float('-inf')):
            out = run("demisto.results({'Contents': [demisto.executeCommand('x', {})], 'ContentsFormat': 'json'})",
                      lambda message: value)
            self.assertEqual(repr(out.contents()[0][0]), repr(value))


class Heartbeat(unittest.TestCase):
    def test_beats(self):
        out = run('import time\ntime.sleep(0.7)\ndemisto.long_running_heartbeat_thread(False)\ntime.sleep(0.4)',
                  integration=True, command='long-running-execution', is_running_heartbeat=True,
                  heartbeat_interval=0.2)
        beats = [message['args']['message'] for message in out.of('executeCommand')]
        self.assertIn(len(beats), (2, 3))
        self.assertEqual(beats, ['heartbeat counter: %d' % count for count in range(len(beats))])
        self.assertEqual(out.ends(), 1)

    def test_only_when_asked_for(self):
        out = run('import time\ntime.sleep(0.3)', integration=True, command='long-running-execution',
                  heartbeat_interval=0.1)
        self.assertEqual(out.of('executeCommand'), [])


if __name__ == '__main__':
    unittest.main()
