"""What a networked call leaves on the machine when it ends, however it ends: nothing."""
import os
import random
import signal
import time

import pytest

from figures import figure
from host import read

BUSY = '''
import socket, time
demisto.log('running')
held = []
while True:
    try:
        made = socket.create_connection(('8.8.1.1', 80), 1)
        made.recv(64)
        held.append(made)
    except OSError:
        pass
    time.sleep(0.01)
'''
MOMENTS = 24


def relays():
    """Processes of others that carry packets of containers."""
    return sorted(int(pid) for pid in os.listdir('/proc') if pid.isdigit()
                  and read('/proc/%s/comm' % pid).strip() in ('pasta', 'pasta.avx2', 'slirp4netns'))


def settle_relays(before):
    end = time.monotonic() + 5
    while relays() != before:
        assert time.monotonic() < end, relays()
        time.sleep(0.02)


def wait_until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.parametrize('way', ('veth', 'pasta', 'slirp4netns'))
def test_sigkill_of_a_networked_call(berth, host, lab, way):
    settings = berth.settings_with('network:\n  way: %s\n' % way)
    before = relays()
    chance = random.Random(7)
    slowest = 0
    for number in range(MOMENTS):
        # Egress has a forwarder, a list of names has a keeper too.
        profile = 'egress' if number % 4 < 2 else '8.8.1.1:80,api.example.com:443'
        running = berth.begin_script(BUSY, '--network', profile, settings=settings, prefix=lab.host.prefix)
        time.sleep(chance.uniform(0, 0.03 if number % 2 else 0.2))
        running.signal(signal.SIGKILL)
        assert running.wait(10).code == -signal.SIGKILL
        begun = time.monotonic()
        host.settle(5)
        lab.settle(5)
        settle_relays(before)
        slowest = max(slowest, time.monotonic() - begun)
    figure('SIGKILL', 'left of %d calls with network by %s; the longest until all was gone' % (MOMENTS, way),
           '0; %.2f s' % slowest)


@pytest.mark.parametrize('way', ('veth', 'pasta', 'slirp4netns'))
def test_ends_with_the_call(berth, host, lab, way):
    settings = berth.settings_with('network:\n  way: %s\n' % way)
    before = relays()
    code = "import socket\ndemisto.results(socket.create_connection(('8.8.1.1', 80), 5).recv(64).decode())"
    answer = berth.script(code, '--network', 'egress', settings=settings, prefix=lab.host.prefix)
    assert answer.value.startswith('8.8.1.1 for '), answer
    host.settle(1)
    lab.settle(2)
    settle_relays(before)


def test_the_table_stays_for_those_who_need_it(berth, lab):
    """Berth's table on the machine goes with the last call that needs it."""
    argv = '--network', 'egress', '--raw'
    first = berth.begin_script(BUSY, *argv, prefix=lab.host.prefix)
    second = berth.begin_script(BUSY, *argv, prefix=lab.host.prefix)
    try:
        for running in first, second:
            wait_until(lambda: '"running"' in running.said())
        assert len([name for name in lab.leftovers() if name.startswith('berth')]) == 2
        first.signal(signal.SIGINT)
        first.wait(10)
        time.sleep(0.2)
        assert 'table inet berth' in lab.leftovers()
        answer = berth.script("import socket\ndemisto.results(socket.create_connection(('8.8.1.1', 80)).recv(64).decode())",
                              '--network', 'egress', prefix=lab.host.prefix)
        assert answer.value.startswith('8.8.1.1 for ')
    finally:
        second.signal(signal.SIGINT)
        second.wait(10)
    lab.settle(2)


def test_a_relay_that_does_nothing_is_found_out(berth, lab):
    """A program that says it is ready and made no interface ends the start; so does one that fails, in its words."""
    for text, words in (('exit 0', 'made no interface eth0'), ('echo no luck today >&2; exit 1', 'no luck today')):
        pasta = berth.write('bin/pasta', '#!/bin/sh\n%s\n' % text)
        os.chmod(pasta, 0o755)
        answer = berth.script('pass', '--network', 'egress', settings=berth.settings_with('network:\n  way: pasta\n'),
                              prefix=lab.host.prefix, env={'PATH': os.path.dirname(pasta) + ':' + os.environ['PATH']})
        assert answer.code == 11 and words in answer.err and 'pasta' in answer.err, answer
