"""`berth content`: what is registered, found, checked and refused."""
import io
import json
import os
import shutil
import stat
import subprocess
import tempfile
import zipfile

import pytest

pytestmark = pytest.mark.third_lane

SCRIPT = 'name: %s\ncommonfields: {id: %s, version: -1}\ntype: python\nsubtype: python3\nscript: |\n  demisto.results(1)\n'


@pytest.fixture
def place(berth):
    """A folder for content, and settings with state and cache of the test's own."""
    folder = tempfile.mkdtemp(prefix='berth-content-')
    settings = os.path.join(folder, 'settings.yaml')
    with open(settings, 'w') as file:
        file.write(berth.settings_text(folder + '/state', cache=folder + '/cache'))
    yield Place(berth, folder, settings)
    shutil.rmtree(folder)


class Place:
    def __init__(self, berth, folder, settings):
        self._berth = berth
        self.folder = folder
        self._settings = settings

    def __call__(self, *argv, **how):
        return self._berth('content', *argv, settings=self._settings, **how)

    def at(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, path, text):
        path = self.at(path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w') as file:
            file.write(text)
        return path

    def script(self, path, name, more=''):
        return self.write(path, SCRIPT % (name, name) + more)

    def zip(self, name, files):
        path = self.at(name)
        with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as archive:
            for inside, text in files:
                archive.writestr(inside, text)
        return path

    def add(self, *argv):
        done = self('add', *argv, '--json')
        assert done.code == 0, done
        return done.json['source']

    def items(self):
        return sorted(item['id'] for item in self('list', '--all', '--json').json['items'])

    def fetched(self):
        return sorted(os.listdir(self.at('state', 'content')))


def git(*argv, cwd):
    subprocess.run(['git', '-c', 'user.name=a', '-c', 'user.email=a@example.org', '-c', 'init.defaultBranch=main',
                    '-c', 'protocol.file.allow=always', *argv], cwd=cwd, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.PIPE)


def test_a_folder_is_used_in_place(place):
    place.script('tree/Packs/P/Scripts/One/One.yml', 'One')
    source = place.add(place.at('tree'))
    assert (source['name'], source['origin'], source['items']) == ('tree', 'path', 1)
    assert source['path'] == place.at('tree')
    place.script('tree/Packs/P/Scripts/Two/Two.yml', 'Two')
    assert place.items() == ['One', 'Two']
    shown = place('show', 'Two')
    assert shown.code == 0 and place.at('tree/Packs/P/Scripts/Two/Two.yml') in shown.out, shown
    assert place('remove', 'tree').code == 0
    assert os.path.isdir(place.at('tree/Packs')) and place.items() == []


def test_an_archive_is_unpacked_and_fetched_again(place):
    files = [('metadata.json', '{"name": "Harbour"}'), ('Scripts/script-One.yml', SCRIPT % ('One', 'One'))]
    path = place.zip('harbour.zip', files)
    source = place.add(path)
    assert source['origin'] == 'zip' and place.items() == ['One']
    assert os.path.isfile(place.at('state/content/harbour/Packs/Harbour/Scripts/script-One.yml'))
    place.zip('harbour.zip', files[:1] + [('Scripts/script-Two.yml', SCRIPT % ('Two', 'Two'))])
    again = place('add', path, '--json')
    assert again.code == 0 and again.json['updated'] is True, again
    assert place.items() == ['Two'] and place.fetched() == ['.lock', 'harbour']
    assert place('remove', 'harbour').code == 0
    assert place.fetched() == ['.lock']


def test_a_repository_is_cloned_without_what_it_brings(place):
    repository = place.at('origin')
    place.script('origin/Packs/P/Scripts/One/One.yml', 'One')
    witness = place.at('witness')
    place.write('origin/.gitattributes', '*.yml filter=evil\n')
    os.symlink('/etc/passwd', place.at('origin/Packs/P/Scripts/link.yml'))
    git('init', '-q', cwd=repository)
    git('add', '-A', cwd=repository)
    git('commit', '-q', '-m', 'one', cwd=repository)
    place.write('origin/.git/hooks/post-checkout', '#!/bin/sh\ntouch %s\n' % witness)
    os.chmod(place.at('origin/.git/hooks/post-checkout'), 0o755)
    source = place.add('file://' + repository, '--name', 'cloned')
    assert source['origin'] == 'git' and len(source['revision']) == 40
    assert place.items() == ['One']
    assert not os.path.exists(witness)
    folder = place.at('state/content/cloned')
    assert not os.path.exists(os.path.join(folder, '.git'))
    link = os.lstat(os.path.join(folder, 'Packs/P/Scripts/link.yml'))
    assert stat.S_ISREG(link.st_mode) and link.st_size == len('/etc/passwd')
    # Again: what is new comes.
    place.script('origin/Packs/P/Scripts/Two/Two.yml', 'Two')
    git('add', '-A', cwd=repository)
    git('commit', '-q', '-m', 'two', cwd=repository)
    place.add('file://' + repository, '--name', 'cloned')
    assert place.items() == ['One', 'Two']


def test_a_repository_that_fails_leaves_what_was_there(place):
    place.script('origin/Packs/P/Scripts/One/One.yml', 'One')
    git('init', '-q', cwd=place.at('origin'))
    git('add', '-A', cwd=place.at('origin'))
    git('commit', '-q', '-m', 'one', cwd=place.at('origin'))
    place.add('file://' + place.at('origin'), '--name', 'cloned')
    shutil.rmtree(place.at('origin', '.git'))
    failed = place('add', 'file://' + place.at('origin'), '--name', 'cloned')
    assert failed.code != 0 and 'clone' in failed.err, failed
    assert place.items() == ['One'] and place.fetched() == ['.lock', 'cloned']


@pytest.mark.parametrize('origin, why', [
    ('ext::sh -c touch% {witness}', 'a helper of git'),
    ('ssh://-oProxyCommand=touch${{IFS}}{witness}/x', "begins with '-'"),
    ('git://127.0.0.1/x', "'git' is no protocol"),
    ('http://example.org/x.git', 'http is taken from this machine alone'),
    ('https://user:hunter2@example.org/x.git', 'it holds a user or a password'),
])
def test_dangerous_origins_are_refused(place, origin, why):
    witness = place.at('witness')
    refused = place('add', origin.format(witness=witness), '--name', 'x')
    assert refused.code == 2 and why in refused.err, refused
    assert 'hunter2' not in refused.err and not os.path.exists(witness)


def test_submodules_are_not_fetched(place):
    place.script('inner/Packs/P/Scripts/Inner/Inner.yml', 'Inner')
    git('init', '-q', cwd=place.at('inner'))
    git('add', '-A', cwd=place.at('inner'))
    git('commit', '-q', '-m', 'inner', cwd=place.at('inner'))
    place.script('outer/Packs/P/Scripts/Outer/Outer.yml', 'Outer')
    git('init', '-q', cwd=place.at('outer'))
    git('submodule', 'add', '-q', 'file://' + place.at('inner'), 'Packs/Q', cwd=place.at('outer'))
    git('add', '-A', cwd=place.at('outer'))
    git('commit', '-q', '-m', 'outer', cwd=place.at('outer'))
    place.add('file://' + place.at('outer'))
    assert place.items() == ['Outer']


def slip():
    return [('Packs/P/Scripts/a.yml', 'x'), ('../../witness', 'x')]


def link():
    entry = zipfile.ZipInfo('Packs/P/Scripts/link')
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return [('Packs/P/Scripts/a.yml', 'x'), (entry, '/etc')]


@pytest.mark.parametrize('files, entry', [
    (slip(), "entry '../../witness': '..' in it"),
    (link(), "entry 'Packs/P/Scripts/link': it is a symbolic link"),
    ([('Packs/P/Scripts/a.yml', 'x'), ('Packs/P/Scripts/A.yml', 'y')], "entry 'Packs/P/Scripts/A.yml': its name differs"),
    ([('Packs/P/Scripts/a.yml', '0' * (32 << 20))], "entry 'Packs/P/Scripts/a.yml': it unpacks to more than 200 times"),
])
def test_hostile_archives_are_refused_by_entry(place, files, entry):
    path = place.zip('evil.zip', files)
    refused = place('add', path)
    assert refused.code == 2 and entry in refused.err, refused
    assert refused.seconds < 5
    assert not os.path.exists(place.at('witness')) and place.fetched() == ['.lock']
    assert place('list', '--json').json['sources'] == []


def test_an_archive_in_an_archive_is_not_unpacked(place):
    """42.zip is archives in archives; only the outermost is ever opened."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, 'w', zipfile.ZIP_DEFLATED) as archive:
        archive.writestr('0.dll', '0' * (8 << 20))
    path = place.zip('nested.zip', [('P/Scripts/a.yml', SCRIPT % ('A', 'A')), ('P/lib.zip', inner.getvalue())])
    place.add(path)
    assert place.items() == ['A']
    assert os.path.getsize(place.at('state/content/nested/Packs/P/lib.zip')) == len(inner.getvalue())


def test_names_of_sources_are_kept(place):
    place.script('one/Packs/P/Scripts/One/One.yml', 'One')
    place.script('two/Packs/P/Scripts/Two/Two.yml', 'Two')
    place.add(place.at('one'), '--name', 'mine')
    taken = place('add', place.at('two'), '--name', 'mine')
    assert taken.code == 2 and 'there is a source of this name' in taken.err, taken
    assert place('add', place.at('two'), '--name', '../x').code == 2
    missing = place('remove', 'mime')
    assert missing.code == 2 and "did you mean 'mine'" in missing.err, missing


def test_clashes_are_said_and_a_source_chooses(place):
    first = place.script('one/Packs/P/Scripts/Same/Same.yml', 'Same')
    second = place.script('two/Packs/P/Scripts/Same/Same.yml', 'Same')
    place.add(place.at('one'))
    place.add(place.at('two'))
    listed = place('list')
    assert first in listed.err and second in listed.err, listed
    shown = place('show', 'Same')
    assert shown.code == 2 and 'have the same name' in shown.err, shown
    assert second in place('show', 'two/Same').out
    checked = place('check', '--format', 'json')
    assert checked.code == 1
    clashes = [found['file'] for found in checked.json['findings'] if found['rule'] == 'name-clash']
    assert clashes == [first, second]


@pytest.fixture
def faulty(place):
    """A tree with one item for each thing that check looks for, and one that is right."""
    script = lambda name, more: place.write('bad/Packs/P/Scripts/%s/%s.yml' % (name, name), (  # noqa: E731
        'name: %s\ncommonfields: {id: %s, version: -1}\n' % (name, name)) + more)
    python = 'type: python\nsubtype: python3\n'
    place.script('bad/Packs/P/Scripts/Good/Good.yml', 'Good')
    script('Broken', 'type: [\n')
    script('NoCode', python + "script: ''\n")
    script('NoModule', python + 'script: |\n  from NoSuchApiModule import *\n')
    script('Js', "type: javascript\nscript: 'return 1'\n")
    script('Ps', "type: powershell\nscript: 'Write-Output 1'\n")
    script('Prompt', python + "script: ''\nisllm: true\nuserprompt: say\nmodel: m\n")
    script('NoImage', python + 'script: x\ndockerimage: demisto/nothing-like-it:1.0.0.1\n')
    script('BadImage', python + "script: x\ndockerimage: 'UPPER CASE'\n")
    script('Old', python + 'script: x\ntoversion: 5.9.9\n')
    script('Defaults', python + 'script: x\nargs:\n- name: a\n  default: true\n- name: b\n  default: true\n')
    script('Needs', python + 'script: x\ndependson:\n  must:\n  - Brand|||brand-get\n')
    place.add(place.at('bad'))
    return place


EXPECTED = {
    'Broken': ('unreadable-yaml', 4), 'NoCode': ('missing-code', 5), 'NoModule': ('missing-api-module', 5),
    'Js': ('no-loop', 3), 'Ps': ('no-loop', 3), 'Prompt': ('model-prompt', 6), 'NoImage': ('missing-image', 6),
    'BadImage': ('unusable-image', 6), 'Old': ('other-server', 6), 'Defaults': ('several-default-arguments', 6),
    'Needs': ('missing-dependency', 7),
}


def test_check_says_what_cannot_run(faulty):
    checked = faulty('check', '--format', 'json')
    assert checked.code == 1
    report = checked.json
    # Rules about the image's name (DO100 and on) have tests of their own.
    found = {os.path.basename(os.path.dirname(one['file'])): (one['rule'], one['line']) for one in report['findings']
             if not one['rule'].startswith('DO')}
    assert found == EXPECTED
    assert (report['items'], report['cannot_run']) == (12, 8)
    text = faulty('check')
    assert text.code == 1 and '12 items, 8 cannot run' in text.out, text
    assert 'pwsh' in text.out and "rewrite it in Python" in text.out


def test_check_as_sarif(faulty):
    sarif = faulty('check', 'bad', '--format', 'sarif').json
    assert sarif['version'] == '2.1.0' and sarif['$schema'].startswith('https://')
    [run] = sarif['runs']
    rules = run['tool']['driver']['rules']
    assert len({rule['id'] for rule in rules}) == len(rules)
    assert run['originalUriBaseIds'] == {'bad': {'uri': 'file://%s/' % faulty.at('bad')}}
    assert len([one for one in run['results'] if not one['ruleId'].startswith('DO')]) == len(EXPECTED)
    for result in run['results']:
        assert rules[result['ruleIndex']]['id'] == result['ruleId']
        assert result['level'] in ('error', 'warning') and result['message']['text']
        place = result['locations'][0]['physicalLocation']
        assert place['artifactLocation']['uriBaseId'] == 'bad'
        assert os.path.isfile(faulty.at('bad', place['artifactLocation']['uri']))
        assert place['region']['startLine'] >= 1


def test_check_of_what_can_run(place):
    place.script('good/Packs/P/Scripts/Good/Good.yml', 'Good')
    place.add(place.at('good'))
    checked = place('check')
    # That it names no image is worth a warning.
    assert checked.code == 0 and checked.out.endswith('[DO104]\n1 item, 0 cannot run\n'), checked
    place.script('good/Packs/P/Scripts/Old/Old.yml', 'Old', 'toversion: 5.9.9\n')
    warned = place('check')
    assert warned.code == 0 and '2 items, 0 cannot run' in warned.out and ': warning: key' in warned.out, warned
    assert {one['level'] for one in place('check', '--format', 'json').json['findings']} == {'warning'}
    results = place('check', '--format', 'sarif').json['runs'][0]['results']
    assert sorted((one['ruleId'], one['level']) for one in results) == [
        ('DO104', 'warning'), ('DO104', 'warning'), ('other-server', 'warning')]
    unknown = place('check', 'goot')
    assert unknown.code == 2 and "did you mean 'good'" in unknown.err, unknown


def test_a_source_that_is_gone_stops_no_other(place):
    place.script('one/Packs/P/Scripts/One/One.yml', 'One')
    place.script('two/Packs/P/Scripts/Two/Two.yml', 'Two')
    place.add(place.at('one'))
    place.add(place.at('two'))
    shutil.rmtree(place.at('one'))
    assert place.items() == ['Two']
    listed = place('list')
    assert listed.code == 0 and "source 'one'" in listed.err, listed
    assert place('check').code == 1


def test_what_a_killed_add_left_is_swept(place):
    place.script('one/Packs/P/Scripts/One/One.yml', 'One')
    os.makedirs(place.at('state/content/.staging-dead/content'))
    place.add(place.at('one'))
    assert place.fetched() == ['.lock']


def test_lists_are_json_with_a_schema(place):
    for argv in (('list',), ('list', '--all'), ('check', '--format', 'json')):
        assert json.loads(place(*argv, *(() if '--format' in argv else ('--json',))).out)['schema'] == 1
