"""Processes: bombs, daemons, deaths."""
import os
import signal

import pytest

from calls import PATIENCE
from figures import figure

BOMB_TIME = '%gs' % max(2, PATIENCE - 2)  # for it to reach the limit


def moments(answer):
    return {moment['name']: moment['at_ms'] for moment in answer.json['trace']}


SLEEPERS = '''
import os, time
children = 0
while children < int(demisto.args()['wanted']):
    try:
        child = os.fork()
    except BlockingIOError:
        break
    if child == 0:
        time.sleep(3600)
        os._exit(0)
    children += 1
demisto.results({'children': children})
if children < int(demisto.args()['wanted']):
    raise RuntimeError('fork was refused')
'''


def test_k01_fork_bomb(berth):
    stopped = berth.script(SLEEPERS, 'wanted=10000', '--trace')
    assert (stopped.cause, stopped.code) == ('process limit', 6), stopped
    assert stopped.outcome['limit'] == '256 processes and threads'
    assert stopped.outcome['raised_by'] == '--pids'
    # 256 with init and the interpreter.
    assert stopped.value['children'] == 254
    assert stopped.outcome['refused_forks'] >= 1
    gone = (moments(stopped)['end the container'] - moments(stopped)['run the script']) / 1000
    assert gone < 1 * PATIENCE
    figure('K01', 'processes at once', '%d of 256; all gone after %.3f s' % (stopped.value['children'] + 2, gone))

    allowed = berth.script(SLEEPERS, 'wanted=300', '--pids', '400')
    assert (allowed.cause, allowed.code, allowed.value['children']) == ('completed', 0, 300), allowed
    figure('K01', 'control, --pids 400: processes at once', allowed.value['children'] + 2)


def test_k01_fork_bomb_of_all_descendants(berth):
    bomb = 'import os\nwhile True:\n    try:\n        os.fork()\n    except BlockingIOError:\n        pass\n'
    stopped = berth.script(bomb, '--timeout', BOMB_TIME)
    assert (stopped.cause, stopped.code) == ('process limit', 6), stopped
    after = stopped.seconds - stopped.outcome['wall_ms'] / 1000
    assert after < 2 * PATIENCE
    figure('K01', 'forks refused to 256 bombs, start and end besides the time given', '%d, %.3f s'
           % (stopped.outcome['refused_forks'], after))


def test_k01_shell_bomb(berth):
    bomb = "import subprocess\nsubprocess.run(['bash', '-c', ':(){ :|:& };:; wait; sleep %s'])\n"
    stopped = berth.script(bomb % 3600, '--timeout', BOMB_TIME)
    assert (stopped.cause, stopped.outcome['limit']) == ('process limit', '256 processes and threads'), stopped
    assert stopped.outcome['refused_forks'] >= 1
    figure('K01', 'forks refused to the shell', stopped.outcome['refused_forks'])


DAEMON = '''
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() != 0:
        os._exit(0)
    os.closerange(0, 9999)
    os.execvp('sleep', ['sleep', '%s'])
os.wait()
for _ in range(200):
    running = [pid for pid in os.listdir('/proc') if pid.isdigit()
               and open('/proc/%%s/cmdline' %% pid).read() == 'sleep\\0%s\\0']
    if running:
        break
    time.sleep(0.01)
demisto.results({'daemons': len(running), 'parent': open('/proc/%%s/stat' %% running[0]).read().split()[3]})
'''


def processes_called(name):
    found = []
    for pid in os.listdir('/proc'):
        try:
            with open('/proc/%s/cmdline' % pid) as file:
                found += [pid] if file.read() == name else []
        except OSError:
            pass
    return found


def test_k26_daemon(berth):
    mark = '86399.%d' % os.getpid()
    # The control lies in the script: the daemon is alive, and its first parents are not.
    answer = berth.script(DAEMON % (mark, mark))
    left = processes_called('sleep\0%s\0' % mark)
    assert (answer.code, answer.value['daemons']) == (0, 1), answer
    assert left == []
    figure('K26', 'daemons alive in the call, and once it ended', '%d, %d' % (answer.value['daemons'], len(left)))


DEATHS = {
    'SIGSEGV': ('import ctypes\nctypes.string_at(0)', 'signal', 7, signal.SIGSEGV),
    'SIGABRT': ('import os\nos.abort()', 'signal', 7, signal.SIGABRT),
    'SIGILL': ('import ctypes, mmap\ncode = mmap.mmap(-1, 4096, prot=7)\ncode.write(b"\\x0f\\x0b")\n'
               'at = ctypes.addressof(ctypes.c_char.from_buffer(code))\nctypes.CFUNCTYPE(None)(at)()', 'signal', 7,
               signal.SIGILL),
    'SIGKILL of itself': ('import os\nos.kill(os.getpid(), 9)', 'signal', 7, signal.SIGKILL),
    'foreign system call table': (
        'import ctypes, mmap\ncode = mmap.mmap(-1, 4096, prot=7)\ncode.write(b"\\xb8\\x14\\0\\0\\0\\xcd\\x80\\xc3")\n'
        'at = ctypes.addressof(ctypes.c_char.from_buffer(code))\nctypes.CFUNCTYPE(ctypes.c_int)(at)()', 'seccomp', 8,
        signal.SIGSYS),
    '_exit(0)': ('import os\nos._exit(0)', 'ended early', 10, None),
    '_exit(7)': ('import os\nos._exit(7)', 'ended early', 10, None),
}


@pytest.mark.parametrize('death', DEATHS)
def test_k28_death(berth, death):
    code, cause, exit_code, number = DEATHS[death]
    folder = os.path.join(berth.folder, 'scripts')
    before = set(os.listdir(folder)) if os.path.isdir(folder) else set()
    answer = berth.script("demisto.results('before')\n" + code + "\ndemisto.results('after')", cwd=berth.folder)
    assert (answer.cause, answer.code) == (cause, exit_code), answer
    assert answer.outcome.get('signal') == number
    assert answer.value == 'before'
    assert not [name for name in set(os.listdir(folder)) - before if 'core' in name]
    figure('K28', death, '%s, exit %d: %s' % (cause, exit_code, answer.outcome['explanation']))


def test_k28_control_and_no_core_file(berth):
    answer = berth.script('import resource\ndemisto.results(list(resource.getrlimit(resource.RLIMIT_CORE)))')
    assert (answer.cause, answer.code) == ('completed', 0)
    assert [entry['Contents'] for entry in answer.entries] == ['0', '0']
    figure('K28', 'control: cause without a death; bytes of the largest core file', 'completed; 0')


def test_k28_foreign_table_without_the_filter(berth):
    answer = berth.script(DEATHS['foreign system call table'][0] + "\ndemisto.results('after')",
                          leave_out=['seccomp'])
    assert (answer.cause, answer.value) == ('completed', 'after'), answer


ENDS = {
    'kill init': ('import os\ntry:\n    os.kill(1, 9)\nexcept OSError as e:\n    demisto.results(e.errno)', 'completed',
                  0),
    # There is nobody else, which the kernel answers with ESRCH.
    'kill everybody': ('import os\nos.kill(-1, 9)', 'exception', 3),
    'another program': ("import os\nos.execv('/bin/true', ['true'])", 'ended early', 10),
    'SIGSTOP of itself': ('import os\nos.kill(os.getpid(), 19)', 'timeout', 4),
}


@pytest.mark.parametrize('end', ENDS)
def test_p11_ends(berth, end):
    code, cause, exit_code = ENDS[end]
    answer = berth.script(code, '--timeout', '20s' if cause != 'timeout' else '1s')
    assert (answer.cause, answer.code) == (cause, exit_code), answer
    if end == 'kill init':
        assert answer.value == '1'  # EPERM: init is of another user
    if cause == 'timeout':
        assert answer.outcome['limit'] == 'wall time 1 s' and answer.outcome['raised_by'] == '--timeout'
    else:
        assert answer.seconds < 1 * PATIENCE
    again = berth.script("demisto.results('next')")
    assert again.value == 'next'
    figure('P11', end, '%s, exit %d after %.2f s; the next call completes' % (cause, exit_code, answer.seconds))
