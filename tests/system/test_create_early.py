"""What is resolved is judged before a wheel is fetched, as far as the index tells of it; and what it tells is not believed
once the wheel is there."""
import json
import os

import pytest

from image_maker import POLICY, Maker, index_or_skip
from package_index import wheel

pytestmark = pytest.mark.third_lane

WEAK = {'id': 'CVE-2026-8', 'summary': 'bad', 'modified': '2026-01-01T00:00:00Z',
        'severity': [{'type': 'CVSS_V3', 'score': 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'}],
        'affected': [{'package': {'ecosystem': 'PyPI', 'name': 'zz-weak'},
                      'ranges': [{'type': 'ECOSYSTEM', 'events': [{'introduced': '0'}]}]}]}
# No end of a file that is asked for reaches back over it.
MORE = {'zz_more/data.txt': 'x' * (1 << 18)}


def big_wheel(name, requires=(), **how):
    return wheel(name, '1.0', dict(MORE, **{name + '.py': ''}), requires, **how)


def fill(index):
    for made in (big_wheel('zz_good'), big_wheel('zz_weak'), big_wheel('colourama'),
                 big_wheel('zz_gpl', licence='GPL-3.0-only'), big_wheel('zz_agpl', expression='AGPL-3.0-only'),
                 big_wheel('zz_brings', ['zz-good', 'colourama']), big_wheel('zz_needs', ['zz-good', 'zz-gpl']),
                 big_wheel('zz_more', ['zz-good'])):
        index.add(made)


def tells_beside(index):
    index.ranges = False
    index.metadata = {name: None for name in index.libraries}


def tells_beside_in_html(index):
    tells_beside(index)
    index.json_pages, index.html_metadata = False, 'data-core-metadata'


def gives_parts(index):
    index.ranges = True


def gives_neither(index):
    index.ranges = False


@pytest.fixture
def index():
    made = index_or_skip()
    fill(made)
    yield made
    made.end()


@pytest.fixture
def maker(berth, index, tmp_path):
    made = Maker(berth, index, str(tmp_path))
    made.judge_by(policy=POLICY + 'releases: {undated: allow}\n')
    yield made
    made.end()
    assert made.leftovers() == []


@pytest.mark.parametrize('how', [tells_beside, tells_beside_in_html, gives_parts, gives_neither])
def test_what_the_resolution_tells_is_judged_before_a_wheel_is_fetched(maker, berth, how):
    how(maker.index)
    advisories = os.path.join(maker.folder, 'weak.json')
    with open(advisories, 'w') as file:
        json.dump(WEAK, file)
    assert berth('vet', 'db', 'import', '--name', 'ours', advisories, settings=maker.settings).code == 0
    for asked, rule in (('zz-brings', 'colourama 1.0: name.malicious (refuse)'), ('zz-needs', 'licence.denied (refuse)'),
                        ('zz-agpl', 'licence.denied (refuse)'), ('zz-weak', 'advisory.critical (refuse): CVE-2026-8')):
        answer = maker('r', '--dependencies', asked)
        assert answer.code == 12 and rule in answer.err and 'what is to be installed was judged' in answer.err, answer
        assert 'fetching' not in answer.err and maker.names() == [], answer
    assert (maker.index.whole_wheels != []) == (how is gives_neither), maker.index.whole_wheels

    made = maker.made('g', '--dependencies', 'zz-more')
    assert [one['name'] for one in made['libraries']] == ['zz-good', 'zz-more'], made
    told = [remark for remark in made['remarks'] if 'before they were judged' in remark]
    assert (told != []) == (how is gives_neither), made
    assert '/files/zz_more-1.0-py3-none-any.whl' in maker.index.whole_wheels


def test_a_page_without_hashes_takes_the_files_for_them(maker):
    maker.index.json_pages, maker.index.bare_pages, maker.index.ranges = False, True, True
    made = maker.made('b', '--dependencies', 'zz-good')
    assert len(made['libraries'][0]['sha256']) == 64, made
    assert any('before they were judged' in remark and 'zz_good-1.0' in remark for remark in made['remarks']), made


@pytest.mark.parametrize('name, own, told, said', [
    ('zz_lies', {'licence': 'GPL-3.0-only'}, (b'GPL-3.0-only', b'MIT'), 'zz_lies 1.0: licence.denied (refuse)'),
    ('zz_hides', {'expression': 'AGPL-3.0-only'}, (b'AGPL-3.0-only', b'MIT'), 'zz_hides 1.0: licence.denied (refuse)'),
    ('zz_wants', {'requires': ['zz-none']}, (b'Requires-Dist: zz-none\n', b''), 'zz-none'),
    ('zz_bare', {'licence': ''}, (b'License: \n', b'License: MIT\n'), 'zz_bare 1.0: licence.none (ask)'),
])
def test_a_wheel_that_is_not_as_its_index_says_makes_no_image(maker, name, own, told, said):
    made = big_wheel(name, **own)
    maker.index.add(made)
    lie = maker.index.own_metadata(made[0]).replace(*told)
    assert lie != maker.index.own_metadata(made[0])
    maker.index.metadata, maker.index.hashes_what_it_gives = {made[0]: lie}, True
    answer = maker('l', '--dependencies', name)
    assert answer.code != 0 and said in answer.err.splitlines()[-1] and maker.names() == [], answer
    assert maker.index.whole_wheels == ['/files/' + made[0]], answer  # it was not known before


@pytest.mark.parametrize('how', [tells_beside, gives_parts])
def test_vet_resolves_without_wheels(berth, index, tmp_path, how):
    how(index)
    maker = Maker(berth, index, str(tmp_path))
    env = {'PIP_INDEX_URL': index.url + '/simple', 'PIP_CONFIG_FILE': '/dev/null', 'PIP_NO_CACHE_DIR': '1', 'PIP_FIND_LINKS': ''}
    answer = berth('vet', '--json', 'zz-needs', 'zz-agpl', settings=maker.settings, env=env)
    denied = {one['name'] for one in answer.json['packages'] for finding in one['findings'] if finding['rule'] == 'licence.denied'}
    assert denied == {'zz-gpl', 'zz-agpl'}, answer
    # The licence files in them are read by another program, when pip has said which they are.
    assert set(index.whole_wheels) <= set(index.by_curl), index.requests
