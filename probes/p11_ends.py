"""
id: P11
title: kill init or everybody, become another program, stop oneself
expected: the cause is named within the wall time, and the next call completes
quick: yes
runs:
- {arguments: {how: init}, expect: {init: EPERM, call cause: completed}, show: [call cause]}
- {arguments: {how: everybody}, expect: {everybody: ESRCH, call cause: completed}, show: [call cause]}
- {arguments: {how: program}, expect: {call cause: ended early, call exit: 10}, show: [call cause]}
- {arguments: {how: stop}, with: {timeout: 1s}, expect: {call cause: timeout, call exit: 4}, show: [call cause]}
- {control: nothing of these, arguments: {how: none}, expect: {none: ok, call cause: completed}, show: [call cause]}
"""
import signal

HOW = {'init': lambda: os.kill(1, signal.SIGKILL), 'everybody': lambda: os.kill(-1, signal.SIGKILL),
       'program': lambda: os.execv('/bin/true', ['true']), 'stop': lambda: os.kill(os.getpid(), signal.SIGSTOP),
       'none': lambda: None}
demisto.results({argument('how'): attempt(HOW[argument('how')])})
