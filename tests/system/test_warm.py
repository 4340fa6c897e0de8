"""Calls that come again in one process of ours: each in a child of a zygote, as isolated as in a container of its own.

The first call of a script has a container of its own; the next ones are forked. Which it was, a script can tell: the
parent of a zygote's child is not in its pid namespace.
"""
import json
import os
import signal
import subprocess
import sys
import time

from calls import PATIENCE
from figures import figure
from host import read
from inside import TIMES_IN_MEMORY
from war_room import UNTIL_WARM

# Runs the script `name` for each of `rows` of arguments, and gives what each answered.
OUTER = """import json
answers = []
for row in json.loads(demisto.args()['rows']):
    answers.append([entry['Contents'] for entry in demisto.executeCommand(%r, row)])
demisto.results(json.dumps(answers))
"""
IS_WARM = "os.getppid() == 0"


def turn_on(room, switch='on'):
    """Or off: the last word counts."""
    with open(room.settings) as file:
        lines = [line for line in file.read().splitlines(True) if not line.startswith('calls:')]
    with open(room.settings, 'w') as file:
        file.write(''.join(lines) + 'calls: {warm: %s}\n' % switch)


def again(room, name, code, rows, arguments=(), options=(), seconds=120):
    """What `code` answered for each of `rows`, run as a script that another one calls; the first is cold."""
    turn_on(room)
    room.script(name, code, arguments)
    room.script('Outer' + name, OUTER % name, ['rows'])
    answer = room.exec('!Outer%s rows=`%s`' % (name, json.dumps(rows)), *options, seconds=seconds * PATIENCE)
    assert answer.code == 0, answer
    return json.loads(answer.value)


FACTS = r"""import glob, json, os, resource, socket, sys
def text(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError as error:
        return str(error.errno)
status = {line.split(':')[0]: line.split(':')[1].split() for line in text('/proc/self/status').splitlines()}
def writes(path):
    try:
        with open(path, 'w'):
            return 'written'
    except OSError as error:
        return error.errno
def fails(call):
    try:
        return call() or 'done'
    except OSError as error:
        return error.errno
facts = {
    'ids': [os.getresuid(), os.getresgid(), os.getgroups()],
    'privileges': [status[key] for key in ('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb', 'NoNewPrivs', 'Seccomp')],
    'place': [os.getcwd(), os.listdir('.'), os.umask(0o22), os.getsid(0) == os.getpid()],
    'limits': [resource.getrlimit(number) for number in range(16) if number != resource.RLIMIT_AS],
    'environment': dict(os.environ),
    'folders': {path: sorted(os.listdir(path)) for path in ('/', '/tmp', '/var/tmp', '/dev', '/dev/shm', '/dev/pts',
                                                            '/home/demisto', '/sys/fs/cgroup')},
    'processes': sorted(name for name in os.listdir('/proc') if name.isdigit()),
    'descriptors': sorted([fd, os.readlink('/proc/self/fd/' + str(fd)).split(':')[0]] for fd in range(1024)
                          if os.path.lexists('/proc/self/fd/' + str(fd))),
    'proc': {path: len(text(path)) for path in ('/proc/kcore', '/proc/keys', '/proc/timer_list', '/proc/interrupts',
                                                '/proc/kallsyms', '/proc/sysrq-trigger', '/proc/kmsg')},
    'proc folders': {path: os.listdir(path) for path in ('/proc/acpi', '/proc/scsi') if os.path.isdir(path)},
    'writes': {path: writes(path) for path in ('/proc/sys/kernel/hostname', '/proc/sys/net/ipv4/ip_forward', '/x', '/run/x',
                                               '/run/berth/x', '/etc/x', '/dev/x', '/usr/x', '/sys/x',
                                               '/sys/fs/cgroup/memory/memory.limit_in_bytes',
                                               '/sys/fs/cgroup/memory.max')},
    'interfaces': sorted(name for _, name in socket.if_nameindex()),
    'loopback': fails(lambda: socket.create_server(('127.0.0.1', 8765)).close()),
    'host name': socket.gethostname(),
    'cgroup': text('/proc/self/cgroup').replace('\n', ' '),
    'cgroup limits': {path: text(path).strip() for path in glob.glob('/sys/fs/cgroup/memory/memory.limit_in_bytes') +
                      glob.glob('/sys/fs/cgroup/cpu/cpu.cfs_quota_us') + glob.glob('/sys/fs/cgroup/pids/pids.max') +
                      glob.glob('/sys/fs/cgroup/memory.max') + glob.glob('/sys/fs/cgroup/cpu.max')},
    'mounts': sorted(set(line.split()[4] for line in text('/proc/self/mountinfo').splitlines())),
    'modules': sorted(name for name in sys.modules if name.startswith(('loop', 'zygote', 'CommonServer'))),
    'paths': sys.path,
    'name': [__name__, sys.argv, sys.flags.isolated, (lambda: 0).__code__.co_filename],
    'dumpable': os.stat('/proc/self/stat').st_uid,
    'signals': [status[key] for key in ('SigBlk', 'SigIgn', 'SigCgt')],
}
demisto.results(json.dumps([facts, %s]))
""" % IS_WARM


def test_a_child_finds_what_a_container_has(room):
    cold, *warm = [json.loads(answer[0]) for answer in again(room, 'Facts', FACTS, [{}] * 4)]
    assert [cold[1]] + [one[1] for one in warm] == [False, True, True, True]
    for facts, _ in warm:
        different = {key: (cold[0][key], facts[key]) for key in facts if facts[key] != cold[0][key]}
        assert different == {}, different
    figure('S', 'facts of a zygote\'s child that differ from those of a container', '0 of %d' % len(cold[0]))


LEAVE = r"""import ctypes, json, os, signal, socket, subprocess, sys, threading, time
libc = ctypes.CDLL(None, use_errno=True)
found = []
mark = 'left behind'
for folder in '/tmp', '/var/tmp', '/dev/shm', '/home/demisto', '/work':
    path = folder + '/mark'
    if os.path.exists(path):
        found.append(path)
    open(path, 'w').write(mark)
if 'LEFT' in os.environ or subprocess.run(['sh', '-c', 'echo $LEFT'], stdout=subprocess.PIPE).stdout.strip():
    found.append('environment')
os.environ['LEFT'] = mark
if hasattr(json, 'left') or hasattr(sys.modules['builtins'], 'left') or hasattr(sys, 'left'):
    found.append('modules')
json.left = sys.left = sys.modules['builtins'].left = mark
if os.getcwd() != '/work' or os.umask(0) != 0o22:
    found.append('folder or umask')
os.chdir('/tmp')
key = 4711
if libc.shmget(key, 4096, 0) >= 0:
    found.append('shared memory')
assert libc.shmget(key, 4096, 0o1600) >= 0
abstract = socket.socket(socket.AF_UNIX)
try:
    abstract.bind('\0left')
    abstract.listen()
except OSError:
    found.append('abstract socket')
server = socket.socket()
try:
    server.bind(('127.0.0.1', 4711))
    server.listen()
except OSError:
    found.append('port')
others = [name for name in os.listdir('/proc') if name.isdigit() and int(name) != os.getpid()]
if others:
    found.append('processes ' + ' '.join(others))
if threading.active_count() > 1 or len(os.listdir('/proc/self/task')) > 1:
    found.append('threads')
threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
if signal.getsignal(signal.SIGUSR1) != signal.SIG_DFL or signal.getitimer(signal.ITIMER_REAL)[0]:
    found.append('signals')
signal.signal(signal.SIGUSR1, lambda *_: None)
signal.setitimer(signal.ITIMER_REAL, 1000)
subprocess.Popen(['sh', '-c', 'trap "" TERM HUP; sleep 1000'], start_new_session=True)
if sys.getrecursionlimit() != 1000 or sys.gettrace() or sys.excepthook is not sys.__excepthook__:
    found.append('interpreter')
sys.setrecursionlimit(777)
demisto.results(json.dumps([found, %s]))
""" % IS_WARM


def test_s01_to_s04_nothing_is_left_for_the_next(room):
    rounds = 30
    answers = [json.loads(answer[0]) for answer in again(room, 'Leave', LEAVE, [{}] * rounds)]
    assert [found for found, _ in answers if found] == []
    assert sum(warm for _, warm in answers) == rounds - 1
    figure('S01-S04', 'traces of the call before, in %d calls of one zygote' % (rounds - 1), 0)


RESIDUE = TIMES_IN_MEMORY + r"""import json, os
secret = demisto.args().get('secret', '')
wanted = b'tsrif-eht-fo-' + b'yranac-eudiser'
seen = times_in_memory(wanted)
demisto.results(json.dumps([seen, %s]))
""" % IS_WARM


def test_s05_no_residue_of_a_secret(room):
    rows = [{'secret': 'residue-canary-of-the-first'}] * 3 + [{'secret': 'none'}] * 40
    answers = [json.loads(answer[0]) for answer in again(room, 'Residue', RESIDUE, rows, ['secret'])]
    assert all(seen > 0 for seen, _ in answers[:3]), answers[:3]  # the control
    assert [warm for _, warm in answers[1:]] == [True] * 42
    assert [seen for seen, _ in answers[3:]] == [0] * 40
    figure('S05', 'calls in whose memory the secret of an earlier one was found', '0 of 40')


def test_s06_another_key_has_another_zygote(room):
    """The pid namespace above is that of the zygote: its number tells zygotes apart."""
    turn_on(room)
    code = "import os\nleft = globals().get('left', 'nothing')\ndemisto.results(left + ' ' + str(%s))" % IS_WARM
    room.script('One', code + "\nimport json\njson.left = 'one'")
    room.script('Two', code.replace("globals().get('left', 'nothing')", "getattr(__import__('json'), 'left', 'nothing')"))
    room.script('Both', """said = []
for _ in range(3):
    for name in 'One', 'Two':
        said.append(demisto.executeCommand(name, {})[0]['Contents'])
demisto.results(str(said))""")
    answer = room.exec('!Both')
    assert answer.value == str(['nothing False'] * 2 + ['nothing True'] * 4), answer


ENDS = {
    'exception': "raise ValueError('here')",
    'exit': "import os\nos._exit(3)",
    'signal': "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
    'memory': "held = []\nwhile True:\n    held.append(b'1' * (16 << 20))",
    'seccomp': "import ctypes\nctypes.CDLL(None).syscall(0x40000000 + 39)",
    'output': "print('x' * (1 << 20))\nwhile True:\n    import os\n    os.write(1, b'y' * (1 << 20))",
    'closed': "import os\nos.close(3)\nos.close(4)",
    'forks': "import os\nfor _ in range(1000):\n    if os.fork() == 0:\n        import time\n        time.sleep(1000)",
}


def test_ends_are_told_alike(room):
    """How a call ended, and what was asked of it, is the same whether it had a container of its own."""
    for name, code in ENDS.items():
        code = 'import os\nwarm = %s\n' % IS_WARM + code
        first, *others = again(room, 'End' + name.title(), code, [{}] * 3, options=['--memory', '128m'])
        assert others == [first, first], (name, first, others)
    figure('S', 'ends that are told alike of containers and of children', '%d of %d' % (len(ENDS), len(ENDS)))


def test_it_is_off_until_it_is_turned_on(room):
    room.script('Cold', "import os\ndemisto.results(str(%s))" % IS_WARM)
    room.script('Three', "demisto.results(str([demisto.executeCommand('Cold', {})[0]['Contents'] for _ in range(3)]))")
    assert room.exec('!Three').value == str(['False'] * 3)
    turn_on(room)
    assert room.exec('!Three').value == str(['False', 'True', 'True'])


def test_calls_with_files(room):
    """What a child leaves in its work folder is taken in, and what it asks for is handed in."""
    turn_on(room)
    code = """import uuid
name = str(uuid.uuid4())
with open('1_' + name, 'w') as file:
    file.write('made by ' + demisto.args()['n'])
path = demisto.getFilePath(demisto.args()['entry'])['path'] if demisto.args().get('entry') else None
demisto.results({'Type': 3, 'File': 'f', 'FileID': name, 'Contents': '', 'ContentsFormat': 'text'})
demisto.results(open(path).read() if path else 'none')"""
    room.script('Files', code, ['n', 'entry'])
    room.script('Filing', """entry, said = '', []
for n in range(4):
    answers = demisto.executeCommand('Files', {'n': str(n), 'entry': entry})
    entry = answers[0]['ID']
    said.append(answers[1]['Contents'])
demisto.results(str(said))""")
    assert room.exec('!Filing').value == str(['none', 'made by 0', 'made by 1', 'made by 2'])


def test_many_calls_cost_little(room):
    count = 200
    begun = time.monotonic()
    again(room, 'Trivial', "demisto.results(1)", [{}] * count)
    warm = (time.monotonic() - begun) / count
    turn_on(room, 'off')
    begun = time.monotonic()
    assert room.exec('!OuterTrivial rows=`%s`' % json.dumps([{}] * 40)).code == 0
    cold = (time.monotonic() - begun) / 40
    figure('S', 'milliseconds of a call of a script by a script, with its process made anew: warm; cold; ratio',
           '%.1f; %.1f; %.1f' % (warm * 1000, cold * 1000, cold / warm))


def test_sigkill_leaves_nothing(room, host):
    turn_on(room)
    room.script('Short', "demisto.results(1)")
    room.script('Endless', "while True:\n    demisto.executeCommand('Short', {})")
    for moment in range(8):
        running = room.begin('exec', '!Endless', '--json')
        time.sleep(0.15 + 0.03 * moment)
        running.signal(signal.SIGKILL)
        running.wait(30)
        host.settle()
    figure('S', 'processes, mounts, groups left after SIGKILL at 8 moments of warm calls', 0)


# --- when something is amiss -----------------------------------------------------------------------------------------

# Gives the test the time to do something before the calls that follow; the name of its process says when.
STAGED = """import ctypes, json, time
answers = []
for n in range(%d):
    if n == 3:
        ctypes.CDLL(None).prctl(15, b'staged', 0, 0, 0)
        time.sleep(%d)
    begun = time.time()
    answers.append([entry['Contents'] for entry in demisto.executeCommand(%r, {})] + [time.time() - begun])
demisto.results(json.dumps(answers))
"""


def parent_of(pid):
    lines = [line.split() for line in read('/proc/%d/status' % pid).splitlines()]
    return next((int(line[1]) for line in lines if line[0] == 'PPid:'), 0)


def zygotes_of(berth):
    """The interpreters that fork: children of a container's first process, which is a child of `berth`."""
    return [pid for pid in map(int, filter(str.isdigit, os.listdir('/proc')))
            if 'zygote.py' in read('/proc/%d/cmdline' % pid) and parent_of(parent_of(pid)) == berth]


def children_of(parent):
    return [pid for pid in map(int, filter(str.isdigit, os.listdir('/proc'))) if parent_of(pid) == parent]


def call_of(answer):
    call, = answer.json['answers']
    return call


def until(found, seconds=30):
    end = time.monotonic() + seconds * PATIENCE
    while time.monotonic() < end:
        if result := found():
            return result
        time.sleep(0.02)
    raise AssertionError('%s did not come to be' % found)


def staged(room, meanwhile, calls=12, pause=2):
    """The answer of a script that makes `calls` calls; `meanwhile` is done with their zygote after three of them."""
    turn_on(room)
    room.script('Short', "import os\ndemisto.results(str(%s))" % IS_WARM)
    room.script('Staged', STAGED % (calls, pause, 'Short'))
    running = room.begin('exec', '!Staged', '--json')
    until(lambda: any(read('/proc/%d/comm' % pid).strip() == 'staged' and parent_of(parent_of(pid)) == running.pid
                      for pid in map(int, filter(str.isdigit, os.listdir('/proc')))))
    zygote, = zygotes_of(running.pid)
    meanwhile(zygote)
    return running.wait(120 * PATIENCE)


def test_a_hung_zygote_holds_nobody_up(room):
    """Its channel is given up, its calls have containers of their own, and another zygote takes its place."""
    answer = staged(room, lambda zygote: os.kill(zygote, signal.SIGSTOP))
    assert answer.code == 0, answer
    rows = json.loads(answer.value)
    assert [row[0] for row in rows[:3]] == ['False', 'True', 'True']
    assert sum(row[1] for row in rows[3:]) < 12, rows
    assert 'False' in [row[0] for row in rows[3:]] and rows[-1][0] == 'True', rows
    notes = call_of(answer)['notes']
    assert [note for note in notes if "make 'Short' warm: wait for the zygote" in note], answer
    assert call_of(answer)['warnings'] == []
    figure('S', 'seconds that a hung zygote held up a call', '%.1f' % max(row[1] for row in rows[3:]))


def test_a_child_that_is_not_isolated_gets_no_job(room):
    """Here since another process traces it, which no zygote could do unseen."""
    # Whoever traces a process waits for its end first.
    tracer = r"""import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
for pid in sys.argv[1:]:
    assert libc.ptrace(0x4206, int(pid), None, None) == 0, os.strerror(ctypes.get_errno())  # PTRACE_SEIZE
print('traced', flush=True)
try:
    while True:
        os.waitpid(-1, 0x40000000)  # __WALL
except ChildProcessError:
    pass
"""
    tracers = []

    def trace(zygote):
        words = [sys.executable, '-c', tracer] + [str(pid) for pid in children_of(zygote)]
        tracers.append(subprocess.Popen(words, stdout=subprocess.PIPE))
        assert tracers[0].stdout.readline() == b'traced\n'

    try:
        answer = staged(room, trace)
    finally:
        for one in tracers:
            one.kill()
            one.wait()
            one.stdout.close()
    rows = [row[0] for row in json.loads(answer.value)]
    assert rows == ['False', 'True', 'True'] + ['False'] * 9, answer
    warnings = call_of(answer)['warnings']
    assert [text for text in warnings if 'not isolated: another process traces it' in text], answer


def test_processor_time_of_a_call_that_ends_by_itself(room):
    turn_on(room)
    room.script('Burn', "import os, time\nwhile time.process_time() < 0.5:\n    pass\nos._exit(3)")
    answer = room.exec('!Burn retry-count=2 retry-interval=1')
    call = call_of(answer)
    assert call['warm'] and call['outcome']['status'] == 3, answer
    assert 400 <= call['outcome']['cpu_ms'] < 5000, answer
    assert call['outcome']['peak_memory_bytes'] > 1 << 20, answer


CLOSING = """import socket
server = socket.create_server(('127.0.0.1', 8766))
near = socket.create_connection(('127.0.0.1', 8766))
far, _ = server.accept()
near.close()
far.close()
server.close()
"""
HANDED_ON = """import json, os, socket
what = demisto.args()['what']
if what == 'closing':
    exec(%r)
def can_bind():
    try:
        socket.create_server(('127.0.0.1', 8766), reuse_port=False).close()
        probe = socket.socket()
        probe.bind(('127.0.0.1', 8766))
        return True
    except OSError:
        return False
demisto.results(json.dumps([%s, os.stat('/proc/self/ns/net').st_ino, what == 'closing' or can_bind()]))
"""


def test_only_what_is_empty_is_handed_on_to_the_next_child(room):
    """The group and the network namespace of a child, when nothing of its call is left in them."""
    whats = ['none'] * 8 + ['closing'] + ['none'] * 8
    told = [json.loads(row[0]) for row in again(room, 'HandedOn', HANDED_ON % (CLOSING, IS_WARM),
                                                [{'what': what} for what in whats], ['what'])]
    warm = [(what, one) for what, one in zip(whats, told) if one[0]]
    assert len(warm) >= 14
    assert all(can_bind for _, (_, _, can_bind) in warm), 'a connection of an earlier call was in the way'
    spaces = [space for _, (_, space, _) in warm]
    at = [what for what, _ in warm].index('closing')
    assert spaces[at] not in spaces[at + 1:], spaces
    figure('S', 'network namespaces of the children of one zygote; children', '%d; %d' % (len(set(spaces)), len(spaces)))
    assert len(set(spaces)) < len(spaces) / 2, spaces


def test_an_answer_outlives_a_group_that_cannot_be_removed(room):
    turn_on(room)
    # With a connection that is only just closing its group is not for the next one: it is to be removed.
    room.script('Slow', "import os, time\nif not %s:\n    raise ValueError('cold')\n%stime.sleep(3)\n"
                        "demisto.results('here')" % (IS_WARM, CLOSING))
    running = room.begin('exec', '!Slow ' + UNTIL_WARM, '--json')
    zygote, = until(lambda: zygotes_of(running.pid))

    def group():
        lines = [read('/proc/%d/cgroup' % pid) for pid in children_of(zygote)]
        names = [line.split(':memory:')[1] for text in lines for line in text.splitlines() if ':memory:' in line]
        names += [line.split('::')[1] for text in lines for line in text.splitlines() if '::' in line]
        paths = ['/sys/fs/cgroup' + part + name for name in names for part in ('/memory', '') if name[-2:-1] == '-']
        return [path for path in paths if os.path.isdir(path)]

    path = until(group)[0]
    os.mkdir(path + '/inner')
    try:
        answer = running.wait(60 * PATIENCE)
    finally:
        os.rmdir(path + '/inner')
    assert answer.code == 0 and answer.value == 'here' and call_of(answer)['warm'], answer
    assert [text for text in call_of(answer)['warnings'] if 'remove cgroup' in text], answer
    room.must('exec', '!Print value=1')
    room.script('Next', "demisto.results(1)")
    room.must('exec', '!Next')
    assert not os.path.exists(path), 'the next start has not swept it'


def test_zygotes_are_given_back_when_ids_run_out(room, berth):
    """Two ranges of ids: one for the script that calls, one that a zygote has taken when another container needs it."""
    turn_on(room)
    with open('/etc/subuid') as granted:
        first = next(line.split(':')[1] for line in granted if line.startswith('berth:'))
    few = berth.write('few-ids', 'berth:%s:%d\n' % (first, 2 * 65536))
    room.script('Often', "import os\ndemisto.results(str(%s))" % IS_WARM)
    room.script('Other', "demisto.results('other')")
    room.script('Many', """said = [demisto.executeCommand('Often', {})[0]['Contents'] for _ in range(3)]
said.append(demisto.executeCommand('Other', {})[0]['Contents'])
demisto.results(str(said))""")
    answer = room.exec('!Many', prefix=('unshare', '-m', 'sh', '-c',
                                        'mount --bind "$0" /etc/subuid && exec "$@"', few))
    assert answer.value == str(['False', 'True', 'True', 'other']), answer


def test_a_common_script_runs_once_in_a_call(room):
    """Also one that asks for its call when it has left traces already."""
    path = os.path.join(room.tree, 'Packs', 'Base', 'Scripts', 'CommonServerPython', 'CommonServerPython.py')
    room.berth.write(path, """import json
json.runs = getattr(json, 'runs', 0) + 1
given = demisto.args().get('n')
""")
    rows = [{'n': str(n)} for n in range(6)]
    code = "import json, os\ndemisto.results(json.dumps([given, json.runs, %s]))" % IS_WARM
    answers = [json.loads(answer[0]) for answer in again(room, 'Once', code, rows, ['n'])]
    assert answers == [[str(n), 1, n > 0] for n in range(6)]
