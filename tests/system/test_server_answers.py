"""What the server answers to content, end to end: expressions of extend-context, orders, entitlements, routes."""
import hashlib
import json
import os

import pytest

pytestmark = pytest.mark.third_lane


def test_extend_context_with_expressions(room):
    mine = room.new()
    room.script('Tell', "demisto.results({'Type': 1, 'ContentsFormat': 'json',\n"
                        "                 'Contents': {'a': 2, 'b': 3, 'list': [{'n': 1}, {'n': 5}]}})")
    spec = 'Plain=list.n::Sum=val.a + val.b::Big=list(val.n > 2)::Made=.={"total": val.a * val.b}'
    answer = room.exec('!Tell extend-context=`%s`' % spec, '--investigation', mine)
    assert answer.code == 0, answer
    assert room.context(mine) == {'Plain': [1, 5], 'Sum': 5, 'Big': {'n': 5}, 'Made': {'total': 6}}


def test_an_expression_that_fails_leaves_the_rest(room):
    mine = room.new()
    room.script('Tell', "demisto.results({'Type': 1, 'ContentsFormat': 'json', 'Contents': {'a': 2}})")
    answer = room.exec('!Tell extend-context=`Bad=.=val.x.y.z::Good=a`', '--investigation', mine)
    assert answer.code == 0 and len(answer.json['entries']) == 1, answer
    (warning,) = answer.json['answers'][0]['warnings']
    assert "extend-context: key 'Bad'" in warning
    assert room.context(mine) == {'Good': 2}


def test_incidents_in_order(room):
    for name, severity in (('one', 3), ('two', 1), ('three', 2)):
        room.must('exec', '!createNewIncident name=%s severity=%d' % (name, severity))

    def names(order):
        found = room.exec('!getIncidents sort=%s' % order)
        return [one['name'] for one in found.json['entries'][0]['Contents']['data']]
    assert names('severity.asc') == ['two', 'three', 'one']
    assert names('severity.desc,name.asc') == ['one', 'three', 'two']
    refused = room.exec('!getIncidents sort=severity')
    assert refused.code == 1 and 'write field.asc,field.desc' in refused.json['entries'][0]['Contents'], refused


ASKS = """guid = demisto.executeCommand('addEntitlement', {'persistent': 'false', 'replyEntriesTag': 'reply'})[0]['Contents']
demisto.results(guid)"""
TAKES = """guid, incident = demisto.args()['value'].split('@')
try:
    demisto.handleEntitlementForUser(incident, guid, 'ann@x.example', 'Yes')
    demisto.results('taken')
except ValueError as error:
    demisto.results('refused: %s' % error)"""


def test_an_entitlement_brings_one_answer(room):
    mine = room.new()
    room.script('Ask', ASKS)
    room.integration('Post', TAKES, ['post-take'])
    room.add('Post', 'post')
    guid = room.exec('!Ask', '--investigation', mine).value
    # The integration runs elsewhere, and knows no more than the GUID.
    assert room.exec('!post-take %s@%s' % (guid, mine)).value == 'taken'
    assert 'there is no entitlement' in room.exec('!post-take %s@%s' % (guid, mine)).value
    replies = [one for one in room.export(mine)['entries'] if 'reply' in json.dumps(one)]
    assert len(replies) == 1 and 'ann@x.example: Yes' in json.dumps(replies), replies


def test_routes_of_the_server(room):
    mine, theirs = room.new(), room.new()
    room.must('exec', '!createList listName=hosts listData=a,b')
    room.script('Route', "answer = demisto.internalHttpRequest(demisto.args()['method'], demisto.args()['uri'])\n"
                         "demisto.results(answer['statusCode'])\ndemisto.results(answer['body'])", ['method', 'uri'])

    def ask(method, uri):
        answer = room.exec('!Route method=%s uri=%s' % (method, uri), '--investigation', mine)
        return answer, [one['Contents'] for one in answer.json['entries']]
    _, (status, body) = ask('GET', '/lists')
    assert status == '200' and json.loads(body)[0]['data'] == 'a,b'
    assert ask('POST', 'investigation/' + theirs)[1][0] == '403'
    refused, _ = ask('GET', '/license')
    assert refused.code == 3 and 'Unsupported Command' in refused.out


def test_what_an_incident_does_not_say(room):
    incident = room.berth.write('partial.json', json.dumps({'name': 'n', 'severity': 3}))
    room.script('Show', "demisto.results(demisto.incident())")
    shown = room.exec('!Show', '--incident', incident).value
    assert (shown['name'], shown['severity'], shown['id'], shown['status']) == ('n', 3, '1', 1)
    assert shown['CustomFields'] == {} and shown['labels'] == [] and shown['created'].endswith('Z')
    assert {'type', 'owner', 'details', 'occurred', 'modified', 'rawJSON'} <= set(shown)


def test_prune_sweeps_files_that_no_entry_names(room):
    mine = room.new()
    used = room.berth.write('used.txt', 'used')
    room.must('file', 'add', '--investigation', mine, used)
    kept = {name for _, _, names in os.walk(os.path.join(room.state, 'files')) for name in names}
    digest = hashlib.sha256(b'left').hexdigest()
    folder = os.path.join(room.state, 'files', digest[:2])
    os.makedirs(folder, exist_ok=True)
    left = os.path.join(folder, digest)
    with open(left, 'wb') as file:
        file.write(b'left')
    assert 'no entry names' not in room.must('prune').out  # it may be on its way
    os.utime(left, (1000, 1000))
    room.must('prune', '--dry-run')
    assert os.path.exists(left)
    pruned = room.must('prune')
    assert 'removed 1 files that no entry names, 4 bytes' in pruned.out, pruned
    assert not os.path.exists(left)
    assert {name for _, _, names in os.walk(os.path.join(room.state, 'files')) for name in names} == kept
