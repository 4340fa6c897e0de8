"""`berth escape-test`: every probe of probes/, with all guards, weaker, and with a look at the host afterwards.

The probes of K, N, P and S that need something from outside (an image with links, the program killed) stand in the other
files. What each expects is declared in its file, and judged by the program; here its report is read, and it is shown
that the report can say no.
"""
import os
import re
import signal
import time

import pytest

from calls import BERTH, PATIENCE, ROOT, Running
from figures import figure

pytestmark = pytest.mark.third_lane

FOLDER = os.path.join(ROOT, 'probes')


def declared():
    """{id: whether it is in the quick set}"""
    found = {}
    for name in os.listdir(FOLDER):
        if name.endswith('.py') and name != 'inside.py':
            with open(os.path.join(FOLDER, name)) as file:
                text = file.read()
            found[re.search(r'^id: (\w+)$', text, re.MULTILINE).group(1)] = '\nquick: yes\n' in text
    return found


PROBES = declared()


@pytest.fixture(scope='module')
def quick(berth):
    """The report of the quick set, run once."""
    return berth('escape-test', '--quick', '--json', seconds=60 * PATIENCE)


def shown(run):
    return ' '.join(run['seen'].split())[:110]


@pytest.mark.parametrize('probe', sorted(PROBES))
def test_probe(berth, quick, probe):
    answer = quick if PROBES[probe] else berth('escape-test', '--only', probe, '--json', seconds=300)
    (report,) = [one for one in answer.json['probes'] if one['id'] == probe]
    assert report['verdict'] == 'holds', report.get('reason')
    controls = [run for run in report['runs'] if 'control' in run]
    assert controls and len(controls) < len(report['runs'])
    for run in report['runs']:
        assert run['as_expected'] and run['left_on_host'] == [] and run['wrong'] == []
        figure(probe, 'control, ' + run['control'] if 'control' in run else 'with every guard', shown(run))
    figure(probe, 'seconds', '%.1f' % report['seconds'])


def test_quick_set(quick):
    assert sorted(one['id'] for one in quick.json['probes']) == sorted(one for one in PROBES if PROBES[one])
    assert (quick.code, quick.json['holds'], quick.json['broken'], quick.json['unproven']) == (0, 30, 0, 0), quick
    assert quick.seconds < 60 * PATIENCE
    figure('escape-test', 'the quick set of 30', '%.1f of 60 s' % quick.seconds)


@pytest.fixture(scope='module')
def warm(berth):
    """The report of all of them in warm calls, run once."""
    return berth('escape-test', '--warm', '--json', seconds=300 * PATIENCE)


@pytest.mark.parametrize('probe', sorted(PROBES))
def test_probe_in_warm_calls(warm, probe):
    """The same, where each call with every guard has a child of a zygote: one that has not is no call of the probe."""
    assert warm.json['warm'] is True
    (report,) = [one for one in warm.json['probes'] if one['id'] == probe]
    assert report['verdict'] == 'holds', report.get('reason')
    for run in report['runs']:
        assert run['as_expected'] and run['left_on_host'] == [] and run['wrong'] == []
        if 'control' not in run:
            figure(probe, 'in warm calls, with every guard', shown(run))


def test_table(berth):
    answer = berth('escape-test', '--only', 'K05,K17')
    assert answer.code == 0, answer
    lines = answer.out.splitlines()
    assert lines[0].split() == ['PROBE', 'EXPECTED', 'SEEN', 'CONTROL', 'VERDICT', 'TIME']
    assert [line.split()[0] for line in lines[1:3]] == ['K05', 'K17'] and ' holds ' in lines[1]
    assert len(lines) == 4 and lines[3].startswith('2 hold, 0 broken, 0 unproven, in '), lines[3]


def test_a_missing_guard_is_found(berth):
    """The report of a program without its filter."""
    answer = berth('escape-test', '--only', 'K14,K17,K05', '--json', leave_out=['seccomp', 'capabilities'])
    assert answer.code == 1
    verdicts = {report['id']: report['verdict'] for report in answer.json['probes']}
    assert verdicts == {'K05': 'holds', 'K14': 'broken', 'K17': 'broken'}, verdicts
    assert (answer.json['holds'], answer.json['broken'], answer.json['unproven']) == (1, 2, 0)
    figure('escape-test', 'without seccomp and capabilities: K14, K17; exit', 'broken, broken; 1')


def test_a_control_that_does_not_get_through(berth):
    """Where the machine's own limit is as low as ours, a probe proves nothing, and is not passed."""
    argv = ['prlimit', '--memlock=65536:65536', BERTH, 'escape-test', '--only', 'K06', '--json']
    limited = Running(argv, berth.environment()).wait(60)
    (report,) = limited.json['probes']
    assert (limited.code, report['verdict']) == (1, 'unproven'), report
    assert report['reason'].startswith('control, without resource_limits: mlock 1 MiB'), report
    figure('escape-test', 'K06 where memory cannot be locked anyway; exit', 'unproven; 1')


@pytest.mark.parametrize('argv, said', [
    (('--only', 'K99'), "no probe is called 'K99'"),
    (('--only', ','), 'name probes, with commas between'),
    (('--image', 'nothing:1'), 'nothing:1'),
    (('--strange',), 'strange'),
])
def test_usage(berth, argv, said):
    answer = berth('escape-test', *argv)
    assert answer.code == 2 and said in answer.err, answer


def test_list(berth):
    listed = berth('escape-test', '--list', '--json').json['probes']
    assert {one['id'] for one in listed} == set(PROBES)
    assert sum(one['quick'] for one in listed) == 30
    assert all('demisto.results' in one['program'] for one in listed)
    text = berth('escape-test', '--list')
    assert text.code == 0 and len(text.out.splitlines()) == len(PROBES) + 1


def test_interrupted(berth):
    running = berth.begin('escape-test', '--only', 'P03')
    time.sleep(1)
    running.signal(signal.SIGINT)
    answer = running.wait(30)
    assert answer.code == 130 and answer.out == '', answer
