"""The port of the examples, in the internet of the tests, and the calls that talk to it."""
import json
import os
import subprocess
import sys
import tempfile

import lab as labs
from calls import PATIENCE, ROOT
from example_tree import path_of
from lab import PRIVATE, PUBLIC

SERVICE = os.path.join(ROOT, 'examples', 'harbour_service.py')
sys.path.insert(0, os.path.dirname(SERVICE))

import harbour_service  # noqa: E402

# What the instances of the examples are given, each secret by its parameter.
OPEN = {
    'HarbourDirectory': {'credentials.identifier': harbour_service.USER},
    'CustomsDesk': {'credentials.identifier': harbour_service.CLIENT_ID},
}
SECRETS = {
    'HarbourDirectory': {'credentials.password': harbour_service.PASSWORD},
    'CustomsDesk': {'credentials.password': harbour_service.CLIENT_SECRET},
    'CustomsFeed': {'api_key': harbour_service.API_KEY},
    'CustomsVault': {'api_key': harbour_service.API_KEY},
    'WatchEvents': {'api_key': harbour_service.API_KEY},
}

CONTROL = r'''
import sys, urllib.request
method, url, body = sys.argv[1:]
request = urllib.request.Request(url, body.encode() or None, {'Content-Type': 'application/json'}, method=method)
print(urllib.request.urlopen(request, timeout=20).read().decode())
'''


class Port:
    """The service at a public, a private and, with TLS, another public address of the laboratory's internet."""

    # What stands in for the images that the example content names.
    SUBSTITUTE = 'images:\n  substitute:\n    demisto/python3: python3\n    demisto/python: python\n'
    COMMAND = [sys.executable, SERVICE]
    PRIVATE = PRIVATE[0]

    def __init__(self, now):
        self.lab = labs.Lab()
        self._folder = tempfile.TemporaryDirectory(prefix='berth-system-port-')
        self.url = 'http://%s:8086' % PUBLIC[0]
        self.private_url = 'http://%s:8086' % self.PRIVATE
        self.tls_url = 'https://%s:8443' % PUBLIC[0]
        certificate = self._make_certificate()
        for options in (['--address', PUBLIC[0], '--port', '8086'], ['--address', self.PRIVATE, '--port', '8086'],
                        ['--address', PUBLIC[0], '--port', '8443', '--certificate', certificate]):
            self.lab.run_server(self.lab.internet, [*self.COMMAND, '--now', now, *options])

    def _make_certificate(self):
        """A PEM file with a key and a certificate that nobody has signed."""
        path = os.path.join(self._folder.name, 'both.pem')
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=port',
                        '-keyout', path + '.key', '-out', path + '.crt'], check=True, stderr=subprocess.DEVNULL)
        with open(path, 'w') as both:
            for part in ('.key', '.crt'):
                with open(path + part) as one:
                    both.write(one.read())
        return path

    def secret_file(self, value):
        """A file that holds a secret."""
        path = os.path.join(self._folder.name, 'secret-%d' % (hash(value) & 0xffffff))
        with open(path, 'w') as file:
            file.write(value)
        return path

    def parameters_of(self, brand, **params):
        """What follows --param for an instance of `brand`, each `name=value`; secrets by file."""
        given = dict(OPEN.get(brand, {}))
        if brand in SECRETS or brand in OPEN:
            given['url'] = self.url
        given.update({name: '@' + self.secret_file(value) for name, value in SECRETS.get(brand, {}).items()})
        given.update(params)
        return ['%s=%s' % pair for pair in given.items()]

    def call(self, berth, brand, command, *args, settings='', **params):
        """`berth run` of a command on the laboratory's machine, with the whole answer as JSON."""
        options = [word for one in self.parameters_of(brand, **params) for word in ('--param', one)]
        return berth('run', path_of(brand), '--command', command, *args, *options, '--json',
                     settings=berth.settings_with(self.SUBSTITUTE + self._network(settings)),
                     prefix=self.lab.host.prefix)

    @staticmethod
    def _network(settings):
        return settings.replace('network:\n', 'network:\n  way: veth\n') if settings else 'network:\n  way: veth\n'

    def control(self, method, path, body=None):
        """Asks the service itself, as nobody in a container does."""
        data = '' if body is None else json.dumps(body)
        return json.loads(self.lab.host.run(sys.executable, '-c', CONTROL, method, self.url + path, data))

    def settle(self):
        self.lab.settle(5 * PATIENCE)
        self.lab.guests()

    def end(self):
        self.lab.settle(5 * PATIENCE)
        self.lab.end()
        self._folder.cleanup()
