"""Other programs that the tests hold Berth against: libraries from the package indexes that this machine's pip and npm know,
and the distribution's own tools."""
import importlib
import os
import shutil
import subprocess
import sys
import tempfile

import needs
from calls import BERTH

PROBE = os.path.join(os.path.dirname(BERTH), 'berth_vet_probe')
FETCH_SECONDS = 300


def probe(question, lines):
    """What the layer `vet` makes of each line (tests/vet_probe)."""
    done = subprocess.run([PROBE, question], input='\n'.join(lines) + '\n', text=True, encoding='utf-8', stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=300)
    assert done.returncode == 0, done.stderr
    answers = done.stdout.split('\n')[:-1]
    assert len(answers) == len(lines)
    return answers


class References:
    """Fetched once for all tests that ask, into a folder that is gone afterwards."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix='berth-references-')
        self._fetched = {}

    def end(self):
        shutil.rmtree(self.folder)

    def _fetch(self, key, argv, cwd):
        if key not in self._fetched:
            try:
                done = subprocess.run(argv, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                      timeout=FETCH_SECONDS)
                self._fetched[key] = '' if done.returncode == 0 else done.stdout.decode('utf-8', 'replace')[-500:]
            except (OSError, subprocess.TimeoutExpired) as error:
                self._fetched[key] = str(error)
        return self._fetched[key]

    def library(self, requirement):
        """(a folder where Python finds a library from the index, why there is none)."""
        target = os.path.join(self.folder, requirement)
        reason = self._fetch(requirement, [sys.executable, '-m', 'pip', 'install', '--quiet', '--no-input', '--only-binary=:all:',
                                           '--disable-pip-version-check', '--root-user-action=ignore', '--target', target,
                                           requirement], self.folder)
        return (None, reason) if reason else (target, '')

    def python(self, requirement, module):
        """(the module of a library from the index, why there is none)."""
        target, reason = self.library(requirement)
        if reason:
            return None, reason
        outside = {name: sys.modules.pop(name) for name in list(sys.modules) if name.split('.')[0] == module.split('.')[0]}
        sys.path.insert(0, target)
        try:
            return importlib.import_module(module), ''
        finally:
            sys.path.remove(target)
            del outside

    def node(self, packages):
        """(a folder where node finds these packages, why there is none)."""
        folder = os.path.join(self.folder, 'node')
        os.makedirs(folder, exist_ok=True)
        argv = ['npm', 'install', '--silent', '--no-audit', '--no-fund', '--ignore-scripts', '--no-package-lock', '--omit=optional',
                '--omit=peer'] + packages
        reason = self._fetch(tuple(packages), argv, folder)
        return (None, reason) if reason else (folder, '')


def require(need, found, reason):
    """The thing found, or the test is skipped with the reason; an error where BERTH_REQUIRE names it."""
    if found is not None:
        return found
    import pytest
    if needs.required(need):
        pytest.fail("the machine lacks '%s': %s" % (need, reason))
    return pytest.skip("the machine lacks '%s': %s" % (need, reason))
