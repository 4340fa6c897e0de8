import demistomock as demisto  # noqa: F401
from CommonServerPython import *  # noqa: F401
from CommonServerUserPython import *  # noqa: F401

import json
import time

from HarbourApiModule import *  # noqa: E402

ISO = '%Y-%m-%dT%H:%M:%S'
SEVERITIES = {'low': 1, 'medium': 2, 'high': 3, 'critical': 4}
DIRECTIONS = {'Incoming': 'In', 'Outgoing': 'Out', 'Incoming And Outgoing': 'Both'}
FIELDS = {'subject': 'What the alert is about.', 'severity': '1 (low) to 4 (critical).', 'container': 'The container.',
          'status': 'open, held or released.', 'assignee': 'Who works on it.'}
CHANGED_FROM_HERE = 'status', 'assignee', 'severity'
COMMENT_TAG = 'customs'  # entries that have it become comments
SPARE_SECONDS = 30  # a token is not used so shortly before it expires


class Desk(HarbourClient):
    """The customs desk, by access tokens, which are kept in the integration context unless it is a test."""

    def __init__(self, params, keeps_token):
        HarbourClient.__init__(self, params, '/')
        account = params.get('credentials') or {}
        self._client = account.get('identifier') or '', account.get('password') or ''
        self.name = self._client[0]
        self._keeps_token = keeps_token
        self._token = None

    def _issue(self):
        answer = self._http_request('POST', '/oauth/token', data={
            'grant_type': 'client_credentials', 'client_id': self._client[0], 'client_secret': self._client[1]})
        return {'value': answer['access_token'], 'expires': int(time.time()) + int(answer['expires_in'])}

    def token(self, fresh=False):
        """A token that holds. Calls at the same time share what is stored; none overwrites another's."""
        if fresh or self._token is None:
            stored = json.loads(get_integration_context().get('token') or '{}') if self._keeps_token else {}
            is_usable = stored.get('expires', 0) > time.time() + SPARE_SECONDS
            if fresh and self._token is not None and stored.get('value') == self._token['value']:
                is_usable = False
            self._token = stored if is_usable else self._issue()
            if self._keeps_token and not is_usable:
                set_to_integration_context_with_retries({'token': self._token})
        return self._token['value']

    def ask(self, method, suffix, **how):
        """One request, a second time with a new token when the first has been revoked."""
        for fresh in (False, True):
            headers = {'Authorization': 'Bearer ' + self.token(fresh)}
            try:
                return self._http_request(method, '/customs/v1' + suffix, headers=headers, **how)
            except DemistoException as error:
                if fresh or error.res is None or error.res.status_code != 401:
                    raise
                demisto.debug('the token was refused: asking for a new one')

    def alerts(self, query, limit):
        return list(self.pages('/alerts', query, limit))

    def alert(self, identity):
        return self.ask('GET', '/alerts/' + identity)

    def change(self, identity, changes):
        return self.ask('PATCH', '/alerts/' + identity, json_data=changes)

    def order(self, container):
        return self.ask('POST', '/inspections', json_data={'container': container}, ok_codes=(202,))

    def inspection(self, identity):
        return self.ask('GET', '/inspections/' + identity)


def alert_results(alerts, title):
    outputs = [{'ID': one['id'], 'Subject': one['subject'], 'Severity': one['severity'], 'Container': one['container'],
                'Status': one['status'], 'Assignee': one['assignee'], 'Created': one['created']} for one in alerts]
    return CommandResults(outputs_prefix='Customs.Alert', outputs_key_field='ID', outputs=outputs, raw_response=alerts,
                          readable_output=tableToMarkdown(title, outputs, removeNull=True))


def alert_list_command(desk, args):
    since = arg_to_datetime(args.get('since'), 'since')
    alerts = desk.alerts(assign_params(created_from=since.strftime(ISO) if since else None), limit_of(args, 50, 1000))
    return alert_results(alerts, '%d alerts' % len(alerts))


def alert_get_command(desk, args):
    alert = desk.alert(args['alert_id'])
    return alert_results([alert], 'Alert %s' % alert['id'])


def alert_update_command(desk, args):
    changes = assign_params(status=args.get('status'), assignee=args.get('assignee'), comment=args.get('comment'))
    if not changes:
        raise DemistoException('nothing is to be changed: give status, assignee or comment')
    return alert_results([desk.change(args['alert_id'], changes)], 'Alert %s' % args['alert_id'])


def inspection_results(inspection):
    outputs = assign_params(ID=inspection['id'], Container=inspection['container'], State=inspection['state'],
                            Finding=inspection.get('finding'))
    return CommandResults(outputs_prefix='Customs.Inspection', outputs_key_field='ID', outputs=outputs,
                          readable_output=tableToMarkdown('Inspection %s' % inspection['id'], outputs))


@polling_function(name='customs-inspection-order', interval=10, timeout=3600,
                  poll_message='The container is being inspected.', requires_polling_arg=False)
def inspection_order_command(args, desk):
    identity = args.get('inspection_id')
    inspection = desk.inspection(identity) if identity else desk.order(args['container'])
    return PollResult(inspection_results(inspection), continue_to_poll=inspection['state'] != 'done',
                      args_for_next_run=dict(args, inspection_id=inspection['id']))


def inspection_get_command(desk, args):
    return inspection_results(desk.inspection(args['inspection_id']))


def incident_of(alert, params):
    """The incident that an alert becomes, with what mirroring needs."""
    direction = DIRECTIONS.get(params.get('mirror_direction') or '')
    raw = dict(alert, mirror_direction=direction, mirror_instance=demisto.integrationInstance())
    found = {'name': 'Customs alert %s: %s' % (alert['id'], alert['subject']), 'occurred': alert['created'] + 'Z',
             'severity': alert['severity'], 'dbotMirrorId': alert['id'], 'rawJSON': json.dumps(raw)}
    if direction:
        found.update(dbotMirrorDirection=direction, dbotMirrorInstance=demisto.integrationInstance(),
                     dbotMirrorTags=[COMMENT_TAG])
    return found


def fetch_incidents(desk, params, last_run):
    """(last run, incidents). What was fetched before is asked for again for as long as the look-back says."""
    most = arg_to_number(params.get('max_fetch') or 50, 'max_fetch')
    look_back = arg_to_number(params.get('look_back') or 0, 'look_back')
    least = SEVERITIES[params.get('min_severity') or 'low']
    start, end = get_fetch_run_time_range(last_run, params.get('first_fetch') or '3 days', look_back, date_format=ISO)
    # Alerts of the second that the last one was filed in come again: there must be room for what is behind them.
    room = most + len(last_run.get('found_incident_ids') or {})
    fresh = filter_incidents_by_duplicates_and_limit(desk.alerts({'created_from': start}, room), last_run, most, 'id')
    updated = update_last_run_object(last_run, fresh, most, start, end, look_back, 'created', 'id', date_format=ISO)
    return updated, [incident_of(alert, params) for alert in fresh if alert['severity'] >= least]


def get_mapping_fields():
    scheme = SchemeTypeMapping('Customs alert')
    for name, description in FIELDS.items():
        scheme.add_field(name, description)
    return GetMappingFieldsResponse([scheme])


def get_modified_remote_data(desk, args):
    since = arg_to_datetime(GetModifiedRemoteDataArgs(args).last_update, 'lastUpdate', required=True)
    changed = desk.alerts({'modified_from': since.strftime(ISO)}, 1000)
    return GetModifiedRemoteDataResponse([one['id'] for one in changed])


def get_remote_data(desk, args):
    """The alert; what others have commented since, and the end of the incident once it is released."""
    asked = GetRemoteDataArgs(args)
    since = arg_to_datetime(asked.last_update, 'lastUpdate', required=True).strftime(ISO + '.%f')
    alert = desk.alert(asked.remote_incident_id)
    entries = [{'Type': EntryType.NOTE, 'ContentsFormat': EntryFormat.TEXT, 'Note': True, 'Tags': [COMMENT_TAG],
                'Contents': '%(author)s: %(text)s' % comment}
               for comment in alert.pop('comments') if comment['time'] > since and comment['author'] != desk.name]
    if alert['status'] == 'released':
        entries.append({'Type': EntryType.NOTE, 'ContentsFormat': EntryFormat.JSON, 'Contents': {
            'dbotIncidentClose': True, 'closeReason': 'Resolved', 'closeNotes': 'The customs desk released it.'}})
    return GetRemoteDataResponse(alert, entries)


def update_remote_system(desk, args):
    """Brings the alert up to date with the incident, and returns its id."""
    asked = UpdateRemoteSystemArgs(args)
    delta = asked.delta or {}
    changes = {name: delta[name] for name in CHANGED_FROM_HERE if delta.get(name) not in (None, '')}
    if asked.inc_status == IncidentStatus.DONE and asked.incident_changed:
        changes['status'] = 'released'
    if changes and asked.incident_changed:
        desk.change(asked.remote_incident_id, changes)
    for entry in asked.entries or []:
        comment = '%s: %s' % (entry.get('user') or 'unknown', entry['contents'])
        desk.change(asked.remote_incident_id, {'comment': comment})
    return asked.remote_incident_id


def test_module(desk, params):
    """'ok', or which setting to look at."""
    try:
        desk.alerts({}, 1)
        if params.get('isFetch'):
            fetch_incidents(desk, dict(params, max_fetch=1), {})
    except DemistoException as error:
        return explain_test(error)
    return 'ok'


def main():
    command, params, args = demisto.command(), demisto.params(), demisto.args()
    try:
        desk = Desk(params, keeps_token=command != 'test-module')
        commands = {
            'customs-alert-list': alert_list_command,
            'customs-alert-get': alert_get_command,
            'customs-alert-update': alert_update_command,
            'customs-inspection-get': inspection_get_command,
            'get-modified-remote-data': get_modified_remote_data,
            'get-remote-data': get_remote_data,
            'update-remote-system': update_remote_system,
        }
        if command == 'test-module':
            return_results(test_module(desk, params))
        elif command == 'fetch-incidents':
            last_run, incidents = fetch_incidents(desk, params, demisto.getLastRun() or {})
            demisto.setLastRun(last_run)
            demisto.incidents(incidents)
        elif command == 'customs-inspection-order':
            return_results(inspection_order_command(args, desk))
        elif command == 'get-mapping-fields':
            return_results(get_mapping_fields())
        elif command in commands:
            return_results(commands[command](desk, args))
        else:
            raise NotImplementedError('command %s is not there' % command)
    except Exception as error:
        return_error('Failed to execute %s: %s' % (command, error), error)

if __name__ in ('__main__', '__builtin__', 'builtins'):
    main()
