"""Networks that are a list of names and ports, or the proxy alone: what opens is the address that a name has."""
import pytest

import lab as labs
from figures import figure
from lab import HOST, OTHER_PUBLIC, PUBLIC, REACH, ROUTER

ASK = REACH + '''
def ask(name, port=80, kind=socket.SOCK_STREAM, family=0):
    """What a connection by name gave: a greeting, the name of an errno, or 'no such name'."""
    try:
        found = socket.getaddrinfo(name, port, family, kind)
    except socket.gaierror as error:
        return 'no such name'
    return greeting(kind, found[0][4][0], port)
'''


@pytest.fixture(scope='module')
def names(lab):
    made = labs.Names(lab)
    yield made
    made.end()


@pytest.fixture(autouse=True)
def nothing_left(lab):
    yield
    lab.settle()
    lab.guests()


def call(berth, lab, network, code, *argv, way='veth', settings='', **how):
    text = 'network:\n  way: %s\n  resolvers: [%s]\n%s' % (way, ROUTER[0], settings)
    return berth.script(ASK + code, '--network', network, *argv, settings=berth.settings_with(text),
                        prefix=lab.host.prefix, **how)


@pytest.mark.parametrize('way', ('veth', 'pasta', 'slirp4netns'))
def test_names_resolve(berth, lab, names, way):
    names.set({'api.example.com': list(PUBLIC)})
    answer = call(berth, lab, 'egress', "demisto.results([ask('api.example.com'), ask('other.example.com')])", way=way)
    first, second = [entry['Contents'] for entry in answer.entries]
    assert first.split(' for ')[0] in PUBLIC and second == 'no such name', answer


@pytest.mark.parametrize('way', ('veth', 'pasta', 'slirp4netns'))
def test_a_list_opens_what_it_names(berth, lab, names, way):
    names.set({'api.example.com': [PUBLIC[0]], 'other.example.com': [OTHER_PUBLIC[0]]})
    answer = call(berth, lab, 'api.example.com:80', '''
demisto.results({'by address before': greeting(socket.SOCK_STREAM, '8.8.1.1', 80),
                 'by name': ask('api.example.com'), 'by address after': greeting(socket.SOCK_STREAM, '8.8.1.1', 80),
                 'datagram': greeting(socket.SOCK_DGRAM, '8.8.1.1', 5353), 'other port': ask('api.example.com', 81),
                 'other name': ask('other.example.com'), 'other': greeting(socket.SOCK_STREAM, '8.8.2.2', 80)})''',
                  way=way)
    value = answer.value
    assert value.pop('by name').startswith('8.8.1.1 for ') and value.pop('by address after').startswith('8.8.1.1 for ')
    assert value == {'by address before': 'ECONNREFUSED', 'datagram': 'EPERM', 'other port': 'ECONNREFUSED',
                     'other name': 'no such name', 'other': 'ECONNREFUSED'}
    network = answer.json['network']
    assert network['profile'] == 'api.example.com:80'
    assert {(one['address'], one['port']) for one in network['refused']} >= {('8.8.1.1', 81), ('8.8.2.2', 80)}
    assert any("'other.example.com' is not on the" in text for text in network['names']), network
    # Nobody outside was asked for a name that is not on the list.
    assert 'DNS other.example.com' not in lab.guests()


def test_n05_rebinding(berth, lab, names):
    """An allowed name whose owner lies: to this machine, to metadata, through a chain, by turns."""
    names.set({'lies.example.com': ['127.0.0.1', '10.1.2.3', '169.254.169.254', HOST[0], 'fd00:ec2::254', HOST[1]],
               'turns.example.com': [[PUBLIC[0]], ['169.254.169.254'], [HOST[0]]],
               'chain.example.com': {'cname': 'inner.attacker.example'}, 'inner.attacker.example': ['192.168.7.7'],
               'translated.example.com': ['64:ff9b::a9fe:a9fe', '2002:7f00:1::1'],
               'mapped.example.com': ['::ffff:127.0.0.1']})
    code = '''
found = {name: ask(name + '.example.com') for name in ('lies', 'chain', 'translated', 'mapped')}
found['turns'] = [ask('turns.example.com', family=socket.AF_INET) for _ in range(3)]
for spelling in ('0x7f.1', '2130706433', '::ffff:127.0.0.1', '127.0.0.1', '0x7f000001'):
    found[spelling] = ask(spelling)
found['dot'] = ask('lies.example.com.')
demisto.results(found)'''
    listed = ','.join('%s.example.com:80' % name for name in ('lies', 'turns', 'chain', 'translated', 'mapped'))
    for network in 'egress', listed:
        # By turns anew: the server counts from the start again.
        names.restart()
        answer = call(berth, lab, network, code, settings='  default:\n    script: none\n')
        value = answer.value
        turns = value.pop('turns')
        guests = [guest for guest in lab.guests() if not guest.startswith('DNS')]
        # Its own loopback interface is the container's; nothing listens there.
        for spelling in ('0x7f.1', '2130706433', '::ffff:127.0.0.1', '127.0.0.1', '0x7f000001'):
            assert value.pop(spelling) in ('ECONNREFUSED', 'no such name'), spelling
        reached = [name for name, what in value.items() if ' for ' in what]
        allowed = [] if network == 'egress' else ['lies', 'chain', 'dot']  # the operator's list may be private ...
        assert set(reached) <= set(allowed), value
        assert all(what.startswith(('10.1.2.3 for', '192.168.7.7 for')) for what in value.values() if ' for ' in what)
        assert turns[0].startswith('8.8.1.1 for ') and turns[1:] == ['no such name'] * 2, turns
        assert set(guests) <= {'TCP 8.8.1.1', 'TCP 10.1.2.3', 'TCP 192.168.7.7'}, guests
    figure('N05', 'lies of a name server believed, of 12', 0)


def test_an_items_own_list_opens_nothing_private(berth, lab, names):
    names.set({'inner.example.com': ['10.1.2.3'], 'api.example.com': [PUBLIC[0]]})
    item = berth.write('items/own.yml', """
commonfields: {id: OwnNetwork, version: -1}
name: OwnNetwork
type: python
subtype: python3
dockerimage: python3:1
berth: {network: "inner.example.com:80,api.example.com:80,10.1.2.3:80"}
script: |
%s
  demisto.results([ask('inner.example.com'), ask('api.example.com'), greeting(socket.SOCK_STREAM, '10.1.2.3', 80)])
""" % '\n'.join('  ' + line for line in ASK.splitlines()))
    text = 'network:\n  resolvers: [%s]\n  default: {script: %%s}\n' % ROUTER[0]
    answer = berth('run', item, '--image', 'python3', '--json', settings=berth.settings_with(text % 'egress'),
                   prefix=lab.host.prefix)
    inner, api, literal = [entry['Contents'] for entry in answer.entries]
    assert (inner, literal) == ('no such name', 'ECONNREFUSED') and api.startswith('8.8.1.1 for '), answer
    assert answer.json['network']['reason'] == "the item's own"
    # It narrows; it does not widen.
    answer = berth('run', item, '--image', 'python3', '--json', settings=berth.settings_with(text % 'none'),
                   prefix=lab.host.prefix)
    assert answer.json['network']['profile'] == 'none' and 'network.items' in answer.json['warnings'][0], answer


@pytest.mark.parametrize('way', ('veth', 'pasta'))
def test_n08_proxy_alone(berth, lab, names, way):
    """Nothing goes past the proxy, whatever a script makes of NO_PROXY, addresses and names."""
    names.set({'api.example.com': list(PUBLIC), 'proxy.example.com': [OTHER_PUBLIC[0]]})
    code = '''
import os, urllib.request
os.environ.update(NO_PROXY='*', no_proxy='*', http_proxy='', HTTP_PROXY='')
def fetch(url):
    try:
        return urllib.request.urlopen(url, timeout=2).read().decode()
    except Exception as error:
        return type(error).__name__
demisto.results({'proxy': greeting(socket.SOCK_STREAM, the_proxy, 80), 'direct': greeting(socket.SOCK_STREAM, '8.8.1.1', 80),
                 'IPv6': greeting(socket.SOCK_STREAM, '2600::1', 80), 'name': ask('api.example.com'),
                 'other port': greeting(socket.SOCK_STREAM, the_proxy, 443), 'NO_PROXY': fetch('http://8.8.1.1/'),
                 'QUIC': greeting(socket.SOCK_DGRAM, '8.8.1.1', 5353)})'''
    for proxy in OTHER_PUBLIC[0], '10.1.2.3', HOST[0]:
        answer = call(berth, lab, 'proxy', 'the_proxy = %r\n' % proxy + code, way=way,
                      settings='  proxy: %s:80\n' % proxy)
        value = answer.value
        assert value.pop('proxy').startswith(proxy + ' for '), answer
        assert value == {'direct': 'ECONNREFUSED', 'IPv6': 'ECONNREFUSED', 'name': 'no such name', 'QUIC': 'EPERM',
                         'other port': 'ECONNREFUSED', 'NO_PROXY': 'URLError'}, (proxy, value)
        assert set(lab.guests()) == {'TCP ' + proxy}
    answer = call(berth, lab, 'proxy', "demisto.results([ask('proxy.example.com'), ask('api.example.com')])", way=way,
                  settings='  proxy: proxy.example.com:80\n')
    assert [entry['Contents'].split(' for ')[0] for entry in answer.entries] == [OTHER_PUBLIC[0], 'no such name']
    figure('N08', 'ways past the proxy by %s, of 6' % way, 0)


def test_what_cannot_be_is_refused_before_the_start(berth, lab):
    for network, words in (('proxy', 'network.proxy'), ('all', 'none, egress, proxy, or a list'),
                           ('%s:80' % HOST[0], 'an address of this machine')):
        answer = berth.script('pass', '--network', network, prefix=lab.host.prefix)
        assert answer.code in (2, 11) and words in answer.err, answer
