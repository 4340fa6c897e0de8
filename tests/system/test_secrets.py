"""Secrets of instances in everything that a war room keeps and shows (X01, X02, P20), and in what runs later (S05, S06)."""
import base64
import json
import os
import tempfile

import pytest

from calls import PATIENCE
from figures import figure
from test_instances import CANARIES, canaries, forms, hits, watching

pytestmark = pytest.mark.third_lane

# Says all its parameters in every way that there is.
TELL = """import json, os, sys
params = demisto.params()
text = json.dumps(params)
command = demisto.command()
demisto.debug('debug ' + text)
demisto.info('info ' + text)
demisto.error('error ' + text)
demisto.log('log ' + text)
print('print ' + text)
os.write(1, ('stdout ' + text + chr(10)).encode())
os.write(2, ('stderr ' + text + chr(10)).encode())
entry = {'Type': 1, 'ContentsFormat': 'json', 'Contents': params, 'HumanReadable': text, 'Tags': [text[:80]],
         'EntryContext': {'Told.P': params, 'Told.Text': text}}
if command == 'fetch-incidents':
    demisto.updateModuleHealth(text)
    demisto.incidents([{'name': 'told', 'details': text, 'rawJSON': text}])
elif command == 'fetch-indicators':
    demisto.createIndicators([{'value': 'told.example', 'type': 'Domain', 'rawJSON': params}])
else:
    demisto.results(entry)
    if command == 'tell-raise':
        raise ValueError(text)
"""
KINDS = [(4, 9, 14)[number % 3] for number in range(CANARIES)]


@pytest.fixture
def told(room):
    """An instance with forty secrets whose code tells them all."""
    room.integration('Tell', TELL, ['tell-all', 'tell-raise'], [('p%d' % number, kind) for number, kind in enumerate(KINDS)],
                     ['isfetch', 'feed'])
    texts = canaries()
    words = []
    for number, (kind, text) in enumerate(zip(KINDS, texts)):
        member = ('.password', '.sshkey')[number % 2] if kind == 9 else ''
        words += ['--secret', 'p%d%s=@%s' % (number, member, room.secret('s%d' % number, text))]
    room.add('Tell', 'teller', '--param', 'isFetch=true', '--param', 'feed=true', *words)
    return texts


RELAY = """entries = demisto.executeCommand('tell-all', {})
for entry in entries:
    demisto.results({'Type': 1, 'ContentsFormat': 'json', 'Contents': entry.get('Contents'),
                     'HumanReadable': entry.get('HumanReadable')})
print(entries)
demisto.setContext('Relayed', entries[0].get('HumanReadable'))
"""


def test_x01_everything_that_is_kept_and_shown(room, told):
    room.script('Relay', RELAY)
    inside = room.new()
    at = ('--investigation', inside)
    needles = [form for text in told for form in forms(text)]
    lines = (('exec', '!tell-all', *at), ('exec', '!tell-all debug-mode=true', *at, '--json'),
             ('exec', '!tell-all raw-response=true', *at, '--raw', '--debug', '--trace'),
             ('exec', '!tell-raise', *at, '--debug'), ('exec', '!Relay', *at, '--json', '--debug'),
             ('exec', '!Relay', '--raw'),
             ('fetch', 'teller', '--json', '--debug'), ('fetch', 'teller', '--debug'))
    with tempfile.TemporaryDirectory(prefix='berth-system-export-') as folder:
        with watching(needles) as (found, looks):
            said = [room(*line) for line in lines]
        assert looks[0] > 3, 'the look at the processes did not run'
        incident = room.must('investigation', 'list', '--json').json['investigations']
        ids = [str(one['id']) for one in incident]
        assert len(ids) == 3, ids
        for one in ids:
            said += [room.must('investigation', 'show', one, '--outputs'), room.must('investigation', 'show', one, '--json'),
                     room.must('investigation', 'export', one, '--to', os.path.join(folder, one))]
        said.append(room.must('context', 'get', *at))
        said.append(room.exec('!findIndicators query="type:Domain"'))
        exported = hits(folder, needles)
    assert [one.code for one in said[:8]] == [0, 0, 0, 3, 0, 0, 0, 0], said[:8]
    assert not found, found
    shown = [(number, needle) for number, one in enumerate(said) for needle in needles
             if needle in (one.out + one.err).encode('utf-8', 'surrogateescape')]
    assert not shown, sorted({number for number, _ in shown})
    assert all('********' in one.out + one.err for one in said[:8])
    assert exported == [], exported[:3]
    assert hits(room.state, needles) == [], hits(room.state, needles)[:3]
    assert hits(room.berth.runtime, needles) == []
    figure('X01', 'canaries told in %d ways by exec, fetch, a script that relays, export, logs; kept or shown' % len(lines),
           '0 of %d' % CANARIES)


def test_x01_control(room):
    """What is no secret is found in each of these places."""
    room.integration('Tell', TELL, ['tell-all'], [('p0', 0)], ['isfetch'])
    (text,) = canaries()[:1]
    room.add('Tell', 'teller', '--param', 'isFetch=true', '--param', 'p0=' + text)
    inside = room.new()
    answer = room.exec('!tell-all', '--investigation', inside)
    needle = text.encode()
    with tempfile.TemporaryDirectory(prefix='berth-system-export-') as folder:
        room.must('investigation', 'export', inside, '--to', folder)
        assert hits(folder, [needle]) and hits(room.state, [needle])
    assert text in answer.out and text in json.dumps(room.context(inside))
    assert text in room.must('fetch', 'teller', '--json').out


def test_p20_debug_mode(room, told):
    open_ = room.exec('!tell-all debug-mode=true')
    assert open_.code == 0, open_
    log = [line for one in open_.json['answers'] for line in one['log']]
    sources = {(line['source'], line.get('level', '')) for line in log}
    # It is there, with everything that the code said, but for the secrets.
    assert {('server', 'debug'), ('server', 'info'), ('server', 'error'), ('stdout', ''), ('stderr', '')} <= sources, sources
    told_lines = [line['text'] for line in log if '"p0"' in line['text']]
    assert len(told_lines) >= 6 and all('********' in text for text in told_lines)
    assert not [text for text in told if text in open_.out + open_.err]
    figure('P20', 'lines of a log in debug mode that hold parameters; secrets in them', '%d; 0 of %d'
           % (len(told_lines), CANARIES))


# Forms that are made by programs, and two that nobody promises to find: half of it, and what was encoded twice.
FORMS = """import base64, binascii, html, json, urllib.parse
s = demisto.params()['p0']
b = s.encode()
made = {'plain': s, 'JSON': json.dumps({'a': s}), 'Python': repr([s]),
        'address': urllib.parse.quote(s, safe=''), 'query': urllib.parse.urlencode({'a': s}), 'HTML': html.escape(s),
        'hexadecimal': b.hex(), 'HEX': b.hex().upper(), 'base64': base64.b64encode(b).decode(),
        'base64 at 1': base64.b64encode(b'u' + b + b'xyz').decode(),
        'base64 at 2': base64.b64encode(b'us' + b + b'xyz').decode(),
        'urlsafe': base64.urlsafe_b64encode(b).decode(), 'basic': base64.b64encode(b'user:' + b).decode(),
        'upper': s.upper(), 'backwards': s[::-1]}
half, twice = s[:len(s) // 2], base64.b64encode(base64.b64encode(b)).decode()
if demisto.command() == 'forms-log':
    for name in made:
        demisto.info(name + ' ' + made[name])
    raise ValueError(' '.join(made.values()))
for name in made:
    demisto.results({'Type': 1, 'ContentsFormat': 'text', 'Contents': name + ' <' + made[name] + '>',
                     'EntryContext': {'Form.' + name.replace(' ', ''): made[name]}})
for text in half, twice:
    demisto.results({'Type': 1, 'ContentsFormat': 'text', 'Contents': 'stated <' + text + '>'})
"""


def test_x02_forms(room):
    text = canaries()[0] + '&"q\\'
    room.integration('Forms', FORMS, ['forms-show', 'forms-log'], [('p0', 4)])
    room.add('Forms', 'forms', '--secret', 'p0=@' + room.secret('s', text))
    inside = room.new()
    answer = room.exec('!forms-show', '--investigation', inside)
    assert answer.code == 0, answer
    kept = [one['Contents'] for one in room.export(inside)['entries'] if 'Contents' in one]
    context = room.context(inside)['Form']
    for where in ([entry['Contents'] for entry in answer.entries], [one for one in kept if '<' in str(one)]):
        assert len(where) == 17, where
        found, stated = where[:-2], where[-2:]
        assert all('********' in one for one in found), [one for one in found if '********' not in one]
        assert stated[0] == 'stated <%s>' % text[:len(text) // 2]
        assert '********' not in stated[1]
    assert all('********' in one for one in context.values()), context
    logged = room('exec', '!forms-log', '--debug')
    core = text.encode()
    for form in (core, core.hex().encode(), core.hex().upper().encode(), base64.b64encode(core), core[::-1], core.upper()):
        assert form not in (logged.out + logged.err).encode(), form
    figure('X02', 'forms of a secret that stay readable: shown, kept, in the context, in logs',
           '0 of 15 (split, and encoded twice, it does)')


# --- S05, S06 --------------------------------------------------------------------------------------------------------

SCAN = """import re
found = set()
# The pattern does not match itself.
pattern = re.compile(rb'cAnary-[0-9]{2}-[0-9a-f]{18}')
def scan():
    looked = 0
    with open('/proc/self/maps') as maps, open('/proc/self/mem', 'rb', 0) as memory:
        for line in maps:
            span, rights = line.split()[:2]
            begin, end = (int(one, 16) for one in span.split('-'))
            if 'r' not in rights or line.rstrip().endswith(('[vvar]', '[vsyscall]')) or end - begin > 256 << 20:
                continue
            try:
                memory.seek(begin)
                text = memory.read(end - begin)
            except (OSError, OverflowError):
                continue
            looked += len(text)
            found.update(pattern.findall(text))
    return looked
looked = scan()
"""

RESIDUE = """import json
found, looked, own = 0, 0, 0
for number in range(%d):
    own += demisto.executeCommand('vault-scan', {'using': 'with'})[0]['Contents']['found']
    for name in ('vault-scan', 'Scan'):
        args = {'using': 'without'} if name == 'vault-scan' else {}
        contents = demisto.executeCommand(name, args)[0]['Contents']
        found += contents['found']
        looked += contents['looked']
demisto.results(json.dumps([found, looked, own]))"""

SAY = SCAN + "demisto.results({'Type': 1, 'ContentsFormat': 'json', 'Contents': {'found': len(found), 'looked': looked}})"
ROUNDS = 6


def test_s05_no_secret_in_the_memory_of_a_later_call(room):
    """One run whose calls take turns: one that has secrets, one of another instance, a script."""
    room.integration('Vault', SAY, ['vault-scan'], [('p0', 4)])
    room.script('Scan', SAY)
    room.script('Residue', RESIDUE % ROUNDS)
    text = canaries()[0]
    room.add('Vault', 'with', '--secret', 'p0=@' + room.secret('s', text))
    room.add('Vault', 'without')
    answer = room.exec('!Residue', seconds=100 * PATIENCE)
    assert answer.code == 0, answer
    found, looked, own = json.loads(answer.value)
    assert own == ROUNDS  # the control: the call that was given the secret finds it
    assert looked > 2 * ROUNDS * (4 << 20) and found == 0, answer.value
    figure('S05', 'earlier secrets in the memory of %d later calls (%d MiB looked at); control' % (2 * ROUNDS, looked >> 20),
           '0; %d of %d' % (own, ROUNDS))


# Leaves a mark wherever it can, and tells which are there already.
MARKS = """import builtins, glob, json, os, sys
import random as module
def read(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ''
places = [os.path.expanduser('~'), '/tmp', '/dev/shm', '/var/tmp', os.getcwd(), '/run', '/run/berth',
          os.path.dirname(module.__file__), '/sys/fs/cgroup', '/dev/pts', '/dev/mqueue']
found = [place for place in places if os.path.exists(os.path.join(place, 'mark'))]
found += [name for name in ('MARK',) if name in os.environ]
found += [name for name in ('mark',) if hasattr(builtins, name) or hasattr(module, name)]
left = 0
for place in places:
    try:
        with open(os.path.join(place, 'mark'), 'w') as file:
            file.write('x')
        left += 1
    except OSError:
        pass
os.environ['MARK'] = builtins.mark = module.mark = 'x'
if os.fork() == 0:
    import time
    time.sleep(3600)
others = len([pid for pid in os.listdir('/proc') if pid.isdigit()])
demisto.results({'Type': 1, 'ContentsFormat': 'json', 'Contents': {
    'found': found, 'left': left, 'others': others, 'uids': read('/proc/self/uid_map').split()[1:2],
    'again': [place for place in places if os.path.exists(os.path.join(place, 'mark'))]}})
"""


def test_s06_no_container_serves_two(room):
    """Calls of one item, of two instances, of two packs: none finds a mark of another, while all live, and one by one."""
    room.integration('Marker', MARKS, ['marker-mark'])
    room.script('MarkOne', MARKS)
    room.script('MarkTwo', MARKS, pack='Q')
    for name in 'ab':
        room.add('Marker', name)
    answers = []
    for line in ('!marker-mark', '!MarkOne', '!MarkTwo', '!MarkOne', '!marker-mark using=a'):
        answer = room.exec(line)
        assert answer.code == 0, answer
        answers += [entry['Contents'] for entry in answer.entries]
    assert len(answers) == 6
    assert [one['found'] for one in answers] == [[]] * 6, answers
    assert all(one['left'] >= 3 and len(one['again']) == one['left'] for one in answers), answers  # the control
    assert {one['others'] for one in answers} == {answers[0]['others']}, answers
    both = [one['uids'] for one in answers[:2]]
    assert both[0] != both[1], both  # at the same time
    figure('S06', 'marks of an earlier call that one of another pack, item or instance finds',
           '0 of %d' % sum(one['left'] + 3 for one in answers))
