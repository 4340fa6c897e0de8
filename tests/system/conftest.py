"""System tests: the built program on the real kernel, as root.

    BERTH=build/release/berth BERTH_UNGUARDED=build/release/berth_unguarded python3 -m pytest tests/system

A probe of an isolation guard runs three ways: with the guard, where what must happen is asserted exactly; without it
(berth_unguarded, a raised limit, a well-formed input), where the probe must succeed, or else it proves nothing; and
then the machine must be as before, which the fixture `untouched` asserts after every test.

`./setup test` runs them in three lanes at once, so that one waits while another computes: the files that are marked
`second_lane` (all engines; images in storages of the tests' own, registries), those that are marked `third_lane` (what
`image create` and `vet` do, hostile calls), each in a mount namespace of its own, and all others. A file may be marked when
what it shows holds whatever else runs on the machine: its bounds in seconds are with PATIENCE, it looks at no processes and
groups but those of its own calls, and gives no call of Berth's own a network on the machine itself; the fixture `first_lane`
refuses the others. What takes away what all calls of the machine have in common is marked `alone`, and comes before the lanes.
"""
import os
import shutil
import signal
import tempfile

import pytest

import lab as labs
import needs
import registries
from calls import BERTH, UNGUARDED, Berth
from figures import FIGURES, figure
from host import Host
from rootless import NAME as USER, TAP, User, UserBerth
from war_room import WarRoom

LANES = 'second_lane', 'third_lane'


def pytest_configure(config):
    for lane in LANES:
        config.addinivalue_line('markers', lane + ': runs beside all others')
    config.addinivalue_line('markers', 'alone: nothing else runs meanwhile')
    # Whoever ends the tests from outside has them clean up, too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_ignore_collect(collection_path, config):
    """For one lane, files that have no test of it are not even read."""
    lane = config.option.markexpr
    if lane in (*LANES, 'alone') and collection_path.name.startswith('test_'):
        return 'pytest.mark.' + lane not in collection_path.read_text() or None
    return None


def refuse(need, reason):
    text = "the machine lacks '%s': %s" % (need, reason)
    if needs.required(need):
        pytest.exit(text + ' (BERTH_REQUIRE names it)', returncode=1)
    pytest.skip(text)


@pytest.fixture(scope='session')
def berth():
    """The program, with settings and a runtime folder that are gone afterwards."""
    for program in (BERTH, UNGUARDED):
        if not os.access(program, os.X_OK):
            pytest.exit("'%s' is not built: build the targets berth and berth_unguarded" % program, returncode=1)
    folder = tempfile.mkdtemp(prefix='berth-system-')
    # Below the temporary folder, which everybody may enter: a container's init, which is nobody in particular on the
    # host, passes through it.
    runtime = tempfile.mkdtemp(prefix='berth-system-runtime-')
    os.chmod(runtime, 0o711)
    program = Berth(folder, runtime)
    try:
        for need, reason in needs.missing(program):
            refuse(need, reason)
        yield program
        pruned = program('prune', '--all')
        assert pruned.code == 0, pruned
    finally:
        shutil.rmtree(folder)
        shutil.rmtree(runtime)


@pytest.fixture(scope='module')
def lab():
    """A small network with a machine of its own; nothing of the calls made there is left (lab.py)."""
    made = labs.Lab()
    yield made
    made.settle()
    made.end()


@pytest.fixture(scope='session')
def first_lane(pytestconfig):
    """For what is there once on a machine, or looks at it as a whole: another lane has no use of it."""
    lane = pytestconfig.option.markexpr
    if lane in LANES:
        pytest.fail("this is for the first lane: no file whose tests ask for it may be marked '%s'" % lane)


@pytest.fixture(scope='module')
def tap_device(first_lane):
    """Open to all, as the distribution's rules have it; this machine may have no such rules."""
    mode = os.stat(TAP).st_mode
    os.chmod(TAP, 0o666)
    yield
    os.chmod(TAP, mode & 0o7777)


@pytest.fixture(scope='module')
def registry():
    """The distribution's registry, with TLS, a private CA and a login."""
    if shutil.which('docker-registry') is None:
        pytest.skip('docker-registry is not installed')
    made = registries.DockerRegistry(tempfile.mkdtemp(prefix='berth-registry-'))
    yield made
    made.end()


@pytest.fixture
def site(berth, registry):
    """A machine that trusts it and may log in, with a storage of its own."""
    made = registries.Site(berth, tempfile.mkdtemp(prefix='berth-site-'))
    made.trust({registry.name: 'ca: %s' % registry.ca})
    made.env = {'REGISTRY_AUTH_FILE': registry.auth}
    yield made
    made.end()


@pytest.fixture(scope='session')
def machine(berth):
    made = Host(berth.folder, berth.runtime)
    yield made
    made.settle()
    figure('host', 'processes, mounts, cgroups, namespaces, files left by all tests', 0)


@pytest.fixture(scope='session')
def host(machine, first_lane):
    """The machine, for tests that look at it themselves."""
    return machine


@pytest.fixture(scope='session')
def user(berth, first_lane):
    """The program as an ordinary user starts it, who has an image; user and files are gone afterwards."""
    if reason := needs.missing_rootless():
        refuse('rootless', reason)
    made = User(USER)
    try:
        program = UserBerth(made)
        names = [name for image in berth('image', 'list', '--json').json['images'] for name in image['names']]
        program.take_image(next(name for name in names if '/berth/python3-deb:' in name))
        yield program
    finally:
        made.remove()


@pytest.fixture
def room(berth):
    """A server with a memory of the test's own."""
    made = WarRoom(berth)
    yield made
    made.end()


@pytest.fixture(autouse=True)
def untouched(machine):
    """After each test nothing of it is left on the host."""
    yield
    machine.settle()


def pytest_terminal_summary(terminalreporter):
    terminalreporter.section('figures')
    for line in FIGURES:
        terminalreporter.write_line(line)
