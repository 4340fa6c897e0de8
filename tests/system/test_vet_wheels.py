"""berth vet of packages of an index: what lies in their wheels is judged, however it comes."""
import json
import random

import pytest

from package_index import Index, sha256, wheel
from test_vet import UNSEEN, WEAK, untouched, vet  # noqa: F401 (fixtures)

pytestmark = pytest.mark.third_lane

GPL = open('/usr/share/common-licenses/GPL-3').read()
# More than is asked for of a wheel's end.
LARGE = ''.join(random.Random(7).choices('abcdefghijklmnop', k=400_000))


@pytest.fixture
def index():
    made = Index()
    yield made
    made.end()


def mixed(name, front=LARGE, end='', licence=GPL, **kinds):
    """METADATA says MIT, and a licence file below `licenses` another."""
    files = {name + '.py': front, '%s-1.0.dist-info/licenses/LICENSE' % name: licence}
    if end:
        files[name + '_end.py'] = end
    return wheel(name, '1.0', files, **kinds)


def judged(vet, index, *words, links=None):  # noqa: F811
    """The exit code, and what is found of each package."""
    vet.imported(WEAK)
    (vet.folder / 'vet.yaml').write_text(UNSEEN)
    env = {'PIP_CONFIG_FILE': '/dev/null', 'no_proxy': '127.0.0.1', 'PIP_INDEX_URL': index.url + '/simple', 'PIP_FIND_LINKS': links or ''}
    done = vet('--json', *words, env=env)
    report = json.loads(done.stdout)
    assert not [note for note in report['notes'] if 'licence' in note], report
    return done.returncode, {one['name']: {finding['rule']: finding['evidence'] for finding in one['findings']
                                           if finding['verdict'] != 'allow'} for one in report['packages']}


@pytest.mark.parametrize('ranges', (True, False), ids=('parts', 'whole'))
@pytest.mark.parametrize('size', (10, 400_000, 3_000_000), ids=('small', 'large', 'larger'))
def test_a_licence_file_in_a_wheel_is_judged(vet, index, ranges, size):  # noqa: F811
    made = mixed('zz_mixed', front=(LARGE * 8)[:size])
    index.add(made)
    index.metadata = {made[0]: None}
    index.ranges = ranges
    code, found = judged(vet, index, 'zz-mixed==1.0')
    assert code == 3 and list(found['zz-mixed']) == ['licence.disagreement'], found
    assert "License: 'MIT'; but licenses/LICENSE: " in found['zz-mixed']['licence.disagreement'], found
    if ranges:
        assert index.by_curl.count('/files/' + made[0]) == 1 and sum(size for _, size in index.parts) <= 256 << 10, index.parts


def test_a_licence_file_far_from_the_end_is_judged(vet, index):  # noqa: F811
    made = mixed('zz_far', end=LARGE)
    index.add(made)
    index.metadata = {made[0]: None}
    code, found = judged(vet, index, 'zz-far==1.0')
    assert code == 3 and list(found['zz-far']) == ['licence.disagreement'], found
    assert [size < 50_000 for _, size in index.parts] == [False, True], index.parts


def test_a_wheel_whose_directory_lies_is_asked_about(vet, index):  # noqa: F811
    """The directory has another name for the licence file than the record before its data."""
    name, data = mixed('zz_lies')
    path = b'zz_lies-1.0.dist-info/licenses/LICENSE'
    at = data.rindex(path)
    made = name, data[:at] + b'zz_lies_package_of_it/with/a/module.py' + data[at + len(path):]
    index.add(made)
    index.metadata = {name: None}
    code, found = judged(vet, index, 'zz-lies==1.0')
    assert code == 3 and list(found['zz-lies']) == ['facts.missing'], found
    assert 'its local record names it' in found['zz-lies']['facts.missing'], found
    assert index.by_curl.count('/files/' + name) == 2, 'all of it, with its hash, before that is said'


def test_parts_of_another_metadata_are_not_taken(vet, index):  # noqa: F811
    """A host that answers with parts of another wheel than the one that has the hash."""
    made = mixed('zz_other', licence='', expression='GPL-3.0-only')
    index.add(made)
    index.metadata = {made[0]: None}
    other = mixed('zz_other', licence='', expression='MIT')[1]
    index.libraries_in_parts = {made[0]: other}
    code, found = judged(vet, index, 'zz-other==1.0')
    assert code == 1 and 'GPL-3.0-only' in found['zz-other']['licence.denied'], found


@pytest.mark.parametrize('way, size', (('beside', 10), ('beside', 400_000), ('parts', 10)))
def test_what_a_wheel_asks_for_is_what_pip_was_told(vet, index, way, size):  # noqa: F811
    """An index that gives pip other metadata than the wheel has hides what comes along, which nothing else judges."""
    files = {'zz_asks.py': LARGE[:size]}
    made = wheel('zz_asks', '1.0', files, requires=('zz-hidden==2.0',))
    index.add(made)
    index.ranges = True
    if way == 'beside':
        index.metadata = {made[0]: b'Metadata-Version: 2.1\nName: zz_asks\nVersion: 1.0\nLicense: MIT\n'}
        index.hashes_what_it_gives = True
    else:
        index.libraries_in_parts = {made[0]: wheel('zz_asks', '1.0', files)[1]}
    code, found = judged(vet, index, 'zz-asks==1.0')
    assert code == 3 and list(found['zz-asks']) == ['facts.missing'], found
    assert 'it asks for zz-hidden==2.0, too' in found['zz-asks']['facts.missing'], found


def test_a_wheel_that_is_gone_is_not_passed(vet, index):  # noqa: F811
    made = mixed('zz_gone')
    index.add(made)
    index.metadata = {made[0]: index.own_metadata(made[0])}
    index.gone = {'/files/' + made[0]}
    code, found = judged(vet, index, 'zz-gone==1.0')
    assert code == 3 and list(found['zz-gone']) == ['licence.disagreement'], found
    assert 'licence files: not read (fetch' in found['zz-gone']['licence.disagreement'], found


def test_an_expression_that_stands_twice_is_told(vet, index):  # noqa: F811
    made = wheel('zz_twice', '1.0', {'zz_twice.py': ''}, expression='MIT\nLicense-Expression: GPL-3.0-only')
    index.add(made)
    code, found = judged(vet, index, 'zz-twice==1.0')
    assert code == 3 and 'licence stated again' in found['zz-twice']['licence.disagreement'], found


def test_wheels_in_a_folder_that_pip_looks_into_are_read_there(vet, index):  # noqa: F811
    made = mixed('zz_folder')
    index.add(wheel('zz_folder', '0.9', {'zz_folder.py': ''}))
    links = vet.folder / 'a folder'
    links.mkdir()
    (links / made[0]).write_bytes(made[1])
    code, found = judged(vet, index, 'zz-folder==1.0', links=links.as_uri())
    assert code == 3 and 'licence.disagreement' in found['zz-folder'], found
    assert not index.parts and '/files/' + made[0] not in index.requests, index.requests


def test_many_are_asked_for_by_few_connections(vet, index):  # noqa: F811
    """Some at once, and each once; those that are not in order do not disturb the others."""
    names = ['zz_many_%d' % i for i in range(40)]
    for i, name in enumerate(names):
        index.add(mixed(name, front=LARGE[i * 1000:], licence=GPL if i % 2 else ''))
    index.metadata = dict.fromkeys(index.libraries)
    index.gone = {'/files/zz_many_5-1.0-py3-none-any.whl'}
    listed = vet.folder / 'requirements.txt'
    listed.write_text(''.join('%s==1.0 --hash=sha256:%s\n' % (name, sha256(index.libraries[name + '-1.0-py3-none-any.whl'])) for name in names))
    code, found = judged(vet, index, '-r', listed)
    for i, name in enumerate(names):
        assert list(found[name.replace('_', '-')]) == (['licence.disagreement'] if i % 2 else []), (name, found[name.replace('_', '-')])
    assert 'not read' in found['zz-many-5']['licence.disagreement'] and 'not read' not in found['zz-many-7']['licence.disagreement']
    fetched = [index.by_curl.count('/files/' + name) for name in index.libraries if '_5-' not in name]
    assert fetched == [1] * 39, fetched
