"""Images that may run only when they are signed: verified when they are pulled, remembered afterwards."""
import base64
import json
import os
import shutil
import tarfile
import tempfile

import pytest

import registries
from hostile_registry import HostileRegistry
from registries import OCI_INDEX, OCI_MANIFEST, digest_of, index_of, small_image
from signing import Key, Signatures, claim, put_signatures, signed, tag_of

pytestmark = pytest.mark.second_lane


@pytest.fixture(scope='module')
def keys():
    folder = tempfile.mkdtemp(prefix='berth-keys-')
    yield {name: Key(folder, name, kind) for name, kind in
           (('ours', 'p256'), ('other', 'p256'), ('ed25519', 'ed25519'), ('rsa', 'rsa'))}
    shutil.rmtree(folder)


@pytest.fixture
def site(berth, registry):
    made = registries.Site(berth, tempfile.mkdtemp(prefix='berth-site-'))
    made.env = {'REGISTRY_AUTH_FILE': registry.auth}
    yield made
    made.end()


def ask_for(site, registry, *key_files, row='ca: {ca}', where='organisation: "{name}/team"', more=''):
    """Signatures by these keys are needed for what is in the organisation `team` of the registry."""
    site.trust({registry.name: row.format(ca=getattr(registry, 'ca', ''))},
               trusted='{registries: ["%s"], signatures: [{%s, signed_by: [%s]}]%s}' % (
                   registry.name, where.format(name=registry.name), ', '.join(key_files), more))


def sign(registry, path, digest, key, name=None):
    text = claim(name or '%s/%s' % (registry.name, path), digest)
    put_signatures(registry, path, digest, Signatures(signed(key, text)))


def said(done):
    assert done.code != 0, done
    return [line for line in done.err.splitlines() if line.startswith('berth:')][-1]


def run(site, name):
    """A call in the image, which holds no Python: that is found out only once it is trusted."""
    script = site.berth.write('scripts/signed.py', '1')
    done = site.berth('run', script, '--image', name, settings=site.settings, env=site.env)
    assert done.code == 2 or 'not trusted' in done.err, done
    return done


def may_run(site, name):
    done = run(site, name)
    assert 'not trusted' not in done.err and 'ython' in done.err, done
    return True


@pytest.mark.parametrize('kind', ['ours', 'ed25519', 'rsa'])
def test_signed_image(site, registry, keys, kind):
    key, path = keys[kind], 'team/signed-' + kind
    image = small_image(path)
    name = registry.put(path, '1', image)
    ask_for(site, registry, key.public)
    before = len(registry.requests())
    refused = said(site('pull', name))
    for words in ("pull image '%s'" % name, "no tag '%s' of '%s'" % (tag_of(image.digest), path), key.public,
                  key.fingerprint[:23], 'have it signed', 'images.trusted.signatures'):
        assert words in refused, refused
    assert site.names() == []
    assert not [line for line in registry.requests()[before:] if image.layers[0]['digest'] in line], 'no layer was fetched'
    sign(registry, path, image.digest, key)
    pulled = site('pull', name, '--json')
    assert pulled.code == 0 and pulled.json['digest'] == image.digest, pulled
    record = os.path.join(site.state, 'signatures', image.digest[7:] + '.json')
    assert os.stat(record).st_mode & 0o022 == 0 and key.fingerprint in open(record).read()
    # From here on no registry is needed.
    before = len(registry.requests())
    assert may_run(site, name)
    assert site('pull', name, '--json').json['changed'] is False
    assert not [line for line in registry.requests()[before:] if '.sig' in line], 'it was verified before'


def bad_signatures(registry, path, image, keys):
    ours, other = keys['ours'], keys['other']
    name = '%s/%s' % (registry.name, path)
    good = claim(name, image.digest)
    flipped = bytearray(ours.sign(good))
    flipped[-1] ^= 1
    many = [signed(other, good) for _ in range(10)]
    return {
        'other key': (Signatures(signed(other, good)), 'no key that is trusted has made it'),
        'flipped bit': (Signatures((good, base64.b64encode(bytes(flipped)).decode())), 'no key that is trusted'),
        'other text': (Signatures((good + b' ', signed(ours, good)[1])), 'no key that is trusted'),
        'other digest': (Signatures(signed(ours, claim(name, 'sha256:' + '1' * 64))), 'it is for the digest sha256:1111'),
        'other repository': (Signatures(signed(ours, claim(registry.name + '/team/y', image.digest))), 'another name'),
        'other registry': (Signatures(signed(ours, claim('r.example/' + path, image.digest))), 'another name'),
        'no name': (Signatures(signed(ours, claim('', image.digest))), 'which is none'),
        'other tag': (Signatures(signed(ours, claim(name + ':2', image.digest))), 'another name'),
        'other kind': (Signatures(signed(ours, claim(name, image.digest, 'atomic container signature'))), 'its type is'),
        'no claim': (Signatures(signed(ours, b'[1, 2]')), 'signed claim'),
        'key twice': (Signatures(signed(ours, good.replace(b'"type"', b'"type":"x","type"'))), 'stands twice'),
        'no base64': (Signatures((good, '*' * 96)), 'no base64'),
        'long': (Signatures((good, 'A' * 100000)), 'too long'),
        'media type': (Signatures(signed(ours, good), layer_type='application/vnd.oci.image.layer.v1.tar'), 'its type is'),
        'none': (Signatures(), 'there is none in it'),
        'huge': (Signatures(signed(ours, good.replace(b'null', b'"' + b'x' * 70000 + b'"'))), 'are the most'),
        'too old': (Signatures(signed(ours, good), *many * 7), 'no key that is trusted'),
        'ten by others': (Signatures(*many), 'no key that is trusted'),
    }


def test_signatures_that_are_not_valid(site, registry, keys):
    path = 'team/bad'
    image = small_image(path)
    name = registry.put(path, '1', image)
    ask_for(site, registry, keys['ours'].public)
    for row, (signatures, words) in bad_signatures(registry, path, image, keys).items():
        put_signatures(registry, path, image.digest, signatures)
        refused = said(site('pull', name))
        assert words in refused and len(refused) < 2500, (row, refused)
        assert site.names() == [] and not os.path.exists(os.path.join(site.state, 'signatures')), row
    # One that is good among many is enough, wherever it stands.
    good = signed(keys['ours'], claim('%s/%s' % (registry.name, path), image.digest))
    others = [signed(keys['other'], good[0]) for _ in range(5)] + [(good[0], '*')]
    put_signatures(registry, path, image.digest, Signatures(*others[:3], good, *others[3:]))
    assert site('pull', name).code == 0


def test_signature_of_an_index(site, registry, keys):
    path = 'team/index'
    image = small_image(path)
    registry.put(path, 'plain', image)
    index = json.loads(index_of(image))
    index['manifests'] = index['manifests'][1:]
    body = json.dumps(index).encode()
    registry.put_document(path, 'many', body, OCI_INDEX)
    place = '%s/%s' % (registry.name, path)
    ask_for(site, registry, keys['ours'].public)
    sign(registry, path, digest_of(body), keys['ours'])
    refused = said(site('pull', '%s@%s' % (place, image.digest)))
    assert tag_of(image.digest) in refused, refused
    pulled = site('pull', place + ':many', '--json')
    assert pulled.code == 0 and pulled.json['digest'] == image.digest, pulled
    assert may_run(site, place + ':many')
    assert may_run(site, '%s@%s' % (place, digest_of(body)))
    # The image is the same, and so it is known now.
    assert site('pull', '%s@%s' % (place, image.digest)).code == 0
    # An image that was signed itself, behind an index that was not.
    second = small_image(path + '2')
    registry.put(path, 'plain2', second)
    index['manifests'][0].update(digest=second.digest, size=len(second.manifest))
    registry.put_document(path, 'many2', json.dumps(index).encode(), OCI_INDEX)
    refused = said(site('pull', place + ':many2'))
    assert tag_of(second.digest) in refused and tag_of(digest_of(json.dumps(index).encode())) in refused
    sign(registry, path, second.digest, keys['ours'])
    assert site('pull', place + ':many2').code == 0 and may_run(site, place + ':many2')


def test_mirrors(site, registry, keys):
    """A mirror's signature counts, for the name itself; where it has none the registry is asked."""
    path = 'team/mirrored'
    image = small_image(path)
    far = 'registry.invalid/' + path
    registry.put(path, '1', image)
    site.trust({registry.name: 'ca: %s' % registry.ca, 'registry.invalid': 'mirrors: ["%s"]' % registry.name},
               trusted='{signatures: [{registry: registry.invalid, signed_by: [%s]}]}' % keys['ours'].public)
    sign(registry, path, image.digest, keys['ours'])
    assert 'another name' in said(site('pull', far + ':1'))
    sign(registry, path, image.digest, keys['ours'], name=far)
    assert site('pull', far + ':1').code == 0 and site.digests() == {far + ':1': image.digest}


def test_mirror_without_the_signature(site, registry, keys):
    path = 'team/half'
    image = small_image(path)
    mirror = HostileRegistry(image)
    try:
        name = registry.put(path, '1', image)
        sign(registry, path, image.digest, keys['ours'])
        site.trust({registry.name: 'ca: %s, mirrors: ["%s"]' % (registry.ca, mirror.name), mirror.name: 'insecure: on'},
                   trusted='{signatures: [{name: "%s/%s", signed_by: [%s]}]}' % (registry.name, path, keys['ours'].public))
        assert site('pull', name).code == 0
        assert mirror.count('.sig') == 1
    finally:
        mirror.end()


def test_keys_that_change(berth, site, registry, keys):
    path = 'team/keys'
    image = small_image(path)
    name = registry.put(path, '1', image)
    ours, other = keys['ours'], keys['other']
    ask_for(site, registry, ours.public)
    sign(registry, path, image.digest, ours)
    assert site('pull', name).code == 0 and may_run(site, name)
    ask_for(site, registry, other.public)
    refused = said(run(site, name))
    for words in ("use image '", ours.fingerprint, 'which is not among them', other.public, other.fingerprint[:23]):
        assert words in refused, refused
    refused = said(site('pull', name))
    assert 'no key that is trusted has made it' in refused
    ask_for(site, registry, other.public, ours.public)
    assert may_run(site, name)
    # The file of the key is what counts, not its name.
    file = berth.write('signer.pub', open(ours.public).read())
    ask_for(site, registry, file)
    assert may_run(site, name)
    for text, words in ((open(other.public).read(), 'which is not among them'), (open(ours.private).read(), 'private key'),
                        ('', 'not usable'), ('x' * 100000, 'not usable')):
        berth.write('signer.pub', text)
        assert words in said(run(site, name))
    os.unlink(file)
    assert 'not usable' in said(run(site, name))
    # Who signs anew with the new key is found.
    ask_for(site, registry, other.public)
    text = claim('%s/%s' % (registry.name, path), image.digest)
    put_signatures(registry, path, image.digest, Signatures(signed(ours, text), signed(other, text)))
    pulled = site('pull', name, '--json')
    assert pulled.code == 0 and pulled.json['changed'] is False and pulled.json['fetched_bytes'] == 0, pulled
    assert may_run(site, name)


def test_what_was_here_before(site, registry, keys):
    """A rule that comes later holds for what is here; a pull or an update looks for the signature then."""
    for how in ('pull', 'update'):
        path = 'team/before-' + how
        image = small_image(path)
        name = registry.put(path, '1', image)
        site.trust({registry.name: 'ca: %s' % registry.ca})
        assert site('pull', name).code == 0 and may_run(site, name)
        ask_for(site, registry, keys['ours'].public)
        refused = said(run(site, name))
        assert 'none was verified here for ' + image.digest in refused and "'berth image pull %s'" % name in refused
        done = site(how, name, '--json')
        assert done.code == 12 and tag_of(image.digest) in done.out + done.err, done
        sign(registry, path, image.digest, keys['ours'])
        done = site(how, name, '--json')
        assert done.code == 0, done
        assert may_run(site, name)


def test_update_of_all(site, registry, keys):
    """What has to be signed, and never was, is left alone; what was, and is not any more, is a failure."""
    image = small_image('update all')
    name = registry.put('team/all', '1', image)
    site.trust({registry.name: 'ca: %s' % registry.ca})
    assert site('pull', name).code == 0
    ask_for(site, registry, keys['ours'].public)
    done = site('update', '--all', '--json')
    assert done.code == 0 and [one['state'] for one in done.json['images']] == ['left alone'], done
    assert site('update', name).code != 0, 'it was asked for by its name'
    sign(registry, 'team/all', image.digest, keys['ours'])
    assert site('update', '--all').code == 0 and may_run(site, name)
    registry.put('team/all', '1', small_image('update all, later'))
    done = site('update', '--all', '--json')
    assert done.code != 0 and done.json['images'][0]['state'] == 'failed', done


def test_what_the_rule_does_not_hold_for(site, registry, keys):
    image = small_image('free')
    ask_for(site, registry, keys['ours'].public)
    assert site('pull', registry.put('others/free', '1', image)).code == 0
    assert may_run(site, registry.name + '/others/free:1')
    # A digest stands for a signature.
    name = registry.put('team/free', '1', image)
    assert site('pull', name).code != 0
    ask_for(site, registry, keys['ours'].public, more=', digests: ["%s"]' % image.digest)
    assert site('pull', name).code == 0 and may_run(site, name)
    # The narrowest rule decides.
    ask_for(site, registry, keys['ours'].public, more='')
    site.trust({registry.name: 'ca: %s' % registry.ca}, trusted=(
        '{signatures: [{registry: "%s", signed_by: [%s]}, {name: "%s/team/free", signed_by: [%s]}]}' % (
            registry.name, keys['ours'].public, registry.name, keys['other'].public)))
    sign(registry, 'team/free', image.digest, keys['ours'])
    assert 'no key that is trusted' in said(site('pull', name))
    sign(registry, 'team/free', image.digest, keys['other'])
    assert site('pull', name).code == 0


def test_signature_of_another_name_of_the_same_image(site, registry, keys):
    """What is verified is that name's, not that of every name the image has."""
    image = small_image('two names')
    ask_for(site, registry, keys['ours'].public)
    first, second = registry.put('team/first', '1', image), registry.put('team/second', '1', image)
    sign(registry, 'team/first', image.digest, keys['ours'])
    assert site('pull', first).code == 0
    sign(registry, 'team/second', image.digest, keys['ours'], name=registry.name + '/team/first')
    assert 'another name' in said(site('pull', second))
    site.trust({registry.name: 'ca: %s' % registry.ca})
    assert site('pull', second).code == 0
    ask_for(site, registry, keys['ours'].public)
    assert "its signature is for '%s/team/first'" % registry.name in said(run(site, second))
    assert may_run(site, first)


@pytest.fixture
def other(berth):
    made = registries.Site(berth, tempfile.mkdtemp(prefix='berth-site-'))
    yield made
    made.end()


def test_files_of_what_was_not_verified(site, other, registry, keys):
    path = 'team/filed'
    image = small_image(path)
    name = registry.put(path, '1', image)
    site.trust({registry.name: 'ca: %s' % registry.ca})
    assert site('pull', name).code == 0
    file = os.path.join(site.folder, 'filed.tar')
    assert site('save', file, name).code == 0
    ask_for(other, registry, keys['ours'].public)
    refused = said(other('load', file))
    assert 'the file (signatures that were verified go along with' in refused and tag_of(image.digest) in refused
    assert other.names() == [] and not os.path.exists(os.path.join(other.state, 'signatures'))
    assert other('load', file, '--name', 'localhost/filed:1').code == 0, 'a name of this machine is another rule'
    assert 'not trusted' in said(other('load', file, '--name', name)), "a person's word is no signature"


def signed_index(registry, path, key):
    """An index that is signed, and its image."""
    image = small_image(path)
    registry.put(path, 'plain', image)
    index = json.loads(index_of(image))
    index['manifests'] = index['manifests'][1:]
    body = json.dumps(index).encode()
    registry.put_document(path, '1', body, OCI_INDEX)
    sign(registry, path, digest_of(body), key)
    return '%s/%s:1' % (registry.name, path), image


@pytest.mark.parametrize('how', ['save', 'bundle'])
def test_files_carry_signatures(site, other, registry, keys, how):
    path = 'team/carried-' + how
    plain = small_image(path)
    name = registry.put(path, '1', plain)
    sign(registry, path, plain.digest, keys['ours'])
    indexed, image = signed_index(registry, path + '-index', keys['ours'])
    ask_for(site, registry, keys['ours'].public)
    assert site('pull', name).code == 0 and site('pull', indexed).code == 0
    file = os.path.join(site.folder, 'carried.tar')

    def berth(at, *argv):
        return at.berth(*argv, settings=at.settings, env=site.env, seconds=240)

    made = berth(site, 'image', 'save', file, name, indexed) if how == 'save' else berth(
        site, 'bundle', 'create', file, '--image', name, '--image', indexed)
    assert made.code == 0, made
    if how == 'bundle':
        assert berth(site, 'bundle', 'verify', file).code == 0
    load = ('image', 'load', file) if how == 'save' else ('bundle', 'import', file, '--name', 'carried')
    before = len(registry.requests())
    ask_for(other, registry, keys['other'].public)
    done = berth(other, *load)
    assert done.code != 0 and 'no key that is trusted' in done.out + done.err and other.names() == [], done
    ask_for(other, registry, keys['ours'].public)
    done = berth(other, *load)
    assert done.code == 0 and other.digests() == {name: plain.digest, indexed: image.digest}, done
    assert may_run(other, name) and may_run(other, indexed)
    assert len(registry.requests()) == before, 'no registry was asked'
    # What was carried goes on from there.
    again = os.path.join(site.folder, 'again.tar')
    assert berth(other, 'image', 'save', again, name).code == 0
    with tarfile.open(again) as tar:
        index = json.load(tar.extractfile('index.json'))
    assert [one for one in index['manifests'] if tag_of(plain.digest) in str(one)], index


def test_signature_in_a_file_that_is_another(site, other, registry, keys):
    """Whoever writes the file cannot make a signature of another image, of nothing, or of another name, count."""
    path = 'team/forged'
    image, stolen = small_image(path), small_image('stolen')
    name = '%s/%s' % (registry.name, path)
    ask_for(other, registry, keys['ours'].public)

    def archive(signatures, tag=tag_of(image.digest), place=name):
        entries = [(registries.OCI_MANIFEST, image.manifest, name + ':1')] + [
            (registries.OCI_MANIFEST, signatures.manifest, '%s:%s' % (place, tag))]
        index = json.dumps({'schemaVersion': 2, 'mediaType': OCI_INDEX, 'manifests': [
            {'mediaType': kind, 'digest': digest_of(data), 'size': len(data),
             'annotations': {'org.opencontainers.image.ref.name': ref}} for kind, data, ref in entries]}).encode()
        blobs = {**image.blobs, **signatures.blobs, image.digest: image.manifest,
                 digest_of(signatures.manifest): signatures.manifest}
        files = {'oci-layout': b'{"imageLayoutVersion": "1.0.0"}', 'index.json': index}
        files.update({'blobs/sha256/' + digest[7:]: data for digest, data in blobs.items()})
        return registries.tar_of(files)

    def load(signatures, **how):
        return other('load', other.berth.write('forged.tar', archive(signatures, **how)))

    ours = keys['ours']
    good = Signatures(signed(ours, claim(name, image.digest)))
    rows = ((dict(signatures=Signatures(signed(ours, claim(name, stolen.digest)))), 'it is for the digest'),
            (dict(signatures=Signatures(signed(keys['other'], claim(name, image.digest)))), 'no key that is trusted'),
            (dict(signatures=Signatures(signed(ours, claim(name + 'x', image.digest)))), 'another name'),
            (dict(signatures=good, tag=tag_of(stolen.digest)), 'has none: there is no tag'),
            (dict(signatures=good, place=name + 'x'), 'has none: there is no tag'))
    for how, words in rows:
        refused = said(load(**how))
        assert words in refused and other.names() == [], (how, refused)
    lost = Signatures(signed(ours, claim(name, image.digest)))
    lost.blobs.pop(digest_of(claim(name, image.digest)))
    assert 'is not in it' in said(load(lost)) and other.names() == []
    assert load(good).code == 0 and may_run(other, name + ':1')


def test_tags_of_signatures_are_no_versions(site, registry, keys):
    """A repository whose only other tag is a word: the signature's would count as newer."""
    path = 'team/words'
    image = small_image(path)
    registry.put(path, 'edge', image)
    sign(registry, path, image.digest, keys['ours'])
    ask_for(site, registry, keys['ours'].public)
    pulled = site('pull', '%s/%s' % (registry.name, path), '--json')
    assert pulled.code == 0 and pulled.json['image'].endswith(':edge'), pulled


# --- a registry that breaks the rules -----------------------------------------------------------------------------------

@pytest.fixture
def hostile(berth, keys):
    image = small_image('hostile signatures')
    made = HostileRegistry(image)
    site = registries.Site(berth, tempfile.mkdtemp(prefix='berth-hostile-'))
    site.env = {'REGISTRY_AUTH_FILE': '/nowhere/auth.json'}
    ask_for(site, made, keys['ours'].public, row='insecure: on')
    good = Signatures(signed(keys['ours'], claim(made.name + '/team/x', image.digest)))
    yield made, site, good
    site.end()
    made.end()


def serve(registry, signatures, manifest=None, blob=None):
    """Serves the signatures straight, but for what the rules say."""
    image = registry.image

    def serve_manifest(handler, path):
        if not path.endswith('.sig'):
            return False
        if manifest is not None and manifest(handler) is not False:
            return True
        handler.answer(200, signatures.manifest, Content_Type=OCI_MANIFEST)

    def serve_blob(handler, path):
        digest = path.rsplit('/', 1)[1]
        if digest in image.blobs or digest not in signatures.blobs:
            return False
        if blob is not None and blob(handler, signatures.blobs[digest]) is not False:
            return True
        handler.answer(200, signatures.blobs[digest])

    registry.rules.update(manifest=serve_manifest, blob=serve_blob)


def hang_up(handler, *_):
    handler.close_connection = True
    handler.connection.close()
    raise ConnectionResetError


HOSTILE = {
    'missing': (dict(manifest=lambda handler: handler.answer(404)), 'has none: there is no tag'),
    'not for us': (dict(manifest=lambda handler: handler.answer(403)), 'status 403'),
    'gone': (dict(manifest=hang_up), 'look for the signature'),
    'gone at the claim': (dict(blob=hang_up), 'look for the signature'),
    'out of order': (dict(manifest=lambda handler: handler.answer(500)), 'status 500'),
    'huge manifest': (dict(manifest=lambda handler: handler.answer(200, b' ' * (5 << 20), Content_Type=OCI_MANIFEST)),
                      'over the limit of 4194304 bytes'),
    'a page': (dict(manifest=lambda handler: handler.answer(200, b'<html>', Content_Type='text/html')), 'a page in HTML'),
    'an index': (dict(manifest=lambda handler: handler.answer(
        200, b'{"schemaVersion": 2, "layers": []}', Content_Type=OCI_INDEX)), 'is no manifest'),
    'other digest told': (dict(manifest=lambda handler: handler.answer(
        200, b'{}', Content_Type=OCI_MANIFEST, Docker_Content_Digest='sha256:' + '2' * 64)), 'should have sha256:2222'),
    'sent to this machine': (dict(manifest=lambda handler: handler.answer(307, Location='http://127.0.0.1:1/x')),
                             'connect to 127.0.0.1'),
    'other claim': (dict(blob=lambda handler, data: handler.answer(200, data[:-1] + b'x')), 'what came has'),
    'longer claim': (dict(blob=lambda handler, data: handler.answer(200, data + b' ' * (1 << 20))), 'over the limit'),
    'no claim': (dict(blob=lambda handler, data: handler.answer(404)), 'it has none'),
}


def test_told_straight(hostile):
    registry, site, good = hostile
    serve(registry, good)
    assert site('pull', registry.name + '/team/x:1').code == 0


@pytest.mark.parametrize('row', HOSTILE)
def test_hostile_registry(hostile, row):
    registry, site, good = hostile
    rules, words = HOSTILE[row]
    serve(registry, good, **rules)
    done = site('pull', registry.name + '/team/x:1')
    refused = said(done)
    assert words in refused and len(refused) < 2500, refused
    assert site.names() == [] and not os.path.exists(os.path.join(site.state, 'signatures')), done
    assert registry.count(registry.image.layers[0]['digest']) == 0, 'no layer was fetched'
    assert done.peak_bytes < 64 << 20, done


# --- signing ------------------------------------------------------------------------------------------------------------

def test_sign_and_verify(site, registry, keys):
    path = 'team/made'
    image = small_image(path)
    place = '%s/%s' % (registry.name, path)
    name = registry.put(path, '1', image)
    pinned = '%s@%s' % (place, image.digest)
    ours, other = keys['ours'], keys['other']
    ask_for(site, registry, ours.public)
    assert site('verify', name).code == 12
    # Under a tag the registry says what it likes.
    refused = said(site('sign', name, '--key', ours.private))
    assert 'name its digest' in refused and registry.digest(path, tag_of(image.digest)) is None
    made = site('sign', pinned, '--key', ours.private, '--json')
    assert made.code == 0 and made.json['changed'] and made.json['key'] == ours.fingerprint, made
    assert made.json['tag'] == tag_of(image.digest) and made.json['digest'] == image.digest
    again = site('sign', pinned, '--key', ours.private, '--json')
    assert again.code == 0 and again.json['changed'] is False, again
    # Another program verifies it.
    manifest = json.loads(registry.ask('GET', '/v2/%s/manifests/%s' % (path, tag_of(image.digest)), Accept=OCI_MANIFEST)[2])
    layer, = manifest['layers']
    text = registry.ask('GET', '/v2/%s/blobs/%s' % (path, layer['digest']))[2]
    assert text == claim(place, image.digest)
    assert ours.verifies(text, base64.b64decode(layer['annotations']['dev.cosignproject.cosign/signature']))
    assert not other.verifies(text, base64.b64decode(layer['annotations']['dev.cosignproject.cosign/signature']))
    # By the setting, and by a key that is given.
    verified = site('verify', name, '--json')
    assert verified.code == 0 and verified.json['key'] == ours.fingerprint and verified.json['here'] is False, verified
    assert site('verify', name, '--key', ours.public).code == 0
    refused = said(site('verify', name, '--key', other.public))
    assert 'no key that is trusted' in refused and other.public in refused
    assert site('pull', name).code == 0 and may_run(site, name)
    # A second key adds to it; the image is here now, so that its tag may be named.
    added = site('sign', name, '--key', other.private, '--json')
    assert added.code == 0 and added.json['changed'], added
    for key in (ours, other):
        assert site('verify', pinned, '--key', key.public, '--json').json['here'] is True
    # What it has signed is for that tag.
    ask_for(site, registry, other.public)
    assert site('verify', name).code == 0
    registry.put(path, '2', image)
    assert "it is for '%s', which is another name" % name in said(site('verify', place + ':2', '--key', other.public))
    registry.put(path, '1', small_image('another under the tag'))
    assert 'the registry has the digest' in said(site('sign', name, '--key', ours.private))


@pytest.mark.parametrize('kind', ['ed25519', 'rsa'])
def test_sign_by_other_kinds(site, registry, keys, kind):
    path = 'team/sign-' + kind
    image = small_image(path)
    name = registry.put(path, '1', image)
    ask_for(site, registry, keys[kind].public)
    assert site('sign', '%s/%s@%s' % (registry.name, path, image.digest), '--key', keys[kind].private).code == 0
    assert site('pull', name).code == 0 and may_run(site, name)


def test_verify_what_is_here(site, registry, keys):
    """The image of this machine is what counts, not what the tag has by now."""
    path = 'team/here'
    image = small_image(path)
    name = registry.put(path, '1', image)
    site.trust({registry.name: 'ca: %s' % registry.ca})
    assert site('pull', name).code == 0
    later = small_image('later under the tag')
    registry.put(path, '1', later)
    sign(registry, path, later.digest, keys['ours'])
    ask_for(site, registry, keys['ours'].public)
    refused = said(site('verify', name))
    assert tag_of(image.digest) in refused, refused
    sign(registry, path, image.digest, keys['ours'])
    verified = site('verify', name, '--json')
    assert verified.code == 0 and verified.json['here'] and verified.json['digest'] == image.digest, verified
    assert may_run(site, name)


def test_what_cannot_be_signed(berth, site, registry, keys):
    image = small_image('unsignable')
    registry.put('team/unsignable', '1', image)
    place = '%s/team/unsignable' % registry.name
    pinned = '%s@%s' % (place, image.digest)
    site.trust({registry.name: 'ca: %s' % registry.ca})
    loose = berth.write('loose.key', open(keys['ours'].private).read())
    os.chmod(loose, 0o640)
    rows = (((pinned, '--key', loose), 'others can read it'),
            ((pinned, '--key', keys['ours'].public), 'others can read it'),
            ((pinned, '--key', '/nowhere/x.key'), "read the private key '/nowhere/x.key'"),
            (('localhost/x:1', '--key', keys['ours'].private), 'a name of this machine'),
            ((place, '--key', keys['ours'].private), 'its tag or its digest'),
            ((place + '@sha256:' + '1' * 64, '--key', keys['ours'].private), 'it has none'))
    for argv, words in rows:
        refused = said(site('sign', *argv))
        assert words in refused and 'PRIVATE' not in refused, refused
    assert registry.digest('team/unsignable', tag_of(image.digest)) is None
    assert 'no row of images.trusted.signatures is for it' in said(site('verify', pinned))
    assert 'private key' in said(site('verify', pinned, '--key', keys['ours'].private))
