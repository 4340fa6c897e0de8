"""Networks of calls: what `egress` reaches and what it never does, by each way out of a container."""
import pytest

from figures import figure
from lab import HOST, METADATA, OTHER_PUBLIC, PRIVATE, PUBLIC, REACH, ROUTER, SPECIAL

WAYS = 'veth', 'pasta', 'slirp4netns'

TRY = REACH + '''
import json
demisto.results(try_all(json.loads(demisto.args()['addresses'])))
'''


@pytest.fixture(autouse=True)
def nothing_left(lab):
    yield
    lab.settle()
    lab.guests()


def call(berth, lab, code, *argv, way='veth', settings='', **how):
    text = 'network:\n  way: %s\n%s' % (way, settings)
    return berth.script(code, '--network', 'egress', *argv, settings=berth.settings_with(text),
                        prefix=lab.host.prefix, **how)


def addresses(*groups):
    import json
    return 'addresses=' + json.dumps([address for group in groups for address in group])


def has_route(way, address):
    return way != 'slirp4netns' or ':' not in address


def is_greeting(answer, address):
    return answer.startswith(address + ' for ')


@pytest.mark.parametrize('way', WAYS)
def test_reaches_the_internet(berth, lab, way):
    answer = call(berth, lab, TRY, addresses(PUBLIC), way=way)
    for address, (tcp, udp) in answer.value.items():
        if not has_route(way, address):
            continue
        assert is_greeting(tcp, address) and is_greeting(udp, address), answer
        # The machine's own address stands in for the container's.
        assert tcp.split(' for ')[1] in HOST and udp.split(' for ')[1] in HOST
    network = answer.json['network']
    assert (network['profile'], network['reason'], network['way'], network['refused']) == (
        'egress', '--network', way, [])


@pytest.mark.parametrize('way', WAYS)
def test_n02_n03_refused_addresses(berth, lab, way):
    """Metadata, private networks, reserved ranges, the machine's own addresses: refused at once, and told."""
    everything = METADATA + PRIVATE + SPECIAL + HOST
    answer = call(berth, lab, TRY, addresses(everything), way=way)
    everything = [address for address in everything if has_route(way, address)]
    for address, answers in answer.value.items():
        expected = ['ECONNREFUSED', 'EPERM'] if address in everything else ['ENETUNREACH', 'ENETUNREACH']
        assert answers == expected, (address, answers)
    assert lab.guests() == []
    told = {(one['address'], one['protocol'], one['port']) for one in answer.json['network']['refused']}
    assert told == {(address, protocol, port) for address in everything
                    for protocol, port in (('TCP', 80), ('UDP', 5353))}
    figure('N02', 'refused of %d addresses by %s (TCP, UDP)' % (len(everything), way), len(everything))


def test_n02_n03_control(berth, lab):
    """Without the rules they all answer, but for those that no kernel sends to."""
    everything = METADATA + PRIVATE + SPECIAL + HOST
    answer = call(berth, lab, TRY, addresses(everything), leave_out=['network_rules'])
    reached = [address for address, (tcp, _) in answer.value.items() if is_greeting(tcp, address)]
    unreached = set(everything) - set(reached)
    assert unreached <= {'240.1.1.1', '2002:7f00:1::1'}, answer.value
    assert answer.json['network']['refused'] == []
    figure('N02', 'control, without network_rules: reached of %d' % len(everything), len(reached))


def test_fails_fast(berth, lab):
    """A refused connection costs no waiting."""
    answer = call(berth, lab, REACH + '''
begun = time.monotonic()
for address in %r:
    greeting(socket.SOCK_STREAM, address, 80, 10)
demisto.results(time.monotonic() - begun)
''' % (PRIVATE,))
    taken = float(answer.value)
    assert taken < 0.5
    figure('network', 'five refused connections take', '%.1f ms' % (1000 * taken))


def test_what_an_operator_opens(berth, lab):
    """Private ranges by setting, metadata by naming the item; a range does not open this machine in it."""
    opened = call(berth, lab, TRY, addresses(PRIVATE + METADATA),
                  settings='  allow_private: [10.0.0.0/8, 192.168.7.7]\n').value
    reached = {address for address, (tcp, _) in opened.items() if is_greeting(tcp, address)}
    assert reached == {'10.1.2.3', '192.168.7.7'}, opened
    own = call(berth, lab, TRY, addresses(HOST[:1] + ('198.18.0.9',)),
               settings='  allow_private: [198.18.0.0/15]\n').value
    assert own[HOST[0]] == ['ECONNREFUSED', 'EPERM'] and is_greeting(own['198.18.0.9'][0], '198.18.0.9'), own
    path = berth.write('scripts/metadata.py', TRY)
    settings = berth.settings_with('network:\n  metadata: [metadata]\n')
    answer = berth('run', path, addresses(METADATA), '--image', 'python3', '--json', '--network', 'egress',
                   settings=settings, prefix=lab.host.prefix)
    assert all(is_greeting(tcp, address) for address, (tcp, _) in answer.value.items()), answer
