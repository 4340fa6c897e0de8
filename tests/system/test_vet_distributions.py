"""Packages of distributions in images: held against their own distribution's advisories, and where there are none, that is said."""
import json

import pytest

from test_local_images import place  # noqa: F401 (a fixture)

pytestmark = pytest.mark.third_lane

STATUS = """Package: zzlib1
Status: install ok installed
Version: 1.2-1+b1
Architecture: amd64
Source: zzlib (1.2-1)

Package: zz-tool
Status: install ok installed
Version: 3.0-1
Architecture: amd64
"""
ALPINE = 'P:zzlib-libs\nV:1.2-r1\nA:x86_64\nL:MIT\no:zzlib\n\nP:musl\nV:1.2.5-r0\nA:x86_64\nL:MIT\n'
IMAGES = {
    'Debian:12': {'etc/os-release': 'ID=debian\nVERSION_ID="12"\n', 'var/lib/dpkg/status': STATUS},
    'Alpine:v3.20': {'etc/os-release': 'ID=alpine\nVERSION_ID=3.20.3\n', 'lib/apk/db/installed': ALPINE},
    'amzn:2': {'etc/os-release': 'ID="amzn"\nVERSION_ID="2"\n', 'var/lib/dpkg/status': STATUS},
}


@pytest.fixture(autouse=True)
def untouched():
    """Nothing here makes a container: there is no need to look at the machine."""


def advisories(ecosystem, fixed):
    """What covers a release, and one about the source of a package in the images."""
    def record(number, name, version):
        return {'id': 'TEST-2026-%d' % number, 'database_specific': {'severity': 'HIGH'}, 'affected': [
            {'package': {'ecosystem': ecosystem, 'name': name},
             'ranges': [{'type': 'ECOSYSTEM', 'events': [{'introduced': '0'}, {'fixed': version}]}]}]}
    return [record(number, 'other%d' % number, '1') for number in range(100)] + [record(500, 'zzlib', fixed)]


def imported(place, records, tmp_path):  # noqa: F811
    (tmp_path / 'records.json').write_text(json.dumps(records))
    done = place('vet', 'db', 'import', '--name', 'theirs', str(tmp_path / 'records.json'))
    assert done.code == 0, done


def uncovered(answer):
    return [one for one in answer.json['general'] if one['rule'] == 'database.uncovered']


@pytest.mark.parametrize('release', IMAGES)
def test_that_nothing_is_known_of_a_distribution_is_said(place, tmp_path, release):  # noqa: F811
    place.make('localhost/t/of:1', IMAGES[release])
    shown = place('vet', 'localhost/t/of:1')
    assert shown.code == 0, shown
    evidence, remedy = shown.out.split('database.uncovered: ')[1].splitlines()[:2]
    assert evidence == 'of %s there are no advisories: no weakness of the 2 packages of it is known' % release
    exported = 'berth vet db import FILE, with https://osv-vulnerabilities.storage.googleapis.com/%s/all.zip' % release.split(':')[0]
    assert (exported if release != 'amzn:2' else 'this Berth matches no advisories of it') in remedy
    judged = place('vet', '--json', 'localhost/t/of:1')
    assert [(one['verdict'], release in one['evidence']) for one in uncovered(judged)] == [('allow', True)]
    sarif = json.loads(place('vet', '--format', 'sarif', 'localhost/t/of:1').out)
    told = [one for one in sarif['runs'][0]['results'] if one['ruleId'] == 'database.uncovered']
    assert [one['level'] for one in told] == ['note'] and release in told[0]['message']['text']
    for verdict, code in ('ask', 3), ('refuse', 1):
        (tmp_path / 'vet.yaml').write_text('version: 1\nadvisories: {uncovered: %s}\n' % verdict)
        judged = place('vet', '--json', '--policy', str(tmp_path / 'vet.yaml'), 'localhost/t/of:1')
        assert (judged.code, [one['verdict'] for one in uncovered(judged)]) == (code, [verdict])


@pytest.mark.parametrize('release,affected,fixed', [('Debian:12', '1.2-2', '1.2-1'), ('Alpine:v3.20', '1.2-r2', '1.2-r1')])
def test_packages_are_held_against_their_own_distributions_advisories(place, tmp_path, release, affected, fixed):  # noqa: F811
    place.make('localhost/t/of:1', IMAGES[release])
    other = release[:-1] + '9'
    for ecosystem, version, code, findings, is_covered in [
            (release, affected, 1, ['TEST-2026-500'], True),  # by the source's name and version
            (release, fixed, 0, [], True),
            (other, affected, 0, [], False)]:
        imported(place, advisories(ecosystem, version), tmp_path)
        judged = place('vet', '--json', 'localhost/t/of:1')
        known = [one['evidence'].split(' ')[0].rstrip(',:') for package in judged.json['packages'] for one in package['findings']
                 if one['rule'].startswith('advisory.')]
        assert (judged.code, known, uncovered(judged) == []) == (code, findings, is_covered), judged
