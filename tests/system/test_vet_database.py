"""berth vet db: advisories and lists of names and licences, from files and from a server on this machine; interrupted, damaged,
old and hostile ones. What was there stays in use, and that is said."""
import concurrent.futures
import contextlib
import gzip
import http.server
import io
import json
import os
import shutil
import signal
import ssl
import subprocess
import tarfile
import threading
import time
import zipfile

import pytest

from calls import BERTH, PATIENCE, ROOT
from figures import figure
from test_vet import GOOD, WEAK, Vet, rules, tar_of

pytestmark = pytest.mark.third_lane

DATA = os.path.join(ROOT, 'data')


@pytest.fixture(autouse=True)
def untouched():
    """Nothing here makes a container: there is no need to look at the machine."""


@pytest.fixture
def vet(tmp_path):
    return Vet(tmp_path)


def entries(name):
    """The lines of one of the lists that come with Berth."""
    with open(os.path.join(DATA, name)) as file:
        return [line.rstrip('\n') for line in file if line.strip() and not line.startswith('#')]


def imported(vet, kind, content, *words):
    path = vet.folder / kind
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return vet('db', 'import', '--kind', kind, *words, path)


def status(vet):
    done = vet('db', 'status', '--json')
    assert done.returncode == 0, done
    return json.loads(done.stdout)


def judged(vet, *packages):
    """The rules that are not allowed of packages by their names, and the whole report."""
    report = json.loads(vet('--offline', '--json', *packages).stdout)
    return rules(report), report


def general(report):
    return {finding['rule']: finding for finding in report['general']}


def popular_csv(*first):
    rows = ['%d,"%s"' % (900000 - i, name) for i, name in enumerate((*first, *entries('popular_names.txt')))]
    return 'download_count,project\n' + '\n'.join(rows) + '\n'


def spdx_json(what, key, name, *more):
    ids = [line.split('\t') for line in entries('spdx/%s.txt' % name)]
    return json.dumps({'licenseListVersion': '9', 'releaseDate': '2026-10-01', what: [
        {key: one[0], 'isDeprecatedLicenseId': len(one) > 1} for one in (*ids, *([one] for one in more))]})


def test_a_fresh_machine_judges_by_what_comes_with_berth_and_says_so(vet):
    code, report = vet.judged()
    assert (code, report['verdict']) == (0, 'allow')
    told = general(report)['database.start-set']
    assert told['verdict'] == 'allow' and 'of 2024-10-10' in told['evidence'] and 'berth vet db update' in told['remedy']
    assert 'database.start-set' in vet('%s/lib/' % vet.folder).stdout
    assert json.loads(vet('--format', 'sarif', '%s/lib/' % vet.folder).stdout)['runs'][0]['results'][0]['level'] == 'note'
    found, _ = judged(vet, 'django==3.2.0')
    assert any(rule.startswith('advisory.') for rule in found), found
    shown = status(vet)
    assert [(one['name'], one['stale']) for one in shown['sources']] == [('start set', True)]
    assert [(one['kind'], one['imported'], one['stale']) for one in shown['lists']] == [
        ('popular', '', False), ('malicious', '', False), ('licences', '', False), ('exceptions', '', False)]
    text = vet('db', 'status').stdout
    assert 'older than 168 hours; in use until advisories of the index are imported, which the policy answers by allow' in text
    (vet.folder / 'vet.yaml').write_text('version: 1\nadvisories: {start_set: ask}\n')
    assert vet.judged()[0] == 3
    (vet.folder / 'vet.yaml').write_text('version: 1\nlists: {popular: {max_age: 1d}, stale: refuse}\n')
    code, report = vet.judged()
    assert code == 1 and 'the popular names are ' in general(report)['list.stale']['evidence']


def test_a_few_advisories_of_ones_own_do_not_end_the_start_set(vet):
    vet.imported(WEAK)
    assert 'database.start-set' in general(vet.judged()[1])
    many = [dict(WEAK, id='CVE-1-%d' % i, modified=time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime()),
                 affected=[{'package': {'ecosystem': 'PyPI', 'name': 'p%d' % i}, 'versions': ['1']}]) for i in range(1000)]
    vet.imported(many, 'public')
    code, report = vet.judged()
    assert code == 1 and report['general'] == []  # by WEAK alone
    # Fetched today, and yet of another time: it is old, and so is one that says of which day it is.
    vet.imported([dict(one, modified='2024-10-08T00:00:00Z') for one in many], 'public')
    assert 'they were old when they were imported' in general(vet.judged()[1])['database.stale']['evidence']
    path = vet.folder / 'carried.json'
    path.write_text(json.dumps(WEAK))
    assert vet('db', 'import', '--dated', '2026-01-31', '--name', 'ours', path).returncode == 0
    assert "the advisories 'ours' are of 2026-01-31" in [one['evidence'] for one in vet.judged()[1]['general']]
    done = vet('db', 'import', '--dated', '2199-01-31', '--name', 'ours', path)
    assert done.returncode == 2 and "'2199-01-31' is no day that has been" in done.stderr, done


def test_a_list_of_malicious_names_is_taken(vet):
    assert 'name.malicious' not in judged(vet, 'zz-evil==1')[0]
    done = imported(vet, 'malicious', 'Zz_Evil\tour team\n', '--json')
    assert (done.returncode, json.loads(done.stdout)['lists'][0]['entries']) == (0, 1), done
    assert 'our team' in judged(vet, 'zz-evil==1')[0]['name.malicious']['evidence']
    assert 'name.malicious' in judged(vet, 'aiiohttp==1')[0]  # which comes with Berth
    record = {'id': 'MAL-1', 'affected': [{'package': {'ecosystem': 'PyPI', 'name': 'zz-worse'},
                                           'ranges': [{'type': 'ECOSYSTEM', 'events': [{'introduced': '0'}]}]}]}
    assert imported(vet, 'malicious', tar_of(('a.json', json.dumps(record).encode(), tarfile.REGTYPE))).returncode == 0
    assert 'MAL-1' in judged(vet, 'zz-worse')[0]['name.malicious']['evidence']
    assert 'name.malicious' not in judged(vet, 'zz-evil==1')[0]
    assert vet('db', 'remove', '--kind', 'malicious').returncode == 0
    done = vet('db', 'remove', '--kind', 'malicious')
    assert done.returncode == 2 and 'those that come with Berth are in use' in done.stderr, done
    assert 'name.malicious' not in judged(vet, 'zz-worse')[0]


def test_a_list_of_popular_names_takes_the_place_of_the_one_that_comes_with_berth(vet):
    assert 'name.look-alike' not in judged(vet, 'zz-wel-known==1')[0]
    for content in (popular_csv('zz-well-known'), gzip.compress(popular_csv('zz-well-known').encode())):
        assert imported(vet, 'popular', content).returncode == 0
        assert "'zz-well-known', rank 1" in judged(vet, 'zz-wel-known==1')[0]['name.look-alike']['evidence']
    rows = [{'project': name, 'download_count': 1} for name in entries('popular_names.txt')[:500]]
    assert imported(vet, 'popular', json.dumps({'last_update': '2024-01-01 08:00:00', 'rows': rows})).returncode == 0
    listed = status(vet)['lists'][0]
    assert (listed['entries'], listed['dated'], listed['stale']) == (500, '2024-01-01', True)
    found, report = judged(vet, 'zz-wel-known==1')
    assert 'name.look-alike' not in found and 'list.stale' in general(report)
    assert report['lists'][0]['origin'] == str(vet.folder / 'popular')


def test_licences_that_spdx_added_later_become_known(vet):
    vet.installed('zz_thing', '1.0', 'License-Expression: Brand-New-1.0 AND MIT')
    policy = vet.folder / 'vet.yaml'
    policy.write_text('version: 1\nlicences: {allow: [Brand-New-1.0]}\n')
    done = vet('%s/lib/' % vet.folder)
    assert done.returncode == 2 and 'is no licence of the SPDX list' in done.stderr, done
    policy.unlink()
    assert list(rules(vet.judged()[1])) == ['licence.unclear']
    assert imported(vet, 'licences', spdx_json('licenses', 'licenseId', 'licences', 'Brand-New-1.0')).returncode == 0
    assert imported(vet, 'exceptions', spdx_json('exceptions', 'licenseExceptionId', 'exceptions', 'New-exception')).returncode == 0
    assert list(rules(vet.judged()[1])) == ['licence.asked']
    policy.write_text('version: 1\nlicences: {allow: [Brand-New-1.0, MIT WITH New-exception]}\n')
    assert vet.judged()[0] == 0
    assert vet('db', 'status').returncode == 0


# --- hostile files ----------------------------------------------------------------------------------------------------

def zip_of(*members):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, 'w', zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return packed.getvalue()


def many_files(count):
    """An archive of as many empty files."""
    one = io.BytesIO()
    with tarfile.open(fileobj=one, mode='w') as archive:
        archive.addfile(tarfile.TarInfo('a.txt'))
    return gzip.compress(one.getvalue()[:512] * count, 1)


RECORD = GOOD[1]
HOSTILE = {
    'a zip that leads out': ('advisories', lambda: zip_of(('../../a.json', RECORD))),
    'a zip with an absolute path': ('advisories', lambda: zip_of(('/etc/a.json', RECORD))),
    'a zip bomb': ('advisories', lambda: zip_of(('a.json', bytes(40 << 20)))),
    'half a zip': ('advisories', lambda: zip_of(('a.json', RECORD))[:-30]),
    'half a million files': ('advisories', lambda: many_files(500001)),
    'a record of 17 MiB': ('advisories', lambda: b'{"id": "A", "x": "' + b'x' * (17 << 20) + b'"}'),
    'a million values': ('advisories', lambda: b'{"id": "A", "affected": [' + b'1,' * 1000000 + b'1]}'),
    'nested lists': ('popular', lambda: b'{"rows": ' + b'[' * 100000),
    'a bomb': ('popular', lambda: gzip.compress(bytes(70 << 20), 1)),
    'a bomb of names': ('malicious', lambda: gzip.compress(b'a\n' * 1000001, 1)),
    'names that are none': ('malicious', lambda: b'good\n../../etc/passwd\n'),
    'names of another index': ('popular', lambda: b'lodash\nreact\n'),
    'the beginning of a list': ('licences', lambda: b'{"licenses": [{"licenseId": "MIT"}]}'),
    'a list in an archive that leads out': ('malicious', lambda: zip_of(('../a.json', RECORD))),
    'no list': ('exceptions', lambda: b'\x00\xff'),
}


def tree(vet):
    return {path.name: path.read_bytes() for path in vet.state.iterdir()}


@pytest.mark.parametrize('what', HOSTILE)
def test_what_is_hostile_changes_nothing_and_that_is_said(vet, what):
    kind, made = HOSTILE[what]
    vet.imported(WEAK)
    imported(vet, 'malicious', 'zz-evil\n')
    before = tree(vet)
    began = time.monotonic()
    done = imported(vet, kind, made(), *(('--name', 'ours') if kind == 'advisories' else ()))
    assert done.returncode in (2, 12) and 'nothing is changed: ' in done.stderr and done.stdout == '', done
    assert time.monotonic() - began < 10 * PATIENCE
    assert tree(vet) == before
    assert 'name.malicious' in judged(vet, 'zz-evil==1')[0] and list(rules(vet.judged()[1])) == ['advisory.critical']


def test_an_id_that_comes_again_counts_once(vet):
    later = json.dumps(dict(WEAK, modified='2026-02-01T00:00:00Z', summary='later')).encode()
    assert '1 advisories' in vet.imported(tar_of(GOOD, ('b.json', later, tarfile.REGTYPE), GOOD)).stdout
    assert 'later' in rules(vet.judged()[1])['advisory.critical']['evidence']


def test_whatever_is_damaged_on_the_disk_the_one_before_it_is_used_and_that_is_said(vet):
    vet.imported(WEAK)
    vet.imported(dict(WEAK, id='CVE-2026-2'))
    current = vet.state / 'ours.advisories'
    good = current.read_bytes()
    for place in range(0, len(good), max(1, len(good) // 20)):
        for bad in (good[:place], good[:place] + bytes([good[place] ^ 1 << place % 8]) + good[place + 1:]):
            current.write_bytes(bad)
            _, report = vet.judged()
            assert 'CVE-2026-1' in rules(report)['advisory.critical']['evidence'], place
            assert 'the one before it is in use' in general(report)['database.damaged']['evidence'], place


# --- interrupted ------------------------------------------------------------------------------------------------------

def known(vet):
    """Which of the two states is in use: of the advisories, and of the names."""
    _, report = vet.judged()
    assert set(general(report)) <= {'database.start-set'}, report['general']
    names = {package['name'] for package in judged(vet, 'zz-old==1', 'zz-new==1')[1]['packages']
             if any(finding['rule'] == 'name.malicious' for finding in package['findings'])}
    return rules(report)['advisory.critical']['evidence'].split(',')[0], names


def beginning(vet):
    vet.imported(dict(WEAK, id='CVE-OLD'))
    imported(vet, 'malicious', 'zz-old\n')
    new = vet.folder / 'new.json'
    new.write_text(json.dumps([dict(WEAK, id='CVE-NEW')] + [
        dict(WEAK, id='X-%d' % i, affected=[{'package': {'ecosystem': 'PyPI', 'name': 'p%d' % i}, 'versions': ['1']}]) for i in range(900)]))
    names = vet.folder / 'new.names'
    names.write_text('zz-new\n' + ''.join('zz-p%d\n' % i for i in range(20000)))
    return ('import', '--name', 'ours', new), ('import', '--kind', 'malicious', names)


@pytest.mark.parametrize('which', [0, 1], ids=['advisories', 'names'])
def test_an_import_that_is_killed_at_each_call_leaves_the_old_or_the_new(vet, which):
    """At each system call by which the state is changed, before it and again one later, until an import comes to its end."""
    if not shutil.which('strace'):
        pytest.skip('needs strace')
    words = beginning(vet)[which]
    killed = 0
    for call in ('mkdir', 'flock', 'link', 'rename', 'fchmod', 'fsync', 'write', 'unlink'):
        for when in range(1, 40):
            done = subprocess.run(['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=' + call, '-e',
                                   'inject=%s:signal=SIGKILL:when=%d' % (call, when), BERTH, 'vet', 'db', *map(str, words)],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120,
                                  env={**os.environ, 'BERTH_CONFIG': str(vet.folder / 'berth.yaml')})
            advisories, names = known(vet)
            assert advisories in ('CVE-OLD', 'CVE-NEW') and names in ({'zz-old'}, {'zz-new'}), (call, when, done)
            if done.returncode == 0:
                break
            assert done.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL), (call, when, done)
            killed += 1
    assert killed >= 6
    figure('vet', 'imports killed at a system call, and what was there or what came is whole', str(killed))
    assert vet('db', *words).returncode == 0
    assert {path.suffix for path in vet.state.iterdir()} <= {'.advisories', '.list', '.old'}
    assert known(vet)[which] == ('CVE-NEW', {'zz-new'})[which]


def test_an_import_that_is_killed_at_any_time_leaves_the_old_or_the_new(vet):
    words = beginning(vet)[0]
    environment = {**os.environ, 'BERTH_CONFIG': str(vet.folder / 'berth.yaml')}
    began = time.monotonic()
    assert subprocess.run([BERTH, 'vet', 'db', *map(str, words)], stdout=subprocess.DEVNULL, env=environment, timeout=120).returncode == 0
    whole = time.monotonic() - began
    vet.imported(dict(WEAK, id='CVE-OLD'))
    killed = 0
    for moment in range(25):
        child = subprocess.Popen([BERTH, 'vet', 'db', *map(str, words)], stdout=subprocess.DEVNULL, env=environment)
        time.sleep(whole * moment / 25)
        child.kill()
        killed += child.wait() == -signal.SIGKILL
        assert known(vet)[0] in ('CVE-OLD', 'CVE-NEW')
    assert killed >= 1, 'no moment was before the end'
    assert vet('db', *words).returncode == 0 and known(vet)[0] == 'CVE-NEW'


# --- from a server ----------------------------------------------------------------------------------------------------

class Answers(http.server.BaseHTTPRequestHandler):
    """What comes from each path; `server.good` is a whole answer."""

    def do_GET(self):
        try:
            getattr(self, 'do_' + self.path.strip('/').replace('-', '_'), self.do_missing)()
        except OSError:
            pass  # the other side has had enough

    def answer(self, status, *headers):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()

    def do_good(self):
        self.answer(200, ('Content-Length', str(len(self.server.good))))
        self.wfile.write(self.server.good)

    def do_moved(self):
        self.answer(302, ('Location', '/good'), ('Content-Length', '0'))

    def do_loop(self):
        self.answer(302, ('Location', '/loop'), ('Content-Length', '0'))

    def do_downgrade(self):
        self.answer(302, ('Location', 'http://127.0.0.1:1/good'), ('Content-Length', '0'))

    def do_file(self):
        self.answer(302, ('Location', 'file:///etc/passwd'), ('Content-Length', '0'))

    def do_short(self):
        self.answer(200, ('Content-Length', str(len(self.server.good) + 1)))
        self.wfile.write(self.server.good)

    def do_huge(self):
        self.answer(200, ('Content-Length', str(1 << 40)))
        self.do_endless_body()

    def do_endless(self):
        self.answer(200)
        self.do_endless_body()

    def do_endless_body(self):
        for _ in range(10000):
            self.wfile.write(b'a' * (1 << 20))

    def do_slow(self):
        self.answer(200, ('Content-Length', '1000'))
        for _ in range(1000):
            self.wfile.write(b'a')
            time.sleep(1)

    def do_damaged(self):
        self.answer(200, ('Content-Length', '4'))
        self.wfile.write(b'PK\x03\x04')

    def do_missing(self):
        self.answer(404, ('Content-Length', '0'))

    def log_message(self, *_):
        pass


@pytest.fixture(scope='module')
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp('server')
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
                    '-keyout', folder / 'key', '-out', folder / 'certificate', '-subj', '/CN=berth', '-addext', 'subjectAltName=IP:127.0.0.1'],
                   check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    return folder


@contextlib.contextmanager
def serving(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / 'certificate', certificate / 'key')
    with http.server.ThreadingHTTPServer(('127.0.0.1', 0), Answers) as listening:
        listening.daemon_threads, listening.block_on_close = True, False
        listening.good = b'zz-fetched\tthe server\n'
        listening.socket = context.wrap_socket(listening.socket, server_side=True)
        listening.address = 'https://127.0.0.1:%d' % listening.server_address[1]
        listening.env = {'CURL_CA_BUNDLE': str(certificate / 'certificate'), 'no_proxy': '127.0.0.1'}
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield listening
        listening.shutdown()


@pytest.fixture
def server(certificate, monkeypatch):
    with serving(certificate) as listening:
        for name, value in listening.env.items():
            monkeypatch.setenv(name, value)
        yield listening


def configured(vet, kind, address, more=''):
    source = '{address: "%s"%s}' % (address, more)
    where = 'advisories: {sources: {ours: %s}}' if kind == 'advisories' else 'advisories: {sources: {}}\nlists: {malicious: {source: %s}}'
    (vet.folder / 'vet.yaml').write_text('version: 1\n' + where % source + '\n')


@pytest.mark.parametrize('path', ['good', 'moved'])
def test_lists_and_advisories_are_fetched_from_a_server(vet, server, path):
    configured(vet, 'malicious', '%s/%s' % (server.address, path))
    done = vet('db', 'update', '--json')
    assert done.returncode == 0, done
    fetched = json.loads(done.stdout)['lists'][0]
    assert (fetched['kind'], fetched['origin'], fetched['entries']) == ('malicious', '%s/%s' % (server.address, path), 1)
    assert 'the server' in judged(vet, 'zz-fetched==1')[0]['name.malicious']['evidence']
    server.good = json.dumps(WEAK).encode()
    configured(vet, 'advisories', '%s/%s' % (server.address, path))
    assert vet('db', 'update').returncode == 0
    assert list(rules(vet.judged()[1])) == ['advisory.critical']


def test_only_the_bytes_that_the_policy_names_are_taken(vet, server):
    import hashlib
    digest = hashlib.sha256(server.good).hexdigest()
    configured(vet, 'malicious', server.address + '/good', ', sha256: ' + digest)
    assert vet('db', 'update').returncode == 0
    before = tree(vet)
    server.good = b'zz-other\n'
    done = vet('db', 'update')
    assert done.returncode == 12 and 'what was there stays in use' in done.stderr and 'the policy wants ' + digest in done.stderr, done
    assert tree(vet) == before


REFUSED = {
    'loop': 'redirects', 'downgrade': 'http', 'file': 'file', 'short': 'malicious names: what was there', 'endless': 'malicious names: what was there',
    'huge': 'malicious names: what was there', 'missing': '404', 'damaged': 'malicious names: what was there',
}


def refused_update(vet, server, path):
    """What an update says, and how long it takes, of a server that sends what `path` means."""
    imported(vet, 'malicious', 'zz-old\n')
    before = tree(vet)
    configured(vet, 'malicious', '%s/%s' % (server.address, path))
    began = time.monotonic()
    done = vet('db', 'update', env=server.env)
    return done, time.monotonic() - began, before


@pytest.fixture(scope='module', autouse=True)
def slow_update(request, certificate, tmp_path_factory):
    """Half a minute of patience, which passes beside the other tests."""
    if not any(item.originalname == 'test_a_server_that_is_slow_is_given_up' for item in request.session.items):
        yield None
        return
    vet = Vet(tmp_path_factory.mktemp('slow'))
    with serving(certificate) as listening, concurrent.futures.ThreadPoolExecutor(1) as beside:
        yield vet, beside.submit(refused_update, vet, listening, 'slow')


@pytest.mark.parametrize('path', REFUSED)
def test_what_a_hostile_server_sends_changes_nothing_and_that_is_said(vet, server, path):
    done, took, before = refused_update(vet, server, path)
    assert done.returncode == 12 and 'malicious names: what was there stays in use: ' in done.stderr and REFUSED[path] in done.stderr, done
    assert 'root:' not in done.stdout + done.stderr
    assert took < 60 * PATIENCE
    assert tree(vet) == before and 'name.malicious' in judged(vet, 'zz-old==1')[0]


def test_a_server_that_nobody_vouches_for_is_not_heard(vet, server, monkeypatch):
    monkeypatch.delenv('CURL_CA_BUNDLE')
    configured(vet, 'malicious', server.address + '/good')
    done = vet('db', 'update')
    assert done.returncode == 12 and 'certificate' in done.stderr.lower(), done
    assert not vet.state.exists() or tree(vet) == {}


def test_a_server_that_is_slow_is_given_up(slow_update):
    """The last test, so that it waits for little."""
    vet, update = slow_update
    done, took, before = update.result(120)
    assert done.returncode == 12 and 'malicious names: what was there stays in use: ' in done.stderr, done
    assert 25 < took < 60 * PATIENCE and tree(vet) == before and 'name.malicious' in judged(vet, 'zz-old==1')[0]
