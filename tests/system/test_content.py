"""Content from strangers: YAML and packages that want more than to be read."""
import os
import socket

import pytest

from calls import PATIENCE
from content import split, unified
from figures import figure

pytestmark = pytest.mark.third_lane

MIB = 1 << 20


def refused(answer, *texts):
    """Asserts a refusal: exit 2 and one line with all of `texts`."""
    assert answer.code == 2, answer
    assert answer.out == ''
    lines = answer.err.splitlines()
    assert len(lines) == 1 and lines[0].startswith('berth: '), answer.err
    for text in texts:
        assert text in lines[0], lines[0]
    return lines[0]


def aliases(levels):
    rows = ['a0: &a0 [x, x, x, x, x, x, x, x, x]']
    rows += ['a%d: &a%d [%s]' % (n, n, ', '.join(['*a%d' % (n - 1)] * 9)) for n in range(1, levels)]
    return unified(more='\n'.join(rows) + '\n')


def merges(levels):
    rows = ['m0: &m0 {a: 1}']
    for n in range(1, levels):
        rows.append('m%d: &m%d {<<: [%s], k%d: *m%d}' % (n, n, ', '.join(['*m%d' % (n - 1)] * 9), n, n - 1))
    return unified(more='\n'.join(rows) + '\n')


BOMBS = {
    'alias bomb': (aliases(9), 'alias'),
    'cycle': (unified(more='extra: &x [*x]\n'), 'alias'),
    'depth 100000': (unified(more='extra: ' + '[' * 100000 + ']' * 100000 + '\n'), 'deep'),
    'depth 100000 of blocks': (unified(more='extra:\n' + ''.join(' ' * n + '-\n' for n in range(1, 3000))), 'deep'),
    'scalar of 100 MiB': (unified(more='extra: ' + 'x' * (100 * MIB) + '\n'), 'limit'),
    'merge bomb': (merges(12), 'values'),
    'python object': (unified(more='extra: !!python/object/apply:os.system [id]\n'), 'python/object'),
    'key that stands twice': (unified(more='name: Other\n'), 'name'),
    'NUL': (unified().encode().replace(b'world', b'wor\0ld'), ''),
    'not UTF-8': (unified().encode().replace(b'world', b'wor\xff\xfeld'), 'UTF-8'),
    'second document': (unified(more='---\nname: Other\n'), 'document'),
    'a million nodes': (unified(more='extra: [' + 'x,' * 1000000 + ']\n'), 'values'),
}


@pytest.mark.parametrize('bomb', BOMBS)
def test_c01_yaml(berth, bomb):
    text, reason = BOMBS[bomb]
    path = berth.write('bombs/bomb.yml', text)
    answer = berth('run', path)
    line = refused(answer, path, reason)
    assert answer.seconds < 0.1 * PATIENCE
    assert answer.peak_bytes < 64 * MIB or len(text) > 64 * MIB
    figure('C01', bomb, 'refused in %.0f ms with %.0f MiB: %s'
           % (answer.seconds * 1000, answer.peak_bytes / MIB, line.replace(path, '')[8:80]))


def test_c01_controls(berth):
    """The same features in their proper size are read."""
    deep = 'deep: %s1%s\n' % ('[' * 50, ']' * 50)
    fine = unified(more='base: &base {a: 1, b: [x, y]}\nextra: {<<: *base, c: *base}\n' + deep)
    answer = berth('run', berth.write('fine/fine.yml', fine), '--json')
    assert (answer.code, answer.value) == (0, 'hello world'), answer
    # Neither the Norway problem nor octal numbers: what is a text stays one.
    for given in ('no', '0777', '1e3', '~', 'null', '1_000'):
        text = unified().replace('defaultValue: world', 'defaultValue: "%s"' % given)
        assert berth('run', berth.write('fine/norway.yml', text), '--json').value == 'hello ' + given
    figure('C01', 'control: aliases, merge keys, depth 50, quoted `no` and 0777', 'read')


def package(berth, name, yaml=None, code="demisto.results('hello ' + demisto.args()['who'])"):
    """Writes a package into a tree of its own; the paths of the tree and of the package."""
    tree = os.path.join(berth.folder, 'trees', name)
    folder = os.path.join('trees', name, 'Packs', 'P', 'Scripts', 'Greet')
    berth.write(os.path.join(folder, 'Greet.yml'), yaml or split())
    if code is not None:
        berth.write(os.path.join(folder, 'Greet.py'), code)
    return tree, os.path.join(berth.folder, folder)


def test_c03_control(berth):
    _, folder = package(berth, 'control')
    answer = berth('run', folder, 'you', '--json')
    assert (answer.code, answer.value) == (0, 'hello you'), answer
    os.rename(os.path.join(folder, 'Greet.py'), os.path.join(folder, 'Real.py'))
    os.symlink('Real.py', os.path.join(folder, 'Greet.py'))
    assert berth('run', folder, 'you', '--json').value == 'hello you'
    figure('C03', 'control: a package, and one with a link inside', 'run')


def link_out(folder):
    os.symlink('/etc/passwd', os.path.join(folder, 'Greet.py'))


def link_up(folder):
    os.symlink('../../../../../secret.py', os.path.join(folder, 'Greet.py'))


def fifo(folder):
    os.mkfifo(os.path.join(folder, 'Greet.py'))


def device(folder):
    os.mknod(os.path.join(folder, 'Greet.py'), 0o020666, os.makedev(1, 5))


def unix_socket(folder):
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(os.path.join(folder, 'Greet.py'))


def folder_of_that_name(folder):
    os.mkdir(os.path.join(folder, 'Greet.py'))


@pytest.mark.parametrize('trick', (link_out, link_up, fifo, device, unix_socket, folder_of_that_name))
def test_c03_code_file(berth, trick):
    tree, folder = package(berth, trick.__name__, code=None)
    with open(os.path.join(os.path.dirname(tree), 'secret.py'), 'w') as file:
        file.write("demisto.results('reached')")
    trick(folder)
    line = refused(berth('run', folder, seconds=10), 'Greet')
    figure('C03', 'code file: ' + trick.__name__, line[7:].replace(berth.folder, '')[-80:])


def test_c03_yaml_through_a_link(berth):
    tree, folder = package(berth, 'yaml-link')
    outside = berth.write('outside/Greet.yml', split())
    os.unlink(os.path.join(folder, 'Greet.yml'))
    os.symlink(outside, os.path.join(folder, 'Greet.yml'))
    refused(berth('run', folder), 'Greet.yml', 'link')
    figure('C03', 'YAML through a link that leads out', 'refused')


CALL = """try:
    demisto.executeCommand(demisto.args()['who'], {})
except ValueError as error:
    demisto.results(str(error))"""
NAMES = ('../../../../../../etc/passwd', '/etc/passwd', 'a/../../b', 'nul\\x00', '.', '..')


@pytest.mark.parametrize('name', NAMES)
def test_c03_names(berth, name):
    """An id that looks like a path is refused; as the name of a command it finds nothing."""
    _, folder = package(berth, 'names')
    yaml = split().replace('id: Greet', 'id: "%s"' % name)
    berth.write(os.path.join(folder, 'Greet.yml'), yaml)
    refused(berth('run', folder), 'Greet.yml')
    berth.write(os.path.join(folder, 'Greet.yml'), split())
    caller = berth.write('trees/names/Packs/P/Scripts/script-Call.yml', unified('Call', CALL))
    said = berth('run', caller, 'who=' + name.replace('\\x00', ''), '--json').value
    assert 'Unsupported Command' in said, said
    figure('C03', 'id and command ' + name, 'refused, unsupported')


def test_c03_same_id_twice(berth):
    tree, folder = package(berth, 'clash')
    berth.write('trees/clash/Packs/Q/Scripts/script-Greet.yml', unified())
    caller = berth.write('trees/clash/Packs/P/Scripts/script-Call.yml', unified('Call', CALL))
    said = berth('run', caller, 'Greet', '--json').value
    assert 'claim the same id' in said, said
    figure('C03', 'an id that two scripts claim', 'refused')
