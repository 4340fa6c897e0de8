"""A network of the tests' own: a machine that Berth runs on, and an internet with everything a script may look for.

Both are network namespaces with a wire between them, so that no packet of a test reaches a real network, and nothing
of this machine's own is changed. They are held by processes, not by mounts.
"""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

# Addresses that answer in the internet of the tests.
PUBLIC = '8.8.1.1', '2600::1'
OTHER_PUBLIC = '8.8.2.2', '2600::2'
METADATA = '169.254.169.254', '100.100.100.200', '192.0.0.192', '168.63.129.16', 'fd00:ec2::254'
PRIVATE = '10.1.2.3', '172.20.0.1', '192.168.7.7', '100.64.9.9', 'fd12::1'
SPECIAL = '198.18.0.9', '203.0.113.5', '240.1.1.1', '64:ff9b::a9fe:a9fe', '2002:7f00:1::1'
ROUTER = '198.19.5.1', '2600:5::1'  # the internet's end of the wire
HOST = '198.19.5.2', '2600:5::2'    # the machine's own
TCP_PORT = 80
UDP_PORT = 5353

SERVER = r'''
import json, socket, sys, threading
addresses, tcp_port, udp_port, log = json.loads(sys.argv[1])
record = open(log, 'a', buffering=1)
def family(address):
    return socket.AF_INET6 if ':' in address else socket.AF_INET
def serve_tcp(address):
    server = socket.create_server((address, tcp_port), family=family(address), backlog=256)
    ready.release()
    while True:
        guest, peer = server.accept()
        record.write('TCP %s\n' % address)
        guest.sendall(('%s for %s' % (address, peer[0])).encode())
        guest.close()
def serve_udp(address):
    server = socket.socket(family(address), socket.SOCK_DGRAM)
    server.bind((address, udp_port))
    ready.release()
    while True:
        _, peer = server.recvfrom(2048)
        record.write('UDP %s\n' % address)
        server.sendto(('%s for %s' % (address, peer[0])).encode(), peer)
ready = threading.Semaphore(0)
for address in addresses:
    for serve in serve_tcp, serve_udp:
        threading.Thread(target=serve, args=(address,), daemon=True).start()
        ready.acquire()
print('ready', flush=True)
threading.Event().wait()
'''

# try_all(addresses): what a connection and a datagram to each of them gave: the greeting, or the name of the errno.
REACH = r'''
import errno, socket, time
def greeting(kind, address, port, timeout=2):
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    with socket.socket(family, kind) as made:
        made.settimeout(timeout)
        try:
            made.connect((address, port))
            if kind == socket.SOCK_DGRAM:
                made.send(b'hello')
            return made.recv(128).decode()
        except socket.timeout:
            return 'timeout'
        except OSError as error:
            return errno.errorcode.get(error.errno, str(error))
def try_all(addresses, tcp_port=80, udp_port=5353):
    return {address: [greeting(socket.SOCK_STREAM, address, tcp_port), greeting(socket.SOCK_DGRAM, address, udp_port)]
            for address in addresses}
'''


def run(*argv):
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, '%s: %s' % (' '.join(argv), done.stdout.decode())
    return done.stdout.decode()


class Namespace:
    """A network namespace, held by a process that sleeps."""

    def __init__(self):
        self._holder = subprocess.Popen(['unshare', '--net', 'sleep', '3600'])
        own = os.readlink('/proc/self/ns/net')
        while os.readlink('/proc/%d/ns/net' % self._holder.pid) == own:
            time.sleep(0.002)
        self.prefix = ['nsenter', '--net=/proc/%d/ns/net' % self._holder.pid]
        self.ip('link', 'set', 'lo', 'up')

    @property
    def pid(self):
        return self._holder.pid

    def ip(self, *words):
        return run(*self.prefix, 'ip', *words)

    def run(self, *argv):
        return run(*self.prefix, *argv)

    def end(self):
        self._holder.kill()
        self._holder.wait()


class Lab:
    def __init__(self, forwards=True):
        self._folder = tempfile.mkdtemp(prefix='berth-system-lab-')
        self.log_path = os.path.join(self._folder, 'guests')
        open(self.log_path, 'w').close()
        self.host = Namespace()
        self.internet = Namespace()
        self._servers = []
        run('ip', 'link', 'add', 'up0', 'netns', str(self.host.pid), 'type', 'veth', 'peer', 'name', 'down0', 'netns',
            str(self.internet.pid))
        for namespace, interface, (v4, v6) in ((self.host, 'up0', HOST), (self.internet, 'down0', ROUTER)):
            namespace.ip('addr', 'add', v4 + '/24', 'dev', interface)
            namespace.ip('addr', 'add', v6 + '/64', 'dev', interface, 'nodad')
            namespace.ip('link', 'set', interface, 'up')
        self.host.ip('route', 'add', 'default', 'via', ROUTER[0])
        self.host.ip('-6', 'route', 'add', 'default', 'via', ROUTER[1])
        if forwards:
            self.host.run('sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1')
        everybody = PUBLIC + OTHER_PUBLIC + METADATA + PRIVATE + SPECIAL
        for address in everybody:
            self.internet.ip('addr', 'add', address, 'dev', 'lo', *(('nodad',) if ':' in address else ()))
        self.serve(self.internet, everybody)
        self.serve(self.host, HOST + ('127.0.0.1',))
        self.wait_for_neighbours()

    def wait_for_neighbours(self):
        """Until both ends of a new wire know each other, the first packets of IPv6 are lost."""
        for address in PUBLIC:
            self.host.run(sys.executable, '-c', REACH + """
import sys
for _ in range(10):
    if greeting(socket.SOCK_STREAM, sys.argv[1], 80, 1).startswith(sys.argv[1]):
        sys.exit()
sys.exit('no greeting')
""", address)
        self.guests()

    def serve(self, namespace, addresses, tcp_port=TCP_PORT, udp_port=UDP_PORT):
        """Greets whoever comes to `addresses` in `namespace`."""
        self.run_server(namespace, [sys.executable, '-c', SERVER,
                                    json.dumps([list(addresses), tcp_port, udp_port, self.log_path])])

    def run_server(self, namespace, argv):
        server = subprocess.Popen(namespace.prefix + argv, stdout=subprocess.PIPE)
        self._servers.append(server)
        assert server.stdout.readline() == b'ready\n'

    def guests(self):
        """Who has been reached since the last time: lines such as `TCP 8.8.1.1`."""
        with open(self.log_path, 'r+') as log:
            lines = log.read().splitlines()
            log.truncate(0)
        return lines

    def leftovers(self):
        """What calls left on this machine: interfaces, rules."""
        links = [link['ifname'] for link in json.loads(self.host.ip('-j', 'link'))]
        tables = self.host.run('nft', 'list', 'tables').splitlines()
        return [name for name in links if name.startswith('berth')] + [name for name in tables if 'berth' in name]

    def settle(self, seconds=5):
        begun = time.monotonic()
        while self.leftovers():
            assert time.monotonic() - begun < seconds, self.leftovers()
            time.sleep(0.02)
        return time.monotonic() - begun

    def end(self):
        for server in self._servers:
            server.send_signal(signal.SIGKILL)
            server.wait()
            server.stdout.close()
        for namespace in self.host, self.internet:
            namespace.end()
        os.remove(self.log_path)
        os.rmdir(self._folder)


# A name server of the internet: answers from a file of JSON, name -> list of addresses or {"cname": name}, read anew
# for each question, so that a test can change its mind; a list of lists is one answer after the other.
NAME_SERVER = r'''
import json, socket, struct, sys
address, path, log = json.loads(sys.argv[1])
record = open(log, 'a', buffering=1)
asked, epoch = {}, None
def name_at(data, at):
    labels = []
    while data[at]:
        labels.append(data[at + 1:at + 1 + data[at]].decode())
        at += 1 + data[at]
    return '.'.join(labels).lower(), at + 1
def encoded(name):
    return b''.join(bytes([len(label)]) + label.encode() for label in name.split('.')) + b'\0'
def answers(name, kind, names):
    found = names.get(name)
    if found is None:
        return None, []
    if isinstance(found, dict):
        chain = [(name, 5, encoded(found['cname']))]
        code, more = answers(found['cname'], kind, names)
        return code, chain + more
    if found and isinstance(found[0], list):
        asked[name, kind] = asked.get((name, kind), -1) + 1
        found = found[min(asked[name, kind], len(found) - 1)]
    family, wanted = (socket.AF_INET6, 28) if kind == 28 else (socket.AF_INET, 1)
    return 0, [(name, wanted, socket.inet_pton(family, one)) for one in found
               if (':' in one) == (family == socket.AF_INET6) and kind in (1, 28)]
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind((address, 53))
print('ready', flush=True)
while True:
    data, peer = server.recvfrom(4096)
    name, at = name_at(data, 12)
    kind, = struct.unpack('>H', data[at:at + 2])
    record.write('DNS %s\n' % name)
    with open(path) as file:
        names = json.load(file)
    if names.get('') != epoch:
        epoch = names.get('')
        asked.clear()
    code, found = answers(name, kind, names)
    reply = data[:2] + struct.pack('>HHHHH', 0x8180 | (3 if code is None else 0), 1, len(found), 0, 0) + data[12:at + 4]
    for owner, type_, bytes_ in found:
        reply += encoded(owner) + struct.pack('>HHIH', type_, 1, 60, len(bytes_)) + bytes_
    server.sendto(reply, peer)
'''


class Names:
    """The names of the internet, for as long as the object lives."""

    def __init__(self, lab):
        self._folder = tempfile.mkdtemp(prefix='berth-system-names-')
        self._path = os.path.join(self._folder, 'names.json')
        self._count = 0
        self.set({})
        lab.run_server(lab.internet, [sys.executable, '-c', NAME_SERVER,
                                      json.dumps([ROUTER[0], self._path, lab.log_path])])

    def set(self, names):
        """From here on; answers that go by turns begin anew."""
        self._count += 1
        self._names = names
        with open(self._path + '.new', 'w') as file:
            json.dump({'': self._count, **names}, file)
        os.rename(self._path + '.new', self._path)

    def restart(self):
        self.set(self._names)

    def end(self):
        os.remove(self._path)
        os.rmdir(self._folder)
