"""Rows R01 to R16 and L01 to L10 of what must be withstood, against a registry that breaks the rules.

Each row is refused with its reason, and nothing of it is kept; the first test is the control: the same image from the same
registry, told straight, is taken.
"""
import copy
import gzip
import io
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import tarfile
import tempfile
import threading
import time
import zlib

import pytest

import registries
from calls import PATIENCE
from figures import figure
from hostile_registry import HostileRegistry, taking
from references import require
from registries import ARCHITECTURE, OCI_INDEX, OCI_MANIFEST, Image, digest_of, small_image, tar_of
from signing import Key

pytestmark = pytest.mark.second_lane


@pytest.fixture
def registry():
    made = HostileRegistry(small_image('hostile'))
    yield made
    made.end()


@pytest.fixture
def site(berth, registry):
    made = registries.Site(berth, tempfile.mkdtemp(prefix='berth-hostile-'))
    made.trust({registry.name: 'insecure: on'})
    made.env = {'REGISTRY_AUTH_FILE': '/nowhere/auth.json'}
    yield made
    made.end()


def pull(site, registry, name='team/x:1', **how):
    return site('pull', '%s/%s' % (registry.name, name), **how)


def said_last(done):
    assert done.code != 0, done
    return done.err.splitlines()[-1]


def refused(site, registry, words, **how):
    done = pull(site, registry, **how)
    assert done.code != 0 and len(done.err.splitlines()[-1]) < 2000, done
    assert words in done.err.splitlines()[-1], done
    assert site.names() == [] and [blob for blob in site.blobs() if not blob.endswith('.part')] == [], done
    assert done.peak_bytes < 64 << 20, done
    return done


def test_the_image_told_straight_is_taken(site, registry):
    assert pull(site, registry).code == 0
    assert site.digests() == {registry.name + '/team/x:1': registry.image.digest}


# --- R01 to R04, R11: what manifests, indexes and configurations say ---------------------------------------------------

def changed(image, change):
    other = copy.deepcopy(image)
    change(other)
    return other


def set_in(*path):
    """A change of the manifest: set_in('layers', 0, 'size', 5)."""
    def change(image):
        place = image.document
        for step in path[:-2]:
            place = place[step]
        place[path[-2]] = path[-1]
    return change


def with_config(**members):
    return lambda image: image.__init__([tar_of({'a': b'1'})], members)


def more_layers(image):
    image.document['layers'] = image.document['layers'] * 200


def as_text(text):
    def change(image):
        class Odd(Image):
            manifest = property(lambda self: text(json.dumps(self.document)).encode('utf-8', 'surrogateescape'))
        image.__class__ = Odd
    return change


MANIFESTS = {
    'R01 diffID differs': (with_config(rootfs={'type': 'layers', 'diff_ids': ['sha256:' + '0' * 64]}),
                           "the image's configuration says sha256:0000"),
    'R01 no such layer': (set_in('layers', 0, 'digest', 'sha256:' + '1' * 64), 'it has none'),
    'R01 fewer diffIDs': (with_config(rootfs={'type': 'layers', 'diff_ids': []}), 'it names 0 layers, and the manifest 1'),
    'R03 size too small': (set_in('layers', 0, 'size', 5), 'over the limit of 5 bytes'),
    'R03 size too big': (set_in('layers', 0, 'size', 100000), 'again and again'),
    'R03 size negative': (set_in('layers', 0, 'size', -1), 'its size is no number of bytes'),
    'R03 size 2^63': (set_in('layers', 0, 'size', 2 ** 63), 'its size is no number of bytes'),
    'R03 size of a galaxy': (set_in('layers', 0, 'size', 2 ** 62), 'are the most'),
    'R03 config too big': (set_in('config', 'size', 2 << 20), 'its configuration has 2097152 bytes'),
    'R03 config size differs': (set_in('config', 'size', 1000), 'and it should have 1000 bytes'),
    'R04 both at once': (set_in('manifests', []), 'a manifest and an index at once'),
    'R04 calls itself an index': (set_in('mediaType', OCI_INDEX), 'and it calls itself'),
    'R04 no image': (set_in('config', 'mediaType', 'application/vnd.cncf.helm.config.v1+json'), 'is no configuration'),
    'R04 schema 1': (set_in('schemaVersion', 1), 'schema 1'),
    'R07 foreign layer': (set_in('layers', 0, 'mediaType',
                                 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip'),
                          'its bytes lie outside the registry'),
    'R10 zstd that is gzip': (set_in('layers', 0, 'mediaType', 'application/vnd.oci.image.layer.v1.tar+zstd'), 'no zstd'),
    'R10 xz': (set_in('layers', 0, 'mediaType', 'application/vnd.oci.image.layer.v1.tar+xz'), 'no type of a layer'),
    'R11 400 layers': (more_layers, 'it has 400 layers, and 256 are the most'),
    'R11 key twice': (as_text(lambda text: text.replace('"schemaVersion"', '"schemaVersion": 2, "schemaVersion"')),
                      "the key 'schemaVersion' stands twice"),
    'R11 key in another spelling': (as_text(lambda text: text.replace('"layers"', '"Layers": [], "layers"')),
                                    "the key 'Layers' is another spelling of 'layers'"),
    'R11 NaN': (as_text(lambda text: text.replace('"schemaVersion"', '"x": NaN, "schemaVersion"')), 'a number in it is none'),
    'R11 NUL': (as_text(lambda text: text.replace('"schemaVersion"', '"x": "\\u0000", "schemaVersion"')), 'holds a NUL'),
    'R11 no UTF-8': (as_text(lambda text: text.replace('"schemaVersion"', '"x": "\udcff", "schemaVersion"')),
                     'it is not UTF-8'),
    'R11 depth': (as_text(lambda text: text.replace('"schemaVersion"', '"x": ' + '[' * 99 + ']' * 99
                                                    + ', "schemaVersion"')), 'nesting'),
    'R11 5 MiB': (as_text(lambda text: text + ' ' * (5 << 20)), 'over the limit of 4194304 bytes'),
    'R11 bad digest': (set_in('layers', 0, 'digest', 'sha256:../../etc'), 'its digest'),
    'L10 architecture': (with_config(architecture='s390x'), 'it is for s390x'),
    'L10 system': (with_config(os='windows'), "for the system 'windows'"),
    'L10 spelling': (with_config(config={'env': ['LD_PRELOAD=/x']}), "another spelling of 'Env'"),
    'L10 env': (with_config(config={'Env': ['A%d=1' % i for i in range(9000)]}), 'more than 4096 items'),
    'L10 time of a step': (with_config(history=[{'created': '2026-01-02T03:04:05Z'}, {'created': 'yesterday'}]),
                           "history[1].created: 'yesterday' is no time like"),
    'L10 user': (with_config(config={'User': 'x' * 1000}), 'User'),
}


@pytest.mark.parametrize('row', MANIFESTS)
def test_documents(site, registry, row):
    change, words = MANIFESTS[row]
    registry.image = changed(registry.image, change)
    refused(site, registry, words)


def test_other_bytes_than_the_digest(site, registry):
    """R01, R02."""
    layer = registry.image.layers[0]['digest']

    def other(handler, path):
        data = registry.image.blobs[path.rsplit('/', 1)[1]]
        handler.answer(200, data[:-1] + bytes([data[-1] ^ 1]))

    registry.rules['blob'] = lambda handler, path: other(handler, path) if layer in path else False
    refused(site, registry, 'what came has the digest')
    registry.rules['blob'] = lambda handler, path: other(handler, path) if layer not in path else False
    refused(site, registry, 'what came has')
    registry.rules = {'manifest': lambda handler, path: handler.answer(
        200, registry.image.manifest + b' ', Content_Type=OCI_MANIFEST)}
    refused(site, registry, 'what came has the digest', name='team/x@' + registry.image.digest)
    registry.rules = {'manifest': lambda handler, path: handler.answer(
        200, registry.image.manifest, Content_Type=OCI_MANIFEST, Docker_Content_Digest='sha256:' + '2' * 64)}
    refused(site, registry, 'and should have sha256:2222')


def test_content_type_against_body(site, registry):
    """R04."""
    registry.rules['manifest'] = lambda handler, path: handler.answer(200, registry.image.manifest, Content_Type=OCI_INDEX)
    refused(site, registry, 'the registry calls it')
    registry.rules['manifest'] = lambda handler, path: handler.answer(200, b' <html>', Content_Type='text/html')
    refused(site, registry, 'a page in HTML')  # as a proxy gives it that wants a login
    registry.rules['manifest'] = lambda handler, path: handler.answer(200, b'nothing', Content_Type='text/plain')
    refused(site, registry, 'parse JSON')


def test_indexes(site, registry):
    """R11: a circle cannot be made of digests that hold; a long way can, and so can a lie about sizes."""
    bodies = {}

    def put(entry):
        body = json.dumps({'schemaVersion': 2, 'mediaType': OCI_INDEX, 'manifests': [entry]}).encode()
        bodies[digest_of(body)] = body
        return body

    platform = {'os': 'linux', 'architecture': ARCHITECTURE}
    body = put({'mediaType': OCI_MANIFEST, 'digest': registry.image.digest, 'size': len(registry.image.manifest),
                'platform': platform})
    for _ in range(6):
        body = put({'mediaType': OCI_INDEX, 'digest': digest_of(body), 'size': len(body), 'platform': platform})

    def serve(handler, path):
        asked = path.rsplit('/', 1)[1]
        if asked in bodies or asked == '1':
            return handler.answer(200, bodies.get(asked, body), Content_Type=OCI_INDEX)
        return False

    registry.rules['manifest'] = serve
    refused(site, registry, 'leads through more than 4 others')
    body = put({'mediaType': OCI_MANIFEST, 'digest': registry.image.digest, 'size': 5, 'platform': platform})
    refused(site, registry, 'has 5 bytes, and it has')
    body = put({'mediaType': OCI_MANIFEST, 'digest': registry.image.digest, 'size': len(registry.image.manifest),
                'platform': {'os': 'linux', 'architecture': 's390x'}})
    refused(site, registry, 'there is linux/s390x')


# --- R05, R06: where it sends us ----------------------------------------------------------------------------------------

def redirect_to(place):
    return lambda handler, path: handler.answer(307, Location=place)


def test_redirects(berth, site, registry):
    layer = registry.image.layers[0]['digest']

    def blobs(rule):
        registry.rules['blob'] = lambda handler, path: rule(handler, path) if layer in path else False

    other = HostileRegistry(registry.image)
    try:
        elsewhere = 'http://%s/v2/team/x/blobs/%s' % (other.name, layer)
        blobs(redirect_to(elsewhere))
        refused(site, registry, 'connect to 127.0.0.1: it is')
        assert other.asked == []
        blobs(redirect_to('http://169.254.169.254/latest/meta-data'))
        refused(site, registry, 'connect to 169.254.169.254')
        blobs(redirect_to('http://localhost:%d/x' % other.port))
        refused(site, registry, 'connect to')
        blobs(redirect_to('file:///etc/passwd'))
        refused(site, registry, 'only http and https')
        blobs(redirect_to('http://user:pass@%s/x' % other.name))
        refused(site, registry, 'a name and a password')
        blobs(lambda handler, path: handler.answer(307, Location=path))
        refused(site, registry, 'more than 10 times')
        blobs(redirect_to(''))
        refused(site, registry, 'read URL')
        # With a password that the other host must not see, and that host named by the operator.
        site.trust({registry.name: 'insecure: on, sends_to: ["%s"]' % other.name})
        auth = berth.write('hostile.json', json.dumps({'auths': {registry.name: {'username': 'u', 'password': 'p'}}}))

        def log_in(handler, path):
            if 'Authorization' not in handler.headers:
                return handler.answer(401, WWW_Authenticate='Basic realm="x"')
            return False

        registry.rules['manifest'] = log_in
        blobs(redirect_to(elsewhere))
        assert pull(site, registry, env={'REGISTRY_AUTH_FILE': auth}).code == 0
        assert other.asked and all('Authorization' not in headers for _, _, headers in other.asked)
    finally:
        other.end()


def words(kibibytes):
    return b'<a href="https://store.example/x?signature=%s">Temporary Redirect</a>' % (b'y' * (kibibytes << 10))


@pytest.mark.parametrize('kibibytes', [2, 1024])
def test_what_is_said_beside_a_redirect_is_no_blob(site, registry, kibibytes):
    """Blobs smaller than the page that tells where they are."""
    other = HostileRegistry(registry.image)
    site.trust({registry.name: 'insecure: on, sends_to: ["%s"]' % other.name})
    try:
        registry.rules['blob'] = lambda handler, path: handler.answer(
            307, words(kibibytes), Location='http://' + other.name + path)
        assert pull(site, registry).code == 0
        assert site.digests() == {registry.name + '/team/x:1': registry.image.digest}
    finally:
        other.end()


def test_page_of_an_error_about_a_small_blob(site, registry):
    """It is tried again, and a token that has run out is renewed, however long the words about it are."""
    left = [503, 401]

    def fail(handler, path):
        if handler.headers.get('Authorization') == 'Bearer t' and not left:
            return False
        return handler.answer(left.pop(0) if left else 401, words(4),
                              WWW_Authenticate='Bearer realm="http://%s/token"' % registry.name)

    registry.rules.update(blob=fail, token=lambda handler, path: handler.answer(200, b'{"token": "t"}'))
    assert pull(site, registry).code == 0 and left == []


def test_challenges_of_several_kinds(berth, site, registry):
    auth = berth.write('kinds.json', json.dumps({'auths': {registry.name: {'username': 'u', 'password': 'p'}}}))

    def need(handler, path):
        if handler.headers.get('Authorization', '').startswith('Basic '):
            return False
        handler.send_response(401)
        handler.send_header('WWW-Authenticate', 'Negotiate')
        handler.send_header('WWW-Authenticate', 'Basic realm="x"')
        handler.send_header('Content-Length', '0')
        handler.end_headers()
        return True

    registry.rules.update(manifest=need, blob=need)
    assert pull(site, registry, env={'REGISTRY_AUTH_FILE': auth}).code == 0


def test_path_before_that_of_images(site, registry):
    """A mirror that holds other registries below a path of its own."""
    site.trust({registry.name: 'insecure: on', 'registry.invalid': 'mirrors: ["%s/proxy/hub"]' % registry.name})
    done = site('pull', 'registry.invalid/team/x:1')
    assert done.code == 0 and site.names() == ['registry.invalid/team/x:1'], done
    assert all(path.startswith('/v2/proxy/hub/team/x/') for _, path, _ in registry.asked if path != '/v2/')
    lost = site('pull', 'registry.invalid/team/x:2').err
    assert 'of its mirrors' in lost and "'%s'" % registry.name in lost, lost


def test_proxy_password_is_not_told(site, registry):
    site.trust({})
    for url in ('http://user:canary-pw@proxy:99999', 'http://user:canary-pw@proxy.invalid:1'):
        done = pull(site, registry, env={'http_proxy': url, 'https_proxy': url})
        assert done.code != 0 and 'canary' not in done.out + done.err and 'proxy' in done.err, done


def test_servers_of_tokens(berth, site, registry):
    """R06."""
    auth = berth.write('tokens.json', json.dumps({'auths': {registry.name: {'username': 'u', 'password': 'p'}}}))
    env = {'REGISTRY_AUTH_FILE': auth}
    other = HostileRegistry(registry.image)

    def challenge(realm, scope='repository:team/x:pull,push repository:other/y:*'):
        def rule(handler, path):
            if not handler.headers.get('Authorization', '').startswith('Bearer '):
                return handler.answer(401, WWW_Authenticate='Bearer realm="%s",service="s",scope="%s"' % (realm, scope))
            return False
        registry.rules['manifest'] = rule

    try:
        challenge('http://%s/token' % other.name.replace('127.0.0.1', '127.0.0.2'))
        refused(site, registry, "which is another's", env=env)
        challenge('http://evil.invalid/token')
        refused(site, registry, "which is another's", env=env)
        challenge('http://u:p@%s/token' % registry.name)
        refused(site, registry, "which is another's", env=env)
        challenge('file:///etc/passwd')
        refused(site, registry, 'only http and https', env=env)
        challenge('http://%s/token' % registry.name)
        registry.rules['token'] = lambda handler, path: handler.answer(200, b'{"token": "a\\nb"}')
        refused(site, registry, 'gave none', env=env)
        registry.rules['token'] = lambda handler, path: handler.answer(200, b'{"token": "%s"}' % (b'x' * (1 << 20)))
        refused(site, registry, 'over the limit of 65536 bytes', env=env)
        registry.rules['token'] = lambda handler, path: handler.answer(200, b'{"token": "t1"}')
        assert pull(site, registry, env=env).code == 0
        scopes = {path.split('scope=')[1] for _, path, _ in registry.asked if path.startswith('/token')}
        assert scopes == {'repository%3Ateam%2Fx%3Apull'}, 'what is asked for is what the work needs'
        assert other.asked == []
    finally:
        other.end()


def test_token_that_runs_out(site, registry):
    """R08: in the middle of a pull."""
    given = []

    def token(handler, path):
        given.append('t%d' % len(given))
        handler.answer(200, json.dumps({'token': given[-1]}).encode())

    def need(handler, path):
        if not given or handler.headers.get('Authorization') != 'Bearer ' + given[-1] or len(given) < 2 and 'blobs' in path:
            return handler.answer(401, WWW_Authenticate='Bearer realm="http://%s/token",service="s"' % registry.name)
        return False

    registry.rules.update(token=token, manifest=need, blob=need)
    assert pull(site, registry).code == 0 and len(given) == 2


# --- R08, R09: how it sends ---------------------------------------------------------------------------------------------

def big_image():
    return Image([tar_of({'big': os.urandom(1 << 20)})])


def test_broken_off_and_taken_up_again(site, registry):
    """R08: reset in the middle, again and again; no byte is fetched twice."""
    registry.image = big_image()
    layer = registry.image.layers[0]
    data = registry.image.blobs[layer['digest']]
    sent = []

    def broken(handler, path):
        if layer['digest'] not in path:
            return False
        begin = int(handler.headers.get('Range', 'bytes=0-')[6:-1])
        piece = data[begin:begin + 300000]
        whole = begin + len(piece) == len(data)
        handler.send_response(206 if begin else 200)
        handler.send_header('Content-Length', str(len(data) - begin))
        if begin:
            handler.send_header('Content-Range', 'bytes %d-%d/%d' % (begin, len(data) - 1, len(data)))
        handler.end_headers()
        handler.wfile.write(piece)
        handler.wfile.flush()
        sent.append(len(piece))
        if not whole:
            handler.connection.shutdown(socket.SHUT_RDWR)
            handler.close_connection = True
        return True

    registry.rules['blob'] = broken
    pulled = pull(site, registry)
    assert pulled.code == 0, pulled
    assert sum(sent) <= 1.05 * len(data), sent
    figure('pull', 'bytes fetched of a blob that is broken off three times', '%.2f x' % (sum(sent) / len(data)))


@pytest.mark.parametrize('way', ['full', 'wrong range', 'other bytes'])
def test_range_answered_wrongly(site, registry, way):
    """R09."""
    registry.image = big_image()
    layer = registry.image.layers[0]
    data = registry.image.blobs[layer['digest']]

    def serve(handler, path):
        if layer['digest'] not in path:
            return False
        if 'Range' not in handler.headers:
            first = registry.count(layer['digest']) == 1
            handler.send_response(200)
            handler.send_header('Content-Length', str(len(data)))
            handler.end_headers()
            handler.wfile.write(data[:500000] if first else data)
            if first:
                handler.connection.shutdown(socket.SHUT_RDWR)
                handler.close_connection = True
            return True
        begin = int(handler.headers['Range'][6:-1])
        if way == 'full':
            return handler.answer(200, data)
        if way == 'wrong range':
            return handler.answer(206, data, Content_Range='bytes 0-%d/%d' % (len(data) - 1, len(data)))
        return handler.answer(206, b'x' * (len(data) - begin),
                              Content_Range='bytes %d-%d/%d' % (begin, len(data) - 1, len(data)))

    registry.rules['blob'] = serve
    assert pull(site, registry).code == 0
    assert registry.count(layer['digest']) <= 3, 'one clean beginning'


@pytest.mark.parametrize('status', [500, 503, 429])
def test_errors_that_pass(site, registry, status):
    """R08: back-off, and what Retry-After asks for."""
    left = [3]
    times = []

    def fail(handler, path):
        times.append(time.monotonic())
        if left[0] == 0:
            return False
        left[0] -= 1
        return handler.answer(status, b'{"errors": [{"code": "TOOMANYREQUESTS", "message": "later"}]}', Retry_After='1')

    registry.rules['manifest'] = fail
    assert pull(site, registry).code == 0
    assert times[1] - times[0] >= 0.9


def test_a_registry_that_wants_to_be_left_alone(site, registry):
    """R08: longer than anybody waits: it is told at once, with when to come again."""
    registry.rules['manifest'] = lambda handler, path: handler.answer(429, Retry_After='3600')
    begun = time.monotonic()
    done = refused(site, registry, 'status 429')
    assert 'left alone for 3600 s' in done.err and 'mirror' in done.err, done
    assert time.monotonic() - begun < 20 * PATIENCE and registry.count('/manifests/') == 1


def test_a_wait_is_told(site, registry):
    left = [1]

    def busy(handler, path):
        left[0] -= 1
        return left[0] >= 0 and handler.answer(503, Retry_After='2')

    registry.rules['manifest'] = busy
    done = pull(site, registry)
    assert done.code == 0 and 'waiting 2 s for the registry' in done.err, done


def test_a_wait_until_a_time_is_told(site, registry):
    """R08: Retry-After may be a date; by the registry's own clock, whatever ours says."""
    left = [1]

    def busy(handler, path):
        left[0] -= 1
        if left[0] < 0:
            return False
        body = b'busy'
        handler.send_response_only(503)
        for name, value in (('Date', 'Sun, 06 Nov 1994 08:49:37 GMT'), ('Retry-After', 'Sun, 06 Nov 1994 08:49:40 GMT'),
                            ('Content-Length', str(len(body)))):
            handler.send_header(name, value)
        handler.end_headers()
        if handler.command != 'HEAD':
            handler.wfile.write(body)

    registry.rules['manifest'] = busy
    done = pull(site, registry)
    assert done.code == 0 and "waiting 3 s for the registry '%s'" % registry.name in done.err, done
    assert 'asks to wait that long' in done.err, done
    registry.rules['manifest'] = lambda handler, path: handler.answer(429, Retry_After='Fri, 31 Dec 2199 23:59:59 GMT')
    assert 'left alone for' in said_last(site('pull', '%s/team/y:1' % registry.name))


def test_a_wait_for_a_layer_is_told(site, registry):
    """R08: and longer than anybody waits for, told at once with when to come again."""
    left, times = [1], []

    def busy(handler, path):
        times.append(time.monotonic())
        left[0] -= 1
        return left[0] >= 0 and handler.answer(429, Retry_After='3')

    registry.rules['blob'] = lambda handler, path: registry.image.layers[0]['digest'] in path and busy(handler, path)
    done = pull(site, registry)
    assert done.code == 0 and "waiting 3 s for the registry '%s'" % registry.name in done.err, done
    assert times[1] - times[0] >= 2.9
    registry.image = small_image('another')
    registry.rules['blob'] = lambda handler, path: (registry.image.layers[0]['digest'] in path
                                                    and handler.answer(429, Retry_After='600'))
    done = site('update', registry.name + '/team/x:1')
    assert done.code == 12 and 'left alone for 600 s' in done.out + done.err, done
    assert registry.count(registry.image.layers[0]['digest']) == 1


def test_an_update_tells_what_it_waits_for(site, registry):
    assert pull(site, registry).code == 0
    left = [1]

    def busy(handler, path):
        left[0] -= 1
        return left[0] >= 0 and handler.answer(503, Retry_After='2')

    registry.rules['manifest'] = busy
    done = site('update', registry.name + '/team/x:1')
    assert done.code == 0 and "waiting 2 s for the registry '%s'" % registry.name in done.err, done


def test_errors_that_stay(site, registry):
    registry.rules['manifest'] = lambda handler, path: handler.answer(
        500, b'{"errors": [{"code": "X", "message": "\\u001b[31mred"}]}')
    done = refused(site, registry, 'status 500')
    assert '\x1b[31mred' not in done.err and '\\x1b' in done.err
    assert registry.count('/manifests/') == 5


def test_endless_body(site, registry):
    """R08."""
    def endless(handler, path):
        handler.send_response(200)
        handler.send_header('Content-Type', OCI_MANIFEST)
        handler.send_header('Transfer-Encoding', 'chunked')
        handler.end_headers()
        while True:
            handler.wfile.write(b'10000\r\n' + b'{' * 0x10000 + b'\r\n')

    registry.rules['manifest'] = endless
    refused(site, registry, 'over the limit of 4194304 bytes')


def test_endless_headers(site, registry):
    def endless(handler, path):
        handler.send_response(200)
        for i in range(5000):
            handler.send_header('X-%d' % i, 'y' * 100)
        handler.end_headers()

    registry.rules['manifest'] = endless
    refused(site, registry, 'GET http')


def test_blob_that_never_ends_in_time(site, registry):
    """R08: next to nothing comes. Given up after half a minute, and at the next try begun again."""
    layer = registry.image.layers[0]['digest']
    stalled = []

    def slow(handler, path):
        if layer not in path or stalled:
            return False
        stalled.append(1)
        handler.send_response(200)
        handler.send_header('Content-Length', str(len(registry.image.blobs[layer])))
        handler.end_headers()
        for byte in registry.image.blobs[layer][:60]:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            time.sleep(1)
        return True

    registry.rules['blob'] = slow
    done = pull(site, registry)
    assert done.code == 0 and 25 < done.seconds < 60 * PATIENCE, done


# --- R10, L01 to L09: what layers hold ----------------------------------------------------------------------------------

def entry(name, kind=tarfile.REGTYPE, data=b'', **more):
    form = more.pop('format', tarfile.PAX_FORMAT)
    info = tarfile.TarInfo(name)
    info.type = kind
    info.size = len(data)
    for key, value in more.items():
        setattr(info, key, value)
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w', format=form) as tar:
        tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def several(*tars):
    """One tar of the entries of several."""
    out = b''
    for tar in tars:
        with tarfile.open(fileobj=io.BytesIO(tar)) as one:
            last = one.getmembers()[-1]
        out += tar[:last.offset_data + (last.size + 511) // 512 * 512]
    return out + bytes(1024)


def large_header():
    """Of a file of 2 GiB."""
    info = tarfile.TarInfo('zeros')
    info.size = 2 << 30
    return info.tobuf()


def gzip_bomb():
    """1 MiB that unpacks to a file with a gibibyte of zeros, made in pieces."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(1 << 20)
    begin = packer.compress(large_header())
    return begin + b''.join(packer.compress(zeros) for _ in range(1024)) + packer.flush(), b''


ZSTD = 'application/vnd.oci.image.layer.v1.tar+zstd'
SKIPPED = b'\x50\x2a\x4d\x18\x04\x00\x00\x00lies'  # a frame that says nothing


def zstd(data, *options):
    """From a pipe, so that the length of the data does not bound the window."""
    require('zstd', shutil.which('zstd'), "'zstd' is not on PATH (Debian package zstd)")
    return subprocess.run(['zstd', '-q', '-c', *options], input=data, stdout=subprocess.PIPE, check=True).stdout


def zstd_bomb():
    """A file with a gibibyte of zeros in some 32 KiB."""
    one = zstd(bytes(64 << 20), '-19')
    return zstd(large_header()) + one * 16, b'', ZSTD


GOOD = tar_of({'a': b'1'})
BROKEN = bytearray(GOOD)
BROKEN[0] ^= 1
NEGATIVE = bytearray(GOOD)
NEGATIVE[124:136] = b'\xff' * 12
NEGATIVE[148:156] = b'        '
NEGATIVE[148:156] = b'%06o\0 ' % sum(NEGATIVE[:512])

LAYERS = {
    'R10 bomb': (gzip_bomb(), 'it unpacks to more than'),
    'R10 zeros behind the end': (bytes(20 << 20), 'more than 16 MiB of nothing'),
    'R10 trailing garbage': ((gzip.compress(GOOD) + b'garbage', GOOD), 'it is damaged, or no gzip'),
    'R10 nested': (gzip.compress(GOOD), 'it is packed another time'),
    'R10 breaks off': ((gzip.compress(GOOD)[:-9], GOOD), 'it breaks off'),
    'R10 xz': ((b'\xfd7zXZ\x00' + b'x' * 100, GOOD), 'it is damaged, or no gzip'),
    'R10 bomb of zstd': (zstd_bomb, 'it unpacks to more than'),
    'R10 zstd with garbage': (lambda: (zstd(GOOD) + b'garbage', GOOD, ZSTD), 'it is damaged, or no zstd'),
    'R10 zstd breaks off': (lambda: (zstd(GOOD)[:-5], GOOD, ZSTD), 'it breaks off'),
    'R10 zstd with a window of 128 MiB': (lambda: (zstd(GOOD, '--long=27'), GOOD, ZSTD), 'its window is larger than 32 MiB'),
    'R10 zstd behind a frame to skip': (lambda: (SKIPPED + zstd(GOOD), GOOD, ZSTD), 'it is damaged, or no zstd'),
    'R10 zstd nested': (lambda: (zstd(zstd(GOOD)), zstd(GOOD), ZSTD), 'it is packed another time'),
    'R10 zstd of other bytes': (lambda: (zstd(tar_of({'b': b'2'})), GOOD, ZSTD), "the image's configuration says"),
    'R10 zstd called gzip': (lambda: (zstd(GOOD), GOOD), 'it is damaged, or no gzip'),
    'L01 upwards in zstd': (lambda: (zstd(entry('../x')), entry('../x'), ZSTD), 'its name leads upwards'),
    'L05 device in zstd': (lambda: (zstd(entry('x', tarfile.CHRTYPE)), entry('x', tarfile.CHRTYPE), ZSTD), 'it is a device (0, 0)'),
    'L01 upwards': (entry('../../etc/cron.d/x', data=b'x'), 'its name leads upwards'),
    'L01 upwards inside': (entry('a/b/../../../x', data=b'x'), 'its name leads upwards'),
    'L01 name of 5,000 bytes': (entry('x/' * 2500 + 'x'), 'longer than a path can be'),
    'L01 part of 300 bytes': (entry('x' * 300), 'longer than a name can be'),
    'L03 hard link upwards': (entry('x', tarfile.LNKTYPE, linkname='../../etc/shadow'), 'is another link to leads upwards'),
    'L03 hard link to nothing': (entry('x', tarfile.LNKTYPE, linkname=''), 'another link to nothing'),
    'L02 link and then a file': (several(entry('a', tarfile.SYMTYPE, linkname='/etc/passwd'), entry('a', data=b'x')),
                                 "'a': its name stands in this layer twice"),
    'L03 hard link to a later entry': (several(entry('x', tarfile.LNKTYPE, linkname='a'), entry('a', data=b'x')),
                                       "'x': it is another link to 'a', which is no entry of this layer before it"),
    'L03 hard link to what is not there': (entry('x', tarfile.LNKTYPE, linkname='/etc/passwd'), 'no entry of this layer'),
    'L03 hard link to itself': (entry('x', tarfile.LNKTYPE, linkname='x'), 'no entry of this layer before it'),
    'L03 hard link to a folder': (several(entry('d', tarfile.DIRTYPE), entry('x', tarfile.LNKTYPE, linkname='d')),
                                  "another link to 'd', which is a folder"),
    'L07 a name twice': (several(entry('b/a', data=b'1'), entry('b/a', data=b'2')), 'have the image built anew'),
    'L07 a name twice, in two spellings': (several(entry('./b//a', data=b'1'), entry('b/./a', data=b'2')),
                                           "'b/./a': its name stands in this layer twice"),
    'L07 a folder twice': (several(entry('d/', tarfile.DIRTYPE), entry('d/', tarfile.DIRTYPE)), 'in this layer twice'),
    'L04 removes its folder': (entry('a/.wh..'), 'it removes no file'),
    'L04 removes the one above': (entry('a/.wh...'), 'it removes no file'),
    'L04 removes nothing': (entry('a/.wh.'), 'it removes no file'),
    'L04 unknown mark': (entry('a/.wh..wh.plnk'), 'a mark that is not known'),
    'L05 device': (entry('dev/sda', tarfile.BLKTYPE, devmajor=8, devminor=0), 'it is a device (8, 0)'),
    'L05 whiteout device': (entry('x', tarfile.CHRTYPE, devmajor=0, devminor=0), 'it is a device (0, 0)'),
    'L05 attribute': (entry('x', pax_headers={'SCHILY.xattr.trusted.overlay.redirect': '/etc'}), 'would steer'),
    'L05 attribute of users': (entry('x', pax_headers={'SCHILY.xattr.user.overlay.opaque': 'y'}), 'would steer'),
    'L06 owner': (entry('x', uid=2 ** 32 - 1), 'owner or group is none'),
    'L07 sparse': (entry('x', pax_headers={'GNU.sparse.major': '1'}), 'sparse'),
    'L07 contiguous': (entry('x', tarfile.CONTTYPE, data=b'x'), 'contiguous'),
    'L07 truncated': (GOOD[:700], 'breaks off'),
    'L07 wrong sum': (bytes(BROKEN), 'the sum of its header is wrong'),
    'L07 negative size': (bytes(NEGATIVE), 'its size is negative'),
    'L07 concatenated': (GOOD + GOOD, 'stands behind the end'),
    'L07 size of a folder': (entry('d/', tarfile.DIRTYPE, pax_headers={'size': '1024'}), 'has a size'),
}


@pytest.mark.parametrize('row', LAYERS)
def test_layers(site, registry, row):
    layer, words = LAYERS[row]
    registry.image = Image([layer() if callable(layer) else layer])
    done = refused(site, registry, words)
    assert '\x1b' not in done.err
    if row.startswith('R10 bomb'):
        figure('layers', 'memory while a %s of 1 GiB is refused' % row[4:], '%.2f MiB' % (done.peak_bytes / (1 << 20)))


def test_layers_that_are_well(site, registry):
    """L01, L02, L06, L09: odd, and right."""
    registry.image = Image([
        tar_of({'usr/share/line\nbreak': b'1', './dot/x': b'2', 'case': b'3', 'Case': b'4'}),
        entry('setuid', data=b'x', mode=0o4755),
        entry('old', data=b'x', mtime=0),
        entry('link', tarfile.SYMTYPE, linkname='../../../../etc/passwd'),
        entry('fifo', tarfile.FIFOTYPE),
        entry('usr/share/.wh.case'),
        entry('usr/share/.wh..wh..opq'),
        entry('long/' + 'y' * 200 + '/z', data=b'x', format=tarfile.GNU_FORMAT),
        (gzip.compress(GOOD[:512]) + gzip.compress(GOOD[512:]), GOOD),
    ])
    assert pull(site, registry).code == 0


def test_layers_of_zstd_that_are_well(site, registry):
    """Of one frame and of several, with frames to skip behind them, plain and gzip beside them."""
    large = tar_of({'large': os.urandom(3 << 20), 'zeros': bytes(8 << 20)})
    registry.image = Image([
        (zstd(tar_of({'one': b'1'})), tar_of({'one': b'1'}), ZSTD),
        (zstd(GOOD[:512], '-19') + zstd(GOOD[512:]) + SKIPPED, GOOD, ZSTD),
        (zstd(large, '--long=25', '-3'), large, ZSTD),
        tar_of({'two': b'2'}),
    ])
    done = pull(site, registry)
    assert done.code == 0, done
    assert site.digests() == {registry.name + '/team/x:1': registry.image.digest}
    done = site('save', os.path.join(site.folder, 'saved.tar'), registry.name + '/team/x:1')
    assert done.code == 0, done


def tree_of(folder):
    """{path: (kind, what it holds, paths that are the same file)}."""
    found, same = {}, {}
    for top, folders, files in os.walk(folder):
        for name in folders + files:
            path = os.path.join(top, name)
            short = os.path.relpath(path, folder)
            if os.path.islink(path):
                found[short] = 'link', os.readlink(path)
            elif os.path.isdir(path):
                found[short] = 'folder', None
            else:
                with open(path, 'rb') as file:
                    found[short] = 'file', file.read()
                same.setdefault(os.lstat(path).st_ino, set()).add(short)
    return found, sorted(sorted(names) for names in same.values())


def unpacked_layers(site):
    """The folders of the storage's layers."""
    overlay = os.path.join(site.storage, 'overlay')
    return [os.path.join(overlay, one, 'diff') for one in os.listdir(overlay) if len(one) == 64]


def by_gnu_tar(layer, folder):
    os.mkdir(folder)
    subprocess.run(['tar', '-C', folder, '-xf', '-'], input=layer, stderr=subprocess.DEVNULL, check=True)
    return tree_of(folder)


def by_umoci(layer, folder):
    """As the image of that one layer, in an OCI image layout."""
    image = Image([layer])
    blobs = os.path.join(folder, 'layout/blobs/sha256')
    os.makedirs(blobs)
    for digest, data in image.blobs.items():
        with open(os.path.join(blobs, digest.split(':')[1]), 'wb') as file:
            file.write(data)
    with open(os.path.join(blobs, image.digest.split(':')[1]), 'wb') as file:
        file.write(image.manifest)
    entry = {'mediaType': json.loads(image.manifest)['mediaType'], 'digest': image.digest, 'size': len(image.manifest),
             'annotations': {'org.opencontainers.image.ref.name': 'one'}}
    for name, value in (('oci-layout', {'imageLayoutVersion': '1.0.0'}), ('index.json', {'schemaVersion': 2, 'manifests': [entry]})):
        with open(os.path.join(folder, 'layout', name), 'w') as file:
            json.dump(value, file)
    subprocess.run(['umoci', 'raw', 'unpack', '--image', os.path.join(folder, 'layout') + ':one', os.path.join(folder, 'root')],
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True)
    return tree_of(os.path.join(folder, 'root'))


@pytest.fixture(scope='module')
def umoci():
    return require('umoci', shutil.which('umoci'), 'it is not on PATH (Debian package umoci)')


LONG = 'long/' + 'y' * 200 + '/z'
# L07: forms of a tar that are well.
FORMS = {
    'pax path': entry(LONG, data=b'x', format=tarfile.PAX_FORMAT),
    'gnu long name': entry(LONG, data=b'x', format=tarfile.GNU_FORMAT),
    'gnu long link': entry('a', tarfile.SYMTYPE, linkname=LONG, format=tarfile.GNU_FORMAT),
    'pax link': entry('a', tarfile.SYMTYPE, linkname=LONG, format=tarfile.PAX_FORMAT),
    'ustar prefix': entry('p/' * 40 + 'y' * 50, data=b'x', format=tarfile.USTAR_FORMAT),
    'pax path override': entry('short', data=b'x', format=tarfile.PAX_FORMAT, pax_headers={'path': 'other'}),
    'pax size': entry('a', data=b'twelve bytes', format=tarfile.PAX_FORMAT, pax_headers={'size': '12'}),
    'pax of another kind': entry('a', data=b'x', format=tarfile.PAX_FORMAT, pax_headers={'comment': 'c', 'BERTH.own': 'v'}),
    'old regular type': entry('a', tarfile.AREGTYPE, data=b'x', format=tarfile.USTAR_FORMAT),
    'empty': bytes(1024),
    'padded to a record': entry('a', data=b'x') + bytes(10240),
    'modes and kinds': several(entry('d/', tarfile.DIRTYPE, mode=0o700), entry('d/x', data=b'x', mode=0o4755),
                               entry('d/l', tarfile.LNKTYPE, linkname='d/x'), entry('d/s', tarfile.SYMTYPE, linkname='x')),
}


@pytest.mark.parametrize('form', FORMS)
def test_forms_are_as_gnu_tar_and_umoci_unpack_them(site, registry, umoci, form):
    registry.image = Image([FORMS[form]])
    done = pull(site, registry)
    assert done.code == 0, done
    (own,) = unpacked_layers(site)
    tree = tree_of(own)
    assert tree == by_gnu_tar(FORMS[form], os.path.join(site.folder, 'by-tar'))
    assert tree == by_umoci(FORMS[form], os.path.join(site.folder, 'by-umoci'))


def test_links_and_spellings_are_as_gnu_tar_unpacks_them(site, registry):
    """L02, L03, L07: where both take a name twice, and links that may be odd."""
    layer = several(
        entry('a', tarfile.SYMTYPE, linkname='b'), entry('/a', data=b'in place of the link'),
        entry('/b', data=b'first'), entry('b', data=b'second'), entry('b-too', tarfile.LNKTYPE, linkname='/b'),
        entry('d/', tarfile.DIRTYPE, mode=0o755), entry('d/file', data=b'1'), entry('l', tarfile.SYMTYPE, linkname='d'),
        entry('through', tarfile.LNKTYPE, linkname='l/file'), entry('l-too', tarfile.LNKTYPE, linkname='l'))
    registry.image = Image([layer])
    assert pull(site, registry).code == 0
    (own,) = unpacked_layers(site)
    assert tree_of(own) == by_gnu_tar(layer, os.path.join(site.folder, 'by-tar'))
    assert tree_of(own)[0]['a'] == ('file', b'in place of the link') and tree_of(own)[0]['b'] == ('file', b'second')


def test_a_file_over_a_link_of_the_layer_below(site, registry):
    """L02: across layers a link is replaced, and nothing is written through it."""
    outside = os.path.join(site.folder, 'outside')
    with open(outside, 'w') as file:
        file.write('as it was')
    registry.image = Image([entry('a', tarfile.SYMTYPE, linkname=outside), entry('a', data=b'new')])
    assert pull(site, registry).code == 0
    assert sorted(tree_of(one)[0]['a'] for one in unpacked_layers(site)) == [('file', b'new'), ('link', outside)]
    with open(outside) as file:
        assert file.read() == 'as it was'


def test_hard_link_to_a_layer_below(site, registry):
    registry.image = Image([entry('a', data=b'1'), entry('x', tarfile.LNKTYPE, linkname='a')])
    done = pull(site, registry)
    assert done.code != 0 and 'layer 2 of 2' in done.err and 'no entry of this layer before it' in done.err, done
    assert site.names() == []


def test_removals_through_links(site, registry):
    """L04: a mark behind a link to a folder outside removes nothing there."""
    outside = os.path.join(site.folder, 'outside')
    os.mkdir(outside)
    with open(os.path.join(outside, 'victim'), 'w') as file:
        file.write('alive')
    link = entry('l', tarfile.SYMTYPE, linkname=outside)
    for layers in ([several(link, entry('l/.wh.victim'))], [link, entry('l/.wh.victim')],
                   [several(link, entry('l/.wh..wh..opq'))], [link, entry('l/.wh..wh..opq')]):
        registry.image = Image(layers)
        site('pull', '%s/team/x@%s' % (registry.name, registry.image.digest))  # taken or refused: nothing outside goes
        assert os.listdir(outside) == ['victim'], layers


@pytest.mark.parametrize('order', ['mark first', 'mark last'])
def test_opaque_folders(site, registry, order):
    """L04: what the layer has itself stays, wherever in it the mark stands."""
    parts = [entry('d/.wh..wh..opq'), entry('d/new', data=b'1')]
    upper = several(entry('d/', tarfile.DIRTYPE, mode=0o755), *(parts if order == 'mark first' else parts[::-1]))
    registry.image = Image([several(entry('d/', tarfile.DIRTYPE, mode=0o755), entry('d/old', data=b'0')), upper])
    assert pull(site, registry).code == 0
    (own,) = [one for one in unpacked_layers(site) if os.path.exists(one + '/d/new')]
    assert os.listdir(own + '/d') == ['new'] and os.getxattr(own + '/d', 'trusted.overlay.opaque') == b'y'


def test_times_that_the_storage_keeps(site, registry):
    """L09: those that it does not keep become 1970; docs/images.md says so."""
    times = {'year1': -62135596800, 'before1970': -1.5, 'zero': 0, 'now': 1795769127.5, 'year2261': 9183110400,
             'year2263': 9246182400, 'year9999': 253370764800}
    registry.image = Image([several(*[entry(name, data=b'x', mtime=mtime) for name, mtime in times.items()])])
    assert pull(site, registry).code == 0
    (own,) = unpacked_layers(site)
    kept = {name: os.lstat(os.path.join(own, name)).st_mtime for name in times}
    assert kept == dict.fromkeys(times, 0) | {name: times[name] for name in ('now', 'year2261')}


def test_damage_on_the_disk_is_found(site, registry):
    """A flipped bit, a file that is gone and a configuration that is another; what was named is mended by the way told."""
    assert pull(site, registry).code == 0
    name = registry.name + '/team/x:1'
    whole = site('check', '--json')
    (image,) = whole.json['images']
    assert whole.code == 0 and image['whole'] and image['names'] == [name] and image['layers'] == 2, whole
    assert image['not_checked'] == [], image
    (layer,) = [one for one in unpacked_layers(site) if os.path.exists(one + '/etc/layer1')]
    file = layer + '/etc/layer1'
    with open(file, 'r+b') as damaged:
        (first,) = damaged.read(1)
        damaged.seek(0)
        damaged.write(bytes([first ^ 1]))
    done = site('check', name)
    assert done.code == 12 and "'etc/layer1': its content is another than it was" in done.out, done
    assert "remove --force %s'" % name in done.err and "'berth image pull %s'" % name in done.err, done
    os.remove(file)
    done = site('check', image['id'][:12], '--json')
    (image,) = done.json['images']
    assert done.code == 12 and not image['whole'] and image['removed_with'] == [name], done
    assert any("'etc/layer1': " in problem for problem in image['problems']), done
    assert site('remove', '--force', name).code == 0 and pull(site, registry).code == 0
    assert site('check').code == 0
    (config,) = [os.path.join(top, one) for top, _, files in os.walk(site.storage + '/overlay-images') for one in files
                 if one.startswith('=') and b'rootfs' in open(os.path.join(top, one), 'rb').read()]
    with open(config, 'ab') as damaged:
        damaged.write(b' ')
    done = site('check')
    assert done.code == 12 and 'its configuration is another than it was' in done.out, done
    assert site('check', 'team/nobody').code == 2


def test_words_of_the_tool(site, registry):
    """What only the tool finds is said with what to do, and its own words behind it."""
    registry.image = Image([several(entry('l', tarfile.SYMTYPE, linkname='/nowhere'), entry('l/a', data=b'x'))])
    done = pull(site, registry)
    assert done.code == 12 and site.names() == [], done
    assert 'put the image into the storage: skopeo could not; what it says of the image' in done.err, done
    assert '; its words: ' in done.err and 'level=fatal' not in done.err and 'prlimit' not in done.err, done


def interrupted(running, number, asked, held, pause=0):
    """What it said, sent a signal once a registry was asked, which answers no more until then."""
    try:
        assert asked.wait(30 * PATIENCE)
        time.sleep(pause)
        begun = time.monotonic()
        running.signal(number)
        done = running.wait(30 * PATIENCE)
        assert time.monotonic() - begun <= 3 * PATIENCE, done
        return done
    finally:
        held.set()


# --- lines of the war room ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize('row', ['stalls', 'is busy'])
def test_an_update_as_a_line_is_interrupted(berth, site, registry, row, number):
    assert pull(site, registry).code == 0
    asked, held = threading.Event(), threading.Event()

    def manifest(handler, path):
        asked.set()
        if row == 'is busy':
            return handler.answer(503, Retry_After='30')
        held.wait(60 * PATIENCE)
        return False

    registry.rules['manifest'] = manifest
    running = berth.begin('exec', '/docker_image_update all=true', settings=site.settings, env=site.env)
    done = interrupted(running, number, asked, held, pause=0.3)
    assert done.code == 130 and 'it was interrupted' in done.out + done.err, done
    assert 'asking registries about 1 images' in done.err, done
    assert site.digests() == {registry.name + '/team/x:1': registry.image.digest}


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize('verb, row', [('sign', 'manifest'), ('sign', 'upload'), ('verify', 'manifest')])
def test_signing_is_interrupted(berth, site, registry, verb, row, number):
    """It ends with its clean-up, as pull and push do."""
    key = Key(site.folder, 'ours')
    asked, held = threading.Event(), threading.Event()

    def stall(handler, path):
        asked.set()
        held.wait(60 * PATIENCE)
        return False

    registry.rules[row] = stall
    name = '%s/team/x@%s' % (registry.name, registry.image.digest)
    running = site.begin(verb, name, '--key', key.private if verb == 'sign' else key.public)
    done = interrupted(running, number, asked, held)
    assert done.code == 130 and 'it was interrupted' in done.err and done.out == '', done
    left = [os.path.join(top, name) for top, folders, files in os.walk(os.path.join(site.cache, 'images'))
            for name in folders + files if not name.endswith('.lock') and name != 'sign']
    assert left == [] and site.names() == [], left


def test_an_update_as_a_line_that_fails(berth, site, registry):
    assert pull(site, registry).code == 0
    registry.rules['manifest'] = lambda handler, path: handler.answer(404)
    done = berth('exec', '/docker_image_update all=true', '--json', settings=site.settings, env=site.env)
    (entry,) = done.json['answers'][0]['entries']
    assert done.code == 1 and entry['Type'] == 4 and 'failed' in entry['HumanReadable'], done


# --- R14: TLS ------------------------------------------------------------------------------------------------------------

class TestTls:
    """A registry with each of these certificates; the CA is known to the client."""

    @pytest.fixture(scope='class')
    def folder(self):
        made = tempfile.mkdtemp(prefix='berth-tls-')
        registries.make_certificates(made)
        self.issue(made, 'right', 'IP:127.0.0.1')
        self.issue(made, 'wrong', 'DNS:elsewhere.example')
        self.issue(made, 'expired', 'IP:127.0.0.1', days='-1')
        self.issue(made, 'client', 'DNS:client.example')
        self.issue(made, 'sha1', 'IP:127.0.0.1', '-sha1')
        registries.openssl('req', '-x509', *registries.NEW_KEY, '-nodes', '-subj', '/CN=own', '-addext',
                           'subjectAltName=IP:127.0.0.1', '-keyout', 'own.key', '-out', 'own.crt', cwd=made)
        yield made
        shutil.rmtree(made)

    def issue(self, folder, name, names, *options, days='2'):
        registries.openssl('req', *registries.NEW_KEY, '-nodes', '-subj', '/CN=' + name, '-keyout', name + '.key', '-out',
                           name + '.csr', cwd=folder)
        with open(os.path.join(folder, name + '.names'), 'w') as file:
            file.write('subjectAltName=%s\n' % names)
        registries.openssl('x509', '-req', '-in', name + '.csr', '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial',
                           '-days', days, '-extfile', name + '.names', '-out', name + '.crt', *options, cwd=folder)

    def serve(self, registry, folder, name, version=None, client=False):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if name == 'sha1':
            context.set_ciphers('ALL:@SECLEVEL=0')
        context.load_cert_chain(os.path.join(folder, name + '.crt'), os.path.join(folder, name + '.key'))
        if version:
            context.set_ciphers('ALL:@SECLEVEL=0')
            context.minimum_version = context.maximum_version = version
        if client:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(os.path.join(folder, 'ca.crt'))
        registry.server.socket = context.wrap_socket(
            registry.server.socket, server_side=True, do_handshake_on_connect=False)  # in the thread of the connection

    def test_plain_http_is_told_at_once(self, site, registry):
        site.trust({})
        done = refused(site, registry, "set 'insecure: on'")
        assert done.seconds < 5 * PATIENCE, 'nothing is tried again'

    def test_upload_does_not_leave_tls(self, site, registry, folder):
        site.trust({registry.name: 'insecure: on'})
        assert pull(site, registry).code == 0
        self.serve(registry, folder, 'right')
        site.trust({registry.name: 'ca: %s, sends_to: ["127.0.0.1"]' % os.path.join(folder, 'ca.crt')})
        registry.rules['manifest'] = registry.rules['blob'] = lambda handler, path: handler.answer(404)
        registry.rules['upload'] = lambda handler, path: handler.answer(202, Location='http://127.0.0.1:1/upload')
        done = site('push', registry.name + '/team/x:1', registry.name + '/team/y:1')
        assert done.code != 0 and 'from https to http' in done.err, done

    def test_a_blob_does_not_leave_tls(self, site, registry, folder):
        """R05: nor to a host that the operator has named."""
        self.serve(registry, folder, 'right')
        other = HostileRegistry(registry.image)
        site.trust({registry.name: 'ca: %s, sends_to: ["%s"]' % (os.path.join(folder, 'ca.crt'), other.name)})
        registry.rules['blob'] = lambda handler, path: handler.answer(307, Location='http://' + other.name + path)
        try:
            refused(site, registry, 'from https to http')
            assert other.asked == []
        finally:
            other.end()

    @pytest.mark.parametrize('row', ['right', 'wrong name', 'expired', 'unknown CA', 'TLS 1.1', 'TLS 1.0', 'SHA-1',
                                     'self-signed', 'self-signed and named', 'insecure'])
    def test_rows(self, site, registry, folder, row):
        name = {'wrong name': 'wrong', 'expired': 'expired', 'insecure': 'wrong', 'SHA-1': 'sha1', 'self-signed': 'own',
                'self-signed and named': 'own'}.get(row, 'right')
        versions = {'TLS 1.1': ssl.TLSVersion.TLSv1_1, 'TLS 1.0': ssl.TLSVersion.TLSv1}
        self.serve(registry, folder, name, versions.get(row))
        file = os.path.join(folder, 'own.crt' if row == 'self-signed and named' else 'ca.crt')
        site.trust({registry.name: 'insecure: on' if row == 'insecure' else '' if row == 'unknown CA' else 'ca: ' + file})
        if row in ('right', 'insecure', 'self-signed and named'):
            assert pull(site, registry).code == 0
        else:
            done = refused(site, registry, 'GET https://' + registry.name)
            if row not in versions:
                assert "'ca' under images.registries" in done.err, done
                assert 'certs.d/%s/ca.crt' % registry.name in done.err, done

    def test_client_certificate(self, site, registry, folder):
        self.serve(registry, folder, 'right', client=True)
        ca = 'ca: %s' % os.path.join(folder, 'ca.crt')
        site.trust({registry.name: ca})
        refused(site, registry, 'GET https://')
        site.trust({registry.name: '%s, client_certificate: %s, client_key: %s' % (
            ca, os.path.join(folder, 'client.crt'), os.path.join(folder, 'client.key'))})
        assert pull(site, registry).code == 0


# --- helpers of credentials ---------------------------------------------------------------------------------------------

def test_everybody_is_let_in_where_a_helper_for_all_fails(site, registry):
    auth = site.berth.write('for-all.json', json.dumps({'credsStore': 'there-is-none-such'}))
    done = pull(site, registry, env={'REGISTRY_AUTH_FILE': auth})
    assert done.code == 0 and "warning: '%s' ('credsStore')" % auth in done.err, done
    assert 'is not on PATH' in done.err and site.digests() == {registry.name + '/team/x:1': registry.image.digest}
    again = site('update', registry.name + '/team/x:1', '--json', env={'REGISTRY_AUTH_FILE': auth})
    assert again.code == 0 and len(again.json['warnings']) == 1, again


# --- what killed pulls leave ----------------------------------------------------------------------------------------------

def test_prune_takes_what_a_killed_pull_has_left(site, registry):
    held = threading.Event()
    layer = registry.image.layers[0]['digest']
    registry.rules['blob'] = lambda handler, path: path.endswith(layer) and not held.wait(60)
    work = os.path.join(site.cache, 'images', 'work', registry.image.digest[7:])

    def leftovers(*options):
        done = site('prune', '--json', *options)
        assert done.code == 0, done
        return {one['path']: one for one in done.json['leftovers']}

    running = site.begin('pull', registry.name + '/team/x:1')
    try:
        until = time.monotonic() + 20 * PATIENCE
        while not registry.count(layer) and time.monotonic() < until:
            time.sleep(0.01)
        live = leftovers()[work]
        assert not live['goes'] and 'works in it' in live['reason'], live
        running.signal(signal.SIGKILL)
        running.wait(30)
    finally:
        held.set()
    plan = leftovers('--dry-run')
    assert plan[work]['goes'] and 'that was killed' in plan[work]['reason'] and os.path.isdir(work), plan
    text = site('prune', '--dry-run')
    assert work in text.out and 'would go' in text.out, text
    # What a pull goes on with stays for it, unless all is to go.
    blob = os.path.join(site.cache, 'images', 'blobs', layer[7:] + '.part')
    assert not plan[blob]['goes'] and '--all' in plan[blob]['reason'], plan
    assert leftovers()[work]['goes'] and not os.path.exists(work) and os.path.exists(blob)
    assert leftovers('--all')[blob]['goes'] and not os.path.exists(blob) and leftovers('--dry-run') == {}


# --- F04: no room ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize('where', ['cache', 'storage'])
def test_disk_full(site, registry, where):
    """Refused before anything is written where it cannot fit, and taken once there is room."""
    registry.image = Image([tar_of({'big': os.urandom(3 << 20), 'zeros': bytes(90 << 20)})])
    folder = getattr(site, where)
    os.makedirs(folder)
    subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=%s' % ('2m' if where == 'cache' else '60m'), 'berth-test', folder],
                   check=True)
    try:
        done = pull(site, registry)
        assert done.code != 0 and 'make room there' in done.err, done
        assert site.names() == []
        subprocess.run(['mount', '-o', 'remount,size=500m', folder], check=True)
        assert pull(site, registry).code == 0 and len(site.names()) == 1
    finally:
        for line in reversed(open('/proc/self/mountinfo').read().splitlines()):
            if line.split()[4].startswith(folder):
                subprocess.run(['umount', line.split()[4]], check=True)


# --- R12: names ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize('name', ['../../x', 'x' * 300, 'Team/x', 'team/x:1@sha256:../..', 'r.example:99999/x',
                                  'r.ex\u00e4mple/x', 'http://r.example/x', 'team/x:', 'a//b'])
def test_names(site, registry, name):
    done = site('pull', name)
    assert done.code == 2 and 'read image reference' in done.err, done


# --- R13: pushing to it -------------------------------------------------------------------------------------------------

class TestPush:
    @pytest.fixture(autouse=True)
    def taken(self, site, registry):
        assert pull(site, registry).code == 0
        self.blobs, self.manifests = taking(registry)

    def push(self, site, registry):
        return site('push', registry.name + '/team/x:1', registry.name + '/team/y:1')

    def test_straight(self, site, registry):
        assert self.push(site, registry).code == 0
        assert list(self.manifests) == ['1'] and len(self.blobs) == 3

    @pytest.mark.parametrize('row', ['lies about a blob', 'lies about a manifest', 'another manifest', 'elsewhere', '413'])
    def test_lies(self, site, registry, row):
        usual = dict(registry.rules)
        words = {'lies about a blob': 'took it, and does not have it', 'lies about a manifest': 'it has none',
                 'another manifest': 'came in between', 'elsewhere': 'wants it sent to', '413': 'too large for it'}[row]

        def upload(handler, path):
            if row == 'lies about a blob' and handler.command == 'PUT':
                return handler.answer(201)
            if row == 'elsewhere':
                return handler.answer(202, Location='http://127.0.0.1:1/upload')
            if row == '413' and handler.command == 'PUT':
                return handler.answer(413)
            return usual['upload'](handler, path)

        def manifest(handler, path):
            if handler.command == 'PUT' and row == 'lies about a manifest':
                return handler.answer(201)
            if handler.command == 'PUT' and row == 'another manifest':
                self.manifests['1'] = handler.given + b' '
                return handler.answer(201)
            return usual['manifest'](handler, path)

        registry.rules.update(upload=upload, manifest=manifest)
        done = self.push(site, registry)
        assert done.code != 0 and words in done.err, done


# --- newer tags -----------------------------------------------------------------------------------------------------------

def test_newer_tags_of_200_images(berth, site, registry):
    """One question an image, several at once; kept for a minute, and asked again with what the registry gave."""
    count = 200
    assert pull(site, registry).code == 0
    # One image under as many names as there are to be asked about, as the storage would write it.
    list_file = os.path.join(site.storage, 'overlay-images', 'images.json')
    with open(list_file) as file:
        images = json.load(file)
    images[0]['names'] = ['%s/newer/image%d:1.9' % (registry.name, i) for i in range(count)]
    with open(list_file, 'w') as file:
        json.dump(images, file)
    asked, at_once, most = [], [0], [0]

    def tags(handler, path):
        at_once[0] += 1
        most[0] = max(most[0], at_once[0])
        asked.append((path, handler.headers.get('If-None-Match')))
        time.sleep(0.02)
        at_once[0] -= 1
        if handler.headers.get('If-None-Match') == '"v1"':
            return handler.answer(304)
        return handler.answer(200, b'{"name": "x", "tags": ["1.9", "1.10", "latest"]}', ETag='"v1"')

    registry.rules['other'] = tags
    first = site('list', '--newer', '--json')
    assert first.code == 0, first
    rows = [newer for image in first.json['images'] for newer in image['newer']]
    assert len(rows) == count and {row['tag'] for row in rows} == {'1.10'}, rows[:3]
    assert len(asked) == count == len({path for path, _ in asked}) and most[0] > 4
    figure('newer', 'asking for %d images, in all' % count, '%.2f s' % first.seconds)
    assert site('list', '--newer', '--json').code == 0 and len(asked) == count, 'within the minute nobody is asked'
    told = berth('exec', '/docker_images name=image7:', '--json', settings=site.settings, env=site.env)
    (entry,) = told.json['answers'][0]['entries']
    assert len(asked) == count and entry['Contents'][0]['newer'][0]['tag'] == '1.10', 'what the last look told'
    again = site('list', '--newer', '--refresh', '--json')
    assert {validator for _, validator in asked[count:]} == {'"v1"'} and len(asked) == 2 * count
    assert {row['tag'] for image in again.json['images'] for row in image['newer']} == {'1.10'}


def test_new_tag_on_a_later_page(site, registry):
    """What says that the first page is unchanged says nothing of the others."""
    assert pull(site, registry).code == 0
    later = ['1']

    def tags(handler, path):
        if 'last=' in path:
            return handler.answer(200, json.dumps({'tags': later}).encode())
        if handler.headers.get('If-None-Match'):
            return handler.answer(304)
        return handler.answer(200, b'{"tags": ["0.9"]}', ETag='"v1"', Link='</v2/team/x/tags/list?last=x>; rel="next"')

    registry.rules['other'] = tags

    def newer():
        return [newer['tag'] for image in site('list', '--newer', '--json').json['images'] for newer in image['newer']
                if newer['tag'] is not None]

    assert newer() == []
    later.append('2')
    known = os.path.join(site.cache, 'images', 'tags.json')
    with open(known) as file:
        kept = json.load(file)
    for entry in kept.values():
        entry['asked_at'] -= 61
    with open(known, 'w') as file:
        json.dump(kept, file)
    assert newer() == ['2']


def test_newer_tags_of_a_registry_that_gives_no_validator(berth, site, registry):
    """A tag that was pushed is seen when it is asked for at once, and a minute later in any case."""
    assert pull(site, registry).code == 0
    tags, line = ['1'], '/docker_images newer=true refresh=true'
    registry.rules['other'] = lambda handler, path: handler.answer(200, json.dumps({'tags': tags}).encode())

    def newer(done):
        assert done.code == 0, done
        return [row['tag'] for image in done.json['images'] for row in image['newer']]

    assert newer(site('list', '--newer', '--json')) == [None]
    tags.append('9')
    assert newer(site('list', '--newer', '--refresh', '--json')) == ['9']
    tags.append('10')
    done = berth('exec', line, '--json', settings=site.settings, env=site.env)
    assert done.json['answers'][0]['entries'][0]['Contents'][0]['newer'][0]['tag'] == '10', done
    wrong = berth('exec', '/docker_images refresh=true', settings=site.settings, env=site.env)
    assert 'newer=true' in wrong.out + wrong.err, wrong


def test_newer_tags_of_a_registry_that_does_not_answer(site, registry):
    """Its reason is told once, however many images come from it."""
    assert pull(site, registry).code == 0
    list_file = os.path.join(site.storage, 'overlay-images', 'images.json')
    with open(list_file) as file:
        images = json.load(file)
    images[0]['names'] += ['%s/team/y%d:1' % (registry.name, i) for i in range(3)]
    with open(list_file, 'w') as file:
        json.dump(images, file)
    registry.rules['other'] = lambda handler, path: handler.answer(401)
    done = site('list', '--newer')
    assert done.code == 0 and done.out.count('not looked up') == 4, done
    assert done.err.count('look for newer tags of 4 images') == 1 and 'log in' in done.err, done


def test_lists_of_tags_that_lie(site, registry):
    link = ['https://%s/v2/team/x/tags/list?last=x' % registry.name]  # a registry behind a proxy may get that wrong

    def tags(handler, path):
        assert path.endswith(('?n=1000', '?last=x')), path
        if 'last=' in path:
            return handler.answer(200, json.dumps({'tags': ['1', '0.9']}).encode())
        odd = ['../x', 'x' * 500, '\x1b[31m', '', '9;rm -rf /', 5, None]
        return handler.answer(200, json.dumps({'tags': odd}).encode(), Link='<%s>; rel="next"' % link[0])

    registry.rules['other'] = tags
    assert pull(site, registry, name='team/x').code == 0
    assert site.names() == [registry.name + '/team/x:1']
    # Half of a list has no newest tag.
    link[0] = 'http://elsewhere.invalid/v2/team/x/tags/list?last=x'
    assert 'sends us to' in pull(site, registry, name='team/x').err
    registry.rules['other'] = lambda handler, path: handler.answer(200, b'{"tags": ["1"]}',
                                                                   Link='<%s>; rel="next"' % path)
    assert 'more than 100 pages' in pull(site, registry, name='team/x').err
    registry.rules['other'] = lambda handler, path: handler.answer(200, b'{"tags": ["../x"]}')
    assert 'it has none; name a tag or a digest that the registry has' in pull(site, registry, name='team/y').err
