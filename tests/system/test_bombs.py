"""A resource bomb of each kind beside a normal call: the cause is named, the host stays usable, the normal call ends."""
import os
import subprocess
import time

import pytest

from calls import PATIENCE
from figures import figure

MIB = 1 << 20

# Kind: code, options, cause and exit code, what names the limit.
BOMBS = {
    'memory': ("held = []\nwhile True:\n    held.append(b'\\1' * (16 << 20))", ('--memory', '256m'), 'memory', 5,
               'memory 256 MiB'),
    # Files in memory count as memory before they are full.
    'tmpfs': ("with open('/tmp/x', 'wb', 0) as f:\n    while True:\n        f.write(b'\\1' * (1 << 20))",
              ('--memory', '64m'), 'memory', 5, 'memory 64 MiB'),
    'disk': ("with open('/tmp/x', 'wb', 0) as f:\n    while True:\n        f.write(b'\\1' * (1 << 20))", (),
             'exception', 3, 'No space left on device'),
    'processes': ('import os\nwhile True:\n    try:\n        os.fork()\n    except BlockingIOError:\n        pass',
                  ('--timeout', '3s'), 'process limit', 6, '256 processes and threads'),
    'threads': ('import threading, time\nwhile True:\n    threading.Thread(target=time.sleep, args=(99,)).start()', (),
                'process limit', 6, '256 processes and threads'),
    'descriptors': ("import os\nwhile True:\n    os.open('/dev/null', os.O_RDONLY)", (), 'exception', 3,
                    'Too many open files'),
    'output': ("import os\nwhile True:\n    os.write(2, b'x' * 65535 + b'\\n')", (), 'output limit', 9,
               '64 MiB of output'),
    'wall time': ('import os\nfor _ in range(8):\n    os.fork()\nwhile True:\n    pass', ('--timeout', '3s', '--pids', '600'),
                  'timeout', 4, 'wall time 3 s'),
}


def limit_of(answer):
    return answer.outcome.get('limit') or answer.exception()


@pytest.mark.parametrize('kind', BOMBS)
def test_bomb_beside_a_normal_call(berth, kind):
    code, options, cause, exit_code, named = BOMBS[kind]
    bomb = berth.begin_script(code, *options)
    try:
        time.sleep(0.1)
        slowest, answers = 0, 0
        begun = time.monotonic()
        while answers < 5:
            normal = berth.script("demisto.results('normal')", seconds=30)
            assert (normal.cause, normal.value) == ('completed', 'normal'), normal
            slowest, answers = max(slowest, normal.seconds), answers + 1
            # The host itself: a process can be started, memory can be had.
            assert subprocess.run(['true'], timeout=10).returncode == 0
    finally:
        ended = bomb.wait(60)
    assert (ended.cause, ended.code) == (cause, exit_code), ended
    assert named in limit_of(ended), ended
    assert slowest < 2 * PATIENCE
    figure('bombs', kind, '%s, exit %d; the slowest of %d normal calls beside it %.2f s'
           % (cause, exit_code, answers, slowest))


def test_all_kinds_at_once(berth):
    """Eight bombs, and a normal call among them."""
    bombs = {kind: berth.begin_script(row[0], *row[1]) for kind, row in BOMBS.items()}
    normal = berth.script("demisto.results('normal')", seconds=60)
    ended = {kind: bomb.wait(120) for kind, bomb in bombs.items()}
    assert (normal.cause, normal.value) == ('completed', 'normal'), normal
    named = [kind for kind, row in BOMBS.items() if ended[kind].cause == row[2]]
    # On two processors shared by eight a bomb may meet its wall time before its own limit: never another cause.
    assert {ended[kind].cause for kind in BOMBS if kind not in named} <= {'timeout'}
    figure('bombs', 'all %d at once: causes named; the normal call' % len(BOMBS), '%d; %.2f s' % (len(named), normal.seconds))
    assert len(named) >= 6
    assert os.getloadavg() is not None
