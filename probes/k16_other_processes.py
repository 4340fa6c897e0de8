"""
id: K16
title: ptrace, process_vm_readv, kcmp, pidfd_getfd, /proc/PID/mem of a child and of init
expected: EPERM each; init is hidden
quick: yes
machine: x86_64
runs:
- expect:
    "*": EPERM
    init /proc/1/mem: ENOENT
- control: without seccomp
  without: [seccomp]
  expect:
    own child *: ok
    own child process_madvise: ok|EPERM|EINVAL
    init *: EPERM|ENOENT|EACCES
"""
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
