"""
id: K15
title: unshare, clone, clone3 and setns with each kind of namespace
expected: EPERM; clone3 ENOSYS, so that libc falls back to clone
quick: yes
machine: x86_64
runs:
- expect:
    "*": EPERM
    clone3 *: ENOSYS
    "init: namespaces": FileNotFoundError*
    threads and processes still work: 0
- control: without seccomp, capabilities and masks of /proc
  without: [seccomp, capabilities, proc_masks]
  expect:
    "*": ok
    "clone*": ok
    setns user: EINVAL
    setns net: EPERM
    "init: namespaces": PermissionError*
    threads and processes still work: 0
"""
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
