"""The network: there is none."""
import socket
import threading

from figures import figure
from inside import ATTEMPT

REACH = ATTEMPT + '''
import socket
def connect(family, kind, address):
    with socket.socket(family, kind) as made:
        made.settimeout(3)
        made.connect(address)
        return made.recv(64) if kind == socket.SOCK_STREAM else made.send(b'x')
found = {}
ADDRESSES = (('IPv4', socket.AF_INET, '198.51.100.1'), ('metadata', socket.AF_INET, '169.254.169.254'),
             ('private', socket.AF_INET, '10.0.0.1'), ('IPv6', socket.AF_INET6, '2001:db8::1'),
             ('metadata of IPv6', socket.AF_INET6, 'fd00:ec2::254'))
# The control asks for the host's own sockets alone: it must not send anything to anybody else.
for name, family, address in () if demisto.args().get('only') else ADDRESSES:
    found['TCP ' + name] = attempt(lambda: connect(family, socket.SOCK_STREAM, (address, 80)))
    found['UDP ' + name] = attempt(lambda: connect(family, socket.SOCK_DGRAM, (address, 53)))
if not demisto.args().get('only'):
    try:
        socket.getaddrinfo('host.invalid', 80)
        found['DNS'] = 'ok'
    except socket.gaierror as error:
        found['DNS'] = 'gaierror'
found['raw'] = attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
found['packet'] = attempt(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0))
found['vsock'] = attempt(lambda: socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM))
port = int(demisto.args()['port'])
found['the host'] = attempt(lambda: connect(socket.AF_INET, socket.SOCK_STREAM, ('127.0.0.1', port)))
found['abstract socket of the host'] = attempt(
    lambda: connect(socket.AF_UNIX, socket.SOCK_STREAM, '\\0' + demisto.args()['abstract']))

server = socket.create_server(('127.0.0.1', 0))
client = socket.create_connection(server.getsockname())
server.accept()[0].sendall(b'to myself')
interfaces = {line.split(':')[0].strip(): line.split(':')[1].split() for line in open('/proc/net/dev') if ':' in line}
demisto.results({'found': found, 'loopback': client.recv(64).decode(), 'interfaces': sorted(interfaces),
                 'packets out': sum(int(v[9]) for name, v in interfaces.items() if name != 'lo')})
'''


class Listener:
    """Greets whoever connects, over 127.0.0.1 and over an abstract socket."""

    def __enter__(self):
        self._servers = [socket.create_server(('127.0.0.1', 0)), socket.socket(socket.AF_UNIX)]
        self.port = self._servers[0].getsockname()[1]
        self.abstract = 'berth-system-test-%d' % self.port
        self._servers[1].bind('\0' + self.abstract)
        self._servers[1].listen()
        self.guests = 0
        self._threads = [threading.Thread(target=self._greet, args=(server,), daemon=True) for server in self._servers]
        for thread in self._threads:
            thread.start()
        return self

    def _greet(self, server):
        while True:
            try:
                guest, _ = server.accept()
            except OSError:
                return
            self.guests += 1
            guest.sendall(b'hello')
            guest.close()

    def __exit__(self, *_):
        for server in self._servers:
            server.shutdown(socket.SHUT_RDWR)
            server.close()
        for thread in self._threads:
            thread.join(5)


def test_n01_no_network(berth):
    with Listener() as listener:
        argv = 'port=%d' % listener.port, 'abstract=' + listener.abstract
        value = berth.script(REACH, *argv).value
        assert listener.guests == 0
        reached = berth.script(REACH, *argv, 'only=host', leave_out=['network_namespace']).value['found']
        assert listener.guests == 2
    found = dict(value['found'])
    assert found.pop('DNS') == 'gaierror'
    assert found.pop('the host') == found.pop('abstract socket of the host') == 'ECONNREFUSED'
    assert found.pop('raw') == 'EPERM'
    assert found.pop('packet') == found.pop('vsock') == 'EAFNOSUPPORT'
    assert set(found.values()) == {'ENETUNREACH'}, found
    assert value['loopback'] == 'to myself'
    assert value['interfaces'] == ['lo'] and value['packets out'] == 0
    assert reached['the host'] == reached['abstract socket of the host'] == 'ok'
    figure('N01', 'connects that succeed, packets out', '0 of %d, %d' % (len(value['found']), value['packets out']))
    figure('N01', 'control, without network_namespace: sockets of the host reached', 2)
