"""Images whose registry goes away, layers of many entries, and pulls that meet: rows L08, L12, L13 and R15."""
import gzip
import json
import os
import resource
import signal
import socket
import subprocess
import tempfile
import threading
import time

import pytest

import registries
from figures import figure
from hostile_registry import HostileRegistry
from registries import OCI_MANIFEST, Image, digest_of, small_image, tar_of
from signing import Key, tag_of

pytestmark = pytest.mark.second_lane


class GoneRegistry(HostileRegistry):
    """Keeps what is pushed, and after `answers` more requests cuts every connection; a blob it cuts in the middle."""

    def __init__(self, image):
        super().__init__(image)
        self.answers = None
        self.blobs, self.tags = {}, {}
        self.rules.update(blob=self.blob, upload=self.upload, manifest=self.manifest)

    def serve(self, handler):
        if self.answers is None:
            return super().serve(handler)
        if self.answers > 0:
            self.answers -= 1
            return super().serve(handler)
        data = self.image.blobs.get(handler.path.rsplit('/', 1)[1])
        if data is not None and handler.command == 'GET' and 'Range' not in handler.headers:
            handler.send_response(200)
            handler.send_header('Content-Length', str(len(data)))
            handler.end_headers()
            handler.wfile.write(data[:len(data) // 2])
            handler.wfile.flush()
        handler.connection.shutdown(socket.SHUT_RDWR)
        handler.close_connection = True

    def blob(self, handler, path):
        data = self.blobs.get(path.rsplit('/', 1)[1])
        if data is None and path.startswith('/v2/team/y/'):  # which is empty at first
            return handler.answer(404)
        return False if data is None else handler.answer(200, data)

    def upload(self, handler, path):
        if handler.command == 'POST':
            return handler.answer(202, Location=path + '1?state=x')
        self.blobs[path.split('digest=')[1]] = handler.given
        return handler.answer(201)

    def manifest(self, handler, path):
        tag = path.rsplit('/', 1)[1]
        if handler.command == 'PUT':
            self.tags[tag] = handler.given
            return handler.answer(201)
        body = self.tags.get(tag)
        return False if body is None else handler.answer(200, body, Content_Type=OCI_MANIFEST)


def site_of(berth, registry):
    made = registries.Site(berth, tempfile.mkdtemp(prefix='berth-race-'))
    made.trust({registry.name: 'insecure: on'})
    made.env = {'REGISTRY_AUTH_FILE': '/nowhere/auth.json'}
    return made


@pytest.fixture
def registry():
    made = GoneRegistry(small_image('races'))
    made.server.socket.listen(128)
    yield made
    made.end()


@pytest.fixture
def site(berth, registry):
    made = site_of(berth, registry)
    yield made
    made.end()


# --- the registry is gone -------------------------------------------------------------------------------------------------

def requests_of(registry, run):
    before = len(registry.asked)
    done = run()
    assert done.code == 0, done
    return len(registry.asked) - before


def moments(count, most=3):
    """Some numbers below `count`, with the first and the last."""
    return sorted({round(i * (count - 1) / (most - 1)) for i in range(most)})


def told(done, doing, registry):
    """What was being done, with what, why, and what to do."""
    line = done.err.splitlines()[-1]
    assert done.code != 0 and line.startswith('berth: ' + doing), done
    assert registry.name in line and 'see that it can be reached from here, and try again' in line, done
    assert len(line) < 1500, done
    return line


def test_registry_gone_while_it_is_pushed(site, registry):
    name = registry.name + '/team/x:1'
    assert site('pull', name).code == 0
    count = requests_of(registry, lambda: site('push', name, registry.name + '/team/y:whole'))
    for moment in moments(count):
        registry.blobs.clear()
        registry.tags.clear()
        to = '%s/team/y:after%d' % (registry.name, moment)
        registry.answers = moment
        line = told(site('push', name, to), "push image '%s' to '%s'" % (name, to), registry)
        registry.answers = None
        body = registry.tags.get('after%d' % moment)
        assert body is None or {one['digest'] for one in json.loads(body)['layers']} <= set(registry.blobs)
        again = site('push', name, to, '--json')
        assert again.code == 0 and digest_of(registry.tags['after%d' % moment]) == again.json['digest'], again
        figure('gone', 'push, after %d of %d answers' % (moment, count), line.replace(registry.name, 'REGISTRY'))


def test_registry_gone_while_it_is_asked_for_updates(site, registry):
    name = registry.name + '/team/x:1'
    assert site('pull', name).code == 0
    registry.image = small_image('second')
    count = requests_of(registry, lambda: site('update', name))
    for moment in moments(count):
        before = registry.image
        registry.image = small_image('gone%d' % moment)
        registry.answers = moment
        done = site('update', name, '--json')
        registry.answers = None
        row, = done.json['images']
        assert done.code != 0 and row['state'] == 'failed' and registry.name in row['error'], done
        assert 'see that it can be reached from here, and try again' in row['error'], done
        assert site.digests() == {name: before.digest}, 'what was here stays'
        assert site('update', name).code == 0 and site.digests() == {name: registry.image.digest}
        figure('gone', 'update, after %d of %d answers' % (moment, count), row['error'].replace(registry.name, 'REGISTRY'))


def test_registry_gone_while_it_is_signed(site, registry):
    key = Key(site.folder, 'ours')
    name = '%s/team/x@%s' % (registry.name, registry.image.digest)
    words = 'sign', name, '--key', key.private
    tag = tag_of(registry.image.digest)
    count = requests_of(registry, lambda: site(*words))
    for moment in moments(count):
        registry.blobs.clear()
        registry.tags.clear()
        registry.answers = moment
        line = told(site(*words), "sign image '%s'" % name, registry)
        registry.answers = None
        again = site(*words, '--json')
        assert again.code == 0 and len(json.loads(registry.tags[tag])['layers']) == 1, again
        figure('gone', 'sign, after %d of %d answers' % (moment, count), line.replace(registry.name, 'REGISTRY')[:400])


# --- L08: many entries ------------------------------------------------------------------------------------------------------

def header(name, kind=b'0', size=0):
    """One block of a tar, made faster than tarfile can."""
    block = bytearray(512)
    block[:len(name)] = name
    block[100:124] = b'0000644\0' + b'0000000\0' * 2
    block[124:136] = b'%011o\0' % size
    block[136:148] = b'00000000000\0'
    block[148:156] = b' ' * 8
    block[156:157] = kind
    block[257:265] = b'ustar\00000'
    block[148:156] = b'%06o\0 ' % sum(block)
    return bytes(block)


def many_entries(count, end):
    """`count` empty files, whose headers differ in seven digits and in the sum."""
    sample = header(b'd/0000000')
    start, middle, rest = sample[:2], sample[9:148], sample[156:]
    plain = int(sample[148:154], 8)
    digits = [sum(map(int, '%03d' % i)) for i in range(1000)]
    blocks = []
    for i in range(count):
        more = digits[i % 1000] + digits[i // 1000 % 1000] + i // 1000000
        blocks.append(b'%b%07d%b%06o\0 %b' % (start, i, middle, plain + more, rest))
    return b''.join(blocks) + end + bytes(1024)


def growth_of(pull, counts, tries=3):
    """How many times as long the processors work for the third of `counts` as for the second, without what the first
    takes; and those times. The least of a few: what else runs on the machine costs time here, too, and takes none off."""
    found = []
    while len(found) < tries and (not found or min(found)[0] > 12):
        seconds = []
        for count in counts:
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            pull(count)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            seconds.append(round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 3))
        found.append((round((seconds[2] - seconds[0]) / max(seconds[1] - seconds[0], 0.001), 1), seconds))
    return min(found)


def test_time_of_a_million_entries(berth, site, registry):
    """L08: what Berth does itself. The last entry is one that it refuses, so that no tool sees the layer."""
    def pull(count):
        layer = many_entries(count, header(b'../x'))
        registry.image = Image([(gzip.compress(layer, 1, mtime=0), layer)])
        del layer
        done = site('pull', registry.name + '/team/x:1')
        assert done.code != 0 and 'its name leads upwards' in done.err and site.names() == [], done
        assert done.peak_bytes < 64 << 20, done

    growth, seconds = growth_of(pull, (1, 100_000, 1_000_000))
    figure('L08', "processors' seconds for 1, 100,000 and 1,000,000 entries until the last is refused, and their growth",
           [seconds, growth])
    assert growth <= 12, seconds


def test_deep_names(site, registry):
    """L08: 100,000 folders deep is no path; as deep as one can be is one."""
    deep = 'a/' * 100_000 + 'x'
    registry.image = Image([tar_of({deep: b'1'})])
    done = site('pull', registry.name + '/team/x:1')
    assert done.code != 0 and 'longer than a path can be' in done.err and site.names() == [], done


@pytest.mark.parametrize('shape', ['flat', 'deep', 'removed'])
def test_time_of_the_tool(site, registry, shape):
    """L08: what the storage's tool takes to unpack shapes whose cost may grow faster than they do."""
    def names(count):
        if shape == 'deep':
            return {'e/' * 200 + 'x%d' % i: b'' for i in range(count)}
        return {'d/%sx%d' % ('.wh.' if shape == 'removed' else '', i): b'' for i in range(count)}

    def pull(count):
        registry.image = Image([tar_of(names(count))])
        name = '%s/team/x@%s' % (registry.name, registry.image.digest)
        done = site('pull', name)
        assert done.code == 0, done
        assert site('remove', name).code == 0

    growth, seconds = growth_of(pull, (1, 2000, 20_000))
    figure('L08', "processors' seconds of Berth and skopeo for 1, 2,000 and 20,000 entries (%s), and their growth" % shape,
           [seconds, growth])
    assert growth <= 12, seconds


# --- L12, L13: between the judge and the storage -------------------------------------------------------------------------

def tool_that(site, text):
    """A skopeo that does something besides; `folder` is what it copies from, `real` runs the real one."""
    folder = os.path.join(site.folder, 'bin')
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, 'skopeo'), 'w') as file:
        file.write('#!/usr/bin/python3\nimport os, signal, subprocess, sys, time\nPATH = "/usr/bin/skopeo"\n'
                   'folder = [word for word in sys.argv if word.startswith("dir:")][0][4:]\n'
                   'def real():\n    os.execv(PATH, [PATH] + sys.argv[1:])\n' + text)
    os.chmod(file.name, 0o755)
    return {'PATH': folder + ':' + os.environ['PATH']}


def names_below(folder):
    return sorted(name for _, folders, files in os.walk(folder) for name in folders + files)


@pytest.mark.skipif(not os.path.exists('/usr/bin/skopeo'), reason='skopeo is not at /usr/bin/skopeo')
@pytest.mark.parametrize('swap', ['other bytes', 'symbolic link', 'other manifest'])
def test_swapped_after_it_was_judged(site, registry, swap):
    """L12: in the moment between. What was staged is bound by its digests, and lies where nobody else may write."""
    other = registries.tar_of({'usr/evil': b'x' * 100})
    with open(os.path.join(site.folder, 'other'), 'wb') as file:
        file.write(gzip.compress(other))
    layer = registry.image.layers[1]['digest'][7:]
    target = 'manifest.json' if swap == 'other manifest' else layer
    text = ('path = os.path.join(folder, %r)\nassert os.path.isfile(path)\n'
            'at = folder\n'
            'while at != %r:\n    assert os.stat(at).st_mode & 0o022 == 0, at\n    at = os.path.dirname(at)\n'
            'os.remove(path)\n' % (target, os.path.realpath(site.folder)))
    if swap == 'symbolic link':
        text += 'os.symlink("/etc/passwd", path)\n'
    elif swap == 'other bytes':
        text += 'import shutil\nshutil.copy(%r, path)\n' % file.name
    else:
        text += 'open(path, "w").write(%r)\n' % small_image('another').manifest.decode()
    done = site('pull', registry.name + '/team/x:1', env=tool_that(site, text + 'real()\n'))
    assert done.code != 0 and 'put the image into the storage' in done.err and 'AssertionError' not in done.err, done
    assert site.names() == [] and 'evil' not in names_below(site.storage), done
    again = site('pull', registry.name + '/team/x:1')
    assert again.code == 0 and site.digests() == {registry.name + '/team/x:1': registry.image.digest}, again


def layers_of(site):
    path = os.path.join(site.storage, 'overlay-layers', 'layers.json')
    if not os.path.exists(path):
        return []
    with open(path) as file:
        return json.load(file)


@pytest.mark.skipif(not os.path.exists('/usr/bin/skopeo'), reason='skopeo is not at /usr/bin/skopeo')
def test_tool_killed_at_any_moment_of_unpacking(site, registry):
    """L13: the tool is killed; the name is not there until all of it is, and the next pull repairs."""
    def image(word):
        return Image([tar_of({'%s%d/%d' % (word, i, j): os.urandom(8000) for j in range(60)}) for i in range(3)])

    begun = time.monotonic()
    registry.image = image('whole')
    assert site('pull', '%s/team/x@%s' % (registry.name, registry.image.digest)).code == 0
    whole = time.monotonic() - begun
    killed = half = 0
    kills = 8
    for turn in range(kills):
        registry.image = image('t%d' % turn)
        name = '%s/team/x@%s' % (registry.name, registry.image.digest)
        env = tool_that(site, 'child = subprocess.Popen([PATH] + sys.argv[1:])\ntime.sleep(%f)\nchild.kill()\n'
                        'if child.wait() == 0:\n    sys.exit(0)\nos.kill(os.getpid(), signal.SIGKILL)\n'
                        % (whole * (turn + 0.3) / kills))
        done = site('pull', name, env=env)
        if done.code != 0:
            killed += 1
            assert 'put the image into the storage' in done.err and name not in site.names(), done
        half += sum('incomplete' in (layer.get('flags') or {}) for layer in layers_of(site))
        again = site('pull', name)
        assert again.code == 0 and name in site.names(), again
        assert not [layer for layer in layers_of(site) if 'incomplete' in (layer.get('flags') or {})]
        there = names_below(os.path.join(site.storage, 'overlay'))
        assert all(there.count('t%d%d' % (turn, i)) == 1 for i in range(3)), 'each layer once, and whole'
    assert killed > 0
    figure('L13', 'of %d moments' % kills, '%d were before the end, %d layers were half unpacked, none after the next pull' % (
        killed, half))


# --- R15: many at once ----------------------------------------------------------------------------------------------------

def test_a_hundred_pulls_of_which_two_are_killed(site, registry):
    """R15: one download, which the next goes on with, and no file in the making is ever taken for whole."""
    count = 100
    registry.image = Image([tar_of({'big': os.urandom(1 << 20)})])
    layer = registry.image.layers[0]['digest']
    data = registry.image.blobs[layer]
    name = registry.name + '/team/x:1'
    half, cut = threading.Event(), threading.Event()
    sent = []

    def blob(handler, path):
        if layer not in path:
            return False
        begin = int(handler.headers.get('Range', 'bytes=0-')[6:-1])
        handler.send_response(206 if begin else 200)
        handler.send_header('Content-Length', str(len(data) - begin))
        if begin:
            handler.send_header('Content-Range', 'bytes %d-%d/%d' % (begin, len(data) - 1, len(data)))
        handler.end_headers()
        end = len(data) if half.is_set() else len(data) // 2
        handler.wfile.write(data[begin:end])
        handler.wfile.flush()
        sent.append(end - begin)
        if not half.is_set():
            half.set()
            cut.wait(120)
            handler.close_connection = True
        return True

    registry.rules['blob'] = blob
    begun = time.monotonic()
    first = site.begin('pull', name, '--json')
    assert half.wait(60)
    running = [site.begin('pull', name, '--json') for _ in range(count - 1)]
    until = time.monotonic() + 60
    waiting = None
    while waiting is None and time.monotonic() < until:
        waiting = next((one for one in running if 'waiting for another process' in one.said()), None)
        time.sleep(0.05)
    assert waiting is not None
    time.sleep(0.2)
    for one in (first, waiting):
        one.signal(signal.SIGKILL)
    assert site.names() == []
    cut.set()
    ends = [one.wait(240) for one in running if one is not waiting]
    assert [one.wait(60).code for one in (first, waiting)] == [-signal.SIGKILL] * 2
    assert {end.code for end in ends} == {0}, [end for end in ends if end.code != 0][:3]
    assert sum(end.json['changed'] for end in ends) == 1
    assert site.digests() == {name: registry.image.digest} and site.blobs() == []
    assert len(sent) == 2 and sum(sent) <= 1.05 * len(data), sent
    figure('R15', '%d pulls at once, the one that fetched and one that waited killed' % count,
           '%.2f s, %.2f x the bytes of the layer were sent' % (time.monotonic() - begun, sum(sent) / len(data)))
