"""
id: K18
title: every system call by its number, x32 and int 0x80
expected: what content does not need is EPERM or ENOSYS; a foreign call table kills
quick: yes
machine: x86_64
runs:
- expect:
    bpf: EPERM
    perf_event_open: EPERM
    userfaultfd: EPERM
    io_uring_setup: ENOSYS
    kexec_load: EPERM
    kexec_file_load: EPERM
    init_module: EPERM
    finit_module: EPERM
    delete_module: EPERM
    iopl: EPERM
    ioperm: EPERM
    modify_ldt: EPERM
    personality ADDR_NO_RANDOMIZE: EPERM
    lookup_dcookie: EPERM
    nfsservctl: EPERM
    acct: EPERM
    settimeofday: EPERM
    clock_settime: EPERM
    adjtimex: EPERM
    reboot: EPERM
    sethostname: EPERM
    setdomainname: EPERM
    vhangup: EPERM
    syslog: EPERM
    fanotify_init: EPERM
    name_to_handle_at: EPERM
    open_by_handle_at: EPERM
    memfd_secret: EPERM
    quotactl_fd: EPERM
    statmount: ENOSYS
    listmount: ENOSYS
    lsm_set_self_attr: ENOSYS
    # The kernel itself lets this one pass by any filter, and kills whoever is no probe of its own making.
    uretprobe: killed by signal 4|ENOSYS|EPERM
    x32 *: killed by signal 31
    int 0x80: killed by signal 31
    passed: 200..330
    beyond the table: ENOSYS
  show: [passed, refused, unknown, int 0x80]
- control: without seccomp
  without: [seccomp]
  expect:
    passed: ">= 330"
    personality ADDR_NO_RANDOMIZE: passes
    name_to_handle_at: passes
    modify_ldt: passes
    userfaultfd: passes|EPERM
    int 0x80: passes
  show: [passed, refused, unknown, int 0x80]
"""
import mmap
import signal

NAMED = {'bpf': 321, 'perf_event_open': 298, 'userfaultfd': 323, 'io_uring_setup': 425, 'kexec_load': 246,
         'kexec_file_load': 320, 'init_module': 175, 'finit_module': 313, 'delete_module': 176, 'iopl': 172,
         'ioperm': 173, 'modify_ldt': 154, 'lookup_dcookie': 212, 'nfsservctl': 180, 'acct': 163, 'settimeofday': 164,
         'clock_settime': 227, 'adjtimex': 159, 'reboot': 169, 'sethostname': 170, 'setdomainname': 171, 'vhangup': 153,
         'syslog': 103, 'fanotify_init': 300, 'name_to_handle_at': 303, 'open_by_handle_at': 304, 'memfd_secret': 447,
         'quotactl_fd': 443, 'statmount': 457, 'listmount': 458, 'lsm_set_self_attr': 460, 'uretprobe': 335}
LAST = 480
# Those that end or hold up whoever calls them, whatever their arguments; a process that is forked answers itself.
NO_RETURN = {15: 'rt_sigreturn', 34: 'pause', 60: 'exit', 231: 'exit_group'}
FORKS = {57: 'fork', 58: 'vfork'}
# Those that need other arguments than -1 to tell the filter's answer from their own.
ARGUMENTS = {
    7: (None, 0, 0), 10: (0, 0, 0), 12: (0,), 13: (64, None, None, 8), 16: (-1, 0, 0), 17: (-1, None, 0, 0), 23:
    (-1, None, None, None, None), 24: (), 35: (None, None), 37: (0,), 39: (), 41: (1, 1, 0), 53: (1, 1, 0,
    None), 56: (17, 0, 0, 0, 0), 61: (-1, None, 1, None), 62: (0, 0), 77: (-1, 0), 86: (b'/nothing', b'/tmp/l'),
    92: (b'/tmp', -1, -1), 93: (-1, -1, -1), 94: (b'/tmp', -1, -1), 95: (18,), 96: (None, None), 97: (7, None),
    98: (0, None), 102: (), 104: (), 105: (4000,), 106: (4000,), 107: (), 108: (), 109: (0, -1), 110: (), 111:
    (), 112: (), 113: (-1, -1), 114: (-1, -1), 115: (0, None), 116: (-1, None), 117: (-1, -1, -1), 119: (-1, -1,
    -1), 121: (0,), 124: (0,), 125: (None, None), 126: (None, None), 128: (None, None, None, 0), 129: (0, 0,
    None), 130: (None, 0), 131: (None, None), 133: (b'/tmp/node', 33152, 0), 135: (4294967295,), 140: (0, 0),
    141: (0, 0, 10), 142: (-1, None), 143: (0, None), 144: (0, -1, None), 145: (0,), 146: (1,), 147: (1,), 148:
    (0, None), 149: (None, 0), 150: (None, 0), 151: (0,), 152: (), 157: (3, 0, 0, 0, 0), 158: (4100, None), 160:
    (99, None), 162: (), 186: (), 200: (0, 0), 202: (None, 1, 0), 203: (0, 0, None), 204: (0, 8, None), 213:
    (1,), 218: (None,), 219: (), 230: (99, 0, None, None), 234: (-1, 0, 0), 251: (1, 0, 0), 252: (1, 0), 253:
    (), 259: (-100, b'/tmp/node2', 33152, 0), 265: (-100, b'/nothing', -100, b'/tmp/l', 0), 270: (-1, None,
    None, None, None, None), 273: (None, 24), 274: (0, None, None),
    281: (-1, None, 0, 0, None, 8), 284: (0, 0), 290: (0, 0), 294: (0,), 297: (0, 0, None, None), 302: (0, -1,
    None, None), 309: (None, None, None), 314: (0, None, 0, 0), 315: (0, None, 48, 0), 317: (-1, 0, None), 318:
    (None, 0, 0), 319: (b'x', 1), 324: (0, 0, 0), 330: (0, 0), 331: (99,), 332: (-1, b'', 0, 0, None), 334:
    (None, 0, 0, 0), 424: (-1, 0, None, 0), 434: (-1, 0), 435: (None, 64), 436: (1000, 1000, 0), 444: (None, 0,
    1), 445: (-1, 0, None, 0), 446: (-1, 0), 448: (-1, 1),
}


def call(number):
    if number in NO_RETURN:
        return witnessed(number)
    if number in FORKS:
        result = raw_syscall(number)
        if result == 0:
            os.write(answer_to, b'passes')
            os._exit(0)
    else:
        result = raw_syscall(number, *ARGUMENTS.get(number, (-1,) * 6))
        if number == 56 and result == 0:
            os._exit(0)
    return {-errno.EPERM: 'EPERM', -errno.ENOSYS: 'ENOSYS'}.get(result, 'passes')


def witnessed(number):
    """Of a call that does not come back: whether the one who makes it ends or waits instead of saying why not."""
    child = os.fork()
    if child == 0:
        signal.setitimer(signal.ITIMER_REAL, 0.05 if number == 34 else 0)
        result = raw_syscall(number, 77)
        os._exit({-errno.EPERM: 1, -errno.ENOSYS: 2}.get(result, 3))
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return 'killed by signal 31' if os.WTERMSIG(status) == 31 else 'passes'
    return {1: 'EPERM', 2: 'ENOSYS'}.get(os.WEXITSTATUS(status), 'passes')


def alone(work):
    """As in_child, with the descriptor at hand and an end that comes by itself."""
    global answer_to
    read, answer_to = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(5)
        os.write(answer_to, work().encode())
        os._exit(0)
    os.close(answer_to)
    with os.fdopen(read) as pipe:
        text = pipe.read()
    _, status = os.waitpid(child, 0)
    return text[:6] if text.startswith('passes') else text or 'killed by signal %d' % (status & 127)


def old_door():
    """getpid through the door for programs of 32 bits."""
    code = mmap.mmap(-1, 4096, prot=7)
    code.write(b'\xb8\x14\0\0\0\xcd\x80\xc3')
    at = ctypes.addressof(ctypes.c_char.from_buffer(code))
    return 'passes' if ctypes.CFUNCTYPE(ctypes.c_int)(at)() == os.getpid() else 'ENOSYS'


table = {number: alone(lambda: call(number)) for number in range(LAST)}
outcomes = list(table.values())
found = {name: table[number] for name, number in NAMED.items()}
found['personality ADDR_NO_RANDOMIZE'] = alone(
    lambda: {-errno.EPERM: 'EPERM'}.get(raw_syscall(135, 0x40000), 'passes'))
for number in (0, 1, 39, 57, 59, 512, 520, 547):
    found['x32 %d' % number] = alone(
        lambda: {-errno.ENOSYS: 'ENOSYS'}.get(raw_syscall(number | 1 << 30, -1, -1, -1), 'passes'))
found['int 0x80'] = alone(old_door)
beyond = {alone(lambda: call(number)) for number in (500, 548, 600, 1000, 4095, 65535, (1 << 30) - 1)}
found['beyond the table'] = ', '.join(sorted(beyond))
demisto.results(dict(found, passed=outcomes.count('passes'), refused=outcomes.count('EPERM'),
                     unknown=outcomes.count('ENOSYS')))
demisto.results({'table': [table[number] for number in range(LAST)]})
