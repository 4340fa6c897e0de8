"""Items that an operator lets share a process (`calls.shared`): one process serves calls one after another."""
import json
import os
import signal
import time

from calls import IMAGE, PATIENCE
from figures import figure
from serve import Daemon, group_prefix
from test_warm import OUTER
from warm import at_rest, pool, until, value

PLACE = "import os, time\nwith open('/proc/self/stat') as file: started = file.read().split()[21]\n"


def shared(room, name, code, rows, arguments=(), items=None, seconds=120):
    """What `code` answered for each of `rows`, run as a script that another one calls."""
    with open(room.settings, 'a') as file:
        file.write('calls: {shared: %s}\n' % json.dumps([name] if items is None else items))
    room.script(name, code, arguments)
    room.script('Outer' + name, OUTER % name, ['rows'])
    answer = room.exec('!Outer%s rows=`%s`' % (name, json.dumps(rows)), seconds=seconds * PATIENCE)
    assert answer.code == 0, answer
    return json.loads(answer.value)


def test_one_process_serves_all(room):
    code = PLACE + "import json, sys\nsys.count = getattr(sys, 'count', 0) + 1\ndemisto.results(json.dumps([started, sys.count]))"
    rows = shared(room, 'Counts', code, [{}] * 5)
    facts = [json.loads(row[0]) for row in rows]
    assert len({started for started, _ in facts}) == 1 and [count for _, count in facts] == [1, 2, 3, 4, 5], rows
    figure('shared', 'calls of a shared item, and its processes', '%d, %d' % (len(facts), len({started for started, _ in facts})))


def test_who_is_not_named_shares_nothing(room):
    code = "import sys\nsys.count = getattr(sys, 'count', 0) + 1\ndemisto.results(sys.count)"
    assert shared(room, 'Alone', code, [{}] * 3, items=['Another']) == [['1']] * 3


def test_arguments_files_and_the_work_folder_are_of_one_call(room):
    code = ("import json, os\nbefore = os.listdir('.')\nopen('left', 'w').write(demisto.args()['a'])\n"
            "demisto.results(json.dumps([demisto.args(), before, os.environ.get('X')]))\nos.environ['X'] = 'x'\nos.chdir('/')")
    rows = shared(room, 'Folder', code, [{'a': str(n)} for n in range(3)], ['a'])
    assert [json.loads(row[0]) for row in rows] == [[{'a': str(n)}, [], None] for n in range(3)], rows


def test_a_call_that_fails_ends_itself_alone(room):
    code = ("import sys, os, signal\nsys.count = getattr(sys, 'count', 0) + 1\nwhat = demisto.args()['do']\n"
            "if what == 'raise': raise ValueError('no')\nif what == 'die': os.kill(os.getpid(), signal.SIGKILL)\n"
            "if what == 'exit': os._exit(3)\ndemisto.results(sys.count)")
    rows = shared(room, 'Fails', code, [{'do': do} for do in ('', 'raise', '', 'die', '', 'exit', '')], ['do'])
    assert [rows[n] for n in (0, 2, 4, 6)] == [['1'], ['3'], ['1'], ['1']], rows
    assert 'ValueError: no' in rows[1][0] and 'SIGKILL' in rows[3][0] and 'status 3' in rows[5][0], rows


def test_a_file_that_has_changed_has_a_new_process(room):
    """What the old text has left behind is not met by the new one."""
    room.settings_with('calls: {shared: [Edited]}\n')
    text = "import sys\nsys.count = getattr(sys, 'count', 0) + 1\ndemisto.results('%s %%d' %% sys.count)"
    with Daemon(room.berth, settings=room.settings) as daemon:
        def call(word):
            path = room.berth.write('scripts/Edited.py', text % word)
            answer = room.berth('run', path, '--image', IMAGE, '--json', settings=room.settings)
            assert answer.json.get('shared'), answer
            at_rest(daemon)
            return answer.value
        assert [call(word) for word in ('one', 'one', 'two', 'two')] == ['one 1', 'one 2', 'two 1', 'two 2']


def test_users_share_nothing(room):
    """Of one daemon, from which both of them ask for the same item."""
    room.script('OfWhom', "import json, sys\nsys.kept = getattr(sys, 'kept', []) + [demisto.args()['mark']]\n"
                          "demisto.results(json.dumps(sys.kept))", ['mark'])
    room.settings_with('calls: {shared: [OfWhom]}\n')
    nobody = 65534
    with Daemon(room.berth, settings=room.settings, prefix=group_prefix(room.berth, nobody)) as daemon:
        def call(user, mark):
            reply = daemon.ask_as(user, 'POST', '/v1/run', {'item': {'name': 'OfWhom'}, 'arguments': ['mark=' + mark]},
                                  ['Berth-Affinity: one'])
            assert reply.status == 200 and reply.json['shared'], reply.body
            at_rest(daemon)
            return json.loads(reply.json['entries'][-1]['Contents'])
        seen = [call(user, mark) for user, mark in ((0, 'a'), (nobody, 'b'), (0, 'c'), (nobody, 'd'))]
        assert seen == [['a'], ['b'], ['a', 'c'], ['b', 'd']]
        assert len({one['key'] for worker in pool(daemon)['workers'] for one in worker['shared']}) == 2
    figure('shared', 'calls of a shared item that found what another user had left', '0 of 4')


def test_a_process_that_is_gone_before_it_takes_its_job_costs_no_call(room):
    """It dies in the very moment in which its next job arrives, and nothing of that has run."""
    code = ("import os, select, sys\nsys.count = getattr(sys, 'count', 0) + 1\n"
            "def die(fd, size):\n    select.select([fd], [], [])\n    os._exit(7)\n"
            "if demisto.args()['do'] == 'arm': os.read = die\ndemisto.results(sys.count)")
    rows = shared(room, 'Dies', code, [{'do': do} for do in ('', 'arm', '', '')], ['do'])
    assert rows == [['1'], ['2'], ['1'], ['2']]


def test_a_call_of_itself_has_another_process(room):
    code = PLACE + ("if demisto.args().get('deep'): demisto.results(started)\n"
                    "else: demisto.results(started + ' ' + demisto.executeCommand('Deep', {'deep': '1'})[0]['Contents'])")
    rows = shared(room, 'Deep', code, [{}, {}], ['deep'])
    assert all(len(set(row[0].split())) == 2 for row in rows), rows


def test_the_answer_says_so_and_nothing_is_left(room):
    with open(room.settings, 'a') as file:
        file.write('calls: {shared: [Once]}\n')
    room.script('Once', 'demisto.results(1)')
    answer = room.exec('!Once')
    assert answer.code == 0 and answer.json['answers'][0].get('shared') is True, answer


def test_the_pool_shows_them_and_ends_those_of_an_item(room):
    room.settings_with('calls: {shared: [Once, Other]}\n')
    room.script('Once', PLACE + 'demisto.results(started)')
    room.script('Other', PLACE + 'demisto.results(started)')
    with Daemon(room.berth, settings=room.settings) as daemon:
        def call(name):
            reply = daemon.ask('POST', '/v1/run', {'item': {'name': name}}, ['Berth-Affinity: the same'])
            assert reply.status == 200 and reply.json['shared'], reply.body
            at_rest(daemon)
            return value(reply.json)
        before = [call(name) for name in ('Once', 'Once', 'Other')]
        assert before[0] == before[1]
        (worker,) = pool(daemon)['workers']
        assert [(one['item'], one['calls']) for one in worker['shared']] == [('Once', 2), ('Other', 1)]
        assert all(one['memory_bytes'] > 1 << 20 for one in worker['shared'])
        assert pool(daemon)['totals']['shared'] == 2 and pool(daemon)['totals']['zygotes'] == 0
        shown = room.must('pool')
        assert 'SHARED' in shown.out and 'Once' in shown.out, shown
        assert daemon.ask('POST', '/v1/pool/reset', {'item': 'Once'}).json['reset'] == 1
        until(lambda: pool(daemon)['totals']['shared'] == 1)
        at_rest(daemon)
        assert call('Other') == before[2] and call('Once') != before[0]


KEPT = """import json
what = demisto.args().get('do', '')
if what == 'override':
    def tableToMarkdown(*args, **named): return 'mine'
elif what == 'global':
    globals()['return_results'] = None
elif what == 'delete':
    del CommandResults
elif what == 'patch':
    CommandResults.to_context = lambda self: 'mine'
    entryTypes['note'] = 99
    LOG.replace_strs = ['secret']
    LOG.more = return_error.mark = 1
elif what == 'demisto':
    kept, demisto = demisto, None
    kept.results('none')
elif what == 'error':
    entryTypes.clear()
    return_error('no')
elif what == 'exit':
    entryTypes.clear()
    exit(1)
elif what == 'late':
    import time
    entryTypes.clear()
    time.sleep(100)
else:
    state = [sorted(entryTypes.items()), vars(LOG).get('replace_strs'), hasattr(LOG, 'more'), hasattr(return_error, 'mark'),
             CommandResults(readable_output=tableToMarkdown('t', [{'a': 1}])).to_context(), hasattr(os, 'mark')]
    return_results(json.dumps(state))
"""


def test_what_calls_do_to_the_common_script_is_undone(room):
    """In the first calls it runs for each; later it is kept, and put back."""
    doings = ['', 'override', 'global', 'delete', 'patch', 'demisto', 'error', 'exit']
    rows = [{}] * 2 + [{'do': do} for do in doings for _ in (0, 1)] * 3 + [{}]
    said = shared(room, 'Undoes', KEPT, rows, ['do'])
    states = [row[0] for row, one in zip(said, rows) if not one.get('do')]
    assert len(set(states)) == 1 and '"mine"' not in states[0] and '"Contents"' in states[0], states
    errors = [row for row, one in zip(said, rows) if one.get('do') == 'error']
    assert errors == [['no']] * 6, errors


def test_a_call_that_runs_out_of_time_takes_what_is_kept_with_it(room):
    room.settings_with('calls: {shared: [Undoes]}\n')
    path = room.berth.write('scripts/Undoes.py', KEPT)
    with Daemon(room.berth, settings=room.settings) as daemon:
        def call(*arguments):
            answer = room.berth('run', path, *arguments, '--image', IMAGE, '--timeout', '3s', '--json', settings=room.settings)
            assert answer.json.get('shared'), answer
            at_rest(daemon)
            return answer
        before = [call().value for _ in range(20)]
        assert call('do=late').code != 0
        assert {call().value for _ in range(2)} == set(before) and len(set(before)) == 1
