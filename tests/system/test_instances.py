"""Instances of integrations: what is kept of them, and that their secrets are nowhere else (X01, X02, X03)."""
import base64
import contextlib
import glob
import json
import os
import shutil
import sqlite3
import stat
import tempfile
import threading
import time

import pytest

from figures import figure

pytestmark = pytest.mark.third_lane

CANARIES = 40

HEAD = '''commonfields: {id: Vault Test, version: -1}
name: Vault Test
display: Vault Test
category: Utilities
description: For tests.
configuration:
- {display: Host, name: host, type: 0, required: true}
- {display: Kinds, name: kinds, type: 16, options: [a, b], defaultvalue: a}
- {display: Trust, name: insecure, type: 8, defaultvalue: 'true'}
'''
TAIL = '''script:
  type: python
  subtype: python3
  dockerimage: python3
  commands:
  - {name: vault-show}
  script: |
'''


def parameter(number, kind):
    return '- {display: P%d, name: p%d, type: %d, required: false}\n' % (number, number, kind)


def integration(code, kinds=(), required=''):
    body = ''.join(parameter(number, kind) for number, kind in enumerate(kinds))
    return HEAD + body + required + TAIL + ''.join('    %s\n' % line for line in code.splitlines())


OK = "demisto.results('ok')"


class Place:
    """A state folder with its settings and an integration's file."""

    def __init__(self, berth):
        self.berth = berth
        self.state = tempfile.mkdtemp(prefix='berth-system-state-')
        self.settings = berth.write('state-%s.yaml' % os.path.basename(self.state), berth.settings_text(self.state))

    def __call__(self, *argv, **how):
        return self.berth('instance', *argv, settings=self.settings, **how)

    def begin(self, *argv, **how):
        return self.berth.begin('instance', *argv, settings=self.settings, **how)

    def content(self, text, name='integration-Vault.yml'):
        return self.berth.write(os.path.join(os.path.basename(self.state), name), text)

    def secret(self, name, text):
        return self.berth.write(os.path.join(os.path.basename(self.state) + '-secrets', name), text)


@pytest.fixture
def place(berth):
    made = Place(berth)
    yield made
    shutil.rmtree(made.state)


@contextlib.contextmanager
def watching(needles):
    """Looks at argv and environ of all processes again and again, and gives what was found there."""
    found, looks, over = set(), [0], threading.Event()

    def look():
        while not over.is_set():
            for part in ('cmdline', 'environ'):
                for path in glob.glob('/proc/[0-9]*/' + part):
                    try:
                        with open(path, 'rb') as file:
                            text = file.read()
                    except OSError:
                        continue
                    found.update((path, needle) for needle in needles if needle in text)
            looks[0] += 1

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield found, looks
    finally:
        over.set()
        thread.join()


def hits(folder, needles):
    found = []
    for base, folders, names in os.walk(folder):
        if 'roots' in folders:
            folders.remove('roots')  # kept mounts of images, which are read-only
        for name in names:
            if not stat.S_ISREG(os.lstat(os.path.join(base, name)).st_mode):
                continue
            with open(os.path.join(base, name), 'rb') as file:
                text = file.read()
            found += [(os.path.join(base, name), needle) for needle in needles if needle in text]
    return found


def forms(canary):
    """What a look through a stolen file would look for."""
    raw = canary.encode()
    yield raw
    yield raw[::-1]
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    for before in range(3):
        encoded = base64.b64encode(b'\0' * before + raw)
        yield encoded[4:-4]
    yield raw.decode().encode('utf-16-le')


def canaries():
    return ['cAnary-%02d-%s' % (number, os.urandom(9).hex()) for number in range(CANARIES)]


def add_with_canaries(place, code, name='i'):
    """An instance with forty secrets through parameters of types 4, 9 and 14."""
    kinds = [(4, 9, 14)[number % 3] for number in range(CANARIES)]
    texts = canaries()
    argv = ['add', place.content(integration(code, kinds)), '--name', name, '--param', 'host=h']
    for number, (kind, text) in enumerate(zip(kinds, texts)):
        path = place.secret('s%d' % number, text)
        member = ('.password', '.sshkey')[number % 2] if kind == 9 else ''
        argv += [('--param', '--secret')[number % 2], 'p%d%s=@%s' % (number, member, path)]
    return texts, argv


def test_x01_secrets_are_nowhere_but_sealed(place):
    code = "import time\ntime.sleep(1)\ndemisto.debug(str(demisto.params()))\nprint(demisto.params())\n" + OK
    texts, argv = add_with_canaries(place, code)
    needles = [form for text in texts for form in forms(text)]
    said = []
    with watching(needles) as (found, looks):
        said.append(place(*argv, '--json'))
        assert said[-1].code == 0, said[-1]
        for command in (('show', 'i'), ('show', 'i', '--json'), ('list',), ('list', '--json'), ('test', 'i', '--debug'),
                        ('test', 'i', '--json', '--debug'), ('set', 'i', '--param', 'host=other', '--json'),
                        ('set', 'i', '--param', 'hots=x'), ('set', 'i', '--param', 'kinds=c'), ('test', 'nobody'),
                        ('disable', 'i'), ('enable', 'i', '--json')):
            said.append(place(*command))
        assert looks[0] > 3, 'the look at the processes did not run'
    assert not found
    codes = [one.code for one in said]
    assert codes == [0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 0, 0], said
    for one in said:
        text = (one.out + one.err).encode()
        assert not [needle for needle in needles if needle in text], one
    assert '********' in said[1].out and '********' in said[5].err
    assert hits(place.state, needles) == []
    assert hits(place.berth.runtime, needles) == []
    figure('X01', 'canaries through parameters of types 4, 9 and 14: hits beyond the sealed place', 0)


def test_x01_control(place):
    """The same looks find what is no secret, so they would find one."""
    text = canaries()[0]
    path = place.content(integration("import time\ntime.sleep(1)\nprint(demisto.params()['host'])\n" + OK))
    with watching([text.encode()]) as (found, _):
        added = place('add', path, '--name', 'i', '--param', 'host=' + text)
        assert added.code == 0, added
        running = place.begin('test', 'i', '--debug', env={'LOOKED_FOR': text})
        time.sleep(0.5)
        tested = running.wait(60)
    assert {os.path.basename(where) for where, _ in found} >= {'environ'}
    assert text in tested.err and text in place('show', 'i').out
    assert hits(place.state, [text.encode()])


def test_x03_a_stolen_database_tells_no_secret(place):
    texts, argv = add_with_canaries(place, OK)
    assert place(*argv).code == 0
    stolen = tempfile.mkdtemp(prefix='berth-system-stolen-')
    try:
        for path in glob.glob(os.path.join(place.state, 'berth.db*')):
            shutil.copy(path, stolen)
        assert hits(stolen, [form for text in texts for form in forms(text)]) == []
        with contextlib.closing(sqlite3.connect(os.path.join(stolen, 'berth.db'))) as database:
            everything = '\n'.join(database.iterdump())
            sealed = [row[0] for row in database.execute('SELECT sealed FROM instance_secrets')]
        assert len(sealed) == CANARIES and all(one.startswith('v1:') for one in sealed)
        for text in sealed:
            everything += base64.b64decode(text.split(':')[2] + '==').decode('latin-1')
        assert not [text for text in texts if text in everything]
        # With a key of another's, the berth that has the database cannot open them either.
        shutil.copytree(stolen, os.path.join(stolen, 'state'))
        with open(place.settings) as usual:
            settings = place.berth.write('stolen.yaml', usual.read().replace(place.state, stolen + '/state'))
        opened = place.berth('instance', 'test', 'i', settings=settings)
        assert opened.code not in (0, 1), opened
        assert not [text for text in texts if text in opened.out + opened.err]
    finally:
        shutil.rmtree(stolen)
    figure('X03', 'canaries readable in a stolen database without its key', 0)


def test_x04_modes(place):
    path = place.content(integration(OK, [4]))
    old = os.umask(0)
    try:
        assert place('add', path, '--param', 'host=h', '--secret', 'p0=-', stdin=b'hush-hush').code == 0
    finally:
        os.umask(old)
    for base, folders, names in os.walk(place.state):
        for name in folders + names:
            mode = stat.S_IMODE(os.lstat(os.path.join(base, name)).st_mode)
            assert mode & 0o077 == 0, (name, oct(mode))


def test_x02_what_a_script_prints_is_masked(place):
    text = canaries()[0] + '/"q\\'
    code = '\n'.join([
        'import base64, json, urllib.parse, binascii',
        "s = demisto.params()['p0']",
        'pieces = [s, json.dumps(s), json.dumps({"a": s}), repr(s), urllib.parse.quote(s), urllib.parse.quote(s, safe=""),',
        '          urllib.parse.quote_plus(s), binascii.hexlify(s.encode()).decode(), s.encode().hex().upper(),',
        '          base64.b64encode(s.encode()).decode(), base64.urlsafe_b64encode(s.encode()).decode(),',
        "          base64.b64encode(b'user:' + s.encode()).decode(), s[::-1], s.upper(), s.swapcase()]",
        'print("\\n".join(pieces))',
        'for piece in pieces: demisto.results({"Type": 1, "ContentsFormat": "text", "Contents": "<" + piece + ">"})',
        'raise ValueError(s)'])
    path = place.content(integration(code, [4]))
    assert place('add', path, '--name', 'i', '--param', 'host=h', '--secret', 'p0=@' + place.secret('s', text)).code == 0
    tested = place('test', 'i', '--json')
    assert tested.code == 1, tested
    entries = tested.json['answer']['entries']
    assert len(entries) == 15
    core = text.encode()
    for entry in entries:
        assert '********' in entry['Contents'], entry
    whole = (tested.out + tested.err).encode()
    for form in (core, json.dumps(text)[1:-1].encode(), core.hex().encode(), core.hex().upper().encode(),
                 base64.b64encode(core), base64.b64encode(b'user:' + core)[10:-4], core[::-1], core.upper()):
        assert form not in whole, form
    figure('X02', 'forms of a secret that a script printed unmasked, of 15', 0)


def test_add_list_show_set_remove(place):
    path = place.content(integration(OK, [4, 9]))
    first = place('add', path, '--param', 'host=h', '--json')
    assert first.json == {'schema': 1, 'name': 'Vault Test_instance_1', 'done': 'added'}
    second = place('add', path, '--param', 'host=h', '--param', 'p1.identifier=me', '--disabled', '--network',
                   'api.example.com:443', '--allow', '10.1.0.0/16')
    assert second.out == "added instance 'Vault Test_instance_2'\n"
    listed = place('list', '--json').json
    assert (listed['schema'], [one['enabled'] for one in listed['instances']]) == (1, [True, False])
    shown = place('show', 'Vault Test_instance_2', '--json').json
    assert shown['parameters'] == {'host': 'h', 'kinds': ['a'], 'insecure': True, 'p0': '',
                                   'p1': {'identifier': 'me', 'password': ''}}
    assert shown['options'] == {'network': 'api.example.com:443', 'allow': ['10.1.0.0/16'], 'source': path}
    assert place('set', 'Vault Test_instance_2', '--param', 'kinds=a,b', '--secret', 'p0=-', stdin=b'hush').code == 0
    shown = place('show', 'Vault Test_instance_2', '--json').json
    assert (shown['parameters']['kinds'], shown['parameters']['p0']) == (['a', 'b'], '********')
    assert place('enable', 'Vault Test_instance_2').out == "enabled instance 'Vault Test_instance_2'\n"
    assert place('remove', 'Vault Test_instance_1').code == 0
    assert [one['name'] for one in place('list', '--json').json['instances']] == ['Vault Test_instance_2']
    assert place('show', 'Vault Test_instance_1').code == 2


BAD = {
    'required': (('add', '{path}'), "parameter 'host': it is required and missing"),
    'unknown': (('add', '{path}', '--param', 'hots=h'), "did you mean 'host'"),
    'inline secret': (('add', '{path}', '--param', 'host=h', '--param', 'p0=hush-hush'), 'write p0=@file or p0=-'),
    'inline --secret': (('add', '{path}', '--param', 'host=h', '--secret', 'p0=hush-hush'), 'write p0=@file or p0=-'),
    'inline password': (('add', '{path}', '--param', 'host=h', '--param', 'p1.password=hush-hush'),
                        'write p1.password=@file'),
    'option': (('add', '{path}', '--param', 'host=h', '--param', 'kinds=z'), "'z' is not one of its options"),
    'boolean': (('add', '{path}', '--param', 'host=h', '--param', 'insecure=maybe'), 'is not a boolean'),
    'name': (('add', '{path}', '--param', 'host=h', '--name', 'a,b'), 'it holds a comma'),
    'network': (('add', '{path}', '--param', 'host=h', '--network', 'everywhere'), '--network'),
    'allow': (('add', '{path}', '--param', 'host=h', '--allow', 'appliance.corp'), '--network HOST:PORT'),
    'path': (('add', '/none/such'), '/none/such'),
    'no such instance': (('show', 'nobody'), "'nobody'"),
}


@pytest.mark.parametrize('kind', BAD)
def test_bad_input(place, kind):
    argv, why = BAD[kind]
    path = place.content(integration(OK, [4, 9]))
    refused = place(*(word.format(path=path) for word in argv))
    assert refused.code == 2, refused
    assert why in refused.err
    assert 'hush' not in refused.err + refused.out


# code; exit status, the message
TESTS = {
    'ok': (OK, 0, 'ok'),
    'another text': ("demisto.results('Okay')", 1, "it returned 'Okay' instead of 'ok'"),
    'nothing': ('pass', 1, "it returned nothing instead of 'ok'"),
    'error entry': ("demisto.results({'Type': 4, 'ContentsFormat': 'text', 'Contents': 'no such host'})", 1,
                    'no such host'),
    'two results': ("demisto.results('ok')\ndemisto.results('ok')", 1, 'it returned 2 results'),
    'exception': ("raise ValueError('no route')", 1, 'no route'),
    'its name': ("c = demisto.callingContext['context']\n"
                 "demisto.results('ok' if (c['IntegrationInstance'], c['IntegrationBrand']) == ('my i', 'Vault Test') "
                 "else repr(c))", 0, 'ok'),
    'its parameters': ("p = demisto.params()\ndemisto.results('ok' if p == {'host': 'h', 'kinds': ['a'], "
                       "'insecure': True, 'p0': 'hush-hush'} else repr(p))", 0, 'ok'),
}


@pytest.mark.parametrize('kind', TESTS)
def test_test_module(place, kind):
    code, status, message = TESTS[kind]
    path = place.content(integration(code, [4]))
    assert place('add', path, '--name', 'my i', '--param', 'host=h', '--secret', 'p0=-', stdin=b'hush-hush').code == 0
    tested = place('test', 'my i')
    assert tested.code == status, tested
    assert message in (tested.out if status == 0 else tested.err)
    stored = place('show', 'my i', '--json').json['last_test']
    assert (stored['passed'], message in stored['message']) == (status == 0, True)


def test_newer_content(place):
    """A default that comes later is not filled in; what becomes secret is masked and sealed."""
    path = place.content(integration(OK, [0]))
    assert place('add', path, '--name', 'i', '--param', 'host=h', '--param', 'p0=hush-hush').code == 0
    code = "p = demisto.params()\nprint(p)\ndemisto.results('ok' if 'later' not in p and p['p0'] == 'hush' + '-hush' else 'no')"
    later = "- {display: Later, name: later, type: 0, defaultvalue: x, required: false}\n"
    place.content(integration(code, [4], later))
    assert 'hush-hush' not in place('show', 'i').out
    tested = place('test', 'i', '--debug')
    assert tested.code == 0 and 'hush-hush' not in tested.out + tested.err, tested
    assert hits(place.state, [b'hush-hush']) == []
