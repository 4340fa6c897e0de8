"""The integrations of the example content, against the service of the examples on loopback."""
import contextlib
import datetime
import json
import os
import socket
import threading
import time
import unittest
import urllib.request

import assembly
from assembly import driver
from example_items import Server, code_of, command, context_of

import harbour_service as service  # example_items has put its folder on the path

NOW = datetime.datetime(2026, 3, 1, 12)
DESK = {'credentials': {'identifier': 'desk', 'password': 'sealed-container-0815'}}
DIRECTORY = {'credentials': {'identifier': 'pilot', 'password': 'low-tide-4711'}}
KEY = {'api_key': 'gate-key-2718'}


class Harbour(unittest.TestCase):
    """A service for each test, whose clock stands at `now`."""

    now = NOW

    def setUp(self):
        self.server = service.make_server('127.0.0.1', 0, self.now)
        self.url = 'http://127.0.0.1:%d' % self.server.server_address[1]
        self.port = self.server.port
        thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def run_command(self, pack, brand, name, params, answer=None, env=None, **args):
        return command(pack, brand, name, args, dict({'url': self.url}, **params), answer, env)

    def error_of(self, *args, **kwargs):
        (entry,) = self.run_command(*args, **kwargs).entries()
        self.assertEqual(entry['Type'], 4)
        return entry['Contents']


needs_requests = [unittest.skipIf(driver.PY2, 'the examples are written for Python 3'), assembly.needs('requests')]


def for_python3(test):
    for decorate in needs_requests:
        test = decorate(test)
    return test


@for_python3
class Directory(Harbour):
    def directory(self, name, params=None, **args):
        return self.run_command('Harbour', 'HarbourDirectory', name, params or DIRECTORY, **args)

    def test_list_follows_pages(self):
        rows = context_of(self.directory('harbour-vessel-list').entries()[0])
        self.assertEqual([row['Name'] for row in rows], list(service.NAMES))
        rows = context_of(self.directory('harbour-vessel-list', flag='NL', limit='2').entries()[0])
        self.assertEqual([(row['Name'], row['Flag']) for row in rows], [('Aurora', 'NL'), ('Fulmar', 'NL')])
        deep = context_of(self.directory('harbour-vessel-list', min_draught='14').entries()[0])
        self.assertTrue(deep and all(row['Draught'] >= 14 for row in deep))

    def test_notes(self):
        added = self.directory('harbour-note-add', imo='9074743', text='needs a tug').entries()[0]
        self.assertEqual((context_of(added)['ID'], added['Note']), (1, True))
        self.assertEqual(context_of(self.directory('harbour-vessel-get', imo='IMO 9074743').entries()[0])['Notes'], 1)
        self.assertEqual(self.directory('harbour-note-remove', imo='9074743', note_id='1').contents(),
                         ['Note 1 of vessel 9074743 was removed.'])
        (entry,) = self.directory('harbour-note-remove', imo='9074743', note_id='1').entries()
        self.assertIn("[404] - Not Found: there is no note '1'", entry['Contents'])

    def test_other_commands(self):
        calls = context_of(self.directory('harbour-call-list', imo='9074743').entries()[0])
        self.assertEqual([call['Arrival'] for call in calls], ['2026-03-01T06:00:00', '2026-02-22T06:00:00'])
        (file,) = self.directory('harbour-certificate-get', imo='9074743').entries()
        self.assertEqual((file['Type'], file['File']), (9, 'certificate-9074743.txt'))

    def test_tides_are_asked_for_again(self):
        tide = context_of(self.directory('harbour-tide-list', date='2026-03-01').entries()[0])
        self.assertEqual((tide['Date'], len(tide['HighWater']) > 0), ('2026-03-01', True))
        self.assertEqual(self.port.seen['refused'], 1)

    def test_errors(self):
        wrong = {'credentials': {'identifier': 'pilot', 'password': 'high-tide'}}
        rows = [('harbour-vessel-get', DIRECTORY, {'imo': '1000000'}, 'the check digit is 0, it should be 7'),
                ('harbour-vessel-get', DIRECTORY, {'imo': '9074729'},
                 "[404] - Not Found: there is no vessel '9074729'"),
                ('harbour-vessel-list', DIRECTORY, {'limit': '0'}, 'limit: 0 is not between 1 and 500'),
                ('harbour-vessel-list', wrong, {}, '[401] - Unauthorized: unknown user or wrong password'),
                ('harbour-vessel-list', dict(DIRECTORY, url='registry'), {}, 'does not begin with http'),
                ('harbour-vessel-list', dict(DIRECTORY, url='http://127.0.0.1:1'), {}, 'Connection Error'),
                ('harbour-nothing', DIRECTORY, {}, 'command harbour-nothing is not there')]
        for name, params, args, text in rows:
            with self.subTest(name=name, args=args):
                self.assertIn(text, self.error_of('Harbour', 'HarbourDirectory', name, params, **args))

    def test_settings(self):
        self.assertEqual(self.directory('test-module').contents(), ['ok'])
        (told,) = self.directory('test-module', {'credentials': {'identifier': 'pilot', 'password': '-'}}).contents()
        self.assertIn('Authorization Error', told)

    def test_proxy(self):
        """The service as its own proxy: chosen by the parameter alone, whatever the environment has."""
        env = dict(os.environ, HTTP_PROXY=self.url.replace('http://', ''), NO_PROXY='', no_proxy='')
        for proxy, through in ((False, 0), (True, 1)):
            params = dict(DIRECTORY, proxy=proxy, url='http://registry.harbour.example' if proxy else self.url)
            out = self.run_command('Harbour', 'HarbourDirectory', 'test-module', params, env=env)
            self.assertEqual((out.contents(), self.port.seen['through_proxy']), (['ok'], through))


@for_python3
class Desk(Harbour):
    def setUp(self):
        # Fetches count from the real time.
        self.now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None, microsecond=0)
        Harbour.setUp(self)

    def desk(self, name, answer=None, params=None, **args):
        return self.run_command('Customs', 'CustomsDesk', name, dict(DESK, **(params or {})), answer, **args)

    def fetch(self, server, **params):
        out = self.desk('fetch-incidents', server, params)
        self.assertEqual(out.trace(), None)
        return [json.loads(one['rawJSON'])['id'] for one in json.loads(out.contents()[0])]

    def test_token_is_kept_and_renewed(self):
        server = Server()
        for issued in (1, 1):
            self.assertEqual(len(context_of(self.desk('customs-alert-list', server).entries()[0])), 12)
            self.assertEqual(self.port.seen['tokens'], issued)
        self.port.tokens.clear()
        self.desk('customs-alert-list', server)
        self.assertEqual(self.port.seen['tokens'], 2)
        self.assertIn(json.loads(server.context['token'])['value'], self.port.tokens)

    def test_token_does_not_overwrite_what_others_keep(self):
        server = Server()
        server.faster = [{'other': '"kept"'}, {'other': '"kept twice"'}]
        self.assertEqual(len(self.desk('customs-alert-list', server).entries()), 1)
        self.assertEqual((server.context['other'], 'token' in server.context), ('"kept twice"', True))

    def test_settings(self):
        server = Server()
        self.assertEqual(self.desk('test-module', server, {'isFetch': True}).contents(), ['ok'])
        self.assertEqual(server.called('setIntegrationContext') + server.called('getIntegrationContext'), [])
        wrong = {'credentials': {'identifier': 'desk', 'password': 'wrong'}}
        self.assertIn('Authorization Error', self.desk('test-module', server, wrong).contents()[0])

    def test_fetch_without_duplicates(self):
        server, found = Server(), []
        for count in (5, 5, 2, 0):
            fresh = self.fetch(server, max_fetch='5', first_fetch='1 day')
            self.assertEqual(len(fresh), count)
            found += fresh
        self.assertEqual(found, list(self.port.alerts))

    def test_fetch_of_one_second(self):
        """More alerts in one second than one fetch takes: none is lost."""
        for _ in range(4):
            self.port.add_alert(20, 'Seal broken')
        server, found = Server(), []
        for _ in range(5):
            found += self.fetch(server, max_fetch='1', first_fetch='25 minutes')
        self.assertEqual(sorted(found), sorted(self.port.alerts)[-4:])

    def test_fetch_looks_back(self):
        server = Server()
        first = self.fetch(server, look_back='60')
        late = self.port.add_alert(45, 'Radiation alarm')['id']
        self.assertEqual((len(first), self.fetch(server, look_back='60'), self.fetch(server, look_back='60')),
                         (12, [late], []))
        self.port.add_alert(45, 'Radiation alarm')
        self.assertEqual(self.fetch(server), [])  # control: found by looking back alone

    def test_fetch_by_severity(self):
        server = Server()
        out = self.desk('fetch-incidents', server,
                        {'min_severity': 'high', 'mirror_direction': 'Incoming And Outgoing'})
        incidents = json.loads(out.contents()[0])
        self.assertEqual([one['severity'] for one in incidents], [3, 4] * 3)
        self.assertEqual((incidents[0]['dbotMirrorDirection'], incidents[0]['dbotMirrorInstance']),
                         ('Both', 'CustomsDesk_1'))
        self.assertEqual(self.desk('fetch-incidents', server).contents(), ['[]'])

    def test_fetch_with_an_error_keeps_the_last_run(self):
        server = Server()
        out = self.desk('fetch-incidents', server, {'credentials': {'identifier': 'desk', 'password': 'wrong'}})
        self.assertIn('unknown client or wrong secret', ''.join(out.trace()))
        self.assertEqual((server.last_run, out.entries()), ({}, []))

    def test_inspection_polls(self):
        args, states = {'container': 'BRTU0007072'}, []
        for _ in range(4):
            (entry,) = self.desk('customs-inspection-order', Server(), **args).entries()
            states.append(entry.get('PollingCommand'))
            args = entry.get('PollingArgs')
        self.assertEqual(states, ['customs-inspection-order'] * 3 + [None])
        self.assertEqual(context_of(entry), {'ID': 'I-1', 'Container': 'BRTU0007072', 'State': 'done',
                                             'Finding': 'contraband'})
        wrong = self.error_of('Customs', 'CustomsDesk', 'customs-inspection-order', DESK, container='BRTU0007079')
        self.assertIn('is no container number', wrong)

    def test_mirroring(self):
        fields = json.loads(self.desk('get-mapping-fields').contents()[0])
        self.assertIn('severity', fields['Customs alert'])
        since = (self.now - datetime.timedelta(minutes=65)).strftime('%Y-%m-%dT%H:%M:%SZ')
        (changed,) = self.desk('get-modified-remote-data', lastUpdate=since).contents()
        self.assertEqual(changed, ['CA-1011', 'CA-1012'])
        sent = self.desk('update-remote-system', remoteId='CA-1003', incidentChanged=True, status=1,
                         delta={'assignee': 'ada', 'subject': 'not from here'}, data={},
                         entries=[{'contents': 'seen', 'user': 'ada'}])
        self.assertEqual(sent.contents(), ['CA-1003'])
        alert = self.port.alerts['CA-1003']
        (comment,) = alert['comments']
        self.assertEqual((alert['assignee'], comment['text'], alert['status']), ('ada', 'ada: seen', 'open'))
        self.desk('update-remote-system', remoteId='CA-1003', incidentChanged=True, status=2, delta={}, data={})
        # What we said is not told again, nor what others said before.
        for time, text in (('%s.5' % since[:-1], 'later'), ('2001-01-01T00:00:00.000000', 'long ago')):
            alert['comments'].append({'author': 'officer', 'text': text, 'time': time})
        (mirrored, note, end) = self.desk('get-remote-data', id='CA-1003', lastUpdate=since).entries()
        self.assertEqual((json.loads(mirrored['Contents'])['status'], note['Contents']), ('released', 'officer: later'))
        self.assertNotIn('comments', json.loads(mirrored['Contents']))
        self.assertTrue(end['Contents']['dbotIncidentClose'])
        (entry,) = self.desk('get-modified-remote-data', params={'credentials': {}}, lastUpdate=since).entries()
        self.assertTrue(entry['Contents'].startswith('skip update. error: '), entry['Contents'])


@for_python3
class FeedVaultEvents(Harbour):
    def test_feed_in_batches(self):
        server = Server()
        for batches, no_update in (([25, 25, 10], False), ([0], True)):
            del server.calls[:]
            out = self.run_command('Customs', 'CustomsFeed', 'fetch-indicators', dict(KEY, batch_size='25'), server)
            self.assertEqual(out.trace(), None)
            created = server.called('createIndicators')
            self.assertEqual([len(one['indicators']) for one in created], batches)
            self.assertEqual(created[0]['noUpdate'], no_update)

    def test_feed_indicators(self):
        server = Server()
        params = dict(KEY, tlp_color='AMBER', feedReputation='Bad', feedTags='ours')
        self.run_command('Customs', 'CustomsFeed', 'fetch-indicators', params, server)
        (created,) = [one['indicators'] for one in server.called('createIndicators')]
        self.assertEqual((len(created), {one['score'] for one in created}), (30, {3}))
        host, domain, file = created[:3]
        self.assertEqual((host['type'], domain['type'], file['type']), ('IP', 'Domain', 'File'))
        self.assertEqual(domain['fields']['tags'], ['smuggling', 'ours'])
        (relation,) = domain['relationships']
        self.assertEqual((relation['name'], relation['entityB'], relation['reverseName']),
                         ('resolves-to', host['value'], 'resolved-from'))
        self.assertEqual(file['relationships'][0]['entityB'], domain['value'])
        plain = dict(KEY, create_relationships=False)
        self.run_command('Customs', 'CustomsFeed', 'fetch-indicators', plain, server)
        self.assertNotIn('relationships', server.called('createIndicators')[-1]['indicators'][1])

    def test_feed_commands(self):
        out = self.run_command('Customs', 'CustomsFeed', 'customs-feed-indicators-get', KEY, limit='27')
        self.assertEqual(len(context_of(out.entries()[0])), 27)
        self.assertEqual(self.run_command('Customs', 'CustomsFeed', 'test-module', KEY).contents(), ['ok'])
        told = self.run_command('Customs', 'CustomsFeed', 'test-module', {'api_key': 'x'}).contents()[0]
        self.assertIn('Authorization Error', told)
        out = self.run_command('Customs', 'CustomsFeed', 'fetch-indicators', {'api_key': 'x'})
        self.assertIn('[403] - Forbidden', ''.join(out.trace()))

    def test_vault(self):
        out = self.run_command('Customs', 'CustomsVault', 'fetch-credentials', dict(KEY, credentialobjects='crane-2'))
        self.assertEqual(json.loads(out.contents()[0]),
                         [{'name': 'crane-2', 'user': 'operator2', 'password': 'hoist-2-0x5eed'}])
        out = self.run_command('Customs', 'CustomsVault', 'fetch-credentials', KEY, identifier='crane-1')
        self.assertEqual([one['user'] for one in json.loads(out.contents()[0])], ['operator1'])
        out = self.run_command('Customs', 'CustomsVault', 'fetch-credentials', KEY, identifier='crane-9')
        self.assertIn('the vault has no account crane-9', ''.join(out.trace()))
        out = self.run_command('Customs', 'CustomsVault', 'customs-vault-list', KEY)
        self.assertNotIn('hoist', json.dumps(out.entries()))
        self.assertEqual(len(context_of(out.entries()[0])), 3)

    def test_events(self):
        server, params = Server(), dict(KEY, deliver='war room', max_events='25')
        found = []
        for count in (25, 15, 0):
            out = self.run_command('Watch', 'WatchEvents', 'fetch-events', params, server)
            events = json.loads(out.contents()[0]) if out.entries() else []
            self.assertEqual(len(events), count)
            self.assertEqual(server.called('updateModuleHealth')[-1]['err'], {'eventsPulled': count})
            found += events
        self.assertEqual([one['seq'] for one in found], list(range(1, 41)))
        self.assertEqual(found[-1]['_time'], '2026-03-01T12:00:00Z')
        out = self.run_command('Watch', 'WatchEvents', 'watch-events-get', dict(params, actions=['denied']), limit='20')
        self.assertEqual([one['seq'] for one in context_of(out.entries()[0])], [9, 18])

    def test_events_that_nobody_takes_stay(self):
        server = Server()
        (entry,) = self.run_command('Watch', 'WatchEvents', 'fetch-events', KEY, server).entries()
        self.assertIn('this server has no collector', entry['Contents'])
        self.assertEqual((entry['Type'], server.last_run), (4, {}))


@unittest.skipIf(driver.PY2, 'the examples are written for Python 3')
class Tower(unittest.TestCase):
    """The long-running integration, while it runs."""

    def free_port(self):
        with contextlib.closing(socket.create_server(('127.0.0.1', 0))) as holder:
            return holder.getsockname()[1]

    def post(self, port, alarm, token='t0wer-token', path='/alarms'):
        data = alarm if isinstance(alarm, bytes) else json.dumps(alarm).encode()
        request = urllib.request.Request('http://127.0.0.1:%d%s' % (port, path), data, {'X-Tower-Token': token})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def test_alarms(self):
        port, server = self.free_port(), Server()
        params = {'longRunningPort': str(port), 'credentials': {'identifier': '', 'password': 't0wer-token'},
                  'incidentType': 'Alarm', 'quiet': '60'}
        said = []

        def watch(message):
            if message['type'] == 'log' and 'listening on port' in str(message):
                threading.Thread(target=self.send_alarms, args=(port, server, said)).start()
            return server(message)

        server.faster = [{'stats': json.dumps({'alarms': 10, 'incidents': 10, 'last': 'x'})}]
        process = driver.Process()
        self.addCleanup(lambda: process.process.poll() is None and process.process.kill())
        job = driver.job(assembly.assembled(code_of('Watch', 'WatchTower'), 'WatchTower'), True, params=params,
                         command='long-running-execution', context={'IntegrationBrand': 'WatchTower'})
        process.send(json.dumps(job).encode() + b'\n')
        feeder = threading.Thread(target=process.serve, args=(watch,))
        feeder.start()
        deadline = time.monotonic() + 40
        while 'over' not in said and time.monotonic() < deadline:
            time.sleep(0.02)
        process.process.kill()
        feeder.join(10)
        process.close()
        self.assertEqual(said, [(201, {'incident': True}), (202, {'incident': False}), (201, {'incident': True}),
                                (401, {'error': 'the token is not known here'}),
                                (400, {'error': 'the body is no JSON'}),
                                (422, {'error': 'an alarm needs a title'}),
                                (422, {'error': 'severity must be 1, 2, 3 or 4'}),
                                (404, {'error': 'alarms are posted to /alarms'}),
                                (503, {'error': 'the alarm could not be taken'}), 'over'])
        names = [one['incidents'][0]['name'] for one in server.called('createIncidents')]
        self.assertEqual(names, ['G3: Gate forced', 'G4: Gate forced', 'G5: Gate forced'])
        # Two counts on top of what another call stored in between.
        self.assertEqual(json.loads(server.context['stats']), {'alarms': 13, 'incidents': 12, 'last': 'Gate forced'})
        self.assertEqual(server.called('updateModuleHealth')[-1]['isError'], True)

    def send_alarms(self, port, server, said):
        forced = {'title': 'Gate forced', 'source': 'G3', 'severity': 3}
        for alarm, how in ((forced, {}), (forced, {}), (dict(forced, source='G4'), {}), (forced, {'token': 'guess'}),
                           (b'{', {}), ({'source': 'G3'}, {}), (dict(forced, severity=9), {}),
                           (forced, {'path': '/x'})):
            said.append(self.post(port, alarm, **how))
        server.refused.add('createIncidents')
        said += [self.post(port, dict(forced, source='G5')), 'over']

    def test_settings(self):
        for port, text in (('8080', 'ok'), ('80', 'not between 1024 and 65535'), ('', 'longRunningPort')):
            (contents,) = command('Watch', 'WatchTower', 'test-module', params={'longRunningPort': port}).contents()
            self.assertIn(text, contents)

    def test_stats_and_reset(self):
        server = Server()
        server.context = {'stats': json.dumps({'alarms': 3, 'incidents': 2, 'last': 'Fog'})}
        found = context_of(command('Watch', 'WatchTower', 'watchtower-stats', answer=server).entries()[0])
        self.assertEqual(found, {'Instance': 'WatchTower_1', 'Alarms': 3, 'Incidents': 2, 'LastAlarm': 'Fog'})
        command('Watch', 'WatchTower', 'watchtower-reset', answer=server)
        self.assertEqual(server.context, {})


if __name__ == '__main__':
    unittest.main()
