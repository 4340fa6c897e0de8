"""`berth doctor`: seeded faults are named, each beside a control in which the same check is content.

A fault is seeded where the machine does not see it: files are bound over others, file systems mounted and limits set
in a mount namespace (and, for some, a user namespace) that ends with the test. What a fault changes is its own check
alone; checks that stand on it may only be skipped.
"""
import base64
import glob
import json
import os
import shutil
import tempfile
import time

import pytest

from calls import BERTH, PATIENCE, Running
from figures import figure
from test_terminal import on_terminal

MOUNT = ('unshare', '--mount', '--propagation', 'private')
USER = ('unshare', '--user', '--map-root-user', '--mount', '--propagation', 'private')
TOOLS = 'skopeo', 'mmdebstrap', 'buildah', 'nft', 'pasta', 'slirp4netns'


class Doctor:
    """`berth doctor --json` with everything of a machine's that a test may want to change."""

    def __init__(self, berth, folder):
        self.berth = berth
        self.folder = str(folder)
        self._count = 0

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text, mode=0o644):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w') as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def settings(self, text):
        self._count += 1
        return self.write('settings%d.yaml' % self._count, text)

    def settings_with_storage(self, root):
        """A runtime folder of its own goes with it: what others keep would be of images that this storage lacks."""
        return self.settings('version: 1\nstorage:\n  root: %s\n  runtime: %s\n' % (root, self.path('run')))

    def run(self, *argv, before='', env=None, apart=MOUNT, settings=None, program=BERTH):
        """The program, after the shell commands `before`, in namespaces of its own."""
        script = 'set -e\n%s\nexec "$0" doctor "$@"' % before
        # By path, since a test may give another PATH.
        start = [shutil.which(word) or word for word in apart] + ['/bin/sh', '-c', script, program]
        return Running(start + list(argv), self.berth.environment(settings, **(env or {}))).wait(60)

    def checks(self, *names, **how):
        """The answer as {check: what it says}; the exit status must tell the same."""
        answer = self.run('--json', *names, **how)
        assert answer.code in (0, 1), answer
        checks = {check['check']: check for check in answer.json['checks']}
        failed = any(check['severity'] == 'failure' for check in checks.values())
        assert answer.code == (1 if failed else 0), answer
        assert answer.json['ok'] == (not failed), answer
        return checks


@pytest.fixture
def doctor(berth):
    # Not below a folder of pytest's, which only root may pass: storage and runtime folder of some tests lie in it.
    folder = tempfile.mkdtemp(prefix='berth-system-doctor-')
    os.chmod(folder, 0o755)
    yield Doctor(berth, folder)
    shutil.rmtree(folder)


def bound(path, over):
    return 'mount --bind "%s" "%s"' % (path, over)


def tools(doctor, without=(), instead=None):
    """A folder for PATH with the tools that doctor looks for, and others in the place of some."""
    folder = doctor.path('tools%d' % len(os.listdir(doctor.folder)))
    os.mkdir(folder)
    for name in TOOLS:
        # What this machine lacks is put there by a stand-in, so that the control is content.
        text = (instead or {}).get(name, '#!/bin/sh\necho %s 99.9.9\n' % name)
        if name not in without:
            doctor.write(os.path.join(folder, name), text, 0o755)
    return {'PATH': folder}


def machine_file(*paths):
    """The first of `paths` that is here; a file bound over another needs one."""
    for path in paths:
        if os.path.exists(path):
            return path
    pytest.skip('none of %s is on this machine' % ', '.join(paths))


# --- the faults ------------------------------------------------------------------------------------------------------
# Each gives: the check that must name it, how it must answer, what to do to the machine, and what for the control.

def no_sub_ids(doctor):
    return ('sub-ids', 'failure', "grants no ids to 'berth'", './setup',
            dict(before=bound(doctor.write('empty', ''), '/etc/subuid')), {})


def shared_sub_ids(doctor):
    with open('/etc/subuid') as granted:
        mine = granted.read()
    name, first, count = [line for line in mine.splitlines() if line.startswith('berth:')][0].split(':')
    other = doctor.write('subuid', mine + 'ada:%d:65536\n' % (int(first) + int(count) - 1))
    return ('sub-ids', 'failure', "to 'ada' as well", 'another free range', dict(before=bound(other, '/etc/subuid')), {})


def ids_only_for_users(doctor):
    return ('sub-ids', 'warning', '/etc/subgid does not grant', './setup',
            dict(before=bound(doctor.write('empty', ''), '/etc/subgid')), {})


def damaged_storage(doctor):
    root = doctor.path('storage')
    doctor.write('storage/overlay-images/images.json', '[]')
    doctor.write('storage/overlay/l', '')
    settings = doctor.settings_with_storage(root)
    damage = bound(doctor.write('damaged', '[{"id": '), root + '/overlay-images/images.json')
    return ('storage', 'failure', 'images.json', "repair '%s'" % root, dict(before=damage, settings=settings),
            dict(settings=settings))


def full_storage(doctor):
    root = doctor.path('full')
    os.mkdir(root)
    settings = doctor.settings_with_storage(root)
    fault = 'mount -t tmpfs -o size=1m none %s; dd if=/dev/zero of=%s/full bs=64k 2>/dev/null || true' % (root, root)
    return ('storage-space', 'failure', '0 B free of 1 MiB on tmpfs', 'enlarge', dict(before=fault, settings=settings),
            dict(before='mount -t tmpfs -o size=3g none %s' % root, settings=settings))


def storage_without_idmapping(doctor):
    """An overlay, which no kernel shifts."""
    root = doctor.path('unmapped')
    os.mkdir(root)
    settings = doctor.settings_with_storage(root)
    overlay = 'mount -t tmpfs -o size=3g none %s; cd %s; mkdir l u w m' % (root, root)
    overlay += '; mount -t overlay -o lowerdir=l,upperdir=u,workdir=w none m; mount --bind m %s' % root
    return ('idmapped-storage', 'failure', 'overlay: ', "('storage.root')", dict(before=overlay, settings=settings),
            dict(settings=settings))


def another_storage_driver(doctor):
    over = machine_file('/etc/containers', '/usr/share/containers')
    folder = doctor.path('containers')
    os.mkdir(folder)
    conf = os.path.join(folder, 'storage.conf')
    lines = '[storage]\ndriver = "%s"\ngraphroot = "' + doctor.path('graph') + '"\n'
    return ('storage', 'failure', "the driver 'vfs'", 'driver = "overlay"',
            dict(before='printf \'%s\' >%s; %s' % (lines % 'vfs', conf, bound(folder, over))),
            dict(before='printf \'%s\' >%s; %s' % (lines % 'overlay', conf, bound(folder, over))))


def no_skopeo(doctor):
    return ('skopeo', 'failure', 'not on PATH', 'apt-get install skopeo', dict(env=tools(doctor, without=['skopeo'])),
            dict(env=tools(doctor)))


def no_mmdebstrap(doctor):
    return ('mmdebstrap', 'failure', 'makes base images, is not on PATH', 'apt-get install mmdebstrap',
            dict(env=tools(doctor, without=['mmdebstrap'])), dict(env=tools(doctor)))


def old_buildah(doctor):
    old = {'buildah': '#!/bin/sh\necho buildah version 1.19.6\n'}
    return ('buildah', 'warning', '1.19.6, older than', 'buildah 1.28 or newer', dict(env=tools(doctor, instead=old)),
            dict(env=tools(doctor)))


def broken_skopeo(doctor):
    broken = {'skopeo': '#!/bin/sh\necho "libgpgme.so.11: cannot open" >&2\nexit 127\n'}
    return ('skopeo', 'failure', 'libgpgme.so.11', 'apt-get install', dict(env=tools(doctor, instead=broken)),
            dict(env=tools(doctor)))


def hanging_mmdebstrap(doctor):
    hanging = {'mmdebstrap': '#!/bin/sh\nexec /bin/sleep 60\n'}
    return ('mmdebstrap', 'failure', 'did not end within 5 s', 'apt-get install',
            dict(env=tools(doctor, instead=hanging)), dict(env=tools(doctor)))


def no_cgroups(doctor):
    return ('cgroups', 'failure', 'is in no mounted hierarchy', 'mount the cgroup hierarchies',
            dict(before='umount --recursive --lazy /sys/fs/cgroup'), {})


def no_pids_controller(doctor):
    points = [line.split()[4] for line in open('/proc/self/mountinfo')
              if ' - cgroup ' in line and 'pids' in line.split()[-1].split(',')]
    if not points:
        pytest.skip('pids is in no hierarchy of version 1 here')
    return ('cgroups', 'failure', "'pids': it is in no mounted hierarchy", 'cgroup_disable=',
            dict(before='umount --lazy %s' % points[0]), {})


def cgroups_read_only(doctor):
    points = [line.split()[4] for line in open('/proc/self/mountinfo') if ' - cgroup' in line]
    return ('cgroups', 'failure', 'find the cgroup controllers', 'cgroup hierarchies',
            dict(before='\n'.join('mount -o remount,bind,ro %s' % point for point in points)), {})


def no_user_namespaces(doctor):
    return ('user-namespaces', 'failure', 'user.max_user_namespaces is 0', 'user.max_user_namespaces=15000',
            dict(before='echo 0 >/proc/sys/user/max_user_namespaces', apart=USER), dict(apart=USER))


def no_ipc_namespaces(doctor):
    return ('namespaces', 'failure', 'none to be had of: ipc', 'user.max_*_namespaces',
            dict(before='echo 0 >/proc/sys/user/max_ipc_namespaces', apart=USER), dict(apart=USER))


def no_net_admin(doctor):
    env = tools(doctor)
    drop = MOUNT + ('setpriv', '--bounding-set=-net_admin')
    return ('nftables', 'failure', 'nftables table', 'modprobe nf_tables', dict(apart=drop, env=env), dict(env=env))


def garbage_certificates(doctor):
    return ('certificates', 'failure', 'holds no certificate', 'unset SSL_CERT_FILE',
            dict(env={'SSL_CERT_FILE': doctor.write('garbage.pem', '<html>404</html>\n')}),
            dict(env={'SSL_CERT_FILE': doctor.write('good.pem', certificate('400101000000Z'))}))


def expired_certificates(doctor):
    return ('certificates', 'failure', '1 expired', 'correct that file',
            dict(env={'SSL_CERT_FILE': doctor.write('expired.pem', certificate('210101000000Z'))}),
            dict(env={'SSL_CERT_FILE': doctor.write('good.pem', certificate('400101000000Z'))}))


def malformed_proxy(doctor):
    return ('proxy', 'failure', 'https_proxy: its port', "'http://proxy.example:3128'",
            dict(env={'https_proxy': 'http://ada:s3cret@proxy.example:many'}),
            dict(env={'https_proxy': 'http://ada:s3cret@proxy.example:3128'}))


def quarrelling_proxies(doctor):
    return ('proxy', 'warning', 'http_proxy and HTTP_PROXY differ', 'same value',
            dict(env={'http_proxy': 'http://a.example:1', 'HTTP_PROXY': 'http://b.example:1'}),
            dict(env={'http_proxy': 'http://a.example:1', 'HTTP_PROXY': 'http://a.example:1'}))


def broken_resolver(doctor):
    return ('name-resolution', 'failure', "'nameserver dns.example'", 'nameserver ADDRESS',
            dict(before=bound(doctor.write('broken', 'nameserver dns.example\n'), '/etc/resolv.conf')),
            dict(before=bound(doctor.write('good', 'nameserver 192.0.2.53\n'), '/etc/resolv.conf')))


def silent_resolver(doctor):
    return ('name-resolution', 'warning', '127.0.0.77', 'start the resolver',
            dict(before=bound(doctor.write('silent', 'nameserver 127.0.0.77\n'), '/etc/resolv.conf')),
            dict(before=bound(doctor.write('good', 'nameserver 192.0.2.53\n'), '/etc/resolv.conf')))


def bad_configuration(doctor):
    return ('configuration', 'failure', "did you mean 'limits'", 'docs/configuration.md',
            dict(settings=doctor.settings('version: 1\nlimitz:\n  memory: 1g\n')),
            dict(settings=doctor.settings('version: 1\n')))


def open_configuration(doctor):
    opened = doctor.settings('version: 1\n')
    os.chmod(opened, 0o666)
    return ('configuration', 'failure', 'has mode 0666', 'chmod go-w', dict(settings=opened),
            dict(settings=doctor.settings('version: 1\n')))


def closed_runtime_folder(doctor):
    closed = doctor.path('closed')
    os.mkdir(closed)
    settings = doctor.settings('version: 1\nstorage:\n  runtime: %s/berth\n' % closed)
    return ('runtime-folder', 'failure', '%s has mode 0700' % closed, 'chmod o+x %s' % closed,
            dict(before='chmod 700 %s' % closed, settings=settings),
            dict(before='chmod 711 %s' % closed, settings=settings))


def open_cache_folder(doctor):
    cache = doctor.path('cache')
    os.mkdir(cache)
    settings = doctor.settings('version: 1\nstorage:\n  runtime: %s\n  cache: %s\n' % (doctor.berth.runtime, cache))
    return ('cache-folder', 'failure', 'others can write to it', 'chmod go-w %s' % cache,
            dict(before='chmod 777 %s' % cache, settings=settings), dict(before='chmod 755 %s' % cache, settings=settings))


def read_only_cache_folder(doctor):
    cache = doctor.path('cache')
    os.mkdir(cache)
    settings = doctor.settings('version: 1\nstorage:\n  runtime: %s\n  cache: %s\n' % (doctor.berth.runtime, cache))
    return ('cache-folder', 'failure', 'mounted read-only', "'storage.cache'",
            dict(before='mount -t tmpfs -o ro,mode=755 none %s' % cache, settings=settings), dict(settings=settings))


def clock_behind_files(doctor):
    file = machine_file('/etc/ld.so.cache', '/var/lib/dpkg/status')
    copy = doctor.path('future')
    shutil.copyfile(file, copy)
    future = time.time() + 3 * 86400
    os.utime(copy, (future, future))
    return ('clock', 'failure', file + ' is of', 'set the clock', dict(before=bound(copy, file)), {})


def few_descriptors(doctor):
    return ('descriptors', 'failure', 'the hard limit is 1000, and calls are given 8192', 'LimitNOFILE=',
            dict(before='ulimit -S -n 500; ulimit -H -n 1000'), {})


def little_memory(doctor):
    text = 'version: 1\nstorage:\n  runtime: %s\nlimits:\n  memory: %%s\n' % doctor.berth.runtime
    return ('memory', 'warning', 'a call may take 1024 GiB', "lower 'limits.memory'",
            dict(settings=doctor.settings(text % '1024g')), dict(settings=doctor.settings(text % '64m')))


def dead_kept_container(doctor):
    runtime = doctor.path('runtime')
    settings = doctor.settings('version: 1\nstorage:\n  runtime: %s\n' % runtime)
    made = doctor.berth('ps', settings=settings)
    assert made.code == 0, made
    identity = '01J00000000000000000000000'
    record = {'schema': 1, 'id': identity, 'pid': 4194303, 'started_ticks': 1, 'image': 'x', 'cgroups': []}
    over = os.path.join(runtime, 'kept')
    kept = doctor.path('kept')
    doctor.write('kept/%s.json' % identity, json.dumps(record))
    return ('leftovers', 'warning', '1 dead kept containers (%s)' % identity, "'berth prune'",
            dict(before=bound(kept, over), settings=settings), dict(settings=settings))


FAULTS = [no_sub_ids, shared_sub_ids, ids_only_for_users, damaged_storage, full_storage, storage_without_idmapping,
          another_storage_driver, no_skopeo, no_mmdebstrap, old_buildah, broken_skopeo, hanging_mmdebstrap, no_cgroups,
          no_pids_controller, cgroups_read_only, no_user_namespaces, no_ipc_namespaces, no_net_admin,
          garbage_certificates, expired_certificates, malformed_proxy, quarrelling_proxies, broken_resolver,
          silent_resolver, bad_configuration, open_configuration, closed_runtime_folder, open_cache_folder,
          read_only_cache_folder, clock_behind_files, few_descriptors, little_memory, dead_kept_container]

# In a machine whose clock nobody keeps, the control of a clock that is wrong is one that may be.
CONTENT = {'clock': ('ok', 'warning')}


def der(tag, content):
    return bytes([tag, len(content)]) + content if len(content) < 128 else \
        bytes([tag, 0x82, len(content) >> 8, len(content) & 255]) + content


def certificate(until):
    """As much of a certificate as has dates (RFC 5280); nothing here looks at more."""
    dates = der(0x17, b'200101000000Z') + der(0x17, until.encode())
    signed = der(0x30, der(2, b'\x01') + der(0x30, b'') + der(0x30, b'') + der(0x30, dates))
    text = base64.encodebytes(der(0x30, signed)).decode()
    return '-----BEGIN CERTIFICATE-----\n%s-----END CERTIFICATE-----\n' % text


@pytest.mark.parametrize('seed', FAULTS, ids=lambda seed: seed.__name__)
def test_a_seeded_fault_is_named(doctor, seed):
    name, severity, found, remedy, fault, control = seed(doctor)
    # Between the two, calls of others begin and end, whose groups are no one's for this runtime folder; and on a machine that is busy
    # beyond it, a tool may not be done in its time. What a fault changes it changes each time.
    for _ in range(5):
        sound = doctor.checks(**control)
        faulty = doctor.checks(**fault)
        others = {check: (sound[check]['severity'], faulty[check]) for check in sound
                  if check != name and sound[check]['severity'] != faulty[check]['severity']}
        if all(answer['severity'] == 'skipped' for _, answer in others.values()):
            break
    assert sound[name]['severity'] in CONTENT.get(name, ('ok',)), sound[name]
    said = faulty[name]
    assert said['severity'] == severity and found in said['found'] and remedy in said['remedy'], said
    assert all(answer['severity'] == 'skipped' for _, answer in others.values()), others
    figure('doctor', seed.__name__.replace('_', ' '), '%s of %s: %s' % (severity, name, said['found'][:80]))


def test_a_password_of_a_proxy_is_never_shown(doctor):
    for value in 'http://ada:s3cret@proxy.example:3128', 'http://ada:s3cret@proxy.example:many':
        answer = doctor.run('proxy', env={'http_proxy': value, 'HTTP_PROXY': 'http://ada:s3cret@other'})
        assert 'proxy' in answer.out and 's3cret' not in answer.out + answer.err, answer


# --- the command -----------------------------------------------------------------------------------------------------

def test_the_answer_is_as_documented(doctor):
    answer = doctor.run('--json')
    assert set(answer.json) == {'schema', 'version', 'as', 'ok', 'counts', 'checks'}, answer
    assert answer.json['schema'] == 1 and answer.json['as'] == 'root'
    checks = answer.json['checks']
    assert len(checks) >= 20
    for check in checks:
        assert set(check) == {'check', 'subject', 'severity', 'found', 'remedy', 'milliseconds'}, check
        assert check['severity'] in ('ok', 'warning', 'failure', 'skipped'), check
        assert check['found'] and '\n' not in check['found'], check
        assert bool(check['remedy']) == (check['severity'] in ('warning', 'failure')), check
    counts = {name: sum(check['severity'] == name for check in checks) for name in answer.json['counts']}
    assert counts == answer.json['counts'] and sum(counts.values()) == len(checks)
    figure('doctor', 'checks', len(checks))


def test_it_is_quick(doctor):
    taken = []
    while len(taken) < 3 or (min(taken) >= 1 * PATIENCE and len(taken) < 12):
        taken.append(doctor.run('--json').seconds)
    assert min(taken) < 1 * PATIENCE
    figure('doctor', 'all checks, the best of %d' % len(taken), '%.3f s of 1 s' % min(taken))


def test_only_the_checks_that_are_named(doctor):
    assert list(doctor.checks('clock', 'kernel')) == ['kernel', 'clock']
    listed = doctor.run('--list', '--json').json['checks']
    assert [check['check'] for check in listed] == list(doctor.checks())
    assert all(check['question'] for check in listed)
    plain = doctor.run('--list')
    assert plain.code == 0 and len(plain.out.splitlines()) == len(listed) + 1, plain
    wrong = doctor.run('kernal')
    assert wrong.code == 2 and "did you mean 'kernel'" in wrong.err and wrong.out == '', wrong


def test_every_check_has_its_line_in_the_documentation(doctor):
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'docs', 'doctor.md')
    with open(path) as file:
        section = file.read().split('## The checks')[1].split('\n## ')[0]
    rows = [line.split('|')[1].strip() for line in section.splitlines() if line.startswith('| `')]
    assert rows == ['`%s`' % check['check'] for check in doctor.run('--list', '--json').json['checks']]


def test_on_a_terminal_it_is_coloured_unless_told_otherwise(berth):
    drawn, code = on_terminal(berth, 'doctor', 'kernel', 'python3-image')
    assert code == 0 and '\x1b[' in drawn and '2 checks: ' in drawn
    plain, code = on_terminal(berth, 'doctor', 'kernel', 'python3-image', NO_COLOR='1')
    assert code == 0 and '\x1b' not in plain and '2 checks: ' in plain


def test_what_the_machine_says_cannot_draw(doctor):
    evil = {'skopeo': "#!/bin/sh\nprintf 'skopeo 99.1 \\033]0;title\\007\\033[2J\\n'\n"}
    answer = doctor.run('skopeo', env=tools(doctor, instead=evil))
    assert '99.1' in answer.out and '\x1b' not in answer.out and '\x07' not in answer.out, answer


def test_an_ordinary_user_is_asked_what_rootless_needs(doctor):
    program = doctor.path('berth')
    shutil.copy(BERTH, program)
    user = MOUNT + ('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups')
    checks = doctor.checks(apart=user, program=program)
    assert checks['sub-ids']['severity'] == 'failure' and 'usermod --add-subuids' in checks['sub-ids']['remedy']
    assert checks['idmapped-storage']['severity'] == 'skipped'
    assert checks['id-tools']['severity'] == 'ok', checks['id-tools']
    for name in 'user-namespaces', 'namespaces', 'mount-calls', 'overlay', 'nftables':
        assert checks[name]['severity'] == 'ok', checks[name]
    without = doctor.checks('id-tools', apart=user, program=program, env=tools(doctor))
    assert without['id-tools']['severity'] == 'failure' and 'uidmap' in without['id-tools']['remedy']


def test_nothing_is_sent(doctor):
    """Every socket that is opened is one to the kernel or to a service of this machine."""
    if not shutil.which('strace'):
        pytest.skip('needs strace')
    log = doctor.path('calls')
    doctor.checks(apart=MOUNT + ('strace', '-f', '-qq', '-e', 'trace=socket,connect,sendto', '-o', log))
    with open(log) as file:
        calls = file.read().splitlines()
    assert any('AF_NETLINK' in call for call in calls), 'strace saw nothing'
    assert [call for call in calls if 'AF_INET' in call or 'AF_PACKET' in call] == []


def test_no_folder_is_made(doctor):
    """Not even those that a call would make."""
    places = [doctor.path(name) for name in ('storage', 'run', 'cache')]
    settings = doctor.settings('version: 1\nstorage:\n  root: %s\n  runtime: %s\n  cache: %s\n' % tuple(places))
    checks = doctor.checks(settings=settings)
    assert 'is made' in checks['runtime-folder']['found'] and 'is made' in checks['cache-folder']['found'], checks
    assert not any(os.path.exists(place) for place in places)


def test_the_group_that_was_tried_is_gone(doctor):
    assert doctor.checks('cgroup-limits')['cgroup-limits']['severity'] == 'ok'
    patterns = '/sys/fs/cgroup/*/berth/doctor-*', '/sys/fs/cgroup/berth/doctor-*'
    assert [path for pattern in patterns for path in glob.glob(pattern)] == []
