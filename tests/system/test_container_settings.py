"""What the operator wants in every container: proxies, a private CA, variables."""
import json

from calls import IMAGE
from figures import figure

CERTIFICATE = '-----BEGIN CERTIFICATE-----\nMIIBprivate\n-----END CERTIFICATE-----\n'

LOOK = '''
import os, json
names = [name + '_PROXY' for name in ('HTTP', 'HTTPS', 'NO')]
names += [name.lower() for name in names]
names += ['REQUESTS_CA_BUNDLE', 'SSL_CERT_FILE', 'CURL_CA_BUNDLE', 'PIP_CERT', 'NODE_EXTRA_CA_CERTS', 'SITE']
found = {name: os.environ[name] for name in names if name in os.environ}
bundle = open(found['SSL_CERT_FILE']).read() if 'SSL_CERT_FILE' in found else ''
try:
    open(found.get('SSL_CERT_FILE', '/none'), 'a')
    writable = True
except OSError:
    writable = False
demisto.results({'found': found, 'ours': bundle.endswith(%r), 'certificates': bundle.count('BEGIN'), 'writable': writable})
''' % CERTIFICATE

SETTINGS = '''
containers:
  proxy: {http: 'http://ada:pr0xypass@192.0.2.7:3128', https: '192.0.2.7:3129', no_proxy: 'localhost,.example.com'}
  ca_bundle: %s
  environment: {SITE: north}
'''


def test_every_container_has_them(berth):
    settings = berth.settings_with(SETTINGS % berth.write('private-ca.pem', CERTIFICATE))
    done = berth.script(LOOK, settings=settings)
    assert done.code == 0, done
    value = done.value
    assert value['ours'] and not value['writable'], value
    figure('containers.ca_bundle', 'certificates in the bundle of a container', value['certificates'])
    bundle = '/run/berth/ca-bundle.pem'
    assert value['found'] == {
        'HTTP_PROXY': 'http://ada:********@192.0.2.7:3128', 'http_proxy': 'http://ada:********@192.0.2.7:3128',
        'HTTPS_PROXY': 'http://192.0.2.7:3129', 'https_proxy': 'http://192.0.2.7:3129',
        'NO_PROXY': 'localhost,.example.com', 'no_proxy': 'localhost,.example.com', 'SITE': 'north',
        'REQUESTS_CA_BUNDLE': bundle, 'SSL_CERT_FILE': bundle, 'CURL_CA_BUNDLE': bundle, 'PIP_CERT': bundle,
        'NODE_EXTRA_CA_CERTS': bundle}
    assert 'pr0xypass' not in done.out + done.err


def test_a_loop_has_them_too(berth):
    settings = berth.settings_with('\ncontainers: {environment: {SITE: north}}\n')
    job = json.dumps({'script': "import os\ndemisto.results(os.environ.get('SITE'))", 'integration': False, 'native': False})
    done = berth('loop', '--image', IMAGE, settings=settings, stdin=job.encode() + b'\n')
    assert '"Contents": "north"' in done.out, done


def test_without_settings_there_is_none(berth):
    assert berth.script(LOOK).value['found'] == {}


def test_a_bundle_that_is_none_is_refused_before_anything_starts(berth):
    settings = berth.settings_with('\ncontainers: {ca_bundle: %s}\n' % berth.write('empty.pem', 'x'))
    done = berth('run', berth.write('scripts/none.py', 'pass'), settings=settings)
    assert done.code == 2 and 'containers.ca_bundle' in done.err and 'holds no certificate' in done.err, done
