"""The example content, every item of it, run by the program against the port of the examples.

What needs a server with a memory (lists, instances, fetches, a context that is searched) is in test_examples_server.py.
"""
import datetime
import hashlib
import io
import json
import os
import zipfile

import pytest

import needs
from example_port import Port, SECRETS
from example_tree import item_names, path_of, runs, shown
from figures import figure

pytestmark = pytest.mark.third_lane

# (item, arguments, what the last entry holds); where it is a text that begins with '~', it stands in that.
SCRIPTS = [
    ('NormalizeImo', ['value=imo9074729'], 'IMO 9074729'),
    ('NormalizeImo', ['value=x', 'otherwise=unknown'], 'unknown'),
    ('DegreesToDecimal', ['value=53°32.5′N 9°58′E'], '53.541667,9.966667'),
    ('DegreesToDecimal', ['value=here'], '~Failed to execute DegreesToDecimal: a position has a latitude'),
    ('SumField', ['value=[{"t": 1}, {"t": "4"}]', 'field=t'], '5'),
    ('SumField', ['value=[{"g": "a", "t": 1}, {"g": "b", "t": 5}]', 'field=t', 'group_by=g'],
     [{'g': 'b', 't': 5, 'Count': 1}, {'g': 'a', 't': 1, 'Count': 1}]),
    ('IsContainerNumber', ['left=CSQU3054383'], 'True'),
    ('IsContainerNumber', ['left=CSQU3054384'], 'False'),
    ('IsInsidePort', ['left=53.5417,9.9667', 'right=53.54,9.98,5'], 'True'),
    ('ArrivesWithin', ['left=2026-03-02T14:00:00', 'right=1 day', 'now=2026-03-01T12:00:00Z'], 'False'),
    ('BerthPlan', ['Aurora:9,Borealis:11'], [{'Vessel': 'Borealis', 'Draught': 11, 'Berth': 2},
                                             {'Vessel': 'Aurora', 'Draught': 9, 'Berth': 1}]),
    ('VesselScreening', ['Mole:70', 'watchlist=mole'],
     [{'Vessel': 'Mole', 'Berth': 0, 'Waits': True, 'Flagged': True}]),
    ('CidrPlan', ['10.0.0.0/30', 'parts=2'],
     [{'CIDR': '10.0.0.0/31', 'Hosts': 1}, {'CIDR': '10.0.0.2/31', 'Hosts': 1}]),
    ('PilotageQuote', ['draught=10', 'tonnage=40000', 'hour=22'],
     {'Draught': 10, 'Tonnage': 40000, 'Hour': 22, 'Euros': 1747.5}),
    ('VesselLookup', ['IMO 9074729'], {'IMO': '9074729', 'Valid': True}),
    ('BerthOccupancy', ['calls=[{"Berth": 1}, {"Berth": 0, "Flagged": true}]'],
     '[{"name": "At a berth", "data": [1]}, {"name": "Waiting", "data": [1]}, {"name": "Flagged", "data": [1]}]'),
    ('DutyCalculator', ['Coffee:1000', 'rates={"coffee": "25"}'],
     [{'Goods': 'coffee', 'Value': 1000, 'Rate': 25, 'Duty': 250, 'VAT': 237.5}]),
    ('DistressTriage', ['MAYDAY MAYDAY MAYDAY, 53 deg 32.5 N 9 deg 58 E'],
     {'Signal': 'mayday', 'Severity': 4, 'Meaning': 'grave danger to a ship or a life', 'Drill': False,
      'Certain': True, 'Position': '53.5417,9.9667'}),
]


@pytest.fixture(scope='module')
def port():
    made = Port(now=datetime.datetime.now(datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%S'))
    yield made
    made.end()


@pytest.fixture
def call(berth, port):
    """A command of an integration of the examples that talks to the port."""
    def call(brand, command, *args, **params):
        answer = port.call(berth, brand, command, *args, **params)
        assert answer.json['warnings'] == [], answer
        return answer
    yield call
    port.settle()


def run(berth, name, *argv, **how):
    return berth('run', path_of(name), *argv, '--json', settings=berth.settings_with(Port.SUBSTITUTE), **how)


def context_of(entry):
    (value,) = entry['EntryContext'].values()
    return value


@runs(*[name for name, _, _ in SCRIPTS])
@pytest.mark.parametrize('name,args,expected', SCRIPTS, ids=lambda value: value if isinstance(value, str) else '')
def test_script(berth, name, args, expected):
    answer = run(berth, name, *args)
    assert (answer.cause, answer.json['warnings']) == ('completed', []), answer
    if isinstance(expected, str) and expected.startswith('~'):
        assert (answer.code, answer.entries[-1]['Type']) == (1, 4) and expected[1:] in answer.value, answer
    else:
        assert (answer.code, answer.entries[-1]['Contents']) == (0, expected), answer


@runs('ConvertKnots', 'CustomsLedger')
def test_python2_scripts(berth):
    listed = berth('image', 'list', '--json').json['images']
    if not any('berth/python-deb:' in name for one in listed for name in one['names']):
        reason = "no Python 2 base image is here: 'berth image init python2' makes it"
        pytest.fail(reason) if needs.required('image') else pytest.skip(reason)
    assert run(berth, 'ConvertKnots', 'value=10,5 kn', 'unit=m/s', 'digits=3').value == '5.402'
    ledger = berth.write('ledger.dat', 'D0000001BRTU00070040018200004500000CD0000002BRTU00070720000400000012345H'
                         .encode('cp037'))
    answer = run(berth, 'CustomsLedger', '1@1', '--file', ledger)
    found = context_of(answer.entries[0])
    assert (found['Euros'], [row['Status'] for row in found['Records']]) == (45123.45, ['cleared', 'held']), answer


@runs('ManifestDigest', 'ManifestBundle')
def test_files_in_and_out(berth):
    one, two = berth.write('one/m.csv', 'container,goods,kilograms\nC1,tea,5\n'), berth.write('two/m.csv', 'other')
    saved = os.path.join(berth.folder, 'bundle')
    answer = run(berth, 'ManifestBundle', '1@1,2@1', '--file', one, '--file', two, '--save-files', saved)
    assert [entry['Type'] for entry in answer.entries] == [1, 3, 9], answer
    with open(os.path.join(saved, 'manifests.zip'), 'rb') as file:
        data = file.read()
    assert context_of(answer.entries[0])['SHA256'] == hashlib.sha256(data).hexdigest()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == ['m.csv', 'm-2.csv'] and archive.read('m-2.csv') == b'other'
    with open(os.path.join(saved, 'SHA256SUMS')) as file:
        assert len(file.read().splitlines()) == 2
    digest = context_of(run(berth, 'ManifestDigest', '1@1', '--file', one).entries[0])
    assert (digest['Containers'], digest['Kilograms']) == (1, 5)


@runs('PortCallPanel', 'DraughtChanged')
def test_scripts_of_an_incident(berth):
    incident = berth.write('incident.json', json.dumps(
        {'id': '7', 'severity': 3, 'CustomFields': {'vesselname': 'Gull', 'berth': '3'}}))
    context = berth.write('context.json', json.dumps({'Harbour': {'PortCall': [{'Vessel': 'Mole', 'Berth': 0}]}}))
    (entry,) = run(berth, 'PortCallPanel', '--incident', incident, '--context', context).entries
    assert entry['ContentsFormat'] == 'markdown'
    assert 'Gull' in entry['Contents'] and 'high' in entry['Contents'] and 'Mole' in entry['Contents']
    answer = run(berth, 'DraughtChanged', 'new=7.5', 'old=7', '--incident', incident)
    assert answer.value == 'Berth 3 is 9 m deep: enough for 7.5 m.', answer


@runs('AwaitTide')
def test_script_that_polls(berth):
    args = {'vessel': 'Gull', 'draught': '11', 'high_water': '2026-03-01T12:00:00Z', 'now': '2026-03-01T18:00:00Z'}
    (entry,) = run(berth, 'AwaitTide', *['%s=%s' % pair for pair in args.items()]).entries
    assert (entry['PollingCommand'], entry['NextRun']) == ('AwaitTide', '30')
    again = dict(entry['PollingArgs'], now='2026-03-01T23:30:00Z', hide_polling_output='true')
    (done,) = run(berth, 'AwaitTide', *['%s=%s' % pair for pair in again.items()]).entries
    assert 'PollingCommand' not in done and context_of(done)['Clear'] is True


@runs('HarbourRegistry')
def test_integration_without_network(berth):
    answer = run(berth, 'HarbourRegistry', '--command', 'harbour-mmsi-decode', 'mmsi=211331640')
    assert answer.value[0]['Country'] == 'DE', answer


@runs('HarbourDirectory', 'HarbourApiModule', 'MaritimeApiModule')
def test_http_integration(call):
    listed = call('HarbourDirectory', 'harbour-vessel-list')
    assert listed.code == 0, listed
    assert len(listed.value) == 12 and listed.json['network']['profile'] == 'egress'
    flagged = call('HarbourDirectory', 'harbour-vessel-list', 'flag=NL', 'limit=2')
    assert [row['Name'] for row in flagged.value] == ['Aurora', 'Fulmar']
    imo = flagged.value[0]['IMO']
    noted = call('HarbourDirectory', 'harbour-note-add', 'imo=' + imo, 'text=needs a tug')
    assert context_of(noted.entries[0])['ID'] == 1
    assert context_of(call('HarbourDirectory', 'harbour-vessel-get', imo).entries[0])['Notes'] == 1
    assert call('HarbourDirectory', 'harbour-note-remove', 'imo=' + imo, 'note_id=1').code == 0
    assert len(call('HarbourDirectory', 'harbour-call-list', imo).value) == 2
    assert context_of(call('HarbourDirectory', 'harbour-tide-list', '2026-03-01').entries[0])['Date'] == '2026-03-01'
    (file,) = call('HarbourDirectory', 'harbour-certificate-get', imo).entries
    assert (file['Type'], file['File']) == (9, 'certificate-%s.txt' % imo)


def test_http_integration_errors(call, berth, port):
    assert call('HarbourDirectory', 'test-module').value == 'ok'
    missing = call('HarbourDirectory', 'harbour-vessel-get', '9074729')
    assert missing.code == 1 and "[404] - Not Found: there is no vessel '9074729'" in missing.value
    wrong = berth.write('wrong', 'high-tide-9999')
    refused = call('HarbourDirectory', 'test-module', **{'credentials.password': '@' + wrong})
    assert 'Authorization Error' in refused.value
    for answer in (missing, refused):
        assert 'low-tide' not in answer.out + answer.err and 'high-tide' not in answer.out + answer.err
    # The program's default for integrations is the internet, and no private address of it.
    private = port.call(berth, 'HarbourDirectory', 'test-module', url=port.private_url)
    assert 'Connection Error' in private.value
    assert [one['address'] for one in private.json['network']['refused']] == [Port.PRIVATE]
    settings = 'network:\n  allow_private: [%s]\n' % Port.PRIVATE
    assert port.call(berth, 'HarbourDirectory', 'test-module', url=port.private_url, settings=settings).value == 'ok'


def test_certificates(call, port):
    """`insecure` is what lets a certificate of nobody's pass."""
    trusted = call('HarbourDirectory', 'test-module', url=port.tls_url)
    assert 'SSL Certificate Verification Failed' in trusted.value
    assert call('HarbourDirectory', 'test-module', url=port.tls_url, insecure='true').value == 'ok'


def test_proxy_parameter(call, port):
    """Without proxies of the system both settings go straight to the service."""
    for proxy in ('true', 'false'):
        assert call('HarbourDirectory', 'test-module', proxy=proxy).value == 'ok'
    assert port.control('GET', '/control/seen')['through_proxy'] == 0


def test_proxy_of_the_system(berth, port):
    """The parameter `proxy` decides whether the system's proxy, which is the service itself here, is asked."""
    settings = 'containers: {proxy: {http: "%s"}}\nnetwork:\n' % port.url
    before = port.control('GET', '/control/seen')['through_proxy']
    # The name is the proxy's to find: it is none in the internet of the tests.
    through = port.call(berth, 'HarbourDirectory', 'test-module', url='http://registry.harbour.example', proxy='true',
                        settings=settings)
    assert through.value == 'ok', through
    assert port.control('GET', '/control/seen')['through_proxy'] == before + 1
    straight = port.call(berth, 'HarbourDirectory', 'test-module', proxy='false', settings=settings)
    assert straight.value == 'ok', straight
    assert port.control('GET', '/control/seen')['through_proxy'] == before + 1
    port.settle()


@runs('CustomsDesk')
def test_fetching_integration(call):
    assert call('CustomsDesk', 'test-module', isFetch='true').value == 'ok'
    fetched = call('CustomsDesk', 'fetch-incidents', first_fetch='1 day', max_fetch='5', min_severity='high')
    assert [one['severity'] for one in fetched.value] == [3, 4], fetched
    alerts = call('CustomsDesk', 'customs-alert-list', 'limit=3').value
    assert [one['id'] for one in alerts] == ['CA-1001', 'CA-1002', 'CA-1003']
    held = call('CustomsDesk', 'customs-alert-update', 'alert_id=CA-1002', 'status=held', 'comment=scan it')
    assert held.value[0]['status'] == 'held'
    assert context_of(call('CustomsDesk', 'customs-alert-get', 'CA-1002').entries[0])[0]['Status'] == 'held'
    failed = call('CustomsDesk', 'customs-alert-update', 'alert_id=CA-1')
    assert failed.code == 1 and 'nothing is to be changed' in failed.value


def test_integration_that_polls(call):
    args, runs_made = ['BRTU0007072'], 0
    while True:
        (entry,) = call('CustomsDesk', 'customs-inspection-order', *args).entries
        runs_made += 1
        if 'PollingCommand' not in entry:
            break
        assert (entry['PollingCommand'], entry['NextRun']) == ('customs-inspection-order', '10')
        args = ['%s=%s' % (name, json.dumps(value).strip('"')) for name, value in entry['PollingArgs'].items()]
    assert (runs_made, context_of(entry)['Finding']) == (4, 'contraband')
    found = call('CustomsDesk', 'customs-inspection-get', context_of(entry)['ID'])
    assert context_of(found.entries[0])['State'] == 'done'


def test_mirroring(call):
    assert 'severity' in call('CustomsDesk', 'get-mapping-fields').value['Customs alert']
    changed = call('CustomsDesk', 'get-modified-remote-data', 'lastUpdate=100 minutes ago')
    assert {'CA-1010', 'CA-1011', 'CA-1012'} <= set(changed.value), changed
    entries = call('CustomsDesk', 'get-remote-data', 'id=CA-1010', 'lastUpdate=2026-01-01T00:00:00Z').entries
    assert json.loads(entries[0]['Contents'])['id'] == 'CA-1010'


@runs('CustomsFeed')
def test_feed_commands(call, port):
    assert call('CustomsFeed', 'test-module').value == 'ok'
    found = call('CustomsFeed', 'customs-feed-indicators-get', 'limit=27', tlp_color='AMBER')
    assert len(found.value) == 27 and {row['Type'] for row in found.value} == {'IP', 'Domain', 'File'}
    guessed = call('CustomsFeed', 'test-module', api_key='@' + port.secret_file('guessed-key'))
    assert 'Authorization Error' in guessed.value, guessed


@runs('CustomsVault')
def test_credentials(call):
    names = call('CustomsVault', 'customs-vault-list', credentialobjects='crane-2')
    assert [row['Name'] for row in names.value] == ['crane-2'] and 'hoist' not in names.out
    fetched = call('CustomsVault', 'fetch-credentials', isFetchCredentials='true', credentialobjects='crane-2')
    assert [one['user'] for one in fetched.value] == ['operator2']


@runs('WatchEvents')
def test_event_collector(call):
    fetched = call('WatchEvents', 'fetch-events', deliver='war room', max_events='25')
    assert [one['seq'] for one in fetched.value] == list(range(1, 26)), fetched
    denied = call('WatchEvents', 'watch-events-get', 'limit=20', actions='denied')
    assert [row['seq'] for row in denied.value] == [9, 18], denied
    nobody = call('WatchEvents', 'fetch-events')
    assert nobody.code == 1 and 'no collector' in nobody.value


@runs('WatchTower')
def test_long_running_integration(call):
    tower = {'longRunningPort': '8099'}
    assert call('WatchTower', 'test-module', **tower).value == 'ok'
    ran = call('WatchTower', 'long-running-execution', '--timeout', '3s', **tower)
    assert (ran.cause, 'watch tower: listening on port 8099' in ran.log('server')) == ('timeout', True), ran
    stats = call('WatchTower', 'watchtower-stats', **tower)
    assert context_of(stats.entries[0])['Alarms'] == 0
    assert call('WatchTower', 'watchtower-reset', **tower).value == 'The alarms are forgotten.'
    low = call('WatchTower', 'test-module', longRunningPort='80')
    assert low.code == 1 and 'not between 1024 and 65535' in low.value


def test_secrets_are_never_shown(call):
    secrets = [value for names in SECRETS.values() for value in names.values()]
    for brand, command in (('HarbourDirectory', 'harbour-vessel-list'), ('CustomsDesk', 'customs-alert-list'),
                           ('CustomsFeed', 'customs-feed-indicators-get')):
        answer = call(brand, command, '--raw', '--debug')
        assert answer.code == 0, answer
        for secret in secrets:
            assert secret not in answer.out + answer.err, brand


def test_every_item_is_run():
    """Each item of the tree is run by a test here or in test_examples_server.py."""
    import test_examples_server  # noqa: F401, its tests say what they run, too
    assert set(item_names()) == shown()
    figure('examples', 'items of the example content that tests run', len(item_names()))
    assert len(item_names()) >= 25
