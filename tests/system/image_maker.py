"""Creates images with `berth image create` from indexes of the tests' own."""
import hashlib
import json
import os
import shutil
import subprocess

import pytest

from calls import PATIENCE
from package_index import Index, deb


def index_or_skip():
    for tool in 'buildah', 'gpg', 'dpkg-deb':
        if shutil.which(tool) is None:
            pytest.skip("'%s' is not installed" % tool)
    return Index()


PREFIX = 'berth-create-test-%d' % os.getpid()

# No advisory knows what the tests make, and what an index of the tests has is not to be asked for.
POLICY = 'version: 1\nadvisories: {missing: allow}\nrules: {release.unseen: allow}\n'
# Made-up names that resemble others, and what has no licence.
APPROVALS = ('version: 1\napprovals:\n'
             '- {package: nosy, rule: licence.none, reason: of the tests, who: the tests, until: 2199-12-31}\n')


def buildah(*argv):
    done = subprocess.run(('buildah',) + argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=120)
    return done.stdout.decode().strip() if done.returncode == 0 else ''


class Maker:
    """Creates images under names of its own, which are gone with it."""

    def __init__(self, berth, index, folder):
        self.berth = berth
        self.index = index
        self.folder = folder
        self.settings = os.path.join(folder, 'berth.yaml')
        with open(self.settings, 'w') as file:
            file.write(berth.settings_text(folder + '/state', folder + '/cache'))
        self.judge_by()
        self.sources = index.publish_debs(
            [('tests-tool', '1.2-3', deb('tests-tool', '1.2-3', {'usr/bin/tests-tool': '#!/bin/sh\necho tool\n'},
                                         depends='tests-lib (>= 2)')),
             ('tests-lib', '2:2.0', deb('tests-lib', '2:2.0', {'usr/lib/python3/dist-packages/tests_lib.py': 'A = 1\n'},
                                        postinst='date > /var/log/tests-lib.log; date > /tmp/tests-lib\n'))],
            folder)

    def judge_by(self, policy=POLICY, approvals=APPROVALS):
        """Writes the policy and approvals that are in force from here on."""
        for name, text in (('vet.yaml', policy), ('approvals.yaml', approvals)):
            with open(os.path.join(self.folder, name), 'w') as file:
                file.write(text)

    def begin(self, name, *argv, env=(), prefix=()):
        variables = {'PIP_INDEX_URL': self.index.url + '/simple', 'PIP_RETRIES': '0', **dict(env)}
        return self.berth.begin('image', 'create', PREFIX + name, '--apt-sources', self.sources, *argv,
                                settings=self.settings, env=variables, prefix=prefix)

    def __call__(self, name, *argv, seconds=90 * PATIENCE, **how):
        return self.begin(name, *argv, **how).wait(seconds)

    def made(self, name, *argv, **how):
        answer = self(name, *argv, '--json', **how)
        assert answer.code == 0, answer
        return answer.json

    def names(self):
        listed = self.berth('image', 'list', '--json', settings=self.settings)
        return [name for image in listed.json['images'] for name in image['names'] if PREFIX in name]

    def leftovers(self):
        """What a build must not leave: working containers and images without a name that are ours."""
        own = 'berth-create-' + hashlib.sha256((self.folder + '/cache/create').encode()).hexdigest()[:12]
        containers = [line for line in buildah('containers', '--format', '{{.ContainerName}}').splitlines() if line == own]
        nameless = []
        for image in json.loads(buildah('images', '--json', '--filter', 'dangling=true') or '[]') or []:
            inspected = json.loads(buildah('inspect', '--type', 'image', image['id']) or '{}')
            if PREFIX in json.dumps(inspected.get('OCIv1', {}).get('config', {}).get('Env', [])):
                nameless.append(image['id'])
        return containers + nameless

    def end(self):
        for name in self.names():
            buildah('rmi', name)
