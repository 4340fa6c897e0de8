"""A base image of an RPM distribution, made of this machine's own dnf and rpm, and a repository of packages for it."""
import gzip
import http.server
import os
import re
import shutil
import subprocess
import tempfile
import threading

from image_maker import buildah

TOOLS = {'dnf': 'dnf', 'createrepo_c': 'createrepo-c', 'modifyrepo_c': 'createrepo-c', 'rpmbuild': 'rpm', 'rpmsign': 'rpm', 'buildah': 'buildah', 'gpg': 'gpg'}

SPECIFICATION = """Name: harbour-lib
Epoch: 2
Version: {lib}
Release: 1
Summary: Of the tests
License: MIT
BuildArch: noarch
Provides: harbour-words
%description
Of the tests.
%install
s=%{{buildroot}}/usr/share/harbour; mkdir -p $s %{{buildroot}}/usr/bin %{{buildroot}}/usr/share/doc/harbour; echo ships > $s/list
printf '#!/bin/sh\\ncat /usr/share/harbour/list\\n' > %{{buildroot}}/usr/bin/harbour; chmod 755 %{{buildroot}}/usr/bin/harbour
echo words > %{{buildroot}}/usr/share/doc/harbour/words
%post
date > /var/log/harbour.log
%files
/usr/share/harbour
%doc /usr/share/doc/harbour/words
%package -n Harbour-tool
Epoch: 0
Version: 1.2~rc1
Release: 3
License: GPL-2.0-only
Summary: Of the tests
Requires: harbour-lib >= 2:1, /bin/sh
Recommends: harbour-extra
%description -n Harbour-tool
Of the tests.
%files -n Harbour-tool
/usr/bin/harbour
%package -n harbour-extra
Version: 1
License: MIT
Summary: Only recommended
%description -n harbour-extra
Of the tests.
%files -n harbour-extra
"""

# What the base itself is made of, as far as rpm knows.
OWN = """Name: tests-system
Version: 1
Release: 1
Summary: The base of the tests
License: MIT
BuildArch: noarch
Provides: /bin/sh
Provides: system-release(releasever) = 9
%description
The base of the tests.
%files
"""

RELEASE = 'NAME="Tests"\nID=berthtests\nID_LIKE="rhel fedora"\nVERSION_ID=9\nPRETTY_NAME="Tests 9"\n'


def missing_tool():
    """Why no such base can be made here; empty where it can."""
    for tool, package in TOOLS.items():
        if shutil.which(tool) is None:
            return "'%s' is not on PATH (Debian package %s)" % (tool, package)
    return ''


def run(*argv, **options):
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, **options)
    assert done.returncode == 0, done.stdout.decode('utf-8', 'replace')
    return done.stdout.decode()


def installed(status):
    """(what each package there needs, which packages provide a name) of dpkg's database."""
    needs, provided = {}, {}
    with open(status, encoding='utf-8') as file:
        for stanza in file.read().split('\n\n'):
            fields = dict(re.findall(r'^([A-Za-z-]+): ?(.*)$', stanza, re.MULTILINE))
            if not fields.get('Status', '').endswith(' installed'):
                continue
            clauses = [clause for name in ('Depends', 'Pre-Depends') for clause in fields.get(name, '').split(',')]
            needs[fields['Package']] = [re.findall(r'(?:^|\|)\s*([a-z0-9.+-]+)', clause) for clause in clauses]
            for one in re.findall(r'(?:^|,)\s*([a-z0-9.+-]+)', fields.get('Provides', '')):
                provided.setdefault(one, fields['Package'])
    return needs, provided


def closure(wanted, there):
    """The packages that `wanted` takes of this machine's, without what is `there`."""
    needs, provided = installed('/var/lib/dpkg/status')
    todo, found = list(wanted), set()
    while todo:
        name = todo.pop()
        name = name if name in needs else provided.get(name, name)
        if name in found or name in there or name not in needs:
            continue
        found.add(name)
        todo += [alternatives[0] for alternatives in needs[name] if alternatives]
    return found


class RpmBase:
    """A repository on this machine's loopback interface, and an image whose packages come from there."""

    def __init__(self, name, python_base, gpgcheck=1):
        self.name = name
        self.folder = tempfile.mkdtemp(prefix='berth-rpm-')
        self.requests = []
        self.change = lambda path, body: body
        base = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                base.answer(self)

        self._server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = 'http://127.0.0.1:%d' % self._server.server_address[1]
        self._env = dict(os.environ, HOME=self.folder, GNUPGHOME=self.folder + '/keys', SOURCE_DATE_EPOCH='1767323046')
        os.mkdir(self.folder + '/keys', 0o700)
        self.key = self.make_key('tests@example.com')
        self.publish()
        self.make_image(python_base, gpgcheck)

    def make_key(self, who):
        run('gpg', '--batch', '--quiet', '--pinentry-mode', 'loopback', '--passphrase', '', '--quick-generate-key', who, 'rsa2048',
            'sign', 'never', env=self._env)
        return run('gpg', '--batch', '--armor', '--export', who, env=self._env)

    def build(self, text, into):
        with open(self.folder + '/one.spec', 'w') as file:
            file.write(text)
        run('rpmbuild', '-bb', '--define', '_topdir %s/build' % self.folder, '--define', '_rpmdir ' + into, '--define',
            '_rpmfilename %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm', self.folder + '/one.spec', env=self._env)

    def publish(self, lib='2.0', signer='tests@example.com', elsewhere=None, named=None):
        """Makes the repository anew, with that version of the library, its packages signed by whom is named, if anybody. They
        lie at the address `elsewhere`, and the library is called `named` (as XML has it), as its lists have it. These are
        signed by the repository's own key."""
        target = self.folder + '/repo'
        shutil.rmtree(target, ignore_errors=True)
        os.mkdir(target)
        self.build(SPECIFICATION.format(lib=lib), target)
        if signer:
            for name in os.listdir(target):
                run('rpmsign', '--define', '_gpg_name ' + signer, '--define', '__gpg ' + shutil.which('gpg'), '--addsign',
                    os.path.join(target, name), env=self._env)
        run('createrepo_c', '--quiet', *(['--baseurl', elsewhere] if elsewhere else []), target)
        if named:
            primary = next(name for name in os.listdir(target + '/repodata') if name.endswith('-primary.xml.gz'))
            with gzip.open(target + '/repodata/' + primary) as file:
                text = file.read()
            assert text.count(b'<name>harbour-lib</name>') == 1
            with open(self.folder + '/primary.xml', 'wb') as file:
                file.write(text.replace(b'<name>harbour-lib</name>', b'<name>%s</name>' % named.encode()))
            run('modifyrepo_c', '--mdtype', 'primary', self.folder + '/primary.xml', target + '/repodata')
        run('gpg', '--batch', '--quiet', '--armor', '--detach-sign', '--local-user', 'tests@example.com', target + '/repodata/repomd.xml',
            env=self._env)

    def answer(self, request):
        self.requests.append(request.path)
        path = os.path.normpath(self.folder + '/repo' + request.path.split('?')[0])
        body = None
        if path.startswith(self.folder + '/repo/') and os.path.isfile(path):
            with open(path, 'rb') as file:
                body = self.change(request.path, file.read())
        request.send_response(200 if body is not None else 404)
        request.send_header('Content-Length', str(len(body or b'')))
        request.end_headers()
        try:
            request.wfile.write(body or b'')
        except OSError:
            pass

    def make_image(self, python_base, gpgcheck):
        container = run('buildah', 'from', '--pull-never', python_base).strip()
        try:
            root = run('buildah', 'mount', container).strip()
            there, _ = installed(root + '/var/lib/dpkg/status')
            packages = closure(['dnf', 'python3-rpm'], there) | {'rpm', 'rpm-common'}
            listed = run('dpkg', '--listfiles', *packages).splitlines()
            unused = '/usr/share/doc/', '/usr/share/man/', '/usr/share/locale/', '/usr/share/perl', '/usr/lib/x86_64-linux-gnu/perl'
            files = [path[1:] for path in listed if path.startswith('/') and not path.startswith(unused)
                     and (os.path.islink(path) or not os.path.isdir(path)) and os.path.lexists(path)]
            with open(self.folder + '/files', 'w') as file:
                file.write('\n'.join(sorted(set(files))) + '\n')
            run('tar', '--create', '--file', self.folder + '/files.tar', '--directory', '/', '--files-from', self.folder + '/files')
            run('tar', '--extract', '--keep-directory-symlink', '--file', self.folder + '/files.tar', '--directory', root)
            os.remove(self.folder + '/files.tar')
            shutil.rmtree(root + '/var/lib/dpkg')
            os.remove(root + '/etc/debian_version')
            self.write(root, 'etc/os-release', RELEASE)
            # Debian's rpm keeps its database in the home folder, as it is not the distribution's.
            self.write(root, 'etc/rpm/macros', '%_dbpath /var/lib/rpm\n')
            self.write(root, 'etc/dnf/dnf.conf', '[main]\ngpgcheck=%d\ninstall_weak_deps=True\ntsflags=nodocs\n' % gpgcheck)
            self.write(root, 'etc/pki/rpm-gpg/tests.asc', self.key)
            self.write(root, 'etc/yum.repos.d/tests.repo',
                       '[tests]\nname=Of the tests\nbaseurl=%s/\ngpgkey=file:///etc/pki/rpm-gpg/tests.asc\nskip_if_unavailable=1\nrepo_gpgcheck=1\n'
                       '[off]\nname=Not in use\nbaseurl=http://off.example.invalid/$releasever\nenabled=0\n' % self.url)
            self.build(OWN, self.folder + '/own')
            run('rpm', '--root', root, '--define', '_dbpath /var/lib/rpm', '--install', '--noscripts', '--nosignature',
                self.folder + '/own/tests-system-1-1.noarch.rpm', env=self._env)
            run('buildah', 'commit', '--quiet', container, self.name)
        finally:
            buildah('rm', container)

    def write(self, root, name, text):
        path = os.path.join(root, name)
        if os.path.islink(path):
            os.remove(path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w') as file:
            file.write(text)

    def end(self):
        self._server.shutdown()
        self._server.server_close()
        buildah('rmi', self.name)
        subprocess.run(['gpgconf', '--kill', 'all'], env=self._env)
        shutil.rmtree(self.folder)
