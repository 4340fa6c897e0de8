"""
id: P12
title: every way in which Python code can fail
expected: a named outcome each
runs:
- {arguments: {kind: KeyboardInterrupt}, expect: {call cause: exception, call exception: KeyboardInterrupt*}, show: [call cause]}
- {arguments: {kind: GeneratorExit}, expect: {call cause: exception, call exception: GeneratorExit*}, show: [call cause]}
- {arguments: {kind: SystemExit}, expect: {call cause: completed, call exception: none}, show: [call cause]}
- {arguments: {kind: MemoryError}, expect: {call cause: exception, call exception: MemoryError*}, show: [call cause]}
- {arguments: {kind: RecursionError}, expect: {call cause: exception, call exception: RecursionError*}, show: [call cause]}
- {arguments: {kind: str raises}, expect: {call cause: exception, call exception: "E: <exception str() failed>*"}, show: [call cause]}
- {arguments: {kind: str loops}, expect: {call cause: exception, call exception: "E: (its text could not be made*"}, show: [call cause]}
- {arguments: {kind: del}, expect: {call cause: completed, call lines printed: ">= 1"}, show: [call cause]}
- {arguments: {kind: atexit}, expect: {call cause: completed}, show: [call cause]}
- {arguments: {kind: thread}, expect: {call cause: completed, call lines printed: ">= 1"}, show: [call cause]}
- {control: no failure, arguments: {kind: none}, expect: {call cause: completed, call exception: none, call lines printed: 0}, show: [call cause]}
"""
import atexit
import threading

kind = argument('kind')


class E(Exception):
    def __str__(self):
        while kind == 'str loops':
            pass
        raise ValueError


class D:
    def __del__(self):
        raise ValueError('in del')


def deeper():
    deeper()


def fail():
    raise {'KeyboardInterrupt': KeyboardInterrupt, 'GeneratorExit': GeneratorExit, 'MemoryError': MemoryError,
           'SystemExit': SystemExit(7)}.get(kind, E)


if kind == 'RecursionError':
    deeper()
elif kind == 'del':
    D()
elif kind == 'atexit':
    atexit.register(lambda: 1 / 0)
elif kind == 'thread':
    failing = threading.Thread(target=lambda: 1 / 0)
    failing.start()
    failing.join()
elif kind != 'none':
    fail()
