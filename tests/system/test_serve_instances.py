"""Under the daemon instances fetch by the clock, and those that run for long are kept going."""
import os
import signal
import time

import pytest

from calls import PATIENCE
from serve import Daemon

FETCH = '''
import time
last = int(demisto.getLastRun().get('count', 0))
if demisto.params().get('how') == 'slow':
    time.sleep(3)
demisto.setLastRun({'count': last + 1})
demisto.incidents([{'name': 'number %d' % (last + 1)}])
'''

LISTEN = '''
import time
demisto.log('begins with ' + str(demisto.params().get('word')))
if demisto.params().get('word') == 'dies':
    raise ValueError('over')
while True:
    time.sleep(1)
'''


@pytest.fixture
def watched(room):
    """A room whose settings have the daemon fetch every second."""
    room.settings_with('serve:\n  fetch_every: 1s\n')
    room.runtime = room.berth.runtime
    room.environment = room.berth.environment
    return room


def wait_for(condition, seconds=30):
    end = time.monotonic() + seconds * PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def kept(daemon, verb):
    return [one for one in daemon.calls() if one['verb'] == verb]


def names(room):
    return [one['name'] for one in room.must('investigation', 'list', '--json').json['investigations']]


def test_fetches_by_the_clock(watched):
    watched.integration('Fetch', FETCH, [], [('how', 0)], ['isfetch'])
    watched.add('Fetch', 'north', '--param', 'isFetch=true')
    with Daemon(watched) as daemon:
        wait_for(lambda: 'number 3' in names(watched))
        watched.must('instance', 'disable', 'north')
        time.sleep(6)  # it is seen within five seconds
        count = len(names(watched))
        time.sleep(3)
        assert len(names(watched)) == count
        assert sorted(set(names(watched))) == sorted(names(watched)), 'none was fetched twice'
        assert daemon.run_code('pass').events[-1]['exit_code'] == 0


def test_never_twice_at_once(watched):
    watched.integration('Fetch', FETCH, [], [('how', 0)], ['isfetch'])
    watched.add('Fetch', 'slow', '--param', 'how=slow', '--param', 'isFetch=true')
    with Daemon(watched) as daemon:
        wait_for(lambda: kept(daemon, 'fetch'))
        end = time.monotonic() + 8
        while time.monotonic() < end:
            assert len(kept(daemon, 'fetch')) <= 1
            time.sleep(0.05)


def test_long_running_instances_are_kept_going(watched, host):
    watched.integration('Listen', LISTEN, [], [('word', 0), ('longRunning', 8)], ['longRunning'])
    watched.add('Listen', 'ear', '--param', 'word=one', '--param', 'longRunning=true')
    watched.add('Listen', 'off', '--param', 'word=off', '--param', 'longRunning=false')
    daemon = Daemon(watched)
    daemon.wait_for_it()
    wait_for(lambda: 'begins with one' in daemon.running.said())
    first, = kept(daemon, 'instance')
    assert first['item'] == 'ear'
    # Its process is killed: another one takes its place.
    os.kill(first['pid'], signal.SIGKILL)
    wait_for(lambda: [one['pid'] for one in kept(daemon, 'instance')] not in ([], [first['pid']]))
    wait_for(lambda: daemon.running.said().count('begins with one') == 2)
    # It is changed: it begins anew with what it was changed to.
    watched.must('instance', 'set', 'ear', '--param', 'word=two')
    wait_for(lambda: 'begins with two' in daemon.running.said())
    assert len(kept(daemon, 'instance')) == 1
    # It is disabled.
    watched.must('instance', 'disable', 'ear')
    wait_for(lambda: not kept(daemon, 'instance'))
    watched.must('instance', 'enable', 'ear')
    wait_for(lambda: kept(daemon, 'instance'))
    begun = time.monotonic()
    ended = daemon.end()
    assert ended.code == 0 and 'begins with off' not in ended.err
    assert time.monotonic() - begun < 8 * PATIENCE


def test_one_that_dies_begins_again(watched):
    watched.integration('Listen', LISTEN, [], [('word', 0), ('longRunning', 8)], ['longRunning'])
    watched.add('Listen', 'ear', '--param', 'word=dies', '--param', 'longRunning=true')
    with Daemon(watched) as daemon:
        wait_for(lambda: 'run 3' in daemon.running.said())
        assert 'it begins again in 2 s' in daemon.running.said()


def test_they_may_be_left_out(watched):
    watched.settings_with('  instances: off\n')
    watched.integration('Fetch', FETCH, [], [('how', 0)], ['isfetch'])
    watched.add('Fetch', 'north', '--param', 'isFetch=true')
    with Daemon(watched):
        time.sleep(3)
        assert names(watched) == []
