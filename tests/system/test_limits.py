"""What a call may use: memory, processors, space, descriptors."""
import os
import time

import pytest

from calls import PATIENCE
from figures import figure
from host import read
from inside import ATTEMPT

MIB = 1 << 20

EAT = '''
import time
held = []
for step in range(int(demisto.args()['mib']) // 16):
    held.append(b'\\1' * (16 << 20))
    demisto.log(str(time.monotonic()))
demisto.results(len(held) * 16)
'''


def test_k03_memory(berth):
    killed = berth.script(EAT, 'mib=4096')
    now = time.monotonic()
    assert (killed.cause, killed.code) == ('memory', 5), killed
    assert (killed.outcome['limit'], killed.outcome['raised_by']) == ('memory 1 GiB', '--memory')
    assert killed.outcome['oom_kills'] >= 1
    peak = killed.outcome['peak_memory_bytes']
    assert 0.98 * 1024 * MIB < peak <= 1024 * MIB
    late = now - float(killed.log('script')[-1])
    assert late < 1 * PATIENCE
    figure('K03', 'memory, and end after the last 16 MiB', '%.1f of 1024 MiB, %.2f s' % (peak / MIB, late))


def test_k03_raised(berth):
    assert berth.script(EAT, 'mib=160', '--memory', '128m').cause == 'memory'
    allowed = berth.script(EAT, 'mib=160', '--memory', '256m')
    assert (allowed.cause, allowed.value) == ('completed', '160'), allowed
    figure('K03', 'control, 160 MiB', 'memory at --memory 128m, completed at 256m')


def test_k03_a_child_dies_alone(berth):
    code = '''
import os
if os.fork() == 0:
    held = [b'\\1' * (16 << 20) for _ in range(64)]
    os._exit(0)
demisto.results(os.wait()[1])
'''
    answer = berth.script(code, '--memory', '128m')
    assert (answer.cause, answer.value, answer.outcome['oom_kills']) == ('completed', '9', 1), answer
    figure('K03', 'signal of the child; cause of the call', '%s; %s' % (answer.value, answer.cause))


SPIN = '''
import os, time
begun = time.monotonic()
end = begun + float(demisto.args()['seconds'])
for _ in range(8):
    if os.fork() == 0:
        while time.monotonic() < end:
            pass
        os._exit(0)
for _ in range(8):
    os.wait()
used = os.times()
demisto.results({'cpu': used.children_user + used.children_system, 'wall': time.monotonic() - begun})
'''


def cpus_used(berth, seconds, *options):
    answer = berth.script(SPIN, 'seconds=%s' % seconds, *options)
    assert answer.cause == 'completed', answer
    return answer.value['cpu'] / answer.value['wall']


def test_k07_processors(berth):
    for _ in range(5):
        usual = cpus_used(berth, 5)
        assert usual <= 1.05
        if usual > 0.3 * 1.2:
            break  # else the machine is busy beyond it, and shows nothing
    third = cpus_used(berth, 4, '--cpus', '0.3')
    assert third <= 0.3 * 1.05
    # The control: what stops 8 processes at 0.3 is the limit, for with a higher one they use more.
    assert usual > 0.3 * 1.2
    figure('K07', 'cpus used by 8 processes', '%.3f of 1.0, %.3f of 0.3' % (usual, third))


@pytest.mark.alone
def test_all_calls_weigh_as_much_as_the_processors(berth):
    """On a busy machine: by the kernel's rule a new group would get the time of one process, whatever it holds."""
    places = (('/sys/fs/cgroup/cpu/', 'cpu.shares', 1024), ('/sys/fs/cgroup/', 'cpu.weight', 100))
    top, file, of_one = next(place for place in places if os.path.exists(place[0] + 'cgroup.procs'))
    group = top + 'berth'
    if os.path.isdir(group):
        os.rmdir(group)
    assert berth.script('demisto.results(1)').cause == 'completed'
    assert int(read('%s/%s' % (group, file))) == of_one * os.sysconf('SC_NPROCESSORS_ONLN')
    with open('%s/%s' % (group, file), 'w') as weight:
        weight.write('77')
    assert berth.script('demisto.results(1)').cause == 'completed'
    assert int(read('%s/%s' % (group, file))) == 77  # what an operator sets stays
    os.rmdir(group)


WRITABLE = '''
def writable_mounts():
    found = []
    for line in open('/proc/self/mountinfo'):
        before, after = line.split(' - ')
        point, options = before.split()[4:6]
        if 'ro' not in options.split(','):
            found.append((point, after.split()[0]))
    return found
'''

FILL = ATTEMPT + WRITABLE + '''
import os
block = b'\\1' * (1 << 20)
filled = {}
for place in ('/tmp', '/var/tmp', '/dev/shm', '/home/demisto', '/work'):
    path, mib = place + '/fill', 0
    def write():
        global mib
        with open(path, 'wb', 0) as file:
            while mib < 400:
                mib += file.write(block) / (1 << 20)
    filled[place] = [attempt(write), os.stat(path).st_size]
    os.unlink(path)
folder, files = '/tmp/many', 0
os.mkdir(folder)
def make():
    global files
    for files in range(20000):
        os.close(os.open('%s/%d' % (folder, files), os.O_CREAT | os.O_WRONLY))
many = attempt(make)
for name in os.listdir(folder):
    os.unlink(folder + '/' + name)
def sparse():
    with open('/tmp/sparse', 'wb') as file:
        file.truncate(1 << 40)
        os.posix_fallocate(file.fileno(), 0, 1 << 40)
vast = attempt(sparse)
os.unlink('/tmp/sparse')
def deep():
    os.chdir('/tmp')
    for _ in range(int(demisto.args().get('deep') or 10000)):
        os.mkdir('d')
        os.chdir('d')
outside = [attempt(lambda: open(path, 'w'))
           for path in ('/etc/x', '/usr/x', '/x', '/dev/x', '/run/x', '/sys/x', '/var/x')]
demisto.results({'filled': filled, 'files': files, 'many': many, 'sparse': vast, 'deep': attempt(deep),
                 'outside': outside, 'mounts': writable_mounts()})
'''


def test_k08_disk(berth):
    value = berth.script(FILL).value
    for place, (error, size) in value['filled'].items():
        assert error == 'ENOSPC', place
        assert 120 * MIB < size <= 128 * MIB, place
    assert value['many'] == 'ENOSPC' and 15_900 < value['files'] < 16_000
    assert value['sparse'] == 'ENOSPC'
    assert value['deep'] == 'ok'  # and gone with the container
    assert set(value['outside']) == {'EROFS'}
    # Nothing that can be written to is on the host's disk.
    kinds = {kind for _, kind in value['mounts']}
    assert kinds <= {'tmpfs', 'proc', 'devpts'}, value['mounts']
    figure('K08', 'largest file, files', '%.1f of 128 MiB, %d of 16000; file systems that can be written to: %s'
           % (max(size for _, size in value['filled'].values()) / MIB, value['files'], ', '.join(sorted(kinds))))


def test_k08_raised(berth):
    settings = berth.settings_with('limits:\n  writable: 256m\n  writable_files: 30000\n')
    value = berth.script(FILL, settings=settings).value
    assert value['many'] == 'ok'
    sizes = [size for _, size in value['filled'].values()]
    assert min(sizes) > 240 * MIB
    figure('K08', 'control, writable 256m, writable_files 30000', '%.1f MiB, %d files'
           % (max(sizes) / MIB, value['files'] + 1))


DESCRIPTORS = ATTEMPT + '''
import resource, select, socket

def most(make):
    """How many descriptors `make` can make, and what ends it."""
    held, error = [], 'ok'
    try:
        while len(held) < 20000:
            made = make()
            held += made if isinstance(made, (list, tuple)) else [made]
    except OSError as problem:
        error = errno.errorcode[problem.errno]
    highest = max([fd.fileno() if hasattr(fd, 'fileno') else fd for fd in held])
    for fd in held:
        fd.close() if hasattr(fd, 'close') else os.close(fd)
    return [error, len(held), highest]

KINDS = {'open': lambda: os.open('/dev/null', os.O_RDONLY), 'socketpair': lambda: socket.socketpair(),
         'epoll': lambda: select.epoll(), 'eventfd': lambda: os.eventfd(0), 'memfd': lambda: os.memfd_create('x'),
         'pidfd': lambda: os.pidfd_open(os.getpid()), 'pipe': lambda: os.pipe()}
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
found = {kind: most(make) for kind, make in KINDS.items()}
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
found['open to the hard limit'] = most(KINDS['open'])

def in_flight():
    """Descriptors sent through a socket and never received count for no process."""
    left, right = socket.socketpair()
    left.setblocking(False)
    files, sent, sockets = [os.open('/dev/null', os.O_RDONLY) for _ in range(100)], 0, [left, right]
    try:
        while sent < 50000:
            try:
                socket.send_fds(sockets[-2], [b'x'], files)
                sent += len(files)
            except BlockingIOError:
                sockets += socket.socketpair()
                sockets[-2].setblocking(False)
    except OSError as problem:
        return [errno.errorcode[problem.errno], sent, 0]
    return ['ok', sent, 0]

found['in flight'] = in_flight()
try:
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard + 1))
    raised = 'ok'
except ValueError as problem:
    raised = str(problem)
demisto.results({'found': found, 'limits': [soft, hard], 'raised': raised})
'''


def open_files():
    with open('/proc/sys/fs/file-nr') as file:
        return int(file.read().split()[0])


def test_k09_descriptors(berth):
    before = open_files()
    value = berth.script(DESCRIPTORS, '--memory', '512m').value
    for kind, (error, _, highest) in value['found'].items():
        if kind == 'in flight':
            assert error == 'ETOOMANYREFS'
        else:
            assert error == 'EMFILE', kind
            limit = 8192 if 'hard' in kind else 1024
            assert limit - 2 <= highest <= limit - 1, kind
    assert value['limits'] == [1024, 8192]
    assert 'not allowed to raise' in value['raised']
    deadline = time.monotonic() + 5
    while open_files() > before + 2000 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert open_files() <= before + 2000
    figure('K09', 'highest descriptor, soft and hard; in flight', '%d of 1024, %d of 8192; %d'
           % (value['found']['open'][2] + 1, value['found']['open to the hard limit'][2] + 1,
              value['found']['in flight'][1]))


def test_k09_raised(berth):
    settings = berth.settings_with('limits:\n  open_files: 2000\n  open_files_hard: 9000\n')
    value = berth.script(DESCRIPTORS, settings=settings).value
    assert value['limits'] == [2000, 9000]
    assert value['found']['open'][2] == 1999
    assert value['found']['open to the hard limit'][2] == 8999
    figure('K09', 'control, open_files 2000 and 9000', '%d, %d'
           % (value['found']['open'][2] + 1, value['found']['open to the hard limit'][2] + 1))
