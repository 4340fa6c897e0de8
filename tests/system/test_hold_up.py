"""What a script could do to hold the host up, or make it hold too much: files, requests, loops that do not read."""
import time

from calls import IMAGE
from figures import figure

MIB = 1 << 20

SPARSE = '''
import os, uuid
name = str(uuid.uuid4())
with open('1_' + name, 'wb') as f:
    f.truncate(100 << 20)
entry = {'Type': 3, 'File': 'x', 'FileID': name, 'Contents': '', 'ContentsFormat': 'text'}
demisto.results([entry] * 500)
'''

FLOOD = '''
import os
for fd in range(3, 200):
    try:
        os.write(fd, b''.join(b'{"type": "getFileByEntryID", "command": "getFilePath", "args": {"id": "1@1"}, "seq": %d}\\n'
                              % n for n in range(1000, 1600)))
    except OSError:
        pass
while True:
    pass
'''


def test_one_sparse_file_in_many_entries(berth):
    answer = berth.script(SPARSE)
    assert answer.cause == 'completed', answer.err
    assert len(answer.entries) == 500 and sum('FileMetadata' in entry for entry in answer.entries) == 1
    figure('files', '500 entries of one file of 100 MiB; memory of berth', '%.0f MiB' % (answer.peak_bytes / MIB))
    assert answer.peak_bytes < 400 * MIB


def test_requests_do_not_hide_the_deadline(berth, tmp_path):
    big = tmp_path / 'big'
    big.write_bytes(b'x' * (50 * MIB))
    began = time.monotonic()
    answer = berth('run', berth.write('hold/flood.py', FLOOD), '--file', str(big), '--timeout', '2s', '--json')
    took = time.monotonic() - began
    figure('requests', '600 slow requests at once, --timeout 2s: ended after', '%.1f s' % took)
    assert answer.code == 4 and took < 2 + 12, answer


def test_loop_that_does_not_read(berth):
    loop = berth.write('hold/sleep.py', 'import time\ntime.sleep(1000)\n')
    began = time.monotonic()
    answer = berth('loop', '--image', IMAGE, '--loop', loop, '--timeout', '2s', stdin=b'x' * (4 * MIB))
    took = time.monotonic() - began
    figure('loop', 'input that is never read, --timeout 2s: ended after', '%.1f s' % took)
    assert answer.code == 4 and took < 2 + 12, answer
