"""The questions that hardening checks ask of a container, answered from inside by ordinary means, with no setting touched."""
from figures import figure

QUESTIONS = '''
import os, resource, socket, time

def text(*paths):
    for path in paths:
        try:
            with open(path) as file:
                return file.read().strip()
        except OSError:
            pass
    return ''

def memory():
    """The limit as the cgroup shows it, and what happens past it to a child."""
    shown = int(text('/sys/fs/cgroup/memory/memory.limit_in_bytes', '/sys/fs/cgroup/memory.max'))
    child = os.fork()
    if child == 0:
        held = bytearray(shown + (64 << 20))
        for at in range(0, len(held), 4096):
            held[at] = 1
        os._exit(0)
    return [shown, os.waitpid(child, 0)[1]]

def processes():
    shown = int(text('/sys/fs/cgroup/pids/pids.max', '/sys/fs/cgroup/pids.max'))
    children = []
    try:
        for _ in range(2000):
            child = os.fork()
            if child == 0:
                time.sleep(60)
                os._exit(0)
            children.append(child)
        refused = False
    except BlockingIOError:
        refused = True
    for child in children:
        os.kill(child, 9)
        os.waitpid(child, 0)
    return [shown, refused, len(children)]

def cpus():
    quota = text('/sys/fs/cgroup/cpu/cpu.cfs_quota_us')
    if quota:
        return int(quota) / int(text('/sys/fs/cgroup/cpu/cpu.cfs_period_us'))
    quota, period = text('/sys/fs/cgroup/cpu.max').split()
    return int(quota) / int(period)

def reaches(address):
    try:
        with socket.create_connection((address, 80), timeout=2):
            return True
    except OSError:
        return False

demisto.results({
    'uid': os.getuid(), 'gid': os.getgid(), 'groups': os.getgroups(), 'memory': memory(), 'processes': processes(),
    'cpus': cpus(), 'descriptors': list(resource.getrlimit(resource.RLIMIT_NOFILE)),
    'metadata': [address for address in ('169.254.169.254', 'fd00:ec2::254') if reaches(address)],
    'can become root': os.path.exists('/proc/self/status') and 'NoNewPrivs:\\t0' in text('/proc/self/status'),
    'writable root': os.access('/', os.W_OK) or os.access('/etc', os.W_OK), 'seccomp': 'Seccomp:\\t2' in text('/proc/self/status'),
})
'''


def test_every_question_is_answered_well(berth):
    answer = berth.script(QUESTIONS)
    assert answer.cause == 'completed', answer
    said = answer.value
    assert (said['uid'], said['gid'], said['groups']) == (4000, 4000, [])
    assert said['memory'] == [1 << 30, 9]  # a child past the limit is killed, and it alone
    assert said['processes'][0] == 256 and said['processes'][1] and said['processes'][2] <= 256
    assert said['cpus'] == 1.0
    assert said['descriptors'] == [1024, 8192]
    assert said['metadata'] == []
    assert not said['can become root'] and not said['writable root'] and said['seccomp']
    figure('hardening', 'uid; memory; processes; cpus; descriptors; metadata',
           '%d; %d MiB; %d; %.1f; %s; unreachable' % (said['uid'], said['memory'][0] >> 20, said['processes'][0],
                                                      said['cpus'], said['descriptors']))


def test_the_answers_follow_the_limits(berth):
    """The control: with other limits the same questions are answered otherwise."""
    said = berth.script(QUESTIONS, '--memory', '256m', '--pids', '64', '--cpus', '0.5').value
    assert (said['memory'][0], said['processes'][0], said['cpus']) == (256 << 20, 64, 0.5)
    open_wide = berth.script(QUESTIONS.replace("'memory': memory(), ", ''),
                             leave_out=['capabilities', 'seccomp']).value
    assert open_wide['uid'] == 0 and not open_wide['seccomp']
    figure('hardening', 'control: uid without capabilities; memory, processes, cpus with other limits',
           '%d; %d MiB, %d, %.1f' % (open_wide['uid'], said['memory'][0] >> 20, said['processes'][0], said['cpus']))
