"""What the layer `vet` says of versions and licence expressions, against the programs that decide what they mean."""
import random
import re
import shutil
import subprocess

import pytest

from figures import figure
from references import References, probe, require

pytestmark = pytest.mark.third_lane

PAIRS = 12000
# Each run the same cases.
SEED = 20261126


@pytest.fixture(autouse=True)
def untouched():
    """Nothing here starts Berth or touches the machine: there is no need to look at it."""


@pytest.fixture(scope='module')
def references():
    made = References()
    yield made
    made.end()


def numbers(chance, most=3):
    return '.'.join(chance.choice(('0', '1', '2', '3', '9', '10', '11', '00', '01', '010', '2024', '20240131'))
                    for _ in range(chance.randint(1, most)))


def python_version(chance):
    joint = lambda: chance.choice(('', '', '.', '-', '_'))
    digits = lambda: chance.choice(('', '0', '1', '2', '10', '01', '18446744073709551616'))
    text = chance.choice(('', '', '', 'v', 'V')) + chance.choice(('', '', '', '', '0!', '1!', '10!')) + numbers(chance, 4)
    if chance.random() < 0.4:
        text += joint() + chance.choice(('a', 'b', 'c', 'rc', 'alpha', 'beta', 'pre', 'preview', 'RC', 'Alpha')) + joint() + digits()
    if chance.random() < 0.3:
        text += chance.choice(('-1', '-10', joint() + chance.choice(('post', 'rev', 'r', 'POST')) + joint() + digits()))
    if chance.random() < 0.3:
        text += joint() + chance.choice(('dev', 'DEV')) + joint() + digits()
    if chance.random() < 0.2:
        text += '+' + chance.choice('._-').join(chance.choice(('a', 'abc', '1', '01', '10', '1a', 'Z9', '0')) for _ in range(chance.randint(1, 3)))
    return text


def broken(chance, text):
    """The same with something in it that is likely wrong."""
    at = chance.randint(0, len(text))
    return text[:at] + chance.choice(('.', '-', '_', '!', '+', ' ', 'x', 'a', '..', '*', 'dev')) + text[at:]


def near(chance, text, make):
    """A version that differs in little: what decides is then near the end."""
    if chance.random() < 0.5:
        return make(chance)
    at = chance.randint(0, len(text))
    return text[:at] + chance.choice(('', '0', '1', '.0', '.1', 'a', 'a1', 'rc1', '.post1', '.dev1', '+1', '-1', '~', '~1', '_p1', '^1',
                                      '-r1')) + text[at + chance.randint(0, 2):]


def debian_version(chance):
    part = lambda: ''.join(chance.choice(('0', '1', '2', '9', '10', '007', 'a', 'b', 'rc', 'Z', '.', '.', '+', '~', '~~', 'dfsg', '-'))
                           for _ in range(chance.randint(0, 5)))
    text = chance.choice(('', '', '', '0:', '1:', '2:', '10:')) + chance.choice('0123456789') + part()
    return text.rstrip('-') + chance.choice(('', '-1', '-0', '-1+b1', '-1~deb12u1', '-0ubuntu1', '-10', '-' + chance.choice('019') + part().replace('-', '')))


def rpm_version(chance):
    part = lambda: ''.join(chance.choice(('0', '1', '2', '9', '10', '007', 'a', 'b', 'rc', 'Z', '.', '.', '_', '+', '~', '^', 'git', 'el9'))
                           for _ in range(chance.randint(1, 5)))
    return chance.choice(('', '', '0:', '1:', '10:')) + part() + chance.choice(('', '-1', '-1.el9', '-10.el10', '-' + part()))


def alpine_version(chance):
    digits = lambda: chance.choice(('0', '1', '2', '9', '10', '11', '2024', '20240131', '01', '010'))
    text = '.'.join(digits() for _ in range(chance.randint(1, 4))) + chance.choice(('', '', '', 'a', 'b', 'z'))
    while chance.random() < 0.35:
        text += '_' + chance.choice(('alpha', 'beta', 'pre', 'rc', 'cvs', 'svn', 'git', 'hg', 'p')) + chance.choice(('', '1', '2', '10'))
    return text + chance.choice(('', '-r0', '-r1', '-r10'))


def pairs_of(make, valid):
    chance = random.Random(SEED)
    pairs = []
    while len(pairs) < PAIRS:
        a = make(chance)
        b = near(chance, a, make)
        if valid(a) and valid(b):
            pairs.append((a, b))
    return pairs


def order(number):
    return '<' if number < 0 else '>' if number > 0 else '='


def check(what, pairs, expected):
    """All answers at once; the first few that differ are shown."""
    answers = probe(what, ['%s\t%s' % pair for pair in pairs])
    differing = [(pair, want, got) for pair, want, got in zip(pairs, expected, answers) if want != got]
    assert not differing, '%d of %d: %r' % (len(differing), len(pairs), differing[:5])
    # Else the generator has lost its sense.
    assert all(expected.count(sign) > len(pairs) // 100 for sign in set(expected)) and len(set(expected)) >= 2
    figure('vet', '%s: answers as the reference gives them' % what, '%d of %d' % (len(pairs), len(pairs)))


def test_python_versions_are_read_and_ordered_as_packaging_does(references):
    module = require('packaging', *references.python('packaging==26.4', 'packaging.version'))

    def parsed(text):
        try:
            return module.Version(text)
        except module.InvalidVersion:
            return None

    pairs = pairs_of(python_version, lambda text: parsed(text) is not None and len(text) <= 200)
    check('PyPI', pairs, [order((parsed(a) > parsed(b)) - (parsed(a) < parsed(b))) for a, b in pairs])

    chance = random.Random(SEED)
    texts = [python_version(chance) for _ in range(PAIRS)]
    texts = [broken(chance, text) if chance.random() < 0.5 else text for text in texts]
    expected = [str(parsed(text) or 'invalid') for text in texts]
    answers = probe('version', texts)
    assert [row for row in zip(texts, expected, answers) if row[1] != row[2]] == []
    assert PAIRS // 10 < expected.count('invalid') < PAIRS * 9 // 10


def test_python_specifiers_take_what_packaging_takes(references):
    module = require('packaging', *references.python('packaging==26.4', 'packaging.specifiers'))
    chance = random.Random(SEED)
    rows = []
    while len(rows) < PAIRS:
        version = python_version(chance)
        clauses = []
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            clause = chance.choice(('==', '!=', '<=', '>=', '<', '>', '~=', '===')) + chance.choice(('', ' '))
            clause += chance.choice((near(chance, version, python_version), numbers(chance) + '.*', version))
            clauses.append(clause)
        rows.append((','.join(clauses), version))

    def taken(specifiers, version):
        try:
            return 'yes' if module.SpecifierSet(specifiers).contains(version, prereleases=True) else 'no'
        except module.InvalidSpecifier:
            return 'invalid'

    check('specifier', rows, [taken(*row) for row in rows])


# Asked of pip itself, which another Python may have.
PREPROCESS = """
import sys
from pip._internal.req.req_file import preprocess
from pip._internal.utils.encoding import auto_decode
for line in sys.stdin:
    try:
        text = auto_decode(bytes.fromhex(line))
    except (LookupError, ValueError):
        print('unread')
        continue
    print(''.join('%d:%s ' % (number, text.encode('utf-8', 'surrogatepass').hex()) for number, text in preprocess(text)))
"""


def requirement_list(chance):
    """The bytes of a list with what pip and a naive reader may take apart differently."""
    parts = ('\n', '\n', '\r', '\r\n', '\x0b', '\x0c', '\x1c', '\x1d', '\x1e', '\x1f', '\x85', '\xa0', '\u2028', '\u2029', '\u3000',
             '\ufeff', '#', ' #', '# x', '\\', '\\\n', '\\\r', '\\\\', ' ', '\t', '-r b.txt', '${NONE_SUCH}', '$X', ';', 'a==1', 'b>2', "'", '\u0145')
    text = ''.join(chance.choice(parts) for _ in range(chance.randint(0, 12)))
    if chance.random() < 0.2:
        text = chance.choice(('#', '# ', ' #')) + chance.choice(('', '\n#')) + 'coding' + chance.choice((':', '=', ': ', ' :')) + chance.choice(
            ('utf-8', 'UTF8', 'us-ascii', 'utf_8', 'ascii', 'none', '')) + chance.choice(('\n', ' -*-\n', '\r')) + text
    return chance.choice((b'', b'', b'', b'\xef\xbb\xbf', b'\xff\xfe')) + text.encode('utf-8', 'replace') + chance.choice((b'', b'', b'', b'\xff'))


def test_lines_of_requirements_are_those_of_pip():
    chance = random.Random(SEED)
    lists = [requirement_list(chance).hex() for _ in range(PAIRS)]
    done = subprocess.run(['/usr/bin/python3', '-X', 'utf8', '-c', PREPROCESS], input='\n'.join(lists) + '\n', text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=300)
    if done.returncode != 0:
        require('pip', None, done.stderr[-300:])
    expected = done.stdout.split('\n')[:-1]
    # What pip reads in another encoding, or as ASCII alone, Berth does not read, or takes for UTF-8.
    rows = [row for row in zip(lists, expected, probe('requirements', lists)) if row[1] != 'unread' and row[2] != 'unread']
    assert [row for row in rows if row[1] != row[2]] == []
    assert len(rows) > PAIRS // 2 and any(row[1].count(' ') > bytes.fromhex(row[0]).count(b'\n') + 1 for row in rows)
    figure('vet', 'lines of requirements as pip takes them apart', '%d of %d' % (len(rows), len(rows)))
    # And all of these are read by neither as what they seem.
    other = ['# coding: %s\na==1\n' % name for name in ('utf-7', 'latin-1', 'cp1252', 'utf-16', 'rot13', 'punycode', 'hz')]
    assert set(probe('requirements', [text.encode().hex() for text in other])) == {'unread'}


def test_debian_versions_are_ordered_as_dpkg_does():
    chance_pairs = pairs_of(debian_version, re.compile(r'(\d{1,9}:)?\d[A-Za-z0-9.+~]*(-[A-Za-z0-9+.~]+)*').fullmatch)
    # dpkg says by its status whether one pair is as it is asked: a shell's loop asks it about all, about what Berth says first.
    script = '''holds() { dpkg --compare-versions "$a" "$1" "$b" 2>/dev/null; }
while IFS=$(printf '\\t') read -r a b said; do
  case $said in '<') first=lt ;; '>') first=gt ;; *) first=eq ;; esac
  for is in $first lt gt eq none; do
    if [ $is = none ] || holds $is; then break; fi
  done
  case $is in lt) echo '<' ;; gt) echo '>' ;; eq) echo '=' ;; *) echo '?' ;; esac
done'''
    said = probe('Debian', ['%s\t%s' % pair for pair in chance_pairs])
    asked = ''.join('%s\t%s\t%s\n' % (*pair, one) for pair, one in zip(chance_pairs, said))
    done = subprocess.run(['sh', '-c', script], input=asked, text=True, stdout=subprocess.PIPE, timeout=600, check=True)
    check('Debian', chance_pairs, done.stdout.split())


def test_rpm_versions_are_ordered_as_rpm_does():
    rpm = None
    try:
        import rpm
    except ImportError as error:
        require('rpm', None, '%s (Debian package python3-rpm)' % error)

    def label(text):
        epoch, colon, rest = text.rpartition(':')
        version, hyphen, release = rest.rpartition('-')
        return (epoch if colon else None, version if hyphen else rest, release if hyphen else None)

    pairs = pairs_of(rpm_version, re.compile(r'(\d{1,9}:)?[^:-]+(-[^:-]+)?').fullmatch)
    check('RPM', pairs, [order(rpm.labelCompare(label(a), label(b))) for a, b in pairs])


def test_alpine_versions_are_ordered_as_apk_does():
    """Where version 3 of apk is at hand, which Debian 12 does not have; tests/vet has a table for everywhere."""
    apk = shutil.which('apk') or require('apk', None, "'apk' is not on PATH, and Debian 12 has no package of it")
    pairs = pairs_of(alpine_version, re.compile(r'\d+(\.\d+)*[a-z]?(_(alpha|beta|pre|rc|cvs|svn|git|hg|p)\d*)*(-r\d+)?').fullmatch)
    script = 'while IFS=$(printf \'\\t\') read -r a b; do "$0" version --test "$a" "$b"; done'
    done = subprocess.run(['sh', '-c', script, apk], input=''.join('%s\t%s\n' % pair for pair in pairs), text=True,
                          stdout=subprocess.PIPE, timeout=600, check=True)
    check('Alpine', pairs, done.stdout.split())


LICENCES = ('MIT', 'Apache-2.0', 'Apache-1.1', 'BSD-3-Clause', 'BSD-2-Clause', '0BSD', 'ISC', 'MPL-1.1', 'MPL-2.0', 'EPL-1.0', 'EPL-2.0', 'GPL-1.0-only',
            'GPL-2.0-only', 'GPL-2.0-or-later', 'GPL-3.0-only', 'GPL-3.0-or-later', 'LGPL-2.0-or-later', 'LGPL-2.1-only', 'LGPL-2.1-or-later',
            'LGPL-3.0-only', 'AGPL-3.0-only', 'AGPL-3.0-or-later', 'CC-BY-3.0', 'CC-BY-4.0', 'CC-BY-NC-4.0', 'CC0-1.0', 'ZPL-2.1', 'Python-2.0',
            'PSF-2.0', 'Unlicense', 'Zlib', 'OSL-2.1', 'OSL-3.0', 'CDDL-1.0', 'CDDL-1.1', 'AFL-2.1', 'AFL-3.0')
DEPRECATED = ('GPL-2.0', 'GPL-3.0', 'LGPL-2.1', 'LGPL-3.0', 'AGPL-3.0', 'GPL-2.0+', 'LGPL-3.0+')
EXCEPTIONS = ('Classpath-exception-2.0', 'LLVM-exception', 'GCC-exception-3.1', 'Linux-syscall-note', 'OpenJDK-assembly-exception-1.0')
EXPRESSIONS = 4000


def licence(chance, licences=LICENCES + DEPRECATED, plus=0.15, exception=0.15):
    text = chance.choice(licences)
    if chance.random() < plus and not text.endswith(('-only', '-or-later', '+')):
        text += '+'
    return text + (' WITH ' + chance.choice(EXCEPTIONS) if chance.random() < exception else '')


def expression(chance, depth=0, **how):
    if depth > 3 or chance.random() < 0.4:
        return licence(chance, **how)
    inner = chance.choice((' AND ', ' OR ')).join(expression(chance, depth + 1, **how) for _ in range(chance.randint(2, 3)))
    return '(%s)' % inner if depth or chance.random() < 0.2 else inner


def test_licence_expressions_are_read_as_license_expression_does(references):
    module = require('license-expression', *references.python('license-expression==30.4.4', 'license_expression'))
    spdx = module.get_spdx_licensing()

    def parsed(text):
        try:
            return spdx.parse(text, validate=True, strict=True)
        except (module.ExpressionError, module.ParseError, AssertionError):  # the last one is a slip of theirs
            return None

    chance = random.Random(SEED)
    good = [expression(chance, plus=0) for _ in range(EXPRESSIONS)]
    spelled = [''.join(chance.choice((c, c, c.upper(), c.lower())) if chance.random() < 0.1 else c for c in text) for text in good]
    broken_ones = []
    for text in good:
        words = text.split(' ')
        at = chance.randrange(len(words))
        words[at:at + chance.randint(0, 1)] = [chance.choice(('AND', 'OR', 'WITH', '(', ')', 'MITT', 'No-exception', '', 'MIT'))]
        broken_ones.append(' '.join(words))
    # They pass over a licence that stands behind a parenthesis without an operator, or make one up.
    unjoined = re.compile(r'\)\s+(?!(AND|OR|WITH)\b)\w', re.IGNORECASE)
    texts = [text for text in spelled + broken_ones if text.strip() and not unjoined.search(text)]
    wrong = []
    for text, ours in zip(texts, probe('licence', texts)):
        theirs = parsed(text)
        if (theirs is None) != (ours == 'invalid') or (theirs is not None and not spdx.is_equivalent(theirs, parsed(ours))):
            wrong.append((text, ours, theirs is not None and theirs.render()))
    assert not wrong, '%d of %d: %r' % (len(wrong), len(texts), wrong[:5])
    figure('vet', 'licence expressions read as license-expression reads them', '%d of %d' % (len(texts), len(texts)))


SATISFIES = """
const satisfies = require('spdx-satisfies');
for (const line of require('fs').readFileSync(0, 'utf8').split('\\n')) {
  if (!line) continue;
  const [expression, entries] = line.split('\\t');
  let answer;
  try { answer = satisfies(expression, entries.split(';')) ? 'yes' : 'no'; } catch (error) { answer = 'invalid'; }
  console.log(answer);
}
"""


def test_licence_expressions_are_satisfied_as_spdx_satisfies_says(references):
    folder = require('spdx-satisfies', *references.node(['spdx-satisfies@6.0.0']))
    chance = random.Random(SEED)
    # They take each id of eight letters for one that ends in -or-later.
    known = [name for name in LICENCES + DEPRECATED if len(name) != 8]
    rows = []
    while len(rows) < EXPRESSIONS:
        entries = [licence(chance, known, exception=0.1) for _ in range(chance.randint(1, 6))]
        rows.append((expression(chance, licences=known, exception=0.1), entries))
    # To us an entry without an exception permits those with one; to them it must be said.
    said = ['%s\t%s' % (text, ';'.join(entries + [one + ' WITH ' + exception for one in entries if ' WITH ' not in one for exception in EXCEPTIONS]))
            for text, entries in rows]
    done = subprocess.run(['node', '-e', SATISFIES], input='\n'.join(said) + '\n', text=True, cwd=folder, stdout=subprocess.PIPE, check=True,
                          timeout=300)
    check('satisfies', [(text, ';'.join(entries)) for text, entries in rows], done.stdout.split())
