"""Warm calls through the daemon: workers that stay, each call as alone as ever, and one outcome whatever dies."""
import json
import os
import random
import re
import signal
import threading
import time

import pytest

from calls import IMAGE, PATIENCE
from figures import figure
from inside import TIMES_IN_MEMORY
from serve import Daemon, Reply, group_prefix
from warm import (WARM, at_rest, children_of, cmdline, descendants, is_dead, parent_of, pool, run, until, value,
                  zygote_processes, zygotes)

WAITING = "import time\ndemisto.log('running')\ntime.sleep(3600)\n"


@pytest.fixture
def daemon(berth):
    with Daemon(berth, settings=berth.settings_with(WARM)) as made:
        yield made


def test_the_second_call_is_warm(daemon):
    answers = [run(daemon, "demisto.results('same')") for _ in range(4)]
    assert [answer.get('warm', False) for answer in answers] == [False, True, True, True]
    assert [value(answer) for answer in answers] == ['same'] * 4
    worker, = pool(daemon)['workers']
    assert worker['calls'] == 4 and worker['affinity'] == 'x' and os.path.exists('/proc/%d' % worker['pid'])
    zygote, = worker['zygotes']
    assert zygote['children'] >= 3 and zygote['memory_bytes'] > 0 and re.fullmatch('[0-9a-f]{64}', zygote['key'])
    assert pool(daemon)['totals']['zygotes'] == 1


def test_another_user_has_another_zygote(berth):
    nobody = 65534
    with Daemon(berth, settings=berth.settings_with(WARM), prefix=group_prefix(berth, nobody)) as daemon:
        def call(user):
            body = {'item': {'code': 'demisto.results(1)'}, 'image': IMAGE}
            reply = daemon.ask_as(user, 'POST', '/v1/run', body, ['Berth-Affinity: one'])
            assert reply.status == 200, reply.body
            at_rest(daemon)
            return reply.json
        assert [call(user).get('warm', False) for user in (0, 0, nobody, nobody, 0)] == [False, True, False, True, True]
        assert len({zygote['key'] for zygote in zygotes(daemon)}) == 2


def test_a_call_that_is_not_warm_says_why(berth, daemon):
    path = berth.write('scripts/why_not.py', "demisto.results(1)")

    def call(*options, **how):
        answer = berth('run', path, '--image', IMAGE, *options, **{'settings': daemon.settings, **how})
        assert answer.code == 0, answer
        at_rest(daemon)
        return answer
    first, second = call('--json').json, call('--json').json
    assert 'warm' not in first and 'first call with its key' in first['not_warm']
    assert second['warm'] and 'not_warm' not in second
    assert 'not warm' not in call('--debug').err
    assert 'berth: not warm: it is the first call with its key' in call('--debug', '--no-daemon').err
    assert 'not warm' not in call('--no-daemon').err
    kept = call('--json', '--keep').json
    assert '--keep' in kept['not_warm'] and 'warm' not in kept
    berth('prune', '--all')
    assert daemon.ask('POST', '/v1/pool/reset', {'item': zygotes(daemon)[0]['item']}).json['reset'] == 1
    at_rest(daemon)
    assert 'told to end' in call('--json').json['not_warm']
    assert 'not_warm' not in call('--json', '--no-daemon', settings=berth.settings).json


def test_from_the_command_line(berth, daemon):
    path = berth.write('scripts/serve_warm.py', "demisto.results(demisto.args()['n'])")
    answers = []
    for number in range(3):
        answers.append(berth('run', path, '--image', IMAGE, '--json', 'n=%d' % number, settings=daemon.settings))
        at_rest(daemon)
    assert [answer.json.get('warm', False) for answer in answers] == [False, True, True]
    assert [answer.value for answer in answers] == ['0', '1', '2']
    assert pool(daemon)['workers'][0]['affinity'] == path + '%python3'


def test_one_connection_for_many_calls(daemon):
    body = json.dumps({'item': {'code': "demisto.results(demisto.args()['n'])"}, 'image': IMAGE, 'arguments': ['n=5']})
    request = 'POST /v1/run HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s' % (len(body), body)
    with daemon.connect() as made:
        # Two at once: the second one's bytes are there while the first one runs.
        file = made.makefile('rb')
        for data in request * 2, '', request:
            made.sendall(data.encode())
            head = b''
            while not head.endswith(b'\r\n\r\n'):
                head += file.readline()
            length = int(re.search(rb'(?i)content-length: (\d+)', head).group(1))
            assert head.startswith(b'HTTP/1.1 200 ') and b'close' not in head
            assert value(json.loads(file.read(length))) == '5'
        made.sendall(b'GET /v1/version HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
        assert Reply(file.read()).status == 200


def test_events_over_one_connection(daemon):
    body = json.dumps({'item': {'code': 'demisto.results(1)'}, 'image': IMAGE})
    request = ('POST /v1/run HTTP/1.1\r\nHost: x\r\nAccept: application/x-ndjson\r\nContent-Length: %d\r\n\r\n%s' %
               (len(body), body)).encode()
    with daemon.connect() as made:
        for _ in range(3):
            made.sendall(request)
            data = b''
            while not data.endswith(b'\r\n0\r\n\r\n'):
                data += made.recv(65536)
            reply = Reply(data)
            assert reply.whole and reply.events[-1]['event'] == 'answer'


def test_a_call_does_not_find_what_another_was_given(daemon):
    """In the memory of its process, in its environment, files and descriptors; the control is the call itself."""
    code = TIMES_IN_MEMORY + r"""import json, os
wanted = b'yranac-' + b'terces'
seen = times_in_memory(wanted)
found = [path for path in ('/tmp/mark', '/work/mark', '/dev/shm/mark') if os.path.exists(path)]
for path in '/tmp/mark', '/work/mark', '/dev/shm/mark':
    open(path, 'w').write('left')
demisto.results(json.dumps([seen, found, sorted(demisto.args())]))
"""
    first = [json.loads(value(run(daemon, code, arguments=['one=secret-canary'])))for _ in range(3)]
    assert all(seen > 0 for seen, _, _ in first), first
    for _ in range(20):
        answer = run(daemon, code, arguments=['two=other'])
        assert answer['warm'] and json.loads(value(answer)) == [0, [], ['two']]
    figure('serve', 'warm calls that found what another was given', '0 of 20')


def test_investigations_do_not_mix(berth, daemon):
    """Context, files and counters of a run are its own."""
    code = "demisto.executeCommand('Set', {'key': 'k', 'value': 'v'})\n" \
           "demisto.results(json.dumps([demisto.context(), demisto.investigation()['id']]))"
    answers = [run(daemon, 'import json\n' + code) for _ in range(3)]
    assert [json.loads(value(answer)) for answer in answers] == [[{}, '1']] * 3
    assert [answer['entries'][0]['ID'] for answer in answers] == [answers[0]['entries'][0]['ID']] * 3


def test_a_file_that_has_changed_is_compiled_in_the_next_child(berth, daemon):
    """The zygote, which knows the old text, stays for the first call with the new one, and one that knows the new text
    takes its place once that comes again."""
    def call(text):
        path = berth.write('scripts/changes.py', text)
        answer = berth('run', path, '--image', IMAGE, '--json', settings=daemon.settings)
        at_rest(daemon)
        return answer, [(zygote['key'], zygote['children']) for zygote in zygotes(daemon)]
    shown = "def shown():\n    return text\ntext = 'one'\ndemisto.results(shown())"
    call(shown)
    first, zygote = call(shown)
    changed, same_zygote = call(shown.replace('one', 'two'))
    assert [answer.json.get('warm') for answer in (first, changed)] == [True, True]
    assert [answer.value for answer in (first, changed)] == ['one', 'two']
    assert [key for key, _ in same_zygote] == [key for key, _ in zygote] and same_zygote[0][1] > zygote[0][1]
    again, _ = call(shown.replace('one', 'two'))
    after, new_zygote = call(shown.replace('one', 'two'))
    assert [answer.value for answer in (again, after)] == ['two', 'two'] and after.json['warm']
    assert [key for key, _ in new_zygote] == [key for key, _ in zygote] and new_zygote[0][1] < same_zygote[0][1]
    nothing, _ = call('')
    assert nothing.json['warm'] and nothing.json['entries'] == []
    broken, _ = call('\n' * 6 + 'demisto.results(1\n')
    assert broken.json['warm'] and broken.json['outcome']['cause'] == 'exception'
    assert 'SyntaxError' in str(broken.json) and call('demisto.results(3)')[0].value == '3'


def test_another_code_has_another_zygote(daemon):
    """Whatever the client says of its call."""
    for code in 'demisto.results(1)', 'demisto.results(2)':
        for _ in range(2):
            assert value(run(daemon, code, affinity='the same')) == code[-2]
    assert len({zygote['key'] for zygote in zygotes(daemon)}) == 2


FAULTS = """
import json, resource
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for module in list(sys.modules.values()):
    for value in list(getattr(module, '__dict__', {}).values())[:40]:
        str(type(value))
demisto.results(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def test_what_calls_write_to_is_copied_ahead(daemon):
    """Looking at an object counts a reference to it, which is a write. Where a call has written, the children after it
    have a page of their own before they get a job; what the call has is the same."""
    faults = []
    for _ in range(8):
        faults.append(int(value(run(daemon, FAULTS))))
        at_rest(daemon)
    first, last = faults[1], faults[-1]
    assert first > 40, faults
    assert last <= max(first - 60, first // 2), faults
    figure('warm', 'pages that a call has to copy', '%d, once the zygote knows which %d' % (first, last))


def test_workers_are_chosen_by_what_they_served(daemon):
    def at_once(codes):
        threads = [threading.Thread(target=daemon.ask, args=(
            'POST', '/v1/run', {'item': {'code': code}, 'image': IMAGE}, ['Berth-Affinity: ' + code[-1]])) for code in codes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        at_rest(daemon)
    codes = ["import time; time.sleep(0.5)\n#%s" % letter for letter in 'ab']
    at_once(codes)
    before = {worker['affinity']: worker['pid'] for worker in pool(daemon)['workers']}
    assert sorted(before) == ['a', 'b']
    for code in codes * 2:
        assert run(daemon, code, affinity=code[-1])['warm']
    assert {worker['affinity']: worker['pid'] for worker in pool(daemon)['workers']} == before


def test_top_shows_memory_of_calls(berth, daemon):
    """Of a call in a container of its own and of one in a zygote's child, and not the zygote's."""
    code = ("import time\nif demisto.args().get('seconds'):\n    held = b'x' * (80 << 20)\n"
            "    time.sleep(int(demisto.args()['seconds']))\n")
    for is_warm in (False, True):
        if is_warm:
            run(daemon, code)
            until(lambda: run(daemon, code).get('warm', False))
        with daemon.begin_code(code, arguments=['seconds=%d' % (30 * PATIENCE)]):
            call, = daemon.wait_for_calls(1)

            def mebibytes():
                lines = berth('top', settings=daemon.settings).out.splitlines()
                line, = (line.split() for line in lines if line.startswith(call['id']))
                return [float(word) for word in line if re.fullmatch(r'\d+\.\d', word)]
            until(lambda: mebibytes() and 80 <= mebibytes()[0] < 140)
        until(lambda: not daemon.calls())


def test_reset(berth, daemon, host):
    for _ in range(2):
        run(daemon, 'demisto.results(1)', affinity='one')
    before = pool(daemon)['workers'][0]['pid']
    made = daemon.begin_code(WAITING)
    daemon.wait_for_calls(1)
    assert daemon.ask('POST', '/v1/pool/reset', {'itm': 'x'}).status == 400
    assert daemon.ask('POST', '/v1/pool/reset', {'item': 'there is none'}).json['reset'] == 0
    answer = berth('pool', 'reset', '--json', settings=daemon.settings)
    assert answer.code == 0 and answer.json['reset'] >= 1
    # The one that runs a call goes after it.
    call, = daemon.calls()
    daemon.ask('DELETE', '/v1/calls/' + call['id'])
    assert Reply(daemon.read_all(made)).events[-1]['exit_code'] == 130
    made.close()
    until(lambda: not pool(daemon)['workers'])
    until(lambda: not os.path.exists('/proc/%d' % before))
    assert not run(daemon, 'demisto.results(1)', affinity='one').get('warm', False)
    assert run(daemon, 'demisto.results(1)', affinity='one')['warm']
    item = zygotes(daemon)[0]['item']
    assert daemon.ask('POST', '/v1/pool/reset', {'item': item}).json['reset'] == 1
    until(lambda: not zygotes(daemon))
    worker, = at_rest(daemon)
    assert not run(daemon, 'demisto.results(1)', affinity='one').get('warm', False)
    assert run(daemon, 'demisto.results(1)', affinity='one')['warm']
    assert worker['pid'] == pool(daemon)['workers'][0]['pid']


def test_idle_workers_end(berth, host):
    with Daemon(berth, settings=berth.settings_with(WARM + 'serve: {idle_time: 1s}\n')) as daemon:
        for _ in range(2):
            run(daemon, 'demisto.results(1)')
        assert zygotes(daemon)
        until(lambda: not pool(daemon)['workers'])
        assert run(daemon, 'demisto.results(1)')['outcome']['cause'] == 'completed'


def test_a_zygote_that_no_call_uses_ends(berth):
    with Daemon(berth, settings=berth.settings_with(WARM + 'serve: {idle_time: 2s}\n')) as daemon:
        for code in ('demisto.results("idle")', 'demisto.results("used")'):
            for _ in range(2):
                run(daemon, code)
        idle, used = (zygote['key'] for zygote in zygotes(daemon))
        # Its worker is kept busy meanwhile.
        def left():
            assert run(daemon, 'demisto.results("used")')['warm']
            return [zygote['key'] for zygote in zygotes(daemon)] == [used]
        until(left)
        assert len(pool(daemon)['workers']) == 1
        again = run(daemon, 'demisto.results("idle")')
        assert 'serve.idle_time' in again['not_warm'] and run(daemon, 'demisto.results("idle")')['warm'], idle


def test_idle_workers_and_zygotes_have_bounds(berth):
    text = WARM + 'serve: {idle_workers: 2, zygotes: 3}\n'
    with Daemon(berth, settings=berth.settings_with(text)) as daemon:
        begun = [daemon.begin_code("import time\ntime.sleep(1)\ndemisto.results(%d)" % number) for number in range(5)]
        for made in begun:
            assert Reply(daemon.read_all(made)).events[-1]['exit_code'] == 0
            made.close()
        until(lambda: len(pool(daemon)['workers']) == 2)
        for number in range(8):
            run(daemon, 'demisto.results(%d)' % number, affinity=str(number))
            assert len(zygotes(daemon)) <= 3
            assert len(zygote_processes(daemon)) <= 3
        assert pool(daemon)['bounds']['zygotes'] == 3


def test_memory_is_given_back(berth):
    with Daemon(berth, settings=berth.settings_with(WARM + 'serve: {zygote_memory: 1m}\n')) as daemon:
        for _ in range(3):
            run(daemon, 'demisto.results(1)')
        until(lambda: not zygotes(daemon) and not zygote_processes(daemon))


def test_prewarm(room):
    room.script('Ready', "demisto.results('was ready')", ['needed'])
    room.settings_with(WARM + 'serve: {prewarm: [Ready]}\n')
    with Daemon(room.berth, settings=room.settings) as daemon:
        until(lambda: [zygote['item'] for zygote in zygotes(daemon)] == ['Ready'])
        at_rest(daemon)
        answer = room.must('exec', '!Ready needed=1', '--json')
        assert answer.json['answers'][0]['warm'] is True, answer
        assert daemon.ask('POST', '/v1/pool/reset', {}).json['reset'] == 1
        until(lambda: zygotes(daemon))


def test_prewarm_without_warm_calls_is_told(berth):
    with Daemon(berth, settings=berth.settings_with('serve: {prewarm: [Ready]}\n')) as daemon:
        until(lambda: 'serve.prewarm is of no effect' in daemon.running.said())


def test_prewarm_before_anybody_comes(room):
    """Nothing else wakes the daemon: no client, no instances."""
    room.script('Ready', "demisto.results('was ready')", ['needed'])
    room.settings_with(WARM + 'serve: {prewarm: [Ready], instances: off}\n')
    with Daemon(room.berth, settings=room.settings) as daemon:
        pid, = until(lambda: children_of(daemon.pid))
        until(lambda: any('zygote' in cmdline(one) for one in descendants(pid)))


def test_memory_is_given_back_by_what_nobody_uses(berth):
    """Three that do not fit together: the one that is called stays."""
    with Daemon(berth, settings=berth.settings_with(WARM + 'serve: {zygote_memory: 15m}\n')) as daemon:
        for number in 1, 2, 5:
            for _ in range(3):
                last = run(daemon, 'demisto.results(%d)' % number, affinity=str(number))
        assert run(daemon, 'demisto.results(5)', affinity='5').get('warm') and value(last) == '5'


def test_prewarm_of_instances(room):
    """Each enabled instance of an integration has a zygote before anybody calls, and again after a reset; a wish that
    cannot be met is told, and keeps none of the others from being met. Nothing of the wish is run."""
    code = "open('/tmp/ran', 'a').write('x')\nimport json, os\n" \
           "demisto.results(json.dumps([demisto.params()['p0'], os.getppid() == 0]))"
    room.integration('Vault', code, ['vault-open', 'vault-shut'], [('p0', 0)])
    for name in 'one', 'two', 'off':
        room.add('Vault', name, '--param', 'p0=' + name)
    room.must('instance', 'disable', 'off')
    room.script('Two Words', 'demisto.results(2)')
    wishes = ['No such item', 'Vault no-such-command', 'Vault vault-shut', 'Two Words', 'Vault vault-open']
    room.settings_with(WARM + 'serve: {prewarm: %s}\n' % json.dumps(wishes))
    with Daemon(room.berth, settings=room.settings) as daemon:
        for _ in range(2):
            # Both commands of an instance have one key: a worker that is asked for the second one has it.
            until(lambda: {zygote['item'] for zygote in zygotes(daemon)} == {'Vault', 'Two Words'}
                  and len({zygote['key'] for zygote in zygotes(daemon)}) == 3)
            at_rest(daemon)
            for line, expected in (('!vault-open using=one', ['one', True]), ('!vault-shut using=two', ['two', True]),
                                   ('!"Two Words"', 2)):
                answer = room.must('exec', line, '--json')
                (call,) = answer.json['answers']
                assert call['warm'] and json.loads(answer.entries[-1]['Contents']) == expected, answer
                at_rest(daemon)
            assert daemon.ask('POST', '/v1/pool/reset', {}).json['reset'] >= 1
        said = daemon.running.said()
    assert "warm up 'No such item'" in said and "warm up 'Vault no-such-command'" in said, said
    assert 'off' not in said


def test_a_killed_worker_is_its_clients_trouble_alone(daemon, host):
    for _ in range(2):
        run(daemon, WAITING.replace('3600', '0'), affinity='x')
    # One that is idle: nobody notices.
    worker, = at_rest(daemon)
    os.kill(worker['pid'], signal.SIGKILL)
    assert run(daemon, 'demisto.results(1)')['outcome']['cause'] == 'completed'
    with daemon.connect() as made:
        daemon.send(made, daemon.bytes_of('POST', '/v1/run', {'item': {'code': WAITING}, 'image': IMAGE}))
        call, = daemon.wait_for_calls(1)
        os.kill(call['pid'], signal.SIGKILL)
        reply = Reply(daemon.read_all(made))
    assert reply.status == 500 and 'signal 9' in reply.json['error']['message']
    assert run(daemon, 'demisto.results(1)')['outcome']['cause'] == 'completed'


def test_killed_zygotes_and_children_cost_no_call(daemon):
    for _ in range(2):
        run(daemon, 'demisto.results(1)')
    zygote, = zygote_processes(daemon)
    for victims in (lambda: children_of(zygote), lambda: [zygote]):
        killed = victims()
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        # The first process of a child's namespace is there until the interpreter has been waited for.
        until(lambda: any(is_dead(pid) for pid in killed))
        time.sleep(0.2 * PATIENCE)  # the others are on their way: what dies between a look and its job costs the call
        answer = run(daemon, 'demisto.results(1)')
        assert answer['outcome']['cause'] == 'completed' and value(answer) == '1', answer
    until(lambda: run(daemon, 'demisto.results(1)').get('warm'))


def test_kills_under_load(daemon, host):
    """Workers, inits, zygotes and their children die at random; each call has one outcome, and new calls work."""
    random.seed(5)
    outcomes = []
    ends = time.monotonic() + 10

    def client(number):
        while time.monotonic() < ends:
            reply = daemon.ask('POST', '/v1/run', {'item': {'code': 'demisto.results(%d)' % (number % 2)}, 'image': IMAGE},
                               ['Berth-Affinity: %d' % (number % 2)])
            outcomes.append((reply.status, reply.whole))

    threads = [threading.Thread(target=client, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    killed = 0
    while time.monotonic() < ends:
        time.sleep(0.2)
        ours = descendants(daemon.pid)
        pythons = [pid for pid in ours if 'python' in cmdline(pid)]
        wanted = children_of(daemon.pid) + pythons + [parent_of(pid) for pid in pythons]
        below = [pid for pid in wanted if pid in ours]
        if below:
            try:
                os.kill(random.choice(below), signal.SIGKILL)
                killed += 1
            except ProcessLookupError:
                pass
    for thread in threads:
        thread.join()
    # 0: the worker died in the middle of its answer, which its client sees.
    assert {status for status, whole in outcomes} <= {200, 500, 503, 0}, outcomes
    assert sum(status == 200 and whole for status, whole in outcomes) > len(outcomes) / 2
    for _ in range(3):
        assert run(daemon, "demisto.results('after')")['outcome']['cause'] == 'completed'
    until(lambda: daemon.health()['running'] == 0)
    figure('serve', 'processes killed under load, calls, calls that were not answered with 200',
           '%d, %d, %d' % (killed, len(outcomes), sum(status != 200 for status, _ in outcomes)))


def test_one_users_flood_does_not_keep_another_key_waiting(berth):
    with Daemon(berth, settings=berth.settings_with(WARM + 'serve: {calls: 1}\n')) as daemon:
        code = "import time\ntime.sleep(0.3)\ndemisto.results('flood')"
        flood = []
        for _ in range(12):
            made = daemon.connect()
            daemon.send(made, daemon.bytes_of('POST', '/v1/run', {'item': {'code': code}, 'image': IMAGE},
                                              ['Berth-Affinity: flood']))
            flood.append(made)
        until(lambda: daemon.health()['waiting'] >= 8)
        reply = daemon.ask('POST', '/v1/run', {'item': {'code': "demisto.results('other')"}, 'image': IMAGE},
                           ['Berth-Affinity: other'])
        assert reply.status == 200
        assert daemon.health()['waiting'] >= 4, 'it came before those that had waited longer'
        for made in flood:
            assert Reply(daemon.read_all(made)).status == 200
            made.close()


def test_drain_with_zygotes(berth, host):
    daemon = Daemon(berth, settings=berth.settings_with(WARM))
    daemon.wait_for_it()
    for _ in range(2):
        run(daemon, 'demisto.results(1)')
    begun = time.monotonic()
    assert daemon.end(seconds=30 * PATIENCE).code == 0
    figure('serve', 'end of a daemon with an idle worker and a zygote', '%.2f s' % (time.monotonic() - begun))
    assert host.processes() == []


def test_pool_and_top_for_people(berth, daemon):
    for _ in range(2):
        run(daemon, 'demisto.results(1)')
    made = daemon.begin_code(WAITING)
    daemon.wait_for_calls(1)
    shown = berth('pool', settings=daemon.settings)
    assert shown.code == 0 and 'ZYGOTE' in shown.out and 'WORKER' in shown.out and '1 of 16 calls run' in shown.out
    top = berth('top', settings=daemon.settings)
    assert top.code == 0 and 'CALL' in top.out and 'the code of the request' in top.out and '\x1b' not in top.out
    made.close()
    daemon.wait_for_calls(0)
    assert berth('pool', settings=berth.settings_with('serve: {socket: /nowhere/berth.sock}\n')).code == 12


MUCH = """import time
if demisto.args().get('much') == 'yes':
    kept = bytearray(200 << 20)
    end = time.process_time() + 0.3
    while time.process_time() < end:
        pass
if demisto.args().get('much') == 'too much':
    kept = bytearray(3 << 30)
demisto.results(1)
"""


def test_the_figures_of_a_call_are_its_own(daemon):
    """Its group has served other calls before: their memory, time and ends are not told of it."""
    outcomes = []
    for much in ['no'] * 3 + ['yes', 'no'] * 3 + ['too much', 'no', 'no']:
        answer = run(daemon, MUCH, arguments=['much=' + much])
        outcomes.append((much, answer.get('warm', False), answer['outcome']))
    warm = [(much, outcome) for much, is_warm, outcome in outcomes if is_warm]
    assert len(warm) >= 9, outcomes
    for much, outcome in warm:
        if much == 'too much':
            assert outcome['cause'] == 'memory', outcome
        else:
            assert outcome['cause'] == 'completed', outcome
            assert (outcome['peak_memory_bytes'] > 200 << 20) == (much == 'yes'), warm
            assert (outcome['cpu_ms'] >= 300) == (much == 'yes'), warm
