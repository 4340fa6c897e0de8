"""Commands that ask to be run again until they have a result."""
import time

import pytest

from figures import figure
from war_room import WarRoom

pytestmark = pytest.mark.third_lane

CODE = '''args = demisto.args()
turn = int(args.get('turn') or 1)
entry = {'Type': 1, 'ContentsFormat': 'text', 'Contents': 'turn %d' % turn}
if turn < int(args['turns']):
    entry.update(PollingCommand='Turns', NextRun='10', Timeout=args.get('patience') or '120',
                 PollingArgs={'turn': str(turn + 1), 'turns': args['turns'], 'patience': args.get('patience')})
demisto.results(entry)'''


@pytest.fixture
def room(berth):
    made = WarRoom(berth)
    made.script('Turns', CODE, ['turn', 'turns', 'patience'])
    yield made
    made.end()


def test_a_command_is_polled_until_its_result(room):
    began = time.monotonic()
    answer = room('exec', '!Turns turns=2', '--poll', '--json')
    took = time.monotonic() - began
    assert answer.code == 0 and [entry['Contents'] for entry in answer.entries] == ['turn 2'], answer
    figure('exec --poll', 'one more run after at least 10 s: seconds', '%.1f' % took)
    assert took >= 10


def test_without_it_the_entry_is_shown(room):
    answer = room('exec', '!Turns turns=2', '--json')
    assert answer.code == 0 and answer.entries[0]['PollingCommand'] == 'Turns', answer


def test_a_timeout_is_kept(room):
    answer = room('exec', '!Turns turns=9 patience=5', '--poll')
    assert answer.code != 0 and "poll 'Turns': it has no result after 5 s" in answer.err, answer


ASKS_FOR_ANOTHER = '''demisto.results({'Type': 1, 'ContentsFormat': 'text', 'Contents': 'not yet', 'NextRun': '10', 'Timeout': '60',
    'PollingCommand': 'SetByIncidentId', 'PollingArgs': {'id': demisto.args()['id'], 'key': 'Taken', 'value': 'yes'}})'''


def test_what_is_polled_has_the_rights_of_who_asked(room):
    mine, own, theirs = room.new(), room.new(), room.new()
    room.script('Reach', ASKS_FOR_ANOTHER, ['id'])
    # The control, at the same time: in its own investigation it may.
    control = room.begin('exec', '!Reach id=' + own, '--investigation', own, '--poll')
    answer = room.exec('!Reach id=' + theirs, '--investigation', mine, '--poll')
    assert answer.code == 1 and 'rights.other_investigations' in answer.entries[0]['Contents'], answer
    assert room.context(theirs) == {}
    assert control.wait(120).code == 0
    assert room.context(own) == {'Taken': 'yes'}
