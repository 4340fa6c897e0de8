"""
id: N01
title: connect, send, resolve; raw, packet and vsock sockets; the host's own sockets
expected: unreachable, refused; no packet leaves
quick: yes
runs:
- expect:
    found TCP*: ENETUNREACH
    found UDP*: ENETUNREACH
    found DNS: gaierror
    found the host: ECONNREFUSED
    found abstract socket of the host: ECONNREFUSED
    found raw: EPERM
    found packet: EAFNOSUPPORT
    found vsock: EAFNOSUPPORT
    loopback: to myself
    interfaces: '["lo"]'
    packets out: 0
- control: without network_namespace, asking for sockets of the host alone
  without: [network_namespace]
  arguments: {only: host}
  expect:
    found the host: ok
    found abstract socket of the host: ok
"""
import socket
def connect(family, kind, address):
    with socket.socket(family, kind) as made:
        made.settimeout(3)
        made.connect(address)
        return None if kind == socket.SOCK_STREAM else made.send(b'x')
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
    lambda: connect(socket.AF_UNIX, socket.SOCK_STREAM, '\0' + demisto.args()['abstract']))

server = socket.create_server(('127.0.0.1', 0))
client = socket.create_connection(server.getsockname())
server.accept()[0].sendall(b'to myself')
interfaces = {line.split(':')[0].strip(): line.split(':')[1].split() for line in open('/proc/net/dev') if ':' in line}
demisto.results({'found': found, 'loopback': client.recv(64).decode(), 'interfaces': sorted(interfaces),
                 'packets out': sum(int(v[9]) for name, v in interfaces.items() if name != 'lo')})
