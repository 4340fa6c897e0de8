"""Where Berth's groups lie, and what it says when there is no place for them: on version 2, found by doing.

Each probe makes the surroundings of another machine: a group that is delegated, a container's own namespace, a mount
that cannot be written to. They need a whole hierarchy of version 2 at /sys/fs/cgroup; tests/vm has one.
"""
import json
import os
import subprocess
import sys

import pytest

import needs
from calls import BERTH
from figures import figure
from host import read

pytestmark = pytest.mark.alone

TOP = '/sys/fs/cgroup/'
PLACE = '''
import os
demisto.results({'own': open('/proc/self/cgroup').read().strip(),
                 'shown': sorted(os.listdir('/sys/fs/cgroup')),
                 'memory': open('/sys/fs/cgroup/memory.max').read().strip(),
                 'swap': open('/sys/fs/cgroup/memory.swap.max').read().strip()})
'''
# Runs a program in the group that it is given, with no other process in it.
ENTER = 'import os, sys; open(sys.argv[1] + "/cgroup.procs", "w").write("0"); os.execv(sys.argv[2], sys.argv[2:])'
SLOW = "import time\ntime.sleep(3)\ndemisto.results('slept')"


@pytest.fixture(autouse=True)
def version2():
    reason = needs.missing_cgroup2()
    if reason:
        (pytest.fail if needs.required('cgroup2') else pytest.skip)("the machine lacks 'cgroup2': " + reason)


@pytest.fixture
def group():
    """A group with what the top one has, as an operator makes one; gone afterwards with all below it."""
    path = TOP + 'berth-test-%d' % os.getpid()
    with open(TOP + 'cgroup.subtree_control', 'w') as control:
        control.write('+memory +pids +cpu')
    os.mkdir(path)
    yield path
    for folder, _, _ in os.walk(path, topdown=False):
        os.rmdir(folder)


def run_in(group, berth, code, *how):
    """`berth run`, started in `group` by a program that becomes it; (exit code, answer, what it said)."""
    path = berth.write('scripts/placed.py', code)
    argv = [sys.executable, '-c', ENTER, group, *how, BERTH, 'run', path, '--image', 'python3', '--json']
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=berth.environment(), timeout=120)
    return done.returncode, json.loads(done.stdout), done.stderr.decode()


def value_of(answer):
    return json.loads(answer['entries'][-1]['Contents'])


def groups_during(berth, group):
    """The folders of `group` in which there are processes while a call that is started in it runs."""
    path = berth.write('scripts/slow.py', SLOW)
    argv = [sys.executable, '-c', ENTER, group, BERTH, 'run', path, '--image', 'python3', '--json']
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=berth.environment()) as running:
        held = set()
        while running.poll() is None and not any('/berth/' in folder for folder in held):
            held = {folder for folder, _, _ in os.walk(TOP) if folder != TOP and read(folder + '/cgroup.procs')}
        answer = json.loads(running.communicate()[0])
    assert answer['outcome']['cause'] == 'completed', answer
    return held


def test_top_of_the_hierarchy(berth):
    value = berth.script(PLACE).value
    assert value['own'] == '0::/', value  # a namespace of its own
    assert (value['memory'], value['swap']) == (str(1 << 30), '0')
    assert 'cgroup.procs' in value['shown'] and 'berth' not in value['shown']
    passed_on = set(read(TOP + 'berth/cgroup.subtree_control').split())
    assert passed_on >= {'memory', 'pids', 'cpu'}, passed_on
    figure('cgroup v2', 'controllers of our groups', ' '.join(sorted(passed_on)))


def test_controllers_that_are_not_passed_on_yet(berth):
    os.rmdir(TOP + 'berth')
    with open(TOP + 'cgroup.subtree_control', 'w') as control:
        control.write('-memory -pids -cpu')
    assert berth.script(PLACE).cause == 'completed'
    assert set(read(TOP + 'cgroup.subtree_control').split()) >= {'memory', 'pids', 'cpu'}


def test_delegated_group(berth, group):
    os.setxattr(group, 'trusted.delegate', b'1')
    held = groups_during(berth, group)
    inside = [folder for folder in held if folder.startswith(group + '/berth/')]
    assert len(inside) == 1 and group + '/berth.self' in held and group not in held, held
    # Beside it a group that nobody has delegated: ours lie at the top.
    os.removexattr(group, 'trusted.delegate')
    assert not [folder for folder in groups_during(berth, TOP + 'berth-test-%d/berth.self' % os.getpid())
                if folder.startswith(group + '/berth/')]
    figure('cgroup v2', 'groups in a delegated one, and in one that is not', '1, 0')


CONTAINER = ['/usr/bin/unshare', '--cgroup', '--mount', '/bin/sh', '-c',
             'umount /sys/fs/cgroup && mount -t cgroup2 -o %s cgroup2 /sys/fs/cgroup && %s "$@"', 'sh']


def container(options='rw', then='exec'):
    return CONTAINER[:5] + [CONTAINER[5] % (options, then)] + CONTAINER[6:]


def test_namespace_of_a_container(berth, group):
    code, answer, said = run_in(group, berth, PLACE, *container())
    assert code == 0, said
    assert value_of(answer)['own'] == '0::/' and os.path.isdir(group + '/berth.self'), answer


def test_namespace_in_which_others_are(berth, group):
    # The shell stays in the group, as the first process of a container does.
    code, answer, said = run_in(group, berth, PLACE, *container(then='sleep 0;'))
    assert code == 11 and "pass controller 'memory' on in /sys/fs/cgroup/cgroup.subtree_control: the group holds 1 " \
        "other processes" in said and 'systemd-run --scope' in said, said
    # What it says is enough: with the others in a group below, the same runs.
    aside = 'mkdir /sys/fs/cgroup/others && echo $$ >/sys/fs/cgroup/others/cgroup.procs &&'
    code, answer, said = run_in(group, berth, PLACE, *container(then=aside))
    assert code == 0 and value_of(answer)['own'] == '0::/', said


def test_read_only_mount(berth, group):
    code, _, said = run_in(group, berth, PLACE, *container('ro'))
    assert code == 11 and "'memory': it is mounted read-only at '/sys/fs/cgroup'" in said, said


def test_controller_that_is_not_handed_down(berth, group):
    inner = group + '/inner'
    with open(group + '/cgroup.subtree_control', 'w') as control:
        control.write('+memory +pids')
    os.mkdir(inner)
    code, _, said = run_in(inner, berth, PLACE, *container())
    assert code == 11 and "'cpu': it is not handed down to '/sys/fs/cgroup'" in said and 'Delegate=cpu' in said, said
    assert "'memory'" not in said and "'pids'" not in said, said


def test_mounted_elsewhere(berth, group):
    elsewhere = ['/usr/bin/unshare', '--mount', '/bin/sh', '-c',
                 'mkdir -p /run/elsewhere && umount /sys/fs/cgroup && mount -t cgroup2 cgroup2 /run/elsewhere && '
                 'mount -t tmpfs tmpfs /sys/fs/cgroup && exec "$@"', 'sh']
    code, answer, said = run_in(group, berth, PLACE, *elsewhere)
    assert code == 0 and value_of(answer)['memory'] == str(1 << 30), said
