"""
id: K11
title: timers, queued signals, message queues, semaphores, locks without end; blocking reads of /dev/random
expected: bounded each, by the limits of a process, of the namespace or of the call
machine: x86_64
runs:
- expect:
    timers: EAGAIN
    how many timers: <= 1024
    queued signals: EAGAIN
    how many queued signals: <= 1024
    POSIX message queues: EMFILE|ENOSPC
    how many POSIX message queues: <= 10
    System V queues: ENOSPC
    how many System V queues: <= 32000
    semaphores: ENOSPC
    how many semaphores: <= 32000
    inotify: EMFILE
    random: ok
    call cause: completed
  show: [how many timers, how many queued signals, how many POSIX message queues, how many semaphores]
- with: {timeout: 2s, memory: 64m}
  arguments: {locks: 1000000}
  expect:
    call cause: timeout|memory
    call peak MiB: <= 64
    call start and end seconds: <= 4
  show: [call cause, call peak MiB]
- control: without resource_limits
  without: [resource_limits]
  expect:
    how many timers: 3000
    how many queued signals: 3000
    random: ok
  show: [how many timers, how many queued signals]
- control: 10,000 locks
  arguments: {locks: 10000}
  expect:
    locks: 10000
    call cause: completed
  show: [locks]
"""
import fcntl
import resource
import signal
import struct

MOST = 3000  # of timers and signals: enough to tell our limit from the machine's


def most(make, at_most=40000):
    """How many can be made, and what ends it."""
    made = 0
    try:
        while made < at_most:
            make()
            made += 1
    except OSError as problem:
        return made, errno.errorcode[problem.errno]
    return made, 'ok'


def check(result):
    if result < 0:
        raise OSError(ctypes.get_errno() or errno.EIO, 'refused')
    return result


def timers():
    timer = ctypes.c_int()
    return most(lambda: check(syscall_number(222, 0, None, ctypes.byref(timer))), MOST)


def syscall_number(number, *args):
    result = raw_syscall(number, *args)
    if result < 0:
        ctypes.set_errno(-result)
    return result


def signals():
    wanted = signal.SIGRTMIN + 1
    signal.pthread_sigmask(signal.SIG_BLOCK, [wanted])
    libc.sigqueue.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_void_p]
    return most(lambda: check(libc.sigqueue(os.getpid(), wanted, None)), MOST)


def message_queues():
    numbers = iter(range(100000))
    return most(lambda: check(syscall_number(240, b'q%d' % next(numbers), os.O_CREAT | os.O_RDWR, 0o600, None)))


def sysv_queues():
    return most(lambda: check(libc.msgget(0, 0o1600)))


def semaphores():
    return most(lambda: check(libc.semget(0, 1, 0o1600)))


def inotify():
    return most(lambda: check(libc.inotify_init1(0)))


def random():
    with open('/dev/random', 'rb', 0) as file:
        return (1, 'ok') if len(file.read(1 << 16)) else (0, 'nothing')


def lock(count):
    with open('/tmp/locked', 'w') as file:
        for at in range(count):
            # Every second byte, so that no two locks grow together.
            fcntl.fcntl(file, fcntl.F_SETLK, struct.pack('hhqqi', fcntl.F_WRLCK, 0, 2 * at, 1, 0))
    return count


if argument('locks'):
    demisto.results({'locks': lock(int(argument('locks')))})
else:
    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, 8192))
    for name, work in (('timers', timers), ('queued signals', signals), ('POSIX message queues', message_queues),
                       ('System V queues', sysv_queues), ('semaphores', semaphores), ('inotify', inotify),
                       ('random', random)):
        count, end = eval(in_child(work))
        demisto.results({name: end, 'how many ' + name: count})
