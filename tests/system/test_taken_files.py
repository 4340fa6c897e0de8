"""Files that pass between a script's work folder and the host: whose they are, and that no link is followed (P16, P18,
K24, K25)."""
import glob
import json
import os
import re
import stat
import tempfile
import threading
import time

import pytest

from calls import PATIENCE
from figures import figure
from test_protocol import is_safe
from test_terminal import on_terminal

# --- P16 -------------------------------------------------------------------------------------------------------------

PATHS = """import json
said = []
for one in json.loads(demisto.args()['ids']):
    try:
        path = demisto.getFilePath(one)['path']
        with open(path) as file:
            said.append('answered: ' + file.read())
    except ValueError as error:
        said.append('refused: %s' % error)
demisto.results(json.dumps(said))"""


def test_p16_files_of_others(room):
    mine, theirs = room.new(), room.new()
    for investigation, text in ((mine, 'of mine'), (theirs, 'cAnary of theirs')):
        room.must('file', 'add', room.berth.write('given/%s.txt' % investigation, text), '--investigation', investigation)
    room.script('Paths', PATHS, ['ids'])
    (file,) = room.must('file', 'list', '--investigation', theirs, '--json').json['files']
    file_id = file['FileID']
    asked = ['1@' + theirs, file_id, theirs + '_' + file_id, '../%s_%s' % (theirs, file_id), '../../../../etc/passwd',
             '/etc/passwd', '1000000000@' + mine, '1000000000@1000000000', '1000000000', '-1@' + mine, '0@' + mine, '',
             '1@%s/../1@%s' % (mine, theirs), '1@' + theirs + '\0', '1@ ' + theirs, '1@0' + theirs, '1', 'x' * 100000,
             '99999999999999999999999@' + mine, "' OR 1=1 --", 7, None, ['1@' + theirs], {'id': '1@' + theirs}]
    answer = room.exec('!Paths ids=`%s`' % json.dumps(asked + ['1@' + mine]), '--investigation', mine)
    assert answer.code == 0, answer
    said = json.loads(answer.value)
    assert said.pop() == 'answered: of mine'  # the control
    assert not [(one, text) for one, text in zip(asked, said) if not text.startswith('refused')], said
    assert 'cAnary' not in answer.out
    figure('P16', 'ids that are no file of the own investigation: handed over', '0 of %d' % len(asked))


# --- K24, K25 --------------------------------------------------------------------------------------------------------

@pytest.fixture
def canary():
    """A file of the host's root, outside of everything; a script knows its path."""
    with tempfile.NamedTemporaryFile(prefix='berth-system-canary-', mode='w') as file:
        file.write('cAnary of the host')
        file.flush()
        yield file.name


def facts(path):
    status = os.lstat(path)
    with open(path) as file:
        return (status.st_uid, status.st_gid, status.st_mode, status.st_size, status.st_nlink, status.st_mtime_ns,
                file.read())


TRAPS = """import json, os
canary = %r
def entry(identity):
    return {'Type': 3, 'File': identity, 'FileID': identity, 'Contents': '', 'ContentsFormat': 'text'}
os.makedirs('real')
with open('real/file', 'w') as file:
    file.write('inside')
os.symlink(canary, '1_absolute')
os.symlink('..' + '/..' * 20 + canary, '1_relative')
os.symlink('/proc/self/root' + canary, '1_proc')
os.symlink('/proc/1/root' + canary, '1_init')
os.symlink('1_absolute', '1_chain')
os.symlink('real/file', '1_inside')
os.symlink(os.path.dirname(canary), '1_folder')
os.mkfifo('1_fifo')
os.mkdir('1_directory')
os.symlink('1_loop', '1_loop')
os.link('real/file', '1_hard')
names = ['absolute', 'relative', 'proc', 'init', 'chain', 'inside', 'folder', 'fifo', 'directory', 'loop', 'hard',
         'missing', '../1_absolute', 'folder/' + os.path.basename(canary), '', '.', '..', '/' + canary]
demisto.results([entry(name) for name in names])
with open('1_plain', 'w') as file:
    file.write('inside')
demisto.results(entry('plain'))
# Where the server will put a file for us, a link waits already; and what it put there becomes one.
for attempt in range(3):
    path = demisto.getFilePath('1@1')['path']
    with open(path) as file:
        assert file.read() == 'handed in', path
    os.unlink(path)
    os.symlink(canary, path)
path = demisto.getFilePath('1@1')['path']
assert not os.path.islink(path)
os.unlink(path)
os.symlink(canary, path)  # for whoever changes owners or removes files after the call
"""


def test_k24_links_are_not_followed(berth, canary):
    before = facts(canary)
    given = berth.write('given/in.txt', 'handed in')
    with tempfile.TemporaryDirectory(prefix='berth-system-saved-') as folder:
        answer = berth.script(TRAPS % canary, '--file', given, '--save-files', folder)
        assert answer.cause == 'completed', answer
        saved = {name: facts(os.path.join(folder, name))[-1] for name in os.listdir(folder)}
    assert 'cAnary' not in answer.out
    assert facts(canary) == before
    # Of all that was posted, what is a file in the folder itself came over.
    assert saved == {'plain': 'inside', 'hard': 'inside'}, saved
    refused = [text for text in answer.json['warnings'] if 'was not taken in' in text]
    assert len(refused) == 17, refused
    figure('K24', 'links, folders and fifos in the place of a result: followed; host file', '0 of 17; as it was')


SWAP = """import ctypes, os, time
canary = %r
count = 1000
libc = ctypes.CDLL(None)
libc.renameat2.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]
def swapper(names, tally):
    # Two things change places again and again, in one step each: a file and a link, a folder and a link.
    swaps = 0
    with open(tally, 'w') as told:
        while True:
            for name, other in names:
                if libc.renameat2(-100, name, -100, other, 2) != 0 and not os.path.lexists(name):
                    os.symlink(canary, name)
                swaps += 1
                if swaps %% 512 == 0:
                    told.seek(0)
                    told.write(str(swaps))
                    told.flush()
path = demisto.getFilePath('1@1')['path']
os.symlink(canary, 'other')
os.mkdir('folder')
for number in range(count):
    with open('1_f%%d' %% number, 'w') as file:
        file.write('inside')
    os.symlink(canary, 'o%%d' %% number)
pairs = [(b'1_f%%d' %% number, b'o%%d' %% number) for number in range(count)]
for names, tally in (([(path.encode(), b'other'), (b'other', b'folder')], 'a'), (pairs, 'b')):
    if os.fork() == 0:
        swapper(names, tally)
end = time.monotonic() + %f
asked = refused = 0
while time.monotonic() < end:
    try:
        demisto.getFilePath('1@1')
        asked += 1
    except ValueError:
        refused += 1
swaps = sum(int(open(tally).read() or 0) for tally in 'ab')
demisto.results([{'Type': 3, 'File': 'f%%d' %% number, 'FileID': 'f%%d' %% number, 'Contents': '',
                  'ContentsFormat': 'text'} for number in range(count)])
demisto.results({'asked': asked, 'refused': refused, 'swaps': swaps})
"""


def naive_reads(host, over, counts):
    """What somebody gets who opens the files by their names meanwhile: the control."""
    while not over.is_set():
        for group in host.cgroups():
            for path in glob.glob(group.split()[1] + 'cgroup.procs'):
                try:
                    with open(path) as file:
                        pids = file.read().split()
                    with open('/proc/%s/root/work/1_f%d' % (pids[-1], counts[1] % 1000)) as file:
                        counts[0] += file.read() == 'cAnary of the host'
                except (OSError, IndexError):
                    pass
                counts[1] += 1
        time.sleep(0.001)


def test_k25_swaps_while_files_are_taken(berth, host, canary):
    before = facts(canary)
    given = berth.write('given/in.txt', 'handed in')
    over, counts = threading.Event(), [0, 0]
    thread = threading.Thread(target=naive_reads, args=(host, over, counts))
    thread.start()
    swaps = asked = taken = refused = 0
    try:
        # On a busy machine what swaps may stand still while the files are taken: then once more.
        rounds = 0
        while rounds < 2 or (refused == 0 and rounds < 8):
            rounds += 1
            with tempfile.TemporaryDirectory(prefix='berth-system-saved-') as folder:
                answer = berth.script(SWAP % (canary, 5), '--file', given, '--save-files', folder, seconds=60 * PATIENCE)
                assert answer.cause == 'completed', answer
                texts = {facts(os.path.join(folder, name))[-1] for name in os.listdir(folder)}
                taken += len(os.listdir(folder))
            # A file that is taken at the moment of a swap is the file or nothing.
            assert texts <= {'inside'}, texts
            assert 'cAnary of the host' not in answer.out
            assert facts(canary) == before
            refused += len([text for text in answer.json['warnings'] if 'was not taken in' in text])
            swaps += answer.value['swaps']
            asked += answer.value['asked'] + answer.value['refused']
    finally:
        over.set()
        thread.join()
    assert counts[0] > 0, 'the naive reader found nothing: the swaps prove nothing'
    assert asked > 20 and refused > 0 and taken > 0 and swaps > 1000, (asked, refused, taken, swaps)
    figure('K25', 'swaps in 10 s; files asked for, taken in, refused; escapes', '%d; %d, %d, %d; 0'
           % (swaps, asked, taken, refused))
    figure('K25', 'control: naive opens that led to the host', '%d of %d' % tuple(counts))


# --- P18 -------------------------------------------------------------------------------------------------------------

ACTIVE = ['<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '<a href="javascript:alert(1)">click</a>',
          '[click](javascript:alert(1))', '[click](data:text/html;base64,PHNjcmlwdD4=)', '<svg onload=alert(1)>',
          '![x](file:///etc/passwd)', '[x](http://a.example/\x1b]8;;http://evil.example\x1b\\)',
          '<iframe src="file:///etc">',
          '&#x1b;[5mred', '&#27;]52;c;YQ==&#7;', '[\x1b[2J](x)', '<b>\x9b5m</b>',
          '| a\x07 | b |\n| --- | --- |\n| \x1b[5m | x |',
          '\u202egnp.exe', '<style>*{display:none}</style>', '<table><tr><td>\x1bc</td></tr></table>']
FORMATS = {'text': 1, 'markdown': 1, 'html': 1, 'json': 1, 'table': 1}

ENTRIES = """texts = %r
for text in texts:
    for format in %r:
        contents = [{text: text}] if format == 'table' else {text: text} if format == 'json' else text
        demisto.results({'Type': 1, 'ContentsFormat': format, 'Contents': contents})
    demisto.results({'Type': 1, 'ContentsFormat': 'json', 'Contents': {}, 'HumanReadable': text, 'Tags': [text]})
demisto.results('the end')
"""


def test_p18_entries_on_a_terminal(berth):
    path = berth.write('scripts/active.py', ENTRIES % (ACTIVE, list(FORMATS)))
    plain = berth('run', path, '--image', 'python3')
    assert plain.code == 0 and 'the end' in plain.out, plain
    assert is_safe(plain.out) and is_safe(plain.err), [c for c in plain.out if not is_safe(c)]
    # A link that is no address of the web is text, and what is behind it is seen.
    assert 'javascript:alert(1)' in plain.out
    drawn, code = on_terminal(berth, 'run', path, '--image', 'python3')
    # Berth's own colours aside, of which blinking (5) is none, a terminal gets text.
    drawn = re.sub(r'\x1b\[(?:[0-4]|7|9|2[2-9]|[39][0-79])(?:;[0-9]+)*m|\r\x1b\[K', '', drawn).replace('\r', '')
    assert code == 0 and is_safe(drawn), [drawn[max(0, at - 30):at + 30] for at, c in enumerate(drawn) if not is_safe(c)]
    figure('P18', 'active texts in %d formats: control characters that reach a pipe, a terminal' % (len(FORMATS) + 1),
           '0, 0 of %d entries' % (len(ACTIVE) * (len(FORMATS) + 1)))


NAMES = ['x.html', 'x.html', 'page.svg', '../../escape.html', '/etc/cron.d/escape', '.', '..', '', 'a\x1b[2J.html',
         'a/b/c.js', 'b\\\\c.js', 'n' * 150 + '.html', 'nul\x00.html', 'gnp.\u202eexe', '-rf', 'new\nline.html']

SAVED = r"""import json, struct, zlib
names = json.loads(%r)
page = b'<html><script>alert(1)</script></html>'
def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
# An image of 50,000 x 50,000: 2.5 GB where somebody unpacks it.
packer = zlib.compressobj(9)
rows = b''.join(packer.compress(b'\0' * (1 << 20)) for _ in range(64)) + packer.flush()
image = (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 50000, 50000, 8, 0, 0, 0, 0)) +
         chunk(b'IDAT', rows) + chunk(b'IEND', b''))
for number, name in enumerate(names + ['bomb.png']):
    identity = 'f%%d' %% number
    with open('1_' + identity, 'wb') as file:
        file.write(image if name == 'bomb.png' else page)
    demisto.results({'Type': 3, 'File': name, 'FileID': identity, 'Contents': '', 'ContentsFormat': 'text'})
"""


def test_p18_files_that_are_saved(berth):
    code = SAVED % json.dumps(NAMES)
    with tempfile.TemporaryDirectory(prefix='berth-system-saved-') as outer:
        folder = os.path.join(outer, 'in', 'here')
        answer = berth.script(code, '--save-files', folder)
        assert answer.cause == 'completed' and answer.json['warnings'] == [], answer
        found = [os.path.join(base, name) for base, _, names in os.walk(outer) for name in names]
        assert {os.path.dirname(path) for path in found} == {folder}, found
        assert len(found) == len(NAMES) + 1, found
        for path in found:
            status = os.lstat(path)
            assert stat.S_ISREG(status.st_mode) and stat.S_IMODE(status.st_mode) & 0o7133 == 0, (path, oct(status.st_mode))
            assert is_safe(os.path.basename(path)), path
        assert sum(os.path.basename(path).endswith('x.html') for path in found) == 2
        bomb = os.path.getsize(os.path.join(folder, 'bomb.png'))
    assert not os.path.exists('/etc/cron.d/escape')
    assert is_safe(answer.err), answer.err
    assert answer.peak_bytes < 64 << 20
    figure('P18', 'hostile names of files: written elsewhere, executable; an image bomb is kept as bytes, memory of berth',
           '0, 0 of %d; %d KiB, %.0f MiB' % (len(NAMES), bomb >> 10, answer.peak_bytes / (1 << 20)))
