"""Images that Docker and Podman make themselves, on machines without buildah."""
import json
import os
import random
import signal
import subprocess
import time

import pytest

from calls import PATIENCE
from figures import figure
from image_maker import Maker, index_or_skip
from package_index import wheel
from test_engines import calls, groups_of_podman, monitors_of  # noqa: F401
from test_image_create import all_of_layer, layer_digests

pytestmark = pytest.mark.second_lane

WORDS = ['--dependencies', 'smalllib', '--packages', 'tests-tool']


@pytest.fixture(scope='module')
def index():
    made = index_or_skip()
    made.add(wheel('smalllib', '1.0', {'smalllib/__init__.py': 'VERSION = "1.0"\n'}, ['needed>=1']))
    made.add(wheel('needed', '1.5', {'needed.py': 'X = 1\n'}))
    yield made
    made.end()


class EngineMaker(Maker):
    """Creates images by the setting `engine`, and finds no buildah."""

    def __init__(self, calls, index, folder):
        super().__init__(calls.berth, index, folder)
        self.engine = calls.engine
        self.native = self.settings
        with open(self.native) as file:
            text = file.read()
        self.settings = os.path.join(folder, 'engine.yaml')
        with open(self.settings, 'w') as file:
            file.write(text + calls.engine.settings + 'engine: %s\n' % calls.engine.name)
        self.path = os.path.join(folder, 'bin')
        os.mkdir(self.path)
        for place in os.environ['PATH'].split(':'):
            for name in os.listdir(place) if os.path.isdir(place) else []:
                link = os.path.join(self.path, name)
                if name != 'buildah' and not os.path.lexists(link):
                    os.symlink(os.path.join(place, name), link)

    def begin(self, name, *argv, env=(), **how):
        own = {} if self.settings == self.native else {'PATH': self.path, **self.engine.env}
        return super().begin(name, *argv, env={**own, **dict(env)}, **how)

    def names(self):
        """In Berth's own storage."""
        usual, self.settings = self.settings, self.native
        try:
            return super().names()
        finally:
            self.settings = usual

    def builds(self):
        """Containers and images without a name that the engine has."""
        return [one for one in self.engine.containers() if one.startswith('berth-create')] + \
            self.engine.ask('image', 'ls', '--quiet', '--filter', 'dangling=true').split()

    def settle(self, seconds=60):
        end = time.monotonic() + seconds
        while left := self.builds():
            assert time.monotonic() < end, left
            time.sleep(0.2)

    def end(self):
        self.settings = self.native  # of the images that lie in Berth's own storage
        for name in self.names():
            self.engine.ask('image', 'rm', '--force', name)
        super().end()


@pytest.fixture
def maker(calls, index, tmp_path):  # noqa: F811
    if calls.is_native:
        pytest.skip('test_image_create.py has it')
    made = EngineMaker(calls, index, str(tmp_path))
    yield made
    made.settle()
    made.end()
    assert made.leftovers() == []


def run_item(calls, maker, image, code, folder):  # noqa: F811
    item = os.path.join(str(folder), 'Item.yml')
    with open(item, 'w') as file:
        file.write('commonfields: {id: Item, version: -1}\nname: Item\nscript: |\n')
        file.writelines('  %s\n' % line for line in code.split('\n'))
        file.write('type: python\nsubtype: python3\ndockerimage: %s\n' % image)
    answer = calls.berth('run', item, '--json', settings=maker.settings, env=maker.engine.env)
    assert answer.code == 0, answer
    return answer.value


def test_engine_builds(calls, maker, tmp_path):  # noqa: F811
    """With what an image that buildah made has, the same layer each time, and nothing of the build in it."""
    made = maker.made('b', *WORDS)
    assert made['made'] and made['isolation'] == calls.engine.name, made
    code = 'import smalllib, needed, tests_lib, subprocess, os\n' \
           'demisto.results(" ".join([smalllib.VERSION, subprocess.check_output(["tests-tool"]).decode().strip(),\n' \
           '                          os.environ["DOCKER_IMAGE"], str(os.getuid())]))'
    assert run_item(calls, maker, made['image'], code, tmp_path) == '1.0 tool %s 4000' % made['image']
    inspected = json.loads(calls.engine.ask('image', 'inspect', 'localhost/' + made['image']))[0]['Config']
    labels = inspected['Labels']
    for name in 'created', 'version', 'revision', 'base.name', 'base.digest', 'licenses', 'title', 'description':
        assert labels['org.opencontainers.image.' + name], labels
    assert labels['org.opencontainers.image.version'] == '1.0.0.1' and 'berth.build' not in labels, labels
    assert inspected['User'] == 'demisto' and inspected['Cmd'] == ['python3'] and not inspected.get('Entrypoint'), inspected

    asked = len(maker.index.requests)
    again = maker('b', *WORDS, '--json')
    assert again.code == 0 and not again.json['made'] and again.json['digest'] == made['digest'], again
    assert len(maker.index.requests) == asked and again.seconds <= 2 * PATIENCE, again.seconds

    time.sleep(1.1)  # so that no time of today can be the same
    second = maker.made('b', *WORDS, '--rebuild')
    assert second['made'] and second['image'].endswith(':1.0.0.2'), second
    assert layer_digests(made['image']) == layer_digests(second['image'])

    maker.settings = maker.native
    by_buildah = maker.made('b', *WORDS, '--rebuild')
    assert by_buildah['isolation'] != calls.engine.name
    names = {}
    for who, image in ((calls.engine.name, made), ('buildah', by_buildah)):
        os.mkdir(tmp_path / who)
        names[who], whole = all_of_layer(image['image'], str(tmp_path / who))
        assert b'berth-build' not in whole.replace(b'berth.build', b'') and b'.containerenv' not in whole, who
    assert sorted(names[calls.engine.name]) == sorted(names['buildah'])
    figure('engines', 'layers of two builds by %s' % calls.engine.name, 'the same digests; files as of buildah')


def signalled_while_it_builds(maker, name, chance, number):
    """A build that was sent a signal somewhere in the middle."""
    running = maker.begin(name, *WORDS, '--json')
    end = time.monotonic() + 60 * PATIENCE
    while 'building' not in running.said() and time.monotonic() < end:
        time.sleep(0.02)
    time.sleep(chance.uniform(0, 1.5))
    running.signal(number)
    return running


def comes_to_nothing(find, seconds):
    end = time.monotonic() + seconds * PATIENCE
    while left := find():
        assert time.monotonic() < end, left
        time.sleep(0.2)


def test_killed_while_it_builds(calls, maker):  # noqa: F811
    """Nothing is to be seen of it, nothing runs on, and the next one makes the image."""
    chance = random.Random(31)
    kills = 0
    for _ in range(5):
        before = maker.names()
        running = signalled_while_it_builds(maker, 'k', chance, signal.SIGKILL)
        if running.wait(30).code == -signal.SIGKILL:
            kills += 1
            assert maker.names() == before
        comes_to_nothing(lambda: containers_of(maker), 60)
    assert kills
    assert maker.made('k', *WORDS)['image'] in maker.names()[0]
    assert maker.builds() == []
    figure('engines', 'containers and images left of %d builds killed with SIGKILL, by %s' % (kills, calls.engine.name), 0)


def containers_of(maker):
    """The names of those that builds have."""
    return [one.split()[0] for one in maker.engine.containers() if one.startswith('berth-create')]


def begun(maker, name):
    """A build whose container is there, and the names of those that are."""
    running = maker.begin(name, *WORDS, '--json')
    end = time.monotonic() + 60 * PATIENCE
    while not (found := containers_of(maker)):
        assert time.monotonic() < end, running.said()
        time.sleep(0.02)
    return running, found


def test_two_that_share_an_engine_alone(calls, maker):  # noqa: F811
    """As in two containers that are given one socket and have caches of the same path, each with a lock of its own."""
    one, before = begun(maker, 'one')
    one.signal(signal.SIGSTOP)
    try:
        for name in 'create.lock', 'create-journal', 'create-engines':
            path = os.path.join(maker.folder, 'cache', name)
            if os.path.exists(path):
                os.unlink(path)
        maker.made('two', *WORDS)
        assert containers_of(maker) == before
    finally:
        one.signal(signal.SIGKILL)
        one.wait(30)


def test_interrupted_while_it_builds(calls, maker):  # noqa: F811
    """Of Podman's containers not even what Podman forgets when it is killed."""
    chance = random.Random(32)
    before = groups_of_podman()
    for _ in range(5):
        answer = signalled_while_it_builds(maker, 'i', chance, signal.SIGINT).wait(60)
        assert answer.code in (0, 130), answer
        assert maker.builds() == []
        comes_to_nothing(lambda: monitors_of(calls.engine) + sorted(groups_of_podman() - before), 30)


def test_prune_after_everybody_is_killed(calls, maker):  # noqa: F811
    """Berth and its watcher; and by now the settings leave the building to buildah."""
    running, left = begun(maker, 'p')
    watcher = int(subprocess.run(['pgrep', '-P', str(running.pid), 'berth-watch'], stdout=subprocess.PIPE).stdout)
    os.kill(watcher, signal.SIGSTOP)
    running.signal(signal.SIGKILL)
    running.wait(30)
    os.kill(watcher, signal.SIGKILL)
    for words, said in (('prune', '--dry-run'), 'would remove'), (('prune',), 'removed'):
        answer = maker.berth(*words, settings=maker.native, env=maker.engine.env)
        assert answer.code == 0, answer
        assert "%s container '%s' of an 'image create' that was killed" % (said, left[0]) in answer.out + answer.err, answer
    assert maker.builds() == []
    assert "of an 'image create'" not in maker.berth('prune', settings=maker.native).out
