"""
id: K17
title: keyrings of the kernel (add_key, request_key, keyctl)
expected: EPERM each
quick: yes
machine: x86_64
runs:
- expect:
    "*": EPERM
- control: without seccomp
  without: [seccomp]
  expect:
    add_key: ok
    "keyctl*": ok
    request_key: ENOKEY|ENOENT|EACCES
"""
SESSION = ctypes.c_long(-3).value
demisto.results({
    'add_key': in_child(lambda: syscall(248, b'user', b'berth', b'secret', 6, SESSION)),
    'request_key': in_child(lambda: syscall(249, b'user', b'nothing', None, SESSION)),
    'keyctl join': in_child(lambda: syscall(250, 1, b'berth')),
    'keyctl get': in_child(lambda: syscall(250, 0, SESSION, 1))})
