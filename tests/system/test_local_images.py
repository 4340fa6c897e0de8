"""Images of this machine: listed, shown, compared, searched, removed; the images that content names.

In a storage of the tests' own, of images that buildah makes from a folder: Debian's and Alpine's way of saying what is
installed, written by hand, since what matters is what is read.
"""
import fcntl
import json
import os
import shutil
import subprocess
import tempfile

import pytest

from calls import BERTH, PATIENCE, ROOT
from figures import figure

pytestmark = pytest.mark.second_lane

STATUS = 'Package: bash\nStatus: install ok installed\nVersion: %s\nArchitecture: amd64\n\n' \
         'Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n'
APK = 'P:musl\nV:1.2.5-r0\nA:x86_64\nL:MIT\n\nP:py3-six\nV:1.16.0-r9\nA:x86_64\n' \
      'F:usr/lib/python3.12/site-packages\nR:six-1.16.0-py3.12.egg-info\n'
DEBIAN = {'etc/os-release': 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n',
          'var/lib/dpkg/status': STATUS % '5.2',
          'usr/bin/python3.11': '\x7fELF\0003.11.2\0',
          'usr/lib/python3/dist-packages/PyYAML-6.0.dist-info/METADATA': 'Name: PyYAML\nVersion: 6.0\n'}
NEWER = {'var/lib/dpkg/status': STATUS % '5.3',
         'usr/lib/python3/dist-packages/requests-2.0.dist-info/METADATA': 'Name: requests\nVersion: 2.0\n',
         'usr/lib/python3/dist-packages/requests-2.0.dist-info/INSTALLER': 'pip\n'}
ALPINE = {'etc/os-release': 'ID=alpine\nPRETTY_NAME="Alpine Linux v3.20"\n', 'lib/apk/db/installed': APK,
          'usr/lib/python3.12/site-packages/six-1.16.0-py3.12.egg-info': 'Name: six\nVersion: 1.16.0\n'}


class Place:
    """A storage, a state and a cache of the test's own."""

    def __init__(self, berth, folder):
        self._berth = berth
        self.folder = folder
        self.root = os.path.join(folder, 'storage')
        self.settings = os.path.join(folder, 'settings.yaml')
        os.mkdir(os.path.join(folder, 'run'))
        with open(self.settings, 'w') as file:
            file.write('version: 1\nstorage:\n' + ''.join(
                '  %s: %s\n' % (key, os.path.join(folder, name)) for key, name in
                (('root', 'storage'), ('state', 'state'), ('cache', 'cache'), ('runtime', 'run'))))

    def __call__(self, *argv, **how):
        return self._berth(*argv, settings=self.settings, **how)

    def tool(self, *argv):
        done = subprocess.run(('buildah', '--root', self.root, '--runroot', os.path.join(self.folder, 'runroot'),
                               '--storage-driver', 'overlay') + argv, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
        if done.returncode != 0:
            raise RuntimeError('buildah %s: %s' % (' '.join(argv), done.stderr.decode()))
        return done.stdout.decode().strip()

    def make(self, name, files, base='scratch', config=('--label', 'berth.test=yes')):
        """An image of these files over its base."""
        container = self.tool('from', '--pull-never', base)
        root = self.tool('mount', container)
        for path, text in files.items():
            path = os.path.join(root, path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, 'w') as file:
                file.write(text)
        self.tool('umount', container)
        if config:
            self.tool('config', *config, container)
        made = self.tool('commit', '--quiet', container, name)
        self.tool('rm', container)
        return made

    def images(self, *argv):
        listed = self('image', 'list', '--json', *argv)
        assert listed.code == 0, listed
        return listed.json['images']

    def names(self, *argv):
        return [name for one in self.images(*argv) for name in one['names']]

    def item(self, name, image):
        """A script in a registered tree that names `image`."""
        path = os.path.join(self.folder, 'tree/Packs/P/Scripts', name, name + '.yml')
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w') as file:
            file.write('# about %s\ncommonfields: {id: %s, version: -1}\nname: %s\ntype: python\nsubtype: python3\n'
                       'dockerimage: %s  # why\nscript: |\n  demisto.results(1)\n' % (name, name, name, image))
        return path


@pytest.fixture
def place(berth):
    if shutil.which('buildah') is None:
        pytest.skip('buildah is not installed')
    folder = tempfile.mkdtemp(prefix='berth-images-')
    os.chmod(folder, 0o711)
    made = Place(berth, folder)
    yield made
    subprocess.run(('umount', os.path.join(made.root, 'overlay')), stderr=subprocess.DEVNULL)
    shutil.rmtree(folder)


@pytest.fixture
def three(place):
    place.make('localhost/t/debian:1', DEBIAN)
    place.make('localhost/t/debian:2', NEWER, 'localhost/t/debian:1')
    place.make('localhost/t/alpine:1', ALPINE)
    return place


def test_list_says_what_each_has(three):
    images = {one['names'][0]: one for one in three.images()}
    old, new, alpine = (images['localhost/t/' + name] for name in ('debian:1', 'debian:2', 'alpine:1'))
    assert (old['os'], old['python'], old['packages'], old['distributions']) == ('Debian 12', '3.11.2', 1, 1)
    assert (new['packages'], new['distributions'], new['base']) == (1, 2, 'localhost/t/debian:1')
    assert (alpine['os'], alpine['packages'], alpine['distributions']) == ('Alpine Linux v3.20', 2, 1)
    assert all(one['unread'] == 0 and one['problem'] is None and one['size_bytes'] > 0 for one in images.values())
    assert three.names('--sort', 'packages')[0] == 'localhost/t/alpine:1'
    assert three.names('alpine') == ['localhost/t/alpine:1']
    assert three.names('--python', '3.11') == ['localhost/t/debian:2', 'localhost/t/debian:1']
    shown = three('image', 'list')
    assert shown.code == 0 and 'USED BY' in shown.out and 't/debian' in shown.out, shown
    assert three('image', 'list', '--sort', 'colour').code == 2
    wrong = three('image', 'list', '--python', 'abc')
    assert wrong.code == 2 and "'abc' is no version" in wrong.err, wrong


def test_war_room_line(three):
    answer = three('exec', '/docker_images name=alpine', '--json')
    assert answer.code == 0, answer
    [told] = answer.json['answers']
    [entry] = told['entries']
    assert 'Alpine' not in entry['HumanReadable'] and '|t/alpine|1|' in entry['HumanReadable'], entry
    assert [one['names'] for one in entry['Contents']] == [['localhost/t/alpine:1']]
    # As the original writes a name of this machine.
    [told] = three('exec', '/docker_images name=localhost.local/t/alpine', '--json').json['answers']
    assert [one['names'] for one in told['entries'][0]['Contents']] == [['localhost/t/alpine:1']], told
    for line, names in (('python=3.11', ['localhost/t/debian:2', 'localhost/t/debian:1']),
                        ('python=3.11 reverse=true', ['localhost/t/debian:1', 'localhost/t/debian:2']),
                        ('sort=packages name=alpine', ['localhost/t/alpine:1'])):
        [told] = three('exec', '/docker_images ' + line, '--json').json['answers']
        assert [one['names'][0] for one in told['entries'][0]['Contents']] == names, (line, told)
    for line, words in (('python=abc', 'no version'), ('sort=colour', 'none of name'), ('used=maybe', 'true or false'),
                        ('used=true unused=true', 'exclude')):
        wrong = three('exec', '/docker_images ' + line)
        assert wrong.code == 1 and words in wrong.out + wrong.err, wrong
    for line, words in (('/docker_imagse', "did you mean 'docker_images'"), ('/docker_images colour=red', 'no argument'),
                        ('/docker_images alpine', 'no bare value')):
        wrong = three('exec', line)
        assert wrong.code == 2 and words in wrong.err, wrong


def test_a_damaged_image_hides_no_other(three):
    top = [one for one in json.load(open(three.root + '/overlay-images/images.json'))
           if 'localhost/t/alpine:1' in one.get('names', [])][0]['layer']
    os.rename(os.path.join(three.root, 'overlay', top, 'diff'), os.path.join(three.root, 'overlay', top, 'away'))
    images = {one['names'][0]: one for one in three.images()}
    assert 'is not there' in images['localhost/t/alpine:1']['problem'] and len(images) == 3
    os.rename(os.path.join(three.root, 'overlay', top, 'away'), os.path.join(three.root, 'overlay', top, 'diff'))
    assert {one['problem'] for one in three.images()} == {None}


def test_show_history_and_diff(three):
    shown = three('image', 'show', 't/debian:2', '--packages')
    assert shown.code == 0 and 'bash' in shown.out and 'PyYAML' in shown.out and '3.11.2' in shown.out, shown
    inspected = three('image', 'inspect', 't/debian:2').json
    assert [one['name'] for one in inspected['inventory']['python']] == ['PyYAML', 'requests']
    assert inspected['config']['config']['Labels']['berth.test'] == 'yes' and len(inspected['layers']) == 2
    by_id = three('image', 'inspect', inspected['id'][:12]).json
    assert by_id['id'] == inspected['id']
    history = three('image', 'history', 't/debian:2', '--json').json['steps']
    assert len([step for step in history if step['size_bytes'] is not None]) == 2
    diff = three('image', 'diff', 't/debian:1', 't/debian:2', '--json').json
    assert diff['packages'] == [{'name': 'bash', 'before': '5.2', 'after': '5.3'}]
    assert diff['python'] == [{'name': 'requests', 'before': None, 'after': '2.0'}]
    assert diff['before']['size_bytes'] < diff['after']['size_bytes']
    told = three('image', 'diff', 't/debian:1', 't/debian:2')
    assert told.code == 0 and 'added' in told.out and 'changed' in told.out, told
    same = three('image', 'diff', 't/debian:1', 't/debian:1')
    assert 'the same is installed' in same.out
    missing = three('image', 'diff', 't/debian:1', 't/debain:3')
    assert missing.code == 2 and 't/debian' in missing.err, missing


def test_search(three):
    hits = three('image', 'search', 'six', '--json').json['hits']
    assert {(hit['image'], hit['where'], hit['what']) for hit in hits} == {
        ('localhost/t/alpine:1', 'package', 'py3-six 1.16.0-r9'), ('localhost/t/alpine:1', 'Python', 'six 1.16.0')}
    assert three('image', 'search', 'nothing-like-it').out == 'no image of this machine has that\n'


def test_nothing_that_is_used_is_removed(three):
    three.item('Old', 't/debian:1')
    assert three('content', 'add', os.path.join(three.folder, 'tree')).code == 0
    listed = {one['names'][0]: one for one in three.images()}
    assert listed['localhost/t/debian:1']['items'] == 1
    assert listed['localhost/t/debian:1']['used_by'] == [{'kind': 'item', 'who': "script 'Old' of 'tree'"}]
    planned = three('image', 'prune', '--dry-run', '--all', '--json')
    assert planned.code == 0, planned
    plan = {one['image']: (one['goes'], one['reason']) for one in planned.json['images']}
    assert plan['localhost/t/debian:1'] == (False, "used by script 'Old' of 'tree'")
    assert plan['localhost/t/debian:2'] == (True, 'nothing uses it')
    refused = three('image', 'remove', 't/debian:1')
    assert refused.code != 0 and "script 'Old'" in refused.err and '--force' in refused.err, refused
    assert len(three.names()) == 3
    pruned = three('image', 'prune', '--all')
    assert pruned.code == 0 and 'removed' in pruned.out, pruned
    assert three.names() == ['localhost/t/debian:1']
    # A tree that cannot be read may use anything.
    shutil.rmtree(os.path.join(three.folder, 'tree'))
    blind = three('image', 'prune', '--all')
    assert blind.code != 0 and 'cannot be found out' in blind.err, blind
    assert three('image', 'remove', 't/debian:1').code != 0
    assert three('image', 'remove', '--force', 't/debian:1').code == 0
    assert three.names() == []


def test_prune_takes_older_tags_and_says_why(three):
    three.make('example.org/theirs:1', DEBIAN, config=())
    three.make('example.org/theirs:2', NEWER, 'example.org/theirs:1', config=())
    plan = {one['image']: one for one in three('image', 'prune', '--dry-run', '--json').json['images']}
    assert {name: one['goes'] for name, one in plan.items()} == {
        'localhost/t/debian:1': False, 'localhost/t/debian:2': False, 'localhost/t/alpine:1': False,
        'example.org/theirs:1': False, 'example.org/theirs:2': False}
    assert 'is built on it' in plan['localhost/t/debian:1']['reason']
    assert 'neither made by Berth' in plan['example.org/theirs:1']['reason']
    three.make('localhost/t/alpine:2', ALPINE)
    assert three('image', 'prune').code == 0
    assert sorted(three.names('alpine')) == ['localhost/t/alpine:2']


def test_prune_leaves_what_is_being_made(three):
    """It has no name and a label of Berth's: while somebody is at it, it is not rubbish."""
    container = three.tool('from', '--pull-never', 'localhost/t/alpine:1')
    three.tool('config', '--env', 'DOCKER_IMAGE=mine:1.0.0.1', '--label', 'berth.test=yes', container)
    made = three.tool('commit', '--quiet', container)
    three.tool('rm', container)
    cache = os.path.join(three.folder, 'cache')
    os.makedirs(cache, exist_ok=True)
    with open(os.path.join(cache, 'create-journal'), 'w') as journal:
        journal.write('mine:1.0.0.1')
    with open(os.path.join(cache, 'create.lock'), 'w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert '<being made: mine:1.0.0.1>' in three('image', 'list').out
        pruned = three('image', 'prune', '--all', '--json')
        step, = [one for one in pruned.json['images'] if one['id'] == made]
        assert not step['goes'] and "image create, for 'mine:1.0.0.1'" in step['reason'], pruned
        assert three('image', 'remove', made, '--force').code != 0
    assert '<half made: mine:1.0.0.1>' in three('image', 'list').out
    pruned = three('image', 'prune', '--json')
    assert [one['goes'] for one in pruned.json['images'] if one['id'] == made] == [True], pruned
    assert made not in [one['id'] for one in three.images()]


def test_a_name_is_taken_before_the_image(three):
    three.tool('tag', 'localhost/t/alpine:1', 'localhost/t/other:1')
    untagged = three('image', 'remove', 't/other:1')
    assert untagged.code == 0 and 'untagged' in untagged.out, untagged
    assert sorted(three.names()) == ['localhost/t/alpine:1', 'localhost/t/debian:1', 'localhost/t/debian:2']
    gone = three('image', 'remove', 't/alpine:1', 't/nothing:1')
    assert gone.code == 2 and 'removed' in gone.out and 't/nothing:1' in gone.err, gone
    assert sorted(three.names()) == ['localhost/t/debian:1', 'localhost/t/debian:2']
    # What another image was built on goes as a name only; its layers stay.
    assert three('image', 'remove', 't/debian:1').code == 0
    assert three('image', 'show', 't/debian:2', '--packages').code == 0


def test_an_image_in_use_by_a_container_of_another_tool_stays(three):
    container = three.tool('from', '--pull-never', 'localhost/t/alpine:1')
    try:
        refused = three('image', 'remove', '--force', 't/alpine:1')
        assert refused.code != 0 and 'of buildah or podman' in refused.err, refused
    finally:
        three.tool('rm', container)
    assert three('image', 'remove', 't/alpine:1').code == 0


def test_set_image_changes_one_scalar(three):
    path = three.item('Greet', 't/debian:1')
    assert three('content', 'add', os.path.join(three.folder, 'tree')).code == 0
    with open(path, 'rb') as file:
        before = file.read()
    answer = three('content', 'set-image', 'Greet', 't/debian:2', '--json')
    assert answer.code == 0 and answer.json['changed'] and answer.json['key'] == 'dockerimage', answer
    with open(path, 'rb') as file:
        assert file.read() == before.replace(b't/debian:1', b't/debian:2')
    again = three('content', 'set-image', path, 't/debian:2')
    assert again.code == 0 and 'already' in again.out, again
    foreign = three('content', 'set-image', path, 'evil/x:1')
    assert foreign.code == 0 and "will not run in 'evil/x:1'" in foreign.err and 'trusted' in foreign.err, foreign
    assert three('content', 'set-image', path, 't/debian:2').err == '', 'what is here and trusted is no word worth'
    link = os.path.join(three.folder, 'link.yml')
    os.symlink(path, link)
    linked = three('content', 'set-image', link, 't/debian:1')
    assert linked.code == 2 and 'name the file itself' in linked.err, linked
    for words, why in ((('t/debian:latest',), "the tag 'latest'"), (('t/debian',), "the newest here is 't/debian:2'"),
                       ((), '--python 3'), (('--python', '3'), 'berth image init')):
        wrong = three('content', 'set-image', 'Greet', *words)
        assert wrong.code == 2 and why in wrong.err, (words, wrong)
    three.make('docker.io/demisto/python3:3.12.9', DEBIAN)
    three.make('docker.io/demisto/python3:3.12.10', NEWER)
    three.make('docker.io/demisto/python3:9f3a0b1c2d4e5f60718293a4b5c6d7e8f9012345', ALPINE)  # of a commit: no version
    assert three('content', 'set-image', 'Greet', '--python', '3').code == 0
    with open(path, 'rb') as file:
        assert file.read() == before.replace(b't/debian:1', b'demisto/python3:3.12.10')


def test_a_lock_pins_a_tree(three):
    three.item('Greet', 't/debian:1')
    three.item('Gone', 'demisto/not-here:1')
    tree = os.path.join(three.folder, 'tree')
    assert three('content', 'add', tree).code == 0
    locked = three('image', 'lock', 'tree')
    assert locked.code == 1 and "'demisto/not-here:1' is not on this machine" in locked.err, locked
    with open(os.path.join(tree, 'berth-images.lock')) as file:
        lock = json.load(file)
    [digest] = [one['digest'] for one in three.images() if 'localhost/t/debian:1' in one['names']]
    assert lock == {'schema': 1, 'images': {'t/debian:1': digest}}
    which = three('image', 'which', 'Greet', '--json').json
    assert which['digest'] == digest and 'pins it' in which['reason']
    kinds = {use['kind'] for one in three.images() for use in one['used_by'] if one['digest'] == digest}
    assert kinds == {'item', 'lock'}
    kept = three('image', 'remove', 't/debian:1')
    assert kept.code == 2 and '--force removes it all the same' in kept.err, kept
    # The tag moves; the lock does not.
    three.tool('tag', 'localhost/t/debian:2', 'localhost/t/debian:1')
    moved = three('image', 'which', 'Greet')
    assert moved.code == 2 and digest in moved.err and 'berth-images.lock' in moved.err, moved
    assert three('image', 'lock', 'tree', '--update').code == 1
    assert three('image', 'which', 'Greet', '--json').json['digest'] != digest
    # One that is damaged is told, and made anew by the command that the message names.
    with open(os.path.join(tree, 'berth-images.lock')) as file:
        sound = file.read()
    assert "would keep '" in three('image', 'lock', 'tree', '--dry-run').out
    for damage in sound[:20], sound.replace('"schema": 1', '"schema": 9'):
        with open(os.path.join(tree, 'berth-images.lock'), 'w') as file:
            file.write(damage)
        damaged = three('image', 'lock', 'tree')
        assert damaged.code != 0 and "'berth image lock TREE --update'" in damaged.err, damaged
        assert "would write '" in three('image', 'lock', 'tree', '--update', '--dry-run').out
        assert three('image', 'lock', 'tree', '--update').code == 1
        with open(os.path.join(tree, 'berth-images.lock')) as file:
            assert file.read() == sound


def test_the_rules_about_images(three):
    three.item('Latest', 't/debian:latest')
    three.item('Untagged', 't/debian')
    three.item('Right', 't/debian:2')
    three.item('Foreign', 'registry.example:5000/x/y:1')
    three.item('Unknown', 'demisto/unknown:1')
    three.item('Pinned', 't/debian:latest@%s' % three.images('debian:2')[0]['digest'])
    three.make('docker.io/demisto/old:1', DEBIAN, config=(
        '--env', 'DEPRECATED_IMAGE=true', '--env', 'DEPRECATED_REASON=use the new one'))
    three.item('Deprecated', 'demisto/old:1')
    assert three('content', 'add', os.path.join(three.folder, 'tree')).code == 0
    checked = three('content', 'check', '--format', 'json')
    assert checked.code == 1, checked
    found = {}
    for one in checked.json['findings']:
        found.setdefault(one['item'], []).append(one['rule'])
    assert found == {'Latest': ['DO100', 'DO101'], 'Untagged': ['DO103'], 'Foreign': ['DO101', 'missing-image'],
                     'Unknown': ['missing-image'], 'Deprecated': ['DO105']}, found
    open_questions = {(one['rule'], one['image']) for one in checked.json['not_looked_up']}
    assert open_questions == {(rule, image) for rule in ('DO103', 'DO105', 'DO106')
                              for image in ('registry.example:5000/x/y:1', 'demisto/unknown:1', 't/debian:latest')}
    refused = three('run', 'Latest')
    assert refused.code == 2 and "the tag 'latest'" in refused.err and 'set-image' in refused.err, refused
    listed = os.path.join(three.folder, 'deprecated_images.json')
    with open(listed, 'w') as file:
        json.dump([{'image_name': 'demisto/unknown', 'reason': 'gone', 'created_time_utc': '2025-01-01T00:00:00Z'}], file)
    with_list = three('content', 'check', '--format', 'json', '--deprecated-images', listed).json
    assert [one['item'] for one in with_list['findings'] if one['rule'] == 'DO105'] == ['Deprecated', 'Unknown']


def test_a_running_call_keeps_its_image(berth):
    """In the machine's own storage, of which nothing is removed: a dry run says who uses the base image."""
    running = berth.begin_script('import time\ndemisto.results(1)\ntime.sleep(20)')
    try:
        for _ in range(200):
            used = [one for one in berth('image', 'list', '--used', '--json').json['images']
                    if any('berth/python3-deb:' in name for name in one['names'])]
            kinds = {use['kind'] for one in used for use in one['used_by']}
            if 'container' in kinds:
                break
        assert 'container' in kinds, used
    finally:
        running.signal(2)
        running.wait(60)
    figure('images', 'a running call is seen as a user of its image', 'yes')


def test_bench_of_the_list(tmp_path):
    """What it holds the list of its own storage against, with fewer images. Times are its own matter."""
    measured = tmp_path / 'list.json'
    done = subprocess.run([os.path.join(ROOT, 'bench/image_list'), '--images', '200', '--rounds', '3', '--berth', BERTH, '--json', str(measured)],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120 * PATIENCE)
    assert done.returncode == 0, done.stdout.decode()
    cases = json.loads(measured.read_text())['cases']
    figure('images', 'milliseconds of a list of 200 images, and as JSON', [cases[case]['median_ms'] for case in ('listed', 'json')])
