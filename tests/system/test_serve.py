"""The daemon: the same answers as without it, bounds that hold, and exactly one outcome for each client."""
import os
import re
import signal
import socket
import subprocess
import threading
import time

import pytest

from calls import IMAGE, PATIENCE
from figures import figure
from serve import Daemon, Reply

WAITING = "import time\ndemisto.log('running')\ntime.sleep(3600)\n"


@pytest.fixture
def daemon(berth):
    with Daemon(berth) as made:
        yield made


def same(text):
    """Without what differs from run to run."""
    text = re.sub(r'[0-9A-HJKMNP-TV-Z]{26}', 'CALL', text)
    text = re.sub(r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', 'UUID', text)
    text = re.sub(r'\d+(\.\d+)? (ms|MiB|KiB)', 'N', text)
    text = re.sub(r'"(peak_memory_bytes|cpu_ms|wall_ms|at_ms)": [\d.e+-]+', r'"\1": N', text)
    return re.sub(r'\d\d\d\d-\d\d-\d\dT[\d:.]+Z?', 'TIME', text)


def through(daemon, *argv, **how):
    """Through the daemon, which is proven by its count, and without: both answers."""
    before = daemon.health()['requests']
    over = daemon.berth(*argv, **how)
    assert daemon.health()['requests'] == before + 2, (argv, over)
    return over, daemon.berth(*argv, '--no-daemon', **how)


SCRIPT = '''
demisto.log('a line of the log')
print('printed')
demisto.debug('only with --debug')
open('made.txt', 'w').write('of the script')
demisto.results(fileResult('made.txt', b'bytes' * 1000))
demisto.results({'Type': 1, 'ContentsFormat': 'json', 'Contents': {'args': demisto.args()},
                 'EntryContext': {'Some.Thing': demisto.args()}, 'HumanReadable': '**bold** and more'})
'''

CASES = {
    'plain': (SCRIPT, ['name=value']),
    'json': (SCRIPT, ['name=value', '--json']),
    'json with trace': (SCRIPT, ['--json', '--trace']),
    'raw': ("demisto.results('x')", ['--raw', '--json']),
    'debug': (SCRIPT, ['--json']),
    'exception': ("def f():\n    raise ValueError('no')\nf()\n", []),
    'error entry': ("demisto.results({'Type': 4, 'ContentsFormat': 'text', 'Contents': 'bad'})", []),
    'memory': ("x = bytearray(1 << 30)\n", ['--memory', '64m']),
    'timeout': ("import time\ntime.sleep(60)\n", ['--timeout', '1s']),
    'exit': ("import os\nos._exit(7)\n", []),
    'bad image': ('pass', ['--image', 'there-is-none']),
    'bad limit': ('pass', ['--memory', 'lots']),
    'no such investigation': ('pass', ['--investigation', '999999']),
}


@pytest.mark.parametrize('name', CASES)
def test_run_is_the_same(berth, daemon, name):
    code, argv = CASES[name]
    path = berth.write('scripts/serve.py', code)
    over, without = (berth('run', path, *([] if '--image' in argv else ['--image', IMAGE]), *argv, *more)
                     for more in ([], ['--no-daemon']))
    assert over.code == without.code
    assert same(over.out) == same(without.out)
    assert same(over.err) == same(without.err)


def test_run_goes_through_it(berth, daemon):
    path = berth.write('scripts/serve.py', "demisto.results('x')")
    over, without = through(daemon, 'run', path, '--image', IMAGE)
    assert over.code == without.code == 0 and over.out == without.out


def test_files_context_and_incident_travel(berth, daemon, tmp_path):
    handed = berth.write('in/report.txt', 'handed in')
    context = berth.write('in/context.json', '{"a": 1}')
    incident = berth.write('in/incident.json', '{"id": "5", "name": "n"}')
    code = '''
path = demisto.getFilePath('1@1')
demisto.results([open(path['path']).read(), path['name'], demisto.context(), demisto.incident()['name']])
demisto.results(fileResult('out.bin', bytes(range(256)) * 2000))
'''
    path = berth.write('scripts/serve.py', code)
    argv = ['run', path, '--image', IMAGE, '--file', handed, '--context', context, '--incident', incident, '--json']
    over = berth(*argv, '--save-files', str(tmp_path / 'over'))
    without = berth(*argv, '--save-files', str(tmp_path / 'without'), '--no-daemon')
    assert over.code == without.code == 0, over
    assert same(over.out) == same(without.out)
    assert (tmp_path / 'over/out.bin').read_bytes() == (tmp_path / 'without/out.bin').read_bytes() == \
        bytes(range(256)) * 2000


def test_exec_is_the_same(berth, daemon):
    for argv in (['!Print value=hello'], ['!Print value=hello', '--json'], ['!NoSuchCommand a=b'],
                 ['!Set key=a value=b', '--json'], ['!Print value="x y"', '--trace']):
        over, without = (berth('exec', *argv, *more) for more in ([], ['--no-daemon']))
        assert over.code == without.code, over
        assert same(over.out) == same(without.out)
        if '--trace' not in argv:
            assert same(over.err) == same(without.err)


def test_what_it_cannot_do_is_done_without(berth, daemon):
    before = daemon.health()['requests']
    answer = berth('run', '-', '--image', IMAGE, '--json', stdin=b"demisto.results('of stdin')")
    assert answer.value == 'of stdin'
    path = berth.write('scripts/serve.py', "demisto.results('x')")
    others = berth.settings_with('limits:\n  memory: 512m\n')
    answer = berth('run', path, '--image', IMAGE, settings=others)
    assert answer.code == 0 and answer.err.count('other settings') == 1
    assert 'other settings' not in berth('run', path, '--image', IMAGE, '--no-daemon', settings=others).err
    # The same file by another name is no other settings.
    folder, name = os.path.split(daemon.settings)
    answer = berth('run', path, '--image', IMAGE, '--debug', settings=os.path.join(folder, '.', name))
    assert answer.code == 0 and 'not through the daemon' not in answer.err


def test_reset_as_a_line(berth, daemon):
    told = berth('exec', '/reset_containers', '--json').json['answers'][0]['entries'][0]['Contents']
    assert told['reset'] >= 1  # the worker of the line itself, at least
    daemon.end()
    answer = berth('exec', '/reset_containers')
    assert answer.code == 0 and 'no pool to reset' in answer.out


def test_reset_of_what_is_not_there(berth, daemon):
    answer = berth('pool', 'reset', 'nosuch')
    assert answer.code == 2 and "no item 'nosuch'" in answer.err
    answer = berth('pool', 'reset', 'nosuch', '--json')
    assert answer.code == 2 and 'nosuch' in answer.json['error']['message']


def test_daemon_that_hangs_can_be_left(berth, daemon):
    path = berth.write('scripts/serve.py', "demisto.results('x')")
    os.kill(daemon.pid, signal.SIGSTOP)
    try:
        running = berth.begin('run', path, '--image', IMAGE)
        time.sleep(0.5 * PATIENCE)
        running.signal(signal.SIGTERM)
        end = time.monotonic() + 10 * PATIENCE
        while 'told the call to end' not in running.said():
            assert time.monotonic() < end
            time.sleep(0.05)
        begun = time.monotonic()
        running.signal(signal.SIGTERM)
        assert running.wait(20).code == 130
        assert time.monotonic() - begun < 2 * PATIENCE
    finally:
        os.kill(daemon.pid, signal.SIGCONT)


def test_interrupt_gets_an_answer(berth, daemon, host):
    path = berth.write('scripts/serve.py', WAITING)
    running = berth.begin('run', path, '--image', IMAGE, '--json', '--raw')
    end = time.monotonic() + 20 * PATIENCE
    while '"running"' not in running.said():
        assert time.monotonic() < end
        time.sleep(0.01)
    running.signal(signal.SIGINT)
    answer = running.wait(20 * PATIENCE)
    assert (answer.cause, answer.code) == ('interrupted', 130), answer
    daemon.wait_for_calls(0)


def test_a_client_that_goes_away_ends_its_call(berth, daemon, host):
    made = daemon.begin_code(WAITING)
    daemon.wait_for_calls(1)
    made.close()
    begun = time.monotonic()
    daemon.wait_for_calls(0)
    figure('serve', 'from a client that goes away to the end of its call', '%.2f s' % (time.monotonic() - begun))


def test_calls_are_listed_and_ended(berth, daemon):
    made = daemon.begin_code(WAITING)
    call, = daemon.wait_for_calls(1)
    assert call['state'] == 'running' and call['verb'] == 'run' and call['user'] == 0 and call['client'] == os.getpid()
    assert call['item'] == 'the code of the request'
    assert os.path.exists('/proc/%d' % call['pid'])
    assert daemon.ask('DELETE', '/v1/calls/' + call['id']).status == 202
    reply = Reply(daemon.read_all(made))
    made.close()
    assert reply.whole and reply.fields['berth-call'] == call['id']
    assert reply.events[-1]['event'] == 'answer' and reply.events[-1]['exit_code'] == 130
    assert daemon.ask('DELETE', '/v1/calls/' + call['id']).status == 404


def test_events_come_as_they_happen(berth, daemon):
    code = "import time\ndemisto.log('first')\ndemisto.results('one')\ntime.sleep(3600)"
    with daemon.begin_code(code, events=['entry', 'log']) as made:
        data = b''
        while b'"event": "entry"' not in data:
            data += made.recv(65536)
        assert b'"first"' in data
        made.shutdown(socket.SHUT_WR)
        reply = Reply(data + daemon.read_all(made))
    last = reply.events[-1]
    assert last['event'] == 'answer' and [entry['Contents'] for entry in last['answer']['entries']] == ['one']


def test_one_object_without_lines(berth, daemon):
    reply = daemon.ask('POST', '/v1/run', {'item': {'code': 'demisto.results(1)'}, 'image': IMAGE})
    assert reply.status == 200 and reply.json['schema'] == 1 and reply.json['outcome']['cause'] == 'completed'
    reply = daemon.ask('POST', '/v1/run', {'item': {'name': 'there is none'}})
    assert reply.status == 404 and reply.json['error']['exit_code'] == 2


BAD = {
    'smuggling': (b'POST /v1/run HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 411),
    'bare line feed': (b'GET /v1/version HTTP/1.1\nHost: x\r\n\r\n', 400),
    'long head': (b'GET / HTTP/1.1\r\n' + b'A: ' + b'a' * 30000, 431),
    'many fields': (b'GET / HTTP/1.1\r\nHost: x\r\n' + b'A: b\r\n' * 1000 + b'\r\n', 431),
    'long target': (b'GET /' + b'a' * 4000 + b' HTTP/1.1\r\nHost: x\r\n\r\n', 414),
    'large body': (b'POST /v1/run HTTP/1.1\r\nHost: x\r\nContent-Length: 1073741824\r\n\r\n', 413),
    'no such thing': (b'GET /v1/nothing HTTP/1.1\r\nHost: x\r\n\r\n', 404),
    'wrong method': (b'GET /v1/run HTTP/1.1\r\nHost: x\r\n\r\n', 405),
    'no JSON': (b'POST /v1/run HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4\r\n\r\nabcd', 400),
    'no item': (b'POST /v1/run HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}', 400),
    'binary': (bytes(range(256)) * 100, 431),
}


@pytest.mark.parametrize('name', BAD)
def test_bad_requests_have_their_status(daemon, name):
    data, status = BAD[name]
    reply = daemon.raw(data)
    assert reply.status == status and reply.whole, reply.body
    assert reply.json['error']['message'] and reply.json['schema'] == 1


def test_pipelined_requests_are_all_answered(daemon):
    with daemon.connect() as made:
        one = b'GET /v1/version HTTP/1.1\r\nHost: x\r\n\r\n'
        made.sendall(one * 9 + one.replace(b'Host: x', b'Host: x\r\nConnection: close'))
        assert daemon.read_all(made).count(b'HTTP/1.1 200 OK') == 10


def test_paths_are_proven_by_descriptors(berth, daemon):
    path = berth.write('scripts/serve.py', "demisto.results('read')")
    other = berth.write('scripts/other.py', 'pass')
    body = {'item': {'path': path, 'descriptor': 0}, 'image': IMAGE}
    for opened, status in ((path, 200), (other, 409)):
        fd = os.open(opened, os.O_RDONLY)
        try:
            assert daemon.raw(daemon.bytes_of('POST', '/v1/run', body), [fd]).status == status
        finally:
            os.close(fd)
    assert daemon.ask('POST', '/v1/run', body).status == 400


def test_others_are_refused(berth, daemon):
    """By the mode of the file; and where that lets them in, by who they are."""
    ask = 'import socket\ns = socket.socket(socket.AF_UNIX)\ns.connect(%r)\n' \
          'print(s.recv(4096).decode())' % daemon.path

    def as_nobody():
        return subprocess.run(['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '/usr/bin/python3', '-c', ask],
                              capture_output=True, text=True, timeout=30)
    assert 'PermissionError' in as_nobody().stderr
    os.chmod(daemon.path, 0o666)
    answer = as_nobody()
    assert answer.stdout.startswith('HTTP/1.1 403 '), answer
    assert 'for root' in answer.stdout


def test_slow_clients_do_not_keep_others_out(berth):
    settings = berth.settings_with('serve:\n  connections: 32\n')
    with Daemon(berth, settings=settings) as daemon:
        slow = []
        for _ in range(200):
            made = daemon.connect()
            made.sendall(b'GET /v1/ver')
            slow.append(made)
        begun = time.monotonic()
        for _ in range(20):
            assert daemon.ask('GET', '/v1/version').status == 200
        taken = time.monotonic() - begun
        assert daemon.health()['connections'] <= 33
        reply = Reply(daemon.read_all(slow[-1]))
        assert reply.status == 408, 'the last of them is told that it was too slow'
        for made in slow:
            made.close()
    figure('serve', '20 requests beside 200 slow clients', '%.3f s' % taken)


def test_64_clients_at_once(berth):
    settings = berth.settings_with('serve:\n  calls: 4\n')
    with Daemon(berth, settings=settings) as daemon:
        replies = [None] * 64

        def one(number):
            replies[number] = daemon.run_code('demisto.results(%d)' % number)

        begun = time.monotonic()
        threads = [threading.Thread(target=one, args=(number,)) for number in range(64)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        taken = time.monotonic() - begun
        values = [reply.events[-1]['answer']['entries'][0]['Contents'] for reply in replies]
        assert values == [str(number) for number in range(64)]
    figure('serve', '64 clients at once, 4 calls at once', '%.2f s' % taken)


def test_too_many_are_told_so(berth):
    settings = berth.settings_with('serve:\n  calls: 1\n  waiting: 1\n')
    with Daemon(berth, settings=settings) as daemon:
        first = daemon.begin_code(WAITING)
        daemon.wait_for_calls(1)
        second = daemon.begin_code(WAITING)
        while len(daemon.calls()) < 2:
            time.sleep(0.01)
        reply = daemon.run_code('pass')
        assert reply.status == 429 and reply.fields['retry-after'] == '1'
        path = berth.write('scripts/serve.py', 'pass')
        answer = berth('run', path, '--image', IMAGE, settings=settings)
        assert answer.code == 12 and 'serve.waiting' in answer.err
        second.close()
        first.close()
        daemon.wait_for_calls(0)


def test_1000_calls_leave_it_as_it_was(berth, daemon):
    for _ in range(20):
        daemon.run_code('pass')
    memory, descriptors = daemon.memory_bytes(), daemon.descriptors()
    count = int(os.environ.get('BERTH_SERVE_CALLS', '1000'))
    begun = time.monotonic()
    for number in range(count):
        reply = daemon.run_code('demisto.results(%d)' % number)
        assert reply.events[-1]['answer']['entries'][0]['Contents'] == str(number)
    taken = time.monotonic() - begun
    grown = daemon.memory_bytes() - memory
    assert daemon.descriptors() == descriptors
    assert grown <= 1 << 20, grown
    figure('serve', '%d calls one after another: each, growth of memory' % count,
           '%.1f ms, %d KiB' % (taken / count * 1000, grown >> 10))


def test_the_worker_is_killed(berth, daemon, host):
    """One error from the daemon: the answer, or its last event."""
    body = {'item': {'code': WAITING}, 'image': IMAGE}
    with daemon.connect() as made:
        daemon.send(made, daemon.bytes_of('POST', '/v1/run', body))
        call, = daemon.wait_for_calls(1)
        os.kill(call['pid'], signal.SIGKILL)
        reply = Reply(daemon.read_all(made))
        assert reply.status == 500 and 'signal 9' in reply.json['error']['message']
    path = berth.write('scripts/serve.py', WAITING)
    running = berth.begin('run', path, '--image', IMAGE)
    call, = daemon.wait_for_calls(1)
    os.kill(call['pid'], signal.SIGKILL)
    answer = running.wait(20 * PATIENCE)
    assert answer.code == 12 and answer.err.count('berth:') == 1, answer
    assert 'killed by signal 9' in answer.err and 'may have run in part' in answer.err, answer
    with daemon.begin_code(WAITING) as made:
        call, = daemon.wait_for_calls(1)
        os.kill(call['pid'], signal.SIGKILL)
        reply = Reply(daemon.read_all(made))
        last = reply.events[-1]
        assert reply.whole and last['event'] == 'error' and last['exit_code'] == 12, reply.events
        assert 'signal 9' in last['message']
    assert daemon.run_code('pass').events[-1]['exit_code'] == 0


def test_a_worker_that_hangs_is_killed(berth, daemon, host):
    """Past the time of its script, and when its client is gone: one outcome, and its place is free again."""
    with daemon.begin_code(WAITING, timeout='4s', events=['log']) as made:
        data = b''
        while b'"log"' not in data:
            data += made.recv(65536)
        call, = daemon.wait_for_calls(1)
        time.sleep(0.5)  # it is done with writing that, and waits
        os.kill(call['pid'], signal.SIGSTOP)
        last = Reply(data + daemon.read_all(made)).events[-1]
    assert last['event'] == 'error' and 'after its time was over' in last['message'], last
    daemon.wait_for_calls(0)
    with daemon.begin_code(WAITING):
        call, = daemon.wait_for_calls(1)
        os.kill(call['pid'], signal.SIGSTOP)
    daemon.wait_for_calls(0)
    assert daemon.run_code('pass').events[-1]['exit_code'] == 0


def test_a_key_has_a_bound(berth):
    """Calls of one that last leave a place for another; and without a queue what has no place is refused."""
    settings = berth.settings_with('serve:\n  calls: 2\n  calls_per_key: 1\n  waiting: 0\n')
    with Daemon(berth, settings=settings) as daemon:
        first = daemon.begin_code(WAITING)
        daemon.wait_for_calls(1)
        reply = daemon.run_code('pass')
        assert reply.status == 429 and 'serve.calls_per_key' in reply.json['error']['message']
        body = {'item': {'code': 'pass'}, 'image': IMAGE}
        assert daemon.ask('POST', '/v1/run', body, ['Berth-Affinity: other']).json['outcome']['cause'] == 'completed'
        assert daemon.ask('GET', '/v1/pool').json['bounds']['calls_per_key'] == 1
        first.close()
        daemon.wait_for_calls(0)


def test_the_daemon_is_killed(berth, host):
    daemon = Daemon(berth)
    daemon.wait_for_it()
    path = berth.write('scripts/serve.py', WAITING)
    running = [berth.begin('run', path, '--image', IMAGE) for _ in range(3)]
    daemon.wait_for_calls(3)
    assert daemon.end(signal.SIGKILL).code == -signal.SIGKILL
    for one in running:
        answer = one.wait(20 * PATIENCE)
        assert answer.code == 12 and answer.err.count('berth:') == 1, answer
    end = time.monotonic() + 5 * PATIENCE
    while left := host.processes() + host.cgroups() + host.mounts() + host.namespaces():
        assert time.monotonic() < end, left
        time.sleep(0.02)
    # The socket that it left is nobody's: calls are made without it, and the next daemon takes its place.
    quick = berth.write('scripts/serve.py', "demisto.results('without')")
    assert berth('run', quick, '--image', IMAGE).code == 0
    with Daemon(berth) as another:
        assert another.run_code('pass').events[-1]['exit_code'] == 0


def test_what_is_no_socket_is_left_alone(berth, tmp_path):
    file = tmp_path / 'data'
    file.write_text('kept')
    answer = berth('serve', '--socket', str(file))
    assert answer.code == 2 and 'no socket' in answer.err, answer
    assert file.read_text() == 'kept' and os.listdir(tmp_path) == ['data']


def test_a_second_daemon_is_refused(berth, daemon):
    answer = berth('serve')
    assert answer.code == 2 and 'process %d' % daemon.pid in answer.err
    assert daemon.ask('GET', '/v1/version').status == 200


def test_drain_lets_calls_finish(berth):
    daemon = Daemon(berth)
    daemon.wait_for_it()
    with daemon.begin_code("import time\ntime.sleep(2)\ndemisto.results('finished')") as made:
        daemon.wait_for_calls(1)
        with daemon.connect() as idle:
            daemon.running.signal(signal.SIGTERM)
            assert idle.recv(1) == b''
        reply = Reply(daemon.read_all(made))
    assert reply.events[-1]['answer']['entries'][0]['Contents'] == 'finished'
    ended = daemon.running.wait(30 * PATIENCE)
    assert ended.code == 0 and not os.path.exists(daemon.path)


def test_drain_has_a_bound(berth, host):
    daemon = Daemon(berth, '--drain', '1s')
    daemon.wait_for_it()
    with daemon.begin_code(WAITING) as made:
        daemon.wait_for_calls(1)
        begun = time.monotonic()
        daemon.running.signal(signal.SIGTERM)
        reply = Reply(daemon.read_all(made))
    assert reply.whole and reply.events[-1]['exit_code'] == 130
    assert daemon.running.wait(30 * PATIENCE).code == 0
    figure('serve', 'end with a call that does not, drain of 1 s', '%.2f s' % (time.monotonic() - begun))


def test_socket_activation(berth, tmp_path):
    """As systemd does it: descriptor 3, LISTEN_PID and LISTEN_FDS, NOTIFY_SOCKET, WATCHDOG_USEC."""
    path = str(tmp_path / 'handed.sock')
    notify_path = str(tmp_path / 'notify')
    with socket.socket(socket.AF_UNIX) as listening, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified:
        listening.bind(path)
        listening.listen()
        notified.bind(notify_path)
        notified.settimeout(20 * PATIENCE)
        start = 'exec 3<&%d; LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" "$@"' % listening.fileno()
        env = {'NOTIFY_SOCKET': notify_path, 'WATCHDOG_USEC': '1000000'}
        daemon = Daemon(berth, socket_path=path, prefix=['/bin/bash', '-c', start], env=env,
                        pass_fds=[listening.fileno()])
        assert notified.recv(100) == b'READY=1'
        assert notified.recv(100) == b'WATCHDOG=1'
        assert daemon.run_code('pass').events[-1]['exit_code'] == 0
        daemon.running.signal(signal.SIGTERM)
        said = notified.recv(100)
        while said == b'WATCHDOG=1':
            said = notified.recv(100)
        assert said == b'STOPPING=1'
        assert daemon.running.wait(30 * PATIENCE).code == 0
        assert os.path.exists(path), 'the socket is not ours to remove'


def test_few_descriptors_are_no_spin(berth):
    """With 40 descriptors it accepts as many as it can, and goes on once some have gone."""
    with Daemon(berth, prefix=['prlimit', '--nofile=40:40']) as daemon:
        many = [daemon.connect() for _ in range(60)]
        before = cpu_seconds(daemon.pid)
        time.sleep(1)
        used = cpu_seconds(daemon.pid) - before
        assert used < 0.3, used
        for made in many:
            made.close()
        assert daemon.ask('GET', '/v1/version').status == 200


def cpu_seconds(pid):
    with open('/proc/%d/stat' % pid) as file:
        fields = file.read().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')
