"""The end from outside: SIGKILL, SIGINT, SIGTERM of the program, and the sweep of what outlived everybody."""
import glob
import os
import random
import signal
import time

import pytest

from calls import PATIENCE
from figures import figure
from host import read

MOMENTS = 100
SEED = int(os.environ.get('BERTH_SEED', '20'))  # printed with the figure; another one tries other moments

BUSY = '''
import os, time
for _ in range(5):
    if os.fork() == 0:
        os.setsid()
        time.sleep(3600)
demisto.log('running')
time.sleep(3600)
'''


def test_sigkill_at_any_moment(berth, host):
    """At 100 moments from the first instruction to well inside the script."""
    chance = random.Random(SEED)
    slowest = 0
    for number in range(MOMENTS):
        running = berth.begin_script(BUSY)
        # Half of them fall on the start, which takes some milliseconds.
        time.sleep(chance.uniform(0, 0.02 if number % 2 else 0.12))
        running.signal(signal.SIGKILL)
        assert running.wait(10).code == -signal.SIGKILL
        slowest = max(slowest, host.settle(5))
    answer = berth.script("demisto.results('next')")
    assert answer.value == 'next'
    figure('SIGKILL', 'left of %d calls killed at random moments; the longest until all was gone' % MOMENTS,
           '0; %.2f s (seed %d)' % (slowest, SEED))


def wait_until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.parametrize('number', (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
def test_ends_in_order(berth, host, number):
    running = berth.begin_script(BUSY, '--raw')
    wait_until(lambda: '"running"' in running.said())
    begun = time.monotonic()
    running.signal(number)
    answer = running.wait(20)
    taken = time.monotonic() - begun
    assert (answer.cause, answer.code) == ('interrupted', 130), answer
    assert answer.log('script') == ['running']
    assert taken < 1 * PATIENCE
    host.settle(0.5)  # nothing waits for a watcher here
    figure('signals', '%s ends a call after' % signal.Signals(number).name, '%.3f s, exit %d' % (taken, answer.code))


def test_sigint_ends_a_loop(berth):
    sleep = berth.write('sleep.py', "import os, time\nos.write(2, b'up')\ntime.sleep(60)")
    running = berth.begin('loop', '--image', 'python3', '--loop', sleep)
    wait_until(lambda: 'up' in running.said())
    running.signal(signal.SIGINT)
    assert running.wait(20).code == 130


def watcher_of(pid):
    """The watcher of the call of process `pid`: its child of that name."""
    for path in glob.glob('/proc/[0-9]*/stat'):
        try:
            with open(path) as file:
                name, rest = file.read().rsplit(') ', 1)
        except OSError:
            continue
        if name.endswith('(berth-watch') and int(rest.split()[1]) == pid:
            return int(path.split('/')[2])
    return None


def test_sweep_of_a_stale_lease(berth, host):
    """The program and its watcher die together: the next call removes what they left."""
    running = berth.begin_script(BUSY, '--raw')
    try:
        wait_until(lambda: '"running"' in running.said())
        watcher = watcher_of(running.pid)
        # Stopped first, so that neither sees the other die.
        os.kill(watcher, signal.SIGSTOP)
        running.signal(signal.SIGKILL)
        running.wait(10)
        os.kill(watcher, signal.SIGKILL)
        wait_until(lambda: not host.processes() and not any(members_of(group) for group in host.cgroups()))
        stale, owners = host.cgroups(), host.slots()
        assert len(stale) >= 1 and len(owners) == 1, (stale, owners)
        assert [group for group in stale if list(owners.values())[0] in group]
    finally:
        answer = berth.script("demisto.results('next')")
    assert answer.value == 'next'
    host.settle(0.5)
    figure('sweep', 'cgroups of a dead call, before and after the next one', '%d, 0' % len(stale))


def members_of(group):
    return read(group.split()[1] + 'cgroup.procs').split()


def is_alive(pid):
    """Whether the process runs: one that only waits to be reaped has no program any more."""
    try:
        os.readlink('/proc/%s/exe' % pid)
        return True
    except OSError:
        return False


def test_the_script_dies_with_the_program(berth, host):
    """Where the watcher cannot help, the kernel ends the container with its parent."""
    running = berth.begin_script(BUSY, '--raw')
    wait_until(lambda: '"running"' in running.said())
    watcher = watcher_of(running.pid)
    os.kill(watcher, signal.SIGSTOP)
    try:
        # By the lease: another's container that just begins, or has just ended, cannot be told from ours by its group.
        own = [group for group in host.cgroups() if any(call in group for call in host.slots().values())]
        inside = {pid for group in own for pid in members_of(group)}
        assert len(inside) == 7  # init, the script, five children
        running.signal(signal.SIGKILL)
        running.wait(10)
        wait_until(lambda: not any(is_alive(pid) for pid in inside), 5)
    finally:
        os.kill(watcher, signal.SIGCONT)
    figure('SIGKILL', 'processes of the container alive without program and watcher', '0 of %d' % len(inside))
