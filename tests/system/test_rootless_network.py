"""The network of an ordinary user's calls: the same profiles and refusals as root's, by a relay program."""
import os
import random
import signal
import time

import pytest

import lab as labs
from figures import figure
from host import Host
from lab import HOST, METADATA, OTHER_PUBLIC, PRIVATE, PUBLIC, REACH, ROUTER, SPECIAL
from rootless import TAP
from test_network_egress import TRY, addresses, has_route, is_greeting
from test_network_egress import call as call_egress
from test_network_kill import BUSY, relays, settle_relays
from test_network_list import call as call_list

pytestmark = pytest.mark.usefixtures('tap_device')
WAYS = 'pasta', 'slirp4netns'


@pytest.fixture(scope='module')
def names(lab):
    made = labs.Names(lab)
    yield made
    made.end()


@pytest.fixture(scope='module')
def place(user):
    return Host(user.folder, user.runtime)


@pytest.fixture(autouse=True)
def nothing_left(lab, place):
    before = relays()
    yield
    place.settle()
    lab.settle()
    settle_relays(before)
    lab.guests()


@pytest.mark.parametrize('way', WAYS)
def test_reaches_the_internet(user, lab, way):
    answer = call_egress(user, lab, TRY, addresses(PUBLIC), way=way)
    for address, (tcp, udp) in answer.value.items():
        if has_route(way, address):
            assert is_greeting(tcp, address) and is_greeting(udp, address), answer
            assert tcp.split(' for ')[1] in HOST
    network = answer.json['network']
    assert (network['profile'], network['way'], network['refused']) == ('egress', way, [])


def test_takes_a_relay_where_root_takes_none(user, lab):
    """This machine forwards packets, which is for root to use."""
    answer = call_egress(user, lab, TRY, addresses(PUBLIC), way='auto')
    assert answer.json['network']['way'] == 'pasta', answer
    assert is_greeting(answer.value[PUBLIC[0]][0], PUBLIC[0]), answer
    asked = call_egress(user, lab, TRY, addresses(PUBLIC), way='veth')
    assert asked.code == 11 and 'network.way is veth, but it needs root' in asked.err, asked


@pytest.mark.parametrize('way', WAYS)
def test_n02_n03_refused_addresses(user, lab, way):
    everything = METADATA + PRIVATE + SPECIAL + HOST
    answer = call_egress(user, lab, TRY, addresses(everything), way=way)
    everything = [address for address in everything if has_route(way, address)]
    for address, answers in answer.value.items():
        expected = ['ECONNREFUSED', 'EPERM'] if address in everything else ['ENETUNREACH', 'ENETUNREACH']
        assert answers == expected, (address, answers)
    assert lab.guests() == []
    told = {(one['address'], one['protocol'], one['port']) for one in answer.json['network']['refused']}
    assert told == {(address, protocol, port) for address in everything
                    for protocol, port in (('TCP', 80), ('UDP', 5353))}
    figure('N02 rootless', 'refused of %d addresses by %s' % (len(everything), way), len(everything))


def test_n02_n03_control(user, lab):
    everything = METADATA + PRIVATE
    answer = call_egress(user, lab, TRY, addresses(everything), way='pasta', leave_out=['network_rules'])
    reached = [address for address, (tcp, _) in answer.value.items() if is_greeting(tcp, address)]
    assert set(reached) == set(everything), answer.value
    figure('N02 rootless', 'control, without network_rules: reached of %d' % len(everything), len(reached))


def test_the_rules_are_out_of_reach(user, lab):
    """A container's root, with every capability of its namespace, may neither read nor change the packet filter."""
    code = REACH + """
import os
def ask(number, *names):
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, number) as made:
        made.bind((0, 0))
        # NFT_MSG_DELTABLE of no table by name, in a batch; RTM_DELLINK of interface 2.
        import struct
        for body in names:
            made.send(body)
        made.settimeout(2)
        data = made.recv(4096)
        return errno.errorcode.get(-struct.unpack_from('=i', data, 16)[0], 'ok')
def message(kind, flags, body):
    import struct
    return struct.pack('=IHHII', 16 + len(body), kind, flags, 1, 0) + body
import struct
batch = (message(0x10, 1, struct.pack('=BBH', 0, 0, 0x0a00)) + message(0x0a02, 5, struct.pack('=BBH', 0, 0, 0)) +
         message(0x11, 1, struct.pack('=BBH', 0, 0, 0x0a00)))
found = {'uid': os.getuid(), 'filter': ask(12, batch),
         'links': ask(0, message(17, 5, struct.pack('=BBHiII', 0, 0, 0, 2, 0, 0)))}
found['refused'] = try_all(['10.1.2.3'])['10.1.2.3'][0]
demisto.results(found)
"""
    answer = call_egress(user, lab, code, way='pasta', leave_out=['capabilities', 'seccomp'])
    assert answer.value == {'uid': 0, 'filter': 'EPERM', 'links': 'EPERM', 'refused': 'ECONNREFUSED'}, answer


def test_a_list_opens_what_it_names(user, lab, names):
    names.set({'api.example.com': [PUBLIC[0]], 'other.example.com': [OTHER_PUBLIC[0]],
               'turns.example.com': [[PUBLIC[0]], ['169.254.169.254'], [HOST[0]]]})
    answer = call_list(user, lab, 'api.example.com:80,turns.example.com:80', """
demisto.results({'by address before': greeting(socket.SOCK_STREAM, '8.8.1.1', 80),
                 'by name': ask('api.example.com'), 'other port': ask('api.example.com', 81),
                 'other name': ask('other.example.com'), 'other': greeting(socket.SOCK_STREAM, '8.8.2.2', 80),
                 'turns': [ask('turns.example.com', family=socket.AF_INET)[:7] for _ in range(3)]})""", way='pasta')
    value = answer.value
    assert value.pop('by name').startswith('8.8.1.1 for ')
    assert value == {'by address before': 'ECONNREFUSED', 'other port': 'ECONNREFUSED', 'other name': 'no such name',
                     'other': 'ECONNREFUSED', 'turns': ['8.8.1.1', 'no such', 'no such']}, answer
    network = answer.json['network']
    assert {(one['address'], one['port']) for one in network['refused']} >= {('8.8.1.1', 81), ('8.8.2.2', 80)}
    assert any("'other.example.com' is not on the" in text for text in network['names']), network
    guests = lab.guests()
    assert 'DNS other.example.com' not in guests and 'TCP 8.8.2.2' not in guests, guests


def test_n08_proxy_alone(user, lab, names):
    names.set({'api.example.com': list(PUBLIC), 'proxy.example.com': [OTHER_PUBLIC[0]]})
    answer = call_list(user, lab, 'proxy', """
import os
demisto.results({'proxy': ask('proxy.example.com'), 'variable': os.environ.get('HTTPS_PROXY', ''),
                 'past it, by name': ask('api.example.com'),
                 'past it': greeting(socket.SOCK_STREAM, '8.8.1.1', 80)})""", way='pasta',
                       settings='  proxy: proxy.example.com:80\n')
    value = answer.value
    assert value.pop('proxy').startswith(OTHER_PUBLIC[0] + ' for '), answer
    value.pop('variable')
    assert value == {'past it, by name': 'no such name', 'past it': 'ECONNREFUSED'}, answer
    assert answer.json['network']['profile'] == 'proxy'


def test_sigkill(user, lab, place):
    settings = user.settings_with('network:\n  resolvers: [%s]\n' % ROUTER[0])
    before = relays()
    chance = random.Random(9)
    slowest, moments = 0, 16
    for number in range(moments):
        profile = 'egress' if number % 4 < 2 else '8.8.1.1:80,api.example.com:443'
        running = user.begin_script(BUSY, '--network', profile, settings=settings, prefix=lab.host.prefix)
        time.sleep(chance.uniform(0, 0.05 if number % 2 else 0.25))
        running.signal(signal.SIGKILL)
        assert running.wait(10).code == -signal.SIGKILL
        begun = time.monotonic()
        place.settle(5)
        settle_relays(before)
        slowest = max(slowest, time.monotonic() - begun)
    figure('SIGKILL rootless', 'left of %d calls with network; the longest until all was gone' % moments,
           '0; %.2f s' % slowest)


def test_without_a_tap_device(user, lab):
    os.chmod(TAP, 0o600)
    try:
        answer = call_egress(user, lab, TRY, addresses(PUBLIC), way='auto')
        assert answer.code == 11 and 'chmod 0666 /dev/net/tun' in answer.err, answer
        assert user.script("demisto.results('ran')").value == 'ran'
    finally:
        os.chmod(TAP, 0o666)


def test_without_a_relay_program(user, lab):
    """What is missing is named, with the package."""
    tools = user.user.home + '/tools'
    os.mkdir(tools)
    try:
        for name in 'newuidmap', 'newgidmap', 'nsenter':
            os.symlink('/usr/bin/' + name, tools + '/' + name)
        answer = user.script(TRY, addresses(PUBLIC), '--network', 'egress', prefix=lab.host.prefix, env={'PATH': tools})
        assert answer.code == 11, answer
        for word in 'veth cannot be used, because it needs root', "'passt'", '--network none':
            assert word in answer.err, answer
        # Without one nothing else changes.
        assert user.script("demisto.results('ran')", env={'PATH': tools}).value == 'ran'
    finally:
        for name in os.listdir(tools):
            os.unlink(tools + '/' + name)
        os.rmdir(tools)
