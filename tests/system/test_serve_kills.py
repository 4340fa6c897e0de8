"""Everything of the daemon dies at random under load: itself, workers, inits, zygotes, children. Each call has one
outcome, new ones work at once, and nothing is left."""
import collections
import concurrent.futures
import contextlib
import glob
import json
import os
import random
import re
import signal
import threading
import time

import pytest

from calls import IMAGE, PATIENCE
from figures import figure
from serve import Daemon, Reply
from warm import WARM, children_of, cmdline, descendants, is_dead, parent_of, zygote_processes

SEED = int(os.environ.get('BERTH_SEED', '20'))  # printed; another one kills others at other moments
SECONDS = 18
AT_ONCE = 2  # seconds until a new call has its answer
LEFT = 5  # seconds until nothing is left of a daemon that was killed
HANGS = 20  # seconds of one call that nobody waits for
KINDS = ('daemon', 'worker', 'init', 'zygote', 'child')

# Says that it runs, and answers with what it alone was given. `long` ones are there to be killed.
CODE = """import time
demisto.log('begun ' + demisto.args()['n'])
time.sleep(float(demisto.args()['long']))
demisto.results(demisto.args()['n'])
"""


def victims_of(daemon):
    """Processes of the daemon by what they are."""
    pythons = {pid for pid in descendants(daemon.pid) if 'python' in cmdline(pid)}
    zygotes = set(zygote_processes(daemon))
    workers = set(children_of(daemon.pid))
    inits = {parent_of(pid) for pid in pythons} - pythons - workers - {daemon.pid, 0}
    return {'daemon': {daemon.pid}, 'worker': workers, 'init': inits, 'zygote': zygotes, 'child': pythons - zygotes}


class Callers:
    """Clients that call without a pause, whatever becomes of the daemon. What each call has come to is counted; one
    that has come to nothing, to two things, or to another one's answer is an AssertionError."""

    def __init__(self, berth, settings, path):
        self.berth, self.settings, self.path = berth, settings, path
        self.end = threading.Event()
        self.outcomes = collections.Counter()
        self._scripts = [berth.write('scripts/kills_%d.py' % kind, CODE + '# %d\n' % kind) for kind in range(2)]
        self._lock = threading.Lock()
        self._count = 0

    def run(self, call, chance):
        """Calls until the end. A daemon that is not there costs a moment and no call."""
        while not self.end.is_set():
            with self._lock:
                self._count += 1
                number = self._count
            arguments = ['n=%d' % number, 'long=%s' % chance.choice((0, 0, 0, 0.05, 0.3))]
            begun = time.monotonic()
            outcome = call(number, arguments, chance.randrange(2))
            assert time.monotonic() - begun < HANGS * PATIENCE, 'call %d hung' % number
            if outcome is None:
                time.sleep(0.02)
                continue
            with self._lock:
                self.outcomes[outcome] += 1

    def from_the_command_line(self, number, arguments, kind):
        ended = self.berth('run', self._scripts[kind], '--image', IMAGE, '--json', *arguments, settings=self.settings,
                           seconds=HANGS * PATIENCE)
        return 'command line, ' + self.judge_answer(number, ended.json, ended.code) if ended.out else \
            'command line, ' + self.judge_error(number, ended.err, ended.code)

    def over_a_connection(self, number, arguments, kind, accept='application/json'):
        body = {'item': {'code': CODE + '# %d' % kind}, 'image': IMAGE, 'arguments': arguments, 'events': ['log']}
        asked = Daemon.bytes_of('POST', '/v1/run', body, ['Berth-Affinity: %d' % kind, 'Accept: ' + accept])
        try:
            made = Daemon.connection(self.path, HANGS * PATIENCE)
        except (ConnectionRefusedError, FileNotFoundError):
            return None
        with made:
            try:
                Daemon.send(made, asked)
            except (BrokenPipeError, ConnectionResetError):
                pass  # a daemon that is gone has taken none of it, or not all
            data = Daemon.read_all(made)
        return self.judge(number, data)

    def with_events(self, number, arguments, kind):
        return self.over_a_connection(number, arguments, kind, 'application/x-ndjson')

    def judge(self, number, data):
        """What came over a connection until its end."""
        reply = Reply(data)
        if not reply.whole and reply.fields.get('transfer-encoding') != 'chunked':
            assert data.count(b'HTTP/1.1 ') <= 1, data
            return 'connection, cut off'
        assert reply.status in (200, 429, 500, 503), data
        if reply.fields.get('transfer-encoding') != 'chunked':
            assert reply.rest == b'', data
            return 'connection, ' + (self.judge_answer(number, reply.json, None) if reply.status == 200
                                     else self.judge_error(number, reply.json['error']['message'], 12))
        assert data.count(b'\r\n0\r\n\r\n') == reply.whole and data.endswith(b'\r\n0\r\n\r\n') == reply.whole, data
        events = [json.loads(line) for line in reply.body.splitlines(True) if line.endswith(b'\n')]
        begun = [event for event in events if event['event'] == 'log' and 'begun' in event['text']]
        assert [event['text'] for event in begun] in ([], ['begun %d' % number]), events  # never made twice
        last = [event for event in events if event['event'] in ('answer', 'error')]
        assert len(last) == reply.whole and last == events[len(events) - len(last):], events
        if not last:
            return 'events, cut off'
        return 'events, ' + (self.judge_answer(number, last[0]['answer'], last[0]['exit_code'])
                             if last[0]['event'] == 'answer' else self.judge_error(number, last[0]['message'], 12))

    @staticmethod
    def judge_answer(number, answer, code):
        if 'error' in answer:
            return Callers.judge_error(number, answer['error']['message'], code)
        outcome = answer['outcome']
        assert code in (None, outcome['exit_code']), answer
        if outcome['cause'] != 'completed':
            # Its init, its interpreter or its zygote was killed, and the outcome says so.
            assert outcome['cause'] in ('signal', 'ended early', 'failed to start', 'interrupted'), answer
            assert outcome['exit_code'] != 0, answer
            return outcome['cause']
        assert [entry['Contents'] for entry in answer['entries']] == [str(number)], answer
        assert outcome['exit_code'] == 0, answer
        return 'warm answer' if answer.get('warm') else 'answer'

    @staticmethod
    def judge_error(number, text, code):
        assert code == 12 and text.strip(), (number, code, text)
        return re.sub(r'\d+', 'N', text.strip().splitlines()[-1])[:100]


def answers(daemon):
    """Whether one new call is answered as it should be."""
    reply = daemon.ask('POST', '/v1/run', {'item': {'code': "demisto.results('new')"}, 'image': IMAGE},
                       timeout=HANGS * PATIENCE)
    return reply.status == 200 and reply.whole and reply.json['entries'] != [] and \
        reply.json['entries'][-1]['Contents'] == 'new'


@pytest.fixture
def socket_removed(berth):
    """Also where the test ends early: a killed daemon leaves its own."""
    yield
    for path in glob.glob(os.path.join(berth.runtime, 'berth.sock*')):
        os.unlink(path)


def test_anything_dies_under_load(berth, host, socket_removed):
    print('seed', SEED)
    chance = random.Random(SEED)
    settings = berth.settings_with(WARM)
    daemon = Daemon(berth, settings=settings)
    daemon.wait_for_it()
    callers = Callers(berth, settings, daemon.path)
    kinds, killed, slowest = [], collections.Counter(), dict.fromkeys(KINDS, 0.0)
    threads = concurrent.futures.ThreadPoolExecutor(5)
    calls = (callers.from_the_command_line, callers.over_a_connection, callers.with_events) * 2
    running = [threads.submit(callers.run, call, random.Random(SEED + number)) for number, call in enumerate(calls[:5])]
    try:
        ends = time.monotonic() + SECONDS
        while time.monotonic() < ends and not any(one.done() for one in running):
            time.sleep(chance.uniform(0, 0.4))
            kinds = kinds or chance.sample(KINDS, len(KINDS))
            victims = sorted(pid for pid in victims_of(daemon)[kinds[-1]] if not is_dead(pid))
            if not victims:
                continue
            kind = kinds.pop()
            with contextlib.suppress(ProcessLookupError):
                os.kill(chance.choice(victims), signal.SIGKILL)
                killed[kind] += 1
            begun = time.monotonic()
            if kind == 'daemon':
                assert daemon.end(signal.SIGKILL).code == -signal.SIGKILL
                begun = time.monotonic()
                daemon = Daemon(berth, settings=settings)
                daemon.wait_for_it()
                assert answers(daemon), 'the first call after a restart'
            while not answers(daemon):
                assert time.monotonic() - begun < AT_ONCE * PATIENCE, kind
            slowest[kind] = max(slowest[kind], time.monotonic() - begun)
        # The last one dies with all that it is doing, and none comes after it.
        daemon.end(signal.SIGKILL)
    finally:
        callers.end.set()
        daemon.end(signal.SIGKILL)
        threads.shutdown()
    for one in running:
        one.result()
    begun = time.monotonic()
    # Its socket stays: it is nobody's, and the next daemon takes its place.
    while left := [one for one in host.leftovers() + host.held_leases() if daemon.path not in one]:
        assert time.monotonic() - begun < LEFT * PATIENCE, left
        time.sleep(0.02)
    settled = time.monotonic() - begun
    assert max(slowest.values()) < AT_ONCE * PATIENCE, slowest
    assert all(killed[kind] > 0 for kind in KINDS), killed
    good = sum(count for outcome, count in callers.outcomes.items() if outcome.endswith('answer'))
    assert good > sum(callers.outcomes.values()) / 2, callers.outcomes
    assert any(outcome.endswith('warm answer') for outcome in callers.outcomes), callers.outcomes
    assert berth.script("demisto.results('next')", settings=settings).value == 'next'
    with Daemon(berth, settings=settings) as daemon:
        assert answers(daemon)
        assert daemon.end(seconds=60 * PATIENCE).code == 0
    assert host.held_leases() == []
    figure('serve', 'killed at random under load (seed %d)' % SEED,
           ', '.join('%s %d' % (kind, killed[kind]) for kind in KINDS))
    figure('serve', 'the same: calls, of which answered; slowest new call after a restart, after other kills; until nothing was left',
           '%d, %d; %.2f s, %.2f s; %.2f s' % (sum(callers.outcomes.values()), good, slowest['daemon'],
                                              max(slowest[kind] for kind in KINDS[1:]), settled))
    print(dict(callers.outcomes))
