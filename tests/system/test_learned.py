"""What calls have imported, their zygote imports ahead: told by the calls, tried, and kept for their key alone."""
import glob
import json
import os
import re
import shutil

import pytest

from calls import PATIENCE
from figures import figure
from test_images import PREFIX, buildah
from test_warm import IS_WARM, again, call_of, turn_on

pytestmark = pytest.mark.third_lane

# Modules of an image, and what becomes of them; `private` is for root alone.
MODULES = {
    'berth_good': "value = 1",
    'berth_threads': "import threading, time\nthreading.Thread(target=time.sleep, args=(1000,), daemon=True).start()",
    'berth_socket': "import socket\nkept = socket.socket()",
    'berth_daemon': "import subprocess\nsubprocess.Popen(['sleep', '1000'], start_new_session=True)",
    'berth_speaks': "print('imported')",
    'berth_private': "value = 'for root alone'",
    'berth_long': "import time\ntime.sleep(2)",
    # Behaves while it is tried, and in calls, and not in the zygote.
    'berth_false': "import _thread, os, time\nif os.getresuid()[2] == 0:\n"
                   "    _thread.start_new_thread(time.sleep, (1000,))",
}
FOLDER = 'usr/lib/python3/dist-packages'


@pytest.fixture(scope='module')
def image(berth):
    """The base image with MODULES."""
    if shutil.which('buildah') is None:
        pytest.skip('buildah is not installed')
    names = [name for one in berth('image', 'list', '--json').json['images'] for name in one['names']]
    container = PREFIX.split('/')[1] + 'learned'
    buildah('from', '--pull-never', '--name', container, next(name for name in names if '/berth/python3-deb:' in name))
    name = PREFIX + 'learned:1'
    try:
        root = buildah('mount', container)
        for module, code in MODULES.items():
            path = os.path.join(root, FOLDER, module + '.py')
            with open(path, 'w') as file:
                file.write(code + '\n')
            os.chmod(path, 0o600 if module == 'berth_private' else 0o644)
        buildah('umount', container)
        buildah('commit', '--quiet', container, name)
    finally:
        buildah('rm', container)
    yield name
    buildah('rmi', name)


@pytest.fixture
def learning(room):
    """A room with a cache of its own. `lists()`: name and mark of each module, for each list there."""
    cache = room.tree + '-cache'
    with open(room.settings) as usual:
        text = re.sub(r'\n  cache: .*', '\n  cache: ' + cache, usual.read())
    room.settings = room.berth.write(os.path.basename(cache) + '.yaml', text)
    turn_on(room)

    def lists():
        found = []
        for path in glob.glob(os.path.join(cache, 'code', '*.imports')):
            assert os.stat(path).st_mode & 0o777 == 0o600
            with open(path) as file:
                first, *lines = file.read().splitlines()
            assert first == 'berth-imports 1'
            found.append({name: mark + ''.join(why) for mark, name, *why in (line.split(' ') for line in lines)})
        return found

    room.lists = lists
    yield room
    shutil.rmtree(cache, ignore_errors=True)


def in_image(room, image, name, code, calls, arguments=()):
    """What script `name` of `image` answered in each of `calls` calls, and the notes of them all."""
    path = room.script(name, code, arguments)
    with open(path) as file:
        text = file.read()
    with open(path, 'w') as file:
        file.write(text.replace('dockerimage: python3\n', 'dockerimage: %s\n' % image))
    room.script('Calls' + name, "import json\ndemisto.results(json.dumps([[entry['Contents'] for entry in "
                                "demisto.executeCommand(%r, {})] for _ in range(%d)]))" % (name, calls))
    answer = room.exec('!Calls' + name, seconds=120 * PATIENCE)
    assert answer.code == 0, answer
    return json.loads(answer.value), call_of(answer)['notes']


def test_the_second_call_finds_its_libraries_imported(learning):
    code = """import sys, time
there = 'requests' in sys.modules
begun = time.monotonic()
import requests, json
took = time.monotonic() - begun
demisto.results(json.dumps([%s, there, took, requests.__name__, requests.utils.quote(' ')]))""" % IS_WARM
    answers = [json.loads(answer[0]) for answer in again(learning, 'Imports', "import os\n" + code, [{}] * 12)]
    assert [answer[:2] for answer in answers] == [[False, False]] + [[True, True]] * 11
    assert all(answer[3:] == ['requests', '%20'] for answer in answers)
    # Another run of the program: the list lies on disk.
    answer = learning.exec('!OuterImports rows=`%s`' % json.dumps([{}] * 3))
    assert [json.loads(one[0])[:2] for one in json.loads(answer.value)] == [[False, False], [True, True], [True, True]]
    warm = sorted(answer[2] for answer in answers[1:])[5]
    figure('S', 'milliseconds of `import requests` in a call: cold; warm; ratio',
           '%.1f; %.3f; %.0f' % (answers[0][2] * 1000, warm * 1000, answers[0][2] / warm))


def test_what_misbehaves_is_left_out_and_works_as_before(learning, image):
    names = ['berth_good', 'berth_threads', 'berth_socket', 'berth_daemon', 'berth_speaks']
    code = """import os, sys, threading
import json
ahead = [name for name in %r if name in sys.modules]
threads = threading.active_count()
import %s
demisto.results(json.dumps([%s, ahead, threads, threading.active_count(), berth_socket.kept.fileno() > 2]))""" % (
        names, ', '.join(names), IS_WARM)
    answers, notes = in_image(learning, image, 'Misbehaves', code, 8)
    # Trying takes what it takes, and the calls have containers of their own meanwhile.
    told = [json.loads(answer[0]) for answer in answers]
    assert told[0] == [False, [], 1, 2, True] and told[-1] == [True, ['berth_good'], 1, 2, True], told
    assert all(one in (told[0], told[-1]) for one in told), told
    found, = [one for one in learning.lists() if 'berth_good' in one]
    assert {name: found[name] for name in names} == {
        'berth_good': '+', 'berth_threads': '-threads', 'berth_socket': '-descriptors', 'berth_daemon': '-processes',
        'berth_speaks': '-speaks'}
    for name, why in (('berth_threads', 'threads'), ('berth_socket', 'descriptors')):
        assert "module '%s' is not imported ahead of calls: %s" % (name, why) in notes
    figure('S', 'modules that start threads or processes, open sockets or speak, imported ahead', 0)


def test_no_call_waits_for_what_is_slow_to_try(learning, image):
    code = """import json, os, sys, time
there = 'berth_long' in sys.modules
begun = time.monotonic()
import berth_long
demisto.results(json.dumps([%s, there, time.monotonic() - begun]))""" % IS_WARM
    answers, _ = in_image(learning, image, 'Long', code, 8)
    told = [json.loads(answer[0]) for answer in answers]
    assert told[0][:2] == told[1][:2] == [False, False] and told[-1][:2] == [True, True], told
    assert min(answer[2] for answer in told if not answer[0]) >= 2 > 0.5 > told[-1][2]
    figure('S', 'seconds of the import of a module that takes 2, once it is imported ahead', '%.6f' % told[-1][2])


def test_a_list_with_which_no_zygote_starts_is_given_up(learning, image):
    code = "import json, os, sys\nimport berth_false, decimal\ndemisto.results(json.dumps([%s]))" % IS_WARM
    answers, notes = in_image(learning, image, 'False', code, 12)
    told = [json.loads(answer[0])[0] for answer in answers]
    assert told[:2] == [False, False] and told[-1], told
    assert [note for note in notes if 'what was imported ahead has changed: threads' in note], notes
    found, = [one for one in learning.lists() if 'berth_false' in one]
    assert set(found.values()) == {'-unknown'}


def test_what_does_not_lie_in_the_image_is_never_learned(learning):
    code = """import os, sys, json
for folder in ('/work', '/tmp', os.environ['HOME']):
    with open(folder + '/mine' + folder.replace('/', '_') + '.py', 'w') as file:
        file.write('value = 1')
    sys.path.insert(0, folder)
import mine_work, mine_tmp, mine_home_demisto, decimal
demisto.results(json.dumps([%s, mine_work.value]))""" % IS_WARM
    answers = again(learning, 'Own', code, [{}] * 4)
    assert [json.loads(answer[0]) for answer in answers] == [[False, 1]] + [[True, 1]] * 3
    found, = [one for one in learning.lists() if 'decimal' in one]
    assert [name for name in found if 'mine' in name or 'Common' in name] == []


def test_a_hostile_list_gains_nothing(learning, image):
    """Names that are none are refused; a module that scripts may not read is not read for them; frames are forged."""
    code = r"""import json, os, sys
kind = type(sys)
ahead = 'berth_private' in sys.modules
for name in ('../../x', 'a b', 'x;import os', 'a\n+ b', '', '.', 'berth_private', 'no_such_module', '1a'):
    module = kind('x')
    module.__file__ = '/usr/lib/python3/x.py'
    sys.modules[name] = module
demisto.results(json.dumps([%s, ahead]))
if ahead is False:
    os.write(4, (json.dumps({'type': 'completed', 'modules': ['forged', '/etc/shadow', 7, None, ['x'], 'x' * 300, 'berth_private',
             'this', 'forged', 'no_such_module'] + ['f%%d' %% n for n in range(100)]}) + '\n').encode())
    os._exit(0)
""" % IS_WARM
    answers, notes = in_image(learning, image, 'Hostile', code, 5)
    told = [json.loads(answer[0]) for answer in answers]
    assert told[0] == [False, False] and all(one[1] is False for one in told), told
    found, = [one for one in learning.lists() if 'berth_private' in one]
    assert all(name.replace('.', '').replace('_', '').isalnum() and len(name) <= 200 for name in found), found
    assert found['berth_private'] in ('-fails', '?') and found['no_such_module'] in ('-fails', '?')
    assert found['this'] in ('-speaks', '?') and 'x' not in found and '../../x' not in found
    assert '+' not in [found[name] for name in found if name.startswith(('f', 'berth', 'no_'))]


def test_a_list_is_for_its_key_alone(learning):
    code = "import json, os, sys\nahead = [name for name in ('requests', 'decimal') if name in sys.modules]\n"
    end = "\ndemisto.results(json.dumps([%s, ahead]))" % IS_WARM
    first = again(learning, 'Requests', code + "import requests" + end, [{}] * 4)
    second = again(learning, 'Decimal', code + "import decimal" + end, [{}] * 4)
    assert json.loads(first[-1][0])[:1] == [True] and 'requests' in json.loads(first[-1][0])[1]
    assert json.loads(second[-1][0]) == [True, ['decimal']]
    assert sum('requests' in one for one in learning.lists()) == 1


def test_each_call_has_its_own_copy_and_its_own_random_numbers(learning):
    code = """import json, os, random, uuid, requests, multiprocessing
changed = getattr(requests, 'changed', False) or requests.get is None
requests.changed, requests.get = True, None
demisto.results(json.dumps([%s, changed, random.random(), str(uuid.uuid4()),
                            bytes(multiprocessing.current_process().authkey).hex()]))""" % IS_WARM
    answers = [json.loads(answer[0]) for answer in again(learning, 'Copies', code, [{}] * 12)]
    assert [answer[:2] for answer in answers] == [[False, False]] + [[True, False]] * 11
    for column in (2, 3, 4):
        assert len(set(answer[column] for answer in answers)) == 12, column


def test_an_exit_code_of_the_item_changes_nothing_of_running_ahead(learning):
    path = os.path.join(learning.tree, 'Packs', 'Base', 'Scripts', 'CommonServerPython', 'CommonServerPython.py')
    learning.berth.write(path, "import time\nbegun = time.monotonic()\n")
    learning.script('Ends', "import os\ndemisto.results(str(time.monotonic() - begun))\n"
                            "os._exit(66)")
    learning.script('Often', """import time
ages = []
for _ in range(6):
    ages.append(float(demisto.executeCommand('Ends', {})[0]['Contents']))
    time.sleep(0.5)
demisto.results(str([age > 0.4 for age in ages]))""")
    # The third is the first whose child was made while nobody waited.
    answer = learning.exec('!Often', seconds=120 * PATIENCE)
    assert answer.code == 0 and answer.value == str([False, False] + [True] * 4), answer
