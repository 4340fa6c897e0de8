"""
id: K04
title: memory by way of memfd, shared mappings, System V memory, tmpfs, pipes, sockets, page tables
expected: all of it counts as the call's; killed at the limit, or refused
runs:
- with: {memory: 128m}
  arguments: {kind: memfd}
  expect: {call cause: memory, call limit: memory 128 MiB, call peak MiB: <= 128}
  show: [kind, call cause]
- with: {memory: 128m}
  arguments: {kind: shared}
  expect: {call cause: memory, call peak MiB: <= 128}
  show: [kind, call cause]
- with: {memory: 128m}
  arguments: {kind: sysv}
  expect: {call cause: memory, call peak MiB: <= 128}
  show: [kind, call cause]
- with: {memory: 64m}
  arguments: {kind: tmpfs}
  expect: {call cause: memory, call peak MiB: <= 64}
  show: [kind, call cause]
- arguments: {kind: tmpfs}
  expect: {error: ENOSPC, MiB: 100..128, call cause: completed}
  show: [kind, error, MiB]
- with: {memory: 64m}
  arguments: {kind: pipes}
  expect: {call cause: memory|completed, error: EMFILE|EPERM|none, unaccounted MiB: <= 16, call peak MiB: <= 64}
  show: [kind, call cause, unaccounted MiB]
- with: {memory: 64m}
  arguments: {kind: sockets}
  expect: {call cause: memory|completed, error: EMFILE|none, unaccounted MiB: <= 16, call peak MiB: <= 64}
  show: [kind, call cause, unaccounted MiB]
- with: {memory: 64m}
  arguments: {kind: pagetables}
  expect: {call cause: memory, call peak MiB: <= 64}
  show: [kind, call cause]
- control: 1 GiB of memory, memfd
  arguments: {kind: memfd}
  expect: {MiB: 300..400, error: none, call cause: completed}
  show: [MiB]
- control: 1 GiB of memory, shared mapping
  arguments: {kind: shared}
  expect: {MiB: 300..400, error: none, call cause: completed}
  show: [MiB]
- control: 1 GiB of memory, page tables
  arguments: {kind: pagetables}
  expect: {error: none, call cause: completed}
  show: [MiB]
- control: 1 GiB of memory, System V memory
  arguments: {kind: sysv}
  expect: {MiB: 300..400, error: none, call cause: completed}
  show: [MiB]
"""
import mmap
import resource
import socket

MOST = 320  # MiB
BLOCK = b'\1' * (1 << 20)
kind = argument('kind')
resource.setrlimit(resource.RLIMIT_NOFILE, (8192, 8192))
held = []


def to_file(fd):
    while True:
        os.write(fd, BLOCK)
        yield 1


def memfd():
    return to_file(os.memfd_create('held'))


def tmpfs():
    return to_file(os.open('/tmp/held', os.O_CREAT | os.O_WRONLY))


def shared():
    while True:
        held.append(mmap.mmap(-1, 16 << 20, flags=mmap.MAP_SHARED | mmap.MAP_ANONYMOUS))
        held[-1].write(BLOCK * 16)
        yield 16


def sysv():
    libc.shmat.restype = ctypes.c_void_p
    while True:
        segment = libc.shmget(0, 16 << 20, 0o1600)
        if segment < 0:
            raise OSError(ctypes.get_errno(), 'shmget')
        ctypes.memset(ctypes.c_void_p(libc.shmat(segment, None, 0)), 1, 16 << 20)
        yield 16


def fill(fd, block):
    filled = 0
    os.set_blocking(fd, False)
    try:
        while True:
            filled += os.write(fd, block)
    except BlockingIOError:
        return filled / (1 << 20)


def pipes():
    while True:
        held.append(os.pipe())
        yield fill(held[-1][1], BLOCK)


def sockets():
    while True:
        held.append(socket.socketpair())
        # Many small messages hold far more than their bytes.
        yield fill(held[-1][0].fileno(), b'x' * 4096) + fill(held[-1][1].fileno(), b'x' * 4096)


def pagetables():
    """One page in each 2 MiB, so that each has a table of its own; the page itself is the one of zeros."""
    while True:
        region = mmap.mmap(-1, 1 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=mmap.PROT_READ)
        region.madvise(mmap.MADV_NOHUGEPAGE)
        for at in range(0, 1 << 30, 2 << 20):
            region[at]
        held.append(region)
        yield 512 * 4096 / (1 << 20)


def counted():
    """What the kernel counts as ours, in MiB, where it shows that."""
    for path in ('/sys/fs/cgroup/memory/memory.usage_in_bytes', '/sys/fs/cgroup/memory.current'):
        try:
            with open(path) as file:
                return int(file.read()) / (1 << 20)
        except OSError:
            pass
    return 0


before, total, error = counted(), 0, 'none'
demisto.results({'kind': kind, 'error': 'none', 'unaccounted MiB': 0})
try:
    for more in globals()[kind]():
        total += more
        if total >= MOST or (kind == 'pagetables' and total >= 128):
            break
except OSError as problem:
    error = errno.errorcode[problem.errno]
demisto.results({'kind': kind, 'error': error, 'MiB': round(total, 1),
                 'unaccounted MiB': max(0, round(total - (counted() - before), 1))})
