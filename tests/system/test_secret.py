"""`berth secret` and the state folder, with the built program."""
import os
import shutil
import sqlite3
import stat
import subprocess
import tempfile

import pytest

from calls import BERTH

pytestmark = pytest.mark.third_lane


@pytest.fixture
def state():
    folder = tempfile.mkdtemp(prefix='berth-state-')
    settings = os.path.join(folder, 'berth.yaml')
    with open(settings, 'w') as file:
        file.write('version: 1\nstorage:\n  state: %s/state\n' % folder)

    def call(*arguments, **environment):
        return subprocess.run([BERTH, *arguments], capture_output=True, text=True, timeout=120,
                              env=dict(os.environ, BERTH_CONFIG=settings, **environment))
    call.folder = os.path.join(folder, 'state')
    yield call
    shutil.rmtree(folder)


def key_of(state):
    with open(os.path.join(state.folder, 'secret.key')) as file:
        return file.read()


def test_rekey_makes_another_key_each_time(state):
    status = state('secret', 'status')
    assert status.returncode == 0 and 'no key yet' in status.stdout, status
    first = state('secret', 'rekey')
    assert first.returncode == 0 and first.stdout.startswith('0 secrets are sealed with key '), first
    before = key_of(state)
    assert state('secret', 'rekey', '--json').returncode == 0
    assert key_of(state) != before
    assert sorted(os.listdir(state.folder)) == ['berth.db', 'secret.key']
    for name in os.listdir(state.folder):
        assert stat.S_IMODE(os.stat(os.path.join(state.folder, name)).st_mode) == 0o600
    shown = state('secret', 'status', '--json')
    assert shown.returncode == 0 and before.strip() not in shown.stdout and key_of(state).strip() not in shown.stdout


def test_a_key_that_others_may_read_is_refused_with_the_remedy(state):
    assert state('secret', 'rekey').returncode == 0
    os.chmod(os.path.join(state.folder, 'secret.key'), 0o644)
    refused = state('secret', 'rekey')
    assert refused.returncode == 12 and 'chmod 600' in refused.stderr, refused
    found = state('doctor', 'database')
    assert found.returncode != 0 and 'mode 0644' in found.stdout, found


def test_a_newer_database_is_refused_with_the_remedy(state):
    assert state('secret', 'rekey').returncode == 0
    database = sqlite3.connect(os.path.join(state.folder, 'berth.db'))
    database.execute('PRAGMA user_version = 1000')
    database.close()
    refused = state('secret', 'rekey')
    assert refused.returncode == 2 and 'a newer Berth wrote it' in refused.stderr, refused


def test_doctor_finds_a_sound_database(state):
    assert 'comes with the first' in state('doctor', 'database').stdout
    assert not os.path.exists(state.folder)
    assert state('secret', 'rekey').returncode == 0
    found = state('doctor', 'database')
    assert found.returncode == 0 and 'sound, schema 4' in found.stdout, found
