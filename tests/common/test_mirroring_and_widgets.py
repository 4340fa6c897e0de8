"""Mirroring, widgets, declarations."""
import unittest

from assembly import Raises, Table


class Mirroring(Table):
    def test_arguments(self):
        self.check([
            ("vars(GetRemoteDataArgs({'id': '1', 'lastUpdate': 't'}))", {'remote_incident_id': '1', 'last_update': 't'}),
            ("vars(GetModifiedRemoteDataArgs({'lastUpdate': 't'}))", {'last_update': 't'}),
            ("GetRemoteDataArgs({'id': '1'})", Raises('lastUpdate')),
            ("vars(UpdateRemoteSystemArgs({'data': 'd', 'entries': 'e', 'incidentChanged': True, 'remoteId': 'r', 'status': 1, "
             "'delta': {}}))", {'data': 'd', 'entries': 'e', 'incident_changed': True, 'remote_incident_id': 'r',
                                'inc_status': 1, 'delta': {}}),
            ("UpdateRemoteSystemArgs({}).delta", None),
        ])

    def test_responses(self):
        self.check([
            ("GetRemoteDataResponse({'a': 1}, ['e']).extract_for_local()", [{'a': 1}, 'e']),
            ("GetRemoteDataResponse({'a': 1}, None).extract_for_local()", [{'a': 1}]),
            ("GetRemoteDataResponse({}, ['e']).extract_for_local()", None),
            ("GetModifiedRemoteDataResponse(['1']).to_entry()", {'Contents': ['1'], 'Type': 1, 'ContentsFormat': 'json'}),
            ("[kind.add_field('f', 'd'), kind.add_field('g'), answer.add_scheme_type(kind), answer.extract_mapping()][-1]",
             {'T': {'f': 'd', 'g': ''}}),
            ("GetMappingFieldsResponse().extract_mapping()", {}),
            ("MirrorObject('u', 'i', 'n').to_context()", {'object_url': 'u', 'object_id': 'i', 'object_name': 'n'}),
            ("QuickActionPreview(id='i', title='t', severity='s').to_context()",
             {'id': 'i', 'title': 't', 'description': None, 'status': None, 'assignee': None, 'creation_date': None,
              'severity': 's'}),
        ], setup="kind, answer = SchemeTypeMapping('T'), GetMappingFieldsResponse()")


class Widgets(Table):
    def test_widgets(self):
        self.check([
            ("TextWidget('t').to_display()", 't'), ("NumberWidget(5).to_display()", 5),
            ("json.loads(TrendWidget(2, 1).to_display())", {'currSum': 2, 'prevSum': 1}),
            ("[bars.add_category('b', 2), json.loads(bars.to_display())][1]",
             [{'name': 'a', 'data': [1]}, {'name': 'b', 'data': [2]}]),
            ("[line.add_category('x', 1, 'g'), line.add_category('y', 5, 'g'), line.add_category('x', 2, 'h'), "
             "json.loads(line.to_display()), len(line.categories)][3:]",
             [[{'name': 'x', 'data': [3], 'groups': [{'name': 'g', 'data': [1]}, {'name': 'h', 'data': [2]}]},
               {'name': 'y', 'data': [5], 'groups': [{'name': 'g', 'data': [5]}]}], 3]),
            ("json.loads(line.to_display())[0]['data']", [3]),
            ("[rows.add_row({'a': 2}), json.loads(rows.to_display())][1]", {'total': 2, 'data': [{'a': 1}, {'a': 2}]}),
            ("json.loads(TableOrListWidget().to_display())", {'total': 0, 'data': []}),
            ("BaseWidget().to_display()", Raises('BaseWidget has no to_display()')),
        ], setup="bars = BarColumnPieWidget([{'name': 'a', 'data': [1]}])\nline = LineWidget()\nrows = TableOrListWidget({'a': 1})")


class Declarations(Table):
    def test_they_do_nothing(self):
        setup = '''
collector = YMLMetadataCollector('Name', conf=[ConfKey('url', key_type=ParameterTypes.STRING)], is_feed=True)
@collector.command('c', outputs_prefix='P', inputs_list=[InputArgument('a')], outputs_list=[OutputArgument('o')])
def plain(x):
    """Plain."""
    return x
@collector.command('c', outputs_prefix='P', execution=True, restore=True)
def restored(x, command_name, outputs_prefix, execution):
    return [x, command_name, outputs_prefix, execution]
'''
        self.check([("[plain(1), plain.__name__, plain.__doc__]", [1, 'plain', 'Plain.']), ("restored(1)", [1, 'c', 'P', True])],
                   setup=setup)


if __name__ == '__main__':
    unittest.main()
