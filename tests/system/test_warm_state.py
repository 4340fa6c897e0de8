"""What an earlier call leaves for a later one in the same slot of a daemon: nothing, a thousand times, and however many
there were (S01 to S07, P02, P03; `berth escape-test --warm` has them against their controls)."""
import glob
import json
import os
import statistics
import time

import pytest

from calls import PATIENCE
from figures import figure
from host import read
from serve import Daemon
from warm import WARM, Client, at_rest, children_of, pool, until, value, zygote_processes

REPEATS = 1000


@pytest.fixture
def daemon(berth):
    with Daemon(berth, settings=berth.settings_with(WARM)) as made:
        yield made


def until_warm_were(count, call):
    """The answers of call(number), until `count` of them were of warm calls. On a machine that is busy beyond it some
    find no child ready in time, and have containers of their own; most do not."""
    warm, number = 0, 0
    while warm < count:
        answer = call(number)
        warm += answer.get('warm', False)
        yield number, answer
        number += 1
        assert number - warm <= count / 10, (number, warm)


# --- S05 -------------------------------------------------------------------------------------------------------------

# Its own memory, for whatever looks like a secret of such a call: in arguments, incident and context, and what it made of
# them. The pattern does not match itself.
SCAN = r"""import json, re
pattern = re.compile(rb'residue-([0-9]{6})-of-a-secret')
held = [demisto.args()['secret'] * 3, json.dumps(demisto.args())]
def scan():
    found = set()
    with open('/proc/self/maps') as maps, open('/proc/self/mem', 'rb', 0) as memory:
        for line in maps:
            span, rights = line.split()[:2]
            begin, end = (int(one, 16) for one in span.split('-'))
            if 'r' not in rights or line.rstrip().endswith(('[vvar]', '[vsyscall]')):
                continue
            try:
                memory.seek(begin)
                found.update(pattern.findall(memory.read(end - begin)))
            except (OSError, OverflowError):
                continue
    return found
demisto.results(json.dumps(sorted(int(one) for one in scan())))
"""


def test_s05_no_secret_of_an_earlier_call(daemon):
    """Each call has a secret of its own and looks for those of all others; that it finds its own is the control."""
    others, own, calls = 0, 0, 0
    with Client(daemon, SCAN) as client:
        client.until_warm(daemon, secret='residue-%06d-of-a-secret' % 999999)
        for number, answer in until_warm_were(REPEATS, lambda n: client(secret='residue-%06d-of-a-secret' % n)):
            found = json.loads(value(answer))
            calls += 1
            own += number in found
            others += found != [number]
    assert (others, own) == (0, calls)
    figure('S05', 'warm calls through a daemon in whose memory was the secret of another; their own', '%d, %d of %d'
           % (others, own, calls))


# --- P02, P03 --------------------------------------------------------------------------------------------------------

FRAME = '{"type": "result", "results": [{"Type": 1, "ContentsFormat": "text", "Contents": "%s"}]}'

# Posts results late: in the write that ends the call, and from a thread and a process that go on.
LATE = r"""import os, threading, time
number = demisto.args()['n']
late = (%r %% ('late ' + number) + '\n').encode()
def post():
    try:
        while True:
            os.write(4, late)
            time.sleep(0.0002)
    except OSError:
        pass
demisto.results('own ' + number)
if int(number) %% 2:
    os.write(4, b'{"type": "completed"}\n' + late * 3)
if os.fork() == 0:
    os.setsid()
    post()
threading.Thread(target=post, daemon=True).start()
""" % FRAME


def test_p02_late_results_are_in_no_other_calls_answer(daemon):
    late, foreign = 0, 0
    with Client(daemon, LATE) as client:
        client.until_warm(daemon, n=0)
        for number, answer in until_warm_were(REPEATS, lambda n: client(n=n)):
            texts = [entry['Contents'] for entry in answer['entries']]
            assert 'own %d' % number in texts, answer
            late += answer['outcome'].get('late_messages', 0)
            foreign += sum(text not in ('own %d' % number, 'late %d' % number) for text in texts)
    assert foreign == 0
    assert late >= 3 * REPEATS // 2  # the control: they were sent
    figure('P02', 'results of %d warm calls after their end: dropped; in the answer of another' % REPEATS,
           '%d, %d' % (late, foreign))


# Leaves a process that reads whatever can be read, and says so wherever it can be said.
THIEF = r"""import os, select
stolen = (%r %% 'stolen' + '\n').encode()
demisto.results('own ' + demisto.args()['n'])
if os.fork() == 0:
    os.setsid()
    while True:
        for fd in select.select([0, 3], [], [], 1)[0]:
            text = os.read(fd, 1 << 20)
            if b'"args"' in text:
                for to in 1, 2, 4:
                    os.write(to, stolen)
""" % FRAME


def test_p03_no_call_reads_the_next_ones_job(daemon):
    own, stolen, calls = 0, 0, 0
    with Client(daemon, THIEF) as client:
        client.until_warm(daemon, n=0)
        for number, answer in until_warm_were(REPEATS, lambda n: client(n=n)):
            assert answer['outcome']['cause'] == 'completed', answer
            calls += 1
            own += [entry['Contents'] for entry in answer['entries']] == ['own %d' % number]
            stolen += 'stolen' in json.dumps(answer)
    assert (stolen, own) == (0, calls)
    figure('P03', 'jobs of %d warm calls that the one before read' % REPEATS, stolen)


def test_p03_control_a_process_that_is_used_again(room):
    """Where an operator shares a process, the same script takes the next call's job."""
    room.settings_with('calls: {shared: [Thief]}\n')
    room.script('Thief', THIEF, ['n'])
    with Daemon(room.berth, settings=room.settings) as daemon:
        taken, number = 0, 0
        while not taken and number < 100:
            number += 1
            answer = daemon.ask('POST', '/v1/run', {'item': {'name': 'Thief'}, 'arguments': ['n=%d' % number],
                                                    'timeout': '2s'}, ['Berth-Affinity: x']).json
            texts = [entry['Contents'] for entry in answer['entries']]
            assert answer['shared']
            taken += texts != ['own %d' % number]
    assert taken > 0
    figure('P03', 'control: the call in one process whose job the one before read', 'the %d.' % number)


# --- S06 -------------------------------------------------------------------------------------------------------------

MARKS = """import json, os
marks = ['/tmp/mark', '/work/mark', '/dev/shm/mark', '/home/demisto/mark']
found = [path for path in marks if os.path.exists(path)] + [name for name in ('mark',) if hasattr(json, name)]
found += [name for name in ('MARK',) if name in os.environ]
for path in marks:
    open(path, 'w').close()
os.environ['MARK'] = json.mark = 'x'
demisto.results(json.dumps([found, os.stat('/proc/self/ns/user').st_ino, os.getppid() == 0]))
"""


def test_s06_packs_items_and_instances_have_zygotes_of_their_own(room):
    """The same code in two packs, and of two instances: each has a zygote, in a user namespace that no other is in."""
    room.settings_with(WARM)
    room.integration('Marker', MARKS, ['marker-mark'])
    room.script('MarkOne', MARKS)
    room.script('MarkTwo', MARKS, pack='Q')
    for name in 'ab':
        room.add('Marker', name)
    lines = ['!marker-mark using=a', '!marker-mark using=b', '!MarkOne', '!MarkTwo']
    seen = {line: set() for line in lines}
    with Daemon(room.berth, settings=room.settings) as daemon:
        for turn in range(6):
            for line in lines:
                reply = daemon.ask('POST', '/v1/exec', {'line': line}, ['Berth-Affinity: the same'])
                assert reply.status == 200, reply.body
                (call,) = reply.json['answers']
                found, users, is_child = json.loads(reply.json['entries'][-1]['Contents'])
                assert found == [] and bool(call.get('warm')) == is_child == (turn > 0), (turn, line, call)
                if turn > 0:
                    seen[line].add(users)
                at_rest(daemon)
        keys = {zygote['key'] for worker in pool(daemon)['workers'] for zygote in worker['zygotes']}
    assert all(len(one) == 1 for one in seen.values()) and len(set.union(*seen.values())) == len(lines), seen
    assert len(keys) == len(lines)
    figure('S06', 'zygotes of 2 scripts in 2 packs and 2 instances with one code; marks of another that a call found',
           '%d, 0' % len(keys))


# --- S07 -------------------------------------------------------------------------------------------------------------

CALLS = 10000
WINDOW = 500  # a look after each so many calls
CHARGED_AHEAD = 64 * os.sysconf('SC_PAGESIZE') // 1024 * os.cpu_count()  # KiB that a group may be charged beforehand
SETTLED = 1000  # calls of a worker until its memory is that of one that has worked


def memory_kib(pid, key):
    lines = read('/proc/%d/status' % pid).splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(key + ':'))


def quietest(count):
    """Of some looks: a process that has ended is waited for a moment later, and others of a daemon's come and go."""
    seen = []
    for _ in range(5):
        seen.append(count())
        time.sleep(0.02)
    return min(seen)


def groups_of_children(zygote):
    """Control groups beside that of the zygote's container which bear its name."""
    own = {line.split(':')[2] for line in read('/proc/%d/cgroup' % zygote).splitlines() if '/berth/' in line}
    return sum(len(glob.glob(folder + name + '-*')) for name in own for folder in ('/sys/fs/cgroup', '/sys/fs/cgroup/*'))


def charged_kib(pid):
    """What the kernel charges to the control group of a process, in either version."""
    for line in read('/proc/%d/cgroup' % pid).splitlines():
        _, kinds, name = line.split(':', 2)
        folder = {'memory': '/sys/fs/cgroup/memory', '': '/sys/fs/cgroup'}.get(kinds)
        for file in 'memory.usage_in_bytes', 'memory.current':
            if folder and (found := read(folder + name + '/' + file)):
                return int(found) // 1024
    raise AssertionError('no control group with memory: %s' % read('/proc/%d/cgroup' % pid))


def look(daemon):
    """What the slot holds, while nobody calls: the daemon, its worker, the zygote with its cgroup."""
    (worker,) = at_rest(daemon)
    (zygote,) = until(lambda: zygote_processes(daemon))
    spares = worker['zygotes'][0]['spares']  # each of them is two processes, and they come a moment later
    until(lambda: len(children_of(zygote)) == 2 * spares)
    seen = {}
    for name, pid in ('daemon', daemon.pid), ('worker', worker['pid']), ('zygote', zygote):
        seen['memory of the %s, KiB' % name] = memory_kib(pid, 'VmRSS')
        seen['memory of its own of the %s, KiB' % name] = memory_kib(pid, 'RssAnon')
        seen['descriptors of the %s' % name] = quietest(lambda: len(os.listdir('/proc/%d/fd' % pid)))
    seen['cgroup of the zygote, KiB'] = charged_kib(zygote)
    seen['groups of its children'] = quietest(lambda: groups_of_children(zygote))
    seen['children of the zygote'] = quietest(lambda: len(children_of(zygote)))
    seen['processes of the worker'] = quietest(lambda: len(children_of(worker['pid'])))
    return worker['pid'], seen


@pytest.fixture
def slot(berth):
    """A daemon that has one worker at a time."""
    with Daemon(berth, settings=berth.settings_with(WARM + 'serve: {calls: 1, idle_workers: 1}\n')) as made:
        yield made


def test_s07_ten_thousand_calls_in_one_slot(slot):
    """Memory and descriptors of later calls are those of earlier ones, of each worker that served them and of the daemon
    throughout. A worker is replaced after some thousands, as it is meant to be."""
    windows = []  # (worker, seconds of a call, what was seen after it)
    with Client(slot, "demisto.results('here')") as client:
        client.until_warm(slot)
        cold = 0
        while len(windows) * WINDOW < CALLS:
            times = []
            for _ in range(WINDOW):
                begun = time.monotonic()
                cold += not client().get('warm', False)
                times.append(time.monotonic() - begun)
            worker, seen = look(slot)
            windows.append((worker, statistics.median(times), seen))
    workers = list(dict.fromkeys(worker for worker, _, _ in windows))
    assert 2 <= len(workers) <= 4 and cold <= CALLS / 100, (workers, cold)
    grown = {}
    for worker in workers:
        own = [seen for one, _, seen in windows if one == worker][SETTLED // WINDOW:]
        if len(own) >= 4:
            compare(own, grown, '')
    compare([{name: seen[name] for name in seen if 'daemon' in name} for _, _, seen in windows[SETTLED // WINDOW:]],
            grown, ' throughout')
    seconds = [one for _, one, _ in windows]
    early, late = statistics.median(seconds[1:6]), statistics.median(seconds[-5:])
    for name, change in grown.items():
        figure('S07', '%s, from the first to the last third of calls' % name, '%+.2f %%' % (100 * change))
    figure('S07', 'milliseconds of a call, of the first and of the last 2,500 of %d' % CALLS,
           '%.2f, %.2f' % (early * 1000, late * 1000))
    assert not {name: change for name, change in grown.items() if change > 0.02}, grown
    assert late < early * 1.02 * PATIENCE, (early, late)


def compare(looks, grown, suffix):
    """Takes into `grown` by which part each figure is larger in the last third of `looks` than in the first. It is the
    lowest of each third: the kernel charges memory in portions and a moment later, and what leaks is never given back."""
    third = max(1, len(looks) // 3)
    for name in looks[0]:
        before = min(one[name] for one in looks[:third])
        after = min(one[name] for one in looks[-third:])
        if name.startswith('cgroup'):
            after = min(after, max(before, after - CHARGED_AHEAD))
        grown[name + suffix] = max(grown.get(name + suffix, -1), after / before - 1)
