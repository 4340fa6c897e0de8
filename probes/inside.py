# What stands in front of every probe: ways to try something and to name what came of it.
#
# A probe reports what it sees with demisto.results({name: text or number, ...}), as often as it likes. A number whose
# name begins with `+` is added up over all reports. It judges nothing: that is done outside, from its declaration.
import ctypes
import errno
import os
import sys

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def raw_syscall(number, *args):
    """What the system call returns: a number, or minus the errno."""
    ctypes.set_errno(0)
    values = [ctypes.c_long(arg) if isinstance(arg, int) else arg for arg in args]
    result = libc.syscall(ctypes.c_long(number), *values)
    return -ctypes.get_errno() if result == -1 else result


def syscall(number, *args):
    """'ok', or the name of the errno."""
    result = raw_syscall(number, *args)
    return errno.errorcode.get(-result, str(-result)) if result < 0 else 'ok'


def attempt(work):
    """'ok', or the name of the errno with which `work` failed."""
    try:
        work()
        return 'ok'
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))


def in_child(work):
    """What `work` says in a process of its own, which it may spoil or lose."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            text = str(work())
        except BaseException as error:
            text = '%s: %s' % (type(error).__name__, error)
        os.write(write, text.encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        text = pipe.read()
    _, status = os.waitpid(child, 0)
    return text or 'killed by signal %d' % (status & 127)


def argument(name, otherwise=''):
    return demisto.args().get(name, otherwise)


