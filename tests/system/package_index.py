"""Package indexes of the tests' own, on this machine's loopback interface: wheels and sources for pip, a signed archive
for apt. Everything in them is made here."""
import base64
import gzip
import hashlib
import html
import http.server
import io
import json
import os
import re
import shutil
import ssl
import subprocess
import tarfile
import tempfile
import threading
import urllib.request
import zipfile

RELEASED = (2026, 1, 2, 3, 4, 6)
UPLOADED = '2026-01-02T03:04:06Z'
JSON_PAGE = 'application/vnd.pypi.simple.v1+json'


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def wheel(name, version, files, requires=(), licence='MIT', licence_file=None, expression=None):
    """(file name, bytes) of a wheel that holds `files`, a path to its text each."""
    info = '%s-%s.dist-info' % (name, version)
    metadata = 'Metadata-Version: %s\nName: %s\nVersion: %s\n' % ('2.4' if expression else '2.1', name, version)
    metadata += 'License-Expression: %s\n' % expression if expression else 'License: %s\n' % licence
    metadata += ''.join('Requires-Dist: %s\n' % one for one in requires)
    whole = dict(files)
    whole[info + '/METADATA'] = metadata
    if licence_file:
        whole[info + '/LICENSE'] = licence_file
    whole[info + '/WHEEL'] = 'Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n'
    whole[info + '/top_level.txt'] = ''.join(sorted({path.split('/')[0].split('.')[0] + '\n' for path in files}))
    record = ''
    for path, text in whole.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()
        record += '%s,sha256=%s,%d\n' % (path, digest, len(text.encode()))
    whole[info + '/RECORD'] = record + info + '/RECORD,,\n'
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w') as archive:
        for path, text in whole.items():
            archive.writestr(zipfile.ZipInfo(path, RELEASED), text)
    return '%s-%s-py3-none-any.whl' % (name, version), out.getvalue()


# A backend that needs nothing from an index, so that a source can be built from itself alone.
BACKEND = r'''
import os, sys
sys.path.insert(0, os.path.dirname(__file__))
import hook
def build_wheel(folder, settings=None, metadata=None):
    name, data = hook.wheel()
    with open(os.path.join(folder, name), 'wb') as file:
        file.write(data)
    return name
'''


def source(name, version, hook, requires=(), project=None, needs=(), metadata_version='2.1'):
    """(file name, bytes) of a source archive whose build runs `hook`, which gives the wheel. `requires` is what it asks
    for to be built, `needs` what its PKG-INFO tells that it needs; `project` is another pyproject.toml, '' for none."""
    if project is None:
        project = '[build-system]\nrequires = %s\nbuild-backend = "backend"\nbackend-path = ["."]\n' % json.dumps(list(requires))
    files = {'pyproject.toml': project, 'backend.py': BACKEND, 'hook.py': hook,
             'PKG-INFO': 'Metadata-Version: %s\nName: %s\nVersion: %s\n' % (metadata_version, name, version) +
                         ''.join('Requires-Dist: %s\n' % one for one in needs)}
    if not project:
        del files['pyproject.toml']
        files['setup.py'] = 'raise SystemExit\n'
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w:gz') as archive:
        for path, text in files.items():
            member = tarfile.TarInfo('%s-%s/%s' % (name, version, path))
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return '%s-%s.tar.gz' % (name, version), out.getvalue()


def deb(name, version, files, depends='', postinst=''):
    """The bytes of a Debian package."""
    folder = tempfile.mkdtemp(prefix='berth-deb-')
    try:
        os.mkdir(folder + '/DEBIAN')
        control = 'Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: Tests <tests@example.com>\n' % (name, version)
        control += ('Depends: %s\n' % depends if depends else '') + 'Description: of the tests\n'
        for path, text in dict(files, **{'DEBIAN/control': control}).items():
            whole = os.path.join(folder, path)
            os.makedirs(os.path.dirname(whole), exist_ok=True)
            with open(whole, 'w') as file:
                file.write(text)
            os.chmod(whole, 0o755 if '/bin/' in path else 0o644)
        if postinst:
            with open(folder + '/DEBIAN/postinst', 'w') as file:
                file.write('#!/bin/sh\nset -e\n' + postinst)
            os.chmod(folder + '/DEBIAN/postinst', 0o755)
        os.chmod(folder, 0o755)
        env = dict(os.environ, SOURCE_DATE_EPOCH='1767323046')
        subprocess.run(['dpkg-deb', '--root-owner-group', '--build', folder, folder + '.deb'], check=True,
                       stdout=subprocess.PIPE, env=env)
        with open(folder + '.deb', 'rb') as file:
            return file.read()
    finally:
        shutil.rmtree(folder)
        if os.path.exists(folder + '.deb'):
            os.remove(folder + '.deb')


def part_of(body, wanted):
    """(Content-Range, bytes) of what a header Range asks for; None where it asks for nothing of that."""
    asked = re.fullmatch(r'bytes=(\d*)-(\d*)', wanted or '')
    if not asked or not body:
        return None
    begin, last = asked.groups()
    first = int(begin) if begin else max(0, len(body) - int(last))
    end = min(len(body), int(last) + 1) if begin and last else len(body)
    return ('bytes %d-%d/%d' % (first, end - 1, len(body)), body[first:end]) if first < end else None


class Index:
    """One server for both. `password` is asked for with every request for libraries where it is set."""

    def __init__(self):
        self.libraries = {}  # file name: bytes
        self.debs = {}       # path below /debian: bytes
        self.uploaded = {}   # file name: when, where it is not UPLOADED
        self.yanked = {}     # file name: why
        self.json_pages = True
        self.metadata = {}   # file name of a wheel: the METADATA that is given beside it (PEP 658), None for its own
        self.hashes_what_it_gives = False  # whether the hash that it tells is of that METADATA, and not of the wheel's
        self.html_metadata = None  # the attribute of pages in HTML that tells of METADATA beside a file; None for none
        self.ranges = True   # parts of files are given where they are asked for
        self.bare_pages = False  # pages without hashes
        self.requests = []
        self.whole_wheels = []  # paths of wheels that were given whole
        self.libraries_in_parts = {}  # file name: bytes that its parts are of, where it is not itself
        self.gone = set()    # paths that are answered with 503 when curl asks
        self.by_curl = []    # paths that it asked for
        self.parts = []      # (path, bytes) of those that were given
        self.password = None
        self.gone_after = None  # requests for libraries that are still answered
        self.before_answer = lambda path: None
        self._keys = None
        index = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                index.answer(self)

        self._server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.port = self._server.server_address[1]
        self.url = 'http://127.0.0.1:%d' % self.port

    def end(self):
        self._server.shutdown()
        self._server.server_close()
        if self._keys:
            subprocess.run(['gpgconf', '--kill', 'all'], env=dict(os.environ, GNUPGHOME=self._keys))
            shutil.rmtree(self._keys, ignore_errors=True)

    def speak_tls(self, folder):
        """From here on, with the certificate of registries.make_certificates."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(folder, 'server.crt'), os.path.join(folder, 'server.key'))
        # In the thread of the connection: a client that does not trust it must not hold up the others.
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = 'https://127.0.0.1:%d' % self.port

    def add(self, made):
        self.libraries[made[0]] = made[1]

    def answer(self, request):
        path = request.path.split('?')[0]
        self.requests.append(path)
        self.before_answer(path)
        is_curl = request.headers.get('User-Agent', '').startswith('curl/')
        self.by_curl += [path] * is_curl
        wants_json = self.json_pages and JSON_PAGE in (request.headers.get('Accept') or '')
        status, kind, body = self.find(path, request.headers.get('Authorization'), wants_json)
        body = self.libraries_in_parts.get(path.rsplit('/', 1)[-1], body) if request.headers.get('Range') and self.ranges else body
        if is_curl and path in self.gone:
            status, kind, body = 503, 'text/plain', b''
        part = part_of(body, request.headers.get('Range')) if self.ranges and status == 200 else None
        whole = len(body)
        if part:
            status, body = 206, part[1]
            self.parts.append((path, len(body)))
        if status in (200, 206) and path.endswith('.whl') and len(body) == whole:
            self.whole_wheels.append(path)
        request.send_response(status)
        if part:
            request.send_header('Content-Range', part[0])
        if status == 401:
            request.send_header('WWW-Authenticate', 'Basic realm="tests"')
        request.send_header('Content-Type', kind)
        request.send_header('Content-Length', str(len(body)))
        request.end_headers()
        try:
            request.wfile.write(body)
        except OSError:
            pass

    def fetched_files(self):
        """The distribution files that were asked for."""
        return [path for path in self.requests if path.startswith('/files/') or path.endswith('.deb')]

    def find(self, path, authorization, wants_json=False):
        if path.startswith('/debian/'):
            body = self.debs.get(path[len('/debian/'):])
            return (200, 'application/octet-stream', body) if body is not None else (404, 'text/plain', b'')
        if self.password and authorization != 'Basic ' + base64.b64encode(('me:' + self.password).encode()).decode():
            return 401, 'text/plain', b''
        if self.gone_after is not None:
            self.gone_after -= 1
            if self.gone_after < 0:
                return 503, 'text/plain', b''
        if path.startswith('/simple/'):
            wanted = path.split('/')[2].replace('-', '_')
            names = [name for name in self.libraries if name.split('-')[0].lower() == wanted]
            if wants_json and names:
                return 200, JSON_PAGE, self.json_page(wanted, names)
            links = ''.join('<a href="/files/%s%s"%s%s>%s</a>\n' % (
                name, self.fragment(name), self.attribute(name),
                ' data-yanked="%s"' % html.escape(self.yanked[name]) if name in self.yanked else '', name) for name in names)
            page = '<!DOCTYPE html><html><body>%s</body></html>' % links
            return (200, 'text/html', page.encode()) if names else (404, 'text/plain', b'')
        if path.endswith('.metadata'):
            body = self.metadata_of(path.rsplit('/', 1)[-1][:-len('.metadata')])
            return (200, 'text/plain', body) if body is not None else (404, 'text/plain', b'')
        body = self.libraries.get(path.rsplit('/', 1)[-1])
        return (200, 'application/octet-stream', body) if body is not None else (404, 'text/plain', b'')

    def fragment(self, name):
        return '' if self.bare_pages else '#sha256=' + sha256(self.libraries[name])

    def attribute(self, name):
        if not self.html_metadata or name not in self.metadata:
            return ''
        return ' %s="sha256=%s"' % (self.html_metadata, self.metadata_hash(name))

    def metadata_hash(self, name):
        return sha256(self.metadata_of(name) if self.hashes_what_it_gives else self.own_metadata(name))

    def metadata_of(self, name):
        if name not in self.metadata:
            return None
        return self.metadata[name] or self.own_metadata(name)

    def own_metadata(self, name):
        with zipfile.ZipFile(io.BytesIO(self.libraries[name])) as archive:
            return archive.read('-'.join(name.split('-')[:2]) + '.dist-info/METADATA')

    def json_page(self, project, names):
        files = [{'filename': name, 'url': '/files/' + name, 'hashes': {'sha256': sha256(self.libraries[name])},
                  'upload-time': self.uploaded.get(name, UPLOADED), 'yanked': self.yanked.get(name, False)} for name in names]
        for file in files:
            if file['filename'] in self.metadata:
                file['core-metadata'] = {'sha256': self.metadata_hash(file['filename'])}
        return json.dumps({'meta': {'api-version': '1.1'}, 'name': project, 'files': files}).encode()

    def publish_debs(self, packages, folder):
        """Makes the archive of (name, version, bytes) each, signed; gives the file of package sources."""
        if self._keys is None:
            self._keys = tempfile.mkdtemp(prefix='berth-gpg-')
            os.chmod(self._keys, 0o700)
            self._gpg('--quick-generate-key', '--passphrase', '', 'tests@example.com', 'default', 'default', 'never')
        listed = ''
        self.debs = {}
        for name, version, data in packages:
            path = 'pool/%s_%s_all.deb' % (name, version)
            self.debs[path] = data
            control = subprocess.run(['dpkg-deb', '--field', '/dev/stdin'], input=data, stdout=subprocess.PIPE, check=True)
            listed += control.stdout.decode() + 'Filename: %s\nSize: %d\nSHA256: %s\n\n' % (path, len(data), sha256(data))
        kind = subprocess.run(['dpkg', '--print-architecture'], stdout=subprocess.PIPE, check=True).stdout.decode().strip()
        release = 'Origin: Tests\nSuite: tests\nCodename: tests\nArchitectures: %s\nComponents: main\n' % kind
        release += 'Date: Thu, 01 Jan 2026 00:00:00 UTC\nSHA256:\n'
        for path, data in (('main/binary-%s/Packages' % kind, listed.encode()),
                           ('main/binary-%s/Packages.gz' % kind, gzip.compress(listed.encode(), mtime=0))):
            self.debs['dists/tests/' + path] = data
            release += ' %s %d %s\n' % (sha256(data), len(data), path)
        self.debs['dists/tests/InRelease'] = self._gpg('--clearsign', '--output', '-', given=release.encode())
        keyring = os.path.join(folder, 'tests.gpg')
        with open(keyring, 'wb') as file:
            file.write(self._gpg('--export'))
        sources = os.path.join(folder, 'tests.list')
        with open(sources, 'w') as file:
            file.write('deb [signed-by=%s] %s/debian tests main\n' % (keyring, self.url))
        return sources

    def _gpg(self, *argv, given=b''):
        done = subprocess.run(['gpg', '--batch', '--yes', '--quiet', '--pinentry-mode', 'loopback', *argv], input=given,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(os.environ, GNUPGHOME=self._keys))
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout


class Proxy:
    """An HTTP proxy on this machine's loopback interface that passes on everything, for those who know its password."""

    def __init__(self):
        self.asked = []
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                proxy.asked.append((self.path, self.headers.get('Proxy-Authorization')))
                if self.headers.get('Proxy-Authorization') != 'Basic ' + base64.b64encode(b'me:proxyword').decode():
                    return self.send_error(407)
                request = urllib.request.Request(self.path, headers={'Accept': self.headers.get('Accept', '*/*')})
                with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
                    body = answer.read()
                self.send_response(200)
                self.send_header('Content-Type', answer.headers['Content-Type'])
                self.send_header('Content-Length', str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = 'http://me:proxyword@127.0.0.1:%d' % self.server.server_address[1]

    def end(self):
        self.server.shutdown()
        self.server.server_close()
