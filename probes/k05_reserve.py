"""
id: K05
title: reserve 64 GiB of address space, as just-in-time compilers do
expected: succeeds, and costs nothing
quick: yes
runs:
- expect:
    reserve: ok
    call cause: completed
    call peak MiB: <= 64
  show: [reserve, call peak MiB]
- control: a script that limits its own address space to 2 GiB
  arguments: {address_space: 2147483648}
  expect:
    reserve: ENOMEM
  show: [reserve]
"""
import resource

if argument('address_space'):
    resource.setrlimit(resource.RLIMIT_AS, (int(argument('address_space')),) * 2)
libc.mmap.restype = ctypes.c_void_p
PROT_NONE, MAP_PRIVATE, MAP_ANONYMOUS, MAP_NORESERVE = 0, 2, 0x20, 0x4000
place = libc.mmap(None, ctypes.c_size_t(64 << 30), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
                  ctypes.c_long(0))
failed = place in (None, ctypes.c_void_p(-1).value)
demisto.results({'reserve': errno.errorcode[ctypes.get_errno()] if failed else 'ok'})
