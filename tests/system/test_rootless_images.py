"""An ordinary user makes and moves images in a storage of the user's own."""
import os
import tarfile

import pytest

from calls import PATIENCE
from hostile_registry import HostileRegistry, taking
from image_maker import PREFIX, Maker, index_or_skip
from package_index import wheel
from registries import small_image
from rootless import ALLOWED


@pytest.fixture
def registry():
    made = HostileRegistry(small_image('rootless'))
    yield made
    made.end()


def test_pull_and_push(user, registry):
    settings = user.settings_with('images:\n  trusted: any\n  registries:\n    "%s": {insecure: on}\n'
                                  % registry.name)

    def image(*argv):
        done = user('image', *argv, '--json', settings=settings, env={'REGISTRY_AUTH_FILE': '/nowhere/auth.json'})
        assert done.code == 0, done
        return done.json

    name = registry.name + '/team/x:1'
    try:
        assert image('pull', name)['digest'] == registry.image.digest
        (checked,) = image('check', name)['images']
        assert checked['whole'] and checked['not_checked'] == [], checked
        blobs, manifests = taking(registry)
        image('push', name, registry.name + '/team/y:1')
        assert list(manifests) == ['1'] and len(blobs) == 3, (list(manifests), list(blobs))
    finally:
        image('remove', name)


class UserMaker(Maker):
    """Creates images as an ordinary user, in the user's storage."""

    def __init__(self, user, index, folder):
        os.mkdir(folder)
        usual, user.settings = user.settings, user.refusing  # to which lines of `storage` can be added
        super().__init__(user, index, folder)
        user.settings = usual
        with open(self.settings, 'a') as file:
            file.write(ALLOWED)
        self.user = user.user
        for top, folders, files in os.walk(folder):
            for name in [''] + files:
                self.user.give(os.path.join(top, name))

    def image(self, *argv):
        done = self.berth('image', *argv, '--json', settings=self.settings, seconds=60 * PATIENCE)
        assert done.code == 0, done
        return done.json


@pytest.fixture
def maker(user):
    index = index_or_skip()
    index.add(wheel('needed', '1.5', {'needed.py': 'X = 1\n'}))
    made = UserMaker(user, index, user.user.home + '/create')
    yield made
    for name in made.names():
        made.image('remove', name)
    index.end()


def test_create(user, maker, tap_device):
    """A library and a package; the image runs, is saved, and nothing of its making is left to prune."""
    made = maker.made('u', '--dependencies', 'needed', '--packages', 'tests-tool')
    assert made['made'] and made['image'] == PREFIX + 'u:1.0.0.1' and made['isolation'] == 'chroot', made
    again = maker.made('u', '--dependencies', 'needed', '--packages', 'tests-tool')
    assert not again['made'] and again['digest'] == made['digest'], again

    code = 'import needed, tests_lib, subprocess, os\n' \
           'demisto.results("%d %s %d" % (needed.X, subprocess.check_output(["tests-tool"]).decode().strip(), os.getuid()))'
    ran = user('run', user.write('scripts/created.py', code), '--image', made['image'], '--json')
    assert ran.code == 0 and ran.value == '1 tool 4000', ran

    saved = maker.folder + '/saved.tar'
    maker.image('save', saved, made['image'])
    with tarfile.open(saved) as archive:
        assert 'oci-layout' in archive.getnames()
    pruned = maker.image('prune')
    assert pruned.get('leftovers', []) == [], pruned
    assert made['image'] in ' '.join(maker.names())
    assert user.buildah('containers', '--format', '{{.ContainerName}}') == ''
