"""One contract for all engines: Berth itself, Docker and Podman run the same calls, with the same ends.

What differs is stated in docs/engines.md, and here by `is_native`.
"""
import glob
import os
import random
import shutil
import signal
import subprocess
import time

import pytest

import engines
import needs
from calls import PATIENCE
from figures import figure
from image_maker import Maker, index_or_skip
from inside import SYSCALL
from lab import HOST, METADATA, PRIVATE, PUBLIC, REACH
from package_index import wheel
from test_protocol import FORGED, writing

pytestmark = pytest.mark.second_lane

MIB = 1 << 20


@pytest.fixture(scope='module', params=engines.NAMES)
def calls(request, berth):
    images = engines.base_images(berth)
    try:
        engine = engines.KINDS[request.param](list(images.values()))
    except engines.Lacking as reason:
        text = 'engine %s: %s' % (request.param, reason)
        if needs.required(request.param):
            pytest.fail(text)
        pytest.skip(text)
    made = engines.Calls(berth, engine)
    made.python2 = images.get(2)
    yield made
    engine.end()


@pytest.fixture(autouse=True)
def nothing_left(calls):
    yield
    calls.settle()


# --- what a call is given, and what it answers ---------------------------------------------------------------------------


def test_result_and_arguments(calls):
    answer = calls.script("demisto.results('%s, %s' % (demisto.args()['who'], demisto.args()['other']))",
                          'who=Ada', "other='; $(id) \" \\ ü")
    assert (answer.cause, answer.code) == ('completed', 0), answer
    assert answer.value == "Ada, '; $(id) \" \\ ü"
    assert answer.json.get('engine', 'native') == calls.engine.name
    assert answer.json['image']['used'].startswith('berth/python3-deb:')
    assert answer.json['image']['digest'].startswith('sha256:')
    own_ids = [text for text in answer.json['warnings'] if 'ids in the container are those of this machine' in text]
    assert (len(own_ids) == 1) == (calls.engine.name == 'docker') and len(answer.json['warnings']) == len(own_ids), answer


def test_entries_and_context(calls):
    answer = calls.script('''
demisto.results({'Type': 1, 'ContentsFormat': 'json', 'Contents': {'a': [1, 2]}, 'HumanReadable': '# Title',
                 'EntryContext': {'Ship(val.Id && val.Id == obj.Id)': {'Id': 7, 'Name': 'Aurora'}}})
demisto.results([1, 'two'])''')
    assert answer.cause == 'completed', answer
    assert answer.json['context'] == {'Ship': {'Id': 7, 'Name': 'Aurora'}}
    assert [entry['Contents'] for entry in answer.entries[1:]] == ['1', 'two'] and answer.entries[0]['Contents'] == {
        'a': [1, 2]}


def test_files_in_and_out(calls):
    given = calls.berth.write('given.txt', 'handed in\n' * 1000)
    folder = calls.berth.write('saved-%s/.keep' % calls.engine.name, '')
    answer = calls.script("""
path = demisto.getFilePath('1@1')['path']
text = open(path).read()
try:
    open(path, 'w')
    text = 'it was writable'
except OSError:
    pass
demisto.results(fileResult('copy.txt', text.upper()))""", '--file', given, '--save-files', os.path.dirname(folder))
    assert (answer.cause, answer.entries[-1]['Type']) == ('completed', 3), answer
    with open(os.path.join(os.path.dirname(folder), 'copy.txt')) as saved:
        assert saved.read() == 'HANDED IN\n' * 1000


def test_commands_of_the_server_and_other_scripts(calls, tmp_path):
    tree = tmp_path / 'Packs' / 'P' / 'Scripts'
    for name, code in (('Inner', "demisto.results('inner ' + demisto.args()['x'])"),
                       ('Outer', "demisto.results(demisto.executeCommand('Inner', {'x': '1'})[0]['Contents'])")):
        (tree / name).mkdir(parents=True)
        (tree / name / (name + '.py')).write_text(code)
        (tree / name / (name + '.yml')).write_text(
            "commonfields: {id: %s, version: -1}\nname: %s\nscript: '-'\ntype: python\nsubtype: python3\n"
            "dockerimage: python3\nargs: [{name: x}]\n" % (name, name))
    answer = calls('run', str(tree / 'Outer'), '--json')
    assert (answer.cause, answer.value) == ('completed', 'inner 1'), answer


def test_an_integration_and_its_secret(calls, tmp_path):
    """The secret is there, is masked, and never stands in a command or in what the engine remembers."""
    secret = 'hunter2-%d' % os.getpid()
    item = tmp_path / 'Teller.yml'
    item.write_text('''
commonfields: {id: Teller, version: -1}
name: Teller
category: Utilities
configuration:
- {name: url, type: 0, display: URL}
- {name: key, type: 4, display: Key}
script:
  type: python
  subtype: python3
  dockerimage: python3
  script: |
    import time
    if demisto.command() == 'tell':
        time.sleep(float(demisto.args()['seconds']))
        demisto.results({'url': demisto.params()['url'], 'size': len(demisto.params()['key']), 'key': demisto.params()['key']})
  commands:
  - {name: tell, arguments: [{name: seconds}]}
''')
    running = calls.berth.begin(
        'run', str(item), '--command', 'tell', 'seconds=2', '--param', 'url=https://x.example', '--param',
        'key=@' + calls.berth.write('key.txt', secret), '--network', 'none', '--json', '--engine', calls.engine.name,
        env=calls.engine.env, settings=calls.settings)
    seen, looked = [], 0
    while os.path.exists('/proc/%d' % running.pid) and looked < 40:
        for pid in filter(str.isdigit, os.listdir('/proc')):
            try:
                with open('/proc/%s/cmdline' % pid, 'rb') as line:
                    seen += [pid] if secret.encode() in line.read() else []
            except OSError:
                pass
        if not calls.is_native and looked == 20:
            for name in calls.engine.ask('ps', '--format', '{{.Names}}').split():
                seen += [name] if secret in calls.engine.ask('inspect', name) else []
        looked += 1
        time.sleep(0.05)
    answer = running.wait(120)
    assert answer.cause == 'completed' and seen == [], (seen, answer)
    assert answer.value['url'] == 'https://x.example' and answer.value['size'] == len(secret)
    assert secret not in answer.out and secret not in answer.err


def test_python2(calls):
    if calls.python2 is None:
        pytest.skip("no Python 2 base image is here: 'berth image init python2' makes it")
    item = calls.berth.write('old2/Old.yml', '''
commonfields: {id: Old, version: -1}
name: Old
script: |
  import sys
  demisto.results({'version': list(sys.version_info[:2]), 'half': 1 / 2})
type: python
subtype: python2
dockerimage: python2
''')
    answer = calls('run', item, '--json')
    assert (answer.cause, answer.value) == ('completed', {'version': [2, 7], 'half': 0}), answer


# --- streams ---------------------------------------------------------------------------------------------------------------


def test_forged_frames(calls):
    answer = calls.script(writing(1, *FORGED) + writing(2, *FORGED) + "demisto.results('mine')")
    assert (answer.cause, answer.value, len(answer.entries)) == ('completed', 'mine', 1), answer
    # With other engines both come by one pipe.
    assert sorted(answer.log('stdout') + answer.log('stderr')) == sorted(2 * FORGED)
    assert calls.is_native or answer.log('stdout') == []
    figure('engines', 'forged lines that were messages, by %s' % calls.engine.name, '0 of %d' % (2 * len(FORGED)))
    # The control: on the private channel they do what they say.
    ended = calls.script(writing(4, FORGED[3], FORGED[1], FORGED[0]) + 'import time\ntime.sleep(60)')
    assert (ended.cause, ended.value, ended.exception()) == ('exception', 'forged', 'forged'), ended


def test_text_until_the_end(calls):
    """What is printed last is there, however the process ends."""
    answer = calls.script("import sys\nsys.stderr.write('to stderr\\n')\nprint('said')\ndemisto.results('done')")
    assert (answer.log('stderr'), answer.log('script')) == (['to stderr'], ['said']), answer
    ended = calls.script("import os\nos.write(2, b'last words\\n')\ndemisto.results('kept')\nos._exit(3)")
    assert (ended.cause, ended.outcome['status']) == ('ended early', 3), ended
    assert ended.log('stderr') == ['last words'] and ended.value == 'kept'


def test_large_answers(calls):
    answer = calls.script("demisto.results('x' * (8 << 20))")
    assert (answer.cause, len(answer.value)) == ('completed', 8 << 20), answer.err
    given = calls.script("demisto.results(len(demisto.args()['text']))", 'text=' + 'y' * 100_000)
    assert given.value == '100000', given


def test_output_limits(calls):
    flood = calls.script("import os\nblock = b'x' * (1 << 20)\nwhile True:\n    os.write(2, block)")
    assert (flood.cause, flood.outcome['limit']) == ('output limit', '64 MiB of output'), flood.err
    frame = calls.script("import os\nblock = b'x' * (1 << 20)\nwhile True:\n    os.write(4, block)")
    assert (frame.cause, frame.outcome['limit']) == ('output limit', '16 MiB for one message'), frame.err


# --- ends ------------------------------------------------------------------------------------------------------------------

ENDS = {
    'exception': ("raise ValueError('broken')", 'exception', 3, {}),
    'status': ('import os\nos._exit(66)', 'ended early', 10, {'status': 66}),
    'sigkill': ('import os\nos.kill(os.getpid(), 9)', 'signal', 7, {'signal': 9}),
    'sigsegv': ('import ctypes\nctypes.string_at(0)', 'signal', 7, {'signal': 11}),
    'error entry': ("demisto.results({'Type': 4, 'ContentsFormat': 'text', 'Contents': 'no'})", 'completed', 1, {}),
}


@pytest.mark.parametrize('end', sorted(ENDS))
def test_ends(calls, end):
    code, cause, exit_code, facts = ENDS[end]
    answer = calls.script(code)
    assert (answer.cause, answer.code) == (cause, exit_code), answer
    assert {name: answer.outcome.get(name) for name in facts} == facts


def test_timeout(calls):
    begun = time.monotonic()
    answer = calls.script("demisto.results('early')\nimport time\ntime.sleep(60)", '--timeout', '2s')
    assert (answer.cause, answer.code, answer.outcome['raised_by']) == ('timeout', 4, '--timeout'), answer
    assert answer.value == 'early' and time.monotonic() - begun < 10 * PATIENCE


def test_memory(calls):
    eat = "held = [b'\\1' * (16 << 20) for _ in range(int(demisto.args()['mib']) // 16)]\ndemisto.results(len(held))"
    answer = calls.script(eat, 'mib=512', '--memory', '128m')
    assert (answer.cause, answer.code, answer.outcome['limit']) == ('memory', 5, 'memory 128 MiB'), answer
    assert answer.outcome['oom_kills'] >= 1 and 120 * MIB < answer.outcome['peak_memory_bytes'] <= 128 * MIB
    assert calls.script(eat, 'mib=64', '--memory', '128m').cause == 'completed'
    assert not os.path.exists('oom')  # conmon writes it into the folder that it was started in


def test_processes(calls):
    bomb = '''
import os, time
for _ in range(40):
    if os.fork() == 0:
        time.sleep(60)
        os._exit(0)
demisto.results('all')'''
    answer = calls.script(bomb, '--pids', '20')
    assert (answer.cause, answer.code, answer.outcome['limit']) == ('process limit', 6, '20 processes and threads'), answer
    assert answer.outcome['refused_forks'] >= 1
    assert calls.script(bomb, '--pids', '60').cause == 'completed'


def test_processors(calls):
    for _ in range(5):
        answer = calls.script('''
import os, time
begun = time.monotonic()
end = begun + 3
for _ in range(4):
    if os.fork() == 0:
        while time.monotonic() < end:
            pass
        os._exit(0)
for _ in range(4):
    os.wait()
used = os.times()
demisto.results({'cpu': used.children_user + used.children_system, 'wall': time.monotonic() - begun})''', '--cpus', '0.4')
        cpus = answer.value['cpu'] / answer.value['wall']
        if cpus > 0.3:
            break  # else the machine is busy beyond it, and so little is no limit's doing
    assert answer.cause == 'completed' and cpus < 0.5, answer
    # Native counts the processes themselves where no cgroup does; the last moment of each is missing then.
    assert answer.outcome['cpu_ms'] >= 700 * answer.value['cpu']
    figure('engines', 'processors of 4 that spin with --cpus 0.4, by %s' % calls.engine.name, '%.2f' % cpus)


def test_writable_places(calls):
    """One place of bounded bytes and files, whatever its name, and nothing else."""
    answer = calls.script('''
import errno, os
def fill(folder):
    written = 0
    try:
        with open(folder + '/big', 'wb', 0) as file:
            for _ in range(64):
                written += file.write(b'x' * (1 << 20))
    except OSError as error:
        return written >> 20, errno.errorcode[error.errno]
    return written >> 20, 'ok'
def touch(folder):
    try:
        open(folder + '/file', 'w').close()
        return 'ok'
    except OSError as error:
        return errno.errorcode[error.errno]
places = ['/tmp', '/var/tmp', '/dev/shm', os.environ['HOME'], os.getcwd()]
demisto.results({'places': [touch(place) for place in places],
                 'others': {place: touch(place) for place in ('/', '/etc', '/run', '/run/berth', '/usr', '/sys', '/proc')},
                 'cwd': os.getcwd(), 'filled': [fill('/tmp'), fill('/dev/shm')]})''', settings=calls.settings_with(
                     'limits:\n  writable: 32m\n'))
    assert answer.cause == 'completed' and answer.value['places'] == ['ok'] * 5 and answer.value['cwd'] == '/work', answer
    assert set(answer.value['others'].values()) <= {'EROFS', 'EACCES', 'ENOENT', 'EPERM'}
    (first, why), (second, why_too) = answer.value['filled']
    assert (why, why_too) == ('ENOSPC', 'ENOSPC') and 28 <= first + second <= 32, answer.value


# --- hardening -------------------------------------------------------------------------------------------------------------

LOOK = SYSCALL + r'''
import json, os, re, resource, socket
status = dict(line.split(':\t', 1) for line in open('/proc/self/status').read().splitlines())
init = {}
for name in ('environ', 'mem', 'maps', 'fd', 'exe'):
    try:
        path = '/proc/1/' + name
        os.listdir(path) if name == 'fd' else os.readlink(path) if name == 'exe' else open(path, 'rb').read(1)
        init[name] = 'ok'
    except OSError as error:
        init[name] = errno.errorcode[error.errno]
def kill_init():
    os.kill(1, 9)
    return 'sent'
attempts = {
    'mount': syscall(165, 0, 0, 0, 0, 0), 'unshare user': syscall(272, 0x10000000), 'keyctl': syscall(250, 0, 0, 0),
    'bpf': syscall(321, 0, 0, 0), 'ptrace': syscall(101, 0, 0, 0, 0), 'clone3': syscall(435, 0, 0),
    'io_uring': syscall(425, 1, 0), 'clone of a user namespace': syscall(56, 0x10000011, 0, 0, 0, 0),
    'socket vsock': syscall(41, 40, 1, 0), 'socket inet': syscall(41, 2, 1, 0), 'personality': syscall(135, 4),
    'ioctl TIOCSTI': syscall(16, 0, 0x5412, 0), 'ioctl TIOCSTI, high bits': syscall(16, 0, 0x100005412, 0),
    'setuid 0': syscall(105, 0), 'number 1000': syscall(1000)}
with open('/proc/self/mountinfo') as file:
    mounts = [line.split() for line in file]
demisto.results({
    'ids': [status[name].split() for name in ('Uid', 'Gid')], 'groups': status['Groups'].split(),
    'capabilities': [status[name] for name in ('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb')],
    'no new privileges': status['NoNewPrivs'], 'seccomp': status['Seccomp'], 'init': init,
    'attempts': attempts, 'host': socket.gethostname(), 'descriptors': sorted(map(int, os.listdir('/proc/self/fd')))[:5],
    'limits': {name: resource.getrlimit(getattr(resource, 'RLIMIT_' + name)) for name in
               ('NOFILE', 'CORE', 'MEMLOCK', 'MSGQUEUE', 'SIGPENDING', 'NICE', 'RTPRIO', 'STACK')},
    'setuid mounts': [fields[4] for fields in mounts if 'nosuid' not in fields[5] and 'rw' in fields[5].split(',')
                      and os.path.isdir(fields[4])],
    'sockets': [path for path in ('/var/run/docker.sock', '/run/docker.sock', '/run/podman/podman.sock',
                                  '/run/systemd/private', '/run/dbus/system_bus_socket') if os.path.exists(path)],
    'kill init': in_child(kill_init), 'sys': sorted(os.listdir('/sys/kernel')) if os.path.exists('/sys/kernel') else [],
    'pids': sorted(int(name) for name in os.listdir('/proc') if name.isdigit()), 'own pid': os.getpid(),
    'interfaces': [name for _, name in socket.if_nameindex()]})
'''


def test_hardening(calls):
    answer = calls.script(LOOK)
    assert answer.cause == 'completed', answer
    seen = answer.value
    assert seen['ids'] == [['4000'] * 4] * 2 and set(seen['groups']) <= {'4000'}
    assert seen['capabilities'] == ['0' * 16] * 5 and (seen['no new privileges'], seen['seccomp']) == ('1', '2')
    wanted = dict.fromkeys(seen['attempts'], 'EPERM')
    wanted.update({'clone3': 'ENOSYS', 'io_uring': 'ENOSYS', 'socket vsock': 'EAFNOSUPPORT', 'socket inet': 'ok',
                   'number 1000': 'ENOSYS'})
    assert seen['attempts'] == wanted
    # The first process: hidden in Berth's own containers, closed in the others. Neither can be ended from inside.
    assert set(seen['init'].values()) <= {'ENOENT', 'EACCES', 'EPERM'}, seen['init']
    assert seen['kill init'] in ('sent', 'ProcessLookupError: [Errno 3] No such process',
                                 'PermissionError: [Errno 1] Operation not permitted')
    assert seen['host'] == 'berth' and seen['descriptors'][:4] == [0, 1, 2, 3] and seen['sockets'] == []
    assert seen['limits'] == {'NOFILE': [1024, 8192], 'CORE': [0, 0], 'MEMLOCK': [65536, 65536], 'MSGQUEUE': [819200, 819200],
                              'SIGPENDING': [1024, 1024], 'NICE': [0, 0], 'RTPRIO': [0, 0], 'STACK': [8 << 20, 64 << 20]}
    assert seen['setuid mounts'] == [] and seen['sys'] == [] and seen['interfaces'] == ['lo']
    figure('engines', 'system calls tried that got through, by %s' % calls.engine.name, '0 of %d' % (len(wanted) - 1))


def test_threads_and_subprocesses_work(calls):
    """The filter's answers are such that libc and the interpreter find their way."""
    answer = calls.script('''
import subprocess, threading
said = []
threads = [threading.Thread(target=said.append, args=(number,)) for number in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
shell = subprocess.run(['sh', '-c', 'echo one two | wc -w; id -u'], capture_output=True)
demisto.results({'said': sorted(said), 'shell': shell.stdout.decode().split()})''')
    assert answer.cause == 'completed', answer
    assert answer.value == {'said': list(range(8)), 'shell': ['2', '4000']}


# --- network ---------------------------------------------------------------------------------------------------------------

TRY = REACH + '''
import json
demisto.results(try_all(json.loads(demisto.args()['addresses'])))
'''


def test_network_none(calls):
    addresses = PUBLIC + METADATA[:1] + ('127.0.0.1',)
    answer = calls.script(TRY, 'addresses=' + str(list(addresses)).replace("'", '"'))
    assert answer.cause == 'completed', answer
    for address, answers in answer.value.items():
        assert answers == (['ECONNREFUSED'] * 2 if address == '127.0.0.1' else ['ENETUNREACH'] * 2), (address, answers)
    assert answer.json['network']['profile'] == 'none'


@pytest.mark.parametrize('way', ('veth', 'pasta', 'slirp4netns'))
def test_network_egress(calls, lab, way):
    everything = PUBLIC + METADATA + PRIVATE + HOST
    if way == 'slirp4netns':
        everything = [address for address in everything if ':' not in address]
    answer = calls.script(TRY, 'addresses=' + str(list(everything)).replace("'", '"'), '--network', 'egress',
                          settings=calls.settings_with('network:\n  way: %s\n' % way), prefix=lab.host.prefix)
    assert answer.cause == 'completed', answer
    for address, answers in answer.value.items():
        if address in PUBLIC:
            assert all(text.startswith(address + ' for ') for text in answers), (address, answers)
        else:
            assert answers == ['ECONNREFUSED', 'EPERM'], (address, answers)
    network = answer.json['network']
    assert network['way'] == way
    refused = {one['address'] for one in network['refused']}
    assert refused == set(everything) - set(PUBLIC)
    lab.settle()
    lab.guests()
    figure('engines', 'refused addresses by %s over %s' % (calls.engine.name, way), '%d of %d' % (len(refused), len(refused)))


# --- the end from outside ----------------------------------------------------------------------------------------------------

BUSY = '''
import os, time
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        time.sleep(3600)
demisto.log('running')
time.sleep(3600)
'''


def wait_until(condition, seconds=30):
    end = time.monotonic() + seconds * PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_interrupted(calls):
    running = calls.begin_script(BUSY, '--raw')
    wait_until(lambda: '"running"' in running.said())
    running.signal(signal.SIGINT)
    answer = running.wait(60)
    assert (answer.cause, answer.code) == ('interrupted', 130), answer


def test_sigkill_of_berth(calls):
    """While the script runs, and at moments from the first instruction on."""
    chance = random.Random(20)
    running = calls.begin_script(BUSY, '--raw')
    wait_until(lambda: '"running"' in running.said())
    running.signal(signal.SIGKILL)
    assert running.wait(10).code == -signal.SIGKILL
    calls.settle(30)
    before = groups_of_podman()
    kills = 6 if calls.engine.name != 'podman' else 20
    for _ in range(kills):
        running = calls.begin_script(BUSY)
        time.sleep(chance.uniform(0, 0.8))
        running.signal(signal.SIGKILL)
        running.wait(10)
    calls.settle(60)
    # One that is not in the engine's list any more may have left its processes and groups all the same.
    wait_until(lambda: not monitors_of(calls.engine) and groups_of_podman() <= before)
    assert calls.script("demisto.results('next')").value == 'next'
    figure('engines', 'containers left of %d calls killed with SIGKILL, by %s' % (kills + 1, calls.engine.name), 0)


def monitors_of(engine):
    """The processes with which Podman watches containers."""
    home = getattr(engine, 'home', None)
    found = subprocess.run(['pgrep', '-a', 'conmon'], stdout=subprocess.PIPE).stdout.decode().splitlines()
    return [line for line in found if home and home in line]


def groups_of_podman():
    return set(glob.glob('/sys/fs/cgroup/**/libpod_parent/libpod-*', recursive=True))


def test_sigkill_of_everybody(calls):
    """Berth and its watcher: the container notices that nobody is there, and the next start sweeps."""
    if calls.is_native:
        pytest.skip('test_kill.py has it')
    running = calls.begin_script(BUSY, '--raw')
    wait_until(lambda: '"running"' in running.said())
    children = subprocess.run(['pgrep', '-P', str(running.pid), 'berth-watch'], stdout=subprocess.PIPE).stdout.split()
    assert len(children) == 1
    for pid in (int(children[0]), running.pid):
        os.kill(pid, signal.SIGKILL)
    running.wait(10)
    wait_until(lambda: not [one for one in calls.engine.containers() if one.startswith('berth-')])
    assert calls.script("demisto.results('next')").value == 'next'


# --- images ----------------------------------------------------------------------------------------------------------------


def test_what_berth_has_made_is_put_into_the_engine(calls, tmp_path):
    """Under its own name."""
    settings = calls.settings_with('engine: %s\n' % calls.engine.name)
    name = next(one for one in calls.engine.images if 'python3' in one)
    item = tmp_path / 'One.yml'
    item.write_text("commonfields: {id: One, version: -1}\nname: One\nscript: demisto.results('ran')\ntype: python\n"
                    "subtype: python3\ndockerimage: %s\n" % name.replace('localhost/', ''))

    def berth(*argv):
        return calls.berth(*argv, '--json', settings=settings, env=calls.engine.env, seconds=300)

    which = berth('image', 'which', str(item))
    assert which.code == 0 and which.json['image'] == name.replace('localhost/', ''), which
    if calls.is_native:
        return
    # Its layers stay under another name: what is copied again is little.
    calls.engine.ask('tag', name, 'localhost/kept:1')
    calls.engine.ask('image', 'rm', name)
    which = berth('image', 'which', str(item))
    assert which.code == 2 and 'among the images of %s' % calls.engine.name in which.err, which
    # Once: it reads the package lists of the distribution.
    made = berth('image', 'init')
    assert made.code == 0 and not made.json['made'] and 'into %s' % calls.engine.name in made.err, made
    assert berth('run', str(item)).value == 'ran'
    calls.engine.ask('image', 'rm', 'localhost/kept:1')


def test_what_is_created_is_put_into_the_engine(calls, tmp_path):
    """Once; a name that the engine has for another image is left alone, and tried again when it is free."""
    if calls.is_native:
        pytest.skip('its storage is where images are made')
    index = index_or_skip()
    index.add(wheel('needed', '1.5', {'needed.py': 'X = 1\n'}))
    maker = Maker(calls.berth, index, str(tmp_path))
    own_settings = maker.settings
    with open(own_settings) as file:
        text = file.read()
    maker.settings = str(tmp_path / 'engine.yaml')
    with open(maker.settings, 'w') as file:
        file.write(text + calls.engine.settings + 'engine: %s\n' % calls.engine.name)
    try:
        create = lambda: maker('e', '--dependencies', 'needed', '--json', env=calls.engine.env)
        made = create()
        assert made.code == 0 and made.json['made'] and 'into %s' % calls.engine.name in made.err, made
        name = 'localhost/' + made.json['image']
        item = tmp_path / 'Two.yml'
        item.write_text("commonfields: {id: Two, version: -1}\nname: Two\nscript: |\n  import needed\n"
                        "  demisto.results(needed.X)\ntype: python\nsubtype: python3\ndockerimage: %s\n"
                        % made.json['image'])
        ran = calls.berth('run', str(item), '--json', settings=maker.settings, env=calls.engine.env)
        assert ran.value == '1', ran
        again = create()
        assert again.code == 0 and not again.json['made'] and 'putting' not in again.err, again

        calls.engine.ask('image', 'rm', name)
        (tmp_path / 'Dockerfile').write_text('FROM scratch\nLABEL another=image\n')
        calls.engine.ask('build', '--tag', name, '--file', str(tmp_path / 'Dockerfile'), str(tmp_path))
        refused = create()
        assert refused.code != 0 and 'a tag never moves' in refused.err, refused
        calls.engine.ask('image', 'rm', name)
        freed = create()
        assert freed.code == 0 and 'into %s' % calls.engine.name in freed.err, freed
        calls.engine.ask('image', 'rm', name)
    finally:
        maker.settings = own_settings  # of the images that it has made in Berth's own storage
        maker.end()
        index.end()


def test_images_are_looked_at_where_calls_find_them(calls, tmp_path):
    """By the setting and by --engine, with few commands of the engine's; what it keeps to itself is said to be unknown."""
    name = next(one for one in calls.engine.images if 'python3' in one)
    short = name.replace('localhost/', '')
    counted = tmp_path / 'bin' / calls.engine.name
    counted.parent.mkdir()
    asked = tmp_path / 'asked'
    if not calls.is_native:
        counted.write_text('#!/bin/sh\necho "$1 $2" >>%s\nexec %s "$@"\n' % (asked, shutil.which(calls.engine.name)))
        counted.chmod(0o755)
    env = dict(calls.engine.env, PATH='%s:%s' % (counted.parent, os.environ['PATH']))
    by_setting = calls.settings_with('engine: %s\n' % calls.engine.name)

    def berth(*argv, **how):
        done = calls.berth(*argv, env=env, **{'settings': by_setting, **how})
        assert done.code == 0, done
        return done

    def ours(listing):
        found, = [image for image in listing['images'] if name in image['names']]
        return found

    listed = berth('image', 'list', '--json')
    by_option = berth('image', 'list', '--engine', calls.engine.name, '--json', settings=calls.berth.settings)
    assert by_option.json == listed.json
    image = ours(listed.json)
    assert image['size_bytes'] > 10 * MIB and image['used_by'], image
    shown = berth('image', 'show', short, '--json').json
    history = berth('image', 'history', short, '--json').json
    which = berth('image', 'which', calls.berth.write('which/one.py', 'pass'), '--json').json
    assert shown['id'] == image['id'] and shown['created'] and shown['config'] and which['digest'] == shown['digest']
    assert berth('image', 'show', image['id'][:12], '--json').json == shown
    assert sum(step['size_bytes'] or 0 for step in history['steps']) > 10 * MIB, history
    assert {step['created'][:2] for step in history['steps']} == {'20'}, history
    if calls.is_native:
        assert listed.json['storage'] == shown['storage'] == which['storage'] and listed.json['storage'].startswith('/')
        assert image['python'].startswith('3.') and image['packages'] > 10 and shown['inventory']['unread'] == []
        return
    places = [one['storage'] for one in (listed.json, shown, history, which)]
    assert places == [calls.engine.name] * 4
    assert image['python'] is None and image['packages'] is None and image['distributions'] is None, image
    assert shown['layers'] is None and 'keeps the layers' in shown['inventory']['unread'][0]['why'], shown
    text = berth('image', 'list').out
    assert 'not read' in text and 'the images of %s' % calls.engine.name in text, text
    assert 'keeps the layers' in berth('image', 'show', short).out
    same = berth('image', 'diff', short, name, '--json').json
    assert same['packages'] is None and same['configuration'] == [], same

    # However many there are, two commands ask for them; Podman is asked where it keeps them, besides.
    (tmp_path / 'Dockerfile').write_text('FROM scratch\nLABEL one=more\n')
    calls.engine.ask('build', '--tag', 'localhost/one/more:1', str(tmp_path))
    for number in range(2, 40):
        calls.engine.ask('tag', 'localhost/one/more:1', 'localhost/one/more:%d' % number)
    asked.write_text('')
    try:
        listed = berth('image', 'list', '--json')
        more, = [image for image in listed.json['images'] if 'localhost/one/more:1' in image['names']]
        assert len(more['names']) == 39, more
        commands = asked.read_text().splitlines()
        assert len(commands) == (2 if calls.engine.name == 'docker' else 3), commands
        missing = calls.berth('image', 'show', 'one/more:99', settings=by_setting, env=env)
        assert missing.code == 2 and 'among the images of %s' % calls.engine.name in missing.err, missing
        figure('engines', "listing %d names of images of %s" % (len(more['names']) + 2, calls.engine.name),
               '%.2f s' % listed.seconds)

        # What an item names is looked for there, and not in Berth's storage.
        tree = tmp_path / 'Packs' / 'P' / 'Scripts'
        for item, image in (('Here', 'one/more:7'), ('Nowhere', 'one/more:70')):
            (tree / item).mkdir(parents=True)
            (tree / item / (item + '.py')).write_text('pass')
            (tree / item / (item + '.yml')).write_text(
                "commonfields: {id: %s, version: -1}\nname: %s\nscript: '-'\ntype: python\nsubtype: python3\n"
                "dockerimage: localhost/%s\n" % (item, item, image))
        own = calls.berth.write('check.yaml', calls.berth.settings_text(str(tmp_path / 'state')))
        assert calls.berth('content', 'add', str(tmp_path), '--name', 'engines', settings=own).code == 0
        checked = calls.berth('content', 'check', '--engine', calls.engine.name, '--json', settings=own, env=env)
        wrong = {one['item'] for one in checked.json['findings'] if one['rule'] == 'missing-image'}
        assert checked.code == 1 and wrong == {'Nowhere'} and checked.json['images_of'] == calls.engine.name, checked
        checked = calls.berth('content', 'check', '--json', settings=own)
        wrong = {one['item'] for one in checked.json['findings'] if one['rule'] == 'missing-image'}
        assert wrong == {'Here', 'Nowhere'} and checked.json['images_of'].startswith('/'), checked
    finally:
        calls.engine.ask('image', 'rm', '--force', *['localhost/one/more:%d' % number for number in range(1, 40)])


# --- what is refused -----------------------------------------------------------------------------------------------------------


def test_an_unknown_image(calls):
    answer = calls('run', calls.berth.write('one.py', 'pass'), '--image', 'berth/python3-deb:0.0.1')
    assert answer.code == 2 and 'berth/python3-deb:0.0.1' in answer.err and 'the nearest are' in answer.err, answer


def test_an_image_without_the_interpreter(calls):
    if calls.python2 is None:
        pytest.skip("no Python 2 base image is here: 'berth image init python2' makes it")
    item = calls.berth.write('older/Old.yml', 'commonfields: {id: Old, version: -1}\nname: Old\nscript: pass\ntype: python\n'
                             'subtype: python2\ndockerimage: python3\n')
    answer = calls('run', item)
    assert answer.code == 2 and 'has no interpreter for this item: looked for python2' in answer.err, answer


def test_settings_and_refusals(calls):
    berth = calls.berth
    settings = calls.settings_with('engine: %s\n' % calls.engine.name)
    script = berth.write('one.py', "demisto.results('by the setting')")
    answer = berth('run', script, '--image', 'python3', '--json', settings=settings, env=calls.engine.env)
    assert answer.value == 'by the setting' and answer.json.get('engine', 'native') == calls.engine.name, answer
    checked = berth('doctor', 'engine', settings=settings, env=calls.engine.env)
    assert checked.code == 0 and calls.engine.name in checked.out, checked
    if calls.is_native:
        wrong = berth('run', script, '--engine', 'dokcer')
        assert wrong.code == 2 and 'native, docker and podman' in wrong.err, wrong
        return
    kept = calls('run', script, '--image', 'python3', '--keep')
    assert kept.code == 2 and '--keep' in kept.err and '--engine native' in kept.err, kept
    gone = berth('run', script, '--engine', calls.engine.name, env={'PATH': '/nonexistent'})
    assert gone.code == 2 and calls.engine.name in gone.err, gone


def test_docker_without_user_namespaces(calls):
    """It is refused, unless the operator has said that there need be none."""
    if calls.engine.name != 'docker':
        pytest.skip('its containers have user namespaces of their own')
    answer = calls('run', calls.berth.write('one.py', 'pass'), '--image', 'python3', settings=calls.berth.settings)
    assert answer.code == 11 and 'userns-remap' in answer.err and 'isolation.user_namespace: off' in answer.err, answer


@pytest.mark.parametrize('option, limit', [('--memory', 'memory'), ('--memory-swap=', 'swap'), ('--cpu-quota=', 'cpus'),
                                           ('--pids-limit=', 'processes')])
def test_a_limit_that_the_engine_leaves_out(calls, tmp_path, option, limit):
    """As an engine does whose kernel does not have it."""
    if calls.is_native:
        pytest.skip('test_cgroups.py has it')
    program = tmp_path / calls.engine.name
    program.write_text('#!/usr/bin/python3\nimport os, sys\n'
                       'left = [word for word in sys.argv[1:] if not word.startswith(%r)]\n'
                       'os.execv(%r, [%r] + left)\n' % (option, shutil.which(calls.engine.name), calls.engine.name))
    program.chmod(0o755)
    env = {'PATH': '%s:%s' % (tmp_path, os.environ['PATH'])}
    answer = calls('run', calls.berth.write('one.py', 'print(1)'), '--image', 'python3', '--json', env=env)
    assert answer.code == 11 and 'limits of %s' % limit in answer.err and '--allow-unlimited' in answer.err, answer
    answer = calls('run', calls.berth.write('one.py', 'print(1)'), '--image', 'python3', '--json', '--allow-unlimited',
                   env=env)
    assert answer.code == 0 and any('not enforced: %s' % limit in text for text in answer.json['warnings']), answer


def test_docker_without_its_daemon(calls):
    if calls.engine.name != 'docker':
        pytest.skip('it has no daemon')
    env = {'DOCKER_HOST': 'unix:///nonexistent/docker.sock'}
    answer = calls('run', calls.berth.write('one.py', 'pass'), '--image', 'python3', env=env)
    assert answer.code == 12 and 'docker' in answer.err and '/nonexistent/docker.sock' in answer.err, answer
    settings = calls.berth.settings_with('engine: docker\n')
    checked = calls.berth('doctor', 'engine', settings=settings, env=env)
    assert checked.code == 1 and 'systemctl start docker' in checked.out, checked
