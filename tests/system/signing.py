"""Signatures of images as cosign lays them out, made with the command line of openssl."""
import base64
import json
import os
import subprocess

from registries import OCI_CONFIG, OCI_MANIFEST, digest_of

CLAIM = 'application/vnd.dev.cosign.simplesigning.v1+json'
KINDS = {'p256': ('EC', '-pkeyopt', 'ec_paramgen_curve:P-256'), 'ed25519': ('ED25519',),
         'rsa': ('RSA', '-pkeyopt', 'rsa_keygen_bits:2048')}


class Key:
    def __init__(self, folder, name, kind='p256'):
        self.kind = kind
        self.private = os.path.join(folder, name + '.key')
        self.public = os.path.join(folder, name + '.pub')
        self._openssl('genpkey', '-algorithm', *KINDS[kind], '-out', self.private)
        self._openssl('pkey', '-in', self.private, '-pubout', '-out', self.public)
        os.chmod(self.private, 0o600)

    @staticmethod
    def _openssl(*argv):
        return subprocess.run(('openssl',) + argv, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout

    @property
    def fingerprint(self):
        return digest_of(self._openssl('pkey', '-pubin', '-in', self.public, '-outform', 'DER'))

    def sign(self, data):
        file = self.private + '.data'
        with open(file, 'wb') as out:
            out.write(data)
        if self.kind == 'ed25519':
            return self._openssl('pkeyutl', '-sign', '-inkey', self.private, '-rawin', '-in', file)
        return self._openssl('dgst', '-sha256', '-sign', self.private, file)

    def verifies(self, data, signature):
        for name, text in (('.data', data), ('.sig', signature)):
            with open(self.private + name, 'wb') as out:
                out.write(text)
        how = {'ed25519': ('pkeyutl', '-verify', '-pubin', '-inkey', self.public, '-rawin', '-in', self.private + '.data',
                           '-sigfile', self.private + '.sig')}.get(
            self.kind, ('dgst', '-sha256', '-verify', self.public, '-signature', self.private + '.sig', self.private + '.data'))
        return subprocess.run(('openssl',) + how, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def claim(name, digest, kind='cosign container image signature'):
    return json.dumps({'critical': {'identity': {'docker-reference': name}, 'image': {'docker-manifest-digest': digest},
                                    'type': kind}, 'optional': None}, separators=(',', ':')).encode()


def tag_of(digest):
    return digest.replace(':', '-') + '.sig'


class Signatures:
    """The manifest of several, with its blobs: pairs of what was signed and the signature in base64."""

    def __init__(self, *signed, layer_type=CLAIM):
        config = json.dumps({'architecture': '', 'os': '', 'config': {}, 'rootfs': {
            'type': 'layers', 'diff_ids': [digest_of(text) for text, _ in signed]}}).encode()
        self.blobs = {digest_of(data): data for data in [config] + [text for text, _ in signed]}
        self.manifest = json.dumps({
            'schemaVersion': 2, 'mediaType': OCI_MANIFEST,
            'config': {'mediaType': OCI_CONFIG, 'digest': digest_of(config), 'size': len(config)},
            'layers': [{'mediaType': layer_type, 'digest': digest_of(text), 'size': len(text),
                        'annotations': {'dev.cosignproject.cosign/signature': signature}} for text, signature in signed],
        }).encode()


def signed(key, text):
    return text, base64.b64encode(key.sign(text)).decode()


def put_signatures(registry, path, digest, signatures):
    registry.put_blobs(path, signatures)
    registry.put_document(path, tag_of(digest), signatures.manifest, OCI_MANIFEST)
