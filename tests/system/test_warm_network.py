"""Calls with a network in children of a zygote: reached and refused is what a container of its own reaches and is refused.

The probes of test_network_*.py run again here, each in a child: a script that fails while it has a container of its own is
tried again, and the second try is warm.
"""
import json
import os
import re
import signal
import statistics
import sys
import time

import pytest

import hostile_zygote
import lab as labs
from calls import IMAGE, PATIENCE
from figures import figure
from host import read
from lab import HOST, METADATA, PRIVATE, PUBLIC, REACH, ROUTER
from test_images import buildah
from test_network_egress import (test_fails_fast, test_n02_n03_control, test_n02_n03_refused_addresses,  # noqa: F401
                                 test_reaches_the_internet, test_what_an_operator_opens)
from test_network_list import (names, test_a_list_opens_what_it_names, test_n05_rebinding,  # noqa: F401
                               test_n08_proxy_alone, test_names_resolve)
from test_network_rules import test_n04_nothing_below_ip, test_n06_rates  # noqa: F401
from test_warm import IS_WARM, OUTER, call_of, children_of, staged, turn_on, until, zygotes_of
from war_room import UNTIL_WARM, WarRoom

COLD_FAILS = "import os\nif not %s:\n    raise ValueError('cold')\n" % IS_WARM


@pytest.fixture(autouse=True)
def nothing_left(berth, lab):
    yield
    berth.end()
    lab.settle()
    lab.guests()


class WarmAnswer:
    """What a warm call answered, as if it had been asked for by `berth run`."""

    def __init__(self, finished):
        self.finished = finished
        self.json = call_of(finished)
        self.entries = [entry for entry in self.json['entries']]
        self.code = finished.code

    def __repr__(self):
        return repr(self.finished)

    @property
    def value(self):
        contents = self.entries[-1]['Contents']
        return json.loads(contents) if self.entries[-1]['ContentsFormat'] == 'json' and isinstance(contents, str) \
            else contents


class WarmBerth:
    """Runs Python texts in children of a zygote; all else is the program's."""

    def __init__(self, berth):
        self._berth = berth
        self._rooms = []

    def __getattr__(self, name):
        return getattr(self._berth, name)

    def __call__(self, *argv, **how):
        return self._berth(*argv, **how)

    def room(self, settings=None):
        room = WarRoom(self._berth)
        self._rooms.append(room)
        if settings is not None:
            with open(settings) as file:
                text = re.sub(r'\n  state: .*', '\n  state: ' + room.state, file.read())
            with open(room.settings, 'w') as file:
                file.write(text)
        turn_on(room)
        return room

    def script(self, code, *argv, seconds=60, settings=None, leave_out=(), **how):
        if leave_out:  # no call is warm without all guards
            return self._berth.script(code, *argv, seconds=seconds, settings=settings, leave_out=leave_out, **how)
        room = self.room(settings)
        given = [tuple(word.split('=', 1)) for word in argv if '=' in word and not word.startswith('--')]
        options = [word for word in argv if '=' not in word or word.startswith('--')]
        room.script('Probe', COLD_FAILS + code, [name for name, _ in given])
        line = '!Probe %s' % UNTIL_WARM + ''.join(' %s=`%s`' % pair for pair in given)
        answer = WarmAnswer(room.exec(line, *options, seconds=seconds * PATIENCE, **how))
        assert answer.json['warm'], answer
        return answer

    def end(self):
        while self._rooms:
            self._rooms.pop().end()


@pytest.fixture(scope='session')
def berth(berth):
    return WarmBerth(berth)


NETWORK_FACTS = r"""import json, socket, os
def text(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError as error:
        return str(error.errno)
def listens(port):
    try:
        return socket.create_server(('127.0.0.1', port)).close() or 'ok'
    except OSError as error:
        return error.errno
facts = {
    'connections until now': [line.split()[5:7] for line in text('/proc/net/snmp').splitlines() if line.startswith('Tcp:')],
    'interfaces': sorted(name for _, name in socket.if_nameindex()),
    'resolvers': text('/etc/resolv.conf'), 'hosts': text('/etc/hosts'),
    'low ports': text('/proc/sys/net/ipv4/ip_unprivileged_port_start'),
    'forwarding': text('/proc/sys/net/ipv4/ip_forward'),
    'routes': sorted(line.split()[0] for line in text('/proc/net/route').splitlines()[1:]),
    'sockets': [len(text('/proc/net/' + kind).splitlines()) for kind in ('tcp', 'udp', 'tcp6', 'udp6', 'unix')],
    'listens': [listens(port) for port in (80, 8765)],
    'mounts': sorted(line.split()[4] for line in text('/proc/self/mountinfo').splitlines() if ' /etc/' in line),
}
socket.create_connection(('%s', 80), 5).recv(64)
demisto.results(json.dumps([facts, %s]))
""" % (PUBLIC[0], IS_WARM)


def networked(berth, network='egress', way='veth', settings=''):
    """A room whose scripts, also those that another one calls, have a network."""
    text = 'network:\n  way: %s\n  default: {script: %s}\n' % (way, json.dumps(network))
    return berth.room(berth.settings_with(text + settings))


def again(room, lab, code, count, image=IMAGE):
    """The answer of a script that calls one that runs `code` `count` times; the first of them is cold."""
    path = room.script('Inner', code)
    with open(path) as file:
        text = file.read()
    with open(path, 'w') as file:
        file.write(text.replace('dockerimage: python3', 'dockerimage: ' + image))
    room.script('Outer', OUTER % 'Inner', ['rows'])
    answer = room.exec('!Outer rows=`%s`' % json.dumps([{}] * count), seconds=120 * PATIENCE, prefix=lab.host.prefix)
    assert answer.code == 0, answer
    return answer


def said_in(answer):
    return [contents[0] for contents in json.loads(answer.value)]


def test_a_child_finds_the_network_that_a_container_has(berth, lab):
    cold, *warm = [json.loads(text) for text in said_in(again(networked(berth), lab, NETWORK_FACTS, 5))]
    assert [cold[1]] + [one[1] for one in warm] == [False] + [True] * 4
    assert cold[0]['connections until now'][1] == ['0', '0'], cold
    for facts, _ in warm:
        different = {key: (cold[0][key], facts[key]) for key in facts if facts[key] != cold[0][key]}
        assert different == {}, different
    figure('N', 'facts of a warm call\'s network that differ from those of a container\'s', '0 of %d' % len(cold[0]))


def test_integrations_are_warm(berth, lab):
    """By default they have the public internet."""
    room = berth.room()
    room.integration('Net', REACH + "import os\ndemisto.results([str(%s), greeting(socket.SOCK_STREAM, '%s', 80)])"
                     % (IS_WARM, PUBLIC[0]), ['net-it'])
    room.add('Net', 'net1')
    room.script('Nets', """import json
demisto.results(json.dumps([[entry['Contents'] for entry in demisto.executeCommand('net-it', {})] for _ in range(4)]))""")
    answer = room.exec('!Nets', prefix=lab.host.prefix)
    rows = json.loads(answer.value)
    assert [row[0] for row in rows] == ['False', 'True', 'True', 'True'], answer
    assert all(row[1].startswith(PUBLIC[0] + ' for ') for row in rows), answer


def test_another_network_is_another_key(berth, lab):
    """A process that was made for one network serves no call that is to have another."""
    room = berth.room()
    room.script('Where', REACH + "import os\ndemisto.results(str(%s) + ' ' + greeting(socket.SOCK_STREAM, '10.1.2.3', 80))"
                % IS_WARM)
    room.integration('Open', REACH + "import os\ndemisto.results(str(%s) + ' ' + greeting(socket.SOCK_STREAM, '10.1.2.3', 80))"
                     % IS_WARM, ['open-it'])
    room.add('Open', 'wide', '--network', '10.1.2.3:80')
    room.add('Open', 'narrow', '--network', PUBLIC[0] + ':80')
    room.script('Both', """said = []
for _ in range(3):
    for name in 'wide', 'narrow':
        said.append(demisto.executeCommand('open-it', {'using': name})[0]['Contents'])
demisto.results('\\n'.join(said))""")
    answer = room.exec('!Both', prefix=lab.host.prefix)
    said = [re.sub(' for .*', '', line) for line in answer.value.splitlines()]
    assert said == ['False 10.1.2.3', 'False ECONNREFUSED'] + ['True 10.1.2.3', 'True ECONNREFUSED'] * 2, answer


def test_n04_neighbours(berth, lab):
    """Two warm calls at once: neither reaches the other, by its own rules or by those of the machine."""
    room = berth.room()
    room.script('Listen', COLD_FAILS + '''
import ctypes, socket
server = socket.create_server(('0.0.0.0', 8000))
ctypes.CDLL(None).prctl(15, b'warm-listens', 0, 0, 0)
server.settimeout(60)
try:
    demisto.results(server.accept()[1][0])
except socket.timeout:
    demisto.results('nobody')''')
    listening = room.begin('exec', '!Listen ' + UNTIL_WARM, '--network', 'egress', '--json',
                           prefix=lab.host.prefix)
    try:
        pid, = until(lambda: [pid for pid in filter(str.isdigit, os.listdir('/proc'))
                              if read('/proc/%s/comm' % pid).strip() == 'warm-listens'])
        inside = ['nsenter', '--net=/proc/%s/ns/net' % pid]
        address = re.search(r'inet (\S+)/', labs.run(*inside, 'ip', '-4', 'addr', 'show', 'eth0')).group(1)
        code = REACH + "demisto.results(greeting(socket.SOCK_STREAM, '%s', 8000))" % address
        assert berth.script(code, '--network', 'egress', prefix=lab.host.prefix).value == 'ECONNREFUSED'
        opened = berth.settings_with('network:\n  allow_private: [10.0.0.0/8]\n')
        assert berth.script(code, '--network', 'egress', settings=opened, prefix=lab.host.prefix).value == 'timeout'
        labs.run(*inside, 'bash', '-c', '</dev/tcp/127.0.0.1/8000')  # the control: who is in it does
    finally:
        answer = listening.wait(60 * PATIENCE)
    assert answer.value == '127.0.0.1', answer
    figure('N04', 'warm neighbours reached, of 2 ways', 0)


@pytest.mark.parametrize('way', ('veth', 'pasta', 'slirp4netns'))
def test_all_is_gone_with_the_child(berth, lab, way):
    """While the zygote lives: what stands is the network of the one child that waits for the next call."""
    room = networked(berth, way=way)
    room.script('Short', REACH + "demisto.results(greeting(socket.SOCK_STREAM, '%s', 80))" % PUBLIC[0])
    room.script('Staying', """import ctypes, time
said = [demisto.executeCommand('Short', {})[0]['Contents'] for _ in range(8)]
time.sleep(1)
ctypes.CDLL(None).prctl(15, b'all-called', 0, 0, 0)
time.sleep(4)
demisto.results('\\n'.join(said))""")
    running = room.begin('exec', '!Staying', '--json', prefix=lab.host.prefix)
    until(lambda: [pid for pid in filter(str.isdigit, os.listdir('/proc'))
                   if read('/proc/%s/comm' % pid).strip() == 'all-called'], 60)
    wires = [name for name in lab.leftovers() if name.startswith('berth')]
    helpers = [name for name in (read('/proc/%d/comm' % pid).strip() for pid in children_of(running.pid))]
    answer = running.wait(60 * PATIENCE)
    assert all(line.startswith(PUBLIC[0]) for line in answer.value.splitlines()), answer
    assert len(wires) == (2 if way == 'veth' else 0), wires  # the script that calls has one too
    assert helpers.count('berth-names') <= 2 and helpers.count('berth-relay') <= 2, helpers


@pytest.mark.parametrize('network', ('egress', '8.8.1.1:80,api.example.com:443'))
def test_sigkill_leaves_nothing(berth, host, lab, network):
    room = networked(berth, network)
    room.script('Short', "demisto.results(1)")
    room.script('Endless', "while True:\n    demisto.executeCommand('Short', {})")
    for moment in range(8):
        running = room.begin('exec', '!Endless', '--json', prefix=lab.host.prefix)
        time.sleep(0.2 + 0.05 * moment)
        running.signal(signal.SIGKILL)
        running.wait(30)
        host.settle()
        lab.settle()
    figure('N', 'left after SIGKILL at 8 moments of warm calls with %s' % network.split(',')[0], 0)


def test_the_zygote_is_killed(berth, host, lab):
    """With the child that runs a call: the call ends, the later ones go on, and nothing stays."""
    room = berth.room()
    room.script('Long', COLD_FAILS + "import ctypes, time\nctypes.CDLL(None).prctl(15, b'long-call', 0, 0, 0)\ntime.sleep(60)")
    running = room.begin('exec', '!Long retry-count=2 retry-interval=3', '--network', 'egress', '--json',
                         prefix=lab.host.prefix)
    until(lambda: [pid for pid in filter(str.isdigit, os.listdir('/proc'))
                   if read('/proc/%s/comm' % pid).strip() == 'long-call'])
    zygote, = zygotes_of(running.pid)
    status = dict(line.split(':\t') for line in read('/proc/%d/status' % zygote).splitlines() if line.startswith('Cap'))
    assert all(int(status[name], 16) & 1 << 12 == 0 for name in status), status  # CAP_NET_ADMIN
    assert int(status['CapEff'], 16) & 1 << 21, status  # CAP_SYS_ADMIN, or this shows nothing
    begun = time.monotonic()
    os.kill(zygote, signal.SIGKILL)
    answer = running.wait(60 * PATIENCE)
    assert time.monotonic() - begun < 20 * PATIENCE, answer
    host.settle()
    lab.settle()


# --- a zygote that was taken over ------------------------------------------------------------------------------------


@pytest.fixture(scope='module')
def hostile_image():
    names = buildah('images', '--format', '{{.Name}}:{{.Tag}}').splitlines()
    made = hostile_zygote.make_image(buildah, next(name for name in names if '/berth/python3-deb:' in name))
    yield made
    buildah('rmi', made)


def hostile_calls(berth, lab, image, wish, code, count):
    """The answer of a script that calls one that runs in the image `count` times."""
    room = networked(berth, settings=hostile_zygote.settings(wish, PUBLIC[0], list(METADATA + PRIVATE + HOST)))
    return again(room, lab, code, count, image)


@pytest.mark.parametrize('wish, why', (
    ('that of another child', 'its net namespace is not the one that was made for it'),
    ('one of its own making', 'its net namespace is not the one that was made for it'),
    ('its own', 'unshare the namespaces: Operation not permitted'),
    ('no filter', 'a system call filter is missing')))
def test_a_hostile_zygotes_child_gets_no_job(berth, lab, hostile_image, wish, why):
    answer = hostile_calls(berth, lab, hostile_image, wish, "import os\ndemisto.results(str(%s))" % IS_WARM, 5)
    warm = [text == 'True' for text in said_in(answer)]
    assert warm[:3] == [False, True, False], answer
    told = call_of(answer)['notes' if wish == 'its own' else 'warnings']
    assert [text for text in told if why in text], answer


def test_what_a_hostile_zygote_gains(berth, lab, hostile_image):
    """It goes to its child's network: there it reaches what the child may, changes nothing, and is cut off with it."""
    code = """import json, sys, time
time.sleep(4 if 'hostile' in sys.modules and sys.modules['hostile'].heard() is None else 2)
demisto.results(json.dumps(sys.modules['hostile'].heard()))"""
    answer = hostile_calls(berth, lab, hostile_image, 'visit', code, 4)
    cold, during, after, last = [json.loads(text) for text in said_in(answer)]
    assert cold is None
    assert during['own network'] == 'ENETUNREACH' and during['enter'] == 'ok', during
    reached = during['reached']
    assert reached.pop(PUBLIC[0]) == 'reached', during  # the price: what calls of its key may reach
    assert set(reached.values()) == {'ECONNREFUSED'} and len(reached) == len(METADATA + PRIVATE + HOST), reached
    # Nowhere is there a route from an address that is not its own; the rest is refused.
    assert during['changed'].pop('send from a foreign address') != 'ok', during
    assert set(during['changed'].values()) <= {'EPERM', 'EACCES', 'EAFNOSUPPORT'}, during['changed']
    assert [guest for guest in lab.guests() if guest.startswith('UDP')] == []
    # The control: who may change a network does it in these ways.
    control = json.loads(labs.run('unshare', '--net', 'sh', '-c', 'ip link add eth0 type veth peer name eth1 && exec "$@"', 'sh',
                                  'env', *hostile_zygote.variables('control', PUBLIC[0], []), sys.executable, '-c',
                                  hostile_zygote.HOSTILE + '\nprint(json.dumps(change()))'))
    open_ways = [way for way in during['changed'] if control[way] == 'ok']
    assert len(open_ways) >= 10, control
    assert last['afterwards'] != 'reached' and last['interfaces afterwards'] == ['lo'], last
    figure('N', 'refused addresses reached by a zygote that was taken over, of %d' % len(reached), 0)
    figure('N', 'ways to change its children\'s network, of %d; the control' % len(during['changed']),
           '0; %d' % len(open_ways))


TIMED = """import json, time
times = []
for _ in range(int(demisto.args()['count'])):
    begun = time.monotonic()
    demisto.executeCommand('Trivial', {})
    times.append(1000 * (time.monotonic() - begun))
demisto.results(json.dumps(times))
"""


def test_what_a_call_costs(berth, lab):
    """Warm beside cold, in turns; the network of the next call is made before a call's answer is handed on."""
    room = networked(berth)
    room.script('Trivial', "demisto.results(1)")
    room.script('Timed', TIMED, ['count'])
    times = {'on': [], 'off': []}
    for _ in range(4):
        for switch in times:
            turn_on(room, switch)
            answer = room.exec('!Timed count=24', seconds=120 * PATIENCE, prefix=lab.host.prefix)
            times[switch] += json.loads(answer.value)[4:]
    warm, cold = (statistics.median(times[switch]) for switch in ('on', 'off'))
    figure('N', 'milliseconds of a call with egress, its process and network made anew: warm; cold; ratio',
           '%.1f; %.1f; %.1f' % (warm, cold, cold / warm))
    assert warm < cold
