"""The example content on a server with a memory: lines of the war room, instances, fetches, a port that is published.

Skipped as long as the program has no such command.
"""
import datetime
import json
import os
import re
import subprocess
import sys
import time

import pytest

from calls import BERTH, PATIENCE
from example_port import OPEN, SECRETS, Port
from example_tree import TREE, runs

NEEDED = 'exec', 'content', 'instance', 'investigation', 'fetch', 'context'


def commands():
    """What can be typed, by the program's own help."""
    if not os.access(BERTH, os.X_OK):
        return []
    said = subprocess.run([BERTH, '--help'], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode()
    return re.findall(r'^  ([a-z-]+) ', said.partition('Subcommands:')[2], re.M)


MISSING = sorted(set(NEEDED) - set(commands()))
pytestmark = [pytest.mark.third_lane,
              pytest.mark.skipif(bool(MISSING), reason='the program has no such command: %s' % ', '.join(MISSING))]

TOWER_PORT = 18099

SEND = r'''
import json, sys, urllib.error, urllib.request
url, token, body = sys.argv[1:]
request = urllib.request.Request(url, body.encode() or None, {'X-Tower-Token': token})
try:
    print(urllib.request.urlopen(request, timeout=5).status)
except urllib.error.HTTPError as error:
    print(error.code)
except OSError:
    print(0)
'''


class Server:
    """The program with a state folder of the test's own, on the laboratory's machine, with the tree added."""

    def __init__(self, berth, port, folder):
        self.berth, self.port = berth, port
        with open(berth.settings) as usual:
            # A state folder of the test's own in the place of the one that all tests share.
            text = re.sub(r'\n  state: .*', '', usual.read()) + '  state: %s\n' % os.path.join(folder, 'state')
        self.settings = berth.write('server-%d.yaml' % (abs(hash(folder)) % 10 ** 8),
                                    text + Port.SUBSTITUTE + 'network:\n  way: veth\n')

    def __call__(self, *argv, **how):
        how.setdefault('seconds', 120)
        return self.berth(*argv, settings=self.settings, prefix=self.port.lab.host.prefix, **how)

    def must(self, *argv, **how):
        answer = self(*argv, **how)
        assert answer.code == 0, answer
        return answer

    def exec(self, line, *options):
        """A line of the war room, in an investigation when an option says so; the whole answer."""
        return self('exec', line, *options, '--json')

    def add_instance(self, name, brand, *options, **params):
        """An instance of a brand that talks to the port; its secrets come from files."""
        given = dict(OPEN.get(brand, {}), **params)
        if brand in SECRETS:
            given.setdefault('url', self.port.url)
        words = [word for pair in given.items() for word in ('--param', '%s=%s' % pair)]
        for secret, value in SECRETS.get(brand, {}).items():
            words += ['--secret', '%s=@%s' % (secret, self.port.secret_file(value))]
        return self.must('instance', 'add', brand, '--name', name, *words, *options)

    def new_investigation(self):
        return str(self.must('investigation', 'new', '--json').json['id'])

    def context(self, investigation):
        return self.must('context', 'get', '--investigation', investigation, '--json').json['context']

    def incident_names(self):
        """The names of all incidents, in the order of their making."""
        listed = self.must('investigation', 'list', '--json').json['investigations']
        return [one['name'] for one in sorted(listed, key=lambda one: int(one['id']))]


@pytest.fixture(scope='module')
def port():
    made = Port(now=datetime.datetime.now(datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%S'))
    yield made
    made.end()


@pytest.fixture
def server(berth, port, tmp_path):
    made = Server(berth, port, str(tmp_path))
    made.must('content', 'add', TREE)
    yield made
    port.settle()


def context_of(entry):
    (value,) = entry['EntryContext'].values()
    return value


def test_the_tree_is_in_order(server):
    checked = server('content', 'check', '--json')
    # Whether the image of those for Python 2 is here is the machine's matter.
    findings = [one for one in checked.json['findings'] if one['item'] not in ('ConvertKnots', 'CustomsLedger')]
    assert findings == [], checked


@runs('PortCallIntake', 'BerthPlan', 'WatchRoster')
def test_a_script_calls_others(server):
    inside = ('--investigation', server.new_investigation())
    added = server.exec('!WatchRoster add vessels="Gull,Heron"', *inside)
    assert context_of(added.entries[-1])['Added'] == ['Gull', 'Heron'], added
    answer = server.exec('!PortCallIntake vessels="Gull:9,Mole:70"', *inside)
    assert answer.code == 0, answer
    rows = {row['Vessel']: row for row in context_of(answer.entries[-1])}
    assert rows['Mole']['Waits'] and rows['Gull']['Flagged'] and rows['Gull']['Incident']
    assert 'Flagged vessel Gull asks for a berth' in server.incident_names()
    harbour = server.context(inside[1])['Harbour']
    assert harbour['Waiting'] in ('Mole', ['Mole'])
    assert {row['Vessel'] for row in harbour['PortCall']} == {'Gull', 'Mole'}
    # A second intake replaces what the first left, and adds nobody to the log twice.
    assert server.exec('!PortCallIntake vessels="Ibis:9,Gull:9"', *inside).code == 0
    harbour = server.context(inside[1])['Harbour']
    assert 'Waiting' not in harbour and [row['Vessel'] for row in harbour['PortCall']].count('Gull') == 1
    arrivals = server.exec('!getList listName=HarbourArrivals', *inside).entries[-1]['Contents']
    assert sorted(arrivals.replace('\n', ',').split(',')) == ['Gull', 'Ibis', 'Mole']
    for line, expected in (('!WatchRoster remove vessels=gull', ['Heron']), ('!WatchRoster', ['Heron'])):
        assert context_of(server.exec(line, *inside).entries[-1])['Vessel'] == expected
    assert server.exec('!WatchRoster remove vessels=Loon', *inside).code == 1


@runs('ShiftHandover')
def test_entries_are_handed_over(server):
    inside = ('--investigation', server.new_investigation())
    server.exec('!PortCallIntake vessels=Mole:70', *inside)
    entries = json.dumps([{'Type': 1, 'ContentsFormat': 'text', 'Contents': 'pump 2 leaks', 'Note': True}])
    assert server.exec("!addEntries entries='%s' id=%s" % (entries, inside[1]), *inside).code == 0
    answer = server.exec('!ShiftHandover Ada clear=true', *inside)
    assert answer.code == 0, answer
    assert [context_of(entry) for entry in answer.entries if entry['Type'] == 1 and entry.get('EntryContext')] == [
        {'Officer': 'Ada', 'Notes': 1, 'Waiting': ['Mole']}]
    context = server.context(inside[1])
    assert 'Waiting' not in context['Harbour'] and 'handover.md' in json.dumps(context['InfoFile'])


@runs('FleetSummary', 'HarbourDirectory')
def test_context_is_searched_and_merged(server):
    server.add_instance('registry', 'HarbourDirectory')
    tested = server('instance', 'test', 'registry')
    assert tested.code == 0, tested
    inside = ('--investigation', server.new_investigation())
    for _ in range(2):  # the second time the same elements are replaced
        assert server.exec('!harbour-vessel-list', *inside).code == 0
    vessels = server.context(inside[1])['Harbour']['Vessel']
    assert len(vessels) == 12
    assert server.exec('!harbour-vessel-get ${Harbour.Vessel.[0].IMO}', *inside).code == 0
    (noted,) = [one for one in server.context(inside[1])['Harbour']['Vessel'] if 'Notes' in one]
    assert noted['IMO'] == vessels[0]['IMO']
    fleets = {row['Flag']: row for row in context_of(server.exec('!FleetSummary', *inside).entries[-1])}
    assert sum(row['Vessels'] for row in fleets.values()) == 12
    (chosen,) = context_of(server.exec('!FleetSummary NL', *inside).entries[-1])
    assert chosen == fleets['NL']


@runs('NormalizeImo', 'IsContainerNumber')
def test_values_come_from_the_context(server):
    inside = ('--investigation', server.new_investigation())
    assert server.exec('!Set key=Found.IMO value=imo9074743', *inside).code == 0
    assert server.exec('!NormalizeImo value=${Found.IMO}', *inside).value == 'IMO 9074743'
    assert server.exec('!IsContainerNumber left=`CSQU3054383`', *inside).value == 'True'


@runs('DraughtChanged')
def test_an_incident_is_changed(server):
    made = server.exec('!createNewIncident name="Port call" type="Port call" severity=1 berth=3')
    (created,) = [entry['EntryContext'] for entry in made.entries if entry.get('EntryContext')]
    identity = str(created['CreatedIncidentID'])
    answer = server.exec('!DraughtChanged new=8.5 old=7', '--investigation', identity)
    assert [entry['Type'] for entry in answer.entries][-1] == 11, answer
    shown = server.must('investigation', 'show', identity, '--json').json
    assert shown['incident']['severity'] == 3, shown


@runs('CustomsDesk')
def test_incidents_are_fetched_once(server, port):
    server.add_instance('desk', 'CustomsDesk', isFetch='true', max_fetch='7', look_back='60', first_fetch='1 day')
    assert server('instance', 'test', 'desk').code == 0
    before = len(server.incident_names())
    counts = []
    for _ in range(3):
        server.must('fetch', 'desk', '--once')
        counts.append(len(server.incident_names()) - before)
    assert counts == [7, 12, 12]
    late = port.control('POST', '/control/alerts', {'minutes_ago': 45, 'subject': 'Filed late'})
    for _ in range(2):
        server.must('fetch', 'desk', '--once')
    assert [name for name in server.incident_names() if late['id'] in name] == [
        'Customs alert %s: Filed late' % late['id']]


def test_a_fetch_that_fails_is_made_again(server, port):
    server.add_instance('desk', 'CustomsDesk', isFetch='true', max_fetch='3', first_fetch='1 day')
    server.must('fetch', 'desk', '--once')
    before = server.incident_names()
    # The token that the first fetch left is refused: a new one is taken, and nothing is lost or twice.
    port.control('POST', '/control/revoke', {})
    server.must('fetch', 'desk', '--once')
    after = server.incident_names()
    assert len(after) == len(before) + 3 and len(set(after)) == len(after)


def test_incidents_are_mirrored(server, port):
    late = port.control('POST', '/control/alerts', {'minutes_ago': 1, 'subject': 'Mirrored'})['id']
    server.add_instance('desk', 'CustomsDesk', isFetch='true', first_fetch='1 day',
                        mirror_direction='Incoming And Outgoing')
    server.must('fetch', 'desk', '--once')
    listed = server.must('investigation', 'list', '--json').json['investigations']
    (inside,) = [str(one['id']) for one in listed if late in one['name']]
    # In: fields and comments, and what came does not go back.
    port.control('PATCH', '/control/alerts/' + late, {'status': 'held', 'severity': 4, 'comment': 'seal missing'})
    for _ in range(2):
        server.must('fetch', 'desk', '--once')
    shown = server.must('investigation', 'show', inside, '--json').json['incident']
    assert (shown['severity'], shown['CustomFields']['status'], shown['dbotMirrorId']) == (4, 'held', late)
    entries = server.must('investigation', 'export', inside).json['entries']
    assert [one['Contents'] for one in entries] == ['officer: seal missing']
    # Out: fields, and entries with the tag, once.
    note = json.dumps([{'Type': 1, 'ContentsFormat': 'text', 'Contents': 'on its way', 'Tags': ['customs']},
                       {'Type': 1, 'ContentsFormat': 'text', 'Contents': 'for us alone'}])
    server.exec('!setIncident assignee=ada', '--investigation', inside)
    server.exec("!addEntries entries='%s'" % note, '--investigation', inside)
    for _ in range(2):
        server.must('fetch', 'desk', '--once')
    alert = port.control('GET', '/control/alerts/' + late)
    assert (alert['assignee'], alert['severity'], alert['status']) == ('ada', 4, 'held')
    assert [one['text'] for one in alert['comments']] == ['seal missing', 'operator: on its way']
    entries = server.must('investigation', 'export', inside).json['entries']
    assert [one['Contents'] for one in entries if one.get('Tags')] == ['officer: seal missing', 'on its way']
    # The end goes over.
    server.exec('!closeInvestigation closeReason=Resolved', '--investigation', inside)
    server.must('fetch', 'desk', '--once')
    assert port.control('GET', '/control/alerts/' + late)['status'] == 'released'


def test_an_inspection_is_polled(server):
    server.add_instance('desk', 'CustomsDesk')
    inside = ('--investigation', server.new_investigation())
    answer = server.exec('!customs-inspection-order BRTU0007072', *inside)
    entry = answer.entries[-1]
    assert answer.code == 0 and (entry.get('PollingCommand') == 'customs-inspection-order'
                                 or context_of(entry)['State'] == 'done'), answer


@runs('CustomsFeed')
def test_a_feed_makes_indicators(server):
    server.add_instance('feed', 'CustomsFeed', feed='true', batch_size='25')
    told = [server.must('fetch', 'feed', '--once', '--json').json['fetched'][0]['indicators'] for _ in range(2)]
    assert told == [{'created': 60, 'updated': 0}, {'created': 0, 'updated': 0}]  # the second time nothing has changed
    found = server.exec('!findIndicators query="type:Domain" size=100')
    assert found.code == 0 and 'manifest-00.example' in found.out, found


@runs('CustomsVault')
def test_credentials_are_fetched_and_not_shown(server):
    server.add_instance('vault', 'CustomsVault', isFetchCredentials='true')
    fetched = server.must('fetch', 'vault', '--once')
    assert 'hoist' not in fetched.out + fetched.err and '3 sets of credentials' in fetched.err
    assert 'hoist' not in server.must('investigation', 'list', '--json').out


@runs('WatchEvents')
def test_events_are_fetched_in_order(server):
    server.add_instance('gates', 'WatchEvents', isFetchEvents='true', deliver='war room', max_events='25')
    first, second = server.must('fetch', 'gates', '--once', '--json'), server.must('fetch', 'gates', '--once', '--json')
    assert '"seq": 25' in first.out.replace('\\"', '"') and '"seq": 26' not in first.out.replace('\\"', '"')
    assert (first.json['fetched'][0]['events'], second.json['fetched'][0]['events']) == (25, 15)
    assert '"seq": 26' in second.out.replace('\\"', '"') and '"seq": 25,' not in second.out.replace('\\"', '"')


def test_an_instance_of_its_own_network(server, port):
    """What is private is open to the instance that was allowed it, and to no other."""
    server.add_instance('inner', 'HarbourDirectory', '--allow', Port.PRIVATE, url=port.private_url)
    server.add_instance('outer', 'HarbourDirectory', url=port.private_url)
    assert server('instance', 'test', 'inner').code == 0
    refused = server('instance', 'test', 'outer')
    assert refused.code != 0 and 'Connection Error' in refused.out + refused.err, refused
    assert server.exec('!harbour-vessel-list limit=1 using=inner').code == 0


@runs('HarbourRegistry')
def test_two_instances_answer(server):
    for name in ('north', 'south'):
        server.must('instance', 'add', 'HarbourRegistry', '--name', name, '--param', 'registry=' + name)
    both = server.exec('!harbour-imo-decode 9074729')
    assert {entry['ModuleName'] for entry in both.entries} == {'north', 'south'}, both
    one = server.exec('!harbour-imo-decode 9074729 using=south')
    assert [entry['ModuleName'] for entry in one.entries] == ['south']


def send(port, alarm, token='t0wer-token', path='/alarms'):
    """The status that the tower answers on the laboratory machine's loopback; 0 when nobody does."""
    said = port.lab.host.run(sys.executable, '-c', SEND, 'http://127.0.0.1:%d%s' % (TOWER_PORT, path), token,
                             json.dumps(alarm) if alarm else '')
    return int(said)


@runs('WatchTower')
def test_alarms_come_in_by_the_port(server, port):
    server.must('instance', 'add', 'WatchTower', '--name', 'tower', '--param', 'longRunningPort=%d' % TOWER_PORT,
                '--param', 'longRunning=true', '--secret',
                'credentials.password=@' + port.secret_file('t0wer-token'))
    running = server.berth.begin('instance', 'start', 'tower', settings=server.settings, prefix=port.lab.host.prefix)
    try:
        deadline = time.monotonic() + 20 * PATIENCE
        while send(port, None, path='/health') != 200:
            assert time.monotonic() < deadline, running.said()
            time.sleep(0.1)
        forced = {'title': 'Gate forced', 'source': 'G3', 'severity': 3}
        statuses = [send(port, forced), send(port, forced), send(port, dict(forced, source='G4')),
                    send(port, forced, token='guess'), send(port, {'source': 'G3'})]
        assert statuses == [201, 202, 201, 401, 422], running.said()
        counted = server.exec('!watchtower-stats using=tower')
        assert [context_of(counted.entries[-1])[key] for key in ('Alarms', 'Incidents')] == [3, 2], counted
        assert [name for name in server.incident_names() if 'Gate forced' in name] == [
            'G3: Gate forced', 'G4: Gate forced']
    finally:
        running.signal(15)
        running.wait(30 * PATIENCE)
    assert send(port, None, path='/health') == 0
    # What the instance remembers outlives its run.
    assert context_of(server.exec('!watchtower-stats').entries[-1])['Alarms'] == 3
