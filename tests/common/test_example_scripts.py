"""The scripts of the example content."""
import io
import json
import os
import shutil
import tempfile
import unittest
import zipfile

from assembly import driver
from example_items import Server, context_of, script

NOON = '2026-03-01T12:00:00Z'
PY3 = unittest.skipIf(driver.PY2, 'this example is written for Python 3')


def one(pack, name, **args):
    """What the only entry of a script holds."""
    (entry,) = script(pack, name, args).entries()
    return entry['Type'], entry['Contents']


class PythonTwo(unittest.TestCase):
    """Items for Python 2; their calls to `unicode` are all that keeps them from Python 3."""

    @unittest.skipUnless(driver.PY2, 'this example is written for Python 2')
    def test_convert_knots(self):
        rows = [({'value': '10'}, (1, '18.5')), ({'value': '10,5 kn', 'unit': 'm/s', 'digits': '3'}, (1, '5.402')),
                ({'value': '10', 'unit': 'furlongs'}, (4, "Failed to execute ConvertKnots: unit: 'furlongs' is none of "
                                                          'km/h, m/s, mph'))]
        for args, expected in rows:
            self.assertEqual(one('Harbour', 'ConvertKnots', **args), expected)

    def test_customs_ledger(self):
        records = u'D0000001BRTU00070040018200004500000C' u'D0000002BRTU00070780000400000012345H'
        with tempfile.NamedTemporaryFile() as ledger:
            ledger.write(records.encode('cp037'))
            ledger.flush()
            server = Server(files={'3@7': {'id': '3@7', 'path': ledger.name, 'name': 'ledger.dat'}})
            found = context_of(script('Customs', 'CustomsLedger', {'entryID': '3@7'}, server).entries()[0])
            self.assertEqual([row['Status'] for row in found['Records']], ['cleared', 'held'])
            self.assertEqual(found['Euros'], 45123.45)
            self.assertEqual(found['Records'][0]['Kilograms'], 18200)
            plain = script('Customs', 'CustomsLedger', {'entryID': '3@7', 'encoding': 'latin-1'}, server).entries()[0]
            self.assertIn('record 1: ', plain['Contents'])


@PY3
class Transformers(unittest.TestCase):
    def test_values(self):
        rows = [
            ('NormalizeImo', {'value': 'imo9074729'}, (1, 'IMO 9074729')),
            ('NormalizeImo', {'value': '123', 'otherwise': 'unknown'}, (1, 'unknown')),
            ('DegreesToDecimal', {'value': u'53°32.5′N 9°58′E'}, (1, '53.541667,9.966667')),
            ('DegreesToDecimal', {'value': u'33°51′54″S, 151°12′W'}, (1, '-33.865,-151.2')),
            ('DegreesToDecimal', {'value': u'91°N 9°E'},
             (4, u"Failed to execute DegreesToDecimal: '91°N' is no part of a position")),
            ('DegreesToDecimal', {'value': 'here'}, (4, 'Failed to execute DegreesToDecimal: a position has a latitude '
                                                        '(N or S) and a longitude (E or W)')),
            ('SumField', {'value': [1, '2', 3.5]}, (1, '6.5')),
            ('SumField', {'value': '[{"t": 1}, {"t": "4"}]', 'field': 't'}, (1, '5')),
            ('SumField', {'value': [{'g': 'a', 't': 1}, {'g': 'b', 't': 5}, {'g': 'a', 't': 2}], 'field': 't',
                          'group_by': 'g'}, (1, [{'g': 'b', 't': 5, 'Count': 1}, {'g': 'a', 't': 3, 'Count': 2}])),
            ('SumField', {'value': 'a'}, (4, "Failed to execute SumField: value: 'a' is no number")),
        ]
        for name, args, expected in rows:
            with self.subTest(name=name, args=args):
                self.assertEqual(one('Harbour', name, **args), expected)

    def test_several_values(self):
        out = script('Harbour', 'NormalizeImo', {'value': '9074729,x,IMO 9074743', 'drop_others': 'true'})
        self.assertEqual(out.contents(), ['IMO 9074729', 'IMO 9074743'])


@PY3
class Filters(unittest.TestCase):
    def test_values(self):
        rows = [
            ('IsContainerNumber', {'left': 'CSQU3054383'}, 'True'),
            ('IsContainerNumber', {'left': 'csqu 305438-3', 'right': 'csq'}, 'True'),
            ('IsContainerNumber', {'left': 'CSQU3054383', 'right': 'MSK'}, 'False'),
            ('IsContainerNumber', {'left': 'CSQU3054384'}, 'False'),
            ('IsContainerNumber', {'left': 'CSQX3054383'}, 'False'),
            ('IsInsidePort', {'left': '53.5417,9.9667', 'right': '53.54,9.98,5'}, 'True'),
            ('IsInsidePort', {'left': '54.1,9.9667', 'right': '53.54,9.98,5'}, 'False'),
            ('IsInsidePort', {'left': '0,179.99', 'right': '0,-179.99,2'}, 'True'),
            ('ArrivesWithin', {'left': '2026-03-01T14:00:00Z', 'right': '6 hours', 'now': NOON}, 'True'),
            ('ArrivesWithin', {'left': '2026-03-01T11:00:00Z', 'right': '6 hours', 'now': NOON}, 'False'),
            ('ArrivesWithin', {'left': '2026-03-02T14:00:00', 'right': '1 day', 'now': NOON}, 'False'),
        ]
        for name, args, expected in rows:
            with self.subTest(name=name, args=args):
                self.assertEqual(one('Harbour', name, **args), (1, expected))
        out = script('Harbour', 'IsContainerNumber', {'left': ['CSQU3054383', 'x']})
        self.assertEqual(out.contents(), ['True', 'False'])

    def test_errors(self):
        rows = [('IsInsidePort', {'left': '53.5', 'right': '53.54,9.98,5'}, "left: '53.5' is not 2 numbers"),
                ('IsInsidePort', {'left': '1,2', 'right': '99,9.98,5'}, "right: '99,9.98,5' is not 3 numbers"),
                ('ArrivesWithin', {'left': 'now', 'right': 'soon'}, "right: 'soon' is no span")]
        for name, args, text in rows:
            kind, contents = one('Harbour', name, **args)
            self.assertEqual(kind, 4)
            self.assertIn(text, contents)


@PY3
class Files(unittest.TestCase):
    def test_manifest_bundle(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        files = {}
        for entry, name in (('1@7', 'm.csv'), ('2@7', 'm.csv'), ('3@7', 'notes')):
            path = os.path.join(folder, entry)
            with open(path, 'w') as file:
                file.write('of ' + entry)
            files[entry] = {'id': entry, 'path': path, 'name': name}
        out = script('Harbour', 'ManifestBundle', {'entryIDs': '1@7,2@7,3@7'}, Server(files=files))
        told, archive, sums = out.entries()
        self.assertEqual([row['Name'] for row in context_of(told)['Members']], ['m.csv', 'm-2.csv', 'notes'])
        self.assertEqual((archive['Type'], archive['File'], sums['Type'], sums['File']),
                         (3, 'manifests.zip', 9, 'SHA256SUMS'))
        again = script('Harbour', 'ManifestBundle', {'entryIDs': '1@7,2@7,3@7'}, Server(files=files))
        self.assertEqual(context_of(again.entries()[0])['SHA256'], context_of(told)['SHA256'])
        out = script('Harbour', 'ManifestBundle', {'entryIDs': '9@7'}, Server(files=files))
        self.assertIn("no file belongs to entry '9@7'", out.contents()[0])


@PY3
class Polling(unittest.TestCase):
    ARGS = {'vessel': 'Gull', 'draught': '11', 'high_water': '2026-03-01T12:00:00Z', 'highest': '14', 'lowest': '9',
            'clearance': '1'}

    def test_await_tide(self):
        (entry,) = script('Harbour', 'AwaitTide', dict(self.ARGS, now='2026-03-01T18:00:00Z')).entries()
        self.assertEqual((entry['PollingCommand'], entry['NextRun'], entry['Timeout']), ('AwaitTide', '30', '45000'))
        self.assertEqual(entry['PollingArgs'], dict(self.ARGS, now='2026-03-01T18:00:00Z', hide_polling_output=True))
        self.assertIn('Gull needs 12.0 m', entry['HumanReadable'])
        (again,) = script('Harbour', 'AwaitTide', entry['PollingArgs']).entries()
        self.assertEqual((again['HumanReadable'], again['PollingCommand']), (None, 'AwaitTide'))
        (done,) = script('Harbour', 'AwaitTide', dict(entry['PollingArgs'], now='2026-03-01T23:30:00Z')).entries()
        self.assertNotIn('PollingCommand', done)
        self.assertEqual((context_of(done)['Clear'], context_of(done)['Needed']), (True, 12))
        kind, text = one('Harbour', 'AwaitTide', **dict(self.ARGS, draught='14'))
        self.assertEqual((kind, 'never more than 14.0 m' in text), (4, True))


def plan(args):
    return Server.entry([{'Vessel': 'Gull', 'Draught': 9, 'Berth': 1}, {'Vessel': 'Mole', 'Draught': 20, 'Berth': 0}])


@PY3
class Orchestration(unittest.TestCase):
    def test_port_call_intake(self):
        opened = lambda args: Server.entry('Created', context={'CreatedIncidentID': '41'})
        server = Server({'HarbourWatchlist': 'gull\nHeron'}, commands={'BerthPlan': plan, 'createNewIncident': opened})
        out = script('Harbour', 'PortCallIntake', {'vessels': 'Gull:9,Mole:20'}, server)
        rows = context_of(out.entries()[0])
        self.assertEqual([(row['Vessel'], row['Waits'], row['Flagged'], row.get('Incident')) for row in rows],
                         [('Gull', False, True, '41'), ('Mole', True, False, None)])
        self.assertEqual([name for name, _ in server.calls],
                         ['getList', 'BerthPlan', 'createNewIncident', 'DeleteContext', 'Set', 'setIncident', 'getList',
                          'getList', 'addToList', 'createList', 'Print'])
        self.assertEqual(server.called('Set'), [{'key': 'Harbour.Waiting', 'value': ['Mole'], 'append': 'false'}])
        self.assertEqual(server.lists['HarbourArrivals'], 'Gull,Mole')

    def test_port_call_intake_with_errors(self):
        refused = lambda args: Server.entry('no such type', 4)
        server = Server({'HarbourWatchlist': 'Gull'}, commands={'BerthPlan': plan, 'createNewIncident': refused})
        out = script('Harbour', 'PortCallIntake', {'vessels': 'x'}, server)
        self.assertEqual(out.entries()[0]['Type'], 4)
        self.assertIn('open an incident for Gull: no such type', out.contents()[0])
        self.assertEqual(server.called('Set'), [])

    def test_watch_roster(self):
        rows = [({'action': 'show'}, {}, []), ({'action': 'add', 'vessels': 'Gull,Ibis,Gull'}, {}, ['Gull', 'Ibis']),
                ({'action': 'add', 'vessels': 'Ibis'}, {'HarbourWatchlist': 'Gull\nHeron'}, ['Gull', 'Heron', 'Ibis']),
                ({'action': 'remove', 'vessels': 'gull'}, {'HarbourWatchlist': 'Gull,Heron'}, ['Heron']),
                ({'action': 'replace', 'vessels': 'Loon'}, {'HarbourWatchlist': 'Gull'}, ['Loon'])]
        for args, lists, expected in rows:
            server = Server(lists)
            found = context_of(script('Harbour', 'WatchRoster', args, server).entries()[0])
            self.assertEqual(found['Vessel'], expected)
            if args['action'] != 'show':
                self.assertEqual(server.lists['HarbourWatchlist'].split('\n'), expected)
        for args, text in (({'action': 'add'}, 'add needs at least one'),
                           ({'action': 'remove', 'vessels': 'Loon'}, 'Loon: not on the list')):
            out = script('Harbour', 'WatchRoster', args, Server({'HarbourWatchlist': 'Gull'}))
            self.assertIn(text, out.contents()[0])

    def test_shift_handover(self):
        entries = lambda args: [{'Type': 1, 'Contents': 'a plain one'},
                                {'Type': 1, 'Contents': 'pump 2 leaks', 'Note': True},
                                {'Type': 4, 'Contents': 'an error', 'Note': True},
                                {'Type': 1, 'Contents': {'k': 1}, 'Tags': ['handover']}]
        server = Server(commands={'getEntries': entries})
        out = script('Harbour', 'ShiftHandover', {'officer': 'Ada', 'clear': 'true'}, server,
                     ExecutionContext={'Harbour': {'Waiting': ['Mole']}}, Incidents=[{'name': 'Fog'}])
        self.assertEqual(context_of(out.entries()[0]), {'Officer': 'Ada', 'Notes': 2, 'Waiting': ['Mole']})
        self.assertEqual(out.entries()[1]['Type'], 9)
        (added,) = json.loads(server.called('addEntries')[0]['entries'])
        self.assertEqual(added['Contents'],
                         '# Hand-over: Fog\n\n- pump 2 leaks\n- {"k": 1}\n\nWaiting for a berth: Mole\n')
        self.assertEqual(server.called('DeleteContext'), [{'key': 'Harbour.Waiting'}])

    def test_fleet_summary(self):
        asked = []
        vessels = [{'Flag': 'NL', 'Draught': 7, 'Name': 'Gull'}, {'Flag': 'DE', 'Draught': 9, 'Name': 'Ibis'},
                   {'Flag': 'NL', 'Draught': 8, 'Name': 'Dory'}]
        server = Server(commands={'dt': lambda value, path: asked.append(path) or vessels})
        rows = context_of(script('Harbour', 'FleetSummary', {'flag': 'nl'}, server).entries()[0])
        self.assertEqual(asked, ["Harbour.Vessel(val.Flag == 'NL')"])
        self.assertEqual([(row['Flag'], row['Vessels'], row['Deepest'], row['Names']) for row in rows],
                         [('NL', 2, 8, ['Dory', 'Gull']), ('DE', 1, 9, ['Ibis'])])
        self.assertIn('not two letters', script('Harbour', 'FleetSummary', {'flag': "')"}, server).contents()[0])


@PY3
class OtherScripts(unittest.TestCase):
    def test_panel_and_widget(self):
        calls = [{'Vessel': 'Gull', 'Berth': 1, 'Flagged': True}, {'Vessel': 'Mole', 'Berth': 0}]
        (entry,) = script('Harbour', 'PortCallPanel', {}, ExecutionContext={'Harbour': {'PortCall': calls}}, Incidents=[
            {'severity': 3, 'CustomFields': {'vesselname': 'Gull', 'draught': '9'}}]).entries()
        self.assertEqual(entry['ContentsFormat'], 'markdown')
        for text in ('Gull', 'high', 'Mole'):
            self.assertIn(text, entry['Contents'])
        out = script('Harbour', 'BerthOccupancy', {}, ExecutionContext={'Harbour': {'PortCall': calls}})
        self.assertEqual([(one['name'], one['data']) for one in json.loads(out.contents()[0])],
                         [('At a berth', [1]), ('Waiting', [1]), ('Flagged', [1])])

    def test_draught_changed(self):
        incident = [{'CustomFields': {'berth': '3'}}]
        server = Server()
        out = script('Harbour', 'DraughtChanged', {'new': '8.5', 'old': '7'}, server, Incidents=incident)
        self.assertEqual(out.entries()[0]['Type'], 11)
        self.assertEqual(server.called('setIncident'), [{'severity': 3, 'berth': 0}])
        for args, text in (({'new': '7'}, 'enough for 7 m'), ({'new': 'deep'}, "'deep' is no number")):
            self.assertIn(text, script('Harbour', 'DraughtChanged', args, server, Incidents=incident).contents()[0])
        self.assertEqual(script('Harbour', 'DraughtChanged', {'new': '7', 'old': '7'}, server).entries(), [])

    def test_prices(self):
        rows = [('Harbour', 'PilotageQuote', {'draught': '10', 'tonnage': '40000'}, {'Euros': 1165.0}),
                ('Harbour', 'PilotageQuote', {'draught': '10', 'tonnage': '40000', 'hour': '22'}, {'Euros': 1747.5})]
        for pack, name, args, expected in rows:
            (found,) = [value for value in context_of(script(pack, name, args).entries()[0]).values()]
            self.assertEqual({key: found[key] for key in expected}, expected)
        rows = context_of(script('Customs', 'DutyCalculator', {'goods': 'Coffee:1000,steel:200'}).entries()[0])
        self.assertEqual([(row['Duty'], row['VAT']) for row in rows], [(75, 204.25), (0, 38)])
        out = script('Customs', 'DutyCalculator', {'goods': 'steel:200', 'rates': {'steel': '25'}})
        self.assertEqual(context_of(out.entries()[0])[0]['Duty'], 50)
        for goods, text in (('gold:1', "no rate for 'gold'"), ('tea', "'tea' is not name:euros")):
            self.assertIn(text, script('Customs', 'DutyCalculator', {'goods': goods}).contents()[0])

    def test_lookup_and_triage(self):
        out = script('Harbour', 'VesselLookup', {'imo': 'IMO 9074729'})
        self.assertEqual(context_of(out.entries()[0]), {'IMO': '9074729', 'Valid': True})
        rows = [('MAYDAY MAYDAY MAYDAY this is Gull, 53 deg 32.5 N 9 deg 58 E',
                 ('mayday', 4, True, False, '53.5417,9.9667')),
                ('Pan pan, engine lost', ('pan-pan', 3, False, False, None)),
                ('Mayday mayday mayday, this is a drill', ('mayday', 1, True, True, None)),
                ('Good morning', ('none', 1, False, False, None))]
        for text, expected in rows:
            found = context_of(script('Watch', 'DistressTriage', {'message': text}).entries()[0])
            keys = 'Signal', 'Severity', 'Certain', 'Drill', 'Position'
            self.assertEqual(tuple(found[key] for key in keys), expected)


if __name__ == '__main__':
    unittest.main()
