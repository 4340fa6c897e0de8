"""Results as entries."""
import unittest

from assembly import Raises, Table, driver, run

TABLE = '### Results\n|k|l|\n|---|---|\n| 1 | 2 |\n'
METRICS = [{'Type': 'Successful', 'APICallsCount': 2}]


class Entries(Table):
    def test_all_of_an_entry(self):
        self.assertEqual(self.entry("return_results(CommandResults('A.B', ['k', 'l'], [{'k': 1, 'l': 2}]))"), {
            'Type': 1, 'ContentsFormat': 'json', 'Contents': [{'k': 1, 'l': 2}], 'HumanReadable': TABLE,
            'EntryContext': {'A.B(val.k && val.k == obj.k && val.l && val.l == obj.l)': [{'k': 1, 'l': 2}]},
            'IndicatorTimeline': [], 'IgnoreAutoExtract': False, 'Note': False, 'Relationships': []})

    def test_entries(self):
        rows = [
            # what is read
            ("readable_output='r'", 'HumanReadable', 'r'), ("readable_output=''", 'HumanReadable', None), ("", 'HumanReadable', None),
            ("raw_response={'a': 1}", 'HumanReadable', None), ("'A', outputs=[]", 'HumanReadable', None),
            ("'A', outputs='text'", 'HumanReadable', 'text'), ("outputs={}", 'HumanReadable', '### Results\n**No entries.**\n'),
            ("'A.B', outputs=['x', 'y']", 'HumanReadable', '### Results\n|A.B|\n|---|\n| x |\n| y |\n'),
            ("'A', outputs={'k': 1}, readable_output='r'", 'HumanReadable', 'r'),
            # context
            ("'A', outputs={'x': 1}", 'EntryContext', {'A': {'x': 1}}), ("'A', 'x', {'x': 1}", 'EntryContext',
                                                                         {'A(val.x && val.x == obj.x)': {'x': 1}}),
            ("outputs={'A.B': 1}", 'EntryContext', {'A.B': 1}), ("'A', outputs=[]", 'EntryContext', {}),
            ("'A', outputs=0", 'EntryContext', {'A': 0}), ("'A', [], {'x': 1}", 'EntryContext', {'A': {'x': 1}}),
            ("'A.B.C', outputs=[1], replace_existing=True", 'EntryContext', {'A.B(true)': {'C': [1]}}),
            # raw answer
            ("outputs={'a': 1}, raw_response={'b': 2}", 'Contents', {'b': 2}), ("outputs={'a': 1}", 'Contents', {'a': 1}),
            ("raw_response='text'", 'ContentsFormat', 'text'), ("raw_response=5", 'ContentsFormat', 'text'),
            ("raw_response=[5]", 'ContentsFormat', 'json'), ("readable_output='r'", 'ContentsFormat', 'json'),
            ("raw_response=[5], content_format='markdown'", 'ContentsFormat', 'markdown'),
            # the rest
            ("readable_output='r', mark_as_note=True", 'Note', True), ("ignore_auto_extract=1", 'IgnoreAutoExtract', True),
            ("tags=['t']", 'Tags', ['t']), ("entry_type=EntryType.WARNING", 'Type', 11),
            ("relationships=[EntityRelationship('uses', 'a', 'IP', None, 'IP')]", 'Relationships', []),
            ("indicators_timeline=IndicatorsTimeline(['1.1.1.1'], 'C', 'M')", 'IndicatorTimeline',
             [{'Value': '1.1.1.1', 'Category': 'C', 'Message': 'M'}]),
            ("scheduled_command=ScheduledCommand('c', 20, {'a': 1}, 60, 2)", 'PollingArgs', {'a': 1}),
        ]
        for arguments, key, expected in rows:
            with self.subTest(arguments):
                self.assertEqual(self.entry('return_results(CommandResults(%s))' % arguments)[key], expected)

    def test_order_of_arguments(self):
        self.check([("vars(CommandResults('p', 'k', 1, None, 'r', 'raw', 't', 'i', True, True, ['tag'], 's', ['rel'], 4, "
                     "'json', ['m'], True))",
                     {'outputs_prefix': 'p', 'outputs_key_field': 'k', 'outputs': 1, 'indicators': None,
                      'readable_output': 'r', 'raw_response': 'raw', 'indicators_timeline': 't', 'indicator': 'i',
                      'ignore_auto_extract': True, 'mark_as_note': True, 'tags': ['tag'], 'scheduled_command': 's',
                      'relationships': ['rel'], 'entry_type': 4, 'content_format': 'json', 'execution_metrics': ['m'],
                      'replace_existing': True})])

    def test_arguments_that_do_not_go_together(self):
        self.check([
            ("CommandResults(outputs=[1])", Raises('outputs_prefix is missing')),
            ("CommandResults(outputs='x')", Raises('outputs_prefix is missing')),
            ("CommandResults('.', outputs={})", Raises("'.' is no path")),
            ("CommandResults('A', 5, [])", Raises('not int')),
            ("CommandResults(content_format='x')", Raises("content_format 'x'")),
            ("CommandResults(indicator=1, indicators=[1])", Raises('not both')),
            ("CommandResults('A', outputs=1, replace_existing=True).to_context()", Raises('needs a path with a dot')),
        ])

    def test_indicators(self):
        code = '''
def ip(value): return Common.IP(value, Common.DBotScore(value, DBotScoreType.IP, 'V', 1))
return_results(CommandResults('A', outputs={'a': 1}, %s, relationships=[EntityRelationship('uses', 'a', 'IP', 'b', 'IP')]))
'''
        path, score = 'IP(val.Address && val.Address == obj.Address)', 'DBotScore(val.Indicator && val.Indicator == ' \
            'obj.Indicator && val.Vendor == obj.Vendor && val.Type == obj.Type)'
        for given, values in (("indicator=ip('1.1.1.1')", ['1.1.1.1']),
                              ("indicators=[ip('1.1.1.1'), ip('2.2.2.2')]", ['1.1.1.1', '2.2.2.2'])):
            entry = self.entry(code % given)
            self.assertEqual([one['Address'] for one in entry['EntryContext'][path]], values)
            self.assertEqual([one['Indicator'] for one in entry['EntryContext'][score]], values)
            self.assertEqual(entry['EntryContext']['A'], {'a': 1})
            self.assertEqual(entry['Relationships'][0]['reverseName'], 'used-by')


class Returning(Table):
    def test_order_of_a_list(self):
        out = run("return_results(['text', CommandResults(readable_output='a'), {'Contents': 1, 'ContentsFormat': 'json'}, "
                  "NumberWidget(5), u'more', CommandResults(readable_output='b')])")
        self.assertEqual([entry.get('HumanReadable') or entry['Contents'] for entry in out.entries()],
                         ['a', '5', 'b', 'text', 1, 'more'])
        self.assertEqual([len(message['results']) for message in out.of('result')], [1, 1, 1, 3])

    def test_values(self):
        for value, contents in (("'ok'", ['ok']), ('None', ['None']), ('5', ['5']), ('[]', []), ("{'a': 1}", ['{"a": 1}']),
                                ('[None, 5]', ['None', '5']), ("['a', ['b', 'c']]", ['b', 'c', 'a']),
                                ("TextWidget('t')", ['t'])):
            self.assertEqual(run('return_results(%s)' % value).contents(), contents, value)

    def test_mirroring(self):
        for value, contents in (("GetRemoteDataResponse({'id': 1}, [{'Contents': 'e', 'ContentsFormat': 'text'}])",
                                 ['{"id": 1}', 'e']),
                                ("GetModifiedRemoteDataResponse(['1', '2'])", [['1', '2']]),
                                ("GetMappingFieldsResponse([SchemeTypeMapping('T', {'f': 'd'})])", ['{"T": {"f": "d"}}'])):
            self.assertEqual(run('return_results(%s)' % value).contents(), contents)

    def test_anything_with_to_entry(self):
        code = "class Own(object):\n  def to_entry(self): return {'Type': %d, 'Contents': 'c', 'ContentsFormat': 'text'}\n" \
               "return_results(Own())"
        self.assertEqual(run(code % 1).contents(), ['c'])
        self.assertEqual(run(code % 19).contents(), [])

    def test_metrics_are_for_integrations(self):
        for value in ("CommandResults(execution_metrics=%r)" % METRICS, "{'Type': 19, 'Contents': '', 'ContentsFormat': 'text'}",
                      "[{'Type': 19, 'Contents': '', 'ContentsFormat': 'text'}]"):
            self.assertEqual([entry['Type'] for entry in run('return_results(%s)' % value, integration=True).entries()], [19])
            out = run('return_results(%s)' % value)
            self.assertEqual(out.entries(), [])
            self.assertIn('not posted', out.of('log')[0]['args']['args'][0])
        entry = self.entry("return_results(CommandResults(execution_metrics=%r))" % METRICS, integration=True)
        self.assertEqual((entry['Contents'], entry['ContentsFormat'], entry['APIExecutionMetrics']),
                         ('Metrics reported successfully.', 'text', METRICS))

    def test_return_outputs(self):
        rows = [
            ("'r', {'A': 1}, {'raw': 2}", {'HumanReadable': 'r', 'EntryContext': {'A': 1}, 'Contents': {'raw': 2},
                                           'ContentsFormat': 'json'}),
            ("'r', {'A': 1}", {'Contents': {'A': 1}, 'ContentsFormat': 'json'}),
            ("'r'", {'Contents': 'r', 'ContentsFormat': 'text', 'EntryContext': None, 'IndicatorTimeline': None}),
            ("'r', raw_response='raw'", {'Contents': 'raw', 'ContentsFormat': 'text'}),
            ("'r', {}, []", {'Contents': 'r', 'ContentsFormat': 'text'}),
            ("'r', {'A': 1}, []", {'Contents': [], 'ContentsFormat': 'json'}),
            ("'r', timeline={'Value': 'v'}", {'IndicatorTimeline': [{'Value': 'v', 'Category': 'Integration Update'}]}),
            ("'r', timeline=[{'Category': 'c'}], ignore_auto_extract=True",
             {'IndicatorTimeline': [{'Category': 'c'}], 'IgnoreAutoExtract': True}),
        ]
        for arguments, expected in rows:
            entry = self.entry('return_outputs(%s)' % arguments)
            self.assertEqual(dict([(key, entry[key]) for key in expected]), expected, arguments)
            self.assertEqual(entry['Type'], 1)


class Timeline(Table):
    def test_categories(self):
        for integration, category in ((True, 'Integration Update'), (False, 'Automation Update')):
            self.check([("IndicatorsTimeline(['a', 'b'], message='m').indicators_timeline",
                         [{'Value': 'a', 'Category': category, 'Message': 'm'},
                          {'Value': 'b', 'Category': category, 'Message': 'm'}]),
                        ("IndicatorsTimeline().indicators_timeline", [])], integration=integration)


class Metrics(Table):
    def test_counts(self):
        self.check([
            ("metrics.metrics", None), ("metrics.get_metric_list()", []),
            ("[setattr(metrics, 'success', 2), setattr(metrics, 'quota_error', 1), setattr(metrics, 'success', 3), "
             "metrics.get_metric_list()][-1]", [{'Type': 'Successful', 'APICallsCount': 3},
                                                {'Type': 'QuotaError', 'APICallsCount': 1}]),
            ("metrics.metrics.execution_metrics == metrics.get_metric_list()", True),
            ("ExecutionMetrics(0, 0, 0, 0, 0, 0, 0, 0, 0, 1).get_metric_list()", [{'Type': 'RetryError', 'APICallsCount': 1}]),
        ], setup="metrics = ExecutionMetrics()")

    def test_append(self):
        for version, count in (('6.8.0', 1), ('6.7.0', 0)):
            self.check([("len(append_metrics(ExecutionMetrics(success=1), []))", count),
                        ("append_metrics(ExecutionMetrics(), ['x'])", ['x'])],
                       answer=lambda message: {'version': version, 'buildNumber': '1'})


POLLING = '''
ready = %s
@polling_function('again', interval=20, timeout=99, poll_message='wait', requires_polling_arg=%s)
def find(args, x, y=0):
    """Finds."""
    return PollResult('found %%s%%s' %% (x, y), continue_to_poll=ready, args_for_next_run=%s, partial_result=%s)
'''


class Polling(Table):
    def test_schedule(self):
        self.check([("ScheduledCommand('c', 20, {'a': 1}, 60, 3).to_results()",
                     {'PollingCommand': 'c', 'NextRun': '20', 'PollingArgs': {'a': 1}, 'Timeout': '60',
                      'PollingItemsRemaining': 3}),
                    ("ScheduledCommand('c', 5).to_results()", {'PollingCommand': 'c', 'NextRun': '10',
                                                               'PollingItemsRemaining': 0}),
                    ("[ScheduledCommand.supports_polling(), ScheduledCommand.raise_error_if_not_supported()]", [True, True])])

    def test_done(self):
        for ready in ('False', 'lambda: False'):
            self.check([("find({'polling': 'true'}, 1, y=2)", 'found 12'), ("[find.__name__, find.__doc__]", ['find', 'Finds.'])],
                       setup=POLLING % (ready, True, None, None))

    def test_goes_on(self):
        for ready in ('True', 'lambda: True'):
            entry = self.entry(POLLING % (ready, True, None, None) + "return_results(find({'polling': 'yes', 'id': 5}, 1))")
            self.assertEqual((entry['HumanReadable'], entry['PollingCommand'], entry['NextRun'], entry['Timeout']),
                             ('wait', 'again', '20', '99'))
            self.assertEqual(entry['PollingArgs'], {'polling': 'yes', 'id': 5, 'hide_polling_output': True})
            entry = self.entry(POLLING % (ready, True, None, None) + "return_results(find(%r, 1))" % entry['PollingArgs']
                               if not driver.PY2 else POLLING % (ready, True, None, None) +
                               "return_results(find({'polling': 'yes', 'id': 5, 'hide_polling_output': True}, 1))")
            self.assertEqual(entry['HumanReadable'], None)

    def test_next_arguments_and_partial_results(self):
        entry = self.entry(POLLING % (True, False, "{'next': 1}", "CommandResults(readable_output='part')") +
                           "return_results(find({}, 1))")
        self.assertEqual((entry['HumanReadable'], entry['PollingArgs']),
                         ('part', {'next': 1, 'hide_polling_output': True}))

    def test_without_the_argument_it_runs_once(self):
        self.check([("find({}, 1)", 'found 10'), ("find({'polling': 'no'}, 1)", 'found 10')],
                   setup=POLLING % (True, True, None, None))


if __name__ == '__main__':
    unittest.main()
