"""
id: K14
title: mount, umount, pivot_root, chroot, the new mount calls, swapon, quotactl
expected: EPERM each
quick: yes
machine: x86_64
runs:
- expect:
    "*": EPERM
- control: without seccomp and capabilities
  without: [seccomp, capabilities]
  expect:
    "*": ok
    swap*: ok|EPERM|EINVAL|ENOENT
    quotactl: ok|EPERM|ENOENT|ENODEV|ENOTBLK|ESRCH
"""
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
