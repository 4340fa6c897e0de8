"""Settings by which a build reaches its indexes: `containers.proxy` and `containers.ca_bundle`, each alone."""
import os
import shutil
import tempfile

import pytest

import registries
from image_maker import Maker, index_or_skip
from package_index import Proxy, wheel

pytestmark = pytest.mark.third_lane


@pytest.fixture
def index():
    made = index_or_skip()
    made.add(wheel('needed', '1.0', {'needed.py': ''}))
    yield made
    made.end()


def set_containers(maker, text):
    with open(maker.settings, 'a') as file:
        file.write('containers:\n  ' + text + '\n')


def test_the_proxy_of_the_settings(berth, index, tmp_path):
    """It goes before that of the environment, which leads nowhere; nothing goes to the indexes past it."""
    maker, proxy = Maker(berth, index, str(tmp_path)), Proxy()
    nowhere = {name: 'http://127.0.0.1:1' for name in ('http_proxy', 'https_proxy', 'HTTP_PROXY', 'all_proxy')}
    try:
        set_containers(maker, 'proxy: {http: "%s"}' % proxy.url)
        made = maker.made('ps', '--dependencies', 'needed', '--packages', 'tests-tool', env=nowhere)
        assert made['made'] and 'proxyword' not in str(made)
        through = [path[len(index.url):].split('?')[0] for path, key in proxy.asked if key is not None]
        assert sorted(through) == sorted(index.requests)
        assert '/simple/needed/' in through and any(path.endswith('.deb') for path in through)
        judged = berth('vet', 'needed', settings=maker.settings, env={**nowhere, 'PIP_INDEX_URL': index.url + '/simple'})
        assert 'needed 1.0' in judged.out and 'release.undated' not in judged.out, judged
    finally:
        proxy.end()
        maker.end()


@pytest.mark.parametrize('proxies', ['{http: "%s", no_proxy: 127.0.0.1}', '{https: "%s"}'])
def test_what_the_settings_leave_out_goes_directly(berth, index, tmp_path, proxies):
    """The exceptions, and an index by http where the proxy is for https."""
    maker, proxy = Maker(berth, index, str(tmp_path)), Proxy()
    try:
        set_containers(maker, 'proxy: ' + proxies % proxy.url)
        assert maker.made('pn', '--dependencies', 'needed', env={'no_proxy': ''})['made']
        assert proxy.asked == []
    finally:
        proxy.end()
        maker.end()


@pytest.fixture
def certificates():
    made = tempfile.mkdtemp(prefix='berth-create-tls-')
    registries.make_certificates(made)
    yield made
    shutil.rmtree(made)


def test_the_private_ca_of_the_settings(berth, index, certificates, tmp_path):
    """pip, apt, and the pages that the judgement reads: nothing else knows the CA."""
    index.speak_tls(certificates)
    maker = Maker(berth, index, str(tmp_path))
    words = 'ct', '--dependencies', 'needed', '--packages', 'tests-tool'
    try:
        refused = maker(*words)
        assert refused.code != 0 and 'certificate' in refused.err, refused
        set_containers(maker, 'ca_bundle: ' + os.path.join(certificates, 'ca.crt'))
        made = maker.made(*words)
        assert made['made'] and [one['name'] for one in made['libraries']] == ['needed'], made
        judged = berth('vet', 'needed', settings=maker.settings, env={'PIP_INDEX_URL': index.url + '/simple'})
        assert 'needed 1.0' in judged.out and 'release.undated' not in judged.out, judged
        without = os.path.join(str(tmp_path), 'empty.pem')
        with open(without, 'w') as file:
            file.write('nothing\n')
        with open(maker.settings) as file:
            text = file.read().replace(os.path.join(certificates, 'ca.crt'), without)
        with open(maker.settings, 'w') as file:
            file.write(text)
        empty = maker('cu', '--dependencies', 'needed')
        assert empty.code == 2 and "containers.ca_bundle: '%s' holds no certificate" % without in empty.err, empty
    finally:
        maker.end()
