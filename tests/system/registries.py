"""Registries for tests: the distribution's own on loopback, and images small enough to be made by hand."""
import base64
import crypt
import gzip
import hashlib
import io
import json
import os
import platform
import shutil
import socket
import ssl
import subprocess
import tarfile
import time
import urllib.error
import urllib.request

OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
OCI_INDEX = 'application/vnd.oci.image.index.v1+json'
OCI_CONFIG = 'application/vnd.oci.image.config.v1+json'
OCI_LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip'
ARCHITECTURE = {'x86_64': 'amd64', 'aarch64': 'arm64'}[platform.machine()]
NEW_KEY = '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'
USER, PASSWORD = 'harbour', 'canary-2f6c1e'


def digest_of(data):
    return 'sha256:' + hashlib.sha256(data).hexdigest()


def tar_of(files):
    """A tar of {name: bytes, or a tarfile.TarInfo with its bytes}."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w', format=tarfile.PAX_FORMAT) as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


class Image:
    """Blobs and a manifest. `layers` are tars, or pairs of what is sent and what the configuration says it unpacks to; a
    third thing is its media type."""

    def __init__(self, layers, config=None, architecture=ARCHITECTURE):
        self.blobs = {}
        sent = []
        diff_ids = []
        for layer in layers:
            packed, unpacked, *kind = layer if isinstance(layer, tuple) else (gzip.compress(layer, mtime=0), layer)
            sent.append(self.descriptor(kind[0] if kind else OCI_LAYER, packed))
            diff_ids.append(digest_of(unpacked))
        body = {'architecture': architecture, 'os': 'linux', 'created': '2026-01-02T03:04:05Z',
                'config': {'Cmd': ['true']}, 'rootfs': {'type': 'layers', 'diff_ids': diff_ids}}
        body.update(config or {})
        self.config = self.descriptor(OCI_CONFIG, json.dumps(body).encode())
        self.layers = sent
        self.document = {'schemaVersion': 2, 'mediaType': OCI_MANIFEST, 'config': self.config, 'layers': sent}

    def descriptor(self, kind, data):
        self.blobs[digest_of(data)] = data
        return {'mediaType': kind, 'digest': digest_of(data), 'size': len(data)}

    @property
    def manifest(self):
        return json.dumps(self.document).encode()

    @property
    def digest(self):
        return digest_of(self.manifest)


def small_image(word, layers=2):
    return Image([tar_of({'etc/layer%d' % i: ('%s %d' % (word, i)).encode() * 1000}) for i in range(layers)])


def index_of(image, architecture=ARCHITECTURE):
    entry = {'mediaType': OCI_MANIFEST, 'digest': image.digest, 'size': len(image.manifest),
             'platform': {'os': 'linux', 'architecture': architecture}}
    other = dict(entry, digest='sha256:' + '1' * 64, platform={'os': 'linux', 'architecture': 's390x'})
    return json.dumps({'schemaVersion': 2, 'mediaType': OCI_INDEX, 'manifests': [other, entry]}).encode()


def free_port():
    with socket.socket() as sock:
        sock.bind(('127.0.0.1', 0))
        return sock.getsockname()[1]


def openssl(*argv, cwd):
    subprocess.run(('openssl',) + argv, cwd=cwd, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make_certificates(folder):
    """A CA of our own (ca.crt), and a certificate of it for loopback (server.crt, server.key)."""
    openssl('req', '-x509', *NEW_KEY, '-nodes', '-days', '2', '-subj', '/CN=Berth test CA', '-keyout',
            'ca.key', '-out', 'ca.crt', cwd=folder)
    openssl('req', *NEW_KEY, '-nodes', '-subj', '/CN=localhost', '-keyout', 'server.key', '-out',
            'server.csr', cwd=folder)
    with open(os.path.join(folder, 'names'), 'w') as names:
        names.write('subjectAltName=IP:127.0.0.1,DNS:localhost\n')
    openssl('x509', '-req', '-in', 'server.csr', '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2',
            '-extfile', 'names', '-out', 'server.crt', cwd=folder)


class DockerRegistry:
    """docker-registry with TLS by a CA of its own, and a login."""

    def __init__(self, folder, port=None):
        self.folder = folder
        self.port = port or free_port()
        self.name = '127.0.0.1:%d' % self.port
        os.makedirs(os.path.join(folder, 'data'), exist_ok=True)
        if not os.path.exists(os.path.join(folder, 'ca.crt')):
            make_certificates(folder)
        secret = crypt.crypt(PASSWORD, crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=16))
        self._write('htpasswd', '%s:%s\n' % (USER, secret))
        self._write('config.yml', json.dumps({
            'version': 0.1, 'log': {'level': 'info'},
            'storage': {'filesystem': {'rootdirectory': os.path.join(folder, 'data')}, 'delete': {'enabled': True}},
            'auth': {'htpasswd': {'realm': 'harbour', 'path': os.path.join(folder, 'htpasswd')}},
            'http': {'addr': self.name, 'tls': {'certificate': os.path.join(folder, 'server.crt'),
                                                'key': os.path.join(folder, 'server.key')}}}))
        self._write('auth.json', json.dumps({'auths': {self.name: {'auth': self.basic()}}}))
        self.ca = os.path.join(folder, 'ca.crt')
        self.auth = os.path.join(folder, 'auth.json')
        self.log = os.path.join(folder, 'log')
        self.process = None
        self.start()

    def _write(self, name, text):
        with open(os.path.join(self.folder, name), 'w') as file:
            file.write(text)

    @staticmethod
    def basic():
        return base64.b64encode(('%s:%s' % (USER, PASSWORD)).encode()).decode()

    def start(self):
        with open(self.log, 'ab') as log:
            self.process = subprocess.Popen(['docker-registry', 'serve', os.path.join(self.folder, 'config.yml')],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        end = time.monotonic() + 60
        while True:
            try:
                self.ask('GET', '/v2/')
                return
            except OSError:
                assert time.monotonic() < end and self.process.poll() is None, open(self.log).read()[-2000:]
                time.sleep(0.1)

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def end(self):
        self.stop()
        shutil.rmtree(self.folder)

    def ask(self, method, path, data=None, **headers):
        url = path if path.startswith('https:') else 'https://%s%s' % (self.name, path)
        request = urllib.request.Request(url, data=data, method=method, headers={
            'Authorization': 'Basic ' + self.basic(), **{name.replace('_', '-'): value for name, value in headers.items()}})
        context = ssl.create_default_context(cafile=os.path.join(self.folder, 'ca.crt'))
        with urllib.request.urlopen(request, context=context, timeout=60) as answer:
            return answer.status, dict(answer.headers), answer.read()

    def put_blobs(self, path, image):
        for digest, data in image.blobs.items():
            _, headers, _ = self.ask('POST', '/v2/%s/blobs/uploads/' % path)
            place = headers['Location']
            self.ask('PUT', place + ('&' if '?' in place else '?') + 'digest=' + digest, data,
                     Content_Type='application/octet-stream')

    def put(self, path, tag, image):
        """Pushes an image without any tool; it may replace what the tag had."""
        self.put_blobs(path, image)
        self.ask('PUT', '/v2/%s/manifests/%s' % (path, tag), image.manifest, Content_Type=OCI_MANIFEST)
        return '%s/%s:%s' % (self.name, path, tag)

    def put_document(self, path, tag, body, kind):
        self.ask('PUT', '/v2/%s/manifests/%s' % (path, tag), body, Content_Type=kind)

    def digest(self, path, tag):
        """What the tag has, or None."""
        try:
            return self.ask('HEAD', '/v2/%s/manifests/%s' % (path, tag), Accept=OCI_MANIFEST)[1]['Docker-Content-Digest']
        except urllib.error.HTTPError as error:
            assert error.code == 404, error
            return None

    def requests(self):
        """What was asked until now: 'GET /v2/...'."""
        found = []
        with open(self.log, encoding='utf-8', errors='replace') as log:
            for line in log:
                if '" ' in line and ' /v2/' in line and 'HTTP/1.1"' in line:
                    found.append(line.split('"')[1].rsplit(' ', 1)[0])
        return found


class Site:
    """Settings with a storage, a cache and a state of their own, and ways to registries."""

    def __init__(self, berth, folder):
        self.berth = berth
        self.folder = folder
        self.storage = os.path.join(folder, 'storage')
        self.cache = os.path.join(folder, 'cache')
        self.state = os.path.join(folder, 'state')
        self._count = 0
        self.env = {}
        self.settings = None

    def trust(self, registries, more='', trusted='any'):
        """`registries`: {name: lines of its row}."""
        text = 'version: 1\nstorage:\n  runtime: %s\n  root: %s\n  cache: %s\n  state: %s\n' % (
            self.berth.runtime, self.storage, self.cache, self.state)
        text += 'images:\n  trusted: %s\n' % trusted
        if registries:
            text += '  registries:\n'
        for name, row in registries.items():
            text += '    "%s": {%s}\n' % (name, row)
        self._count += 1
        self.settings = self.berth.write('sites/%s%d.yaml' % (os.path.basename(self.folder), self._count), text + more)
        return self

    def begin(self, *argv, env=None):
        return self.berth.begin('image', *argv, settings=self.settings, env={**self.env, **(env or {})})

    def __call__(self, *argv, seconds=120, env=None):
        return self.begin(*argv, env=env).wait(seconds)

    def names(self):
        return sorted(name for image in self('list', '--json').json['images'] for name in image['names'])

    def digests(self):
        return {name: image['digest'] for image in self('list', '--json').json['images'] for name in image['names']}

    def blobs(self):
        folder = os.path.join(self.cache, 'images', 'blobs')
        return sorted(os.listdir(folder)) if os.path.isdir(folder) else []

    def end(self):
        # The tool may leave its storage mounted on itself.
        for line in reversed(open('/proc/self/mountinfo').read().splitlines()):
            if line.split()[4].startswith(self.folder + '/'):
                subprocess.run(['umount', line.split()[4]], check=True)
        shutil.rmtree(self.folder)
