"""An image whose interpreter takes its zygote over: what it may do then is what its calls may, and no more.

A `.pth` file of the image's runs before anything of Berth's does. In a zygote it puts something of its own in the place of
the part that forks; the variable HOSTILE says what.
"""
import json
import os

PREFIX = 'localhost/berth-system-test-%d-' % os.getpid()

# In the image. What the zygote finds out it writes to memory that its children share with it.
HOSTILE = r'''
import ctypes, errno, json, mmap, os, socket, struct, time

WISH = os.environ['HOSTILE']
SHARED = mmap.mmap(-1, 1 << 16)
PUBLIC, REFUSED = json.loads(os.environ['HOSTILE_ADDRESSES'])
own_network = os.open('/proc/self/ns/net', os.O_RDONLY)
libc = ctypes.CDLL(None, use_errno=True)


def say(what):
    text = json.dumps(what).encode()
    SHARED[:len(text) + 1] = text + b'\0'


def heard():
    text = SHARED[:].split(b'\0')[0]
    return json.loads(text) if text else None


def attempt(work):
    try:
        return work() or 'ok'
    except socket.timeout:
        return 'timeout'
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))


def enter(network):
    if libc.setns(network, 0x40000000) != 0:
        raise OSError(ctypes.get_errno(), 'setns')


def reach(address):
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    with socket.socket(family) as made:
        made.settimeout(1)
        made.connect((address, 80))
        return 'reached'


def ask_kernel(protocol, type_, body, flags=5):
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol) as kernel:
        kernel.settimeout(1)
        kernel.send(struct.pack('=IHHII', 16 + len(body), type_, flags, 1, 0) + body)
        code, = struct.unpack_from('=i', kernel.recv(4096), 16)
        if code < 0:
            raise OSError(-code, '')


def from_another_address():
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setsockopt(socket.SOL_IP, 15, 1)  # IP_FREEBIND
    made.bind(('10.213.0.9', 0))
    made.connect((PUBLIC, 5353))
    made.send(b'spoofed')


def change():
    """Each way that is known to change a network."""
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    index = next((number for number, name in socket.if_nameindex() if name == 'eth0'), 0)
    another = b'\x0a\xd5\x00\x09'  # 10.213.0.9: a neighbour's
    address = struct.pack('=BBBBI', 2, 32, 0, 0, index) + struct.pack('=HH4s', 8, 2, another)
    def ioctl(number, request):
        import fcntl
        fcntl.ioctl(made, number, request)
    return {
        'flush the rules': attempt(lambda: ask_kernel(12, 10 << 8 | 2, struct.pack('>BBH', 0, 0, 0))),
        'begin a batch of rules': attempt(lambda: ask_kernel(12, 16, struct.pack('>BBH', 0, 0, 10))),
        'add an address': attempt(lambda: ask_kernel(0, 20, address, 0x405)),
        'another address by ioctl': attempt(lambda: ioctl(0x8916, struct.pack('16sH2s4s8x', b'eth0', 2, b'', another))),
        'an interface of its own': attempt(lambda: ask_kernel(0, 16, struct.pack('=BxHiIIHHHH4s', 0, 0, 0, 0, 0, 12, 18, 8, 1, b'veth'), 0x605)),
        'lower the wire': attempt(lambda: ioctl(0x8914, struct.pack('16sh14s', b'eth0', 0, b''))),
        'forward packets': attempt(lambda: open('/proc/sys/net/ipv4/ip_forward', 'w').close()),
        'raw socket': attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 255).close()),
        'packet socket': attempt(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0x0300).close()),
        'send from a foreign address': attempt(from_another_address),
        'transparent': attempt(lambda: made.setsockopt(socket.SOL_IP, 19, 1)),
        'mark': attempt(lambda: made.setsockopt(socket.SOL_SOCKET, 36, 1)),
        'the host\'s user namespace': attempt(lambda: enter_by('/proc/1/ns/user', 0x10000000)),
        'the network of the first process': attempt(lambda: enter_by('/proc/1/ns/net', 0x40000000)),
        'a user namespace of its own': 'ok' if libc.unshare(0x10000000) == 0 else errno.errorcode[ctypes.get_errno()],
    }


def enter_by(path, kind):
    place = os.open(path, os.O_RDONLY)
    try:
        if libc.setns(place, kind) != 0:
            raise OSError(ctypes.get_errno(), '')
    finally:
        os.close(place)


def visit(channel):
    """A process of the zygote's that goes to a child's network while the child has its job, and stays."""
    _, (network,), _, _ = socket.recv_fds(channel, 1, 1)
    time.sleep(1)
    found = {'own network': attempt(lambda: reach(PUBLIC)), 'enter': attempt(lambda: enter(network))}
    found['reached'] = {address: attempt(lambda: reach(address)) for address in [PUBLIC] + REFUSED}
    found['changed'] = change()
    say(found)
    while attempt(lambda: reach(PUBLIC)) == 'reached':
        time.sleep(0.1)
    found['afterwards'] = attempt(lambda: reach(PUBLIC))
    found['interfaces afterwards'] = [name for _, name in socket.if_nameindex()]
    say(found)


def descriptors():
    """Without the one that the list itself is read by."""
    return set(int(fd) for fd in os.listdir('/proc/self/fd') if os.path.lexists('/proc/self/fd/' + fd))


class Call:
    """Looks like a function of a library."""

    restype = None

    def __init__(self, work):
        self._work = work

    def __call__(self):
        return self._work()


class Library:
    """The part that forks, but for what is done otherwise."""

    def __init__(self, real):
        self._real = real
        self.berth_wait = Call(self._wait)
        self.berth_isolate = Call(self._isolate)
        self._kept = []
        self._given = []
        self._children = 0
        self._visitor = None

    def __getattr__(self, name):
        return getattr(self._real, name)

    def _wait(self):
        if WISH == 'visit' and self._visitor is None:  # not before: what is tried out ahead ends all processes
            self._visitor, theirs = socket.socketpair()
            if os.fork() == 0:
                visit(theirs)
                os._exit(0)
        before = descriptors()
        come = self._real.berth_wait()
        self._given = sorted(descriptors() - before)
        if come == 1:
            self._children += 1
            self._network = next(fd for fd in self._given if os.readlink('/proc/self/fd/%d' % fd).startswith('net:'))
            self._kept.append(os.dup(self._network))
            if WISH == 'visit' and self._children == 1:
                socket.send_fds(self._visitor, [b'n'], [self._network])
        return come

    def _isolate(self):
        os.dup2(self._given[3], 2)  # what goes wrong here is told
        if self._children > 1:  # the first one serves
            if WISH == 'that of another child':
                os.dup2(self._kept[-2], self._network)
            if WISH == 'one of its own making':
                libc.unshare(0x40000000)
                os.dup2(os.open('/proc/self/ns/net', os.O_RDONLY), self._network)
            if WISH == 'its own':
                os.dup2(own_network, self._network)
            if WISH == 'no filter':
                return self._isolate_without_filter()
        return self._real.berth_isolate()

    def _isolate_without_filter(self):
        for fd in self._given[5:]:
            if os.readlink('/proc/self/fd/%d' % fd).endswith(('/tasks', '/cgroup.procs')):
                os.write(fd, b'0')
        for kind in 0x20000, 0x08000000, 0x04000000, 0x02000000:
            assert libc.unshare(kind) == 0
        enter(self._network)
        for capability in range(41):
            libc.prctl(24, capability, 0, 0, 0)
        os.setgroups([])
        os.setresgid(4000, 4000, 4000)
        os.setresuid(4000, 4000, 4000)
        os.dup2(self._given[0], 3)
        os.dup2(self._given[1], 4)
        return 0


def take_over():
    real = ctypes.CDLL
    ctypes.CDLL = lambda path, *rest: Library(real(path, *rest)) if str(path).endswith('fork.so') else real(path, *rest)


with open('/proc/self/cmdline') as file:
    if 'zygote.py' in file.read():
        take_over()
'''


def make_image(buildah, base):
    """The name of the image; remove it with remove_image()."""
    container = buildah('from', '--pull-never', '--name', PREFIX.split('/')[1] + 'hostile', base)
    try:
        folder = os.path.join(buildah('mount', container), 'usr/lib/python3/dist-packages')
        for name, text in (('hostile.py', HOSTILE), ('hostile.pth', 'import os; os.environ.get("HOSTILE") and __import__("hostile")\n')):
            with open(os.path.join(folder, name), 'w') as file:
                file.write(text)
        buildah('umount', container)
        buildah('commit', '--quiet', container, PREFIX + 'hostile:1')
    finally:
        buildah('rm', container)
    return PREFIX + 'hostile:1'


def variables(wish, public, refused):
    """For the environment, as NAME=VALUE."""
    return ['HOSTILE=' + wish, 'HOSTILE_ADDRESSES=' + json.dumps([public, refused])]


def settings(wish, public, refused):
    """For berth.yaml."""
    return 'containers:\n  environment: {%s}\n' % ', '.join(
        '%s: %s' % (name, json.dumps(value)) for name, value in
        (one.split('=', 1) for one in variables(wish, public, refused)))
