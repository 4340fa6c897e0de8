"""What is drawn where: a terminal gets steps and colour, a pipe and NO_COLOR do not, and no script draws by itself."""
import os
import pty
import select
import time

from calls import BERTH, IMAGE, PATIENCE
from serve import Daemon

CODE = '''
import time
time.sleep(0.3)
text = '**bold** and `code`\\n\\n| a | b |\\n|---|---|\\n| 1 | 2 |'
demisto.results({'Type': 1, 'ContentsFormat': 'markdown', 'Contents': text})
'''
HOSTILE = '''
import os
os.write(1, b'\\x1b]0;title\\x07\\x1b[2J text of 1\\n')
os.write(2, b'\\x1b[31m text of 2\\n')
print('\\x1b[5m printed')
demisto.results('\\x1b]52;c;YQ==\\x07 an entry \\u202e')
demisto.results({'Type': 1, 'ContentsFormat': 'markdown', 'Contents': '# \\x1b[2J title'})
demisto.results({'Type': 1, 'ContentsFormat': 'table', 'Contents': [{'\\x1b[1m': '\\x1b[2J'}]})
demisto.results({'Type': 3, 'ContentsFormat': 'text', 'File': '\\x1b[2Jname', 'FileID': 'x', 'Contents': ''})
demisto.setContext('\\x1b[2J', '\\x1b[2J')
raise ValueError('\\x1b[2J raised')
'''


def on_terminal(berth, *argv, **env):
    """What the program draws on a terminal."""
    environment = berth.environment(**env)
    pid, terminal = pty.fork()
    if pid == 0:
        try:
            os.execve(BERTH, [BERTH] + list(argv), environment)
        finally:
            os._exit(127)
    drawn = b''
    end = time.monotonic() + 60
    try:
        while time.monotonic() < end and select.select([terminal], [], [], 60)[0]:
            chunk = os.read(terminal, 65536)
            if not chunk:
                break
            drawn += chunk
    except OSError:
        pass  # the other end is closed
    finally:
        os.close(terminal)
    _, status = os.waitpid(pid, 0)
    return drawn.decode('utf-8'), os.waitstatus_to_exitcode(status)


def test_terminal_has_steps_colour_and_outcome(berth):
    drawn, code = on_terminal(berth, 'run', berth.write('scripts/shown.py', CODE), '--image', IMAGE)
    assert code == 0, drawn
    assert 'running shown' in drawn and '\r\x1b[K' in drawn
    assert '\x1b[1m' in drawn
    assert 'completed' in drawn


def test_terminal_tells_for_how_long(berth):
    """Through the daemon: while the call waits for its turn, and while it runs."""
    settings = berth.settings_with('serve:\n  calls: 1\n')
    long = berth.write('scripts/long.py', 'import time\ntime.sleep(3.5)\ndemisto.results(1)\n')
    with Daemon(berth, settings=settings) as daemon:
        with daemon.begin_code('import time; time.sleep(%d)' % (2 + 2 * PATIENCE)):
            daemon.wait_for_calls(1)
            drawn, code = on_terminal(berth, 'run', long, '--image', IMAGE, settings=settings)
    assert code == 0, drawn
    assert 'waiting for its turn with the daemon, 1 s' in drawn
    assert 'running long' in drawn and 'running long, 2 s' in drawn


def test_no_color(berth):
    drawn, _ = on_terminal(berth, 'run', berth.write('scripts/shown.py', CODE), '--image', IMAGE, NO_COLOR='1')
    assert 'bold' in drawn
    assert '\x1b' not in drawn.replace('\x1b[K', '')


def test_dumb_terminal(berth):
    drawn, _ = on_terminal(berth, 'run', berth.write('scripts/shown.py', CODE), '--image', IMAGE, TERM='dumb')
    assert 'bold' in drawn and '\x1b' not in drawn


def test_pipe_has_nothing_of_the_kind(berth):
    answer = berth('run', berth.write('scripts/shown.py', CODE), '--image', IMAGE)
    assert answer.code == 0 and 'bold' in answer.out
    assert '\x1b' not in answer.out + answer.err and '\r' not in answer.out + answer.err
    assert 'running' not in answer.err and answer.err == ''


def test_control_characters_are_made_visible(berth):
    path = berth.write('scripts/hostile.py', HOSTILE)
    answer = berth('run', path, '--image', IMAGE)
    assert answer.code == 3
    drawn, _ = on_terminal(berth, 'run', path, '--image', IMAGE, NO_COLOR='1')
    for text in (answer.out + answer.err, drawn.replace('\r\n', '\n').replace('\r\x1b[K', '').replace('\x1b[K', '')):
        for shown in ('text of 1', 'text of 2', 'printed', 'an entry', 'title', 'raised', 'name'):
            assert shown in text
        assert not [c for c in text if ord(c) < 32 and c != '\n' or 0x7f <= ord(c) < 0xa0 or c == '\u202e'], text


def test_file_names_and_images_in_errors(berth):
    clear = '\x1b[2J'
    for argv in (('run', '/none/%s.py' % clear), ('run', '/dev/null', '--image', 'a' + clear),
                 ('run', '/dev/null', clear)):
        answer = berth(*argv)
        assert '\x1b' not in answer.err + answer.out, argv


def test_help_and_version(berth):
    assert berth('--version').out.startswith('berth ')
    for argv in ((), ('run',), ('loop',), ('image',), ('prune',)):
        answer = berth(*argv, '--help')
        assert answer.code == 0 and '--help' in answer.out, argv
    for argv in ((), ('walk',), ('run', '--no-such-option', 'x'), ('image',)):
        assert berth(*argv).code == 2, argv
