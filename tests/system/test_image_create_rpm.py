"""`berth image create` on a base of an RPM distribution: this machine's own dnf, rpm and createrepo_c, a repository of the tests' own.

microdnf and dnf 5 are not in the distribution: what they are told and answer is in tests/image/rpm_commands_test.cc."""
import json
import os
import socket
import time

import pytest

import rpm_base
from figures import figure
from image_maker import PREFIX, Maker, buildah, index_or_skip
from package_index import wheel
from references import require
from test_image_create import all_of_layer, layer_digests, run_in

pytestmark = pytest.mark.third_lane


@pytest.fixture(scope='module')
def index():
    made = index_or_skip()
    made.add(wheel('smalllib', '1.0', {'smalllib/__init__.py': 'VERSION = "1.0"\n'}))
    yield made
    made.end()


@pytest.fixture(scope='module')
def rpms(berth):
    missing = rpm_base.missing_tool()
    require('dnf', 'there' if not missing else None, missing)
    listed = berth('image', 'list', '--json').json['images']
    python = next(name for image in listed for name in image['names'] if '/berth/python3-deb:' in name)
    begun = time.monotonic()
    made = rpm_base.RpmBase('localhost/berth-rpm-base-%d:1.0.0.1' % os.getpid(), python)
    figure('create', 'seconds to make an RPM base of the tests', round(time.monotonic() - begun, 1))
    yield made
    made.end()


@pytest.fixture
def maker(berth, index, rpms, tmp_path):
    made = Maker(berth, index, str(tmp_path))
    rpms.change = lambda path, body: body
    yield made
    made.end()
    assert made.leftovers() == []


def words(rpms, *more):
    return ['--base', rpms.name, '--package-host', rpms.url, *more]


def test_packages_of_a_repository(berth, maker, rpms, tmp_path):
    rpms.requests.clear()
    made = maker.made('rpm', *words(rpms, '--packages', 'Harbour-tool', '--dependencies', 'smalllib'))
    told = [(one['name'], one['version'], len(one['sha256'])) for one in made['packages']]
    assert told == [('Harbour-tool', '1.2~rc1-3', 64), ('harbour-lib', '2:2.0-1', 64)], made
    code = 'import smalllib, subprocess\n' \
           'ask = lambda *argv: subprocess.check_output(argv).decode().split()\n' \
           'value = [smalllib.VERSION, ask("harbour"), sorted(ask("rpm", "-q", "--qf", "%{NEVRA}\\\\n", "harbour-lib", "Harbour-tool")),' \
           ' ask("rpm", "-qa", "harbour-extra"), ask("rpm", "--verify", "--nomtime", "--nodeps", "Harbour-tool")]'
    assert run_in(berth, made['image'], code) == \
        ['1.0', ['ships'], ['Harbour-tool-0:1.2~rc1-3.noarch', 'harbour-lib-2:2.0-1.noarch'], [], []]
    assert not [name for name in rpms.requests if 'harbour-extra' in name]
    left = [name for name in all_of_layer(made['image'], str(tmp_path))[0]
            if name.startswith(('var/lib/dnf', 'var/cache', 'var/log', 'root', 'usr/share/doc')) or name.endswith(('-shm', '-wal'))]
    assert left == [], left
    labels = json.loads(buildah('inspect', '--type', 'image', 'localhost/' + made['image']))['OCIv1']['config']['Labels']
    assert 'harbour-lib' in labels['berth.judgement'] and labels['org.opencontainers.image.base.name'] in rpms.name, labels

    # The same again makes nothing and asks nobody.
    asked = len(rpms.requests)
    again = maker.made('rpm', *words(rpms, '--packages', 'Harbour-tool', '--dependencies', 'smalllib'))
    assert not again['made'] and again['digest'] == made['digest'] and len(rpms.requests) == asked, again
    # Asked again, the repository gives the same; it is read for that, and the packages' files are not built from again.
    fresh = maker.made('rpm', *words(rpms, '--packages', 'Harbour-tool', '--dependencies', 'smalllib', '--refresh'))
    assert not fresh['made'] and fresh['digest'] == made['digest'] and 'exactly' in fresh['why'], fresh


def test_two_rpm_builds_are_alike(maker, rpms):
    first = maker.made('alike', *words(rpms, '--packages', 'Harbour-tool'))
    time.sleep(1.1)  # so that no time of today can be the same
    second = maker.made('alike', *words(rpms, '--packages', 'Harbour-tool', '--rebuild'))
    assert second['made'] and second['image'].endswith(':1.0.0.2'), second
    assert layer_digests(first['image']) == layer_digests(second['image'])


def test_dry_run_and_export(maker, rpms, tmp_path):
    rpms.requests.clear()
    folder = str(tmp_path / 'export')
    shown = maker('dry', *words(rpms, '--packages', 'harbour-lib=2:2.0-1', '--dry-run', '--export', folder))
    assert shown.code == 0 and 'harbour-lib' in shown.out and '2:2.0-1' in shown.out, shown
    assert [name for name in rpms.requests if name.endswith('.rpm')] == []  # only lists were read
    with open(folder + '/Dockerfile') as file:
        recipe = file.read()
    assert 'RUN dnf install -y' in recipe and '\n      harbour-lib-2:2.0-1.noarch \\\n' in recipe, recipe
    # What it pins is what dnf takes.
    recipe = recipe.replace('@sha256:' + recipe.split('@sha256:')[1][:64], '')
    with open(folder + '/Dockerfile', 'w') as file:
        file.write(recipe)
    name = 'localhost/%sexported:1' % PREFIX
    # dnf leaves an agent of gpg behind it, which ends with the namespace.
    built = rpm_base.run('unshare', '--pid', '--fork', '--mount-proc', 'buildah', 'build', '--network', 'host', '--isolation', 'chroot', '--pull-never', '--tag', name, folder)
    try:
        assert 'harbour-lib-2:2.0-1.noarch' in built, built
    finally:
        buildah('rmi', name)


def test_there_already(maker, rpms):
    shown = maker('there', *words(rpms, '--packages', 'tests-system', '--dry-run'))
    assert shown.code == 0 and "'tests-system' is in the base already" in shown.out + shown.err, shown
    # Another name for the library is none of what is there.
    shown = maker('provided', *words(rpms, '--packages', 'tests-system harbour-words', '--dry-run'))
    told = shown.out + shown.err
    assert shown.code == 0 and 'harbour-lib' in told and "'tests-system' is in the base already" in told, shown
    assert "'harbour-words' is in the base" not in told, shown


def test_what_is_told(maker, rpms):
    def refused(*argv):
        answer = maker('told', *words(rpms, '--packages', *argv))
        assert answer.code not in (0, 1) and maker.names() == [], answer
        return answer.err

    assert 'no repository of the base has the package nosuch' in refused('nosuch')
    assert 'no repository of the base has the package harbour-lib=9' in refused('harbour-lib=9')

    def flipped(path, body):
        return body[:-1] + bytes([body[-1] ^ 1]) if 'harbour-lib' in path and path.endswith('.rpm') else body

    rpms.change = flipped
    text = refused('Harbour-tool')
    assert 'fetch the packages' in text and 'harbour-lib' in text and 'checksum' in text.lower(), text
    rpms.change = lambda path, body: None
    text = refused('Harbour-tool')
    assert 'resolve the packages' in text and 'tests' in text and '404' in text, text
    rpms.change = lambda path, body: body
    with socket.create_server(('127.0.0.1', 0)) as other:  # lists that lead elsewhere
        other.setblocking(False)
        address = '127.0.0.1:%d' % other.getsockname()[1]
        try:
            rpms.publish(elsewhere='http://%s/' % address)
            text = refused('Harbour-tool')
        finally:
            rpms.publish()
        assert 'fetch the packages' in text and address in text, text
        with pytest.raises(BlockingIOError):
            other.accept()
    # An address of this machine that an image names takes a word of the operator.
    answer = maker('told', '--base', rpms.name, '--packages', 'Harbour-tool')
    assert answer.code != 0 and "repository 'tests' of the base" in answer.err and '--package-host' in answer.err, answer


def test_signatures(maker, rpms):
    def changed_lists(path, body):  # each still well-formed
        return body.replace(b'</repomd>', b'\n</repomd>') if path.endswith('/repomd.xml') else body

    rpms.change = changed_lists
    answer = maker('lists', *words(rpms, '--packages', 'Harbour-tool'))
    assert answer.code != 0 and 'resolve the packages' in answer.err and 'GPG' in answer.err, answer
    rpms.change = lambda path, body: body
    try:
        rpms.publish(signer=None)
        answer = maker('unsigned', *words(rpms, '--packages', 'Harbour-tool'))
        assert answer.code != 0 and 'check the signatures' in answer.err and 'NOT OK' in answer.err, answer
        rpms.make_key('stranger@example.com')
        rpms.publish(signer='stranger@example.com')
        answer = maker('strange', *words(rpms, '--packages', 'Harbour-tool'))
        assert answer.code != 0 and 'check the signatures' in answer.err and 'harbour-lib' in answer.err, answer
        assert maker.names() == []
    finally:
        rpms.publish()
    maker.made('signed', *words(rpms, '--packages', 'Harbour-tool'))


def test_a_name_in_the_lists_is_no_key(maker, rpms):
    """Lists that name a package so that its row would read as another's, and as a repository with a key of its own."""
    key = rpms.make_key('injected@example.com')
    row = 'harbour-lib\t2:2.0-1\tnoarch\ttests\t%s\nrepository\tzz\t1\t%s/key\nzz' % ('0' * 64, rpms.url)
    other = 'x","sha256":""}],"repositories":[{"id":"zz","checks":true,"keys":["%s/key"]}],"packages":[{"name":"harbour-lib' % rpms.url
    try:
        for name in (row, other):
            rpms.publish(signer='injected@example.com', named=name.replace('\t', '&#9;').replace('\n', '&#10;'))
            with open(rpms.folder + '/repo/key', 'w') as file:
                file.write(key)
            rpms.requests.clear()
            answer = maker('injected', *words(rpms, '--packages', 'Harbour-tool'))
            assert answer.code not in (0, 1) and 'which cannot be' in answer.err, answer
            assert maker.names() == [] and [path for path in rpms.requests if path.endswith(('.rpm', '/key'))] == [], rpms.requests
    finally:
        rpms.publish()


def test_newer_than_the_base_has(maker, rpms):
    """A package of the base is replaced where another needs a newer one."""
    base = maker.made('old', *words(rpms, '--packages', 'harbour-lib'))
    try:
        rpms.publish(lib='2.1')
        made = maker.made('new', '--base', base['image'], '--package-host', rpms.url, '--packages', 'harbour-lib=2:2.1-1')
        assert [one['version'] for one in made['packages']] == ['2:2.1-1'], made
    finally:
        rpms.publish()
