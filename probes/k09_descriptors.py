"""
id: K09
title: descriptors of every kind, and in flight through sockets
expected: EMFILE at 1,024 and, raised by the script, at 8,192
quick: yes
runs:
- expect:
    found *: '["EMFILE"*'
    found in flight: '["ETOOMANYREFS"*'
    limits: "[1024, 8192]"
    raised: not allowed to raise maximum limit
    highest: 8191
  show: [limits, highest]
- control: 2,000 and 9,000 descriptors
  with: {open_files: 2000, open_files_hard: 9000}
  expect:
    limits: "[2000, 9000]"
    highest: 8999
  show: [limits, highest]
"""
import resource, select, socket

def most(make):
    """How many descriptors `make` can make, and what ends it."""
    held, error = [], 'ok'
    try:
        while len(held) < 20000:
            made = make()
            held += made if isinstance(made, (list, tuple)) else [made]
    except OSError as problem:
        error = errno.errorcode[problem.errno]
    highest = max([fd.fileno() if hasattr(fd, 'fileno') else fd for fd in held])
    for fd in held:
        fd.close() if hasattr(fd, 'close') else os.close(fd)
    return [error, len(held), highest]

KINDS = {'open': lambda: os.open('/dev/null', os.O_RDONLY), 'socketpair': lambda: socket.socketpair(),
         'epoll': lambda: select.epoll(), 'eventfd': lambda: os.eventfd(0), 'memfd': lambda: os.memfd_create('x'),
         'pidfd': lambda: os.pidfd_open(os.getpid()), 'pipe': lambda: os.pipe()}
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
found = {kind: most(make) for kind, make in KINDS.items()}
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
found['open to the hard limit'] = most(KINDS['open'])

def in_flight():
    """Descriptors sent through a socket and never received count for no process."""
    left, right = socket.socketpair()
    left.setblocking(False)
    files, sent, sockets = [os.open('/dev/null', os.O_RDONLY) for _ in range(100)], 0, [left, right]
    try:
        while sent < 50000:
            try:
                socket.send_fds(sockets[-2], [b'x'], files)
                sent += len(files)
            except BlockingIOError:
                sockets += socket.socketpair()
                sockets[-2].setblocking(False)
    except OSError as problem:
        return [errno.errorcode[problem.errno], sent, 0]
    return ['ok', sent, 0]

found['in flight'] = in_flight()
try:
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard + 1))
    raised = 'ok'
except ValueError as problem:
    raised = str(problem)
demisto.results({'highest': found['open to the hard limit'][2], 'found': found, 'limits': [soft, hard], 'raised': raised})
