import demistomock as demisto  # noqa: F401
from CommonServerPython import *  # noqa: F401

import json

WAITING = 'Harbour.Waiting'


def list_lines(name):
    """The lines of a server list; none where it is not there."""
    found, contents = execute_command('getList', {'listName': name}, fail_on_error=False)
    if not found or 'Item not found' in str(contents):
        return []
    return [line.strip() for line in str(contents).replace(',', '\n').split('\n') if line.strip()]


def open_incident(row):
    """Opens an incident for a flagged vessel and returns its id."""
    entries = demisto.executeCommand('createNewIncident', {
        'name': 'Flagged vessel %s asks for a berth' % row['Vessel'], 'type': 'Port call', 'severity': 3,
        'details': json.dumps(row, sort_keys=True)})
    if is_error(entries):
        raise DemistoException('open an incident for %s: %s' % (row['Vessel'], get_error(entries)))
    context = (entries[0] if entries else {}).get('EntryContext') or {}
    return str(context.get('CreatedIncidentID', ''))


def remember(rows, log_name):
    """Adds the vessels to the log, a server list, that is made when it is not there."""
    names = [row['Vessel'] for row in rows if row['Vessel'] not in list_lines(log_name)]
    if not names:
        return
    added, _ = execute_command('addToList', {'listName': log_name, 'listData': ','.join(names)}, fail_on_error=False)
    if not added:
        execute_command('createList', {'listName': log_name, 'listData': ','.join(names)})


def main():
    try:
        args = demisto.args()
        watched = {name.lower() for name in list_lines(args.get('watchlist') or 'HarbourWatchlist')}
        plan = execute_command('BerthPlan', assign_params(vessels=args['vessels'], berths=args.get('berths')))
        rows = [dict(row, Waits=row['Berth'] == 0, Flagged=row['Vessel'].lower() in watched) for row in plan]
        for row in rows:
            if row['Flagged']:
                row['Incident'] = open_incident(row)
        waiting = [row['Vessel'] for row in rows if row['Waits']]
        # What an earlier intake left would be mixed with what this one found.
        execute_command('DeleteContext', {'key': WAITING})
        if waiting:
            execute_command('Set', {'key': WAITING, 'value': waiting, 'append': 'false'})
        if any(row['Flagged'] for row in rows):
            execute_command('setIncident', {'severity': 3, 'details': 'Flagged: %s' % ', '.join(
                [row['Vessel'] for row in rows if row['Flagged']])})
        remember(rows, args.get('log') or 'HarbourArrivals')
        execute_command('Print', {'value': '%d vessels, %d have to wait.' % (len(rows), len(waiting))})
        return_results(CommandResults(
            outputs_prefix='Harbour.PortCall', outputs_key_field='Vessel', outputs=rows,
            readable_output=tableToMarkdown('Port calls', rows, removeNull=True,
                                            headers=['Vessel', 'Berth', 'Waits', 'Flagged', 'Incident'])))
    except Exception as error:
        return_error('Failed to execute PortCallIntake: %s' % error)

if __name__ in ('__main__', '__builtin__', 'builtins'):
    main()
