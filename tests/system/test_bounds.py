"""How much a script can have the host hold, and what a slow reader holds up (P17, P19)."""
import json
import os
import subprocess
import time

import pytest

from calls import BERTH, PATIENCE
from figures import figure

MIB = 1 << 20

# --- P17 -------------------------------------------------------------------------------------------------------------

HUGE = """value = 'x' * (10 << 20)
for number in range(103):
    demisto.setContext('Huge', value)"""


def test_p17_a_gigabyte(room):
    room.script('Huge', HUGE)
    inside = room.new()
    answer = room('exec', '!Huge', '--investigation', inside, seconds=60 * PATIENCE)
    assert answer.code == 9 and '64 MiB' in answer.err, answer.err
    assert answer.peak_bytes < 192 * MIB
    assert len(room.context(inside)['Huge']) == 10 * MIB
    figure('P17', '1 GiB that a call sets, in steps of 10 MiB; memory of berth', 'ended: %s; %.0f MiB'
           % (answer.err.strip().splitlines()[-1][:100], answer.peak_bytes / MIB))


KEYS = ['a.b[0]..', '..', '', '.', 'a..b', '[0]', 'a[0]', 'a[999999999999]', 'a[-1]', 'a[0][0][0]', 'a(val.x==', 'a(1)',
        'a.' * 1000 + 'b', 'x' * 70000, '[' * 60000, '(' * 60000, "a['" * 20000, '__proto__.x', 'constructor.prototype.x',
        'a\0b', 'a\nb', '\ud800', 'a=1', 'a=>val', '${a}', 'a(while(true){})', 'a(val.b == obj.b).c', 'a.[0:999999999]', 7,
        None, ['a'], {'a': 1}]

ODD = """import json, time
keys = json.loads(demisto.args()['keys'])
said = []
for key in keys:
    begun = time.monotonic()
    try:
        demisto._Demisto__do({'type': 'setContext', 'name': key, 'value': {'v': 1}})
        said.append(['set', time.monotonic() - begun])
    except ValueError as error:
        said.append(['refused: %s' % error, time.monotonic() - begun])
demisto.setContext('Plain.Key', 'fine')
demisto.results(json.dumps(said))"""


def test_p17_odd_keys(room):
    room.script('Odd', ODD, ['keys'])
    path = room.berth.write('odd.py', ODD.replace("demisto.args()['keys']", repr(json.dumps(KEYS))))
    answer = room('run', path, '--image', 'python3', '--json', '--timeout', '60s', seconds=60 * PATIENCE)
    assert answer.code == 0, answer
    said = json.loads(answer.value)
    assert len(said) == len(KEYS)
    assert answer.json['context']['Plain'] == {'Key': 'fine'}  # the control
    slowest = max(taken for _, taken in said)
    assert slowest < 0.5 * PATIENCE, [(key, one) for key, one in zip(KEYS, said) if one[1] == slowest]
    assert answer.peak_bytes < 64 * MIB
    refused = sum(text.startswith('refused') for text, _ in said)
    assert refused >= 5
    figure('P17', '%d odd keys: refused; slowest; memory of berth' % len(KEYS),
           '%d; %.0f ms; %.0f MiB' % (refused, slowest * 1000, answer.peak_bytes / MIB))


# Frames of the script's own, all in flight at once, so that the time is the host's.
UPDATES = """import json, os, threading, time
name_of = %s
def many(count, first):
    frames = b''.join(json.dumps({'type': 'setContext', 'seq': first + number, 'name': name_of(first + number),
                                  'value': number}).encode() + b'\\n' for number in range(count))
    def ask(data=frames):
        while data:
            data = data[os.write(4, data):]
    begun = time.monotonic()
    asking = threading.Thread(target=ask)
    asking.start()
    seen = 0
    while seen < count:
        chunk = os.read(3, 1 << 20)
        assert b'"error"' not in chunk, chunk[chunk.index(b'"error"'):][:300]
        seen += chunk.count(b'\\n')
    asking.join()
    return time.monotonic() - begun
demisto.results(json.dumps([many(%d, 1000000 + part * %d) for part in range(4)]))"""


# Names of members that nobody set before: of one object, and of 250.
ONE_OBJECT = "lambda n: 'K%d' % n"
MANY_OBJECTS = "lambda n: 'G%d.K%d' % (n % 250, n)"


def test_p17_many_updates(room):
    """Each quarter of the updates takes as long as the one before, however full the context is by then."""
    count = 15000
    path = room.berth.write('updates.py', UPDATES % (MANY_OBJECTS, count, count))
    answer = room('run', path, '--image', 'python3', '--json', seconds=60 * PATIENCE)
    assert answer.code == 0, answer
    parts = json.loads(answer.value)
    assert sum(len(group) for group in answer.json['context'].values()) == 4 * count
    # Quadratic, the last quarter would take seven times as long as the first.
    assert parts[3] < 3.5 * parts[0] + 0.2 * PATIENCE, parts
    assert answer.peak_bytes < 256 * MIB
    figure('P17', '%d updates of the context: seconds for each quarter; memory of berth' % (4 * count),
           '%s; %.0f MiB' % (', '.join('%.2f' % one for one in parts), answer.peak_bytes / MIB))


def test_p17_a_full_object(room):
    """A member of one object is looked for among the others, so their number is bounded."""
    path = room.berth.write('full.py', (UPDATES % (ONE_OBJECT, 70000, 1)).replace('range(4)', 'range(1)'))
    refused = room('run', path, '--image', 'python3', '--json', seconds=60 * PATIENCE)
    assert refused.code == 3 and '65536' in refused.exception(), refused.exception()[-1000:]
    assert len(refused.json['context']) == 65536
    assert refused.seconds < 15 * PATIENCE
    figure('P17', 'members that one object takes, of 70,000; time', '65,536; %.1f s' % refused.seconds)


def test_p17_many_updates_that_last(room):
    """In an investigation each update is on disk before it is answered; it is the wall time that bounds them."""
    inside = room.new()
    path = room.berth.write('updates.py', UPDATES % (ONE_OBJECT, 100, 100))
    answer = room('run', path, '--image', 'python3', '--json', '--investigation', inside, seconds=60 * PATIENCE)
    assert answer.code == 0, answer
    parts = json.loads(answer.value)
    assert len(room.context(inside)) == 400
    endless = room.berth.write('endless.py', "while True:\n    demisto.setContext('K', 'x')")
    ended = room('run', endless, '--image', 'python3', '--json', '--timeout', '1s', '--investigation', inside)
    assert (ended.cause, ended.code) == ('timeout', 4), ended
    assert ended.seconds < 1 + 1 * PATIENCE
    figure('P17', '400 updates of an investigation, each on disk; updates without end stop after', '%.2f s; %.2f of 1 s'
           % (sum(parts), ended.outcome['wall_ms'] / 1000))


# --- P19 -------------------------------------------------------------------------------------------------------------

LOUD = "import time\nfor number in range(20):\n    demisto.results(str(number) * (1 << 20))\ndemisto.results('the end')"


def memory_of(pid):
    with open('/proc/%d/status' % pid) as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith('VmRSS'))


def begin_piped(room, *argv):
    return subprocess.Popen([BERTH, *argv], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                            env=room.berth.environment(room.settings))


@pytest.fixture
def blocked(room, host):
    """A call in an investigation whose output of 20 MiB nobody reads, after it has begun to write it."""
    room.script('Loud', LOUD)
    room.script('Quiet', "demisto.results('quiet')")
    room.inside = room.new()
    process = begin_piped(room, 'exec', '!Loud', '--json', '--investigation', room.inside)
    end = time.monotonic() + 30 * PATIENCE
    while not os.read(process.stdout.fileno(), 1):
        assert time.monotonic() < end
    yield process
    process.stdout.close()
    process.wait()


def test_p19_a_slow_reader(room, host, blocked):
    # The container is gone, the entries are kept, and others work on, while the reader has not read.
    end = time.monotonic() + 5 * PATIENCE
    while host.cgroups():
        assert time.monotonic() < end, host.cgroups()
        time.sleep(0.02)
    memory = memory_of(blocked.pid)
    other = room.exec('!Quiet', '--investigation', room.inside)
    assert (other.code, other.value) == (0, 'quiet'), other
    assert memory < 256 * MIB
    # It reads at last, a little at a time; nothing is missing.
    text = bytearray(b'{')
    while chunk := os.read(blocked.stdout.fileno(), 1 << 16):
        text += chunk
    assert blocked.wait() == 0
    entries = json.loads(text)['entries']
    assert (len(entries), entries[-1]['Contents']) == (21, 'the end')
    figure('P19', 'memory of berth while nobody reads its answer of 20 MiB; its container; others', '%.0f MiB; gone; served'
           % (memory / MIB))


def test_p19_a_reader_that_goes(room, blocked):
    blocked.stdout.close()
    code = blocked.wait(10 * PATIENCE)
    assert len(room.export(room.inside)['entries']) == 21
    figure('P19', 'the reader goes: berth ends with', code)


def test_p19_nobody_reads_the_messages(room, host):
    """--raw shows messages as they pass: a reader that never reads must not keep a call beyond its time."""
    path = room.berth.write('loud.py', 'while True:\n    demisto.results("x" * 65536)')
    read, write = os.pipe()
    process = subprocess.Popen([BERTH, 'run', path, '--image', 'python3', '--raw', '--timeout', '1s'],
                               stdin=subprocess.DEVNULL, stdout=write, stderr=write,
                               env=room.berth.environment(room.settings))
    os.close(write)
    try:
        time.sleep(1 + 0.5 * PATIENCE)
        assert memory_of(process.pid) < 96 * MIB
        with os.fdopen(read, 'rb') as reader:
            text = reader.read()
        assert process.wait(10 * PATIENCE) in (4, 9) and text
    finally:
        process.kill()
        process.wait()
    figure('P19', 'messages that nobody read for a while: memory of berth bounded, exit status', process.returncode)
