"""The rules themselves: that the kernel has them as they are printed, that they bound what a call may do, and that
containers are nothing to each other."""
import glob
import os
import re
import signal
import subprocess
import time

import pytest

from calls import PATIENCE
from figures import figure
from inside import ATTEMPT
from lab import PUBLIC, REACH

WAIT = '''
import time
demisto.log('running')
time.sleep(60)
'''


@pytest.fixture(autouse=True)
def nothing_left(lab):
    yield
    lab.settle()
    lab.guests()


def wait_until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


class Running:
    """A call that waits, with a way into its network namespace."""

    def __init__(self, berth, lab, code=WAIT, network='egress'):
        self.call = berth.begin_script(code, '--network', network, '--raw', prefix=lab.host.prefix)
        try:
            wait_until(lambda: '"running"' in self.call.said())
            self.pid = self._script()
        except BaseException:
            self.end()
            raise
        self.prefix = ['nsenter', '--net=/proc/%d/ns/net' % self.pid]

    def _script(self):
        """A process of the container: a child of the program, of a pid namespace of its own."""
        own = os.readlink('/proc/%d/ns/net' % self.call.pid)
        for path in glob.glob('/proc/[0-9]*/stat'):
            try:
                with open(path) as file:
                    parent = int(file.read().rsplit(') ', 1)[1].split()[1])
                pid = int(path.split('/')[2])
                if parent == self.call.pid and os.readlink('/proc/%d/ns/net' % pid) != own:
                    return pid
            except OSError:
                continue
        raise AssertionError('no process of the container is there')

    def run(self, *argv):
        return subprocess.run(self.prefix + list(argv), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              check=True).stdout.decode()

    def address(self):
        return re.search(r'inet (\S+)/', self.run('ip', '-4', 'addr', 'show', 'eth0')).group(1)

    def end(self):
        self.call.signal(signal.SIGINT)
        return self.call.wait(20)


def rules_in(text):
    """chain -> rules, with the spaces of nft(8)'s lines."""
    chains, chain = {}, None
    for line in text.splitlines():
        words = line.split()
        if words[:1] == ['chain']:
            chain = chains.setdefault(words[1], [])
        elif line.startswith('\t\t') and chain is not None:
            chain.append(' '.join(words))
        elif words == ['}']:
            chain = None
    return chains


GOLDEN = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'container', 'golden')


def golden(name):
    with open(os.path.join(GOLDEN, name)) as file:
        return rules_in(file.read())


def test_the_kernel_has_what_is_printed(berth, lab):
    """What nft(8) reads back is what the golden files of the unit tests say."""
    listed = 'api.example.com:443,*.example.org:443,db.example.com:5432,10.1.2.3:8443,[2600::5]:80-90'
    settings = berth.settings_with('network:\n  proxy: 192.0.2.7:3128\n')
    for network, name in (('egress', 'network_egress.nft'), (listed, 'network_list.nft')):
        call = berth.begin_script(WAIT, '--network', network, '--raw', prefix=lab.host.prefix,
                                  settings=settings if 'list' in name else None)
        try:
            wait_until(lambda: '"running"' in call.said())
            running = Running.__new__(Running)
            running.call = call
            running.prefix = ['nsenter', '--net=/proc/%d/ns/net' % running._script()]
            seen = rules_in(running.run('nft', '-y', '-s', 'list', 'table', 'inet', 'berth'))
            host = rules_in(lab.host.run('nft', '-y', '-s', 'list', 'table', 'inet', 'berth'))
        finally:
            call.signal(signal.SIGINT)
            call.wait(20)
        assert seen == golden(name)
        assert len([chain for chain in host if chain.startswith('made-from-')]) == 1
    figure('network', 'rules of nft(8) that are those of the golden files', sum(map(len, seen.values())))


FAST = REACH + '''
import json
begun = time.monotonic()
opened = failed = 0
while time.monotonic() - begun < 3:
    made = socket.socket()
    made.setblocking(False)
    try:
        made.connect((%r, 80))
    except BlockingIOError:
        pass
    except OSError:
        failed += 1
    opened += 1
    made.close()
demisto.results({'opened': opened, 'seconds': time.monotonic() - begun})
'''


def packets_out(lab):
    """Packets that the machine has sent to the internet."""
    return int(re.findall(r'up0: *(.*)', lab.host.run('cat', '/proc/net/dev'))[0].split()[9])


def test_n06_rates(berth, lab):
    """Connections without end, and datagrams: what leaves the machine is bounded, and a neighbour does not notice."""
    rate, burst = 200, 1000
    before = packets_out(lab)
    answer = berth.script(FAST % PUBLIC[0], '--network', 'egress', prefix=lab.host.prefix)
    value = answer.value
    sent = packets_out(lab) - before
    allowed = burst + rate * value['seconds']
    # Each connection that is made costs some four packets; retries of those that were dropped count as new ones.
    assert value['opened'] > 3 * allowed, value
    assert sent < 5 * allowed * 1.1, (sent, allowed)
    figure('N06', 'connections begun in 3 s, packets that left', '%d, %d' % (value['opened'], sent))
    flood = '''
import socket, time
made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
made.connect(('8.8.1.1', 9))
begun = time.monotonic()
count = 0
while time.monotonic() - begun < 2:
    try:
        made.send(b'x')
    except OSError:
        pass
    count += 1
demisto.results({'sent': count, 'seconds': time.monotonic() - begun})
'''
    before = packets_out(lab)
    value = berth.script(flood, '--network', 'egress', prefix=lab.host.prefix).value
    sent = packets_out(lab) - before
    assert sent <= 20000 + 10000 * value['seconds'] * 1.1, (sent, value)
    figure('N06', 'datagrams sent in 2 s, those that left', '%d, %d' % (value['sent'], sent))


def test_n06_half_open_connections(berth, lab):
    """Connections that nobody answers are counted: more than 2,048 do not get out."""
    lab.internet.run('nft', 'add table inet silent; add chain inet silent input { type filter hook input priority 0; }; '
                            'add rule inet silent input tcp dport 81 drop')
    code = '''
import resource, socket, sys, time
pause = float(demisto.args()['pause'])
held = []
resource.setrlimit(resource.RLIMIT_NOFILE, (8192, 8192))
for _ in range(30):
    for _ in range(200):
        made = socket.socket()
        made.setblocking(False)
        try:
            made.connect(('8.8.1.1', 81))
        except OSError:
            pass
        held.append(made)
    time.sleep(pause)
demisto.results({'tried': len(held)})
'''
    def most_tracked(pause, looks, **how):
        before = len(tracked(lab))
        running = berth.begin_script(code, 'pause=%s' % pause, '--network', 'egress', prefix=lab.host.prefix, **how)
        most = 0
        for _ in range(looks):
            time.sleep(0.2)
            most = max(most, len(tracked(lab)) - before)
        assert running.wait(60).value['tried'] == 6000
        return most
    try:
        most = most_tracked(0.25, 40)
        control = most_tracked(0.01, 12, leave_out=['network_rules'])
    finally:
        lab.internet.run('nft', 'delete table inet silent')
    assert most <= 2060 and control > 3000, (most, control)
    figure('N06', 'control, without network_rules', control)
    figure('N06', 'half-open connections tried, those that the machine keeps track of', '6000, %d' % most)


def tracked(lab):
    return [line for line in lab.host.run('cat', '/proc/net/nf_conntrack').splitlines() if 'dport=81' in line]


LAYER_2 = ATTEMPT + '''
import fcntl, socket, struct
found = {}
found['raw'] = attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP))
found['raw IPv6'] = attempt(lambda: socket.socket(socket.AF_INET6, socket.SOCK_RAW, 58))
found['raw TCP'] = attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW))
found['packet'] = attempt(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0x0300))
found['packet, datagrams'] = attempt(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0x0300))
found['ping'] = attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP))
made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
flags = struct.pack('16sh14s', b'eth0', 0x1143, b'')
found['promiscuous'] = attempt(lambda: fcntl.ioctl(made, 0x8914, flags))
found['address'] = attempt(lambda: fcntl.ioctl(made, 0x8916, struct.pack('16sH14s', b'eth0', 2, b'\\0\\0\\x0a\\1\\2\\3')))
found['transparent'] = attempt(lambda: made.setsockopt(socket.SOL_IP, 19, 1))
found['mark'] = attempt(lambda: made.setsockopt(socket.SOL_SOCKET, 36, 1))
def ask_kernel(protocol, type_, body):
    """The kernel's answer to a request over netlink: an acknowledgement, or an error."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol) as kernel:
        kernel.send(struct.pack('=IHHII', 16 + len(body), type_, 5, 1, 0) + body)
        code, = struct.unpack_from('=i', kernel.recv(4096), 16)
        if code < 0:
            raise OSError(-code, '')
found['raise an interface'] = attempt(lambda: ask_kernel(0, 16, struct.pack('=BxHiII', 0, 0, 2, 0, 1)))
found['look at the rules'] = attempt(lambda: ask_kernel(12, 10 << 8 | 1, struct.pack('=BBH', 1, 0, 0)))
found['begin to change the rules'] = attempt(lambda: ask_kernel(12, 16, struct.pack('>BBH', 0, 0, 10)))
demisto.results(found)
'''


def test_n04_nothing_below_ip(berth, lab):
    value = berth.script(LAYER_2, '--network', 'egress', prefix=lab.host.prefix).value
    assert set(value.values()) <= {'EPERM', 'EACCES', 'EAFNOSUPPORT'}, value
    figure('N04', 'ways below IP that are open, of %d' % len(value), 0)


def test_n04_neighbours(berth, lab):
    """Two calls at once: neither reaches the other, by its own rules or by those of the machine."""
    listen = '''
import socket, time
server = socket.create_server(('0.0.0.0', 8000))
demisto.log('running')
server.settimeout(30)
try:
    demisto.results(server.accept()[1][0])
except socket.timeout:
    demisto.results('nobody')
'''
    neighbour = Running(berth, lab, listen)
    try:
        address = neighbour.address()
        code = REACH + "demisto.results(greeting(socket.SOCK_STREAM, '%s', 8000))" % address
        assert berth.script(code, '--network', 'egress', prefix=lab.host.prefix).entries[0]['Contents'] == 'ECONNREFUSED'
        # Whose own rules are open, the machine's keep from it.
        settings = berth.settings_with('network:\n  allow_private: [10.0.0.0/8]\n')
        assert berth.script(code, '--network', 'egress', settings=settings,
                            prefix=lab.host.prefix).entries[0]['Contents'] == 'timeout'
        # Nor does the machine's network reach in.
        outside = subprocess.run(lab.internet.prefix + ['timeout', '1', 'bash', '-c', '</dev/tcp/%s/8000' % address],
                                 stderr=subprocess.DEVNULL)
        assert outside.returncode != 0
        inside = subprocess.run(lab.host.prefix + ['timeout', '1', 'bash', '-c', '</dev/tcp/%s/8000' % address],
                                stderr=subprocess.DEVNULL)
        assert inside.returncode != 0
        # The control: who is in the namespace itself does.
        assert neighbour.run('bash', '-c', '</dev/tcp/127.0.0.1/8000') == ''
    finally:
        neighbour.end()
    figure('N04', 'neighbours reached, of 2 ways', 0)


def test_a_call_in_a_call(berth, lab):
    """executeCommand starts a second container while the first has its network; both reach out."""
    folder = 'nested/Packs/Net'
    berth.write(folder + '/Scripts/Inner/Inner.yml', 'commonfields: {id: Inner, version: -1}\nname: Inner\n'
                'type: python\nsubtype: python3\ndockerimage: python3:1\nscript: ""\n')
    berth.write(folder + '/Scripts/Inner/Inner.py', REACH + "demisto.results(greeting(socket.SOCK_STREAM, '8.8.1.1', 80))")
    berth.write(folder + '/Scripts/Outer/Outer.yml', 'commonfields: {id: Outer, version: -1}\nname: Outer\n'
                'type: python\nsubtype: python3\ndockerimage: python3:1\nscript: ""\n')
    outer = berth.write(folder + '/Scripts/Outer/Outer.py', REACH + '''
inner = demisto.executeCommand('Inner', {})
demisto.results([greeting(socket.SOCK_STREAM, '8.8.1.1', 80), inner[0]['Contents']])''')
    settings = berth.settings_with('network:\n  default: {script: egress}\nimages:\n  substitute: {python3: python3}\n')
    answer = berth('run', os.path.dirname(outer), '--image', 'python3', '--json', settings=settings,
                   prefix=lab.host.prefix)
    shown = [entry['Contents'] for entry in answer.entries]
    assert len(shown) == 2 and shown[0].startswith('8.8.1.1 for '), answer


def test_many_at_once(berth, lab):
    code = REACH + "demisto.results(greeting(socket.SOCK_STREAM, '8.8.1.1', 80))"
    begun = time.monotonic()
    calls = [berth.begin_script(code, '--network', 'egress', prefix=lab.host.prefix) for _ in range(12)]
    answers = [call.wait(60).entries[0]['Contents'] for call in calls]
    assert all(answer.startswith('8.8.1.1 for ') for answer in answers), answers
    assert time.monotonic() - begun < 10 * PATIENCE
    figure('network', 'calls at once that reached out', len(answers))
