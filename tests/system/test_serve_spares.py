"""Several children of one zygote wait where calls come one upon the other: as many as that takes, and no longer."""
import json
import os
import re
import signal
import time

import pytest

from host import read
from serve import Daemon
from warm import WARM, Client, at_rest, children_of, is_dead, pool, until, value, zygote_processes, zygotes

MOST = 4
NAMESPACES = ('mnt', 'pid', 'ipc', 'uts', 'net', 'cgroup')
TELL = "import json, os\n" \
       "demisto.results(json.dumps([os.readlink('/proc/self/ns/' + kind) for kind in %r]))" % (NAMESPACES,)


def started(berth, serve=''):
    return Daemon(berth, settings=berth.settings_with(WARM + 'serve: {spares: %d%s}\n' % (MOST, serve)))


def waiting(daemon):
    """The children that wait, as processes: those of the zygote's that are not the first ones of their pid namespaces."""
    numbers = {pid: read('/proc/%d/status' % pid).partition('NSpid:')[2].split('\n')[0].split()
               for zygote in zygote_processes(daemon) for pid in children_of(zygote)}
    return [pid for pid, of in numbers.items() if of and of[-1] != '1' and not is_dead(pid)]


def place_of(pid):
    return tuple(os.readlink('/proc/%d/ns/%s' % (pid, kind)) for kind in NAMESPACES)


def places_of_all(daemon):
    """Of those that wait, once there are as many as may and each has all that it is to have for itself."""
    try:
        places = {place_of(pid) for pid in waiting(daemon)}
        shared = [place_of(pid) for pid in zygote_processes(daemon)]
    except OSError:  # one has ended meanwhile
        return None
    columns = list(zip(*places, *shared))
    return places if len(places) == MOST and all(len(set(column)) == MOST + 1 for column in columns) else None


def spares(daemon):
    return [zygote['spares'] for zygote in zygotes(daemon)]


def burst(client, calls=40):
    answers = [client() for _ in range(calls)]
    return [tuple(json.loads(value(answer))) for answer in answers]


@pytest.fixture
def client_of():
    made = []

    def client(daemon):
        made.append(Client(daemon, TELL))
        made[-1].until_warm(daemon)
        return made[-1]
    yield client
    for one in made:
        one.__exit__()


def fill(daemon, client):
    burst(client)
    at_rest(daemon)
    assert spares(daemon) == [MOST], pool(daemon)
    until(lambda: places_of_all(daemon))
    return waiting(daemon)


def test_calls_that_come_at_once_find_a_child_each(berth, client_of):
    with started(berth) as daemon:
        client = client_of(daemon)
        assert spares(daemon) == [1]  # calls with pauses between them need no more
        until(lambda: len(waiting(daemon)) == 1)
        fill(daemon, client)
        places = until(lambda: places_of_all(daemon))
        found = burst(client, MOST)
        assert len(set(found)) == MOST
        assert len(set(found) & places) >= MOST - 1, (found, places)  # the pauses of a busy machine let in a new one
        assert zygotes(daemon)[0]['memory_bytes'] > MOST << 20  # theirs count


def test_what_no_call_needs_any_more_is_ended(berth, client_of):
    with started(berth, ', idle_time: 3s') as daemon:
        client = client_of(daemon)
        fill(daemon, client)
        zygote = zygote_processes(daemon)

        def is_one():
            time.sleep(0.3)
            client()
            at_rest(daemon)
            return spares(daemon) == [1]
        until(is_one)
        until(lambda: len(waiting(daemon)) == 1)
        assert zygote_processes(daemon) == zygote


def test_children_that_are_killed_while_they_wait(berth, client_of):
    with started(berth) as daemon:
        client = client_of(daemon)
        killed = fill(daemon, client)
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        until(lambda: all(is_dead(pid) for pid in killed))
        assert len(set(burst(client, 2 * MOST))) == 2 * MOST
        at_rest(daemon)
        now = until(lambda: len(waiting(daemon)) == MOST and waiting(daemon))
        assert not set(now) & set(killed)


def test_all_of_them_end_with_the_zygote(berth, client_of, host):
    with started(berth) as daemon:
        fill(daemon, client_of(daemon))
        assert daemon.ask('POST', '/v1/pool/reset', {'item': zygotes(daemon)[0]['item']}).json['reset'] == 1
        until(lambda: not zygotes(daemon) and not zygote_processes(daemon))
    host.settle()


def test_the_memory_of_a_call_is_its_own(berth, client_of):
    """Not that of children which wait beside it."""
    with started(berth) as daemon:
        fill(daemon, client_of(daemon))
        code = "import time\nheld = bytearray(b'x') * (40 << 20)\ntime.sleep(60)"
        made = daemon.begin_code(code)

        def call():
            return [one for one in daemon.ask('GET', '/v1/calls').json['calls'] if one.get('container_pid')]
        (one,) = until(call)

        def shown():
            told = berth('top', settings=daemon.settings)
            assert told.code == 0, told
            found = re.search(r'running +\d+ +(?:\d+% +)?([\d.]+) ', told.out)
            return found and float(found.group(1)) > 40 and float(found.group(1))
        assert until(shown) < 60
        assert 'berth' in read('/proc/%d/cgroup' % one['container_pid'])
        made.close()
