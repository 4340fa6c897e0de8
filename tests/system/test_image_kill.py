"""Killed at any moment: each command that moves images leaves nothing half-made to be seen, and the next try succeeds.

What a killed one has left in the cache or beside a file is swept by the next of its kind, or shown and removed by
`berth image prune`.
"""
import hashlib
import json
import os
import signal
import tarfile
import tempfile
import time

import pytest

import registries
from figures import figure
from registries import OCI_INDEX, OCI_MANIFEST, Image, tar_of
from signing import Key, tag_of

pytestmark = pytest.mark.second_lane

KILLS = 8


def image_of(word, layers=2):
    """1 MiB a layer that does not pack."""
    return Image([tar_of({'%s%d' % (word, i): os.urandom(1 << 20)}) for i in range(layers)])


def layout_of(image, name):
    entry = {'mediaType': OCI_MANIFEST, 'digest': image.digest, 'size': len(image.manifest),
             'annotations': {'org.opencontainers.image.ref.name': name}}
    index = json.dumps({'schemaVersion': 2, 'mediaType': OCI_INDEX, 'manifests': [entry]}).encode()
    blobs = dict(image.blobs, **{image.digest: image.manifest})
    return {'oci-layout': b'{"imageLayoutVersion": "1.0.0"}', 'index.json': index,
            **{'blobs/sha256/' + digest[7:]: data for digest, data in blobs.items()}}


def begin(site, words):
    return site.berth.begin(*words, settings=site.settings, env=site.env)


def kill_at(site, words, moment):
    running = begin(site, words)
    time.sleep(moment)
    running.signal(signal.SIGKILL)
    return running.wait(60)


def work_folders(site):
    """What of this site's commands stands in the cache: folders of work, and blobs on their way."""
    found = []
    for kind in ('work', 'push', 'sign'):
        folder = os.path.join(site.cache, 'images', kind)
        found += [os.path.join(folder, name) for name in os.listdir(folder)] if os.path.isdir(folder) else []
    found += [path for path in (os.path.join(site.cache, 'images', kind) for kind in ('save', 'load', 'bundle'))
              if os.path.isdir(path)]
    return sorted(path for path in found if os.path.isdir(path)) + site.blobs()


def pruned(site):
    """Everything that was left is named with its reason, and gone once it was removed."""
    left = [path for path in work_folders(site) if os.path.isabs(path)]
    plan = site('prune', '--dry-run', '--json')
    assert plan.code == 0, plan
    named = {one['path']: one for one in plan.json['leftovers']}
    for path in left:
        assert named[path]['goes'] and 'that was killed' in named[path]['reason'] and os.path.isdir(path), (path, plan)
    assert site('prune', '--all', '--json').code == 0
    assert work_folders(site) == [], 'prune has taken all'
    return len(left)


class Sweep:
    """Kills a command at moments that go from its beginning to its end; `look` is called after each kill, with whether
    the command had ended before. Every other time what it left is for `image prune`."""

    def __init__(self, site, seconds, kills=KILLS):
        self.site, self.seconds, self.kills = site, seconds, kills
        self.left = self.killed = 0

    def __call__(self, turn, words, look=lambda: None):
        done = kill_at(self.site, words, self.seconds * (turn + 0.5) / self.kills)
        self.killed += done.code == -signal.SIGKILL
        self.left += len(work_folders(self.site)) > 0
        look()
        if turn % 2:
            pruned(self.site)

    def end(self, what):
        assert self.killed > 0, 'no moment was before the end'
        assert work_folders(self.site) == [], 'the next try has swept what was left'
        figure('killed', what, '%d of %d moments before its end, and %d left something in the cache that was swept' % (
            self.killed, self.kills, self.left))


def test_load(site):
    def archive(word):
        image = image_of(word)
        name = 'registry.example/team/load:' + word
        return name, image, site.berth.write('kill-load.tar', tar_of(layout_of(image, name)))

    name, image, file = archive('whole')
    whole = site('load', file)
    assert whole.code == 0, whole
    sweep = Sweep(site, whole.seconds)
    for turn in range(KILLS):
        name, image, file = archive('t%d' % turn)

        def look():
            assert site.digests().get(name, image.digest) == image.digest

        sweep(turn, ('image', 'load', file), look)
        again = site('load', file)
        assert again.code == 0 and site.digests()[name] == image.digest, again
    sweep.end('image load')


def test_update(site, registry):
    first = image_of('first')
    name = registry.put('kill/update', '1', first)
    assert site('pull', name).code == 0
    second = image_of('second')
    registry.put('kill/update', '1', second)
    whole = site('update', name)
    assert whole.code == 0, whole
    sweep = Sweep(site, whole.seconds)
    before = second
    for turn in range(KILLS):
        after = image_of('t%d' % turn)
        registry.put('kill/update', '1', after)

        def look():
            assert site.digests() in ({name: before.digest}, {name: after.digest}), 'the tag is one image or the other'

        sweep(turn, ('image', 'update', name), look)
        again = site('update', name)
        assert again.code == 0 and site.digests() == {name: after.digest}, again
        before = after
    sweep.end('image update')


def manifest_of(registry, path, tag):
    return json.loads(registry.ask('GET', '/v2/%s/manifests/%s' % (path, tag), Accept=OCI_MANIFEST)[2])


def is_whole(registry, path, tag):
    """Every blob that the tag's manifest names is there, with its bytes."""
    manifest = manifest_of(registry, path, tag)
    for blob in manifest['layers'] + [manifest['config']]:
        data = registry.ask('GET', '/v2/%s/blobs/%s' % (path, blob['digest']))[2]
        assert registries.digest_of(data) == blob['digest'], blob
    return True


def tags_of(registry, path):
    return json.loads(registry.ask('GET', '/v2/%s/tags/list' % path)[2])['tags'] or []


def test_push(site, registry):
    source = registry.put('kill/source', 'whole', image_of('push'))
    assert site('pull', source).code == 0
    whole = site('push', source, registry.name + '/kill/pushed:whole')
    assert whole.code == 0, whole
    sweep = Sweep(site, whole.seconds)
    for turn in range(KILLS):
        # To a place of its own, which has no blob yet.
        path, tag = 'kill/pushed%d' % turn, '1'
        words = ('push', source, '%s/%s:%s' % (registry.name, path, tag))

        def look():
            assert registry.digest(path, tag) is None or tags_of(registry, path) == [tag] and is_whole(registry, path, tag)

        sweep(turn, ('image',) + words, look)
        again = site(*words, '--json')
        assert again.code == 0 and registry.digest(path, tag) == again.json['digest'], again
        assert tags_of(registry, path) == [tag] and is_whole(registry, path, tag)
    sweep.end('image push')


def archive_is_whole(file):
    """Each blob of the tar has the bytes that its name says, and each that the index leads to is there."""
    with tarfile.open(file) as tar:
        members = {one.name: tar.extractfile(one).read() for one in tar if one.isfile()}
    for name, data in members.items():
        assert not name.startswith('blobs/') or hashlib.sha256(data).hexdigest() == name.rsplit('/', 1)[1], name

    def blob(descriptor):
        return members['blobs/sha256/' + descriptor['digest'][7:]]

    for entry in json.loads(members['index.json'])['manifests']:
        manifest = json.loads(blob(entry))
        assert all(len(blob(one)) == one['size'] for one in manifest['layers'] + [manifest['config']])
    return True


def test_save(site, registry):
    name = registry.put('kill/save', '1', image_of('save', layers=3))
    assert site('pull', name).code == 0
    sweep_files(site, 'image save', lambda file: ('image', 'save', file, name))


def test_bundle_create(site, registry):
    name = registry.put('kill/bundle', '1', image_of('bundle', layers=3))
    assert site('pull', name).code == 0
    file = sweep_files(site, 'bundle create', lambda file: ('bundle', 'create', file, '--image', name))
    assert site.berth('bundle', 'verify', file, settings=site.settings).code == 0


def sweep_files(site, what, words):
    """The target is there whole or not at all; what was written beside it is gone after the next try."""
    folder = os.path.join(site.folder, 'files')
    os.mkdir(folder)
    file = os.path.join(folder, 'killed.tar')
    whole = begin(site, words(file)).wait(120)
    assert whole.code == 0 and os.listdir(folder) == ['killed.tar'], whole
    sweep = Sweep(site, whole.seconds)
    parts = 0
    for turn in range(KILLS):
        os.remove(file)
        sweep(turn, words(file), lambda: os.path.exists(file) and archive_is_whole(file))
        left = [one for one in os.listdir(folder) if one != 'killed.tar']
        parts += len(left)
        if os.path.exists(file):
            assert left == [], 'it is written once'
            continue
        again = begin(site, words(file)).wait(120)
        assert again.code == 0 and os.listdir(folder) == ['killed.tar'] and archive_is_whole(file), (again, left)
    # Where no moment fell into the writing, one that left a file is shown as it would have been.
    if parts == 0:
        os.remove(file)
        with open(file + '.4194304.part', 'w') as part:
            part.write('left')
        assert begin(site, words(file)).wait(120).code == 0
    assert os.listdir(folder) == ['killed.tar']
    sweep.end(what)
    figure('killed', what, '%d moments left a file beside the target, which the next one removed' % parts)
    return file


def pack_of(word):
    """Two files that belong together."""
    script = 'commonfields: {id: %s, version: -1}\nname: %s\nscript: demisto.results("%s")\ntype: python\nsubtype: python3\n'
    return {'Packs/Killed/pack_metadata.json': b'{"name": "Killed"}',
            'Packs/Killed/Scripts/script-Tide.yml': (script % ('Tide', 'Tide', word)).encode(),
            'Packs/Killed/Scripts/script-Ebb.yml': (script % ('Ebb', 'Ebb', word)).encode()}


def test_bundle_import(berth):
    there = registries.Site(berth, tempfile.mkdtemp(prefix='berth-killed-'))
    there.trust({})
    packs = os.path.join(there.state, 'bundles', 'bundle')

    def bundle(word):
        image = image_of(word)
        name = 'registry.example/team/import:' + word
        contents = {'schema': 1, 'images': [{'name': name, 'digest': image.digest}], 'packs': ['Killed']}
        members = {**layout_of(image, name), **pack_of(word), 'bundle.json': json.dumps(contents).encode()}
        sums = ''.join('%s  %s\n' % (hashlib.sha256(data).hexdigest(), member) for member, data in members.items())
        return there.berth.write(word + '.bundle', tar_of({**members, 'SHA256SUMS': sums.encode()})), name

    def words_of_packs():
        """Which bundle each file of the pack is from."""
        texts = []
        for folder, _, names in os.walk(packs):
            for name in names:
                if name.startswith('script-'):
                    with open(os.path.join(folder, name)) as file:
                        texts.append(file.read().split('demisto.results("')[1].split('"')[0])
        return texts

    try:
        file, name = bundle('whole')
        whole = begin(there, ('bundle', 'import', file, '--name', 'bundle')).wait(120)
        assert whole.code == 0, whole
        sweep = Sweep(there, whole.seconds)
        before, names = 'whole', [name]
        for turn in range(KILLS):
            word = 't%d' % turn
            file, name = bundle(word)

            def look():
                assert words_of_packs() in ([before] * 2, [word] * 2), 'the packs are those of one bundle'
                assert there.names() in (sorted(names), sorted(names + [name]))
                shown = there.berth('content', 'show', 'Tide', settings=there.settings)
                assert shown.code == 0, shown

            sweep(turn, ('bundle', 'import', file, '--name', 'bundle'), look)
            again = begin(there, ('bundle', 'import', file, '--name', 'bundle', '--json')).wait(120)
            names.append(name)
            assert again.code == 0 and there.names() == sorted(names) and words_of_packs() == [word] * 2, again
            assert sorted(os.listdir(os.path.dirname(packs))) == ['.lock', 'bundle'], 'nothing of the exchange is left'
            before = word
        sweep.end('bundle import')
    finally:
        there.end()


def test_sign(site, registry):
    folder = os.path.join(site.folder, 'keys')
    os.mkdir(folder)
    key = Key(folder, 'ours')

    def pinned(path):
        image = registries.small_image(path)
        registry.put(path, '1', image)
        return image, '%s/%s@%s' % (registry.name, path, image.digest)

    _, name = pinned('kill/signed')
    whole = site('sign', name, '--key', key.private)
    assert whole.code == 0, whole
    sweep = Sweep(site, whole.seconds)
    for turn in range(KILLS):
        path = 'kill/signed%d' % turn
        image, name = pinned(path)
        tag = tag_of(image.digest)

        def look():
            if registry.digest(path, tag) is not None:
                assert is_whole(registry, path, tag) and site('verify', name, '--key', key.public).code == 0
            assert set(tags_of(registry, path)) <= {'1', tag}

        sweep(turn, ('image', 'sign', name, '--key', key.private), look)
        again = site('sign', name, '--key', key.private, '--json')
        assert again.code == 0 and is_whole(registry, path, tag), again
        assert len(manifest_of(registry, path, tag)['layers']) == 1, 'one signature, however often it was tried'
        assert site('verify', name, '--key', key.public).code == 0
    sweep.end('image sign')
