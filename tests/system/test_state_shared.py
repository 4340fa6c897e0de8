"""One state folder, several processes: nothing is lost, nothing is there twice, whoever is killed when."""
import collections
import json
import os
import random
import signal
import threading
import time

from calls import PATIENCE
from figures import figure

CALLS = 50
MOMENTS = 60
SEED = int(os.environ.get('BERTH_SEED', '21'))

# Counts in the integration's memory as content does: reads, adds, writes if nobody did meanwhile, tries again.
COUNTER = """import json
value = demisto.args()['value']
for attempt in range(1000):
    held = demisto._Demisto__do({'type': 'executeCommand', 'command': 'getIntegrationContext', 'args': {'refresh': True}})
    context, version = held['context'] or {}, held['version']
    seen = json.loads(context.get('seen', '[]'))
    version = version if isinstance(version, dict) else {'version': version, 'sequenceNumber': -1, 'primaryTerm': -1}
    try:
        demisto._Demisto__do({'type': 'executeCommand', 'command': 'setIntegrationContext', 'args': {
            'value': {'seen': json.dumps(seen + [value])}, 'version': version, 'sync': True}})
        break
    except ValueError as error:
        assert 'ersion' in str(error), error
demisto.results({'Type': 1, 'ContentsFormat': 'text', 'Contents': 'counted ' + value,
                 'EntryContext': {'Counted(val.ID == obj.ID)': {'ID': value, 'Tries': attempt + 1}}})
"""

NOTE = """value = demisto.args()['value']
for command, args in (('Set', {'key': 'Noted', 'value': value, 'append': True}),
                      ('addToList', {'listName': 'names', 'listData': value})):
    entry = demisto.executeCommand(command, args)[-1]
    assert entry['Type'] != 4, entry
demisto.results({'Type': 1, 'ContentsFormat': 'text', 'Contents': 'noted ' + value,
                 'EntryContext': {'Kept(val.ID == obj.ID)': {'ID': value}}})
"""


def as_list(value):
    return value if isinstance(value, list) else [value]


def test_two_processes_in_one_investigation(room):
    room.integration('Counter', COUNTER, ['counter-add'])
    room.script('Note', NOTE, ['value'])
    room.add('Counter', 'counter')
    room.must('list', 'set', 'names', 'begin')
    inside = room.new()
    failed = []

    def work(worker):
        for number in range(CALLS):
            line = '!%s value=%s-%d' % ('counter-add' if number % 2 else 'Note', worker, number)
            answer = room.exec(line, '--investigation', inside, seconds=30 * PATIENCE)
            if answer.code != 0:
                failed.append(answer)

    begun = time.monotonic()
    threads = [threading.Thread(target=work, args=(worker,)) for worker in 'ab']
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = time.monotonic() - begun
    assert not failed, failed[:2]
    noted = {'%s-%d' % (worker, number) for worker in 'ab' for number in range(0, CALLS, 2)}
    counted = {'%s-%d' % (worker, number) for worker in 'ab' for number in range(1, CALLS, 2)}
    whole = room.export(inside)
    said = collections.Counter(one.get('Contents') for one in whole['entries'])
    assert said == {**{'noted ' + one: 1 for one in noted}, **{'counted ' + one: 1 for one in counted}}, said
    ids = [int(one['ID'].split('@')[0]) for one in whole['entries']]
    assert sorted(set(ids)) == list(range(1, 2 * CALLS + 1)), 'numbers of entries have gaps or come twice'
    context = room.context(inside)
    for found, wanted in ((context['Noted'], noted), ([one['ID'] for one in context['Kept']], noted),
                          ([one['ID'] for one in context['Counted']], counted)):
        assert sorted(found) == sorted(wanted)
    names = room.must('list', 'get', 'names').out.strip().split(',')
    assert sorted(names) == sorted(['begin', *noted])
    last = room.exec('!counter-add value=last')
    assert last.code == 0, last
    seen = json.loads(memory_of(room, 'counter')['seen'])
    assert sorted(seen) == sorted([*counted, 'last'])
    tries = sum(int(one['Tries']) for one in context['Counted'])
    figure('two processes', '2 x %d calls in one investigation: entries, context, list, memory lost; errors; tries' % CALLS,
           '0; 0; %d for %d; %.1f s' % (tries, len(counted), taken))


def memory_of(room, instance):
    """What the integration's instance remembers, as a call of it reads it."""
    room.integration('Counter', "demisto.results(demisto._Demisto__do({'type': 'executeCommand', 'command': "
                                "'getIntegrationContext', 'args': {'refresh': True}})['context'])", ['counter-add'])
    return room.exec('!counter-add using=%s' % instance).value


# --- SIGKILL ---------------------------------------------------------------------------------------------------------

KEEP = """value = demisto.args()['value']
with open(demisto.args()['inside'] + '_' + value, 'w') as file:
    file.write('file of ' + value)
demisto.executeCommand('addToList', {'listName': 'names', 'listData': value})
demisto.results([{'Type': 1, 'ContentsFormat': 'text', 'Contents': value,
                  'EntryContext': {'Kept(val.ID == obj.ID)': {'ID': value}}},
                 {'Type': 3, 'ContentsFormat': 'text', 'Contents': '', 'File': value + '.txt', 'FileID': value}])
"""


def test_sigkill_during_a_stream_of_calls(room, host):
    room.script('Keep', KEEP, ['value', 'inside'])
    room.must('list', 'set', 'names', 'begin')
    inside = room.new()
    chance = random.Random(SEED)
    acknowledged, asked, ready = [], [], []
    usual = 0.3

    def begin():
        asked.append('v%d' % len(asked))
        return room.begin('exec', '!Keep value=%s inside=%s' % (asked[-1], inside), '--investigation', inside, '--json')

    def finish(running):
        answer = running.wait(60 * PATIENCE)
        assert answer.code == 0, answer
        acknowledged.append(asked[-1])
        return answer

    usual = finish(begin()).seconds
    for moment in range(MOMENTS):
        running = begin()
        # Most of the moments lie in the second half, where things are kept.
        time.sleep(usual * chance.uniform(0.5 if moment % 3 else 0, 1.1))
        running.signal(signal.SIGKILL)
        ended = running.wait(10)
        killed = time.monotonic()
        if ended.code == 0:
            acknowledged.append(asked[-1])  # it was faster
        if moment % 4 == 0:
            usual = 0.5 * usual + 0.5 * finish(begin()).seconds
            ready.append(time.monotonic() - killed)
    host.settle(5)

    whole = room.export(inside)
    said = collections.Counter(one['Contents'] for one in whole['entries'] if one['Type'] == 1)
    files = collections.Counter(one['File'] for one in whole['entries'] if one['Type'] == 3)
    kept = [one['ID'] for one in as_list(room.context(inside)['Kept'])]
    in_context = collections.Counter(one['Name'] for one in as_list(room.context(inside)['File']))
    names = collections.Counter(room.must('list', 'get', 'names').out.strip().split(','))
    for found in said, files, collections.Counter(kept), in_context, names:
        assert set(found.values()) == {1}, 'twice: %s' % found
    for one in acknowledged:
        assert one in said and one + '.txt' in files and one in kept and one + '.txt' in in_context and one in names, one
    # What was not acknowledged is there whole or not at all.
    assert set(said) == {name[:-4] for name in files} == set(kept) == {name[:-4] for name in in_context}
    assert set(said) <= set(asked)
    for one in room.must('file', 'list', '--investigation', inside, '--json').json['files'][:10]:
        text = room.must('file', 'get', one['EntryID']).out
        assert text.startswith('file of v'), text
    ids = [int(one['ID'].split('@')[0]) for one in whole['entries']]
    assert sorted(ids) == list(range(1, len(ids) + 1))
    checked = room('doctor', 'database')
    assert checked.code == 0, checked
    slowest = max(ready)
    assert slowest < max(2, usual) * PATIENCE
    figure('SIGKILL', '%d moments in a stream of calls: acknowledged, lost, twice, containers left (seed %d)'
           % (MOMENTS, SEED), '%d, 0, 0, 0; %d kept that were not acknowledged' % (len(acknowledged),
                                                                                  len(said) - len(acknowledged)))
    figure('SIGKILL', 'the next call is answered after, at most', '%.2f s' % slowest)
