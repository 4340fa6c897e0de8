"""An ordinary user moves images in a storage of the user's own."""
import pytest

from hostile_registry import HostileRegistry, taking
from registries import small_image


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
