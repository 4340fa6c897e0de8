"""
id: K06
title: mlock, mlockall, MAP_LOCKED, pages of 2 MiB
expected: no more than 64 KiB are locked; the rest ENOMEM, EPERM or EAGAIN
runs:
- expect:
    mlock 32 KiB: ok
    mlock 1 MiB: ENOMEM|EPERM
    mlockall: ENOMEM|EPERM
    MAP_LOCKED 1 MiB: EAGAIN|EPERM
    MAP_HUGETLB: ENOMEM|EPERM
    SHM_LOCK 1 MiB: ENOMEM|EPERM
    shmget SHM_HUGETLB: ENOMEM|EPERM|ENOSYS|EINVAL
    raise the limit: EPERM
- control: without resource_limits
  without: [resource_limits]
  expect:
    mlock 1 MiB: ok
    MAP_LOCKED 1 MiB: ok
  show: [mlock 1 MiB, MAP_LOCKED 1 MiB]
"""
import mmap
import resource

libc.mmap.restype = libc.shmat.restype = ctypes.c_void_p
libc.mlock.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
PRIVATE = 0x22  # MAP_PRIVATE | MAP_ANONYMOUS


def said(result):
    return 'ok' if result not in (-1, ctypes.c_void_p(-1).value) else errno.errorcode[ctypes.get_errno()]


def mapped(size, flags):
    return libc.mmap(None, ctypes.c_size_t(size), 3, PRIVATE | flags, -1, ctypes.c_long(0))


def lock(size):
    return said(libc.mlock(mapped(size, 0), size))


def lock_segment():
    return said(libc.shmctl(libc.shmget(0, 1 << 20, 0o1600), 11, None))


def raise_limit():
    try:
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (1 << 30, 1 << 30))
        return 'ok'
    except (OSError, ValueError):
        return 'EPERM'


demisto.results({
    'mlock 32 KiB': in_child(lambda: lock(32 << 10)), 'mlock 1 MiB': in_child(lambda: lock(1 << 20)),
    'mlockall': in_child(lambda: said(libc.mlockall(3))),
    'MAP_LOCKED 1 MiB': in_child(lambda: said(mapped(1 << 20, 0x2000))),
    'MAP_HUGETLB': in_child(lambda: said(mapped(2 << 20, 0x40000))),
    'SHM_LOCK 1 MiB': in_child(lock_segment),
    'shmget SHM_HUGETLB': in_child(lambda: said(libc.shmget(0, 2 << 20, 0o5600))),
    'raise the limit': in_child(raise_limit)})
