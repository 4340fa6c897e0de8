"""rpm's databases, read without rpm, against what rpm itself says of them.

rpmbuild makes packages, rpm writes them into a database of their own (nothing is installed), and `rpm -qa` is the reference.
SQLite lays the same rows out in pages of other sizes, as rpm's own databases are not. Berkeley DB writes them as rpm before 4.16
did; today's rpm reads such a database, too.
"""
import json
import os
import re
import shutil
import sqlite3
import struct
import subprocess

import pytest

pytestmark = pytest.mark.third_lane

try:
    from bsddb3 import db as DB
except ImportError:
    DB = None

from calls import BERTH
from references import require
from test_local_images import place  # noqa: F401 (a fixture)

SPECIFICATION = """Name: harbour
Epoch: 2
Version: 1.4.0
Release: 3.el9
Summary: Ships
License: GPL-2.0-or-later AND MIT
BuildArch: noarch
%description
Ships.
%files
%package -n python3-tide
Version: 1.0~rc1
Summary: Tides
License: Apache-2.0
%description -n python3-tide
Tides.
%files -n python3-tide
/usr/lib/python3.9/site-packages/tide-1.0.dist-info/METADATA
/usr/lib/python3.9/site-packages/ebb-1.egg-info
@PIECES@
%install
s=%{buildroot}/usr/lib/python3.9/site-packages; mkdir -p $s/tide-1.0.dist-info
printf 'Name: tide\\nVersion: 1.0\\n' > $s/tide-1.0.dist-info/METADATA
printf 'Name: ebb\\nVersion: 1\\n' > $s/ebb-1.egg-info
"""
PIECE = """%package -n piece{number}
Version: {number}.{number}^git{number}
Release: {number}.el9_{number}
Summary: A piece
License: {licence}
%description -n piece{number}
{text}
%files -n piece{number}
"""
PIECES = 120
LITTLE, BIG = 1234, 4321  # orders of bytes, as Berkeley DB names them
FORMAT = r'%{NAME}\t%{EVR}\t%{ARCH}\t%{LICENSE}\t%{SOURCERPM}\t%{LONGSIZE}\n'


@pytest.fixture(autouse=True)
def untouched():
    """Nothing here makes a container: there is no need to look at the machine."""


def rpm(tool, *argv, cwd):
    missing = None if shutil.which(tool) else "'%s' is not on PATH (Debian package rpm)" % tool
    require('rpm', tool if missing is None else None, missing)
    done = subprocess.run((tool,) + argv, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=300, env={**os.environ, 'HOME': str(cwd)})
    assert done.returncode == 0, done.stderr
    return done.stdout


def built(folder, name, text):
    """The packages that the specification makes."""
    (folder / (name + '.spec')).write_text(text)
    rpm('rpmbuild', '-bb', '--quiet', '--define', '_topdir %s/%s' % (folder, name), '--define', '_buildhost build', name + '.spec', cwd=folder)
    return sorted(str(path) for path in (folder / name / 'RPMS').rglob('*.rpm'))


def written(folder, database, packages):
    rpm('rpm', '--dbpath', str(database), '-i', '--justdb', '--nodeps', '--ignorearch', *packages, cwd=folder)


def told(folder, database, backend='sqlite'):
    """What rpm says is there, without its keys: (name, version, architecture, licence, source, bytes)."""
    lines = rpm('rpm', '--define', '_db_backend ' + backend, '--dbpath', str(database), '-qa', '--qf', FORMAT, cwd=folder).splitlines()
    return sorted(tuple(line.split('\t')) for line in lines if not line.startswith('gpg-pubkey\t'))


@pytest.fixture(scope='module')
def packages(tmp_path_factory):
    folder = tmp_path_factory.mktemp('rpm')
    # Of many lengths, so that rows end everywhere in a page.
    pieces = ''.join(PIECE.format(number=number, licence=('MIT', 'ASL 2.0', 'GPLv2+ and (BSD or X11)')[number % 3],
                                  text='x' * (number * 97 % 6000)) for number in range(PIECES))
    made = built(folder, 'many', SPECIFICATION.replace('@PIECES@', pieces))
    other = built(folder, 'other', 'Name: wharf\nVersion: 1\nRelease: 1\nSummary: A wharf\nLicense: CC0-1.0\n%description\nA wharf.\n%files\n')
    assert len(made) == PIECES + 2 and len(other) == 1
    return folder, made + other


@pytest.fixture(scope='module')
def database(packages):
    """Written as a machine's is: installed, taken away, installed again."""
    folder, files = packages
    made = folder / 'database'
    written(folder, made, files[:100])
    rpm('rpm', '--dbpath', str(made), '-e', '--justdb', '--nodeps', *('piece%d' % number for number in range(10, 40)), cwd=folder)
    written(folder, made, files[100:])
    assert (made / 'rpmdb.sqlite').stat().st_size > 200000
    return made


def root_of(path, database_file, at='usr/lib/sysimage/rpm/rpmdb.sqlite'):
    """A folder with this database and an os-release."""
    for name in (at, 'etc/os-release'):
        (path / name).parent.mkdir(parents=True, exist_ok=True)
    (path / 'etc/os-release').write_text('ID=rhel\nVERSION_ID="9.4"\n')
    shutil.copy(database_file, path / at)
    return path


def listed(path):
    """What the bill of materials has: (name, version, architecture), in order."""
    done = subprocess.run([BERTH, 'sbom', '%s/' % path, '--format', 'cyclonedx'], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    found = []
    for component in json.loads(done.stdout)['components']:
        if component.get('purl', '').startswith('pkg:rpm/rhel/'):
            epoch = component['version'].split(':')[0] if ':' in component['version'] else None
            assert re.findall(r'epoch=(\d+)', component['purl']) == ([epoch] if epoch else [])
            found.append((component['name'], component['version'], re.search(r'arch=(\w+)', component['purl']).group(1)))
    return sorted(found)


def test_what_rpm_says_is_what_is_read(packages, database, tmp_path):
    folder, _ = packages
    reference = told(folder, database)
    assert len(reference) == PIECES + 3 - 30 + len([name for name in reference if re.fullmatch('piece[123][0-9]', name[0])])
    assert listed(root_of(tmp_path / 'root', database / 'rpmdb.sqlite')) == [package[:3] for package in reference]


def headers_in(database):
    """(number, header) of each package, as rpm has written it."""
    rows = sqlite3.connect('file:%s?mode=ro' % (database / 'rpmdb.sqlite'), uri=True).execute('SELECT hnum, blob FROM Packages').fetchall()
    assert len(rows) > 90
    return rows


@pytest.mark.parametrize('size,vacuum', [(512, 0), (1024, 1), (4096, 2), (65536, 0)])
def test_whatever_the_pages_are(packages, database, tmp_path, size, vacuum):
    folder, _ = packages
    rows = headers_in(database)
    copy = sqlite3.connect(tmp_path / 'copy.sqlite')
    copy.execute('PRAGMA page_size = %d' % size)
    copy.execute('PRAGMA auto_vacuum = %d' % vacuum)
    # Tables in front, so that the schema itself has several pages.
    for number in range(40):
        copy.execute('CREATE TABLE before%d (%s)' % (number, ', '.join('column%d' % column for column in range(20))))
    copy.execute('CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)')
    copy.executemany('INSERT INTO Packages VALUES (?, ?)', rows)
    copy.commit()
    copy.close()
    reference = told(folder, database)
    assert listed(root_of(tmp_path / 'root', tmp_path / 'copy.sqlite', 'var/lib/rpm/rpmdb.sqlite')) == [package[:3] for package in reference]


def berkeley(file, rows, page, order):
    """Writes a database as rpm before 4.16 did: the headers by their numbers, and a counter; installed, taken away, installed again."""
    db = require('bsddb3', DB, "there is no module 'bsddb3' (Debian package python3-bsddb3)")
    made = db.DB()
    made.set_pagesize(page)
    made.set_lorder(order)
    made.open(str(file), dbtype=db.DB_HASH, flags=db.DB_CREATE, mode=0o644)

    def key(number):
        return struct.pack('<I' if order == LITTLE else '>I', number)

    made.put(key(0), key(max(number for number, _ in rows)))
    for number, header in rows:
        made.put(key(number), header)
    for number, header in rows[::3]:
        made.delete(key(number))
        made.put(key(number + 5000), header * 3)
    for number, header in rows[::3]:
        made.delete(key(number + 5000))
        made.put(key(number), header)
    made.close()


@pytest.mark.parametrize('page,order', [(512, LITTLE), (4096, LITTLE), (4096, BIG), (65536, LITTLE)])
def test_berkeley_db_is_read_as_rpm_reads_it(packages, database, tmp_path, page, order):
    folder, _ = packages
    (tmp_path / 'old').mkdir()
    berkeley(tmp_path / 'old/Packages', headers_in(database), page, order)
    reference = told(folder, database)
    assert told(folder, tmp_path / 'old', 'bdb_ro') == reference
    assert listed(root_of(tmp_path / 'root', tmp_path / 'old/Packages', 'var/lib/rpm/Packages')) == [package[:3] for package in reference]


def test_a_view_in_place_of_the_table_is_not_run(tmp_path):
    made = sqlite3.connect(tmp_path / 'view.sqlite')
    made.execute("CREATE VIEW Packages AS WITH RECURSIVE n(hnum) AS (SELECT 1 UNION ALL SELECT hnum + 1 FROM n) SELECT hnum, x'00' AS blob FROM n")
    made.commit()
    made.close()
    root = root_of(tmp_path / 'root', tmp_path / 'view.sqlite')
    assert listed(root) == []


def test_an_image_is_shown_with_its_packages(packages, database, place, tmp_path):  # noqa: F811
    folder, _ = packages
    place.make('localhost/t/rpm:1', {'etc/os-release': 'ID=rhel\nVERSION_ID="9.4"\n',
                                     'usr/lib/python3.9/site-packages/tide-1.0.dist-info/METADATA': 'Name: tide\nVersion: 1.0\n'})
    container = place.tool('from', '--pull-never', 'localhost/t/rpm:1')
    place.tool('copy', container, str(database / 'rpmdb.sqlite'), '/usr/lib/sysimage/rpm/rpmdb.sqlite')
    place.tool('commit', '--quiet', container, 'localhost/t/rpm:2')
    place.tool('rm', container)
    shown = place('image', 'inspect', 'localhost/t/rpm:2')
    assert shown.code == 0, shown
    inventory = shown.json['inventory'] if 'inventory' in shown.json else shown.json['image']['inventory']
    assert inventory['unread'] == []

    def source(package):
        return '%s-%s.src.rpm' % (package['source'], package['source_version'])

    assert sorted((one['name'], one['version'], one['architecture'], one['licence'], source(one), str(one['installed_bytes']))
                  for one in inventory['packages']) == told(folder, database)
    assert [one['owner'] for one in inventory['python'] if one['name'] == 'tide'] == ['python3-tide']
    assert [one['packages'] for one in place.images('rpm:2')] == [len(told(folder, database))]


def test_what_is_not_read_is_named(place, tmp_path):  # noqa: F811
    place.make('localhost/t/old:1', {'etc/os-release': 'ID=centos\nVERSION_ID="7"\n', 'var/lib/rpm/Packages': 'x' * 12 + 'a\x15\x06\0' + 'y' * 100})
    shown = place('image', 'inspect', 'localhost/t/old:1')
    assert 'Berkeley DB: it is none' in shown.out and 'var/lib/rpm/Packages' in shown.out
    judged = place('vet', 'localhost/t/old:1')
    assert judged.code != 0 and 'Berkeley DB: it is none' in judged.out, judged
