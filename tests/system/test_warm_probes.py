"""The probes of a hostile script on the wire (P01 to P20), once more: in warm calls, through a daemon.

The tests are those of the other files, with a `berth` whose scripts, and a `room` whose items, have a zygote before the
call that counts; each asserts that it was warm. P02 and P03 are in test_warm_state.py, and P01 to P12 of
`berth escape-test` in test_escape.py.
"""
import json
import os

import pytest

from calls import IMAGE, PATIENCE
from figures import figure
from host import read
from serve import Daemon, Reply
from test_bounds import test_p17_a_gigabyte, test_p17_many_updates, test_p17_odd_keys
from test_commands import (test_p14_budget, test_p14_cycle, test_p14_depth, test_p15_admin_commands,
                           test_p15_another_investigation, test_p15_calls_of_the_other_kind)
from test_exceptions import test_p12_named_outcome
from test_processes import test_p11_ends
from test_protocol import (test_p01_forged_frames, test_p04_a_byte_at_a_time, test_p04_many_short_lines,
                           test_p04_one_long_line, test_p05_half_a_line, test_p05_two_writers, test_p06_bytes,
                           test_p07_a_million_keys, test_p07_json, test_p07_many_keys,
                           test_p08_lines_that_are_no_message, test_p08_requests, test_p08_requests_in_flight,
                           test_p10_closed_descriptors)
from test_secrets import test_p20_debug_mode, told
from test_taken_files import test_p16_files_of_others, test_p18_files_that_are_saved
from war_room import WarRoom
from warm import WARM, at_rest, children_of, run, until, value, zygote_processes, zygotes

pytestmark = pytest.mark.third_lane

# In front of a probe: the call that begins its zygote does nothing of it.
GATE = "import sys\nif 'probe' not in demisto.args():\n    sys.exit()\n"


def forget_peaks(pids):
    for pid in pids:
        with open('/proc/%d/clear_refs' % pid, 'w') as file:
            file.write('5')


def peak_bytes(pids):
    lines = [line.split() for pid in pids for line in read('/proc/%d/status' % pid).splitlines()]
    return max(int(line[1]) * 1024 for line in lines if line[0] == 'VmHWM:')


class WarmScripts:
    """Berth.script(), where the call that counts has a child of a zygote. Its memory is that of the largest of client,
    worker and daemon."""

    def __init__(self, berth):
        self._berth = berth
        self._cold = berth.script
        self._count = 0
        self.settings = berth.settings_with(WARM)

    def __call__(self, code, *argv, **how):
        if how.get('leave_out'):
            return self._cold(code, *argv, **how)
        self._count += 1
        path = self._berth.write('scripts/warm%d.py' % self._count, GATE + code)
        return self.run(path, *argv, **how)

    def run(self, path, *argv, seconds=60, **how):
        words = ('run', path, '--image', IMAGE, '--json', *argv)
        with Daemon(self._berth, settings=self.settings) as daemon:
            begun = self._berth(*words, settings=self.settings, **how)
            assert 'warm' not in begun.json, begun
            until(lambda: zygotes(daemon))
            pids = [worker['pid'] for worker in at_rest(daemon)] + [daemon.pid]
            forget_peaks(pids)
            answer = self._berth(*words, 'probe=1', seconds=seconds, settings=self.settings, **how)
            assert answer.json.get('warm') is True, answer
            answer.peak_bytes = max(answer.peak_bytes, peak_bytes(pids))
        return answer


@pytest.fixture(autouse=True)
def warm_scripts(berth, monkeypatch):
    made = WarmScripts(berth)
    monkeypatch.setattr(berth, 'script', made)
    return made


class WarmRoom(WarRoom):
    """A server whose daemon keeps a zygote ready for each script and each instance. It is begun anew before a line is
    executed when one of them, or a setting, is new."""

    def __init__(self, berth):
        super().__init__(berth)
        self._usual = read(self.settings)
        self._wishes = []
        self._expected = 0
        self._daemon = None

    def end(self):
        self._stop()
        super().end()

    def _stop(self):
        if self._daemon is not None:
            self._daemon.end()
        self._daemon = None

    def settings_with(self, text):
        self._stop()
        self._usual += text

    def script(self, name, *rest, **how):
        self._stop()
        self._wishes.append(name)
        self._expected += 1
        return super().script(name, *rest, **how)

    def integration(self, name, code, commands=(), *rest, **how):
        self._stop()
        self._wishes.append('%s %s' % (name, commands[0]))
        return super().integration(name, code, commands, *rest, **how)

    def add(self, *words):
        self._stop()
        self._expected += 1
        return super().add(*words)

    def daemon(self):
        if self._daemon is None:
            with open(self.settings, 'w') as file:
                file.write(self._usual + WARM + 'serve: {instances: off, prewarm: %s}\n' % json.dumps(self._wishes))
            self._daemon = Daemon(self.berth, settings=self.settings)
            self._daemon.wait_for_it()
            until(lambda: len({zygote['key'] for zygote in zygotes(self._daemon)}) == self._expected)
        return self._daemon

    def __call__(self, *argv, **how):
        if argv[0] == 'run':
            return self._run(*argv[1:], **how)
        if argv[0] != 'exec':
            return super().__call__(*argv, **how)
        pids = [worker['pid'] for worker in at_rest(self.daemon())] + [self._daemon.pid]
        forget_peaks(pids)
        answer = super().__call__(*argv, **how)
        calls = [call for call in answer.json['answers'] if 'outcome' in call] if '--json' in argv else []
        assert all(call.get('warm') for call in calls), answer
        answer.peak_bytes = max([answer.peak_bytes, peak_bytes(pids)])
        return answer

    def _run(self, path, *argv, **how):
        """A script in a file, behind the gate: the first call begins its zygote."""
        gated = self.berth.write(os.path.join(self._name, 'gated.py'), GATE + read(path))
        daemon = self.daemon()
        before = {zygote['key'] for zygote in zygotes(daemon)}
        super().__call__('run', gated, *argv, **how)
        until(lambda: {zygote['key'] for zygote in zygotes(daemon)} - before)
        pids = [worker['pid'] for worker in at_rest(daemon)] + [daemon.pid]
        forget_peaks(pids)
        answer = super().__call__('run', gated, *argv, 'probe=1', **how)
        assert answer.json.get('warm') is True, answer
        answer.peak_bytes = max([answer.peak_bytes, peak_bytes(pids)])
        return answer


@pytest.fixture
def room(berth):
    made = WarmRoom(berth)
    yield made
    made.end()


# --- P19: another way than that of the command line, whose output is read by nobody --------------------------------

LOUD = """import os
for number in range(20):
    demisto.results(str(number) * (1 << 20))
demisto.results('the end')
if os.fork() == 0:
    while True:
        pass
"""


def test_p09_markers_of_errors_in_data(berth):
    """What marks an error on the original's only channel is data here: going in, in an answer to the script, coming out."""
    with Daemon(berth, settings=berth.settings_with(WARM)) as daemon:
        code = "demisto.executeCommand('Set', {'key': 'k', 'value': demisto.args()['a']})\n" \
               "demisto.results(demisto.args()['a'])"
        for data in 'a$$##b', '$$##not today', '$$##', 'x\n$$##\ny':
            for _ in range(2):
                answer = run(daemon, code, arguments=['a=' + data])
                assert (value(answer), answer['context']) == (data, {'k': data}), answer
            assert answer['warm']
    figure('P09', 'warm calls whose data with markers arrived otherwise', '0 of 8')


def test_p19_a_client_that_does_not_read(berth):
    """Its worker waits; the process that has answered does not live on for that, nor does anybody else wait."""
    with Daemon(berth, settings=berth.settings_with(WARM)) as daemon:
        for _ in range(2):
            run(daemon, LOUD, affinity='loud')
        (worker,) = at_rest(daemon)
        (zygote,) = zygote_processes(daemon)
        forget_peaks([worker['pid'], daemon.pid])
        with daemon.connect(timeout=60 * PATIENCE) as made:
            body = {'item': {'code': LOUD}, 'image': IMAGE}
            daemon.send(made, daemon.bytes_of('POST', '/v1/run', body, ['Berth-Affinity: loud']))
            head = made.recv(20)  # the answer has begun
            until(lambda: not children_of(zygote))
            answer = run_beside(daemon)
            assert daemon.calls()[0]['state'] == 'running'
            peak = peak_bytes([worker['pid'], daemon.pid])
            reply = Reply(head + daemon.read_all(made))
        assert reply.whole and reply.json['warm'] and len(reply.json['entries']) == 21
        assert reply.json['entries'][-1]['Contents'] == 'the end'
        at_rest(daemon)
    assert peak < 256 << 20 and value(answer) == 'beside'
    figure('P19', 'memory of worker and daemon while nobody reads the answer of 20 MiB of a warm call; its processes',
           '%.0f MiB; gone' % (peak / (1 << 20)))


def run_beside(daemon):
    reply = daemon.ask('POST', '/v1/run', {'item': {'code': "demisto.results('beside')"}, 'image': IMAGE},
                       ['Berth-Affinity: beside'])
    assert reply.status == 200, reply.body
    return reply.json
