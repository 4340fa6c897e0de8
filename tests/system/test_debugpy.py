"""`berth run --debugpy PORT`: an editor attaches, stops at lines of the item's own file, and the call completes."""
import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

import dap
from calls import IMAGE, PATIENCE
from figures import figure
from test_kill import wait_until

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGES = '/usr/lib/python3/dist-packages'

pytestmark = pytest.mark.skipif(not os.path.exists(PACKAGES + '/debugpy'),
                                reason='no debugpy (Debian package python3-debugpy)')

ITEM = '''"""An item to stop in."""
import demistomock as demisto
from CommonServerPython import *


def total_of(numbers):
    total = 0
    for number in numbers:
        total += number
    return total


def main():
    total = total_of([1, 2, 39])
    demisto.results({'total': total})


main()
'''
LINE = 1 + ITEM.splitlines().index('    return total')


def free_port():
    with socket.socket() as made:
        made.bind(('127.0.0.1', 0))
        return made.getsockname()[1]


class Debugged:
    """A call that waits for an editor."""

    def __init__(self, program, code=ITEM, *argv, path='debugged/Item.py', **how):
        self.path = program.write(path, code)
        self.port = free_port()
        self.call = program.begin('run', self.path, '--image', IMAGE, '--json', '--debugpy', str(self.port), *argv, **how)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            self.call.signal(signal.SIGKILL)


def test_stops_at_a_line_of_the_file(berth):
    with Debugged(berth) as debugged:
        editor = dap.Editor(debugged.port)
        (made,) = editor.attach({debugged.path: [LINE]})[debugged.path]
        assert made['verified'] and made['line'] == LINE, made
        reason, thread, frames, top = editor.stopped()
        assert reason == 'breakpoint'
        assert frames[:3] == [('total_of', debugged.path, LINE), ('main', debugged.path, LINE + 4),
                              ('<module>', debugged.path, LINE + 8)], frames
        assert editor.evaluate('total', top) == '42'
        # Common code is code of the same call.
        assert editor.evaluate('tableToMarkdown("t", [{"a": 1}])[:5]', top) == "'### t'"
        editor.go_on(thread)
        assert editor.event('terminated') is not None
        answer = debugged.call.wait(60)
    assert (answer.code, answer.cause, answer.value) == (0, 'completed', {'total': 42}), answer
    assert 'waiting for an editor to attach on 127.0.0.1, port %d' % debugged.port in answer.err
    assert 'PYDEV' not in answer.err and 'debugpy' not in ''.join(answer.log()), answer
    # Nothing listens any more.
    with pytest.raises(OSError):
        socket.create_connection(('127.0.0.1', debugged.port), 1)
    figure('debugpy', 'from start to end, with a stop', '%.2f s' % answer.seconds)


def test_with_the_paths_of_an_editor(berth):
    """An editor that believes to be on the same machine maps the folder onto itself."""
    with Debugged(berth) as debugged:
        editor = dap.Editor(debugged.port)
        folder = os.path.dirname(debugged.path)
        editor.attach({debugged.path: [LINE]}, pathMappings=[{'localRoot': folder, 'remoteRoot': folder}])
        _, thread, frames, _ = editor.stopped()
        assert frames[0] == ('total_of', debugged.path, LINE), frames
        editor.ask('disconnect')  # and the call goes on without it
        editor.close()
        answer = debugged.call.wait(60)
    assert (answer.code, answer.value) == (0, {'total': 42}), answer


def test_an_item_of_a_content_tree(berth):
    """With lines put on top, an API module inside, and a command's parameters."""
    tree = 'debugged-tree/Packs/Try/Integrations/Try/'
    berth.write('debugged-tree/Packs/ApiModules/Scripts/TryApiModule/TryApiModule.py',
                'def from_module(value):\n    inner = value + 1\n    return inner\n')
    berth.write('debugged-tree/Packs/Try/pack_metadata.json', '{"name": "Try", "currentVersion": "1.2.3"}')
    berth.write(tree + 'Try.yml', '''
commonfields: {id: Try, version: -1}
name: Try
display: Try
category: Utilities
description: Try.
configuration: []
script:
  type: python
  subtype: python3
  dockerimage: python3:1
  commands: [{name: try-it, description: Try., arguments: []}]
''')
    code = '\n'.join(['import demistomock as demisto', 'from CommonServerPython import *', '',
                      'from TryApiModule import *  # noqa', '', 'value = from_module(41)', 'demisto.results(value)', ''])
    path = berth.write(tree + 'Try.py', code)
    port = free_port()
    call = berth.begin('run', os.path.dirname(path), '--command', 'try-it', '--image', IMAGE, '--json', '--network', 'none',
                       '--debugpy', str(port))
    editor = dap.Editor(port)
    editor.attach({path: [7]})
    _, thread, frames, top = editor.stopped()
    assert frames[0] == ('<module>', path, 7), frames
    assert editor.evaluate('value', top) == '42'
    editor.go_on(thread)
    answer = call.wait(60)
    assert answer.code == 0 and '42' in str(answer.value), answer


def test_an_exception_names_the_file(berth):
    with Debugged(berth, 'def main():\n    raise ValueError("no")\n\n\nmain()\n') as debugged:
        editor = dap.Editor(debugged.port)
        editor.attach({})
        answer = debugged.call.wait(60)
    assert answer.cause == 'exception', answer
    text = answer.exception()
    assert text.startswith('Traceback') and 'Item.py", line 5' in text and 'loop.py' not in text, text


def test_is_as_isolated_as_without(berth):
    """No network, no ptrace, the script's user; the debugger runs within the call's limits."""
    code = '''
import ctypes, errno, os, socket
libc = ctypes.CDLL(None, use_errno=True)
def said(number):
    return 'ok' if number >= 0 else errno.errorcode[ctypes.get_errno()]
found = {'uid': os.getuid(), 'ptrace': said(libc.ptrace(16, os.getppid() or 1, 0, 0)),
         'interfaces': [name for _, name in socket.if_nameindex()]}
try:
    open('/run/berth/debugger/debugpy/__init__.py', 'w')
except OSError as error:
    found['debugger'] = errno.errorcode[error.errno]
demisto.results(found)
'''
    with Debugged(berth, code) as debugged:
        editor = dap.Editor(debugged.port)
        editor.attach({})
        answer = debugged.call.wait(60)
    value = answer.value
    assert value.pop('debugger') in ('EROFS', 'EACCES')
    assert value == {'uid': 4000, 'ptrace': 'EPERM', 'interfaces': ['lo']}, value


def test_others_are_turned_away(berth, user):
    """The loopback interface is everybody's on the machine; the debugger is the user's who started the call."""
    with Debugged(berth) as debugged:
        time.sleep(0.3 * PATIENCE)
        code = ('import socket\nmade = socket.create_connection(("127.0.0.1", %d), 5)\nmade.settimeout(10)\n'
                'try:\n    print(made.recv(1))\nexcept ConnectionResetError:\n    print(b"")' % debugged.port)
        stranger = subprocess.run(user.user.command(sys.executable, '-c', code), stdout=subprocess.PIPE, cwd='/', timeout=30)
        assert stranger.stdout == b"b''\n", stranger
        # The control: who may, is spoken to.
        editor = dap.Editor(debugged.port)
        editor.attach({})
        assert debugged.call.wait(60).value == {'total': 42}


def test_of_an_ordinary_user(user):
    with Debugged(user) as debugged:
        script = user.write('dap.py', open(os.path.join(HERE, 'dap.py')).read())
        wanted = json.dumps({'breakpoints': {debugged.path: [LINE]}, 'expression': 'total'})
        done = subprocess.run(user.user.command(sys.executable, script, str(debugged.port)), input=wanted.encode(),
                              stdout=subprocess.PIPE, cwd='/', timeout=120)
        assert done.returncode == 0, debugged.call.said()
        seen = json.loads(done.stdout)
        assert seen['frames'][0] == ['total_of', debugged.path, LINE] and seen['value'] == '42', seen
        answer = debugged.call.wait(60)
    assert (answer.code, answer.value) == (0, {'total': 42}), answer


def test_ends_in_order_while_it_waits(berth, host):
    with Debugged(berth) as debugged:
        time.sleep(0.5)
        debugged.call.signal(signal.SIGINT)
        assert debugged.call.wait(20).code == 130
    with Debugged(berth) as debugged:
        time.sleep(0.5)
        debugged.call.signal(signal.SIGKILL)
        debugged.call.wait(20)
    host.settle(5)
    with Debugged(berth, ITEM, '--timeout', '2s') as debugged:
        assert debugged.call.wait(30).cause == 'timeout'


def test_what_cannot_be(berth):
    with Debugged(berth) as debugged:
        wait_until(lambda: listens(debugged.port))
        second = berth('run', debugged.path, '--image', IMAGE, '--debugpy', str(debugged.port))
        assert second.code == 2 and 'listen on 127.0.0.1, port %d' % debugged.port in second.err, second
        debugged.call.signal(signal.SIGINT)
        debugged.call.wait(20)
    port = str(free_port())
    for given in 'x', '0', '70000':
        bad = berth('run', debugged.path, '--image', IMAGE, '--debugpy', given)
        assert bad.code == 2 and "--debugpy: '%s' is no port" % given in bad.err, bad
    inline = berth('run', '-', '--image', IMAGE, '--debugpy', port, stdin=b'pass')
    assert inline.code == 2 and 'lies in no Python file' in inline.err, inline
    without = berth('run', debugged.path, '--image', IMAGE, '--debugpy', port,
                    settings=berth.settings_with('debug:\n  debugpy: /nonexistent\n'))
    assert without.code == 2 and "'python3-debugpy'" in without.err and 'debug.debugpy' in without.err, without


def listens(port):
    with open('/proc/net/tcp') as table:
        return any(' 0100007F:%04X ' % port in line and ' 0A ' in line for line in table)
