"""
id: K27
title: stop and kill init and everybody; ignore every signal; stopped children; a FUSE of one's own
expected: init is out of reach; what ignores or stops is killed with the call
quick: yes
runs:
- expect:
    SIGKILL to init: EPERM
    SIGSTOP to init: EPERM
    SIGTERM to init: EPERM
    SIGSTOP to everybody: ESRCH
    signal by pidfd to init: EPERM|ENOENT|ESRCH
    priority of init: EPERM|ESRCH|EACCES
    /dev/fuse: ENOENT
    call cause: completed
    call start and end seconds: <= 4
  show: [SIGKILL to init, SIGSTOP to init, /dev/fuse]
- with: {timeout: 1s}
  arguments: {ignore: "60"}
  expect:
    call cause: timeout
    call exit: 4
    stopped children: 3
    call start and end seconds: <= 4
  show: [call cause, call start and end seconds]
- control: without seccomp, capabilities and masks of /proc
  without: [seccomp, capabilities, proc_masks]
  expect:
    SIGSTOP to init: ok
    SIGTERM to init: ok
  show: [SIGSTOP to init]
- control: a script that ignores signals for half a second
  arguments: {ignore: "0.5"}
  expect:
    stopped children: 3
    waited: yes
    call cause: completed
  show: [call cause]
"""
import signal
import time


def to(pid, number):
    return attempt(lambda: os.kill(pid, number))


def by_pidfd():
    try:
        held = os.pidfd_open(1)
    except OSError as error:
        return errno.errorcode[error.errno]
    return attempt(lambda: signal.pidfd_send_signal(held, signal.SIGKILL))


if argument('ignore'):
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    stopped = 0
    for _ in range(3):
        child = os.fork()
        if child == 0:
            os.setsid()
            os.kill(os.getpid(), signal.SIGSTOP)
            os._exit(0)
        stopped += os.WIFSTOPPED(os.waitpid(child, os.WUNTRACED)[1])
    demisto.results({'stopped children': stopped})
    end = time.monotonic() + float(argument('ignore'))
    while time.monotonic() < end:
        time.sleep(0.1)
    demisto.results({'waited': 'yes'})
else:
    demisto.results({
        'SIGSTOP to init': to(1, signal.SIGSTOP), 'SIGTERM to init': to(1, signal.SIGTERM),
        'SIGKILL to init': to(1, signal.SIGKILL), 'signal by pidfd to init': by_pidfd(),
        'priority of init': attempt(lambda: os.setpriority(os.PRIO_PROCESS, 1, 5)),
        'SIGSTOP to everybody': to(-1, signal.SIGSTOP),
        '/dev/fuse': attempt(lambda: os.open('/dev/fuse', os.O_RDWR))})
