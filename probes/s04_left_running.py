"""
id: S04
title: threads, children, timers, watches and sockets that the call before left
expected: none
quick: yes
runs:
- calls: 2
  expect: {threads: 0, children: 0, timers: 0, descriptors: 0, listener: ECONNREFUSED}
- control: a process that is used again
  calls: 2
  reused: yes
  expect: {threads: ">= 1", children: ">= 1", timers: ">= 1", descriptors: ">= 3", listener: ok}
"""
import signal
import socket
import threading
import time


def running():
    return len([pid for pid in os.listdir('/proc') if pid.isdigit() and int(pid) not in (1, os.getpid())])


if argument('call') == '1':
    threading.Thread(target=lambda: time.sleep(60), daemon=True).start()
    if os.fork() == 0:
        time.sleep(60)
        os._exit(0)
    signal.signal(signal.SIGVTALRM, signal.SIG_IGN)
    signal.setitimer(signal.ITIMER_VIRTUAL, 50)
    libc.inotify_init1(0)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind('\0left by a call')
    listener.listen()
    sys.left_listener = listener
    os.open('/etc/passwd', os.O_RDONLY)
else:
    reached = socket.socket(socket.AF_UNIX)
    said = attempt(lambda: reached.connect('\0left by a call'))
    reached.close()
    left = 0
    for name in os.listdir('/proc/self/fd'):
        try:
            left += any(mark in os.readlink('/proc/self/fd/' + name) for mark in ('inotify', 'socket:', '/etc/passwd'))
        except OSError:
            pass
    demisto.results({'threads': threading.active_count() - 1, 'children': running(),
                     'timers': int(signal.getitimer(signal.ITIMER_VIRTUAL)[0] > 0), 'descriptors': left,
                     'listener': said})
