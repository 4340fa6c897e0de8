"""The kernel's doors: what steers the machine, mounts, namespaces, processes, privileges, devices, descriptors."""
import os
import platform

import pytest

from figures import figure
from inside import ATTEMPT, SYSCALL

pytestmark = pytest.mark.skipif(platform.machine() != 'x86_64', reason='system call numbers of x86_64')

# Without these a script is root of the host in all but its mount table. Probes that run so are harmless by themselves.
ALL_PRIVILEGES = ['seccomp', 'capabilities', 'user_namespace', 'proc_masks']


def spread(results):
    """How often each outcome occurs: 'EPERM 12, EROFS 3'."""
    counts = {}
    for result in results:
        counts[result] = counts.get(result, 0) + 1
    return ', '.join('%s %d' % (name, counts[name]) for name in sorted(counts))


def has_capability(number):
    """Whether we, root of the host, have it: some machines' root has not all."""
    with open('/proc/self/status') as status:
        (mine,) = [line.split()[1] for line in status if line.startswith('CapEff')]
    return bool(int(mine, 16) >> number & 1)


# Opened for writing, never written to: in the control these are the host's own.
STEERING = ATTEMPT + '''
names = """
/proc/sysrq-trigger /proc/sys/kernel/core_pattern /proc/sys/kernel/core_uses_pid /proc/sys/kernel/hostname
/proc/sys/kernel/domainname /proc/sys/kernel/modprobe /proc/sys/kernel/hotplug /proc/sys/kernel/panic
/proc/sys/kernel/panic_on_oops /proc/sys/kernel/printk /proc/sys/kernel/sysrq /proc/sys/kernel/pid_max
/proc/sys/kernel/threads-max /proc/sys/kernel/kptr_restrict /proc/sys/kernel/dmesg_restrict
/proc/sys/kernel/perf_event_paranoid /proc/sys/kernel/unprivileged_bpf_disabled /proc/sys/kernel/randomize_va_space
/proc/sys/kernel/msgmax /proc/sys/kernel/shmmax /proc/sys/kernel/sem /proc/sys/kernel/ns_last_pid
/proc/sys/kernel/yama/ptrace_scope /proc/sys/kernel/cap_last_cap /proc/sys/kernel/random/write_wakeup_threshold
/proc/sys/kernel/random/urandom_min_reseed_secs /proc/sys/kernel/keys/maxkeys /proc/sys/kernel/tainted
/proc/sys/vm/overcommit_memory /proc/sys/vm/drop_caches /proc/sys/vm/swappiness /proc/sys/vm/panic_on_oom
/proc/sys/vm/oom_kill_allocating_task /proc/sys/vm/max_map_count /proc/sys/vm/min_free_kbytes /proc/sys/vm/mmap_min_addr
/proc/sys/vm/nr_hugepages /proc/sys/vm/unprivileged_userfaultfd /proc/sys/vm/compact_memory
/proc/sys/vm/legacy_va_layout /proc/sys/fs/file-max /proc/sys/fs/nr_open /proc/sys/fs/suid_dumpable
/proc/sys/fs/protected_hardlinks
/proc/sys/fs/protected_symlinks /proc/sys/fs/protected_regular /proc/sys/fs/pipe-max-size /proc/sys/fs/lease-break-time
/proc/sys/fs/inotify/max_user_watches /proc/sys/fs/mqueue/queues_max /proc/sys/fs/binfmt_misc/register
/proc/sys/fs/binfmt_misc/status /proc/sys/user/max_user_namespaces /proc/sys/net/ipv4/ip_forward
/proc/sys/net/core/somaxconn /proc/sys/net/ipv4/ping_group_range /proc/irq/default_smp_affinity /proc/bus/pci/00
/proc/fs/jbd2 /proc/timer_list /proc/kcore /proc/kmsg /proc/keys
/sys/kernel/uevent_helper /sys/kernel/mm/transparent_hugepage/enabled /sys/power/state /sys/kernel/debug
/sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory/memory.memsw.limit_in_bytes
/sys/fs/cgroup/memory/cgroup.procs /sys/fs/cgroup/memory/release_agent /sys/fs/cgroup/memory/notify_on_release
/sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cgroup.procs /sys/fs/cgroup/memory.max
/sys/fs/cgroup/pids.max /sys/fs/cgroup/cgroup.subtree_control /sys/fs/cgroup/release_agent
""".split()
found = {name: attempt(lambda: os.close(os.open(name, os.O_WRONLY))) for name in names}
def lower():
    with open('/proc/self/oom_score_adj', 'w') as file:
        file.write('-1000')
found['/proc/self/oom_score_adj'] = attempt(lower)
demisto.results(found)
'''


def test_k12_what_steers_the_machine(berth):
    found = berth.script(STEERING).value
    refused = {'EROFS', 'EACCES', 'EPERM', 'EISDIR', 'ENOENT'}
    assert set(found.values()) <= refused, {name: said for name, said in found.items() if said not in refused}
    there = [said for said in found.values() if said not in ('ENOENT', 'EISDIR')]
    assert len(there) >= 50
    figure('K12', 'of %d paths could be written to' % len(found), '0 (%s)' % spread(found.values()))

    masked = berth.script(STEERING, leave_out=['seccomp', 'capabilities', 'user_namespace']).value
    steering = [said for name, said in masked.items() if name.startswith('/proc/sys/')]
    assert set(steering) <= {'EROFS', 'ENOENT', 'EACCES'} and steering.count('EROFS') >= 40, masked
    figure('K12', 'with nothing but the read-only parts in the way', spread(steering))

    open_to_root = berth.script(STEERING, leave_out=ALL_PRIVILEGES).value
    writable = [name for name, said in open_to_root.items() if said == 'ok']
    assert len(writable) >= 40
    assert '/proc/sys/kernel/core_pattern' in writable
    assert ('/proc/self/oom_score_adj' in writable) == has_capability(24)  # CAP_SYS_RESOURCE
    figure('K12', 'control, without %s' % ', '.join(ALL_PRIVILEGES), '%d' % len(writable))


MOUNTS = SYSCALL + '''
import ctypes
AT_FDCWD = -100
for folder in ('/tmp/a', '/tmp/b', '/tmp/new'):
    os.mkdir(folder)
def filesystem():
    return raw_syscall(430, b'tmpfs', 0)
def new_mount():
    fs = filesystem()
    raw_syscall(431, fs, 6, 0, 0, 0)
    return raw_syscall(432, fs, 0, 0)
def move():
    mount = new_mount()
    if mount < 0:
        return syscall(429, AT_FDCWD, b'/tmp/a', AT_FDCWD, b'/tmp/b', 0)
    return syscall(429, mount, b'', AT_FDCWD, b'/tmp/b', 4)
def pivot():
    # What makes it possible: a mount of one's own as the new root.
    raw_syscall(165, b'none', b'/', 0, 1 << 18 | 16384, 0)
    raw_syscall(165, b'none', b'/tmp/new', b'tmpfs', 0, 0)
    try:
        os.mkdir('/tmp/new/old')
    except OSError:
        pass
    return syscall(155, b'/tmp/new', b'/tmp/new/old')
calls = {
    'mount': lambda: syscall(165, b'none', b'/tmp/a', b'tmpfs', 0, 0),
    'umount2': lambda: syscall(166, b'/tmp', 2),
    'pivot_root': pivot,
    'chroot': lambda: syscall(161, b'/tmp'),
    'move_mount': move,
    'fsopen': lambda: syscall(430, b'tmpfs', 0),
    'fsconfig': lambda: syscall(431, filesystem(), 6, 0, 0, 0),
    'fsmount': lambda: syscall(432, 99, 0, 0) if new_mount() < 0 else 'ok',
    'fspick': lambda: syscall(433, AT_FDCWD, b'/dev/shm', 0),
    'open_tree': lambda: syscall(428, AT_FDCWD, b'/tmp', 1),
    'mount_setattr': lambda: syscall(442, AT_FDCWD, b'/tmp', 0, (ctypes.c_uint64 * 4)(1, 0, 0, 0), 32),
    'swapon': lambda: syscall(167, b'/tmp/nothing', 0),
    'swapoff': lambda: syscall(168, b'/tmp/nothing'),
    'quotactl': lambda: syscall(179, 0x80000100, 0, 0, 0),
}
def in_own_mounts(call):
    raw_syscall(272, 0x20000)  # so that in the control no call meets what another did
    return call()
demisto.results({name: in_child(lambda: in_own_mounts(call)) for name, call in calls.items()})
'''


def test_k14_mounts(berth):
    stopped = berth.script(MOUNTS).value
    assert set(stopped.values()) == {'EPERM'}, stopped
    # Without the filter a script still lacks the capability.
    assert berth.script(MOUNTS, leave_out=['seccomp']).value['mount'] == 'EPERM'
    figure('K14', 'mount calls', spread(stopped.values()))

    allowed = berth.script(MOUNTS, leave_out=['seccomp', 'capabilities']).value
    # These three ask for the host's own root, which the user namespace keeps.
    of_host = {'swapon', 'swapoff', 'quotactl'}
    assert {name for name, said in allowed.items() if said == 'ok'} >= set(allowed) - of_host, allowed
    of_host_root = berth.script(MOUNTS, leave_out=ALL_PRIVILEGES).value
    assert all(of_host_root[name] != 'EPERM' for name in of_host), of_host_root
    figure('K14', 'control, without seccomp and capabilities', spread(allowed.values()))


NAMESPACES = SYSCALL + '''
FLAGS = {'NEWTIME': 0x80, 'NEWNS': 0x20000, 'NEWCGROUP': 0x2000000, 'NEWUTS': 0x4000000, 'NEWIPC': 0x8000000,
         'NEWUSER': 0x10000000, 'NEWPID': 0x20000000, 'NEWNET': 0x40000000}
SIGCHLD = 17

def clone(flags):
    result = raw_syscall(56, flags | SIGCHLD, 0, 0, 0, 0)
    if result == 0:
        os._exit(0)
    return errno.errorcode[-result] if result < 0 else 'ok'

def clone3(flags):
    arguments = (ctypes.c_uint64 * 8)(flags, 0, 0, 0, SIGCHLD, 0, 0, 0)
    result = raw_syscall(435, arguments, 64)
    if result == 0:
        os._exit(0)
    return errno.errorcode[-result] if result < 0 else 'ok'

def enter(name):
    return syscall(308, os.open('/proc/self/ns/' + name, os.O_RDONLY), 0)

found = {}
for name, flag in FLAGS.items():
    found['unshare ' + name] = in_child(lambda: syscall(272, flag))
    if name != 'NEWTIME':  # clone has no room for it
        found['clone ' + name] = in_child(lambda: clone(flag))
    found['clone3 ' + name] = in_child(lambda: clone3(flag))
found['clone3 0'] = in_child(lambda: clone3(0))
for name in ('mnt', 'pid', 'ipc', 'uts', 'net', 'cgroup', 'user'):
    found['setns ' + name] = in_child(lambda: enter(name))
found['init: namespaces'] = in_child(lambda: len(os.listdir('/proc/1/ns')))
found['threads and processes still work'] = in_child(lambda: os.system('true'))
demisto.results(found)
'''


def test_k15_namespaces(berth):
    found = berth.script(NAMESPACES).value
    assert found.pop('init: namespaces').startswith('FileNotFoundError')  # init is hidden
    assert found.pop('threads and processes still work') == '0'
    for name, said in found.items():
        assert said == ('ENOSYS' if name.startswith('clone3') else 'EPERM'), name
    figure('K15', 'unshare, clone, clone3, setns', spread(found.values()))

    allowed = berth.script(NAMESPACES, leave_out=['seccomp', 'capabilities', 'proc_masks']).value
    # Init cannot be dumped, so that even root of the same user namespace does not see where it is.
    assert allowed.pop('init: namespaces').startswith('PermissionError')
    # One's own user namespace cannot be entered again, with or without a filter; the network's is not the container's
    # own, so that even root of the container cannot enter it or change it.
    same = {name: said for name, said in allowed.items() if said != 'ok' and not said.isdigit()}
    assert same == {'setns user': 'EINVAL', 'setns net': 'EPERM'}, same
    nested = berth.script(NAMESPACES, leave_out=['seccomp']).value
    assert nested['unshare NEWUSER'] == nested['clone NEWUSER'] == nested['clone3 NEWUSER'] == 'ok'
    figure('K15', 'control, without seccomp and capabilities', spread(allowed.values()))


OTHERS = SYSCALL + '''
import signal, time
victim = os.fork()
if victim == 0:
    time.sleep(3600)
    os._exit(0)
secret = ctypes.create_string_buffer(b'a secret of the parent')
taken = ctypes.create_string_buffer(64)
def vector(buffer):
    return (ctypes.c_uint64 * 2)(ctypes.addressof(buffer), 16)
def memory(pid):
    try:
        with open('/proc/%d/mem' % pid, 'rb', 0) as file:
            file.seek(ctypes.addressof(secret))
            return 'ok' if file.read(8) == b'a secret' else 'other bytes'
    except OSError as error:
        return errno.errorcode[error.errno]
def against(pid):
    return {
        'ptrace': in_child(lambda: syscall(101, 0x4206, pid, 0, 0)),
        'process_vm_readv': in_child(lambda: syscall(310, pid, vector(taken), 1, vector(secret), 1, 0)),
        'process_vm_writev': in_child(lambda: syscall(311, pid, vector(taken), 1, vector(secret), 1, 0)),
        'kcmp': in_child(lambda: syscall(312, pid, pid, 2, 0, 0)),
        'pidfd_getfd': in_child(lambda: syscall(438, os.pidfd_open(pid), 0, 0)),
        'process_madvise': in_child(lambda: syscall(440, os.pidfd_open(pid), vector(secret), 1, 20, 0)),
    }
found = {'own child': against(victim), 'init': against(1)}
found['init']['/proc/1/mem'] = in_child(lambda: memory(1))
found['init']['kill'] = in_child(lambda: syscall(62, 1, 9))
demisto.results(found)
os.kill(victim, signal.SIGKILL)
'''


def test_k16_other_processes(berth):
    found = berth.script(OTHERS).value
    assert found['init'].pop('/proc/1/mem') == 'ENOENT'
    assert found['init'].pop('kill') == 'EPERM'
    calls = list(found['own child'].values()) + list(found['init'].values())
    assert set(calls) == {'EPERM'}, found
    figure('K16', 'calls into a child and into init', spread(calls))

    allowed = berth.script(OTHERS, leave_out=['seccomp']).value
    own = allowed['own child']
    assert all(own[name] == 'ok' for name in own if name != 'process_madvise'), own
    # Init is of another user and cannot be dumped: it is safe even without the filter.
    assert allowed['init']['process_vm_readv'] == allowed['init']['ptrace'] == 'EPERM'
    figure('K16', 'control, without seccomp: into a child; into init', '%s; %s'
           % (spread(own.values()), spread(allowed['init'].values())))


GAIN = SYSCALL + '''
import subprocess
status = dict(line.rstrip('\\n').split(':\\t', 1) for line in open('/proc/self/status') if ':\\t' in line)
header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)(1 << 21, 1 << 21, 0, 0, 0, 0)
setuid_files = []
for folder, names, files in os.walk('/'):
    if folder in ('/proc', '/sys'):
        names.clear()
        continue
    for name in files:
        try:
            if os.lstat(os.path.join(folder, name)).st_mode & 0o6000:
                setuid_files.append(os.path.join(folder, name))
        except OSError:
            pass
mounts = [line.split()[4:6] for line in open('/proc/self/mountinfo')]
demisto.results({
    'ids': list(os.getresuid() + os.getresgid()), 'groups': os.getgroups(),
    'status': {name: text for name, text in status.items()
               if name.startswith('Cap') or name in ('NoNewPrivs', 'Seccomp')},
    'setuid': in_child(lambda: syscall(105, 0)), 'setresgid': in_child(lambda: syscall(119, 0, 0, 0)),
    'setgroups': in_child(lambda: syscall(116, 1, (ctypes.c_uint32 * 1)(0))),
    'capset': in_child(lambda: syscall(126, header, data)),
    'ambient': in_child(lambda: syscall(157, 47, 2, 21, 0, 0)),
    'nothing lost': in_child(lambda: syscall(157, 38, 0, 0, 0, 0)),
    'shadow': in_child(lambda: open('/etc/shadow').read(1)),
    'setuid files': setuid_files,
    'passwd -S': subprocess.run(['passwd', '-S', 'root'], stdout=-1, stderr=-1).returncode,
    'mounts that honour setuid': [point for point, options in mounts if 'nosuid' not in options.split(',')],
})
'''


def test_k19_privileges(berth):
    value = berth.script(GAIN).value
    assert value['ids'] == [4000] * 6 and value['groups'] == []
    none = '0' * 16
    assert value['status'] == {'NoNewPrivs': '1', 'CapInh': none, 'CapPrm': none, 'CapEff': none, 'CapBnd': none,
                               'CapAmb': none, 'Seccomp': '2'}
    for gain in ('setuid', 'setresgid', 'setgroups', 'capset', 'ambient'):
        assert value[gain] == 'EPERM', gain
    assert 'PermissionError' in value['shadow']
    assert value['setuid files'] and value['passwd -S'] != 0
    assert value['mounts that honour setuid'] == []
    figure('K19', 'gains', '0 of 7, with %d setuid and setgid files in the image' % len(value['setuid files']))

    kept = berth.script(GAIN, leave_out=['capabilities', 'seccomp']).value
    assert kept['ids'] == [0] * 6 and kept['passwd -S'] == 0
    assert int(kept['status']['CapEff'], 16) & 1 << 21
    for gain in ('setuid', 'setresgid', 'capset'):
        assert kept[gain] == 'ok', gain
    assert 'PermissionError' not in kept['shadow']
    figure('K19', 'control, without capabilities: CapEff', kept['status']['CapEff'])


DEVICES = ATTEMPT + '''
import stat
found = {'mknod': {name: attempt(lambda: os.mknod('/tmp/%s' % name, kind | 0o666, os.makedev(*number)))
                   for name, kind, number in (('mem', stat.S_IFCHR, (1, 1)), ('kmsg', stat.S_IFCHR, (1, 11)),
                                              ('sda', stat.S_IFBLK, (8, 0)), ('vda', stat.S_IFBLK, (254, 0)))}}
devices = []
for folder, names, files in os.walk('/'):
    if folder in ('/proc', '/sys'):
        names.clear()
    for name in files:
        path = os.path.join(folder, name)
        try:
            mode = os.lstat(path).st_mode
        except OSError:
            continue
        if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
            devices.append(path)
found['devices'] = sorted(devices)
found['opened'] = {path: attempt(lambda: os.close(os.open(path, os.O_RDWR | os.O_NONBLOCK))) for path in devices
                   if '/pts' not in path and '/tmp' not in path}
found['mounts'] = [line.split()[4] for line in open('/proc/self/mountinfo') if 'nodev' not in line.split()[5]]
demisto.results(found)
'''


def test_k20_devices(berth):
    found = berth.script(DEVICES).value
    assert set(found['mknod'].values()) == {'EPERM'}
    wanted = {'/dev/' + name for name in ('null', 'zero', 'full', 'random', 'urandom', 'tty')}
    assert {path for path in found['devices'] if not path.startswith('/dev/pts/')} == wanted
    assert found['opened'].pop('/dev/tty') == 'ENXIO'  # no terminal is handed in
    assert set(found['opened'].values()) == {'ok'}
    assert set(found['mounts']) <= {'/dev', '/dev/pts'}
    figure('K20', 'mknod; devices besides terminals', '%s; %d' % (spread(found['mknod'].values()), len(wanted)))

    made = berth.script(DEVICES, leave_out=['capabilities', 'user_namespace', 'seccomp']).value
    assert set(made['mknod'].values()) == {'ok'}
    figure('K20', 'control, without capabilities and user namespace: mknod', spread(made['mknod'].values()))


LEAKED = '''
import os
found = {}
for name in os.listdir('/proc/self/fd'):
    try:
        found[name] = os.readlink('/proc/self/fd/' + name)
    except OSError:
        pass  # the one with which the folder was listed
inherited = {name: os.get_inheritable(int(name)) for name in found}
import subprocess
child = subprocess.run(['ls', '/proc/self/fd'], stdout=-1, close_fds=False).stdout.decode().split()
demisto.results({'fds': found, 'inheritable': sorted(int(n) for n in found if inherited[n]), 'child': child,
                 'cwd': os.getcwd()})
'''


def test_k22_leaked_descriptors(berth):
    folder = os.open('/etc', os.O_RDONLY)
    high = os.dup2(folder, 57)
    try:
        value = berth.script(LEAKED, pass_fds=(folder, high)).value
        leaked = berth.script(LEAKED, pass_fds=(folder, high), leave_out=['close_descriptors']).value
    finally:
        os.close(folder)
        os.close(high)
    assert sorted(value['fds']) == ['0', '1', '2', '3', '4']
    assert value['inheritable'] == [0, 1, 2]
    assert len(value['child']) == 4  # and the folder that `ls` lists
    assert value['cwd'] == '/work'
    extra = [target for target in leaked['fds'].values() if target.endswith('/etc')]
    assert len(extra) == 2, leaked
    figure('K22', 'descriptors of a script, inherited by its children', '5, 3')
    figure('K22', 'control, without close_descriptors: leaked folders', len(extra))
