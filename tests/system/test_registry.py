"""Images from and to a real registry: TLS by a private CA, a login, tags that do not change, faults at every stage."""
import gzip
import json
import os
import shutil
import signal
import tempfile
import threading
import time

import pytest

import registries
from calls import PATIENCE
from figures import figure
from registries import Image, OCI_INDEX, PASSWORD, digest_of, index_of, small_image, tar_of

pytestmark = pytest.mark.second_lane


def said(done):
    """The one line that a refusal is."""
    assert done.code != 0 and PASSWORD not in done.err + done.out, done
    return [line for line in done.err.splitlines() if line.startswith('berth:')][-1]


def test_pull(site, registry):
    image = small_image('pull')
    name = registry.put('team/pull', '1.0', image)
    pulled = site('pull', name, '--json')
    assert pulled.code == 0 and pulled.json['changed'] and pulled.json['digest'] == image.digest, pulled
    assert site.digests() == {name: image.digest}
    assert site.blobs() == []
    again = site('pull', name, '--json')
    assert again.json['changed'] is False and again.json['fetched_bytes'] == 0, again
    figure('pull', 'a small image of two layers from loopback, in all', '%.2f s' % (pulled.seconds))


def test_before_the_first_image(site):
    done = site('list')
    assert done.code == 0 and 'there is no image yet' in done.out and 'berth image pull' in done.out, done
    refused = site('save', '-', 'x:1')
    assert refused.code == 2 and 'not to standard output' in refused.err and not os.path.exists('-'), refused


def test_pull_without_tag_takes_the_newest(site, registry):
    for tag in ('1.9', '1.10', 'latest', '9f3a0b1c2d4e5f60718293a4b5c6d7e8f9012345'):  # the last is of a commit
        registry.put('team/tags', tag, small_image('tag' + tag))
    assert site('pull', registry.name + '/team/tags', '--json').json['image'].endswith('/team/tags:1.10')


def test_pull_by_digest_and_through_an_index(site, registry):
    image = small_image('index')
    registry.put('team/index', 'plain', image)
    registry.put_blobs('team/index', image)
    index = json.loads(index_of(image))
    index['manifests'] = index['manifests'][1:]  # the registry holds an index to what it has
    body = json.dumps(index).encode()
    registry.put_document('team/index', 'many', body, OCI_INDEX)
    pulled = site('pull', '%s/team/index:many' % registry.name, '--json')
    assert pulled.code == 0 and pulled.json['digest'] == image.digest, pulled
    pinned = site('pull', '%s/team/index@%s' % (registry.name, image.digest), '--json')
    assert pinned.code == 0 and pinned.json['digest'] == image.digest, pinned
    # The tag names the index, the storage knows the manifest: it is unchanged all the same.
    before = len(registry.requests())
    updated = site('update', '%s/team/index:many' % registry.name, '--json')
    assert updated.json['images'][0]['state'] == 'unchanged', updated
    assert not [line for line in registry.requests()[before:] if '/blobs/' in line or line.startswith('GET /v2/team/')]


def packed_anew(image):
    """The same layers and configuration under another digest."""
    layers = [gzip.decompress(image.blobs[layer['digest']]) for layer in image.layers]
    return Image([(gzip.compress(layer, 1, mtime=7), layer) for layer in layers])


def test_pin_by_the_digest_of_an_index(berth, site, registry):
    image = small_image('pinned index')
    registry.put('team/pin', '2', image)
    index = json.loads(index_of(image))
    index['manifests'] = index['manifests'][1:]
    body = json.dumps(index).encode()
    registry.put_document('team/pin', '2', body, OCI_INDEX)
    pinned = '%s/team/pin:2@%s' % (registry.name, digest_of(body))
    pulled = site('pull', pinned, '--json')
    assert pulled.code == 0 and pulled.json['changed'] and pulled.json['digest'] == image.digest, pulled
    shown = site('show', pinned, '--json')
    assert shown.code == 0 and image.digest in shown.out, shown
    assert site('show', '%s/team/pin@%s' % (registry.name, image.digest)).code == 0
    assert site('pull', pinned, '--json').json['changed'] is False
    assert site.names() == ['%s/team/pin:2' % registry.name]
    # The digest that a registry shows is the one that an operator writes down.
    trusting = registries.Site(berth, tempfile.mkdtemp(prefix='berth-site-'))
    trusting.env = site.env
    try:
        for digest, code in ((digest_of(body), 0), ('sha256:' + '0' * 64, 5)):
            trusting.trust({registry.name: 'ca: %s' % registry.ca}, trusted='{digests: ["%s"]}' % digest)
            done = trusting('pull', registry.name + '/team/pin:2')
            assert (done.code == 0) == (code == 0), done
        trusting.trust({registry.name: 'ca: %s' % registry.ca}, trusted='{digests: ["%s"]}' % digest_of(body))
        assert trusting('update', registry.name + '/team/pin:2').code == 0
    finally:
        trusting.end()


def test_pin_plants_no_tag(site, registry):
    first, second = small_image('pin first'), small_image('pin second')
    registry.put('team/plant', '1', first)
    here = registry.name + '/team/plant'
    pulled = site('pull', '%s:9.9@%s' % (here, first.digest), '--json')
    assert pulled.code == 0 and pulled.json['image'] == '%s@%s' % (here, first.digest), pulled
    assert site('show', here + ':9.9').code != 0, 'the registry has no such tag'
    assert site('show', '%s:9.9@%s' % (here, first.digest)).code == 0, 'the digest alone decides'
    # A tag that the registry has so is kept; one that is here with another image stays as it is.
    assert site('pull', '%s:1@%s' % (here, first.digest), '--json').json['image'] == here + ':1'
    registry.put('team/plant', '1', second)
    assert site('pull', '%s:1@%s' % (here, second.digest)).code == 0
    assert site.digests()[here + ':1'] == first.digest
    assert site('show', '%s:1@%s' % (here, second.digest)).code == 0


def test_pin_to_another_packing(site, registry):
    image = small_image('packing')
    other = packed_anew(image)
    assert other.config['digest'] == image.config['digest'] and other.digest != image.digest
    name = registry.put('team/packing', '1', image)
    assert site('pull', name).code == 0
    registry.put('team/packing', '2', other)
    pinned = '%s/team/packing@%s' % (registry.name, other.digest)
    assert site('show', pinned).code != 0
    assert site('pull', pinned, '--json').json['digest'] == other.digest
    for digest in (image.digest, other.digest):
        assert site('show', '%s/team/packing:1@%s' % (registry.name, digest)).code == 0


def test_layers_that_are_here_are_not_fetched_again(site, registry):
    shared = tar_of({'usr/share/base': os.urandom(1 << 20)})
    registry.put('team/one', '1', Image([shared, tar_of({'one': b'1'})]))
    registry.put('team/two', '1', Image([shared, tar_of({'two': b'2'})]))
    first = site('pull', registry.name + '/team/one:1', '--json').json
    second = site('pull', registry.name + '/team/two:1', '--json')
    assert second.code == 0, second
    assert first['fetched_bytes'] > 1 << 20 and second.json['fetched_bytes'] < 1000, (first, second.json)


def test_certificates_and_login(berth, site, registry):
    name = registry.put('team/login', '1', small_image('login'))
    site.trust({})
    unknown = said(site('pull', name))
    assert "with 'ca' under images.registries" in unknown
    assert '/etc/containers/certs.d/%s/ca.crt' % registry.name in unknown, 'with its port, as it is read'
    empty = berth.write('empty.pem', 'x\n')
    client = 'ca: %s, client_certificate: ' % registry.ca
    for row, words in (('ca: /nowhere/ca.crt', "the CA's certificate '/nowhere/ca.crt': No such file or directory"),
                       ('ca: ' + empty, "'%s' holds no certificate" % empty),
                       (client + '/nowhere/client.crt', "the client certificate '/nowhere/client.crt': No such file"),
                       (client + empty, "the client certificate '%s' and its key cannot be used" % empty)):
        site.trust({registry.name: row})
        refused = site('pull', name)
        assert refused.code == 2 and words in refused.err and refused.seconds < 2 * PATIENCE, refused
    site.trust({registry.name: 'ca: %s' % registry.ca})
    assert 'log in with' in said(site('pull', name, env={'REGISTRY_AUTH_FILE': '/nowhere/auth.json'}))
    wrong = berth.write('wrong.json', json.dumps({'auths': {registry.name: {'username': 'harbour', 'password': 'x'}}}))
    assert 'are not enough' in said(site('pull', name, env={'REGISTRY_AUTH_FILE': wrong}))
    for text, words in (('', 'parse JSON'), ('{', 'parse JSON'), ('[]', 'it is no object'),
                        ('{"auths": {"r.example": {"auth": "canary!"}}}', "the entry 'r.example' of 'auths'")):
        damaged = berth.write('damaged.json', text)
        refused = site('pull', name, env={'REGISTRY_AUTH_FILE': damaged})
        assert refused.code == 12 and words in said(refused) and damaged in refused.err, refused
        assert 'canary' not in refused.err, refused
    site.trust({registry.name: 'insecure: on'})
    assert site('pull', name).code == 0


def helper(berth, name, text):
    path = berth.write('helpers/docker-credential-' + name, '#!/usr/bin/python3\nimport sys, time\n' + text)
    os.chmod(path, 0o755)
    return os.path.dirname(path)


def test_credential_helpers(berth, site, registry):
    name = registry.put('team/helper', '1', small_image('helper'))
    secret = json.dumps({'ServerURL': registry.name, 'Username': registries.USER, 'Secret': PASSWORD})
    folder = helper(berth, 'good', 'assert sys.stdin.read() == %r and sys.argv[1:] == ["get"]\nprint(%r)\n'
                    % (registry.name, secret))
    helper(berth, 'hangs', 'time.sleep(100)\n')
    helper(berth, 'floods', 'while True: print("x" * 10000)\n')
    helper(berth, 'fails', 'print("%s is broken"); sys.exit(3)\n' % PASSWORD)
    helper(berth, 'odd', 'print("no json")\n')

    def pull(helper_name):
        auth = berth.write('helper.json', json.dumps({'credHelpers': {registry.name: helper_name}}))
        env = {'REGISTRY_AUTH_FILE': auth, 'PATH': folder + ':' + os.environ['PATH']}
        return site('pull', name, env=env)

    assert pull('good').code == 0
    hung = pull('hangs')
    assert 'did not end within 10 s' in said(hung) and hung.seconds < 60, hung
    flooded = pull('floods')
    assert 'wrote more than' in said(flooded) and flooded.peak_bytes < 64 << 20, flooded
    assert 'ended with exit status 3' in said(pull('fails'))
    assert 'is no JSON object' in said(pull('odd'))
    assert 'is not on PATH' in said(pull('none-such'))
    assert 'no path' in said(pull('../good'))


def test_helper_for_all_registries_that_fails(berth, site, registry):
    """It may know nothing of this registry: said, and asked without a name, which may be enough."""
    name = registry.put('team/store', '1', small_image('store'))
    folder = helper(berth, 'broken', 'sys.exit(3)\n')
    helper(berth, 'empty', 'print("credentials not found in native keychain"); sys.exit(1)\n')

    def refused(helper_name):
        auth = berth.write('store.json', json.dumps({'credsStore': helper_name}))
        return said(site('pull', name, env={'REGISTRY_AUTH_FILE': auth, 'PATH': folder + ':' + os.environ['PATH']}))

    # This registry lets nobody in without a name, and the reason is told once more.
    for helper_name, words in (('broken', 'ended with exit status 3'), ('none-such', 'is not on PATH')):
        text = refused(helper_name)
        assert 'status 401' in text and words in text and "store.json' ('credsStore')" in text, text
    assert 'no name and password for the registry were found' in refused('empty')


def test_trust_is_asked_before_the_registry(site, registry):
    name = registry.put('team/trust', '1', small_image('trust'))
    before = len(registry.requests())
    site.trust({registry.name: 'ca: %s' % registry.ca}, trusted='{organisations: ["%s/tearn"]}' % registry.name)
    assert "looks like 'tearn'" in said(site('pull', name))
    stranger = site('pull', 'acme/x:1')
    assert stranger.code == 2 and 'not trusted' in said(stranger), 'the status that a call with it has'
    assert len(registry.requests()) == before
    site.trust({registry.name: 'ca: %s' % registry.ca}, trusted='{organisations: ["%s/team"]}' % registry.name)
    assert site('pull', name).code == 0
    assert 'created on this machine' in said(site('pull', 'localhost/x:1'))


def test_mirrors(site, registry):
    name = registry.put('team/mirror', '1', small_image('mirror'))
    far = 'registry.invalid/team/mirror:1'
    site.trust({registry.name: 'ca: %s' % registry.ca, 'registry.invalid': 'mirrors: ["127.0.0.1:1", "%s"]' % registry.name})
    assert site('pull', far).code == 0
    assert site.names() == [far], 'the name is that of the registry, wherever the bytes came from'
    assert site('pull', name).code == 0


def test_local_tags_do_not_change(site, registry):
    first, second = small_image('first'), small_image('second')
    name = registry.put('team/move', '1', first)
    assert site('pull', name).code == 0
    registry.put('team/move', '1', second)
    refused = said(site('pull', name))
    assert 'a tag does not change' in refused and first.digest in refused and second.digest in refused
    assert site.digests() == {name: first.digest}
    updated = site('update', name, '--json')
    assert updated.code == 0, updated
    assert updated.json['images'][0]['state'] == 'updated' and updated.json['images'][0]['before'] == first.digest
    assert site.digests() == {name: second.digest}


def test_update(site, registry):
    names = [registry.put('update/image%d' % i, '1', small_image('update%d' % i)) for i in range(4)]
    for name in names:
        assert site('pull', name).code == 0
    before = len(registry.requests())
    unchanged = site('update', '--all', '--json')
    assert {image['state'] for image in unchanged.json['images']} == {'unchanged'}, unchanged
    asked = [line for line in registry.requests()[before:] if '/update/' in line]
    assert all(line.startswith('HEAD ') for line in asked), asked
    registry.put('update/image1', '1', small_image('newer'))
    registry.ask('DELETE', '/v2/update/image2/manifests/' + registry.digest('update/image2', '1'))
    mixed = site('update', '--all', '--json')
    states = {image['image']: image['state'] for image in mixed.json['images']}
    assert mixed.code != 0 and [states[name] for name in names] == ['unchanged', 'updated', 'failed', 'unchanged'], mixed
    assert 'has no tag' in [image['error'] for image in mixed.json['images'] if 'error' in image][0]
    assert names[2] in site.names(), 'what the registry lost stays here'
    # What podman has in the same storage, and is not trusted here, is left alone.
    site.trust({registry.name: 'ca: %s' % registry.ca}, trusted='{names: ["%s"]}' % names[0])
    alone = site('update', '--all', '--json')
    assert alone.code == 0, alone
    assert [image['state'] for image in alone.json['images']] == ['unchanged'] + ['left alone'] * 3, alone
    assert site('update', names[1]).code != 0, 'that very image was asked for'
    site.trust({registry.name: 'ca: %s' % registry.ca})
    table = site('update', *names)
    assert 'RESULT' in table.out and 'unchanged' in table.out
    figure('update', '4 images without change, in all', '%.2f s' % (unchanged.seconds))


def test_push_to_a_free_tag_only(site, registry):
    image, other = small_image('push'), small_image('push other')
    name = registry.put('push/source', '1', image)
    assert site('pull', name).code == 0
    to = registry.name + '/push/made:1.0'
    pushed = site('push', name, to, '--json')
    assert pushed.code == 0 and pushed.json['changed'], pushed
    assert registry.digest('push/made', '1.0') == pushed.json['digest']
    again = site('push', name, to, '--json')
    assert again.code == 0 and not again.json['changed'] and again.json['sent_bytes'] == 0, again
    registry.put('push/made', '2.0', other)
    before = len(registry.requests())
    assert 'a tag does not change' in said(site('push', name, registry.name + '/push/made:2.0'))
    assert registry.digest('push/made', '2.0') == other.digest
    assert not [line for line in registry.requests()[before:] if line.startswith(('POST', 'PUT', 'PATCH'))]
    assert 'needs a tag' in said(site('push', name, registry.name + '/push/made'))
    assert 'name of this machine' in said(site('push', name, 'localhost/made:1'))
    # By the name that the list shows it is the same image, and no registry is asked about it.
    file = os.path.join(site.folder, 'own.tar')
    assert site('save', file, name).code == 0 and site('load', file, '--name', 'localhost/acme/tool:1.0.0.1').code == 0
    for words in ('acme/tool:1.0.0.1',), ('acme/tool',), ('localhost/acme/tool:1.0.0.1',):
        refused = site('push', *words)
        assert refused.code == 2 and 'name of this machine; name the registry' in refused.err, refused
        assert 'asking' not in refused.err, refused
    assert site('push', 'acme/tool:1.0.0.1', registry.name + '/push/tool:1').code == 0
    told = site('update', 'acme/tool:1.0.0.1', '--json')
    assert told.code != 0 and told.json['images'][0]['image'] == 'localhost/acme/tool:1.0.0.1', told
    assert 'created on this machine' in told.json['images'][0]['error'], told
    line = site.berth('exec', '/docker_image_update image=acme/tool', settings=site.settings)
    assert 'there is nothing to update from' in line.out + line.err, line


def test_two_pushes_at_once_have_one_winner(berth, registry):
    """From two machines: nothing but the registry is shared."""
    sites = []
    try:
        for i in range(2):
            site = registries.Site(berth, tempfile.mkdtemp(prefix='berth-pusher%d-' % i))
            site.trust({registry.name: 'ca: %s' % registry.ca})
            site.env = {'REGISTRY_AUTH_FILE': registry.auth}
            sites.append(site)
            assert site('pull', registry.put('race/source%d' % i, '1', small_image('race%d' % i))).code == 0
        for turn in range(5):
            to = registry.name + '/race/made:%d' % turn
            running = [site.begin('push', '%s/race/source%d:1' % (registry.name, i), to, '--json')
                       for i, site in enumerate(sites)]
            ends = [one.wait(120) for one in running]
            won = [end for end in ends if end.code == 0]
            assert len(won) == 1, ends
            assert registry.digest('race/made', str(turn)) == won[0].json['digest']
            lost = [end for end in ends if end.code != 0][0]
            assert 'a tag does not change' in lost.err or 'came in between' in lost.err, lost
    finally:
        for site in sites:
            site.end()


def test_pulls_at_once_fetch_once(site, registry):
    image = Image([tar_of({'big': os.urandom(3 << 20)})])
    name = registry.put('team/parallel', '1', image)
    before = len(registry.requests())
    running = [site.begin('pull', name, '--json') for _ in range(8)]
    ends = [one.wait(240) for one in running]
    assert [end.code for end in ends] == [0] * 8, ends
    fetched = [line for line in registry.requests()[before:] if image.layers[0]['digest'] in line]
    assert len(fetched) == 1, fetched
    assert sum(end.json['changed'] for end in ends) == 1


def test_killed_at_any_moment(site, registry):
    """The next try succeeds, and until then nothing half-made is to be seen."""
    image = Image([tar_of({'kill%d' % i: os.urandom(2 << 20)}) for i in range(3)])
    name = registry.put('team/kill', '1', image)
    whole = site('pull', name)
    assert whole.code == 0
    kills = 12
    for turn in range(kills):
        shutil.rmtree(site.cache)
        name = registry.put('team/kill', 't%d' % turn, Image([tar_of({'kill%d-%d' % (turn, i): os.urandom(2 << 20)})
                                                             for i in range(3)]))
        running = site.begin('pull', name)
        time.sleep(whole.seconds * turn / kills)
        running.signal(signal.SIGKILL)
        running.wait(60)
        if name in site.names():
            continue
        again = site('pull', name)
        assert again.code == 0 and name in site.names(), again
        assert site.blobs() == []


def test_registry_that_goes_away(site, registry):
    image = Image([tar_of({'gone%d' % i: os.urandom(4 << 20)}) for i in range(3)])
    name = registry.put('team/gone', '1', image)
    running = site.begin('pull', name)
    time.sleep(0.3)
    registry.stop()
    try:
        ended = running.wait(120)
        if ended.code != 0:
            said(ended)
        assert name not in site.names() or ended.code == 0
    finally:
        registry.start()
    assert site('pull', name).code == 0 and name in site.names()


def test_registry_that_comes_back(site, registry):
    image = Image([tar_of({'back': os.urandom(4 << 20)})])
    name = registry.put('team/back', '1', image)
    registry.stop()
    back = threading.Timer(1.5, registry.start)
    back.start()
    try:
        assert site('pull', name).code == 0
    finally:
        back.join()


def test_war_room_line(berth, site, registry):
    name = registry.put('line/image', '1', small_image('line'))
    assert site('pull', name).code == 0

    def line(text):
        return berth('exec', text, '--json', settings=site.settings, env=site.env)

    answer = line('/docker_image_update all=true')
    if 'no command' in answer.out + answer.err:
        pytest.skip('the lines of the server itself are not there yet')
    entry = answer.json['answers'][0]['entries'][0]
    assert name in entry['HumanReadable'] and 'unchanged' in entry['HumanReadable'], answer
    assert 'image=NAME, or all=true' in line('/docker_image_update').out
