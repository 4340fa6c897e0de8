"""Incidents that are kept alike here and elsewhere: what goes over once, what fails, and what is kept of it then."""
import json

import pytest

from figures import figure

pytestmark = pytest.mark.second_lane

# Elsewhere is the integration context, which is kept at once. `log` holds what the server asked and told.
DESK = """import datetime, json, os
context = demisto.getIntegrationContext() or {}
alerts, log = json.loads(context.get('alerts') or '{}'), json.loads(context.get('log') or '[]')
command, args, how = demisto.command(), demisto.args(), demisto.params().get('how') or ''

def keep():
    demisto.setIntegrationContext({'alerts': json.dumps(alerts), 'log': json.dumps(log)})

def now():
    return datetime.datetime.utcnow().strftime('%Y-%m-%dT%H:%M:%S.%fZ')

def fail():
    if how == 'raise':
        raise ValueError('wrong on purpose')
    if how == 'exit':
        os._exit(0)
    demisto.results({'Type': 4, 'ContentsFormat': 'text', 'Contents': how})

if command == 'desk-change':
    given = json.loads(args['value'])
    alert = alerts.setdefault(given.pop('id'), {'fields': {}, 'comments': []})
    for comment in given.pop('comments', []):
        alert['comments'].append([now(), comment])
    alert['end'] = given.pop('end', None)
    alert['fields'].update(given)
    alert['changed'] = now()
    keep()
elif command == 'desk-log':
    demisto.results({'Type': 1, 'ContentsFormat': 'json', 'Contents': log})
    log = []
    keep()
elif command == 'fetch-incidents':
    fresh = [] if demisto.getLastRun() else ['A-1', 'A-2']
    demisto.setLastRun({'fetched': True})
    demisto.incidents([{'name': 'alert ' + one, 'dbotMirrorId': one, 'dbotMirrorInstance': demisto.integrationInstance(),
                        'dbotMirrorDirection': demisto.params().get('direction') or 'Both',
                        'dbotMirrorTags': ['comments'], 'rawJSON': '{}'} for one in fresh])
elif command == 'get-modified-remote-data':
    run = demisto.getLastMirrorRun() or {}
    log.append([command, args['lastUpdate'], run])
    keep()
    demisto.setLastMirrorRun({'runs': run.get('runs', 0) + 1})
    demisto.setLastRun({})  # which is the fetch's, and stays as it is
    if how == 'not there':
        raise NotImplementedError(command)
    if how == 'no list':
        demisto.results({'Type': 1, 'ContentsFormat': 'json', 'Contents': {'a': 1}})
    elif how.startswith('modified: '):
        how = how[10:]
        fail()
    else:
        changed = [one for one in sorted(alerts) if alerts[one]['changed'] > args['lastUpdate']]
        demisto.results({'Type': 1, 'ContentsFormat': 'json', 'Contents': changed})
elif command == 'get-remote-data':
    log.append([command, args['id']])
    keep()
    alert = alerts.get(args['id']) or {'fields': {}, 'comments': []}
    entries = [dict(alert['fields'], secret=demisto.params().get('secret'))]
    entries += [{'Type': 1, 'ContentsFormat': 'text', 'Contents': text, 'Tags': ['comments']}
                for time, text in alert['comments'] if time > args['lastUpdate']]
    if alert.get('end'):
        entries.append({'Type': 1, 'ContentsFormat': 'json', 'Contents': alert['end']})
    if how == 'sets run':
        demisto.setLastMirrorRun(dict(demisto.getLastMirrorRun(), by=args['id']))
    demisto.results(entries)
    if how == 'limited: ' + args['id']:
        raise ValueError('API rate limit')
    if how in ('raise', 'exit', 'error entry', 'API rate limit') or how == args['id']:
        fail()
elif command == 'update-remote-system':
    log.append([command, args['remoteId'], args['delta'], [one['contents'] for one in args['entries']], args['status'],
                args['incidentChanged'], args['data']['name'], demisto.investigation()['id']])
    keep()
    if how == 'deaf':
        fail()
    demisto.results(args['remoteId'])
"""
FLAGS = 'isfetch', 'ismappable', 'isremotesyncin', 'isremotesyncout'


class Desk:
    """A server that mirrors the two alerts of a desk."""

    def __init__(self, room, **params):
        self.room = room
        room.integration('Desk', DESK, ['desk-change', 'desk-log'], [('how', 0), ('direction', 0), ('secret', 4)], FLAGS)
        given = [word for one in params.items() for word in ('--param', '%s=%s' % one)]
        room.add('Desk', 'desk', '--network', 'none', '--param', 'isFetch=true', *given,
                 '--secret', 'secret=@' + room.secret('desk', 'canary-4711'))
        self.fetch()
        self.ids = {}
        for one in room.must('investigation', 'list', '--json').json['investigations']:
            self.ids[one['name'][6:]] = str(one['id'])

    def fetch(self, *options, code=0):
        """[[command, kept, investigations]], without that of fetch-incidents."""
        answer = self.room('fetch', 'desk', '--json', *options)
        assert answer.code == code, answer
        assert 'canary' not in answer.out + answer.err
        self.fetched = [one for one in answer.json['fetched'] if one['command'] != 'fetch-incidents']
        return [[one['command'], one['kept'], one['incidents']] for one in self.fetched]

    def how(self, text):
        self.room.must('instance', 'set', 'desk', '--param', 'how=' + text)

    def change(self, alert, **fields):
        """Elsewhere."""
        changed = self.room.exec("!desk-change value='%s'" % json.dumps(dict(fields, id=alert)))
        assert changed.code == 0, changed

    def line(self, alert, line):
        """Here, in the investigation of an alert."""
        done = self.room.exec(line, '--investigation', self.ids[alert])
        assert done.code == 0, done

    def log(self):
        """What was asked and told since."""
        (entry,) = self.room.exec('!desk-log').entries
        contents = entry['Contents']
        return json.loads(contents) if isinstance(contents, str) else contents

    def told(self):
        return [one for one in self.log() if one[0] == 'update-remote-system']

    def incident(self, alert):
        return self.room.must('investigation', 'show', self.ids[alert], '--json').json['incident']

    def texts(self, alert):
        return [one['Contents'] for one in self.room.export(self.ids[alert])['entries'] if one.get('Tags')]


def test_an_incident_is_kept_alike(room):
    desk = Desk(room)
    assert sorted(desk.ids) == ['A-1', 'A-2']
    desk.change('A-1', owner='eve', severity='high', status='held', comments=['theirs'], dbotMirrorId='A-2')
    assert desk.fetch() == [['get-modified-remote-data', True, []], ['get-remote-data', True, [desk.ids['A-1']]]]
    incident = desk.incident('A-1')
    assert (incident['owner'], incident['severity'], incident['dbotMirrorId']) == ('eve', 3, 'A-1')
    assert incident['CustomFields'] == {'status': 'held', 'secret': '********'}
    assert desk.texts('A-1') == ['theirs'] and desk.texts('A-2') == []
    # What came does not go back, and comes once.
    assert desk.fetch() == [['get-modified-remote-data', True, []]]
    assert desk.told() == [] and desk.texts('A-1') == ['theirs']
    # What changes here goes there, once; of the entries those with the tag.
    desk.line('A-1', '!setIncident owner=ada berth=3')
    entries = [{'Type': 1, 'ContentsFormat': 'text', 'Contents': 'ours', 'Tags': ['comments']},
               {'Type': 1, 'ContentsFormat': 'text', 'Contents': 'for us'}]
    desk.line('A-1', "!addEntries entries='%s'" % json.dumps(entries))
    assert desk.fetch()[0] == ['update-remote-system', True, [desk.ids['A-1']]]
    desk.fetch()
    assert desk.told() == [['update-remote-system', 'A-1', {'owner': 'ada', 'berth': '3'}, ['ours'], 1, True, 'alert A-1',
                            desk.ids['A-1']]]
    # An end goes over, and comes.
    desk.line('A-2', '!closeInvestigation closeReason=Resolved')
    desk.change('A-1', end={'dbotIncidentClose': True, 'closeReason': 'Duplicate', 'closeNotes': 'of A-2'})
    desk.fetch()
    desk.fetch()
    assert [one[1:3] + one[4:6] for one in desk.told()] == [
        ['A-2', {'closeReason': 'Resolved', 'closingUserId': 'operator'}, 2, True]]
    assert (desk.incident('A-1')['closeReason'], desk.incident('A-1')['status']) == ('Duplicate', 2)
    # A mirroring command has no say in what is fetched.
    assert len(room.must('investigation', 'list', '--json').json['investigations']) == 2
    figure('mirroring', 'fields, comments and ends: come back, or told twice', '0, 0')


def test_one_direction(room):
    desk = Desk(room, direction='In')
    desk.change('A-1', owner='eve')
    desk.line('A-2', '!setIncident owner=ada')
    assert [one[0] for one in desk.fetch()] == ['get-modified-remote-data', 'get-remote-data']
    assert desk.fetch('--only', 'update-remote-system') == []
    assert desk.told() == [] and desk.incident('A-1')['owner'] == 'eve'


def test_a_round_that_fails_is_made_again(room):
    desk = Desk(room)
    desk.log()
    desk.change('A-1', owner='eve', comments=['theirs'])
    asked = []
    failures = ('modified: raise', 'modified: skip update', 'no list')
    for how in failures:
        desk.how(how)
        assert desk.fetch(code=1) == [['get-modified-remote-data', False, []]] and desk.fetched[0]['problem'], how
        asked += [one[1:] for one in desk.log()]
    desk.how('')
    assert [one[:2] for one in desk.fetch()] == [['get-modified-remote-data', True], ['get-remote-data', True]]
    asked += [one[1:] for one in desk.log() if one[0] == 'get-modified-remote-data']
    # The same time and the same last mirror run, until a round has gone well.
    assert asked == [asked[0]] * (len(failures) + 1) and asked[0][1] == {'runs': 1}, asked
    desk.fetch()
    (after,) = [one[1:] for one in desk.log()]
    assert after[0] > asked[0][0] and after[1] == {'runs': 2}
    assert desk.incident('A-1')['owner'] == 'eve' and desk.texts('A-1') == ['theirs']
    figure('mirroring', 'times kept of %d rounds that failed' % len(failures), 0)


def test_one_that_fails_is_asked_for_again_by_itself(room):
    desk = Desk(room)
    desk.log()
    desk.change('A-1', owner='eve', comments=['theirs'])
    failures = ('raise', 'exit', 'error entry', 'API rate limit')
    asked = []
    for how in failures:
        desk.how(how)
        assert [one[:2] for one in desk.fetch(code=1)] == [
            ['get-modified-remote-data', True], ['get-remote-data', False]], how
        assert 'not up to date with what has changed elsewhere: 1 ' in ''.join(desk.fetched[0]['answer']['warnings']), how
        assert desk.texts('A-1') == [] and desk.incident('A-1').get('owner', '') == '', how
        asked += [one[1:] for one in desk.log() if one[0] == 'get-modified-remote-data']
    desk.how('')
    assert [one[:2] for one in desk.fetch()] == [['get-modified-remote-data', True], ['get-remote-data', True]]
    assert desk.incident('A-1')['owner'] == 'eve' and desk.texts('A-1') == ['theirs']
    # The others move on: each round has a later time and its own last mirror run.
    assert [one[1] for one in asked] == [{'runs': 1 + one} for one in range(len(failures))], asked
    assert len({one[0] for one in asked}) == len(failures), asked
    assert [one[0] for one in desk.fetch()] == ['get-modified-remote-data']
    figure('mirroring', 'fields and entries kept of %d calls that failed' % len(failures), 0)


def test_one_that_fails_holds_up_no_other(room):
    desk = Desk(room)
    for alert in ('A-1', 'A-2'):
        desk.change(alert, owner='eve', comments=['theirs'])
    desk.how('A-1')
    assert sorted(one[:2] for one in desk.fetch(code=1)) == [
        ['get-modified-remote-data', True], ['get-remote-data', False], ['get-remote-data', True]]
    assert (desk.texts('A-1'), desk.texts('A-2')) == ([], ['theirs'])
    # Later changes of the others come while it goes wrong.
    desk.change('A-2', owner='mallory')
    assert sorted(one[1] for one in desk.fetch(code=1)) == [False, True, True]
    assert desk.incident('A-2')['owner'] == 'mallory'
    desk.how('')
    desk.fetch()
    assert (desk.texts('A-1'), desk.texts('A-2')) == (['theirs'], ['theirs'])
    # What could not be told is told the next time, and nothing comes over it meanwhile.
    desk.line('A-1', '!setIncident owner=ada')
    desk.change('A-1', owner='mallory', category='theft')
    desk.how('deaf')
    assert [one[:2] for one in desk.fetch(code=1)] == [
        ['update-remote-system', False], ['get-modified-remote-data', True], ['get-remote-data', True]]
    assert (desk.incident('A-1')['owner'], desk.incident('A-1')['category']) == ('ada', 'theft')
    desk.how('')
    desk.fetch()
    assert [one[2] for one in desk.told()] == [{'owner': 'ada'}] * 2


def test_one_that_ends_the_round_stands_behind_the_others(room):
    desk = Desk(room)
    for alert in ('A-1', 'A-2'):
        desk.change(alert, owner='eve')
    desk.how('limited: A-1')
    assert [one[1:] for one in desk.fetch(code=1)] == [[True, []], [False, [desk.ids['A-1']]]]
    assert [one[1:] for one in desk.fetch(code=1)] == [
        [True, []], [True, [desk.ids['A-2']]], [False, [desk.ids['A-1']]]]
    assert desk.incident('A-2')['owner'] == 'eve'


def test_one_that_always_fails_is_given_up(room):
    desk = Desk(room)
    desk.change('A-1', owner='eve', comments=['theirs'])
    desk.how('A-1')
    for i in range(5):
        assert [one[:2] for one in desk.fetch(code=1)] == [
            ['get-modified-remote-data', True], ['get-remote-data', False]], i
        assert ('given up after 5 tries' in desk.fetched[1]['problem']) == (i == 4), i
    assert [one[0] for one in desk.fetch()] == ['get-modified-remote-data']
    (note,) = [one for one in room.export(desk.ids['A-1'])['entries'] if 'mirroring' in str(one['Contents'])]
    assert note['Type'] == 4 and "'get-remote-data' went wrong 5 times" in note['Contents'], note
    # When it changes elsewhere it has a new start, and nothing of before is missing.
    desk.how('')
    desk.change('A-1', severity='high')
    desk.fetch()
    assert (desk.incident('A-1')['owner'], desk.incident('A-1')['severity']) == ('eve', 3)
    assert desk.texts('A-1') == ['theirs']


def test_the_last_mirror_run_is_the_one_that_was_set_last(room):
    desk = Desk(room)
    desk.change('A-1', owner='eve')
    desk.how('sets run')
    desk.fetch()
    desk.log()
    desk.fetch()
    (asked,) = [one for one in desk.log() if one[0] == 'get-modified-remote-data']
    assert asked[2] == {'runs': 2, 'by': 'A-1'}, asked


def test_each_is_asked_for_where_nobody_knows(room):
    desk = Desk(room)
    desk.line('A-2', '!closeInvestigation')
    desk.how('not there')
    for alert in ('A-1', 'A-2'):
        desk.change(alert, owner='eve')
    fetched = desk.fetch('--only', 'get-modified-remote-data')
    assert fetched == [['get-modified-remote-data', True, []], ['get-remote-data', True, [desk.ids['A-1']]]]
    assert 'each open incident' in ''.join(desk.fetched[0]['answer']['warnings'])
    assert desk.incident('A-1')['owner'] == 'eve'
