"""K18: each number of the system call table, called in a container, beside what was reviewed and what the policy says.

golden/syscalls_x86_64.txt is from a real run: number, name, and `passes`, `EPERM`, `ENOSYS` or how the caller was killed.
BERTH_ACCEPT=1 rewrites it.
"""
import json
import os
import platform
import re

import pytest

from calls import ROOT
from figures import figure

pytestmark = pytest.mark.skipif(platform.machine() != 'x86_64', reason='system call numbers of x86_64')

GOLDEN = os.path.join(ROOT, 'tests', 'system', 'golden', 'syscalls_x86_64.txt')
ALLOWED = os.path.join(ROOT, 'tests', 'container', 'golden', 'allowed_syscalls.txt')
HEADER = '/usr/include/x86_64-linux-gnu/asm/unistd_64.h'

# Allowed by the policy, and refused by the kernel itself whatever the arguments are.
BY_THE_KERNEL = {'setgroups': 'EPERM', 'set_thread_area': 'ENOSYS', 'get_thread_area': 'ENOSYS'}
# The kernel lets these pass by any filter; they answer only to probes that the kernel itself has set.
PAST_THE_FILTER = {335, 336}


def names():
    with open(HEADER) as header:
        return {int(number): name for name, number in re.findall(r'#define __NR_(\w+) (\d+)', header.read())}


@pytest.fixture(scope='module')
def table(berth):
    """The outcomes by number, with the filter and without."""
    report, = berth('escape-test', '--only', 'K18', '--json').json['probes']
    assert report['verdict'] == 'holds', report.get('reason')
    guarded, control = [json.loads(run['facts']['table']) for run in report['runs']]
    return guarded, control


def test_k18_the_golden_list(table):
    known = names()
    guarded, control = table
    lines = ['%d %s %s' % (number, known.get(number, '-'), said) for number, said in enumerate(guarded)
             if number not in PAST_THE_FILTER]
    if os.environ.get('BERTH_ACCEPT') == '1':
        os.makedirs(os.path.dirname(GOLDEN), exist_ok=True)
        with open(GOLDEN, 'w') as file:
            file.write('\n'.join(lines) + '\n')
        pytest.skip('BERTH_ACCEPT=1: rewrote ' + GOLDEN)
    with open(GOLDEN) as file:
        assert lines == file.read().splitlines(), 'if that is meant, run this test with BERTH_ACCEPT=1'
    figure('K18', 'of %d numbers pass with the filter, without it' % len(guarded),
           '%d, %d' % (guarded.count('passes'), control.count('passes')))


def test_k18_the_policy(table):
    """What passes is what container/syscall_policy.cc allows by name, and nothing else."""
    with open(ALLOWED) as file:
        allowed = {line.strip().replace('(...)', '') for line in file}
    known = names()
    guarded, control = table
    passed = {number for number, said in enumerate(guarded) if said == 'passes'} - PAST_THE_FILTER
    by_policy = {number for number, name in known.items()
                 if name in allowed and BY_THE_KERNEL.get(name) != guarded[number]}
    assert passed == by_policy, sorted(known.get(number, number) for number in passed ^ by_policy)
    # Allowed names that this header does not have are of other architectures.
    only_here = {number for number, said in enumerate(control) if said == 'passes'} - passed - PAST_THE_FILTER
    figure('K18', 'calls that only the filter keeps from the kernel', len(only_here))
    assert len(only_here) >= 40
