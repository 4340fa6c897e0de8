"""What is wrong with a request is said in one line, with what to do; the status is 2 and nothing was changed."""
import os

import pytest

from figures import figure
from war_room import WarRoom

pytestmark = pytest.mark.third_lane

CODE = "demisto.results('fine')"

# words of the command line ({i} is an investigation, {here} a folder); a word that stands in the message
BAD = {
    'exec: nothing': (['exec', ''], 'command'),
    'exec: no such command': (['exec', '!NoSuchThing'], 'content list'),
    'exec: quotes': (['exec', '!Fine value="a'], ''),
    'exec: unknown argument': (['exec', '!Fine valu=a'], 'valu'),
    'exec: the same twice': (['exec', '!Fine value=a value=b'], 'value'),
    'exec: timeout': (['exec', '!Fine execution-timeout=soon'], 'execution-timeout'),
    'exec: retries': (['exec', '!Fine retry-count=-1'], 'retry-count'),
    'exec: no such instance': (['exec', '!bad-answer using=nobody'], 'instance'),
    'exec: no such brand': (['exec', '!bad-answer using-brand=nobody'], 'instance'),
    'exec: no such investigation': (['exec', '!Fine', '--investigation', '999'], 'investigation list'),
    'exec: an investigation that is none': (['exec', '!Fine', '--investigation', '../1'], 'investigation'),
    'exec: no such file': (['exec', '!Fine', '--file', '/none/such'], '/none/such'),
    'exec: context that is none': (['exec', '!Fine', '--context', '{here}/list.json'], 'list.json'),
    'exec: memory': (['exec', '!Fine', '--memory', 'much'], 'memory'),
    'exec: network': (['exec', '!Fine', '--network', 'everywhere'], 'network'),
    'context get: no such investigation': (['context', 'get', '--investigation', '999'], 'investigation'),
    'context get: without one': (['context', 'get'], '--investigation'),
    'context get: no path': (['context', 'get', '--investigation', '{i}', 'a(val.'], 'a(val.'),
    'context set: no key': (['context', 'set', '--investigation', '{i}', '', 'x'], 'key'),
    'context set: broken path': (['context', 'set', '--investigation', '{i}', 'a..b', 'x'], 'a..b'),
    'context delete: nothing': (['context', 'delete', '--investigation', '{i}'], 'all'),
    'context delete: both': (['context', 'delete', '--investigation', '{i}', 'a', '--all'], 'all'),
    'list get: no such list': (['list', 'get', 'nothing'], 'nothing'),
    'list delete: no such list': (['list', 'delete', 'nothing'], 'nothing'),
    'list add: no such list': (['list', 'add', 'nothing', 'x'], 'nothing'),
    'list set: no such file': (['list', 'set', 'l', '@/none/such'], '/none/such'),
    'file list: no such investigation': (['file', 'list', '--investigation', '999'], 'investigation'),
    'file add: no such file': (['file', 'add', '/none/such', '--investigation', '{i}'], '/none/such'),
    'file add: a folder': (['file', 'add', '{here}', '--investigation', '{i}'], '{here}'),
    'file get: no such entry': (['file', 'get', '77@{i}'], '77@{i}'),
    'file get: no entry at all': (['file', 'get', 'x/../y'], 'x/../y'),
    'investigation show: none': (['investigation', 'show', '999'], '999'),
    'investigation show: no number': (['investigation', 'show', 'seven'], 'seven'),
    'investigation show: too large': (['investigation', 'show', '9' * 40], 'investigation'),
    'investigation export: none': (['investigation', 'export', '999'], '999'),
    'investigation export: to a file': (['investigation', 'export', '{i}', '--to', '{here}/list.json'], 'list.json'),
    'investigation close: none': (['investigation', 'close', '999'], '999'),
    'fetch: no such instance': (['fetch', 'nobody'], 'nobody'),
    'fetch: fetches nothing': (['fetch', 'i'], 'fetches nothing'),
    'fetch: pause': (['fetch', 'i', '--every', 'often'], '--every'),
    'fetch: both': (['fetch', 'i', '--once', '--every', '1m'], '--every'),
    'instance start: no such instance': (['instance', 'start', 'nobody'], 'nobody'),
    'instance start: not long-running': (['instance', 'start', 'i'], 'not long-running'),
    'instance add: no such integration': (['instance', 'add', 'Nobody'], 'Nobody'),
    'instance add: the name is taken': (['instance', 'add', 'Bad', '--name', 'i'], 'i'),
    'instance enable: none': (['instance', 'enable', 'nobody'], 'nobody'),
    'instance remove: none': (['instance', 'remove', 'nobody'], 'nobody'),
    'content add: nothing there': (['content', 'add', '/none/such'], '/none/such'),
    'content add: no content': (['content', 'add', '{here}/list.json'], 'list.json'),
    'content add: name': (['content', 'add', '{tree}', '--name', '../x'], '../x'),
    'content add: empty': (['content', 'add', ''], 'the path is empty'),
    'content set-image: empty': (['content', 'set-image', '', 'x:1'], 'its name is empty'),
    'image which: empty': (['image', 'which', ''], 'the path is empty'),
    'run: empty': (['run', ''], 'the path is empty'),
    'content show: none': (['content', 'show', 'NoSuchThing'], 'NoSuchThing'),
    'content remove: none': (['content', 'remove', 'nobody'], 'nobody'),
    'content list: none': (['content', 'list', 'nobody'], 'nobody'),
    'content check: format': (['content', 'check', '--format', 'poem'], 'poem'),
    'no subcommand': (['context'], "berth: context: it needs a command; 'berth context --help' lists them"),
    'no such subcommand': (['image', 'lisst'], "berth: image: it has no command 'lisst'; did you mean 'list'?"),
    'missing operand': (['image', 'diff', 'A'], 'berth: image diff: B is required'),
    'unknown option': (['exec', '!Fine', '--colour'], '--colour'),
}


@pytest.fixture(scope='module')
def place(berth):
    made = WarRoom(berth)
    made.script('Fine', CODE, ['value'])
    made.integration('Bad', CODE, ['bad-answer'])
    made.add('Bad', 'i')
    made.inside = made.new()
    berth.write('bad/list.json', '[1]')
    yield made
    made.end()


def test_control(place):
    """The same commands with nothing wrong."""
    inside = ('--investigation', place.inside)
    for words in (('exec', '!Fine value=a', *inside), ('exec', '!bad-answer using=i'), ('context', 'get', *inside),
                  ('context', 'set', 'a.b', 'x', *inside), ('context', 'delete', 'a', *inside), ('list', 'set', 'l', 'x'),
                  ('list', 'get', 'l'), ('list', 'delete', 'l'), ('file', 'list', *inside),
                  ('investigation', 'show', place.inside), ('content', 'show', 'Fine'), ('content', 'list')):
        place.must(*words)


def test_in_a_folder_that_is_gone(place):
    """What needs to know where it is says so; what does not goes on."""
    gone = os.path.join(place.berth.folder, 'gone')

    def there(*words):
        os.mkdir(gone)
        return place.begin(*words, prefix=('/bin/sh', '-c', 'rmdir "$PWD" && exec "$@"', 'sh'), cwd=gone).wait(60)

    for words in (['content', 'add', 'x'], ['image', 'which', './x'], ['run', './x.py'], ['content', 'set-image', './x', 'y:1'],
                  ['sbom', './x']):
        done = there(*words)
        assert done.code == 2 and len(done.err.splitlines()) == 1, done
    assert 'the current folder cannot be named' in there('content', 'add', 'x').err
    assert there('list', 'all').code == 0


def test_bad_input(place):
    here = os.path.join(place.berth.folder, 'bad')

    def fill(text):
        return text.replace('{i}', place.inside).replace('{here}', here).replace('{tree}', place.tree)

    before = place.must('investigation', 'export', place.inside).out, place.must('instance', 'list').out
    wrong = []
    for name, (words, word) in BAD.items():
        refused = place(*[fill(one) for one in words])
        lines = [line for line in refused.err.splitlines() if line.strip()]
        if refused.code != 2 or len(lines) != 1 or fill(word) not in refused.err or refused.out or len(lines[0]) > 500:
            wrong.append((name, refused))
    assert not wrong, '\n'.join('%s: %s' % one for one in wrong)
    assert (place.must('investigation', 'export', place.inside).out, place.must('instance', 'list').out) == before
    figure('bad input', 'requests that are refused with status 2, one line and a remedy', '%d of %d' % (len(BAD), len(BAD)))
