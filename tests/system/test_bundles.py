"""Images in files, and bundles for a site without network: made, verified bit by bit, taken in elsewhere."""
import bz2
import gzip
import io
import json
import lzma
import os
import random
import signal
import tarfile
import tempfile
import time

import pytest

import registries
from figures import figure
from registries import Image, OCI_INDEX, digest_of, small_image, tar_of

pytestmark = pytest.mark.second_lane


@pytest.fixture
def sites(berth, registry):
    """One with the registry, and one that reaches nobody."""
    made = [registries.Site(berth, tempfile.mkdtemp(prefix='berth-site-')) for _ in range(2)]
    made[0].trust({registry.name: 'ca: %s' % registry.ca})
    made[0].env = {'REGISTRY_AUTH_FILE': registry.auth}
    made[1].trust({}, more='containers:\n  proxy:\n    https: http://127.0.0.1:1\n')
    yield made
    for site in made:
        site.end()


def bundle(site, *argv, seconds=120):
    return site.berth('bundle', *argv, settings=site.settings, env=site.env, seconds=seconds)


def test_saved_and_loaded(sites, registry):
    here, there = sites
    image = small_image('save', layers=3)
    name = registry.put('team/save', '1.0', image)
    assert here('pull', name).code == 0
    file = os.path.join(here.folder, 'save.tar')
    saved = here('save', file, name, '--json')
    assert saved.code == 0 and saved.json['images'][0]['keeps_digest'], saved
    assert saved.json['images'][0]['digest'] == image.digest, 'the packed layers come from the registry'
    assert here('save', file, name).code == 2, 'a file that is there stays'
    twice = os.path.join(here.folder, 'twice.tar')
    assert [one['image'] for one in here('save', twice, name, name, '--json').json['images']] == [name]
    with tarfile.open(twice) as tar:
        assert len(json.load(tar.extractfile('index.json'))['manifests']) == 1
    nowhere = here('save', '', name)
    assert nowhere.code == 2 and "the file's name is empty" in nowhere.err, nowhere
    loaded = there('load', file, '--json')
    assert loaded.code == 0 and there.digests() == {name: image.digest}, loaded
    assert there('load', file, '--json').json['images'][0]['changed'] is False
    other = there('load', file, '--name', 'localhost/other:1')
    assert other.code == 0 and 'localhost/other:1' in there.names(), other
    # Without the registry the layers are packed anew: said, and the same content.
    registry.stop()
    try:
        again = here('save', os.path.join(here.folder, 'offline.tar'), name, '--json', seconds=240)
    finally:
        registry.start()
    assert again.code == 0, again
    if not again.json['images'][0]['keeps_digest']:
        assert again.json['images'][0]['digest'] != image.digest
    assert not [left for left in os.listdir(here.folder) if left.endswith('.part')]


def archive(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w') as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def layout(image, name='registry.example/team/odd:1', size=None):
    entry = {'mediaType': registries.OCI_MANIFEST, 'digest': image.digest, 'size': size or len(image.manifest),
             'annotations': {'org.opencontainers.image.ref.name': name}}
    index = json.dumps({'schemaVersion': 2, 'mediaType': OCI_INDEX, 'manifests': [entry]}).encode()
    blobs = dict(image.blobs, **{image.digest: image.manifest})
    return [('oci-layout', b'{"imageLayoutVersion": "1.0.0"}'), ('index.json', index)] + [
        ('blobs/sha256/' + digest[7:], data) for digest, data in blobs.items()]


def test_archives_of_strangers(sites):
    there = sites[1]
    image = small_image('stranger')
    good = layout(image)
    bad = [(name, data + b'x' if name.endswith(image.layers[0]['digest'][7:]) else data) for name, data in good]
    rows = {
        'no archive': (b'x' * 1024, 'read the archive'),
        'no layout': (archive([]), 'no OCI archive'),
        'upwards': (archive(good + [('../x', b'')]), 'does not belong'),
        'absolute': (archive(good + [('/etc/x', b'')]), 'does not belong'),
        'twice': (archive(good + good[:1]), 'stands there twice'),
        'other bytes': (archive(bad), 'and should have'),
        'blob missing': (archive([one for one in good if not one[0].endswith(image.config['digest'][7:])]), 'is not in it'),
        'size': (archive(layout(image, size=5)), 'should have 5 bytes'),
        'no name': (archive(layout(image, name='1.0')), '--name'),
        'broken off': (archive(good)[:3000], 'breaks off'),
        'gzip': (gzip.compress(archive(good)), "packed with gzip; unpack it first, as with 'gzip -dc FILE > FILE.tar'"),
        'gzip, small': (gzip.compress(b'x'), 'packed with gzip'),
        'xz': (lzma.compress(archive(good)), 'packed with xz'),
        'bzip2': (bz2.compress(archive(good)), 'packed with bzip2'),
        'zstd': (b'\x28\xb5\x2f\xfd' + bytes(1000), 'packed with zstd'),
        'nothing without end': (bytes(20 << 20), 'more than 16 MiB of nothing'),
        'a little behind it': (archive(good) + bytes(20 << 20), 'more than 16 MiB of nothing'),
    }
    for row, (data, words) in rows.items():
        file = there.berth.write('archive.tar', data)
        done = there('load', file)
        assert done.code != 0 and words in done.err, (row, done)
        assert there.names() == [], row
    for place in ('/dev/zero', there.folder):
        done = there('load', place)
        assert done.code == 2 and 'it is neither a file nor a pipe' in done.err, done
        done = bundle(there, 'verify', place)
        assert done.code == 2 and 'it is neither a file nor a pipe' in done.err, done
    file = there.berth.write('archive.tar', archive(good))
    assert there('load', file).code == 0 and there.names() == ['registry.example/team/odd:1']
    second = there.berth.write('archive2.tar', archive(layout(small_image('another'))))
    assert 'a tag does not change' in there('load', second).err
    there.trust({}, trusted='{local: off}')
    assert 'not trusted' in there('load', there.berth.write('archive3.tar', archive(layout(image, 'localhost/x:2')))).err


def test_file_that_says_it_was_created_here(sites, registry):
    here, there = sites
    there.trust({}, trusted='{organisations: [acme]}')
    image = small_image('usurper')
    name = 'localhost/berth/python3-deb:99.0.0.1'
    file = there.berth.write('usurper.tar', archive(layout(image, name)))
    refused = there('load', file)
    assert refused.code != 0 and 'which it cannot know' in refused.err and '--trust-local' in refused.err, refused
    assert there.names() == []
    assert there('load', file, '--name', 'localhost/mine:1').code == 0
    assert there('load', file, '--trust-local').code == 0 and there.names() == [name, 'localhost/mine:1']
    # Nor does a person's word give it the name of what is trusted elsewhere; that of a digest does.
    for name, words in (('localhost/acme/x:1', "mean the image of 'acme'"), ('localhost/demist0/x:1', "looks like 'demisto'")):
        done = there('load', file, '--name', name)
        assert done.code == 2 and words in done.err and 'choose another name' in done.err, done
    there.trust({}, trusted='{organisations: [acme], digests: ["%s"]}' % image.digest)
    assert there('load', file, '--name', 'localhost/acme/x:1').code == 0
    there.trust({}, trusted='{organisations: [acme]}')
    # A bundle is a file, too; here its digest is known.
    members = layout(image, 'localhost/other:1')
    contents = json.dumps({'schema': 1, 'images': [{'name': 'localhost/other:1', 'digest': image.digest}],
                           'packs': []}).encode()
    file = there.berth.write('usurper.bundle', bundle_of(members, contents))
    done = bundle(there, 'import', file)
    assert done.code != 0 and 'which it cannot know' in done.err + done.out, done
    there.trust({}, trusted='{digests: ["%s"]}' % image.digest)
    assert bundle(there, 'import', file).code == 0
    there.trust({}, trusted='{organisations: [acme]}')
    assert bundle(there, 'import', file, '--trust-local').code == 0


def bundle_of(members, contents):
    members = members + [('bundle.json', contents)]
    sums = ''.join('%s  %s\n' % (digest_of(data)[7:], name) for name, data in members).encode()
    return archive(members + [('SHA256SUMS', sums)])


def test_images_without_a_tag_in_a_bundle(sites):
    there = sites[1]
    for word in ('first', 'second'):
        image = small_image(word)
        contents = json.dumps({'schema': 1, 'images': [{'name': 'docker.io/demisto/x', 'digest': image.digest}],
                               'packs': []}).encode()
        file = there.berth.write('tagless.bundle', bundle_of(layout(image, 'docker.io/demisto/x'), contents))
        done = bundle(there, 'import', file)
        assert done.code != 0 and 'no name with a tag' in done.out + done.err, done
        assert there.names() == []


def test_archives_of_other_tools(sites):
    there = sites[1]
    image = small_image('docker')
    newer = archive(layout(image) + [('manifest.json', b'[]'), ('repositories', b'{}')])
    assert there('load', there.berth.write('docker25.tar', newer)).code == 0
    older = archive([('%s/VERSION' % ('a' * 64), b'1.0'), ('manifest.json', b'[]')])
    done = there('load', there.berth.write('docker24.tar', older))
    assert done.code != 0 and 'skopeo copy docker-archive:' in done.err, done


def make_pack(folder):
    pack = os.path.join(folder, 'Packs', 'Harbour')
    os.makedirs(os.path.join(pack, 'Scripts'))
    for name, text in {'pack_metadata.json': '{"name": "Harbour"}',
                       'Scripts/script-Tide.yml': 'commonfields: {id: Tide, version: -1}\nname: Tide\n'
                       'script: demisto.results("high")\ntype: python\nsubtype: python3\n', '.secret': 'not taken'}.items():
        with open(os.path.join(pack, name), 'w') as file:
            file.write(text)
    return folder


def test_bundle(sites, registry):
    here, there = sites
    images = [Image([tar_of({'shared': b's' * 5000}), tar_of({'own%d' % i: b'o' * 3000})]) for i in range(2)]
    names = [registry.put('bundle/image%d' % i, '1.0', image) for i, image in enumerate(images)]
    for name in names:
        assert here('pull', name).code == 0
    file = os.path.join(here.folder, 'site.bundle')
    content = make_pack(os.path.join(here.folder, 'content'))
    twice = '--image', names[0], '--image', names[1], '--image', names[0]
    made = bundle(here, 'create', file, *twice, '--content', content, '--json')
    assert made.code == 0 and made.json['packs'] == ['Harbour'], made
    assert [image['digest'] for image in made.json['images']] == [image.digest for image in images]
    with tarfile.open(file) as tar:
        members = tar.getnames()
    assert len(members) == len(set(members)) and not [name for name in members if 'secret' in name]

    # The tools of the distribution can check it, too.
    unpacked = os.path.join(here.folder, 'unpacked')
    os.mkdir(unpacked)
    assert os.system("cd '%s' && tar -xf '%s' && sha256sum --quiet -c SHA256SUMS" % (unpacked, file)) == 0

    verified = bundle(there, 'verify', file, '--json')
    assert verified.code == 0 and verified.json['digest'] == made.json['digest'], verified
    imported = bundle(there, 'import', file, '--json')
    assert imported.code == 0, imported
    assert there.digests() == {name: image.digest for name, image in zip(names, images)}
    shown = there.berth('content', 'show', 'Tide', settings=there.settings)
    assert shown.code == 0 and 'Tide' in shown.out, shown
    # What the next import replaces is not to be changed: neither by the item's name, nor by its file.
    copy = os.path.join(there.state, 'bundles', 'site')
    item = os.path.join(copy, 'Packs', 'Harbour', 'Scripts', 'script-Tide.yml')
    for words in (('content', 'set-image', 'Tide', names[0]), ('content', 'set-image', item, names[0]),
                  ('image', 'lock', 'site'), ('image', 'lock', copy), ('image', 'lock')):
        kept = there.berth(*words, settings=there.settings)
        assert kept.code == 2 and 'the next import of that name replaces it' in kept.err, kept
    again = bundle(there, 'import', file, '--json', '--digest', made.json['digest'])
    assert again.code == 0 and {image['state'] for image in again.json['images']} == {'unchanged'}, again
    for digest, words in (('sha256:' + '0' * 64, 'another bundle'), ('x', "is not 'sha256:'")):
        for verb in ('verify', 'import'):
            other = bundle(there, verb, file, '--digest', digest)
            assert other.code != 0 and words in other.err, other
    assert made.json['digest'] in bundle(there, 'import', file).out
    bundles = os.path.join(there.state, 'bundles')
    assert sorted(os.listdir(bundles)) == ['.lock', 'site'], 'nothing of the exchange is left'
    assert there.berth('content', 'remove', 'site', settings=there.settings).code == 0
    assert os.listdir(bundles) == ['.lock'], 'what came in a bundle goes with its source'
    figure('bundle', 'import of two small images and a pack', '%.2f s' % imported.seconds)


def test_a_bundle_is_registered_whole_or_not(sites, registry):
    """Where one of its images is refused its packs are not registered, and the next import brings both."""
    here, there = sites
    name = registry.put('bundle/whole', '1.0', small_image('whole'))
    assert here('pull', name).code == 0
    file = os.path.join(here.folder, 'whole.bundle')
    content = make_pack(os.path.join(here.folder, 'content-whole'))
    assert bundle(here, 'create', file, '--image', name, '--content', content).code == 0
    there.trust({}, trusted='{organisations: [acme]}')
    done = bundle(there, 'import', file)
    assert done.code == 12 and done.out.startswith('not imported ') and 'none of its packs is registered' in done.err, done
    told = bundle(there, 'import', file, '--json').json
    assert told['imported'] is False and told['source'] == '' and told['images'][0]['state'] == 'failed', told
    assert there.berth('content', 'show', 'Tide', settings=there.settings).code != 0
    there.trust({})
    done = bundle(there, 'import', file, '--json')
    assert done.code == 0 and done.json['imported'] and done.json['source'] == 'whole', done
    assert there.berth('content', 'show', 'Tide', settings=there.settings).code == 0


def test_the_lock_of_a_tree_holds_on_the_other_site(sites, registry):
    here, there = sites
    image = small_image('pinned')
    name = registry.put('bundle/pinned', '1.0', image)
    assert here('pull', name).code == 0
    content = make_pack(os.path.join(here.folder, 'locked'))
    item = os.path.join(content, 'Packs', 'Harbour', 'Scripts', 'script-Tide.yml')
    with open(item, 'a') as file:
        file.write('dockerimage: %s\n' % name)
    assert here('lock', content).code == 0
    for i, given in enumerate((content, os.path.join(content, 'Packs', 'Harbour'))):
        file = os.path.join(here.folder, 'locked%d.bundle' % i)
        made = bundle(here, 'create', file, '--content', given, '--image', name, '--json')
        assert made.code == 0 and made.json['has_lock'] and 'need images' not in str(made.json['notes']), made
        done = bundle(there, 'import', file, '--name', 'h')
        assert done.code == 0, done
        told = there('which', 'Tide')
        assert told.code == 0 and 'and the lock file' in told.out and 'pins it' in told.out, told
        with open(os.path.join(there.state, 'bundles', 'h', 'berth-images.lock')) as lock:
            assert json.load(lock)['images'] == {name: image.digest}
    # Without the image the bundle says what the packs need.
    made = bundle(here, 'create', os.path.join(here.folder, 'none.bundle'), '--content', content)
    assert made.code == 0 and '%s (locked to %s), for Tide; add them with --image' % (name, image.digest) in made.out, made


def test_bundles_do_not_take_each_others_place(sites):
    here, there = sites
    files = []
    for word in ('one', 'two'):
        content = make_pack(os.path.join(here.folder, word, 'content'))
        with open(os.path.join(content, 'Packs', 'Harbour', 'README.md'), 'w') as file:
            file.write(word)
        files.append(os.path.join(here.folder, word, 'site.bundle'))
        assert bundle(here, 'create', files[-1], '--content', content).code == 0
    first = bundle(there, 'import', files[0], '--json')
    assert first.code == 0 and first.json['source'] == 'site' and first.json['replaced'] == '', first
    assert bundle(there, 'import', files[0]).code == 0, 'the same again'
    refused = bundle(there, 'import', files[1])
    assert refused.code == 2 and first.json['digest'] in refused.err and '--replace' in refused.err, refused
    readme = os.path.join(there.state, 'bundles', 'site', 'Packs', 'Harbour', 'README.md')
    assert open(readme).read() == 'one'
    assert bundle(there, 'import', files[1], '--name', 'other', '--json').json['source'] == 'other'
    replaced = bundle(there, 'import', files[1], '--replace', '--json')
    assert replaced.code == 0 and replaced.json['replaced'] == first.json['digest'], replaced
    assert open(readme).read() == 'two'
    back = bundle(there, 'import', files[0], '--name', 'site')
    assert back.code == 0 and 'in the place of those of another bundle: %s' % replaced.json['digest'] in back.out, back
    # A tree that is used in place is never replaced.
    assert there.berth('content', 'add', os.path.join(here.folder, 'one', 'content'), '--name', 'mine',
                       settings=there.settings).code == 0
    for words in ('--name', 'mine'), ('--name', 'mine', '--replace'):
        kept = bundle(there, 'import', files[1], *words)
        assert kept.code == 2 and "there is a source of content 'mine', from" in kept.err, kept


def test_what_a_bundle_cannot_carry_is_told(sites):
    here, there = sites
    content = make_pack(os.path.join(here.folder, 'content'))
    scripts = os.path.join(content, 'Packs', 'Harbour', 'Scripts')
    with open(os.path.join(content, 'Packs', 'Harbour', '.pack-ignore'), 'w') as file:
        file.write('[file:x]\n')
    os.makedirs(os.path.join(scripts, 'Linked'))
    os.makedirs(os.path.join(content, 'shared'))
    with open(os.path.join(content, 'shared', 'Linked.py'), 'w') as file:
        file.write('demisto.results("linked")\n')
    with open(os.path.join(scripts, 'Linked', 'Linked.yml'), 'w') as file:
        file.write('commonfields: {id: Linked, version: -1}\nname: Linked\nscript: "-"\ntype: python\nsubtype: python3\n')
    os.symlink('../../../../shared/Linked.py', os.path.join(scripts, 'Linked', 'Linked.py'))
    file = os.path.join(here.folder, 'links.bundle')
    made = bundle(here, 'create', file, '--content', content)
    assert made.code == 0 and 'begin with a dot or lie in no pack: Packs/Harbour/.secret' in made.out, made
    assert bundle(there, 'import', file).code == 0
    pack = os.path.join(there.state, 'bundles', 'links', 'Packs', 'Harbour')
    assert os.path.exists(os.path.join(pack, '.pack-ignore'))
    with open(os.path.join(pack, 'Scripts', 'Linked', 'Linked.py')) as code:
        assert 'linked' in code.read()
    os.symlink('/etc/passwd', os.path.join(scripts, 'out.py'))
    os.mkfifo(os.path.join(scripts, 'pipe'))
    other = os.path.join(here.folder, 'refused.bundle')
    refused = bundle(here, 'create', other, '--content', content)
    assert refused.code == 2 and "out.py' (a link that leads out)" in refused.err and "pipe' (a fifo)" in refused.err, refused
    assert not os.path.exists(other)


def test_a_bundle_names_its_packs(sites):
    there = sites[1]
    contents = json.dumps({'schema': 1, 'images': [], 'packs': ['Good']}).encode()
    packs = [('Packs/%s/pack_metadata.json' % name, b'{}') for name in ('Good', 'Evil')]
    for members, is_whole in ((packs[:1], True), (packs, False), ([], False)):
        file = there.berth.write('packs.bundle', bundle_of(members, contents))
        done = bundle(there, 'verify', file)
        assert (done.code == 0) == is_whole, done
        assert is_whole or 'does not name the packs that are in it' in done.err, done
        assert is_whole or bundle(there, 'import', file).code == done.code, done


@pytest.mark.parametrize('words', [('bundle', 'verify'), ('bundle', 'import'), ('image', 'load')])
def test_a_pipe_that_nobody_writes_to_is_not_waited_for_at_an_interrupt(sites, words):
    there = sites[1]
    pipe = os.path.join(there.folder, 'pipe')
    os.mkfifo(pipe)
    running = there.berth.begin(*words, pipe, settings=there.settings)
    time.sleep(1)
    assert os.path.exists("/proc/%d" % running.pid), running.said()
    running.signal(signal.SIGINT)
    ended = running.wait(20)
    assert ended.code != 0 and 'interrupted' in ended.err, ended


def test_why_layers_were_packed_anew(sites, registry):
    here = sites[0]
    image = small_image('login')
    name = registry.put('team/y', '1', image)
    asked = registry.put('team/x', '1', image)
    assert here('pull', name).code == 0 and here('pull', asked).code == 0
    file = os.path.join(here.folder, 'asked.tar')
    before = len(registry.requests())
    saved = here('save', file, asked)
    assert saved.code == 0 and 'saved ' + asked in saved.out and 'reading ' + asked in saved.err, saved
    assert not [line for line in registry.requests()[before:] if 'team/y' in line], 'the other name was not asked'
    nobody = {'REGISTRY_AUTH_FILE': here.berth.write('nobody.json', '{"auths": {}}')}
    saved = here('save', os.path.join(here.folder, 'nobody.tar'), asked, '--json', env=nobody)
    assert saved.code == 0 and saved.json['images'][0]['keeps_digest'] is False, saved
    [warning] = saved.json['warnings']
    assert 'were packed anew' in warning and 'login' in warning and warning in saved.err, saved
    here.env = nobody
    made = bundle(here, 'create', os.path.join(here.folder, 'nobody.bundle'), '--image', asked)
    assert made.code == 0 and 'were packed anew' in made.err and 'login' in made.err, made


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_interrupted_moves_leave_nothing(sites, registry, number):
    here, there = sites
    name = registry.put('bundle/large', '1.0', Image([tar_of({'own%d' % i: os.urandom(20 << 20)}) for i in range(3)]))
    assert here('pull', name).code == 0
    file = os.path.join(here.folder, 'large.tar')
    saving = here.begin('save', file, name)
    told(saving, 'reading ')
    saving.signal(number)
    ended = saving.wait(60)
    assert ended.code != 0 and 'interrupted' in ended.err, ended
    assert [left for left in os.listdir(here.folder) if left.startswith('large.')] == []
    assert not os.path.exists(os.path.join(here.cache, 'images', 'save'))
    there.trust({registry.name: 'ca: %s' % registry.ca})
    pulling = there.begin('pull', name, env=here.env)
    told(pulling, 'fetching')
    pulling.signal(number)
    ended = pulling.wait(60)
    assert ended.code != 0 and 'interrupted' in ended.err and there.names() == [], ended
    work = os.path.join(there.cache, 'images', 'work')
    assert [left for left in os.listdir(work) if not left.endswith('.lock')] == []


def told(running, words):
    until = time.monotonic() + 60
    while words not in running.said() and time.monotonic() < until:
        time.sleep(0.005)
    assert words in running.said(), running.said()


def test_flipped_bits_are_named(sites, registry):
    here, there = sites
    image = Image([tar_of({'own': os.urandom(20000)})])
    name = registry.put('bundle/flip', '1.0', image)
    assert here('pull', name).code == 0
    file = os.path.join(here.folder, 'flip.bundle')
    assert bundle(here, 'create', file, '--image', name, '--content', make_pack(os.path.join(here.folder, 'content'))).code == 0
    with open(file, 'rb') as whole:
        data = whole.read()
    layer = data.index(image.blobs[image.layers[0]['digest']])
    member = 'blobs/sha256/' + image.layers[0]['digest'][7:]
    header = data.index(member.encode() + b'\0')
    source = random.Random(7)
    places = [layer, layer + 15000, data.index(b'"high"'), header + 105] + [source.randrange(len(data)) for _ in range(25)]
    for at in places:
        flipped = bytearray(data)
        flipped[at] ^= 1 << source.randrange(8)
        with open(file, 'wb') as damaged:
            damaged.write(flipped)
        done = bundle(there, 'verify', file)
        assert done.code != 0, at
        if at == places[0] or at == places[1]:
            assert '(layer 1 of %s)' % name in done.err, done
        if at == places[2]:
            assert 'Packs/Harbour/Scripts/script-Tide.yml' in done.err, done
        if at == places[3]:
            assert "'%s': the sum of its header is wrong" % member in done.err, done
        assert bundle(there, 'import', file).code != 0 and there.names() == []


def test_killed_while_it_is_written(sites, registry):
    here = sites[0]
    name = registry.put('bundle/kill', '1.0', Image([tar_of({'own': os.urandom(3 << 20)})]))
    assert here('pull', name).code == 0
    file = os.path.join(here.folder, 'kill.bundle')
    whole = bundle(here, 'create', file, '--image', name)
    assert whole.code == 0
    for turn in range(4):
        os.remove(file)
        running = here.berth.begin('bundle', 'create', file, '--image', name, settings=here.settings, env=here.env)
        time.sleep(whole.seconds * (turn + 0.5) / 4)
        running.signal(signal.SIGKILL)
        running.wait(60)
        if os.path.exists(file):
            assert bundle(here, 'verify', file).code == 0, 'what is there is whole'
        else:
            assert bundle(here, 'create', file, '--image', name).code == 0
