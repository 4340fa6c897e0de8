"""`berth image create` judges what it installs: refused, approved, built, and refused again once the approval is over."""
import json
import os
import time

import pytest

from image_maker import POLICY, PREFIX, Maker, buildah, index_or_skip
from package_index import deb, source, wheel

pytestmark = pytest.mark.third_lane

APACHE = '/usr/share/common-licenses/Apache-2.0'
WEAK = {'id': 'CVE-2026-7', 'summary': 'bad', 'modified': '2026-01-01T00:00:00Z',
        'severity': [{'type': 'CVSS_V3', 'score': 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'}],
        'affected': [{'package': {'ecosystem': 'PyPI', 'name': 'berthweak'},
                      'ranges': [{'type': 'ECOSYSTEM', 'events': [{'introduced': '0'}, {'fixed': '2.0'}]}]}]}


def approval(package, rule, until='2199-12-31'):
    return 'version: 1\napprovals:\n- {package: %s, rule: %s, reason: it is ours, who: ada, until: %s}\n' % (package, rule, until)


@pytest.fixture(scope='module')
def index():
    made = index_or_skip()
    made.add(wheel('smalllib', '1.0', {'smalllib.py': ''}))
    made.add(wheel('berthgpl', '1.0', {'berthgpl.py': ''}, licence='GPL-3.0-only'))
    made.add(wheel('berthbare', '1.0', {'berthbare.py': ''}, licence=''))
    made.add(wheel('berthneeds', '1.0', {'berthneeds.py': ''}, ['berthgpl>=1']))
    made.add(wheel('requsets', '1.0', {'requsets.py': ''}))
    for version in '1.0', '2.0':
        made.add(wheel('berthweak', version, {'berthweak.py': ''}))
    for name in 'berthyoung', 'berthyanked':
        made.add(wheel(name, '1.0', {name + '.py': ''}))
    made.uploaded['berthyoung-1.0-py3-none-any.whl'] = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(time.time() - 3600))
    made.yanked['berthyanked-1.0-py3-none-any.whl'] = 'it leaks'
    if os.path.exists(APACHE):
        with open(APACHE) as file:
            made.add(wheel('berthtext', '1.0', {'berthtext.py': ''}, licence='', licence_file=file.read()))
    yield made
    made.end()


@pytest.fixture
def maker(berth, index, tmp_path):
    made = Maker(berth, index, str(tmp_path))
    index.json_pages = True
    yield made
    made.end()
    assert made.leftovers() == []


def refused(maker, name, *argv, **how):
    """What it says where it does not make an image; and that there is none, and that no file was fetched for it."""
    answer = maker(name, *argv, **how)
    assert answer.code != 0 and maker.names() == [], answer
    assert 'fetching' not in answer.err, answer
    return answer.err.splitlines()[-1]


@pytest.mark.parametrize('request_, rule, evidence', [
    ('requsets', 'name.look-alike (refuse)', "'requests', rank"),
    ('smalllib,urllib', 'name.malicious (refuse)', "'urllib' was used for a malicious package"),
    ('berthnone', 'name.unknown (refuse)', 'anybody may take the name'),
    ('berthyanked==1.0', 'release.yanked (refuse)', 'withdrawn the release: it leaks'),
    ('berthyoung==1.0', 'release.young (ask)', 'released 20'),
])
def test_what_the_pages_tell_stops_before_any_file(maker, request_, rule, evidence):
    before = len(maker.index.fetched_files())
    said = refused(maker, 'n', '--dependencies', request_)
    assert rule in said and evidence in said and 'remedy: ' in said, said
    assert maker.index.fetched_files()[before:] == []
    assert "approve it in '%s/approvals.yaml'" % maker.folder in said and 'rule: ' + rule.split()[0] in said, said


def test_a_weak_version_is_refused_and_the_fixed_one_is_built(maker, berth):
    advisories = os.path.join(maker.folder, 'weak.json')
    with open(advisories, 'w') as file:
        json.dump(WEAK, file)
    maker.judge_by(policy='version: 1\n')
    none = refused(maker, 'w', '--dependencies', 'berthweak')
    assert 'release.unseen (ask)' in none and 'berth vet db import' in none, none
    assert berth('vet', 'db', 'import', '--name', 'ours', advisories, settings=maker.settings).code == 0
    # A few advisories of one's own do not stand in the place of those that come with Berth.
    maker.judge_by(policy='version: 1\nrules: {release.unseen: allow}\n')
    before = len(maker.index.fetched_files())
    said = refused(maker, 'w', '--dependencies', 'berthweak==1.0')
    assert 'berthweak 1.0: advisory.critical (refuse): CVE-2026-7' in said and 'use 2.0 or later' in said, said
    assert maker.index.fetched_files()[before:] == []
    assert 'advisory.critical' in refused(maker, 'w', '--dependencies', 'berthweak<2')
    made = maker.made('w', '--dependencies', 'berthweak')
    assert [one['version'] for one in made['libraries']] == ['2.0'], made
    assert 'ours' in [one['name'] for one in made['judgement']['advisories']], made
    assert any("advisories 'ours' of 2026-01-01" in remark for remark in made['remarks']), made
    # Another database may judge otherwise: it is judged again, and nothing new is made of it.
    assert berth('vet', 'db', 'remove', 'ours', settings=maker.settings).code == 0
    maker.judge_by(policy='version: 1\n')
    assert 'release.unseen' in maker('w', '--dependencies', 'berthweak').err


def test_refused_approved_built_and_refused_again(maker):
    words = ['--dependencies', 'berthneeds', '--packages', 'tests-tool']
    said = refused(maker, 'a', *words)
    assert 'berthgpl 1.0: licence.denied (refuse)' in said and "'GPL-3.0-only'" in said, said
    assert '- {package: berthgpl, rule: licence.denied, reason: WHY, who: YOU, until: 20' in said, said

    maker.judge_by(approvals=approval('berthgpl', 'licence.denied'))
    made = maker.made('a', *words)
    text = 'licence.denied of berthgpl (approved by ada until 2199-12-31: it is ours)'
    assert made['made'] and made['judgement']['approvals'] == [text], made
    assert made['judgement']['judged'] == ['berthgpl==1.0', 'berthneeds==1.0', 'tests-lib=2:2.0', 'tests-tool=1.2-3'], made
    assert any(text in remark for remark in made['remarks']), made
    assert any("licences of the distribution's packages" in remark for remark in made['remarks']), made
    config = json.loads(buildah('inspect', '--type', 'image', 'localhost/' + made['image']))['OCIv1']['config']
    assert json.loads(config['Labels']['berth.judgement']) == made['judgement']
    assert made['judgement']['policy'].startswith('sha256:') and made['judgement']['schema'] == 1, made
    asked = len(maker.index.requests)
    again = maker.made('a', *words)
    assert not again['made'] and again['judgement'] == made['judgement'] and len(maker.index.requests) == asked, again

    maker.judge_by(approvals=approval('berthgpl', 'licence.denied', until='2020-12-31'))
    answer = maker('a', *words)
    assert answer.code != 0 and 'berthgpl 1.0: licence.denied (refuse)' in answer.err, answer
    assert 'an approval is over and does not count, though it would be needed' in answer.err, answer
    assert maker.names() == ['localhost/' + made['image']]  # what is there stays; nothing new is made


def test_what_has_no_licence_is_asked_about_once_its_files_were_read(maker):
    answer = maker('l', '--dependencies', 'berthbare')
    assert answer.code != 0 and 'what was fetched was judged' in answer.err, answer
    assert 'berthbare 1.0: licence.none (ask)' in answer.err and 'building' not in answer.err, answer
    assert maker.names() == []
    if 'berthtext-1.0-py3-none-any.whl' in maker.index.libraries:
        assert maker.made('t', '--dependencies', 'berthtext')['made']
    maker.judge_by(approvals=approval('berthbare', 'licence.*'))
    assert maker.made('l', '--dependencies', 'berthbare')['judgement']['approvals'] != []


def test_without_dates_it_is_asked_about_and_with_a_policy_told(maker):
    maker.index.json_pages = False
    said = refused(maker, 'u', '--dependencies', 'smalllib')
    assert 'smalllib 1.0: release.undated (ask): nobody knows when it was released' in said, said
    assert 'it has no pages in JSON' in said, said
    maker.judge_by(policy=POLICY + 'releases: {undated: allow}\n')
    assert 'release.yanked (refuse)' in refused(maker, 'u', '--dependencies', 'berthyanked==1.0')
    made = maker.made('u', '--dependencies', 'smalllib')
    assert any('release.undated (allow)' in remark for remark in made['remarks']), made


def test_private_names_must_not_be_asked_for_elsewhere(maker):
    maker.judge_by(policy=POLICY + 'names: {private: [smalllib]}\n')
    two = {'PIP_EXTRA_INDEX_URL': maker.index.url + '/other'}
    before = len(maker.index.fetched_files())
    said = refused(maker, 'p', '--dependencies', 'smalllib', env=two)
    assert 'name.free (refuse)' in said and 'index-url, not extra-index-url' in said, said
    assert maker.index.fetched_files()[before:] == []
    assert maker.made('p', '--dependencies', 'smalllib')['made']  # from its own index alone


def test_the_war_room_line_is_judged_too(maker, berth):
    env = {'PIP_INDEX_URL': maker.index.url + '/simple'}
    answer = berth('exec', '/docker_image_create name=%se dependencies=requsets' % PREFIX, '--json', settings=maker.settings,
                   env=env)
    assert 'name.look-alike' in answer.out + answer.err and maker.names() == [], answer


def test_a_dry_run_is_judged_and_says_so(maker):
    assert 'licence.denied' in refused(maker, 'd', '--dependencies', 'berthgpl', '--dry-run')
    shown = maker('d', '--dependencies', 'smalllib', '--dry-run', '--json')
    assert shown.code == 0 and shown.json['judgement']['judged'] == ['smalllib==1.0'], shown


def test_a_policy_that_cannot_be_read_stops_it(maker):
    maker.judge_by(policy='version: 1\nlicenses: {}\n')
    assert "vet.yaml:2:1: 'licenses' is no key here" in refused(maker, 'b', '--dependencies', 'smalllib')


COPYRIGHT = ('Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nCopyright: 2026 Tests\n'
             'License: GPL-3\n On Debian systems, see /usr/share/common-licenses/GPL-3.\n')
BINDS = POLICY + 'licences: {distribution: {copyleft: refuse}}\n'
GPL_APPROVAL = ('version: 1\napprovals:\n- {package: tests-gpl, ecosystem: debian, rule: licence.denied, reason: it is ours, '
                'who: ada, until: %s}\n')


@pytest.fixture
def gpl_package(maker):
    """A package of the distribution's under the GPL, which the policy takes unless it says otherwise."""
    made = deb('tests-gpl', '1', {'usr/share/tests-gpl': '', 'usr/share/doc/tests-gpl/copyright': COPYRIGHT})
    maker.index.publish_debs([('tests-gpl', '1', made)], maker.folder)  # where `maker` has its list of sources
    return ['--packages', 'tests-gpl']


def test_what_is_here_is_judged_by_the_policy_of_now(maker, gpl_package):
    made = maker.made('g', *gpl_package)
    assert made['made'], made
    maker.judge_by(policy=BINDS)
    for more in [], ['--refresh']:
        answer = maker('g', *gpl_package, *more)
        assert answer.code == 12 and 'tests-gpl 1: licence.denied (refuse)' in answer.err, answer
        assert 'what lies in the image that is here was judged' in answer.err, answer
        assert 'ecosystem: debian, rule: licence.denied' in answer.err, answer
    assert maker.names() == ['localhost/' + made['image']]
    # An approval stands in an image's record: that which is here has none.
    maker.judge_by(policy=BINDS, approvals=GPL_APPROVAL % '2199-12-31')
    again = maker.made('g', *gpl_package)
    assert again['made'] and len(again['judgement']['approvals']) == 1, again
    assert sorted(maker.names()) == sorted('localhost/' + one['image'] for one in (made, again))


def test_an_approval_of_a_distribution_package_counts_and_is_recorded(maker, gpl_package):
    maker.judge_by(policy=BINDS)
    answer = maker('q', *gpl_package)
    assert answer.code == 12 and 'tests-gpl 1: licence.denied (refuse)' in answer.err and maker.names() == [], answer
    maker.judge_by(policy=BINDS, approvals=GPL_APPROVAL % '2199-12-31')
    made = maker.made('q', *gpl_package)
    assert made['made'] and made['judgement']['approvals'] == [
        'licence.denied of tests-gpl (approved by ada until 2199-12-31: it is ours)'], made
    config = json.loads(buildah('inspect', '--type', 'image', 'localhost/' + made['image']))['OCIv1']['config']
    assert json.loads(config['Labels']['berth.judgement']) == made['judgement'], config
    assert not maker.made('q', *gpl_package)['made'] and not maker.made('q', *gpl_package, '--refresh')['made']
    maker.judge_by(policy=BINDS, approvals=GPL_APPROVAL % '2020-12-31')
    over = maker('q', *gpl_package)
    assert over.code == 12 and 'an approval is over and does not count' in over.err, over
    assert maker.names() == ['localhost/' + made['image']]


# A backend of a package's own, which leaves word of itself in the wheel that it builds.
TOOL = r'''
import base64, hashlib, io, os, zipfile, zztool_part
def build_wheel(folder, settings=None, metadata=None):
    info = 'zzbuilt-1.0.dist-info/'
    with zipfile.ZipFile(os.path.join(folder, 'zzbuilt-1.0-py3-none-any.whl'), 'w') as archive:
        archive.writestr('zzbuilt.py', 'BY = %r\n' % zztool_part.NAME)
        archive.writestr(info + 'METADATA', 'Metadata-Version: 2.1\nName: zzbuilt\nVersion: 1.0\nLicense: MIT\n')
        archive.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n')
        archive.writestr(info + 'RECORD', '')
    return 'zzbuilt-1.0-py3-none-any.whl'
'''
ASKS_FOR_MORE = TOOL + "def get_requires_for_build_wheel(settings=None):\n    return ['smalllib']\n"
PROJECT = '[build-system]\nrequires = [%s]\nbuild-backend = "zztool"\n'


@pytest.fixture
def built(maker):
    """Puts a source of zzbuilt on the index, with a pyproject.toml of its own."""
    index, before = maker.index, dict(maker.index.libraries)
    index.add(wheel('zztool', '1.0', {'zztool.py': TOOL}, ['zztool-part>=1']))
    index.add(wheel('zztool', '2.0', {'zztool.py': ASKS_FOR_MORE}, ['zztool-part>=1']))
    index.add(wheel('zztool_part', '1.0', {'zztool_part.py': "NAME = 'the part'\n"}))
    index.add(wheel('zztool_gpl', '1.0', {'zztool.py': TOOL}, ['zztool-part>=1'], licence='GPL-3.0-only'))
    index.add(wheel('colourama', '1.0', {'colourama.py': ''}))
    yield lambda project, **how: index.add(source('zzbuilt', '1.0', 'raise SystemExit', project=project, **how))
    index.libraries = before


def test_what_a_source_is_built_with_is_judged_and_recorded(maker, built):
    built(PROJECT % '"zztool==1.0"', needs=['smalllib'])
    words = ['--dependencies', 'zzbuilt', '--allow-sources']
    made = maker.made('s', *words)
    assert made['judgement']['judged'] == ['smalllib==1.0', 'zzbuilt==1.0', 'zztool-part==1.0', 'zztool==1.0'], made
    assert made['judgement']['built_with'] == ['zztool-part==1.0', 'zztool==1.0'], made
    libraries = {one['name']: one for one in made['libraries']}
    assert sorted(libraries) == ['smalllib', 'zzbuilt'], made  # what it is built with does not end in the image
    assert [one['name'] for one in libraries['zzbuilt']['built_with']] == ['zztool', 'zztool-part'], made
    assert any('without a network, with zztool 1.0, zztool-part 1.0' in remark for remark in made['remarks']), made
    assert not maker.made('s', *words, '--refresh')['made']


@pytest.mark.parametrize('wish, rule', [
    ('colourama==1.0', 'colourama 1.0 (to build zzbuilt 1.0): name.malicious (refuse)'),
    ('zznone', 'zznone (to build zzbuilt 1.0): name.unknown (refuse)'),
    ('zztool-gpl', 'zztool_gpl 1.0 (to build zzbuilt 1.0): licence.denied (refuse)'),
])
def test_a_source_is_not_built_with_what_is_refused(maker, built, wish, rule):
    built(PROJECT % ('"zztool==1.0", "%s"' % wish))
    before = len(maker.index.requests)
    said = refused(maker, 's', '--dependencies', 'zzbuilt', '--allow-sources')
    assert rule in said, said
    assert not any('colourama-' in path for path in maker.index.requests[before:]), maker.index.requests[before:]


@pytest.mark.parametrize('project, reason', [
    (PROJECT % '"zztool @ https://example.com/zztool-1.0.zip"', 'is not from an index, and cannot be judged'),
    (PROJECT % '"zztool==2.0"', 'what it asks for beyond that is not fetched'),
    (PROJECT % '"zztool<1"', 'needs to be built (wheels alone)'),
    ('', 'setuptools (to build zzbuilt 1.0): name.unknown (refuse)'),  # it wants it, and this index has none
])
def test_a_source_gets_nothing_else_to_be_built(maker, built, project, reason):
    built(project)
    answer = maker('s', '--dependencies', 'zzbuilt', '--allow-sources')
    assert answer.code != 0 and reason in answer.err.splitlines()[-1] and maker.names() == [], answer


def test_a_source_needs_what_its_build_says(maker, built):
    """Its PKG-INFO leaves out what its build comes to need: pip's own check of the image tells."""
    hides = TOOL.replace('License: MIT\\n', 'License: MIT\\nRequires-Dist: berthnone\\n')
    maker.index.add(wheel('zztool', '1.0', {'zztool.py': hides}, ['zztool-part>=1']))
    built(PROJECT % '"zztool==1.0"')
    answer = maker('s', '--dependencies', 'zzbuilt', '--allow-sources')
    assert answer.code != 0 and 'berthnone' in answer.err.splitlines()[-1] and maker.names() == [], answer
