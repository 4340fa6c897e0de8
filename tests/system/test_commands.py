"""Content that calls content: how deep, how often, and with whose rights (P14, P15); a loop that loses its `ping` (P13)."""
import json

from calls import IMAGE, PATIENCE
from figures import figure

# --- P13 -------------------------------------------------------------------------------------------------------------

# What a loop of this kind commonly does: the script runs with the same standard input.
NAIVE = '''
import json, sys
for line in iter(sys.stdin.readline, ''):
    if line == 'ping\\n':
        print(json.dumps({'type': 'pong'}), flush=True)
    else:
        exec(json.loads(line)['script'])
        print(json.dumps({'type': 'completed'}), flush=True)
'''
EATS_PING = "import os, sys\nos.read(0, 100)\nsys.stdin.readline()\nsys.stdin.read(1)"


def test_p13_a_script_cannot_eat_the_ping(berth):
    job = json.dumps({'script': EATS_PING, 'integration': False, 'native': False}) + '\n'
    answer = berth('loop', '--image', IMAGE, stdin=(job + 'ping\n').encode() * 2)
    assert answer.code == 0, answer
    assert [json.loads(line)['type'] for line in answer.out.splitlines()] == ['completed', 'pong'] * 2
    naive = berth.write('naive.py', NAIVE)
    control = berth('loop', '--image', IMAGE, '--loop', naive, stdin=b'ping\n')
    assert [json.loads(line)['type'] for line in control.out.splitlines()] == ['pong'], control
    # A pipe that stays open: the loop waits for what was eaten.
    eaten = berth('loop', '--image', IMAGE, '--loop', naive, stdin=(job + 'ping\n').encode())
    assert 'pong' not in eaten.out, eaten
    figure('P13', 'pings that a script ate: of ours, of a naive loop', '0 of 2, 1 of 1')


def test_p13_a_loop_that_never_answers(berth):
    deaf = berth.write('deaf.py', "import sys, time\nsys.stdin.read()\ntime.sleep(3600)")
    answer = berth('loop', '--image', IMAGE, '--loop', deaf, '--timeout', '500ms', stdin=b'ping\n' * 1000)
    assert (answer.code, answer.out) == (4, ''), answer
    assert answer.seconds < 0.5 + 1 * PATIENCE
    figure('P13', 'a loop that never answers `ping` is ended after', '%.2f of 0.5 s' % answer.seconds)


# --- P14 -------------------------------------------------------------------------------------------------------------

DEEPER = """n = int(demisto.args()['n'])
try:
    entry = demisto.executeCommand('Deeper', {'n': n + 1})[-1]
    demisto.results({'Type': entry['Type'], 'ContentsFormat': 'text', 'Contents': entry['Contents']})
except ValueError as error:
    demisto.results('stopped below %d: %s' % (n, error))"""


def test_p14_depth(room):
    room.script('Deeper', DEEPER, ['n'])
    answer = room.exec('!Deeper n=1', seconds=60 * PATIENCE)
    assert answer.code == 0, answer
    # Sixteen of them ran, each in the one before, and told of it; the seventeenth was refused.
    assert answer.value.startswith('stopped below 16: '), answer.value
    assert 'calls are 16 deep already: Deeper -> Deeper' in answer.value
    figure('P14', 'a script that calls itself for ever: depth reached, time', '16, %.2f s' % answer.seconds)


def test_p14_cycle(room):
    for name, other in (('Ping', 'Pong'), ('Pong', 'Ping')):
        room.script(name, "entry = demisto.executeCommand('%s', {})[-1]\n"
                          "demisto.results({'Type': entry['Type'], 'ContentsFormat': 'text', "
                          "'Contents': entry['Contents']})" % other)
    answer = room.exec('!Ping')
    assert answer.code != 0 and 'calls itself in a circle' in answer.out, answer
    assert 'Ping -> Pong -> Ping' in answer.out
    figure('P14', 'A -> B -> A', answer.value.strip().splitlines()[-1][-90:])


# All at once, as a script can that writes its frames itself: the time is then the host's own.
MANY = """import json, os, threading
count = 12000
frames = b''.join(json.dumps({'type': 'executeCommand', 'seq': 1000000 + number, 'command': 'Print',
                              'args': {'value': str(number)}}).encode() + b'\\n' for number in range(count))
def ask(data=frames):
    while data:
        data = data[os.write(4, data):]
asking = threading.Thread(target=ask)
asking.start()
answers = b''
while answers.count(b'\\n') < count:
    answers += os.read(3, 1 << 20)
asking.join()
lines = [json.loads(line) for line in answers.splitlines()]
demisto.results(json.dumps([sum('result' in line for line in lines), lines[-1].get('error', '')]))"""


def test_p14_budget(room):
    room.script('Many', MANY)
    answer = room.exec('!Many', seconds=60 * PATIENCE)
    assert answer.code == 0, answer
    done, said = json.loads(answer.value)
    assert done == 9999, answer.value  # Many itself is one
    assert 'executed 10000 commands already, as many as a run may' in said, said
    assert answer.peak_bytes < 128 << 20
    figure('P14', 'commands of one run, of 12,000 asked for; time; memory of berth', '%d; %.1f s; %.0f MiB'
           % (done + 1, answer.seconds, answer.peak_bytes / (1 << 20)))


# --- P15 -------------------------------------------------------------------------------------------------------------

ASK = """import json
def ask(message):
    try:
        answer = demisto._Demisto__do(message)
        errors = [one['Contents'] for one in answer if one.get('Type') == 4] if isinstance(answer, list) else []
        return 'error: %s' % errors[0] if errors else 'answered: %s' % json.dumps(answer)
    except ValueError as error:
        return 'refused: %s' % error
"""


def command(name, /, **args):
    return {'type': 'executeCommand', 'command': name, 'args': args}


def others(theirs):
    """What a script may ask for that would reach into another investigation."""
    return [command('getContext', id=theirs), command('getEntries', id=theirs), command('getEntry', id='1@' + theirs),
            command('SetByIncidentId', id=theirs, key='Taken', value='yes'),
            command('addEntries', id=theirs, entries='[{"Type": 1, "ContentsFormat": "text", "Contents": "taken"}]'),
            command('setIncident', id=theirs, name='taken'), command('closeInvestigation', id=theirs),
            command('Builtin|||getContext', id=theirs), command('GETCONTEXT', id=theirs),
            command('getContext', id=int(theirs)), command('getContext', id=[theirs]),
            {'type': 'execute', 'module': 'Builtin', 'command': 'getContext', 'args': {'id': theirs}}]


REACH = ASK + "demisto.results(json.dumps([ask(one) for one in json.loads(demisto.args()['asked'])]))"


def test_p15_another_investigation(room):
    mine, theirs = room.new(), room.new()
    room.must('context', 'set', '--investigation', theirs, 'Hidden', 'cAnary-of-theirs')
    room.must('exec', "!Print value=cAnary-of-theirs", '--investigation', theirs)
    room.script('Reach', REACH, ['asked'])
    asked = others(theirs)
    line = "!Reach asked=`%s`" % json.dumps(asked)
    answer = room.exec(line, '--investigation', mine)
    assert answer.code == 0, answer
    said = json.loads(answer.value)
    for message, text in zip(asked, said):
        assert not text.startswith('answered') and 'cAnary' not in text, (message, text)
    assert sum('rights.other_investigations' in text for text in said) >= len(asked) - 2, said
    whole = room.export(theirs)
    assert 'aken' not in json.dumps(whole), whole
    found = room.exec('!Reach asked=`%s`' % json.dumps([command('getIncidents', id=theirs), command('getIncidents')]),
                      '--investigation', mine)
    assert '"total\\": 0' in found.value or '"total": 0' in json.loads(found.value)[0], found.value

    # The control: an operator allows it by name, and the same frames are answered.
    room.settings_with('rights:\n  other_investigations: [Reach]\n')
    allowed = json.loads(room.exec(line, '--investigation', mine).value)
    assert sum(text.startswith('answered') for text in allowed) >= len(asked) - 2, allowed
    assert 'cAnary-of-theirs' in allowed[0]
    figure('P15', 'requests for another investigation: answered; where the operator allows it', '0 of %d; %d'
           % (len(asked), sum(text.startswith('answered') for text in allowed)))


def test_p15_calls_of_the_other_kind(room):
    """An integration cannot run commands by frames of its own, nor a script do what is an integration's."""
    mine = room.new()
    of_scripts = [{'type': 'setContext', 'name': 'Taken', 'value': 'yes'}, command('Set', key='Taken', value='yes'),
                  command('Print', value='taken'), {'type': 'execute', 'module': '', 'command': 'Print', 'args': {}},
                  {'type': 'getAllModules'}, {'type': 'getAllModulesSupportedCmds'}]
    of_integrations = [command('getIntegrationContext'), command('setIntegrationContext', value={'a': 'b'}),
                       command('createIncidents', incidents=[{'name': 'taken'}]), command('setLastRun', value={'a': 1}),
                       command('createIndicators', indicators=[{'value': 'taken.example', 'type': 'Domain'}]),
                       command('addEntry', id=mine, entry='taken')]
    room.integration('Frames', REACH.replace("demisto.args()['asked']", "demisto.args()['value']"), ['frames-send'])
    room.script('Reach', REACH, ['asked'])
    room.add('Frames', 'frames')
    inside = ('--investigation', mine)
    by_integration = json.loads(room.exec('!frames-send `%s`' % json.dumps(of_scripts), *inside).value)
    by_script = json.loads(room.exec('!Reach asked=`%s`' % json.dumps(of_integrations), *inside).value)
    assert all(text.startswith('refused') and 'is a call of scripts' in text for text in by_integration), by_integration
    assert all(text.startswith('refused') and 'is a call of integrations' in text for text in by_script), by_script
    assert 'Taken' not in room.context(mine)
    assert len(room.must('investigation', 'list', '--json').json['investigations']) == 1
    # The controls: each kind may what is its own.
    assert all(text.startswith('answered') for text in
               json.loads(room.exec('!frames-send `%s`' % json.dumps(of_integrations), *inside).value))
    allowed = json.loads(room.exec('!Reach asked=`%s`' % json.dumps(of_scripts[:3]), *inside).value)
    assert all(text.startswith('answered') for text in allowed), allowed
    assert room.context(mine)['Taken'] == 'yes'
    figure('P15', 'calls of the other kind of item, by frames of its own: answered', '0 of %d'
           % (len(of_scripts) + len(of_integrations)))


ADMIN = ['instance', 'instance-add', 'content', 'secret', 'berth', 'investigation', 'shell', 'addUser', 'getSecrets',
         'setIntegrationParams', 'exec', '/etc/passwd', 'core-api-get', '!Print', 'Scripts|||Print', '']


def test_p15_admin_commands(room):
    room.script('Reach', REACH, ['asked'])
    asked = [command(name, name='x', id='x') for name in ADMIN]
    asked += [command('_apiCall', name='x', params={}), command('internalHttpRequest', method='GET', uri='/settings')]
    answer = room.exec('!Reach asked=`%s`' % json.dumps(asked))
    assert answer.code == 0, answer
    said = json.loads(answer.value)
    assert not [text for text in said if text.startswith('answered')], said
    assert sum('Unsupported Command' in text for text in said) >= len(asked) - 2, said
    figure('P15', 'commands that would steer the server: answered', '0 of %d' % len(asked))
