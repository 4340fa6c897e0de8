"""`berth shell`: a look into a kept container, with a terminal and without, and no way around what holds a script."""
import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time

import pytest

import needs
from calls import BERTH, IMAGE, PATIENCE
from figures import figure
from test_kill import is_alive, wait_until

LEFT = '''
open('/work/left.txt', 'w').write('by the script')
open('/tmp/note', 'w').write('in tmp')
demisto.results('left')
'''

# What a program of the container is, as the kernel tells it.
SELF = r'''
import json, os, resource
status = dict(line.split(':\t', 1) for line in open('/proc/self/status').read().splitlines() if ':\t' in line)
print(json.dumps({
    'ids': [os.getresuid(), os.getresgid(), os.getgroups()],
    'status': {name: status[name].strip() for name in ('CapEff', 'CapPrm', 'CapInh', 'CapBnd', 'CapAmb', 'NoNewPrivs',
                                                       'Seccomp', 'Seccomp_filters') if name in status},
    'namespaces': {name: os.readlink('/proc/self/ns/' + name)
                   for name in ('user', 'pid', 'net', 'ipc', 'uts', 'cgroup', 'mnt')},
    'cgroup': open('/proc/self/cgroup').read(),
    'limits': {name: resource.getrlimit(getattr(resource, 'RLIMIT_' + name))
               for name in ('NOFILE', 'CORE', 'MEMLOCK', 'SIGPENDING', 'MSGQUEUE', 'NICE', 'RTPRIO', 'STACK', 'NPROC',
                            'DATA')},
    'descriptors': sorted(os.listdir('/proc/self/fd'))[:-1], 'folder': os.getcwd(), 'host': os.uname().nodename,
    'mounts': sorted(line.split()[4] for line in open('/proc/self/mountinfo')),
}))
'''


@pytest.fixture(params=['root', 'rootless'])
def program(request, berth):
    """The program as root starts it, and as an ordinary user does."""
    return berth if request.param == 'root' else request.getfixturevalue('user')


class Kept:
    """A container that stands for a test."""

    def __init__(self, program, code=LEFT, *argv):
        self._program = program
        answer = program.script(code, '--keep', *argv)
        assert answer.code == 0 and answer.json['kept'], answer
        self.answer = answer
        self.id = answer.json['id']

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pruned = self._program('prune', '--all')
        assert pruned.code == 0, pruned

    def run(self, *command, options=(), **how):
        return self._program('shell', self.id, *options, *(('--',) + command if command else ()), **how)


def test_sees_what_the_script_left(program):
    with Kept(program) as kept:
        seen = kept.run('cat', '/work/left.txt', 'left.txt', '/tmp/note')
        assert (seen.code, seen.out) == (0, 'by the scriptby the scriptin tmp'), seen
        # What one visit writes, the next finds.
        assert kept.run('sh', '-c', 'echo more >/work/more').code == 0
        assert kept.run('cat', 'more').out == 'more\n'
        refused = kept.run('sh', '-c', 'echo x >/etc/x')
        assert refused.code != 0 and 'Read-only' in refused.err, refused
        # A shell by itself, with its commands on standard input.
        shell = kept.run(stdin=b'echo $((6 * 7)); id -u; exit 9\n')
        assert (shell.code, shell.out) == (9, '42\n4000\n'), shell
        # By what begins an id, and by age.
        assert program('shell', kept.id[:20], '--', 'echo', 'short').out == 'short\n'
        assert program('shell', 'last', '--', 'echo', 'young').out == 'young\n'


def test_streams_and_status(program):
    with Kept(program) as kept:
        both = kept.run('sh', '-c', 'cat; echo oops >&2; exit 3', stdin=b'x' * 300_000)
        assert (both.code, both.out, both.err) == (3, 'x' * 300_000, 'oops\n')
        assert kept.run('sh', '-c', 'kill -TERM $$').code == 128 + signal.SIGTERM
        large = kept.run('python3', '-c', 'import sys; sys.stdout.write("y" * 5_000_000)')
        assert (large.code, len(large.out)) == (0, 5_000_000)
        missing = kept.run('no-such-program')
        assert missing.code == 2 and 'the container has no such program: looked for no-such-program' in missing.err
        # A program that was started in the background holds nothing up.
        begun = time.monotonic()
        background = kept.run('sh', '-c', 'sleep 30 & echo gone')
        assert background.out == 'gone\n' and time.monotonic() - begun < 3 * PATIENCE


def test_is_what_a_script_is(program):
    """Same user, capabilities, filter, namespaces, cgroups, limits, view."""
    code = 'import io, contextlib\n_out = io.StringIO()\nwith contextlib.redirect_stdout(_out):\n' + \
        ''.join('    %s\n' % line for line in SELF.replace('print(json', 'builtins_print(json').splitlines() if line) + \
        'demisto.results(_out.getvalue())\n'
    code = 'import builtins\nbuiltins_print = builtins.print\n' + code
    with Kept(program, code) as kept:
        script = json.loads(kept.answer.entries[-1]['Contents'])
        visit = json.loads(kept.run('python3', '-c', SELF).out)
        assert visit['descriptors'] == ['0', '1', '2'] and script['descriptors'][:5] == ['0', '1', '2', '3', '4']
        visit.pop('descriptors'), script.pop('descriptors')
        assert visit == script
        none = '0' * 16
        assert visit['status'] == {'CapEff': none, 'CapPrm': none, 'CapInh': none, 'CapBnd': none, 'CapAmb': none,
                                   'NoNewPrivs': '1', 'Seccomp': '2', **{name: '1' for name in ('Seccomp_filters',)
                                                                        if name in visit['status']}}
        with_tools = json.loads(kept.run('python3', '-c', SELF, options=['--tools']).out)
        assert set(with_tools['mounts']) - set(visit['mounts']) == {'/run/berth/tools'}
        assert with_tools['namespaces'].pop('mnt') != visit['namespaces'].pop('mnt')
        assert with_tools['namespaces'] == visit['namespaces'] and with_tools['status'] == visit['status']
        # In the cgroups of the container by the host's own word, too.
        assert with_tools['cgroup'] == script['cgroup']
    figure('shell', 'things in which a visit is what a script is', len(visit) + len(visit['status']))


def test_no_way_around_the_isolation(program):
    attempts = r'''
import ctypes, errno, json, os
libc = ctypes.CDLL(None, use_errno=True)
def said(number):
    return 'ok' if number >= 0 else errno.errorcode[ctypes.get_errno()]
found = {'unshare': said(libc.unshare(0x10000000)), 'setuid': said(libc.setuid(0)),
         'mount': said(libc.mount(b'tmpfs', b'/tmp', b'tmpfs', 0, None)), 'ptrace': said(libc.ptrace(16, os.getppid() or 1, 0, 0)),
         'chroot': said(libc.chroot(b'/tmp')), 'keyctl': said(libc.syscall(250, 0, -3, 1)), 'init': os.path.exists('/proc/1')}
for name in '/proc/sys/kernel/hostname', '/sys/fs/cgroup/memory/memory.limit_in_bytes', '/run/berth/tools/sh':
    try:
        open(name, 'w')
        found[name] = 'ok'
    except OSError as error:
        found[name] = errno.errorcode[error.errno]
print(json.dumps(found))
'''
    with Kept(program) as kept:
        for options in (), ('--tools',):
            found = json.loads(kept.run('python3', '-c', attempts, options=options).out)
            assert found.pop('init') is False
            assert set(found.values()) <= {'EPERM', 'EROFS', 'EACCES', 'ENOENT'}, found


def test_memory_and_processes_are_the_containers(berth):
    with Kept(berth, LEFT, '--memory', '128m', '--pids', '32') as kept:
        eaten = kept.run('python3', '-c', 'blocks = [bytearray(b"x" * (16 << 20)) for _ in range(64)]')
        assert eaten.code == 128 + signal.SIGKILL, eaten
        forks = kept.run('python3', '-c', '''
import os, time
count = 0
try:
    for _ in range(100):
        if os.fork() == 0:
            time.sleep(60)
        count += 1
except BlockingIOError:
    pass
print(count)
os.kill(-1, 9)
''')
        assert 20 <= int(forks.out or 0) < 32, forks
    figure('shell', 'children under --pids 32', forks.out.strip())


class Terminal:
    """The program on a terminal of the test's own."""

    def __init__(self, argv, environment, rows=30, columns=100, cwd=None):
        self._near, far = pty.openpty()
        self.resize(rows, columns)
        self.settings = termios.tcgetattr(far)
        self._process = subprocess.Popen(argv, stdin=far, stdout=far, stderr=far, env=environment, cwd=cwd,
                                         preexec_fn=lambda: (os.setsid(), fcntl.ioctl(0, termios.TIOCSCTTY, 0)))
        self.pid = self._process.pid
        self._far = far
        self.text = ''

    def resize(self, rows, columns):
        fcntl.ioctl(self._near, termios.TIOCSWINSZ, struct.pack('4H', rows, columns, 0, 0))

    def type(self, text):
        os.write(self._near, text.encode())

    def expect(self, text, seconds=10 * PATIENCE):
        end = time.monotonic() + seconds
        while text not in self.text:
            assert time.monotonic() < end, 'no %r in %r' % (text, self.text)
            if select.select([self._near], [], [], 0.1)[0]:
                self.text += os.read(self._near, 65536).decode('utf-8', 'replace')
        self.text = self.text.partition(text)[2]

    def wait(self, seconds=10 * PATIENCE):
        status = self._process.wait(seconds)
        self.left = termios.tcgetattr(self._far)
        for fd in self._near, self._far:
            os.close(fd)
        return status


def on_terminal(program, *argv, **how):
    command = program.user.command(program.program, *argv) if hasattr(program, 'user') else [BERTH, *argv]
    return Terminal(command, program.environment(), cwd='/', **how)


def test_a_terminal(program):
    with Kept(program) as kept:
        terminal = on_terminal(program, 'shell', kept.id)
        terminal.type("stty size; tty; echo $TERM; PS1='ready''> '\n")
        terminal.expect('30 100')
        terminal.expect('/dev/pts/')
        terminal.expect('xterm-256color')
        terminal.expect('ready> ')
        # Its own job control: an interrupt ends the program in front, not the shell.
        terminal.type('sleep 60\n')
        time.sleep(0.5)
        terminal.type('\x03')
        terminal.expect('ready> ')
        terminal.resize(40, 120)
        os.kill(terminal.pid, signal.SIGWINCH)
        terminal.type('stty size\n')
        terminal.expect('40 120')
        terminal.type('test -c /dev/tty && : >/dev/tty && echo own-$((1 + 1)); exit 5\n')
        terminal.expect('own-2')
        assert terminal.wait() == 5
        # The terminal is given back as it was.
        assert terminal.left == terminal.settings


def test_ends_with_the_one_who_looks(program):
    with Kept(program) as kept:
        running = program.begin('shell', kept.id, '--', 'sh', '-c', 'echo $$ >/tmp/pid; exec sleep 300')
        wait_until(lambda: kept.run('cat', '/tmp/pid').out.strip() != '')
        sleepers = [int(pid) for pid in os.listdir('/proc') if pid.isdigit() and is_sleeper(pid)]
        assert sleepers
        running.signal(signal.SIGKILL)
        running.wait(10)
        wait_until(lambda: not any(is_alive(pid) for pid in sleepers), 5)
        # A request to end is the program's own.
        asked = program.begin('shell', kept.id, '--', 'sh', '-c', 'trap "echo asked; exit 7" TERM; while :; do sleep 0.1; done')
        time.sleep(0.5 * PATIENCE)
        asked.signal(signal.SIGTERM)
        answer = asked.wait(20)
        assert (answer.code, answer.out) == (7, 'asked\n'), answer


def is_sleeper(pid):
    try:
        with open('/proc/%s/cmdline' % pid, 'rb') as file:
            return file.read() == b'sleep\x00300\x00'
    except OSError:
        return False


def test_an_image_without_a_shell(berth):
    """The tools come from this machine, and are gone afterwards."""
    if reason := needs.run('busybox', 'true'):
        pytest.skip('no busybox (Debian package busybox-static): ' + reason)
    bare = berth.settings_with('')  # the usual image, whose shell is hidden from PATH
    with Kept(berth) as kept:
        path = os.path.join(berth.runtime, 'kept', kept.id + '.json')
        with open(path) as file:
            record = json.load(file)
        record['environment'] = ['PATH=/opt/nothing' if one.startswith('PATH=') else one for one in record['environment']]
        with open(path, 'w') as file:
            json.dump(record, file)
        shell = kept.run(stdin=b'ls /run/berth/tools/ls; readlink /proc/$$/exe; id -u\n', settings=bare)
        assert shell.out == '/run/berth/tools/ls\n/run/berth/tools/busybox\n4000\n', shell
        # A program of the image does without them, and finds the place empty.
        listed = kept.run('/usr/bin/python3', '-c', 'import os; print(os.path.exists("/run/berth/tools/busybox"))')
        assert listed.out == 'True\n', listed
        none = kept.run(env={'PATH': '/nonexistent'})
        assert none.code == 2 and "'busybox-static'" in none.err, none
    with Kept(berth) as kept:
        assert kept.run('ls', '/run/berth/tools').out == ''


def test_what_is_not_there(program):
    answer = program('shell', 'last')
    assert answer.code == 2 and "there is no kept container 'last'" in answer.err and '--keep' in answer.err, answer
    with Kept(program) as first, Kept(program) as second:
        common = os.path.commonprefix([first.id, second.id])
        several = program('shell', common, '--', 'true')
        assert several.code == 2 and 'give more of one' in several.err, several
        pid = [int(line.split('pid ')[1].split()[0]) for line in program('ps').out.splitlines() if first.id in line][0]
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not is_alive(pid), 5)
        dead = first.run('true')
        assert dead.code == 2 and 'stands no more' in dead.err and 'berth prune' in dead.err, dead
