"""Commands that several instances answer at once, and fetches: what fails keeps nothing."""
import json
import random
import signal
import time

from calls import PATIENCE
from figures import figure

ANSWER = """import json, os, time
params = demisto.params()
if params.get('wrong') == 'raise':
    raise ValueError('wrong on purpose')
if params.get('wrong') == 'exit':
    os._exit(3)
time.sleep(1)
demisto.results({'Type': 1, 'ContentsFormat': 'json', 'Contents': {
    'uids': open('/proc/self/uid_map').read().split()[1], 'net': os.readlink('/proc/self/ns/net'),
    'alive': sum(name.isdigit() for name in os.listdir('/proc'))}})
"""
NAMES = ('delta', 'alpha', 'charlie', 'bravo')


def test_instances_answer_in_parallel(room):
    room.integration('Many', ANSWER, ['many-answer'], [('wrong', 0)])
    for name in NAMES:
        room.add('Many', name)
    one = room.exec('!many-answer using=alpha')
    assert one.code == 0, one
    four = room.exec('!many-answer')
    assert four.code == 0, four
    assert [entry['ModuleName'] for entry in four.entries] == sorted(NAMES)
    contents = [entry['Contents'] for entry in four.entries]
    for key in ('uids', 'net'):
        assert len({one[key] for one in contents}) == 4, contents
    assert len({one['alive'] for one in contents}) == 1
    # One after the other they would take four times as long.
    assert four.seconds < 2.5 * one.seconds + 0.1 * PATIENCE, (one.seconds, four.seconds)
    figure('instances', 'one answers in, four in parallel, each in a container of its own', '%.2f s, %.2f s'
           % (one.seconds, four.seconds))


def test_one_that_fails_stops_no_other(room):
    room.integration('Many', ANSWER, ['many-answer'], [('wrong', 0)])
    for name, wrong in (('alpha', 'raise'), ('bravo', ''), ('charlie', 'exit'), ('delta', '')):
        room.add('Many', name, '--param', 'wrong=' + wrong)
    inside = room.new()
    answer = room.exec('!many-answer', '--investigation', inside)
    assert answer.code == 3, answer  # the first that is not 0, in the order of the names
    by_name = {one['instance']: one for one in answer.json['answers']}
    assert list(by_name) == sorted(NAMES)
    assert [one['outcome']['cause'] for one in by_name.values()] == ['exception', 'completed', 'ended early', 'completed']
    assert 'wrong on purpose' in ''.join(by_name['alpha']['exception'])
    kept = [entry.get('ModuleName') for entry in room.export(inside)['entries'] if entry['Type'] == 1]
    assert kept == ['bravo', 'delta']
    figure('instances', 'two of four fail: the others answered, and were kept', '2 of 2')


# --- fetch -----------------------------------------------------------------------------------------------------------

FETCH = """import json, os, time
run = demisto.getLastRun() or {}
count = int(run.get('count', 0))
how = demisto.params().get('how')
demisto.setLastRun({'count': count + 3})
incidents = [{'name': 'incident %d' % number, 'rawJSON': '{}'} for number in range(count, count + 3)]
if how == 'raise before':
    raise ValueError('wrong on purpose')
demisto.incidents(incidents)
if how == 'raise after':
    raise ValueError('wrong on purpose')
if how == 'error entry':
    demisto.results({'Type': 4, 'ContentsFormat': 'text', 'Contents': 'wrong on purpose'})
if how == 'exit':
    os._exit(0)
if how == 'hang':
    time.sleep(60)
if how == 'no list':
    demisto.results({'Type': 1, 'ContentsFormat': 'json', 'Contents': {'name': 'x'}})
if how == 'one is no incident':
    demisto.incidents([7])
"""
FAILURES = ('raise before', 'raise after', 'error entry', 'exit', 'hang', 'no list', 'one is no incident')


def incidents_of(room):
    return [one['name'] for one in room.must('investigation', 'list', '--json').json['investigations']]


def test_a_fetch_that_fails_keeps_nothing(room):
    room.integration('Fetch', FETCH, [], [('how', 0)], ['isfetch'])
    room.add('Fetch', 'fetch', '--param', 'isFetch=true')
    room.must('fetch', 'fetch', '--once')
    first = sorted(incidents_of(room))
    assert first == ['incident 0', 'incident 1', 'incident 2']
    for how in FAILURES:
        room.must('instance', 'set', 'fetch', '--param', 'how=' + how)
        failed = room('fetch', 'fetch', '--json', '--timeout', '5s')
        assert failed.code == 1, (how, failed)
        (one,) = failed.json['fetched']
        assert (one['kept'], one['incidents']) == (False, []) and one['problem'], (how, failed)
        assert sorted(incidents_of(room)) == first, how
    room.must('instance', 'set', 'fetch', '--param', 'how=')
    room.must('fetch', 'fetch')  # begins where the last one that went well ended
    assert sorted(incidents_of(room)) == ['incident %d' % number for number in range(6)]
    figure('fetch', 'incidents and last runs kept of %d fetches that failed' % len(FAILURES), 0)


def test_a_fetch_that_is_killed_keeps_nothing_twice(room, host):
    room.integration('Fetch', FETCH, [], [('how', 0)], ['isfetch'])
    room.add('Fetch', 'fetch', '--param', 'isFetch=true')
    usual = room.must('fetch', 'fetch').seconds
    chance = random.Random(7)
    acknowledged = 1
    for _ in range(12):
        running = room.begin('fetch', 'fetch', '--json')
        time.sleep(usual * chance.uniform(0.5, 1.05))
        running.signal(signal.SIGKILL)
        ended = running.wait(10)
        acknowledged += ended.code == 0 and ended.json['fetched'][0]['kept']
    host.settle(5)
    room.must('fetch', 'fetch')
    names = incidents_of(room)
    # Each fetch goes on from the last that was kept: nothing missing between, nothing twice.
    assert sorted(names) == sorted('incident %d' % number for number in range(len(names)))
    assert len(names) % 3 == 0 and len(names) >= 3 * (acknowledged + 1)
    figure('fetch', '12 fetches killed: incidents twice, missing', '0, 0 of %d' % len(names))


# --- feeds -----------------------------------------------------------------------------------------------------------

FEED = """how = demisto.params().get('how')
demisto.createIndicators([{'value': '192.0.2.%d' % one, 'type': 'IP', 'score': one % 4} for one in range(4)])
demisto.createIndicators([{'value': '192.0.2.0', 'type': 'IP'}])
if how == 'raise':
    raise ValueError('wrong on purpose')
"""


def scores(room):
    (found,) = room.exec('!findIndicators query="type:IP"').entries
    contents = found['Contents'] if isinstance(found['Contents'], list) else json.loads(found['Contents'])
    return [one['score'] for one in sorted(contents, key=lambda one: one['value'])]


def test_the_reputation_of_a_feed(room):
    room.integration('Feed', FEED, [], [('how', 0), ('feedReputation', 18)], ['feed'])
    room.add('Feed', 'feed', '--param', 'feed=true')
    told = room.must('fetch', 'feed', '--json').json['fetched'][0]
    assert (told['indicators'], scores(room)) == ({'created': 4, 'updated': 1}, [0, 1, 2, 3])
    for reputation, score in (('Bad', 3), ('Good', 1), ('Suspicious', 2)):
        room.must('instance', 'set', 'feed', '--param', 'feedReputation=' + reputation)
        assert 'fetch-indicators: 5 indicators, 0 of them new' in room.must('fetch', 'feed').err
        assert scores(room) == [score] * 4
    # A batch that was taken stays when the fetch fails later, and that is said.
    room.must('instance', 'set', 'feed', '--param', 'how=raise')
    failed = room('fetch', 'feed', '--json')
    assert failed.code == 1 and failed.json['fetched'][0]['indicators'] == {'created': 0, 'updated': 5}
