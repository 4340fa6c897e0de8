import demistomock as demisto  # noqa: F401
from CommonServerPython import *  # noqa: F401
from CommonServerUserPython import *  # noqa: F401

import json

from HarbourApiModule import *  # noqa: E402

VENDOR, PRODUCT = 'harbour', 'gates'
PAGE = 10


class Gates(HarbourClient):
    """The gates of a port, by key."""

    def __init__(self, params):
        HarbourClient.__init__(self, params, '/watch/v1', headers={'X-Api-Key': params.get('api_key') or ''})

    def events(self, after, limit):
        """Up to `limit` events after the one with the number `after`, in order, with the time as collectors want it."""
        found = []
        while len(found) < limit:
            page = self._http_request('GET', '/events', params={'after': after, 'limit': min(PAGE, limit - len(found))})
            if not page['events']:
                break
            found += [dict(one, _time=one['time'] + 'Z') for one in page['events']]
            after = page['last']
        return found


def chosen(events, actions):
    return [one for one in events if not actions or one['action'] in actions]


def deliver(events, params):
    """Hands events over, to the server's collector or to the war room, and tells the server how many."""
    if params.get('deliver') != 'war room':
        send_events_to_xsiam(events, vendor=VENDOR, product=PRODUCT)
        return
    if events:
        demisto.results({'Type': EntryType.NOTE, 'ContentsFormat': EntryFormat.JSON, 'Contents': json.dumps(events)})
    demisto.updateModuleHealth({'eventsPulled': len(events)})


def fetch_events(gates, params, last_run):
    """(events to deliver, the last run that holds once they are)."""
    after = int(last_run.get('seq') or 0)
    events = gates.events(after, arg_to_number(params.get('max_events') or 1000, 'max_events'))
    return chosen(events, argToList(params.get('actions'))), {'seq': events[-1]['seq'] if events else after}


def events_get_command(gates, params, args):
    events = gates.events(arg_to_number(args.get('after') or 0, 'after'), limit_of(args, 10, 1000))
    events = chosen(events, argToList(params.get('actions')))
    if argToBoolean(args.get('should_push_events') or False):
        deliver(events, params)
    return CommandResults(outputs_prefix='Watch.Event', outputs_key_field='seq', outputs=events,
                          readable_output=tableToMarkdown('%d events' % len(events), events,
                                                          headers=['seq', '_time', 'gate', 'action', 'badge']))


def main():
    command, params = demisto.command(), demisto.params()
    try:
        gates = Gates(params)
        if command == 'test-module':
            try:
                gates.events(0, 1)
                return_results('ok')
            except DemistoException as error:
                return_results(explain_test(error))
        elif command == 'fetch-events':
            events, last_run = fetch_events(gates, params, demisto.getLastRun() or {})
            deliver(events, params)
            # Only now: events that nobody took are fetched again.
            demisto.setLastRun(last_run)
        elif command == 'watch-events-get':
            return_results(events_get_command(gates, params, demisto.args()))
        else:
            raise NotImplementedError('command %s is not there' % command)
    except Exception as error:
        return_error('Failed to execute %s: %s' % (command, error), error)

if __name__ in ('__main__', '__builtin__', 'builtins'):
    main()
