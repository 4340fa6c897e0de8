"""An ordinary user, without root: the same commands, the same isolation, and plain words where something is missing."""
import glob
import json
import os
import random
import signal
import time

import pytest

import needs
from calls import PATIENCE
from figures import figure
from host import Host, read
from rootless import User
from test_command_loop import ECHO
from test_kernel import DEVICES, GAIN, LEAKED, MOUNTS, NAMESPACES, OTHERS, STEERING, spread
from test_kill import BUSY, is_alive, wait_until
from test_limits import DESCRIPTORS, FILL, MIB
from test_network import REACH, Listener
from test_processes import SLEEPERS

ADA = ('name=Ada', '--image', 'python3')


@pytest.fixture(scope='module')
def place(user):
    """What the user's calls leave on this machine."""
    return Host(user.folder, user.runtime)


@pytest.fixture(autouse=True)
def nothing_left(place):
    yield
    place.settle()


@pytest.fixture
def unenforced(user):
    """The limits that this machine does not enforce for the user."""
    return user.script('pass').outcome['not_enforced']


def contents(storage, image):
    """What an image of a storage is made of, from its config."""
    for path in glob.glob('%s/overlay-images/%s/=*' % (storage, image)):
        config = json.loads(read(path) or '{}')
        if 'rootfs' in config:
            return {'label': config['config']['Labels']['berth.content'], 'layers': config['rootfs']['diff_ids']}
    raise AssertionError('no config of %s in %s' % (image, storage))


# --- the commands ----------------------------------------------------------------------------------------------------


def test_an_image_comes_out_as_roots_does(berth, user):
    if reason := needs.run('apt-get', 'indextargets'):
        pytest.skip('no package lists: ' + reason)
    data = user.user.home + '/other'
    first, second = user.make_image(data), user.make_image(data)
    assert first['made'] and not second['made'] and first['digest'] == second['digest']
    roots = [contents('/var/lib/containers/storage', image['id'])
             for image in berth('image', 'list', '--json').json['images']
             if any('/berth/python3-deb:' in name for name in image['names'])]
    # All but the tag: who has made images before counts further.
    made = contents(data + '/containers/storage', first['id'])
    assert made['label'] in [image['label'] for image in roots], (made, roots)
    assert made['layers'] in [image['layers'] for image in roots], (made, roots)
    listed = user('image', 'list', '--json', plain=True, env={'XDG_DATA_HOME': data})
    assert listed.code == 0 and [image['digest'] for image in listed.json['images']] == [first['digest']]
    figure('rootless', 'layer of the base image made by a user, and by root', made['layers'][0][:19] + ', the same')


def test_a_script_runs(user):
    answer = user('run', user.examples + '/hello.py', *ADA, '--allow-unlimited', plain=True)
    assert answer.code == 0 and 'Hello, Ada' in answer.out, answer


def test_a_command_of_an_integration_runs(user, tap_device):
    registry = user.examples + '/content/Packs/Harbour/Integrations/HarbourRegistry'
    answer = user('run', registry, '--command', 'harbour-imo-decode', 'imo=9074729', '--param', 'registry=Harbour',
                  '--image', 'python3', '--json')
    assert answer.code == 0 and answer.cause == 'completed', answer
    assert '9074729' in answer.out


def test_a_loop_is_bridged(user):
    answer = user('loop', '--image', 'python3', stdin=ECHO.encode())
    assert answer.code == 0 and 'this is an example entry log' in answer.out, answer


def test_files_go_in_and_out_as_the_users(user):
    given = user.write('given.txt', 'from outside')
    code = "demisto.results(fileResult('copy.txt', open(demisto.getFilePath('1@1')['path']).read()))"
    answer = user.script(code, '--file', given, '--save-files', user.folder + '/saved')
    assert answer.code == 0, answer
    saved = os.path.join(user.folder, 'saved', 'copy.txt')
    assert read(saved) == 'from outside'
    assert os.stat(saved).st_uid == user.user.uid


def test_layers_of_the_users_own_tools(user):
    """A file removed, a folder replaced, other owners: as the user's own buildah writes them down."""
    working = user.buildah('from', '--pull-never', user.image)
    user.buildah('run', '--user', '0', '--isolation', 'chroot', working, '--', 'sh', '-c',
                 'rm /etc/debian_version; rm -r /usr/share/zoneinfo && mkdir /usr/share/zoneinfo && '
                 'echo new >/usr/share/zoneinfo/only; echo x >/etc/own; chown 2:2 /etc/own')
    user.buildah('commit', '--quiet', '--rm', working, 'localhost/layered:1')
    code = ("import os\ndemisto.results({'removed': os.path.exists('/etc/debian_version'),"
            "'replaced': os.listdir('/usr/share/zoneinfo'), 'owner': os.stat('/etc/own').st_uid})")
    changed = user('run', user.write('scripts/layered.py', code), '--image', 'layered:1', '--json').value
    assert changed == {'removed': False, 'replaced': ['only'], 'owner': 2}, changed
    before = user.script(code.replace('/etc/own', '/etc/passwd')).value
    assert before['removed'] and len(before['replaced']) > 10 and before['owner'] == 0, before


def test_a_kept_container_is_listed_and_removed(user, place):
    answer = user.script(BUSY.rpartition('time.sleep(3600)')[0], '--keep')
    assert answer.code == 0 and answer.json['kept'], answer
    listed = user('ps')
    assert listed.code == 0 and answer.json['id'] in listed.out and 'standing' in listed.out, listed
    pid = int(listed.out.split('pid ')[1].split()[0])
    assert is_alive(pid) and read('/proc/%d/task/%d/children' % (pid, pid)).split() == []
    assert answer.json['id'] in user('prune').out + user('ps').out  # one that stands is left alone
    pruned = user('prune', '--all')
    assert pruned.code == 0 and 'removed container ' + answer.json['id'] in pruned.out, pruned
    wait_until(lambda: not is_alive(pid), 5)
    assert 'nothing is kept' in user('ps').out


# --- limits ----------------------------------------------------------------------------------------------------------


def test_what_cannot_be_enforced_is_refused(user, unenforced):
    if not unenforced:
        pytest.skip('a cgroup is delegated to the user on this machine: everything can be enforced')
    code = user.write('scripts/one.py', "demisto.results('ran')")
    for argv in (('run', code, '--image', 'python3', '--json'), ('loop', '--image', 'python3')):
        answer = user(*argv, settings=user.refusing)
        assert answer.code == 12, answer
        assert 'enforce the limits of %s' % ' and '.join(unenforced) in answer.err
        assert '--allow-unlimited' in answer.err and 'limits.allow_unlimited' in answer.err
    assert 'Traceback' not in answer.err and 'ran' not in answer.out
    allowed = user('run', code, '--image', 'python3', '--json', '--allow-unlimited', settings=user.refusing)
    assert allowed.code == 0 and allowed.outcome['not_enforced'] == unenforced, allowed
    (warning,) = allowed.json['warnings']
    assert 'nothing enforces the limits of %s' % ' and '.join(unenforced) in warning
    said = user('run', code, '--image', 'python3')
    assert warning in said.err
    figure('rootless', 'refused without --allow-unlimited, for want of', ', '.join(unenforced))


def test_root_is_held_to_everything(berth):
    assert berth.script('pass').outcome['not_enforced'] == []


def test_k01_fork_bomb(user):
    stopped = user.script(SLEEPERS, 'wanted=10000')
    assert stopped.value['children'] in (254, 255), stopped  # where a cgroup counts, init is one of the 256
    assert stopped.cause in ('process limit', 'exception')
    allowed = user.script(SLEEPERS, 'wanted=300', '--pids', '400')
    assert (allowed.cause, allowed.value['children']) == ('completed', 300), allowed
    figure('K01 rootless', 'children of one process; control, --pids 400', '%d; %d' % (
        stopped.value['children'], allowed.value['children']))


def test_k01_limits_are_of_one_container(user):
    """The bound is the container's own: a full one takes nothing from the next."""
    full = user.begin_script(SLEEPERS + "demisto.log('full')\nimport time\ntime.sleep(3600)\n", 'wanted=200', '--raw')
    wait_until(lambda: '"full"' in full.said())
    try:
        beside = user.script(SLEEPERS, 'wanted=200')
        assert beside.value['children'] == 200, beside
    finally:
        full.signal(signal.SIGINT)
        assert full.wait(20).code == 130


def test_k03_memory_of_a_process(user):
    eat = '''
blocks = []
try:
    for _ in range(int(demisto.args()['mib']) // 16):
        blocks.append(bytearray(b'x' * (16 << 20)))
except MemoryError:
    pass
eaten = 16 * len(blocks)
del blocks
demisto.results(eaten)
'''
    stopped = user.script(eat, 'mib=1024', '--memory', '256m')
    if stopped.outcome['not_enforced']:
        assert stopped.cause == 'completed' and 128 <= int(stopped.value) < 256, stopped
    else:
        assert stopped.cause == 'memory', stopped
    allowed = user.script(eat, 'mib=512', '--memory', '1g')
    assert int(allowed.value) == 512, allowed
    figure('K03 rootless', 'MiB of one process under --memory 256m; control, 1g', '%s; %s' % (
        stopped.value if stopped.entries else 'killed', allowed.value))


def test_k08_disk(user):
    value = user.script(FILL).value
    assert all(error == 'ENOSPC' and 120 * MIB < size <= 128 * MIB for error, size in value['filled'].values()), value
    assert value['many'] == 'ENOSPC' and 15_900 < value['files'] < 16_000
    assert value['sparse'] == 'ENOSPC' and set(value['outside']) == {'EROFS'}
    assert {kind for _, kind in value['mounts']} <= {'tmpfs', 'proc', 'devpts'}, value['mounts']
    raised = user.script(FILL, settings=user.settings_with('  writable: 160m\n')).value
    assert max(size for _, size in raised['filled'].values()) > 140 * MIB
    figure('K08 rootless', 'largest file; control, limits.writable 160m', '%.1f, %.1f MiB' % tuple(
        max(size for _, size in found['filled'].values()) / MIB for found in (value, raised)))


def test_k09_descriptors(user):
    value = user.script(DESCRIPTORS).value
    assert value['limits'] == [1024, 8192] and value['raised'] != 'ok', value
    assert {error for error, _, _ in value['found'].values()} <= {'EMFILE', 'ETOOMANYREFS'}, value
    assert all(highest < 1024 for kind, (_, _, highest) in value['found'].items() if kind != 'open to the hard limit')
    figure('K09 rootless', 'highest descriptor, up to the soft and the hard limit', '%d, %d' % (
        value['found']['open'][2], value['found']['open to the hard limit'][2]))


def test_limits_of_the_login_are_not_raised(user):
    """Whoever may open fewer files than the settings say is not refused for that."""
    command = user.user.command
    user.user.command = lambda *argv: ['/usr/bin/prlimit', '--nofile=512:2048'] + command(*argv)
    try:
        value = user.script(DESCRIPTORS).value
    finally:
        user.user.command = command
    assert value['limits'] == [1024, 2048], value


class Delegated:
    """A group that is the user's, as a login's service manager gives one: calls begin in a group below it."""

    def __init__(self, user, controllers):
        # Root's own group above hands on what is delegated, and no more.
        self._above = '/sys/fs/cgroup/berth-test'
        self.folder = self._above + '/delegated'
        os.mkdir(self._above)
        for folder in ('/sys/fs/cgroup', self._above):
            put(folder + '/cgroup.subtree_control', ' '.join('+' + name for name in controllers))
        for folder in (self.folder, self.folder + '/session'):
            os.mkdir(folder)
            os.chown(folder, user.uid, user.gid)
            for name in ('cgroup.procs', 'cgroup.subtree_control', 'cgroup.threads'):
                os.chown(folder + '/' + name, user.uid, user.gid)
        put(self.folder + '/cgroup.subtree_control', ' '.join('+' + name for name in controllers))
        self._command = user.command
        user.command = lambda *argv: ['/bin/sh', '-c', 'echo 0 >"$0" && exec "$@"',
                                      self.folder + '/session/cgroup.procs'] + self._command(*argv)
        self._user = user

    def groups(self):
        return sorted(name for _, names, _ in os.walk(self.folder) for name in names)

    def remove(self):
        self._user.command = self._command
        for folder in (self.folder + '/berth', self.folder + '/session', self.folder, self._above):
            if os.path.isdir(folder):
                os.rmdir(folder)


def put(path, text):
    with open(path, 'w') as file:
        file.write(text)


@pytest.fixture
def delegated(user, request):
    controllers = getattr(request, 'param', ('memory', 'pids', 'cpu'))
    there = read('/sys/fs/cgroup/cgroup.controllers').split()
    if not set(controllers) <= set(there):
        pytest.skip('version 2 cgroups have not %s here; tools/vm runs this on a machine where they do'
                    % ', '.join(sorted(set(controllers) - set(there))))
    group = Delegated(user.user, controllers)
    try:
        yield group
    finally:
        group.remove()


def test_a_delegated_cgroup_holds_everything(user, delegated):
    for settings in (user.refusing, user.settings):
        answer = user.script("import os\ndemisto.results(open('/sys/fs/cgroup/memory.max').read())", settings=settings)
        assert answer.code == 0 and answer.outcome['not_enforced'] == [] and answer.json['warnings'] == [], answer
        assert answer.value.strip() == str(1 << 30)
        assert answer.outcome['peak_memory_bytes'] is None or answer.outcome['peak_memory_bytes'] > MIB
    bomb = user.script(SLEEPERS, 'wanted=10000', settings=user.refusing)
    assert (bomb.cause, bomb.value['children']) == ('process limit', 254), bomb
    eat = 'blocks = []\nwhile True:\n    blocks.append(bytearray(b"x" * (16 << 20)))\n'
    eaten = user.script(eat, '--memory', '64m', settings=user.refusing)
    assert (eaten.cause, eaten.code) == ('memory', 5), eaten
    spin = 'import time\nend = time.monotonic() + 3\nwhile time.monotonic() < end:\n    pass\ndemisto.results("done")'
    spun = user.script(spin, '--cpus', '0.3', settings=user.refusing)
    assert spun.code == 0 and 0.2 < spun.outcome['cpu_ms'] / spun.outcome['wall_ms'] < 0.45, spun
    assert delegated.groups() == ['berth', 'session']
    figure('rootless', 'limits in a delegated cgroup: memory, processes, cpus of 0.3', 'killed, 256, %.2f'
           % (spun.outcome['cpu_ms'] / spun.outcome['wall_ms']))


def test_sigkill_in_a_delegated_cgroup(user, delegated, place):
    for _ in range(5):
        running = user.begin_script(BUSY, '--raw')
        wait_until(lambda: '"running"' in running.said())
        running.signal(signal.SIGKILL)
        running.wait(10)
        place.settle(5)
        wait_until(lambda: delegated.groups() == ['berth', 'session'], 5)


@pytest.mark.parametrize('delegated', [('memory', 'pids')], indirect=True)
def test_what_is_not_delegated_is_named(user, delegated):
    answer = user.script('pass', settings=user.refusing)
    assert answer.code == 12 and 'enforce the limits of cpus: ' in answer.err, answer
    assert 'Delegate=cpu memory pids' in answer.err and delegated.folder in answer.err
    assert user.script('pass').outcome['not_enforced'] == ['cpus']


# --- the same isolation ----------------------------------------------------------------------------------------------


def test_ids_of_two_containers(user):
    """The script is a host id that neither the user nor another container has."""
    code = '''
import time
demisto.log('here')
while time.monotonic() < float(demisto.args()['until']):
    time.sleep(0.01)
demisto.results({'map': [line.split() for line in open('/proc/self/uid_map')]})
'''
    until = 'until=%f' % (time.monotonic() + 2 * PATIENCE)
    running = [user.begin_script(code, until, '--raw') for _ in range(2)]
    wait_until(lambda: all('"here"' in call.said() for call in running))
    uids = [read('/proc/%s/status' % pid).partition('\nUid:\t')[2].split()[:4] for pid in os.listdir('/proc')
            if pid.isdigit()]
    maps = [call.wait(60).value['map'] for call in running]
    first, count = user.user.ranges()[0]
    scripts = [first + int(outside) - 1 for lines in maps for inside, outside, _ in lines if inside == '4000']
    assert len(set(scripts)) == 2 and user.user.uid not in scripts
    for uid in scripts:
        assert first <= uid < first + count
        assert [str(uid)] * 4 in uids, (uid, uids)
    # No other id of a container is one that a script has.
    for lines in maps:
        others = [(int(outside), int(size)) for inside, outside, size in lines if inside != '4000']
        assert not any(low <= uid - first + 1 < low + size for low, size in others for uid in scripts)
    figure('rootless', 'host ids of two scripts at once, of %d granted from %d' % (count, first),
           '%d, %d' % tuple(sorted(scripts)))


def test_k12_what_steers_the_machine(user):
    found = user.script(STEERING).value
    refused = {'EROFS', 'EACCES', 'EPERM', 'EISDIR', 'ENOENT'}
    assert set(found.values()) <= refused, {name: said for name, said in found.items() if said not in refused}
    steering = [said for name, said in found.items() if name.startswith('/proc/sys/') and said != 'ENOENT']
    assert len(steering) >= 40
    open_to_root = user.script(STEERING, leave_out=['seccomp', 'capabilities', 'proc_masks']).value
    writable = [name for name, said in open_to_root.items() if said == 'ok']
    # The kernel keeps what is the machine's from the root of a namespace; what is the namespace's own is open to it.
    assert '/proc/sys/kernel/msgmax' in writable and '/proc/sys/kernel/core_pattern' not in writable, open_to_root
    figure('K12 rootless', 'of %d paths could be written to; control' % len(found), '0; %d' % len(writable))


def test_k14_mounts(user):
    stopped = user.script(MOUNTS).value
    assert set(stopped.values()) == {'EPERM'}, stopped
    allowed = user.script(MOUNTS, leave_out=['seccomp', 'capabilities']).value
    of_host = {'swapon', 'swapoff', 'quotactl'}
    assert {name for name, said in allowed.items() if said == 'ok'} >= set(allowed) - of_host, allowed
    assert allowed['swapon'] == allowed['swapoff'] == 'EPERM', allowed
    figure('K14 rootless', 'mount calls; control', '%s; %s' % (spread(stopped.values()), spread(allowed.values())))


def test_k15_namespaces(user):
    found = user.script(NAMESPACES).value
    assert found.pop('init: namespaces').startswith('FileNotFoundError')
    assert found.pop('threads and processes still work') == '0'
    for name, said in found.items():
        assert said == ('ENOSYS' if name.startswith('clone3') else 'EPERM'), name
    nested = user.script(NAMESPACES, leave_out=['seccomp']).value
    assert nested['unshare NEWUSER'] == 'ok'
    figure('K15 rootless', 'unshare, clone, clone3, setns', spread(found.values()))


def test_k16_other_processes(user):
    found = user.script(OTHERS).value
    assert found['init'].pop('/proc/1/mem') == 'ENOENT'
    calls = list(found['own child'].values()) + list(found['init'].values())
    assert set(calls) == {'EPERM'}, found
    allowed = user.script(OTHERS, leave_out=['seccomp']).value
    assert allowed['own child']['process_vm_readv'] == 'ok'
    assert allowed['init']['process_vm_readv'] == allowed['init']['ptrace'] == 'EPERM'
    figure('K16 rootless', 'calls into a child and into init', spread(calls))


def test_k19_privileges(user):
    value = user.script(GAIN).value
    assert value['ids'] == [4000] * 6 and value['groups'] == []
    none = '0' * 16
    assert value['status'] == {'NoNewPrivs': '1', 'CapInh': none, 'CapPrm': none, 'CapEff': none, 'CapBnd': none,
                               'CapAmb': none, 'Seccomp': '2'}
    for gain in ('setuid', 'setresgid', 'setgroups', 'capset', 'ambient'):
        assert value[gain] == 'EPERM', gain
    assert 'PermissionError' in value['shadow'] and value['passwd -S'] != 0 and value['setuid files']
    assert value['mounts that honour setuid'] == []
    kept = user.script(GAIN, leave_out=['capabilities', 'seccomp']).value
    assert kept['ids'] == [0] * 6 and kept['setuid'] == 'ok' and 'PermissionError' not in kept['shadow']
    figure('K19 rootless', 'gains; control: CapEff', '0 of 7; ' + kept['status']['CapEff'])


def test_k20_devices(user):
    found = user.script(DEVICES).value
    assert set(found['mknod'].values()) == {'EPERM'}
    wanted = {'/dev/' + name for name in ('null', 'zero', 'full', 'random', 'urandom', 'tty')}
    assert {path for path in found['devices'] if not path.startswith('/dev/pts/')} == wanted
    assert found['opened'].pop('/dev/tty') == 'ENXIO'
    assert set(found['opened'].values()) == {'ok'}
    assert set(found['mounts']) <= wanted | {'/dev', '/dev/pts'}
    # No control: without any guard the kernel still lets no user make a device (test_kernel.py has it, as root).
    bare = user.script(DEVICES, leave_out=['capabilities', 'seccomp']).value
    assert set(bare['mknod'].values()) == {'EPERM'}
    figure('K20 rootless', 'mknod; devices besides terminals', '%s; %d' % (spread(found['mknod'].values()), len(wanted)))


def test_k22_leaked_descriptors(user):
    folder = os.open('/etc', os.O_RDONLY)
    try:
        value = user.script(LEAKED, pass_fds=(folder,)).value
        leaked = user.script(LEAKED, pass_fds=(folder,), leave_out=['close_descriptors']).value
    finally:
        os.close(folder)
    assert sorted(value['fds']) == ['0', '1', '2', '3', '4'] and value['inheritable'] == [0, 1, 2]
    assert [target for target in leaked['fds'].values() if target.endswith('/etc')], leaked
    figure('K22 rootless', 'descriptors of a script', len(value['fds']))


def test_n01_network(user):
    with Listener() as listener:
        arguments = ('port=%d' % listener.port, 'abstract=' + listener.abstract)
        value = user.script(REACH, *arguments).value
        assert 'ok' not in value['found'].values() and listener.guests == 0, value
        assert value['loopback'] == 'to myself' and value['packets out'] == 0
        open_ = user.script(REACH, *arguments, 'only=host', leave_out=['network_namespace', 'seccomp']).value
        assert open_['found']['the host'] == open_['found']['abstract socket of the host'] == 'ok', open_
    figure('N01 rootless', 'ways out; control reaches the host', spread(value['found'].values()))


def test_files_of_others(user):
    """Being root of a namespace opens nothing that the user may not open."""
    secret = '/var/tmp/berth-test-secret.py'
    with open(secret, 'w') as file:
        file.write('demisto.results("read")')
    os.chmod(secret, 0o600)
    try:
        handed = user.script('pass', '--file', secret)
        assert handed.code == 2 and 'Permission denied' in handed.err, handed
        run = user('run', secret, '--image', 'python3')
        assert run.code == 2 and 'Permission denied' in run.err, run
        os.chmod(secret, 0o644)  # the control
        assert user.script('pass', '--file', secret).code == 0
    finally:
        os.unlink(secret)
    homes = user.script("import os\ndemisto.results({'seen': [name for name in %r if os.path.exists(name)]})"
                        % [user.user.home, user.folder, '/var/tmp/berth-test-user', secret]).value['seen']
    assert homes == [], homes


# --- the end ---------------------------------------------------------------------------------------------------------


def test_sigkill_at_any_moment(user, place):
    chance = random.Random(21)
    slowest, moments = 0, 20
    for number in range(moments):
        running = user.begin_script(BUSY)
        time.sleep(chance.uniform(0, 0.02 if number % 2 else 0.12))
        running.signal(signal.SIGKILL)
        assert running.wait(10).code == -signal.SIGKILL
        slowest = max(slowest, place.settle(5))
    left = [pid for pid in os.listdir('/proc') if pid.isdigit() and is_of(user.user, pid)]
    assert left == [], left
    assert user.script("demisto.results('next')").value == 'next'
    figure('SIGKILL rootless', 'left of %d calls killed at random moments; the longest until all was gone' % moments,
           '0; %.2f s' % slowest)


def is_of(user, pid):
    """Whether the process is the user's, under any of their ids, and not a zombie."""
    uids = read('/proc/%s/status' % pid).partition('\nUid:\t')[2].split()[:1]
    owned = [(user.uid, 1)] + user.ranges()
    return any(first <= int(uid) < first + count for uid in uids for first, count in owned) and is_alive(pid)


def test_sigint_ends_in_order(user, place):
    running = user.begin_script(BUSY, '--raw')
    wait_until(lambda: '"running"' in running.said())
    running.signal(signal.SIGINT)
    answer = running.wait(20)
    assert (answer.cause, answer.code) == ('interrupted', 130), answer
    place.settle(0.5)


# --- what is missing -------------------------------------------------------------------------------------------------


def hello(user, **how):
    return user('run', user.examples + '/hello.py', *ADA, '--allow-unlimited', plain=True, **how)


def test_without_the_tool(user):
    answer = hello(user, env={'PATH': '/nonexistent'})
    assert answer.code == 12 and 'newuidmap' in answer.err and 'apt-get install uidmap' in answer.err, answer


def test_without_new_privileges(user):
    command = user.user.command
    user.user.command = lambda *argv: command('/usr/bin/setpriv', '--no-new-privs', *argv)
    try:
        answer = hello(user)
    finally:
        user.user.command = command
    assert answer.code == 12 and 'no_new_privs' in answer.err, answer


def test_without_granted_ids(user):
    bare = User('berth-test-bare', '--key', 'SUB_UID_COUNT=0', '--key', 'SUB_GID_COUNT=0')
    usual = user.user
    try:
        assert bare.ranges() == []
        user.user = bare
        answer = user('run', usual.home + '/examples/hello.py', *ADA, plain=True)
        assert answer.code == 12, answer
        assert "user '%s': /etc/subuid grants none" % bare.name in answer.err
        assert 'usermod --add-subuids' in answer.err
    finally:
        user.user = usual
        bare.remove()


def test_home_of_somebody_else(user):
    answer = hello(user, env={'HOME': '/root'})
    assert answer.code == 2 and "HOME is '/root', which is not theirs" in answer.err, answer
    assert 'su - ' + user.user.name in answer.err


def test_runtime_folder_of_somebody_else(user):
    if os.path.isdir('/run/user/%d' % user.user.uid):
        pytest.skip('a login of the user has made its runtime folder')
    folder = '/tmp/berth-%d' % user.user.uid
    if os.path.isdir(folder):
        os.rename(folder, folder + '.own')
    os.mkdir(folder, 0o755)
    try:
        answer = hello(user)
        assert answer.code == 12 and "'%s' is not a folder of user" % folder in answer.err, answer
        own = user.user.home + '/xdg'
        os.mkdir(own, 0o700)
        user.user.give(own)
        assert hello(user, env={'XDG_RUNTIME_DIR': own}).code == 0
        assert sorted(os.listdir(own + '/berth')) == ['kept', 'leases', 'roots', 'stage']
    finally:
        os.rmdir(folder)
        if os.path.isdir(folder + '.own'):
            os.rename(folder + '.own', folder)


def test_no_user_namespace_is_for_root(user):
    answer = user.script('pass', settings=user.settings_with('isolation:\n  user_namespace: off\n'))
    assert answer.code == 2 and 'only root can run containers without one' in answer.err, answer
