"""`berth run`: every form of input, every option."""
import base64
import hashlib
import hmac
import json
import os

from calls import IMAGE, PATIENCE, ROOT
from content import split, unified

EXAMPLES = os.path.join(ROOT, 'examples')
HARBOUR = os.path.join(EXAMPLES, 'content', 'Packs', 'Harbour')
REGISTRY = os.path.join(HARBOUR, 'Integrations', 'HarbourRegistry')

# What stands in for the example content's own image, demisto/python3.
SUBSTITUTE = 'images:\n  substitute:\n    demisto/python3: python3\n'

# {"alg":"HS256"} . {"sub":"pilot","exp":2000000000} to be signed
SIGNED = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwaWxvdCIsImV4cCI6MjAwMDAwMDAwMH0'


def token(key):
    digest = hmac.new(key.encode(), SIGNED.encode(), hashlib.sha256).digest()
    return SIGNED + '.' + base64.urlsafe_b64encode(digest).decode().rstrip('=')


def test_python_file(berth):
    answer = berth('run', os.path.join(EXAMPLES, 'hello.py'), 'name=Ada', '--image', IMAGE)
    assert answer.code == 0, answer
    assert 'Hello, Ada' in answer.out
    assert 'A line for the war room.' in answer.err


def test_default_image(berth):
    answer = berth('run', os.path.join(EXAMPLES, 'hello.py'), '--json')
    assert (answer.code, answer.json['image']['wanted']) == (0, 'python3'), answer


def test_json_form(berth):
    answer = berth('run', os.path.join(EXAMPLES, 'hello.py'), 'name=Ada', '--image', IMAGE, '--json').json
    assert answer['schema'] == 1 and len(answer['id']) == 26 and answer['item'] == 'hello'
    assert answer['image']['wanted'] == 'python3' and answer['image']['used'].startswith('berth/python3-deb:')
    assert answer['image']['digest'].startswith('sha256:') and len(answer['image']['digest']) == 71
    outcome = answer['outcome']
    assert (outcome['cause'], outcome['exit_code']) == ('completed', 0)
    assert 0 < outcome['wall_ms'] < 60000 and outcome['peak_memory_bytes'] > 1 << 20
    (entry,) = answer['entries']
    assert entry['Contents'] == {'greeting': 'Hello, Ada'} and entry['ID'] == '1@1'
    assert {'source': 'script', 'text': 'A line for the war room.'} in answer['log']
    assert {'source': 'server', 'level': 'info', 'text': 'greeting Ada'} in answer['log']
    assert answer['exception'] == [] and answer['warnings'] == []


def test_cpu_time_is_that_of_all_processes(berth):
    code = '''
import os, time
reader, writer = os.pipe()
end = time.process_time() + 0.3
while time.process_time() < end:
    pass
if os.fork() == 0:
    end = time.process_time() + 0.3
    while time.process_time() < end:
        pass
    os.write(writer, b'.')
    time.sleep(60)
os.read(reader, 1)
'''
    answer = berth.script(code)
    assert 500 < answer.outcome['cpu_ms'] < 500 * PATIENCE, answer.outcome


def test_unified_yaml(berth):
    answer = berth('run', berth.write('unified/script-Greet.yml', unified()), 'you', '--json')
    assert (answer.code, answer.value) == (0, 'hello you'), answer
    named = berth('run', berth.write('unified/script-Greet.yml', unified()), 'who=they', '--json')
    assert named.value == 'hello they'


def test_split_folder(berth):
    folder = os.path.dirname(berth.write('split/Greet/Greet.yml', split()))
    berth.write('split/Greet/Greet.py', "demisto.results('hello ' + demisto.args()['who'])")
    for path in (folder, folder + '/', os.path.join(folder, 'Greet.yml')):
        assert berth('run', path, 'you', '--json').value == 'hello you', path
    assert berth('run', '.', '--json', cwd=folder).value == 'hello world'


def test_example_script_with_common_library(berth):
    answer = berth('run', os.path.join(HARBOUR, 'Scripts', 'BerthPlan'), 'Aurora:13.5,Mole:7', '--json',
                   settings=berth.settings_with(SUBSTITUTE))
    assert answer.code == 0, answer
    assert [row['Berth'] for row in answer.value] == [1, 3] or answer.value
    assert [row['Vessel'] for row in answer.json['context']['Harbour']['Plan']] == ['Aurora', 'Mole']


def test_standard_input(berth):
    answer = berth('run', '-', 'a=1', '--image', IMAGE, '--json', stdin=b"demisto.results(demisto.args())")
    assert (answer.code, answer.value) == (0, {'a': '1'}), answer


def test_integration_command_with_params(berth):
    settings = berth.settings_with(SUBSTITUTE)
    answer = berth('run', REGISTRY, '--command', 'harbour-imo-decode', 'imo=9074729,9074720', '--param',
                   'registry=North', '--json', settings=settings)
    assert answer.code == 0, answer
    assert [row['Valid'] for row in answer.value] == [True, False]
    assert 'North' in answer.entries[0]['HumanReadable']
    strict = berth('run', REGISTRY, '--command', 'harbour-imo-decode', '9074720', '--param', 'on_invalid=fail',
                   '--json', settings=settings)
    assert (strict.code, strict.entries[-1]['Type']) == (1, 4)  # completed with an error entry
    tested = berth('run', REGISTRY, '--command', 'test-module', '--param', 'insecure=true', '--json', settings=settings)
    assert tested.value == 'ok'


def test_secret_from_file_stdin_and_params_file(berth):
    settings = berth.settings_with(SUBSTITUTE)
    key = 'kept-to-itself-8241'
    command = ('run', REGISTRY, '--command', 'harbour-token-inspect', 'token=@' + berth.write('token', token(key)),
               'at=1900000000', '--json')
    secret = berth.write('secret', key)
    sources = {
        'file': (('--param', 'credentials.password=@' + secret), b''),
        'stdin': (('--param', 'credentials.password=-'), key.encode()),
        'params-file': (('--params-file', berth.write('params.json', json.dumps(
            {'credentials': {'identifier': 'me', 'password': key}}))), b''),
    }
    for name, (options, stdin) in sources.items():
        answer = berth(*command, *options, stdin=stdin, settings=settings)
        assert answer.code == 0, (name, answer)
        (found,) = answer.entries[0]['EntryContext'].values()
        assert (found['Verified'], found['Subject']) == (True, 'pilot'), name
    other = berth.write('other', 'another-key')
    wrong = berth(*command, '--param', 'credentials.password=@' + other, settings=settings)
    assert wrong.code == 1


def test_secret_on_the_command_line_is_refused(berth):
    answer = berth('run', REGISTRY, '--command', 'test-module', '--param', 'credentials.password=kept-to-itself-8241',
                   settings=berth.settings_with(SUBSTITUTE))
    assert answer.code == 2 and 'kept-to-itself' not in answer.err, answer
    assert '@' in answer.err and len(answer.err.splitlines()) == 1


def test_raw_shows_frames_with_the_secret_masked(berth):
    key = 'kept-to-itself-8241'
    answer = berth('run', REGISTRY, '--command', 'harbour-token-inspect', 'token=@' + berth.write('token', token(key)),
                   'at=1900000000', '--param', 'credentials.password=@' + berth.write('secret', key), '--raw',
                   settings=berth.settings_with(SUBSTITUTE))
    assert answer.code == 0, answer
    lines = answer.err.splitlines()
    assert [line for line in lines if line.startswith('> {') and '********' in line]
    assert [line for line in lines if line.startswith('< {"type": "ready"')]
    assert [line for line in lines if line == '< {"type": "completed"}']
    assert key not in answer.err + answer.out


def test_secrets_are_masked_everywhere(berth):
    key = 'kept-to-itself-8241'
    yaml = unified().replace('- name: who', '- name: token\n  secret: true\n- name: who').replace(
        "demisto.results('hello ' + demisto.args()['who'])",
        "t = demisto.args()['token']; print(t); demisto.info(t); demisto.results({'a': [t]}); "
        "__import__('os').write(2, t.encode()); demisto.setContext('k', t); raise ValueError(t)")
    path = berth.write('masked/script-Greet.yml', yaml)
    source = 'token=@' + berth.write('masked/secret', key)
    for options in (('--json',), ('--debug',), ('--raw',), ('--raw', '--json', '--debug', '--trace')):
        answer = berth('run', path, source, *options)
        assert answer.code == 3, answer
        assert key not in answer.out + answer.err, options
        assert '********' in answer.out + answer.err


def test_files(berth):
    manifest = os.path.join(EXAMPLES, 'manifest.csv')
    saved = os.path.join(berth.folder, 'saved')
    answer = berth('run', os.path.join(HARBOUR, 'Scripts', 'ManifestDigest'), 'entryID=1@1', '--file', manifest,
                   '--save-files', saved, '--json', settings=berth.settings_with(SUBSTITUTE))
    assert answer.code == 0, answer
    with open(manifest, 'rb') as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    contexts = [entry.get('EntryContext') or {} for entry in answer.entries]
    assert digest in json.dumps(contexts)
    with open(os.path.join(saved, 'sums-of-manifest.csv')) as file:
        assert file.read().startswith('goods,kilograms\n')


def test_two_files_and_an_unknown_one(berth):
    code = """
import os
found = [demisto.getFilePath(entry) for entry in ('1@1', '2@1')]
said = {'files': [[open(one['path']).read(), one['name'], os.path.dirname(one['path'])] for one in found]}
try:
    demisto.getFilePath('../../etc/passwd')
except ValueError as error:
    said['unknown'] = str(error)
try:
    open(found[0]['path'], 'a')
except OSError as error:
    said['write'] = error.errno
demisto.results(said)
"""
    one, two = berth.write('one.txt', 'first'), berth.write('two.txt', 'second')
    said = berth.script(code, '--file', one, '--file', two).value
    assert said['files'] == [['first', 'one.txt', ''], ['second', 'two.txt', '']]
    assert said['unknown'].startswith("no file belongs to entry '../../etc/passwd'")
    assert said['write'] == 13


def test_incident_and_context(berth):
    incident = berth.write('incident.json', json.dumps({'id': '7', 'name': 'grounded'}))
    context = berth.write('context.json', json.dumps({'Vessel': {'IMO': '9074729'}}))
    code = "demisto.setContext('Seen.By', 'me')\n" \
           "demisto.results({'incident': demisto.incident()['name'], 'context': demisto.context()['Vessel']['IMO']})"
    answer = berth.script(code, '--incident', incident, '--context', context)
    assert answer.value == {'incident': 'grounded', 'context': '9074729'}, answer
    assert answer.json['context']['Seen'] == {'By': 'me'} and answer.json['context']['Vessel'] == {'IMO': '9074729'}


def test_trace(berth):
    answer = berth.script("demisto.results(1)", '--trace')
    names = [moment['name'] for moment in answer.json['trace']]
    times = [moment['at_ms'] for moment in answer.json['trace']]
    assert times == sorted(times)
    for name in ('lease host ids', 'pivot the root', 'mount /proc', 'start the interpreter', 'run the script',
                 'end the container'):
        assert name in names
    shown = berth('run', berth.write('one.py', 'pass'), '--image', IMAGE, '--trace')
    assert 'end the container' in shown.err and 'ms' in shown.err


def test_limits_on_the_command_line(berth):
    answer = berth.script('import time\ntime.sleep(60)', '--timeout', '300ms')
    assert (answer.cause, answer.code, answer.outcome['limit']) == ('timeout', 4, 'wall time 0.3 s'), answer
    assert answer.outcome['raised_by'] == '--timeout'
    code = "read = lambda *names: [open(n).read().strip() for n in names if __import__('os').path.exists(n)]\n" \
           "c = '/sys/fs/cgroup/'\n" \
           "demisto.results({'pids': read(c + 'pids/pids.max', c + 'pids.max'), 'memory': read(c + " \
           "'memory/memory.limit_in_bytes', c + 'memory.max'), 'cpu': read(c + 'cpu/cpu.cfs_quota_us', c + 'cpu.max')})"
    value = berth.script(code, '--memory', '300m', '--cpus', '0.5', '--pids', '77').value
    assert value['pids'] == ['77'] and value['memory'] == [str(300 << 20)] and value['cpu'][0].split()[0] == '50000'
    usual = berth.script(code).value
    assert usual['pids'] == ['256'] and usual['memory'] == [str(1 << 30)] and usual['cpu'][0].split()[0] == '100000'


def test_timeout_of_the_item(berth):
    path = berth.write('slow/script-Slow.yml', unified('Slow', 'import time\ntime.sleep(60)', "timeout: '1'\n"))
    answer = berth('run', path, '--json')
    assert (answer.cause, answer.outcome['limit']) == ('timeout', 'wall time 1 s'), answer


def state_of(pid):
    try:
        with open('/proc/%s/stat' % pid) as file:
            return file.read().rsplit(') ')[1][0]
    except OSError:
        return 'gone'


def test_keep_ps_prune(berth, host):
    kept = berth.script("demisto.results('left')", '--keep')
    assert kept.code == 0 and kept.json['kept'] is True and kept.value == 'left', kept
    identity = kept.json['id']
    listed = berth('ps')
    (line,) = [line for line in listed.out.splitlines() if identity in line]
    assert 'standing' in line and 'pid' in line
    pid = line.split('pid ')[1].split()[0]
    assert state_of(pid) == 'S'
    only_said = berth('prune', '--all', '--dry-run')
    assert 'would remove container ' + identity in only_said.out
    dead_only = berth('prune')
    assert dead_only.code == 0 and identity not in dead_only.out
    pruned = berth('prune', '--all')
    assert pruned.code == 0 and 'removed container ' + identity in pruned.out, pruned
    assert state_of(pid) in ('gone', 'Z')  # Z: whoever is init of this machine has not looked yet
    assert 'nothing is kept' in berth('ps').out


def test_execute_command(berth):
    answer = berth('run', os.path.join(HARBOUR, 'Scripts', 'VesselScreening'), 'Gull:9,Mole:70', 'watchlist=gull',
                   '--json', settings=berth.settings_with(SUBSTITUTE))
    assert answer.code == 0, answer
    assert [(row['Vessel'], row['Flagged'], row['Waits']) for row in answer.value] == [('Mole', False, True),
                                                                                     ('Gull', True, False)]


AGAIN = """n = int(demisto.args()['who'].replace('world', '1'))
try:
    demisto.results(demisto.executeCommand('Again', {'who': n + 1})[0]['Contents'])
except ValueError as error:
    demisto.results('%d: %s' % (n, error))"""


def test_execute_command_stops_at_depth_16(berth):
    path = berth.write('again/Packs/P/Scripts/script-Again.yml', unified('Again', AGAIN))
    answer = berth('run', path, '--json', seconds=120)
    assert answer.code == 0, answer
    assert answer.value.startswith('16: ') and 'calls are 16 deep already: Again -> Again' in answer.value


def test_unsupported_commands(berth):
    code = '''
said = {}
for command in ('mapObject', 'internalHttpRequest', 'createIncidents', 'no-such-command', 'getList'):
    try:
        said[command] = demisto.executeCommand(command, {'listName': 'no such list'})[0]['Contents']
    except ValueError as error:
        said[command] = 'ValueError: %s' % error
demisto.results(said)
'''
    said = berth.script(code).value
    for command in ('mapObject', 'internalHttpRequest', 'no-such-command'):
        assert 'Unsupported Command' in said[command] and said[command].startswith('ValueError: '), said
    assert said['createIncidents'].startswith("ValueError: 'createIncidents' is a call of integrations"), said
    assert said['getList'].startswith('Item not found'), said
