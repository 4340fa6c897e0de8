"""Python text that runs inside a container, in front of a probe's own."""

# syscall(number, ...): what the call returned, as 'ok' or the name of its errno.
SYSCALL = '''
import ctypes, errno, os, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long

def raw_syscall(number, *args):
    ctypes.set_errno(0)
    values = [ctypes.c_long(arg) if isinstance(arg, int) else arg for arg in args]
    result = libc.syscall(ctypes.c_long(number), *values)
    return -ctypes.get_errno() if result == -1 else result

def syscall(number, *args):
    result = raw_syscall(number, *args)
    return errno.errorcode[-result] if result < 0 else 'ok'

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
'''

# attempt(work): 'ok', or the name of the errno with which it failed.
ATTEMPT = '''
import errno, os

def attempt(work):
    try:
        work()
        return 'ok'
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))
'''

# times_in_memory(backwards): how often a text stands in the process's own memory. It is given backwards, so that it is
# not found itself.
TIMES_IN_MEMORY = r"""
def times_in_memory(backwards):
    seen = 0
    with open('/proc/self/maps') as maps:
        ranges = [line.split()[0].split('-') for line in maps if ' r' in line]
    with open('/proc/self/mem', 'rb', 0) as memory:
        for low, high in ranges:
            try:
                memory.seek(int(low, 16))
                seen += memory.read(int(high, 16) - int(low, 16))[::-1].count(backwards)
            except (OSError, ValueError, OverflowError):
                pass
    return seen

"""
