"""
id: K30
title: two calls at once meet through System V IPC, POSIX IPC, /dev/shm, locks and watches on the image's files, names
expected: nothing of the one is seen by the other
machine: x86_64
runs:
- together: yes
  calls: 2
  expect:
    "*": unseen
- control: without ipc_namespace and network_namespace
  without: [ipc_namespace, network_namespace]
  together: yes
  calls: 2
  expect:
    System V memory: seen
    System V queue: seen
    semaphores: seen
    abstract socket: seen
  show: [System V memory, System V queue, semaphores, abstract socket]
"""
import fcntl
import socket
import time

KEY = 0x6265727A
IMAGE_FILE = '/etc/passwd'
LIBRARY = os.__file__


def seen(there):
    return 'seen' if there else 'unseen'


def watch():
    """An inotify that hears of each opening of two files of the image."""
    heard = libc.inotify_init1(os.O_NONBLOCK)
    for path in (IMAGE_FILE, LIBRARY):
        libc.inotify_add_watch(heard, path.encode(), 0x20)
    return heard


if argument('call') == '1':
    segment = libc.shmget(KEY, 4096, 0o1666)
    queue = libc.msgget(KEY, 0o1666)
    group = libc.semget(KEY, 1, 0o1666)
    raw_syscall(240, b'berth-probe', os.O_CREAT | os.O_RDWR, 0o666, None)
    open('/dev/shm/berth-probe', 'w').close()
    open('/tmp/berth-probe', 'w').close()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind('\0berth-probe-30')
    listener.listen()
    held = [open(path) for path in (IMAGE_FILE, LIBRARY)]
    for file in held:
        fcntl.flock(file, fcntl.LOCK_EX)
    demisto.results({'set up': 1})
    # Long enough for the other one, which looks and ends.
    end = time.monotonic() + 2
    while time.monotonic() < end:
        for path in (IMAGE_FILE, LIBRARY):
            open(path).close()
        time.sleep(0.02)
    # In the control these outlive the call.
    libc.shmctl(segment, 0, None)
    libc.msgctl(queue, 0, None)
    libc.semctl(group, 0, 0)
else:
    heard = watch()
    time.sleep(0.5)
    try:
        said = len(os.read(heard, 65536))
    except BlockingIOError:
        said = 0
    locks = {path: attempt(lambda: fcntl.flock(open(path), fcntl.LOCK_EX | fcntl.LOCK_NB))
             for path in (IMAGE_FILE, LIBRARY)}
    with socket.socket(socket.AF_UNIX) as made:
        reached = attempt(lambda: made.connect('\0berth-probe-30'))
    processes = [pid for pid in os.listdir('/proc') if pid.isdigit() and int(pid) not in (1, os.getpid())]
    demisto.results({
        'System V memory': seen(libc.shmget(KEY, 0, 0) >= 0), 'System V queue': seen(libc.msgget(KEY, 0) >= 0),
        'semaphores': seen(libc.semget(KEY, 0, 0) >= 0),
        'POSIX queue': seen(raw_syscall(240, b'berth-probe', os.O_RDWR, 0, None) >= 0),
        'file in /dev/shm': seen(os.path.exists('/dev/shm/berth-probe')),
        'file in /tmp': seen(os.path.exists('/tmp/berth-probe')),
        'lock on a file of the image': seen(locks[IMAGE_FILE] != 'ok'),
        'lock on a library of the image': seen(locks[LIBRARY] != 'ok'),
        'opening of a file of the image': seen(said), 'abstract socket': seen(reached == 'ok'),
        'processes': seen(processes)})
