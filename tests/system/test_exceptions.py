"""Every way in which Python code can fail has a named outcome."""
import pytest

from calls import PATIENCE
from figures import figure

pytestmark = pytest.mark.third_lane

# code; cause; what stands in the exception, or in standard error where the call completes
RAISES = {
    'KeyboardInterrupt': ('raise KeyboardInterrupt', 'exception', 'KeyboardInterrupt'),
    'GeneratorExit': ('raise GeneratorExit', 'exception', 'GeneratorExit'),
    'SystemExit(7)': ('raise SystemExit(7)', 'completed', ''),
    'sys.exit': ("import sys\nsys.exit('text')", 'completed', ''),
    'MemoryError': ('raise MemoryError', 'exception', 'MemoryError'),
    'a list that is too long': ('[0] * (1 << 62)', 'exception', 'MemoryError'),
    'RecursionError': ('def f(): f()\nf()', 'exception', 'RecursionError: maximum recursion depth exceeded'),
    '__str__ raises': ('class E(Exception):\n    def __str__(self): raise ValueError\nraise E', 'exception',
                       'E: <exception str() failed>'),
    '__str__ raises SystemExit': ('class E(Exception):\n    def __str__(self): raise SystemExit\nraise E', 'exception',
                                  'E: '),
    '__str__ loops': ('class E(Exception):\n    def __str__(self):\n        while True: pass\nraise E', 'exception',
                      '__str__ raised or did not end'),
    '__repr__ of a huge value': ("raise ValueError('x' * 100000000)", 'exception', 'characters left out'),
    '__del__': ("class D:\n    def __del__(self): raise ValueError('in del')\nD()", 'completed', 'ValueError: in del'),
    'atexit': ("import atexit\natexit.register(lambda: 1 / 0)", 'completed', ''),
    'thread': ("import threading\nt = threading.Thread(target=lambda: 1 / 0)\nt.start()\nt.join()", 'completed',
               'ZeroDivisionError'),
    'threading.excepthook': ("import threading\ndef hook(args): raise ValueError('in the hook')\n"
                             "threading.excepthook = hook\nt = threading.Thread(target=lambda: 1 / 0)\n"
                             "t.start()\nt.join()",
                             'completed', 'ValueError: in the hook'),
    'sys.excepthook': ("import sys\nsys.excepthook = None\n1 / 0", 'exception', 'ZeroDivisionError: division by zero'),
    'SyntaxError': ('def', 'exception', 'SyntaxError: invalid syntax'),
    'a chain': ("try:\n    1 / 0\nexcept Exception as e:\n    raise KeyError('outer') from e", 'exception',
                'The above exception was the direct cause'),
    'nothing': ('pass', 'completed', ''),
}


@pytest.mark.parametrize('kind', RAISES)
def test_p12_named_outcome(berth, kind):
    code, cause, text = RAISES[kind]
    answer = berth.script(code)
    assert answer.cause == cause, answer
    assert answer.code == {'exception': 3, 'completed': 0}[cause]
    assert text in (answer.exception() if cause == 'exception' else '\n'.join(answer.log('stderr'))), answer
    if cause == 'completed':
        assert answer.exception() == ''
    assert answer.seconds < 6 + 1 * PATIENCE
    figure('P12', kind, '%s, exit %d' % (cause, answer.code))
