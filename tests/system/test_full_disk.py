"""A full disk at each stage of an image's way: nothing half-made is to be seen, and with room the same command succeeds.

Disks are full of bytes, at once or in the middle of the work, or of files: with one more each time, every stage that makes
a file meets it.
"""
import os
import shutil
import subprocess
import tempfile
import time

import pytest

import registries
from calls import PATIENCE
from engines import base_images
from full_disk import Disk
from hostile_registry import HostileRegistry
from image_maker import Maker, index_or_skip
from package_index import wheel
from registries import Image, small_image, tar_of
from test_bundles import archive, bundle, bundle_of, layout, make_pack

pytestmark = pytest.mark.third_lane

ADVICE = 'make room there', 'free some space'


@pytest.fixture
def registry():
    made = HostileRegistry(Image([tar_of({'own%d' % i: os.urandom(200_000)}) for i in range(2)]))
    yield made
    made.end()


class Full:
    """A site one of whose places, or another folder, is a small disk."""

    def __init__(self, berth, registry):
        self.site = registries.Site(berth, tempfile.mkdtemp(prefix='berth-full-'))
        self.site.trust({registry.name: 'insecure: on'})
        self.site.env = {'REGISTRY_AUTH_FILE': '/nowhere/auth.json'}
        self.name = registry.name + '/team/x:1'
        self.disks = []

    def disk(self, where, size='80m', files=0):
        made = Disk(getattr(self.site, where, None) or os.path.join(self.site.folder, where), size, files)
        self.disks.append(made)
        return made

    def path_with(self, disk, left=0):
        folder = disk.filling(os.path.join(self.site.folder, 'bin'), 'skopeo', left)
        return {'PATH': folder + ':' + os.environ['PATH']}

    def end(self):
        for disk in self.disks:
            disk.end()
        self.site.end()


@pytest.fixture
def full(berth, registry):
    made = Full(berth, registry)
    yield made
    made.end()


def refused(done, *words):
    """Says what was being done, that there is no room, where, and what to do."""
    text = done.err.strip().splitlines()[-1] if done.err.strip() else ''
    if done.out.startswith('{') and '"error"' in done.out:
        text = [image['error'] for image in done.json['images'] if 'error' in image][0]
    assert done.code == 12, done
    assert any(advice in text for advice in ADVICE) and '/' in text and len(text) < 2000, done
    for word in words:
        assert word in text, done
    return done


def sweep(disk, command, check, files, step):
    """Allows more and more files until `command` succeeds. Returns how often it did not."""
    failures = 0
    for count in range(files, files + 400, step):
        disk.allow_files(count)
        done = command()
        if done.code == 0:
            return failures
        check(done)
        failures += 1
    raise AssertionError('it never succeeds')


# --- pull, update -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize('where, step', [('cache', 2), ('storage', 6), ('state', 1)])
def test_pull_without_room_for_files(full, registry, where, step):
    disk = full.disk(where, '200m', files=1)
    site = full.site

    def check(done):
        refused(done, "pull image '%s'" % full.name, 'full')
        assert site.names() == []

    failures = sweep(disk, lambda: site('pull', full.name), check, 1, step)
    assert failures >= 3, failures
    assert site.digests() == {full.name: registry.image.digest} and site.blobs() == []


@pytest.mark.parametrize('left', [0, 65536])
def test_pull_whose_disk_fills_while_it_fetches(full, registry, left):
    disk = full.disk('cache')
    layers = [layer['digest'] for layer in registry.image.layers]
    registry.rules['blob'] = lambda handler, path: path.endswith(tuple(layers)) and (disk.fill(left) or False)
    refused(full.site('pull', full.name), "pull image '%s'" % full.name, full.site.cache)
    assert full.site.names() == []
    registry.rules.clear()
    disk.make_room()
    assert full.site('pull', full.name).code == 0 and full.site.blobs() == []


def test_pull_whose_disk_fills_while_it_unpacks(full, registry):
    """With more room each time, until it is enough."""
    site = full.site
    assert site('list').code == 0
    disk = full.disk('storage')
    for left in (0, 16 << 10, 64 << 10, 200 << 10, 350 << 10, 2 << 20):
        done = site('pull', full.name, env=full.path_with(disk, left))
        disk.make_room()
        if done.code == 0:
            break
        refused(done, 'put the image into the storage', site.storage, 'is full')
        assert site.names() == [], left
    assert done.code == 0 and left > 0, done
    assert site.digests() == {full.name: registry.image.digest}


def test_update_keeps_what_was_there(full, registry):
    site = full.site
    disk = full.disk('storage')
    assert site('pull', full.name).code == 0
    before, registry.image = registry.image, small_image('newer')
    refused(site('update', full.name, '--json', env=full.path_with(disk)), 'put the image into the storage')
    assert site.digests() == {full.name: before.digest}
    disk.make_room()
    done = site('update', full.name, '--json')
    assert done.code == 0 and done.json['images'][0]['state'] == 'updated', done
    assert site.digests() == {full.name: registry.image.digest}


# --- files: load, import, save, create, push -------------------------------------------------------------------------------


def test_load_and_import(full, registry):
    site, name = full.site, 'registry.example/team/file:1'
    image = registry.image
    file = site.berth.write('full/load.tar', archive(layout(image, name)))
    contents = ('{"schema": 1, "images": [{"name": "%s", "digest": "%s"}], "packs": ["Harbour"]}'
                % (name, image.digest)).encode()
    item = b'commonfields: {id: Tide, version: -1}\nname: Tide\nscript: pass\ntype: python\nsubtype: python3\n'
    members = layout(image, name) + [('Packs/Harbour/Scripts/script-Tide.yml', item)]
    bundled = site.berth.write('full/site.bundle', bundle_of(members, contents))
    cache, storage, state = full.disk('cache', '80m', files=1), full.disk('storage'), full.disk('state')

    def nothing(done, doing):
        refused(done, doing)
        assert site.names() == []

    sweep(cache, lambda: site('load', file), lambda done: nothing(done, 'load images'), 1, 3)
    assert site.digests() == {name: image.digest}
    assert site('remove', name).code == 0
    cache.allow_files(10_000)
    nothing(site('load', file, env=full.path_with(storage)), 'load images')
    storage.make_room()
    cache.fill()
    nothing(site('load', file), 'load images')
    nothing(bundle(site, 'import', bundled), 'import bundle')
    cache.make_room()

    site.env.update(full.path_with(storage))
    refused(bundle(site, 'import', bundled, '--json'))
    assert site.names() == []
    storage.make_room()
    del site.env['PATH']
    # Its image is whole; its packs are registered when they are.
    state.fill()
    refused(bundle(site, 'import', bundled, '--name', 'other'), 'import bundle')
    state.make_room()
    shown = site.berth('content', 'list', '--json', settings=site.settings)
    assert 'other' not in [source['name'] for source in shown.json['sources']], shown
    done = bundle(site, 'import', bundled, '--json')
    assert done.code == 0 and site.digests() == {name: image.digest}, done


@pytest.mark.parametrize('verb', ['save', 'bundle'])
def test_file_that_does_not_fit(full, registry, verb):
    """With more room each time, until it is enough; then the folder that it is put together in."""
    site = full.site
    assert site('pull', full.name).code == 0
    out = full.disk('out', '4m')
    file = os.path.join(out.folder, 'new.tar')

    def write(**how):
        if verb == 'save':
            return site('save', file, full.name, **how)
        site.env.update(how.get('env', {}))
        return bundle(site, 'create', file, '--image', full.name, '--content', content)

    content = make_pack(os.path.join(site.folder, 'content'))
    usual = dict(site.env, PATH=os.environ['PATH'])
    for left in (0, 4096, 64 << 10, 300 << 10, 1 << 20):
        out.fill(left)
        done = write()
        left_there = os.listdir(out.folder)
        out.make_room()
        if done.code == 0:
            break
        refused(done, 'save images' if verb == 'save' else 'create bundle', out.folder)
        assert left_there == ['ballast'], left
    assert done.code == 0 and left > 4096, (left, done)
    os.remove(file)

    cache = full.disk('cache')
    refused(write(env=full.path_with(cache)), site.cache, 'is full')
    assert not os.path.exists(file)
    cache.make_room()
    site.env = usual
    assert write().code == 0 and os.path.exists(file)


def test_push_of_an_image_that_cannot_be_put_together(full, registry):
    site = full.site
    assert site('pull', full.name).code == 0
    to = full.name.replace('/x:1', '/y:2')
    cache = full.disk('cache')
    refused(site('push', full.name, to, env=full.path_with(cache)), 'push image', site.cache, 'is full')
    assert not [asked for asked in registry.asked if asked[0] in ('POST', 'PUT', 'PATCH')]


# --- content --------------------------------------------------------------------------------------------------------------


def test_lock_and_item_that_name_an_image(full, registry):
    """What was there stays as it was, byte by byte."""
    site = full.site
    assert site('pull', full.name).code == 0
    tree = full.disk('tree', '1m', files=1000)
    item = os.path.join(tree.folder, 'Packs/P/Scripts/One/One.yml')
    lock = os.path.join(tree.folder, 'berth-images.lock')
    os.makedirs(os.path.dirname(item))
    text = ("commonfields: {id: One, version: -1}\nname: One\nscript: pass\ntype: python\nsubtype: python3\n"
            'dockerimage: "%s"  # kept\n')

    def write(name):
        with open(item, 'w') as file:
            file.write(text % name)

    def contents():
        found = {}
        for folder, _, names in os.walk(tree.folder):
            for name in names:
                if name != 'ballast':
                    with open(os.path.join(folder, name)) as file:
                        found[name] = file.read()
        return found

    write(full.name)
    assert site('lock', tree.folder).code == 0
    other = full.name.replace('/x:1', '/x:2')  # which is not here, so the lock file loses what it has
    write(other)
    before = contents()
    for fill in (tree.fill, tree.allow_no_more_files):
        fill()
        refused(site('lock', tree.folder), 'lock the images', lock)
        done = site.berth('content', 'set-image', item, full.name, settings=site.settings)
        refused(done, 'set the image', item)
        assert contents() == before
        tree.make_room()
    tree.allow_files(1000)
    assert site('lock', tree.folder).code == 1 and full.name not in contents()['berth-images.lock']
    done = site.berth('content', 'set-image', item, full.name, settings=site.settings)
    assert done.code == 0 and contents()['One.yml'] == text % full.name, done


# --- image create -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope='module')
def index():
    made = index_or_skip()
    made.add(wheel('needed', '1.5', {'needed.py': 'X = """%s"""\n' % ('x' * 300_000)}))
    yield made
    made.end()


class OwnMaker(Maker):
    """With a storage of its own, on a small disk, that has the newest base."""

    def __init__(self, berth, index, folder):
        super().__init__(berth, index, folder)
        self.storage = folder + '/storage'
        self.disk = Disk(self.storage, '500m')
        with open(self.settings, 'a') as file:
            file.write('  root: %s\n' % self.storage)
        base = base_images(berth)[3]
        subprocess.run(['skopeo', '--insecure-policy', 'copy', '--quiet', 'containers-storage:' + base,
                        'containers-storage:[overlay@%s+/run/containers/storage]%s' % (self.storage, base)], check=True)

    def images(self):
        """Those that have a name. What has none yet and cannot be removed for want of room is listed as half made."""
        listed = self.berth('image', 'list', '--json', settings=self.settings)
        assert listed.code == 0, listed
        nameless = [image for image in listed.json['images'] if not image['names']]
        assert all(image['unfinished'] for image in nameless), listed
        return [name for image in listed.json['images'] for name in image['names'] if 'python3-deb' not in name]

    def has_only_names(self):
        return all(image['names'] for image in self.berth('image', 'list', '--json', settings=self.settings).json['images'])

    def containers(self):
        with open(self.storage + '/overlay-containers/containers.json') as file:
            return file.read().strip()

    def end(self):
        self.berth('prune', settings=self.settings)  # a kept root would keep the disk
        self.disk.end()


@pytest.fixture(scope='module')
def small(berth, index, tmp_path_factory):
    made = OwnMaker(berth, index, str(tmp_path_factory.mktemp('small')))
    yield made
    made.end()


STAGES = ['building ', 'reading what lies', 'checking interpreter', 'naming it']


@pytest.mark.parametrize('stage', STAGES)
def test_create_whose_storage_fills(small, stage):
    running = small.begin('s', '--dependencies', 'needed', '--rebuild')
    until = time.monotonic() + 60 * PATIENCE
    while stage not in running.said() and time.monotonic() < until:
        time.sleep(0.002)
    small.disk.fill()
    done = running.wait(60 * PATIENCE)
    try:
        if done.code == 0:  # what was left to be done needs no room
            assert stage == 'naming it' or stage == 'checking interpreter', done
        else:
            refused(done, 'create the image', small.storage)
            assert small.images() == []
    finally:
        small.disk.make_room()
    again = small.made('s', '--dependencies', 'needed', '--rebuild')
    assert again['made'] and 'localhost/' + again['image'] in small.images() and small.has_only_names()
    assert small.containers() in ('', '[]')
    for name in small.images():
        assert small.berth('image', 'remove', name, settings=small.settings).code == 0


@pytest.mark.parametrize('where', ['cache', 'state', 'export'])
def test_create_without_room_beside_the_storage(small, tmp_path, where):
    folder = str(tmp_path / 'export') if where == 'export' else '%s/%s' % (small.folder, where)
    words = ['--dependencies', 'needed', '--rebuild']
    if where == 'export':
        words += ['--export', folder + '/image']
    shutil.rmtree(folder, ignore_errors=True)
    disk = Disk(folder, '4m')
    try:
        if where == 'cache':
            # It is the first wheel that does not fit, then the place that keeps what is being made.
            disk.fill(100_000)
            refused(small('b', *words), 'create the image', folder)
            assert small.images() == []
        disk.fill()
        refused(small('b', *words), 'create the image', folder)
        assert small.images() == [] and small.containers() in ('', '[]')
        if where == 'export':
            assert os.listdir(folder) == ['ballast']
        disk.make_room()
        again = small.made('b', *words)
        assert again['made'] and small.images() == ['localhost/' + again['image']]
        if where == 'export':
            assert sorted(os.listdir(folder)) == ['image']
        assert small.berth('image', 'remove', 'localhost/' + again['image'], settings=small.settings).code == 0
    finally:
        disk.end()
