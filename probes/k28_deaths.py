"""
id: K28
title: the interpreter dies (SIGSEGV, SIGABRT, SIGILL, SIGKILL, int 0x80, _exit)
expected: the cause is named; no core file
runs:
- {arguments: {death: SIGSEGV}, expect: {call cause: signal, call exit: 7, call signal: 11, largest core file: 0}, show: [call signal]}
- {arguments: {death: SIGABRT}, expect: {call cause: signal, call exit: 7, call signal: 6}, show: [call signal]}
- {arguments: {death: SIGILL}, expect: {call cause: signal, call exit: 7, call signal: 4}, show: [call signal]}
- {arguments: {death: SIGKILL}, expect: {call cause: signal, call exit: 7, call signal: 9}, show: [call signal]}
- {arguments: {death: _exit}, expect: {call cause: ended early, call exit: 10}, show: [call cause]}
- {control: none of these, arguments: {death: none}, expect: {call cause: completed, call exit: 0}, show: [call cause]}
"""
import resource
import signal

demisto.results({'largest core file': resource.getrlimit(resource.RLIMIT_CORE)[1]})
death = argument('death')
if death == '_exit':
    os._exit(0)
if death == 'SIGSEGV':
    ctypes.string_at(0)
if death != 'none':
    os.kill(os.getpid(), getattr(signal, death))
