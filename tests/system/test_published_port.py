"""N07: what a long-running integration listens on, and what of it the machine publishes."""
import json
import time

import pytest

from calls import PATIENCE
from figures import figure
from lab import HOST, Lab

LISTEN = """import socket, threading, time
def serve(address, port, family=socket.AF_INET):
    try:
        server = socket.create_server((address, port), family=family)
    except OSError as error:
        demisto.info('not %s %d: %s' % (address, port, error))
        return
    demisto.info('listens on %s %d' % (address, port))
    while True:
        guest, _ = server.accept()
        guest.sendall(b'from inside')
        guest.close()
for port in [int(demisto.params()['longRunningPort']), 18221, 18222, 22]:
    threading.Thread(target=serve, args=('0.0.0.0', port), daemon=True).start()
threading.Thread(target=serve, args=('::', 18223, socket.AF_INET6), daemon=True).start()
time.sleep(3600)
"""

KNOCK = r'''
import json, socket, sys
said = {}
for address, port in json.loads(sys.argv[1]):
    try:
        with socket.create_connection((address, port), timeout=2) as made:
            made.settimeout(2)
            said['%s %d' % (address, port)] = made.recv(64).decode()
    except OSError as error:
        said['%s %d' % (address, port)] = type(error).__name__
print(json.dumps(said))
'''


@pytest.fixture(scope='module')
def lab():
    made = Lab()
    yield made
    made.settle(5 * PATIENCE)
    made.end()


def knock(namespace, doors):
    return json.loads(namespace.run('/usr/bin/python3', '-c', KNOCK, json.dumps(doors)))


def listening(namespace):
    """(address, port) of everything that listens."""
    lines = namespace.run('ss', '-Hltnu').splitlines()
    return {tuple(line.split()[4].rsplit(':', 1)) for line in lines}


@pytest.mark.parametrize('port', (18220, 443))
def test_n07_only_the_declared_port(room, lab, port):
    room.settings_with('network:\n  way: veth\n')
    room.integration('Listen', LISTEN, [], [('longRunning', 8), ('longRunningPort', 0)],
                     ['longRunning', 'longRunningPort'])
    room.add('Listen', 'listen', '--param', 'longRunningPort=%d' % port, '--param', 'longRunning=true')
    before = listening(lab.host)
    running = room.begin('instance', 'start', 'listen', '--debug', prefix=lab.host.prefix)
    try:
        end = time.monotonic() + 20 * PATIENCE
        while running.said().count('listens on') + running.said().count('not ') < 5:
            assert time.monotonic() < end, running.said()
            time.sleep(0.05)
        published = listening(lab.host) - before
        inside = knock(lab.host, [('127.0.0.1', one) for one in (port, 18221, 18222, 18223, 22)])
        outside = knock(lab.host, [(address, one) for address in HOST for one in (port, 18221)])
        abroad = knock(lab.internet, [(address, one) for address in HOST for one in (port, 18221)])
        assert 'listens on 0.0.0.0 %d' % port in running.said(), running.said()
    finally:
        running.signal(15)
        stopped = running.wait(30 * PATIENCE)
    assert published == {('127.0.0.1', str(port))}, published
    assert inside.pop('127.0.0.1 %d' % port) == 'from inside', inside
    for said in inside, outside, abroad:
        assert 'from inside' not in said.values(), said
    assert stopped.code == 0, stopped
    assert listening(lab.host) == before
    assert knock(lab.host, [('127.0.0.1', port)]) == {'127.0.0.1 %d' % port: 'ConnectionRefusedError'}
    # The control: the same door is reached from abroad where somebody opens it.
    lab.serve(lab.host, HOST[:1], tcp_port=port + 10, udp_port=port + 10)
    assert knock(lab.internet, [(HOST[0], port + 10)])['%s %d' % (HOST[0], port + 10)].startswith(HOST[0])
    figure('N07', 'port %d: what listens on the machine; ways in by other ports and addresses' % port,
           '127.0.0.1:%d alone; 0 of %d' % (port, len(inside) + len(outside) + len(abroad)))


BAD_PORTS = '0', '65536', '-1', '80,81', '127.0.0.1:80', '0x50'


def test_n07_ports_that_are_none(room):
    room.integration('Listen', LISTEN, [], [('longRunning', 8), ('longRunningPort', 0)], ['longRunning', 'longRunningPort'])
    room.add('Listen', 'listen')
    for port in BAD_PORTS:
        room.must('instance', 'set', 'listen', '--param', 'longRunningPort=' + port)
        refused = room('instance', 'start', 'listen')
        assert refused.code == 2 and 'is no port' in refused.err, (port, refused)


def test_n07_a_port_that_is_taken(room, lab):
    room.settings_with('network:\n  way: veth\n')
    room.integration('Listen', LISTEN, [], [('longRunning', 8), ('longRunningPort', 0)], ['longRunning', 'longRunningPort'])
    lab.serve(lab.host, ['127.0.0.1'], tcp_port=18240, udp_port=18240)
    room.add('Listen', 'listen', '--param', 'longRunningPort=18240')
    refused = room('instance', 'start', 'listen', prefix=lab.host.prefix)
    assert refused.code in (2, 12) and '18240' in refused.err, refused
    figure('N07', 'a port that is taken', refused.err.strip().splitlines()[-1][:110])
