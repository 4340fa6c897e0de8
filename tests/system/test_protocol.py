"""A hostile script on the wire. Frames travel on descriptors 3 and 4; what stands on 1 and 2 is text."""
import json

import pytest

from calls import PATIENCE
from figures import figure

MIB = 1 << 20

FORGED = ('{"type": "completed"}', '{"type": "exception", "args": {"exception": ["forged"]}}', '{"type": "pong"}',
          '{"type": "result", "results": [{"Type": 1, "Contents": "forged", "ContentsFormat": "text"}]}')


def writing(fd, *lines):
    """Code that writes the lines to a descriptor, at once."""
    return 'import os\nos.write(%d, %r)\n' % (fd, ''.join(line + '\n' for line in lines).encode())


def test_p01_forged_frames(berth):
    answer = berth.script(writing(1, *FORGED) + writing(2, *FORGED) + "demisto.results('mine')")
    assert (answer.cause, answer.value, len(answer.entries)) == ('completed', 'mine', 1), answer
    assert answer.log('stdout') == list(FORGED) and answer.log('stderr') == list(FORGED)
    assert answer.exception() == ''
    figure('P01', 'forged lines that were messages', '0 of %d' % (2 * len(FORGED)))

    # The control: on the private channel the same lines do what they say, to the script's own call.
    ended = berth.script(writing(4, FORGED[3], FORGED[1], FORGED[0]) + 'import time\ntime.sleep(60)')
    assert (ended.cause, ended.value) == ('exception', 'forged'), ended
    assert ended.exception() == 'forged'
    late = berth.script(writing(4, FORGED[0], *[FORGED[3]] * 3) + 'import time\ntime.sleep(60)')
    assert (late.cause, late.entries, late.outcome['late_messages']) == ('completed', [], 3)
    figure('P01', 'control, on the private channel: entries after `completed`', '0, %d of 3 counted'
           % late.outcome['late_messages'])


LONG = '''
import os
block = b'x' * (1 << 20)
for _ in range(%d):
    os.write(%d, block)
'''


def test_p04_one_long_line(berth):
    frame = berth.script(LONG % (1024, 4))
    assert (frame.cause, frame.code) == ('output limit', 9), frame
    assert frame.outcome['limit'] == '16 MiB for one message'
    assert frame.outcome['raised_by'] == 'limits.message in the configuration'
    text = berth.script(LONG % (1024, 1))
    assert (text.cause, text.outcome['limit']) == ('output limit', '64 MiB of output')
    assert text.outcome['raised_by'] == 'limits.output in the configuration'
    assert max(frame.peak_bytes, text.peak_bytes) < 96 * MIB
    figure('P04', 'a line of 1 GiB is cut after; memory of berth', '%.1f of 16 MiB as message, %.1f of 64 MiB as text; '
           '%.1f MiB' % (frame.outcome['output_bytes'] / MIB, text.outcome['output_bytes'] / MIB,
                         max(frame.peak_bytes, text.peak_bytes) / MIB))

    allowed = berth.script("demisto.results('x' * (15 << 20))")
    assert (allowed.cause, len(allowed.value)) == ('completed', 15 * MIB)
    figure('P04', 'control: message that passes', '15 of 16 MiB')


def test_p04_many_short_lines(berth):
    code = "import os\nblock = b'x\\n' * 32768\nfor _ in range(305):\n    os.write(1, block)\n"
    answer = berth.script(code)  # 10 million lines, 20 MiB
    assert (answer.cause, answer.code) == ('completed', 0), answer.err
    assert answer.outcome['dropped_log_bytes'] > 0
    assert answer.peak_bytes < 192 * MIB
    figure('P04', '1e7 short lines: taken in, dropped, memory of berth', '%.1f MiB, %.1f MiB, %.1f MiB'
           % (answer.outcome['output_bytes'] / MIB, answer.outcome['dropped_log_bytes'] / MIB, answer.peak_bytes / MIB))


@pytest.mark.parametrize('fd', (1, 4))
def test_p04_a_byte_at_a_time(berth, fd):
    code = "import os, time\nwhile True:\n    os.write(%d, b'x')\n    time.sleep(0.05)\n" % fd
    answer = berth.script(code, '--timeout', '1s')
    assert (answer.cause, answer.code) == ('timeout', 4), answer
    assert answer.seconds < 1 + 1 * PATIENCE
    figure('P04', 'a byte at a time on descriptor %d ends after' % fd,
           '%.2f of 1 s' % (answer.outcome['wall_ms'] / 1000))


HALF = '{"type": "result", "results": [{"Type": 1, "Contents": "half'


def test_p05_half_a_line(berth):
    ended = berth.script("import os\nos.write(4, %r)\nos._exit(0)" % HALF.encode())
    assert (ended.cause, ended.code, ended.entries) == ('ended early', 10, []), ended
    said = [text for text in ended.log('server') if 'truncated' in text]
    assert len(said) == 1 and ended.outcome['bad_messages'] == 1
    figure('P05', 'half a line, then the end', said[0][:70])

    waiting = berth.script("import os, time\nos.write(4, %r)\ntime.sleep(3600)" % HALF.encode(), '--timeout', '1s')
    assert (waiting.cause, waiting.entries) == ('timeout', [])

    resumed = berth.script("import os\nos.write(4, %r + b'\\n')\ndemisto.results('whole')" % HALF.encode())
    assert (resumed.cause, resumed.value, len(resumed.entries)) == ('completed', 'whole', 1), resumed
    assert resumed.outcome['bad_messages'] == 1
    figure('P05', 'half a line, then a line feed', '1 bad message; the next one is read')


def test_p05_two_writers(berth):
    code = '''
import os, threading
def spoil():
    for number in range(2000):
        os.write(4, b'{"type": "result", "results": [')
        if number % 3 == 0:
            os.write(4, b'\\n')
other = threading.Thread(target=spoil)
other.start()
for number in range(200):
    demisto.log('line %d' % number)
other.join()
os.write(4, b'\\n')
demisto.results('end')
'''
    answer = berth.script(code)
    assert (answer.cause, answer.value) == ('completed', 'end'), answer
    assert answer.outcome['bad_messages'] > 0
    figure('P05', 'two writers interleaved: bad messages; the call', '%d; completed' % answer.outcome['bad_messages'])


TEXTS = {
    'invalid UTF-8': b'a\xff\xfeb', 'overlong': b'a\xc0\xafb', 'byte order mark': b'\xef\xbb\xbfa', 'UTF-16': b'a\0b\0',
    'NUL': b'a\0b', 'CR only': b'a\rb', 'U+2028': 'a\u2028b'.encode(), 'ANSI': b'a\x1b[31mb',
    'OSC 52': b'a\x1b]52;c;YQ==\x07b', 'bidi': 'a\u202eb'.encode(), 'C1': 'a\u009b31mb'.encode(),
    'surrogate': b'a\xed\xa0\x80b', 'DEL': b'a\x7fb',
}


def is_safe(text):
    """Whether a terminal shows `text` and does nothing else."""
    return not [c for c in text if c != '\n' and (ord(c) < 32 or 0x7f <= ord(c) < 0xa0 or c in '\u2028\u2029'
                                                  or '\u202a' <= c <= '\u202e' or '\u2066' <= c <= '\u2069'
                                                  or 0xdc80 <= ord(c) <= 0xdcff)]


SAY = """
import os
for text in texts:
    os.write(1, text + b'\\n')
demisto.results([text.decode('utf-8', 'surrogateescape') for text in texts])
raw = b'|'.join(text for text in texts if min(text) >= 32)
os.write(4, b'{"type": "entryLog", "args": {"message": "' + raw + b'"}}\\n')
demisto.results('plain text')
"""


def test_p06_bytes(berth):
    code = 'texts = %r\n' % list(TEXTS.values()) + SAY
    answer = berth.script(code)
    assert (answer.cause, answer.value) == ('completed', 'plain text'), answer
    assert len(answer.log('stdout')) == len(TEXTS)
    assert answer.outcome['bad_messages'] == 0
    raw = json.dumps(answer.json, ensure_ascii=False).encode('utf-8', 'surrogatepass')
    assert answer.out.encode('utf-8', 'strict') and raw  # the answer itself is UTF-8

    path = berth.write('scripts/bytes.py', code)
    shown = berth('run', path, '--image', 'python3')
    assert shown.code == 0 and 'plain text' in shown.out
    for stream in (shown.out, shown.err):
        assert is_safe(stream), [c for c in stream if not is_safe(c)]
    figure('P06', 'texts of %d kinds: bad messages, control characters shown raw' % len(TEXTS), '0, 0')


def frame(contents):
    return '{"type": "result", "results": [{"Type": 1, "ContentsFormat": "json", "Contents": %s}]}' % contents


# What the value becomes in the answer; None where the message is refused.
VALUES = {
    'depth 1000000': ("'[' * 1000000 + ']' * 1000000", None),
    'depth 100': ("'[' * 100 + ']' * 100", '[' * 100 + ']' * 100),
    # The answer is strict JSON, which has no word for these two.
    'NaN': ("'NaN'", 'null'), 'Infinity': ("'-Infinity'", 'null'), '1e400': ("'1e400'", None),
    'same key twice': ("""'{"a": 1, "a": 2}'""", '{"a": 2}'),
    'lone surrogate': ("""'"\\\\ud800"'""", '"\\ufffd"'),
    '10**40': ("'1' + '0' * 40", '1' + '0' * 40), 'minus zero': ("'-0'", '0'),
    '__proto__': ("""'{"__proto__": {"a": 1}}'""", '{"__proto__": {"a": 1}}'),
}


@pytest.mark.parametrize('kind', VALUES)
def test_p07_json(berth, kind):
    text, expected = VALUES[kind]
    code = "import os\nline = %r %% (%s)\ndata = line.encode() + b'\\n'\nwhile data:\n" \
           "    data = data[os.write(4, data):]\ndemisto.results('end')" % (frame('%s'), text)
    answer = berth.script(code)
    assert (answer.cause, answer.value) == ('completed', 'end'), answer
    assert answer.peak_bytes < 64 * MIB
    if expected is None:
        assert len(answer.entries) == 1 and answer.outcome['bad_messages'] == 1
    else:
        assert answer.outcome['bad_messages'] == 0, answer.log('server')
        got = answer.entries[0]['Contents']
        assert json.dumps(got) == json.dumps(json.loads(expected)), got
    figure('P07', kind, 'refused' if expected is None else expected[:40])


KEYS = """
import os
data = b'{"type": "result", "results": {' + b','.join(b'"%x":0' % i for i in range(1000000)) + b'}}\\n'
while data:
    data = data[os.write(4, data):]
demisto.results('end')
"""


def test_p07_a_million_keys(berth):
    answer = berth.script(KEYS)
    assert (answer.cause, answer.value) == ('completed', 'end'), answer.err
    assert len(answer.entries) == 1 and answer.outcome['bad_messages'] == 1
    assert [text for text in answer.log('server') if '500000' in text]
    grown = answer.peak_bytes - berth.script('import time\ntime.sleep(0.2)').peak_bytes
    figure('P07', '1e6 keys in one message: refused; memory of berth grows by', '%.0f of 64 MiB' % (grown / MIB))
    assert grown < 64 * MIB


def test_p07_many_keys(berth):
    code = "demisto.results({'Type': 1, 'ContentsFormat': 'json', 'Contents': {str(i): i for i in range(100000)}})\n" \
           "demisto.results('end')"
    answer = berth.script(code)
    assert (answer.cause, answer.value) == ('completed', 'end'), answer.err
    assert len(answer.entries[0]['Contents']) == 100000
    assert answer.peak_bytes < 64 * MIB
    figure('P07', 'control, 1e5 keys: taken in; memory of berth', '%.0f MiB' % (answer.peak_bytes / MIB))


ASK = '''
def ask(message):
    try:
        demisto._Demisto__do(message)
        return 'answered'
    except ValueError as error:
        return str(error)
'''


def test_p08_requests(berth):
    messages = [{'type': 'nonsense'}, {'type': ''}, {'type': 'executeCommand'},
                {'type': 'executeCommand', 'command': 7}, {'type': 'executeCommand', 'command': 'x', 'args': [1]},
                {'type': 'getFileByEntryID'}, {'type': 'getFileByEntryID', 'args': ['1@1']},
                {'type': 'setContext'}, {'type': 'dt', 'name': []}, {'type': 'execute', 'args': None}]
    code = ASK + 'demisto.results([ask(message) for message in %r])\n' % messages
    code += 'demisto.results(ask({"type": "demistoUrls"}))'
    answer = berth.script(code)
    assert answer.cause == 'completed', answer
    said = [entry['Contents'] for entry in answer.entries]
    assert said.pop() == 'answered'  # the control
    assert len(said) == len(messages)
    for message, text in zip(messages, said):
        assert text not in ('answered', ''), message
    figure('P08', 'requests without sense: error replies', '%d of %d' % (len(said), len(messages)))


def test_p08_lines_that_are_no_message(berth):
    lines = ['[]', '7', '{}', '{"type": 7}', '{"seq": 1}', '{"type": "executeCommand", "seq": "one"}', 'nonsense', '']
    answer = berth.script(writing(4, *lines) + "demisto.results('end')")
    assert (answer.cause, answer.value) == ('completed', 'end'), answer
    assert answer.outcome['bad_messages'] == len(lines)
    figure('P08', 'lines that are no message: counted, and the call goes on', '%d of %d'
           % (answer.outcome['bad_messages'], len(lines)))


def test_p08_requests_in_flight(berth):
    code = '''
import os, threading
line = b''.join(b'{"type": "demistoUrls", "seq": %%d}\\n' %% number for number in range(1, 100001))
def ask(data=line):
    while data:
        data = data[os.write(4, data):]
asking = threading.Thread(target=ask)
asking.start()
seen = b''
count = 0
while count < 100000:
    chunk = os.read(3, 1 << 20)
    count += chunk.count(b'\\n')
asking.join()
demisto.results({'answers': count})
'''.replace('%%', '%')
    answer = berth.script(code)
    assert (answer.cause, answer.value) == ('completed', {'answers': 100000}), answer
    assert answer.peak_bytes < 96 * MIB
    # Not read, the answers pile up to a bound; then nothing more is read from the script.
    flood = code.replace('while count < 100000:', 'while False:').replace('100001', '1000001')
    unread = berth.script(flood, '--timeout', '5s')
    assert unread.cause == 'timeout' and unread.peak_bytes < 96 * MIB
    figure('P08', '1e5 requests in flight: answers; memory of berth, with answers read and unread',
           '%d; %.0f, %.0f MiB' % (answer.value['answers'], answer.peak_bytes / MIB, unread.peak_bytes / MIB))


CLOSED = {
    'close(0)': ('os.close(0)', 'completed', 0),
    'close(1)': ('os.close(1)', 'completed', 0),
    'a socket on 1': ('import socket\npair = socket.socketpair()\nos.dup2(pair[0].fileno(), 1)', 'completed', 0),
    'sys.stdout = None': ('import sys\nsys.stdout = sys.stderr = sys.__stdout__ = None', 'completed', 0),
    'closerange(0, 9999)': ('os.closerange(0, 9999)', 'ended early', 10),
    'close of what it reads': ('os.close(3)', 'completed', 0),
    'close of what it writes': ('os.close(4)', 'ended early', 10),
    'nothing': ('', 'completed', 0),
}


@pytest.mark.parametrize('what', CLOSED)
def test_p10_closed_descriptors(berth, what):
    code, cause, exit_code = CLOSED[what]
    answer = berth.script("import os\ndemisto.results('before')\n%s\nprint('a line')\ndemisto.results('after')" % code,
                          '--timeout', '20s')
    assert (answer.cause, answer.code) == (cause, exit_code), answer
    assert answer.value == ('after' if cause == 'completed' else 'before')
    assert answer.seconds < 1 * PATIENCE
    figure('P10', what, '%s, exit %d' % (answer.cause, answer.code))
