"""A victim's warm calls beside a hostile neighbour in the same daemon: none fails, and none waits for it (bench/neighbour
measures; here a busy machine may take its time)."""
import os
import sys
import threading
import time

import pytest

from calls import IMAGE, PATIENCE, ROOT
from figures import figure
from serve import Daemon
from warm import WARM, Client, at_rest, value

pytestmark = pytest.mark.third_lane

sys.path.append(os.path.join(ROOT, 'bench'))
from neighbours import ATTACKS  # noqa: E402

CALLS = 300


@pytest.fixture(scope='module')
def daemon(berth):
    with Daemon(berth, settings=berth.settings_with(WARM)) as made:
        yield made


@pytest.fixture(autouse=True)
def untouched():
    """The daemon lives on; what it leaves is looked at after the last of all tests."""


class Attack:
    """Calls of one script, one after another, while it lasts."""

    def __init__(self, daemon, code):
        self._daemon = daemon
        self._body = {'item': {'code': code}, 'image': IMAGE, 'timeout': '60s'}
        self._ends = False
        self.causes = []
        self._thread = threading.Thread(target=self._go_on)

    def _go_on(self):
        while not self._ends:
            reply = self._daemon.ask('POST', '/v1/run', self._body, ['Berth-Affinity: attack'], timeout=120 * PATIENCE)
            self.causes.append(reply.json['outcome']['cause'] if reply.status == 200 else reply.body)

    def __enter__(self):
        self._thread.start()
        time.sleep(1)
        return self

    def __exit__(self, *_):
        self._ends = True
        while self._thread.is_alive():
            for call in self._daemon.calls():
                if call.get('id'):
                    self._daemon.ask('DELETE', '/v1/calls/' + call['id'])
            self._thread.join(0.2)


def victims_calls(client):
    """Seconds of each, sorted; every one is answered. On a machine that is busy beyond that some find no child ready in
    time, and have containers of their own."""
    times, warm = [], 0
    for _ in range(CALLS):
        time.sleep(0.005)
        begun = time.monotonic()
        answer = client()
        times.append(time.monotonic() - begun)
        assert value(answer) == 'victim' and answer['outcome']['cause'] == 'completed', answer
        warm += answer.get('warm', False)
    assert warm > CALLS / 2, warm
    return sorted(times)


def quantile(times, part):
    return times[min(int(len(times) * part), len(times) - 1)]


@pytest.mark.parametrize('kind', ATTACKS)
def test_a_victim_goes_on(daemon, kind):
    with Client(daemon, "demisto.results('victim')", affinity='victim') as client:
        client.until_warm(daemon)
        quiet = victims_calls(client)
        with Attack(daemon, ATTACKS[kind]) as attack:
            beside = victims_calls(client)
    at_rest(daemon)
    assert set(attack.causes) <= {'interrupted', 'memory', 'output limit', 'process limit', 'timeout'}, attack.causes
    figure('neighbour', '%s: p50 and p99 of the victim, quiet and beside it; ratio of p99' % kind,
           '%.2f, %.2f; %.2f, %.2f ms; %.1f' % (*(1000 * quantile(one, part) for one in (quiet, beside)
                                                  for part in (0.5, 0.99)),
                                                quantile(beside, 0.99) / quantile(quiet, 0.99)))
    assert quantile(beside, 0.5) < 2 * PATIENCE * quantile(quiet, 0.5)
