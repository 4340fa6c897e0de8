"""berth vet of lists, lock files and folders: from where they take packages, what lies there, and what was meant."""
import json
import os
import subprocess

import pytest

from calls import BERTH
from package_index import sha256, wheel
from test_vet import UNSEEN, WEAK, index, rules, untouched, vet  # noqa: F401 (fixtures)

pytestmark = pytest.mark.third_lane

UV_LOCK = """version = 1
requires-python = ">=3.8"
[[package]]
name = "smalllib"
version = "1.0"
source = { registry = "%s/simple" }
wheels = [{ url = "%s/files/smalllib.whl", hash = "sha256:%s" }]
"""


PYLOCK = """lock-version = "1.0"
created-by = "tests"
[[packages]]
name = "smalllib"
version = "1.0"
wheels = [{ name = "smalllib-1.0-py3-none-any.whl", %s, hashes = { sha256 = "%s" } }]
"""


def test_a_lock_is_held_against_the_index_of_this_machine(vet, index, monkeypatch):  # noqa: F811
    vet.imported(WEAK)
    (vet.folder / 'vet.yaml').write_text(UNSEEN)
    monkeypatch.setenv('PIP_INDEX_URL', index.url + '/simple/')
    right = sha256(wheel('smalllib', '1.0', {'smalllib.py': ''})[1])
    lock = vet.folder / 'uv.lock'

    def found(at, files, digest, *more):
        lock.write_text(UV_LOCK % (at, files, digest))
        done = vet('--json', *more, '-r', lock)
        return done.returncode, {rule: finding['evidence'] for rule, finding in rules(json.loads(done.stdout)).items()}

    assert found(index.url, index.url, right) == (0, {})
    code, asked = found('https://evil.example', 'https://evil.example', right)
    assert code == 3 and list(asked) == ['source.elsewhere'] and "'https://evil.example/simple'" in asked['source.elsewhere'], asked
    code, asked = found(index.url, 'https://evil.example', right)
    assert code == 3 and 'a file of it from' in asked['source.elsewhere'], asked
    code, asked = found(index.url, index.url, '0' * 64)
    assert code == 1 and list(asked) == ['source.hash'], asked
    assert 'source.elsewhere' in found('https://evil.example', index.url, right, '--offline')[1]
    # Bytes of the index's own host that nothing holds to be the index's.
    for other in ('sha512:' + '0' * 128, 'md5:0'):
        lock.write_text(UV_LOCK.replace('sha256:%s', '%s') % (index.url, index.url, other))
        done = vet('--json', '-r', lock)
        assert done.returncode == 3 and list(rules(json.loads(done.stdout))) == ['source.hash'], done
    index.json_pages = False
    # Pages in HTML give hashes as well, but no times.
    code, asked = found(index.url, index.url, right)
    assert code == 3 and list(asked) == ['release.undated'] and 'it has no pages in JSON' in asked['release.undated'], asked
    code, asked = found(index.url, index.url, '0' * 64)
    assert code == 1 and 'source.hash' in asked, asked
    index.json_pages = True
    pylock = vet.folder / 'pylock.toml'
    pylock.write_text(PYLOCK % ('path = "evil/smalllib-1.0-py3-none-any.whl"', right))
    done = vet('--json', '-r', pylock)
    assert done.returncode == 3 and 'from the path' in rules(json.loads(done.stdout))['source.elsewhere']['evidence'], done
    pylock.write_text(PYLOCK % ('url = "%s/files/smalllib-1.0-py3-none-any.whl"' % index.url, right))
    assert vet('-r', pylock).returncode == 0
    plain = vet.folder / 'requirements.txt'
    plain.write_text('--index-url https://evil.example/simple\nsmalllib==1.0 --hash=sha256:%s\n' % right)
    assert vet('-r', plain).returncode == 3
    plain.write_text('--extra-index-url https://evil.example/simple\nsmalllib==1.0\n-e .\n')
    done = vet('-r', plain)
    assert done.returncode == 3 and 'build.extra-index' in done.stdout and "'.' is an editable" in done.stdout, done
    # As the report says.
    approvals = '\n'.join('- {package: requirements.txt, ecosystem: list, rule: %s, reason: ours, who: ada, until: 2199-12-31}' % rule
                          for rule in ('build.extra-index', 'source.elsewhere'))
    (vet.folder / 'approvals.yaml').write_text('version: 1\napprovals:\n' + approvals + '\n')
    assert vet('-r', plain).returncode == 0


def test_a_folder_without_a_build_file_is_judged_by_what_lies_there(vet, index, monkeypatch):  # noqa: F811
    vet.imported(WEAK)
    (vet.folder / 'vet.yaml').write_text(UNSEEN)
    monkeypatch.setenv('PIP_INDEX_URL', index.url + '/simple')
    folder = vet.folder / 'project'
    folder.mkdir()
    done = vet('%s/' % folder)
    assert done.returncode == 2 and 'there is nothing to judge in' in done.stderr and 'uv.lock' in done.stderr, done
    (folder / 'requirements.txt').write_text("\ufeffsmalllib==1.0\npywin32==306; sys_platform == 'win32'\n")
    done = vet('%s/' % folder)
    assert done.returncode == 0 and 'smalllib 1.0' in done.stdout and "'pywin32' is not judged" in done.stdout, done
    (folder / 'poetry.lock').write_text('nonsense')
    done = vet('%s/' % folder)
    assert done.returncode == 3 and 'build.unread: poetry.lock cannot be read' in done.stdout, done
    (folder / 'poetry.lock').unlink()
    status = folder / 'var' / 'lib' / 'dpkg' / 'status'
    status.parent.mkdir(parents=True)
    status.write_text('Package: tree\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n')
    (folder / 'old.egg-info').mkdir()
    (folder / 'old.egg-info' / 'PKG-INFO').write_text('Name: old\nVersion: 5\n')
    done = vet('%s/' % folder)
    assert 'tree 1' in done.stdout and 'old 5' in done.stdout, done


def test_a_list_is_read_as_pip_reads_it(vet, index, monkeypatch):  # noqa: F811
    vet.imported(WEAK)
    (vet.folder / 'vet.yaml').write_text(UNSEEN)
    monkeypatch.setenv('PIP_INDEX_URL', index.url + '/simple')
    plain = vet.folder / 'requirements.txt'

    def judged(content):
        plain.write_bytes(content)
        # What a list asks for needs no index.
        done = vet('--json', '--offline', '-r', plain)
        packages = json.loads(done.stdout).get('packages') if done.stdout else None
        return done.returncode, done.stdout + done.stderr if packages is None else sorted(one['name'] for one in packages)

    for end in ('\r', '\x0b', '\x0c', '\x1c', '\x1d', '\x1e', '\x85', '\u2028', '\u2029'):
        assert judged(('smalllib==1.0\n# x%sberthgpl==1.0\n' % end).encode()) == (3, ['berthgpl', 'smalllib']), end
        assert judged(('smalllib==1.0 ; python_version < "4"%sberthgpl==1.0\n' % end).encode()) == (3, ['berthgpl', 'smalllib']), end
    for coded in (b'# -*- coding: utf-7 -*-\nsmalllib==1.0 # +AAo-berthgpl==1.0\n', b'# coding: latin-1\nsmalllib==1.0\n',
                  'smalllib==1.0'.encode('utf-16'), b'smalllib==1.0 # \xe9\n'):
        code, said = judged(coded)
        assert code == 2 and 'write it in UTF-8' in said, (coded, said)
    assert judged(b'smalllib==${VERSION}\n')[0] == 3
    for option in (b'--trusted-host x.example', b'--no-binary smalllib'):
        assert judged(b'%s\nsmalllib==1.0\n' % option) == (3, ['requirements.txt', 'smalllib']), option
    code, said = judged(b'# nothing\n\n')
    assert code == 2 and 'asks for no package, so there is nothing to judge' in said, said
    done = vet('-r', plain, 'smalllib==1.0')
    assert done.returncode == 0 and 'asks for no package' in done.stdout, done


def test_the_version_is_judged_that_constraints_let_pip_take(vet, index, monkeypatch):  # noqa: F811
    weak = dict(WEAK, affected=[{'package': {'ecosystem': 'PyPI', 'name': 'heldlib'}, 'versions': ['1.0']}])
    vet.imported(weak)
    (vet.folder / 'vet.yaml').write_text(UNSEEN)
    monkeypatch.setenv('PIP_INDEX_URL', index.url + '/simple')
    for version in ('1.0', '2.0', '3.0a1'):
        index.add(wheel('heldlib', version, {'heldlib.py': ''}))
    index.add(wheel('bringer', '1.0', {'bringer.py': ''}, requires=['heldlib>=1.0']))
    plain = vet.folder / 'requirements.txt'
    held = vet.folder / 'held.txt'
    held.write_text('heldlib<2\n')

    def judged(*lines):
        plain.write_text('\n'.join(lines) + '\n')
        done = vet('--json', '-r', plain)
        packages = json.loads(done.stdout).get('packages') if done.stdout else None
        return done.returncode, done.stdout + done.stderr if packages is None else {one['name']: one['version'] for one in packages}

    assert judged('heldlib>=1.0') == (0, {'heldlib': '2.0'})
    assert judged('heldlib>=1.0', '-c held.txt') == (1, {'heldlib': '1.0'})
    assert judged('--pre', 'heldlib>=1.0') == (0, {'heldlib': '3.0a1'})
    assert judged('bringer==1.0', '-c held.txt') == (1, {'bringer': '1.0', 'heldlib': '1.0'})
    assert judged('bringer==1.0', '--pre') == (0, {'bringer': '1.0', 'heldlib': '3.0a1'})
    held.write_text('heldlib==1.0\n')
    assert judged('heldlib', '-c held.txt') == (1, {'heldlib': '1.0'})
    assert judged('-r held.txt', '-c held.txt') == (1, {'heldlib': '1.0'})
    assert judged('heldlib==2.0', '-c held.txt')[0] == 3  # pip finds none
    for gone in ('gone.txt', 'https://127.0.0.1:9/c.txt'):
        code, said = judged('heldlib', '-c ' + gone)
        assert code != 0 and "requirements.txt:2" in said, said
    folder = vet.folder / 'my-image'
    folder.mkdir()
    (folder / 'c.txt').write_text('heldlib<2\n')
    for line, code in (('RUN pip install heldlib -c c.txt', 1), ('ENV PIP_CONSTRAINT=/c.txt\nRUN pip install heldlib', 1),
                       ('RUN pip install bringer -c c.txt', 1), ('RUN pip install heldlib', 0), ('RUN pip install heldlib -c gone.txt', 3)):
        (folder / 'Dockerfile').write_text('FROM demisto/python3:3.11.10.1\nCOPY c.txt /\n%s\nUSER nobody\n' % line)
        done = vet('%s/' % folder)
        assert done.returncode == code, (line, done.stdout)


def test_a_mistaken_subject_is_told_what_was_meant(vet, index, monkeypatch):  # noqa: F811
    monkeypatch.setenv('PIP_INDEX_URL', index.url + '/simple')
    vet.imported(WEAK)
    plain = vet.folder / 'requirements.txt'
    plain.write_text('requ\u0435sts==2.31.0\nsmalllib==1.0\n')
    done = vet('--json', '-r', plain)
    verdicts = {package['written']: [finding['rule'] for finding in package['findings'] if finding['verdict'] == 'refuse']
                for package in json.loads(done.stdout)['packages']}
    assert done.returncode == 1 and verdicts == {'requ\u0435sts': ['name.invalid'], 'smalllib': []}, done
    for subject in (plain, 'requirements.txt'):
        done = vet(subject)
        assert done.returncode == 2 and "judge what it asks for with 'berth vet -r " in done.stderr, done
    done = vet('smalllib=1.0')
    assert done.returncode == 2 and "did you mean 'smalllib==1.0'?" in done.stderr, done
    done = vet('python3')
    assert done.returncode in (0, 1, 3) and 'packages: ' in done.stdout and 'name.' not in done.stdout, done
    monkeypatch.setenv('PIP_INDEX_URL', 'http://127.0.0.1:9/simple')
    monkeypatch.setenv('PIP_RETRIES', '0')
    done = vet('smalllib==1.0')
    assert done.returncode == 3 and "the index 'http://127.0.0.1:9/simple' could not be asked: " in done.stdout, done


def test_what_packages_bring_along_is_judged_too(vet, index, monkeypatch):  # noqa: F811
    vet.imported(WEAK)
    (vet.folder / 'vet.yaml').write_text(UNSEEN)
    monkeypatch.setenv('PIP_INDEX_URL', index.url + '/simple')
    index.add(wheel('brings', '1.0', {'brings.py': ''}, requires=['between']))
    index.add(wheel('between', '2.0', {'between.py': ''}, requires=["berthgpl>=1; python_version > '3'"]))
    index.add(wheel('lacks', '1.0', {'lacks.py': ''}, requires=['berth-has-none']))

    def judged(*words):
        done = vet('--json', *words)
        report = json.loads(done.stdout)
        return done.returncode, {one['name']: (one['verdict'], one.get('brought_by')) for one in report['packages']}, report

    code, packages, _ = judged('brings==1.0')
    assert code == 1 and packages == {'brings': ('allow', None), 'between': ('allow', 'brings'), 'berthgpl': ('refuse', 'between')}, packages
    assert 'berthgpl 1.0 (brought along by between)' in vet('brings').stdout
    code, packages, report = judged('--no-dependencies', 'brings==1.0')
    assert code == 0 and list(packages) == ['brings'], packages
    assert 'what 1 of the packages bring along is not judged (--no-dependencies)' in report['notes'], report
    # A list with hashes names all; of others each list is one installation, and its line is the place.
    plain = vet.folder / 'requirements.txt'
    digest = sha256(wheel('brings', '1.0', {'brings.py': ''}, requires=['between'])[1])
    plain.write_text('brings==1.0 --hash=sha256:%s\n' % digest)
    assert judged('-r', plain)[0] == 0
    plain.write_text('smalllib==1.0\nbrings==1.0\n')
    code, packages, report = judged('-r', plain)
    assert code == 1 and packages['berthgpl'] == ('refuse', 'between'), packages
    assert [one['origin'] for one in report['packages'] if one['name'] == 'berthgpl'] == ['%s:2' % plain], report
    # What cannot be installed together, or needs what has no wheel, is not known.
    code, packages, report = judged('lacks==1.0', 'smalllib==1.0')
    assert code == 3 and packages['lacks'][0] == 'allow' and 'dependencies.unresolved' in rules(report), report
    said = vet('lacks==1.0').stdout
    approval = said.split('approve it (package: ')[1].split(',')[0]
    (vet.folder / 'approvals.yaml').write_text('version: 1\napprovals: [{package: %s, ecosystem: list, rule: dependencies.unresolved, '
                                               'reason: ours, who: ada, until: 2199-12-31}]\n' % approval)
    assert judged('lacks==1.0')[0] == 0
    # Another version than of what is asked for alone.
    index.add(wheel('between', '3.0', {'between.py': ''}))
    index.add(wheel('brings', '3.0', {'brings.py': ''}, requires=['between<3']))
    code, packages, report = judged('between', 'brings==3.0')
    assert code == 1 and packages['berthgpl'] == ('refuse', 'between'), packages
    assert sorted(one['version'] for one in report['packages'] if one['name'] == 'between') == ['2.0', '3.0'], report


def test_pip_is_asked_no_more_often_than_it_can_tell(vet, index, monkeypatch):  # noqa: F811
    vet.imported(WEAK)
    tools = vet.folder / 'tools'
    tools.mkdir()
    log = vet.folder / 'asked'
    (tools / 'python3').write_text('#!/bin/sh\necho "$@" >>%s\nexec /usr/bin/python3 "$@"\n' % log)
    (tools / 'python3').chmod(0o755)
    monkeypatch.setenv('PATH', '%s:%s' % (tools, os.environ['PATH']))
    monkeypatch.setenv('PIP_RETRIES', '0')
    monkeypatch.delenv('PIP_FIND_LINKS', raising=False)
    plain = vet.folder / 'requirements.txt'

    def asked(at, *wanted):
        """What pip was asked for, time by time."""
        log.write_text('')
        monkeypatch.setenv('PIP_INDEX_URL', at)
        plain.write_text('\n'.join(wanted) + '\n')
        done = vet('-r', plain)
        assert done.returncode in (1, 3), done
        return done.stdout, [line.split(' -- ')[1].split() for line in log.read_text().splitlines() if ' --no-deps ' in line]

    # Down: once for all of them.
    said, times = asked('http://127.0.0.1:9/simple', 'smalllib==1.0', 'first==1.0', 'second==1.0')
    assert times == [['smalllib==1.0', 'first==1.0', 'second==1.0']] and said.count('could not be asked') == 3, (said, times)
    # Not there: not for it at all.
    said, times = asked(index.url + '/simple', 'smalllib==1.0', 'berth-has-none==1.0')
    assert times == [['smalllib==1.0']] and 'no index has a project of that name' in said, (said, times)
    # A version that is not there, by halves; two of one name, one by one.
    monkeypatch.setenv('PIP_RETRIES', '5')
    said, times = asked(index.url + '/simple', 'smalllib==1.0', 'berthgpl==9.9')
    assert times == [['smalllib==1.0', 'berthgpl==9.9'], ['smalllib==1.0'], ['berthgpl==9.9']], (said, times)
    assert said.count('pip finds no wheel for it') == 1, said
    said, times = asked(index.url + '/simple', 'smalllib', 'berthgpl==1.0', 'smalllib==1.0')
    assert times == [['smalllib', 'berthgpl==1.0'], ['smalllib==1.0']], (said, times)


def test_a_private_name_is_taken_from_one_private_index_alone(vet, index, monkeypatch):  # noqa: F811
    vet.imported(WEAK)
    (vet.folder / 'vet.yaml').write_text(UNSEEN + 'names: {private: [smalllib]}\n')
    own = index.url + '/simple'
    plain = vet.folder / 'requirements.txt'
    build = vet.folder / 'image'
    build.mkdir()

    def found(text, at=own):
        monkeypatch.setenv('PIP_INDEX_URL', at)
        plain.write_text(text)
        return rules(json.loads(vet('--json', '-r', plain).stdout))

    assert 'name.free' not in found('smalllib==1.0\n')
    # The list asks the public index, too: this machine's pip does not.
    asked = found('--extra-index-url https://pypi.org/simple\nsmalllib==1.0\n')
    assert asked['name.free']['verdict'] == 'refuse' and 'https://pypi.org/simple' in asked['name.free']['evidence'], asked
    assert 'name.free' in found('--index-url https://pypi.org/simple\nsmalllib==1.0\n')
    for command in 'pip install --extra-index-url https://pypi.org/simple smalllib==1.0', 'PIP_EXTRA_INDEX_URL=https://a.example/s pip install smalllib==1.0':
        (build / 'Dockerfile').write_text('FROM x@sha256:%s\nUSER app\nRUN %s\n' % ('0' * 64, command))
        assert 'name.free' in vet('%s/' % build).stdout, command
    # The list asks the private one alone: this machine's pip asks another.
    other = 'http://127.0.0.1:9/simple'
    assert 'name.free' not in found('--index-url %s\nsmalllib==1.0\n' % own, at=other)


def test_names_are_judged_whatever_stands_behind_them(vet, index, monkeypatch):  # noqa: F811
    vet.imported(WEAK)
    monkeypatch.setenv('PIP_INDEX_URL', index.url + '/simple')
    folder = vet.folder / 'project'
    folder.mkdir()
    (folder / 'pyproject.toml').write_text('[tool.poetry.dependencies]\nberthgpl = "~1.0"\nurllib = "^1.0"\nrequsets = {version = "latest"}\n')
    done = vet('%s/' % folder)
    assert done.returncode == 1 and 'licence.denied' in done.stdout and 'name.malicious' in done.stdout, done
    assert 'name.look-alike' in done.stdout and 'only its name is judged' in done.stdout, done


def test_a_report_that_cannot_be_written_is_an_error(vet):  # noqa: F811
    vet.imported(WEAK)
    lib = '%s/lib/' % vet.folder
    for words in (['vet', '--json', lib], ['vet', '--format', 'sarif', lib], ['vet', 'db', 'status'], ['sbom', '--format', 'spdx', lib], ['--help']):
        with open('/dev/full', 'w') as full:
            done = subprocess.run([BERTH, *words], stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE, text=True, timeout=120,
                                  env={**os.environ, 'BERTH_CONFIG': str(vet.folder / 'berth.yaml')})
        assert done.returncode == (1 if words[-1] == lib and words[0] == 'vet' else 12), (words, done)
        assert 'berth: write to standard output: ' in done.stderr, (words, done)
