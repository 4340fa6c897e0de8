import demistomock as demisto  # noqa: F401
from CommonServerPython import *  # noqa: F401
from CommonServerUserPython import *  # noqa: F401

from HarbourApiModule import *  # noqa: E402
from MaritimeApiModule import *  # noqa: E402

MOST_VESSELS = 500


class Directory(HarbourClient):
    """The registry of a port, by user name and password."""

    def __init__(self, params):
        account = params.get('credentials') or {}
        HarbourClient.__init__(self, params, '/registry/v1',
                               auth=(account.get('identifier') or '', account.get('password') or ''))

    def health(self):
        return self._http_request('GET', '/health')

    def vessels(self, query, limit):
        return list(self.pages('/vessels', query, limit, page_size=5))

    def vessel(self, imo, part='', **how):
        return self._http_request('GET', '/vessels/%s%s' % (imo, part), **how)

    def add_note(self, imo, text):
        return self._http_request('POST', '/vessels/%s/notes' % imo, json_data={'text': text}, ok_codes=(201,))

    def remove_note(self, imo, number):
        self._http_request('DELETE', '/vessels/%s/notes/%d' % (imo, number), return_empty_response=True)

    def tides(self, day):
        # The service says 503 while it works out a day that nobody has asked for before.
        return self._http_request('GET', '/tides', params={'date': day}, retries=3, status_list_to_retry=(503,),
                                  backoff_factor=1)


def imo_of(args):
    """The seven digits of the argument `imo`. Errors: DemistoException when they are no IMO number."""
    decoded = decode_imo(args['imo'])
    if not decoded['Valid']:
        raise DemistoException("imo: '%s' is no IMO number: %s" % (args['imo'], decoded['Reason']))
    return decoded['IMO']


def vessel_context(vessel):
    return {'IMO': vessel['imo'], 'Name': vessel['name'], 'Flag': vessel['flag'], 'Kind': vessel['kind'],
            'Draught': vessel['draught']}


def vessel_list_command(directory, args):
    query = assign_params(flag=args.get('flag'), min_draught=arg_to_number(args.get('min_draught'), 'min_draught'))
    outputs = [vessel_context(one) for one in directory.vessels(query, limit_of(args, 50, MOST_VESSELS))]
    return CommandResults(outputs_prefix='Harbour.Vessel', outputs_key_field='IMO', outputs=outputs,
                          readable_output=tableToMarkdown('%d vessels' % len(outputs), outputs))


def vessel_get_command(directory, args):
    imo = imo_of(args)
    vessel = directory.vessel(imo)
    outputs = dict(vessel_context(vessel), Notes=vessel['notes'])
    return CommandResults(outputs_prefix='Harbour.Vessel', outputs_key_field='IMO', outputs=outputs,
                          raw_response=vessel, readable_output=tableToMarkdown('Vessel %s' % vessel['name'], outputs))


def call_list_command(directory, args):
    imo = imo_of(args)
    outputs = [{'ID': call['id'], 'IMO': imo, 'Berth': call['berth'], 'Arrival': call['arrival'],
                'Departure': call['departure'], 'Tonnes': call['tonnes']}
               for call in directory.vessel(imo, '/calls')['items']]
    return CommandResults(outputs_prefix='Harbour.Call', outputs_key_field=['ID', 'IMO'], outputs=outputs,
                          readable_output=tableToMarkdown('Port calls of %s' % imo, outputs))


def certificate_get_command(directory, args):
    imo = imo_of(args)
    return fileResult('certificate-%s.txt' % imo, directory.vessel(imo, '/certificate', resp_type='content'),
                      EntryType.ENTRY_INFO_FILE)


def note_add_command(directory, args):
    imo = imo_of(args)
    note = directory.add_note(imo, args['text'])
    outputs = {'ID': note['id'], 'IMO': imo, 'Text': note['text'], 'Author': note['author']}
    return CommandResults(outputs_prefix='Harbour.Note', outputs_key_field=['ID', 'IMO'], outputs=outputs,
                          readable_output='Note %d was added to vessel %s.' % (note['id'], imo), mark_as_note=True)


def note_remove_command(directory, args):
    imo, number = imo_of(args), arg_to_number(args['note_id'], 'note_id', required=True)
    directory.remove_note(imo, number)
    return 'Note %d of vessel %s was removed.' % (number, imo)


def tide_list_command(directory, args):
    day = (arg_to_datetime(args.get('date') or 'now', 'date')).strftime('%Y-%m-%d')
    found = directory.tides(day)
    outputs = {'Date': found['date'],
               'HighWater': [{'Time': one['time'], 'Metres': one['metres']} for one in found['high_waters']]}
    return CommandResults(outputs_prefix='Harbour.Tide', outputs_key_field='Date', outputs=outputs, raw_response=found,
                          readable_output=tableToMarkdown('High waters of %s' % day, outputs['HighWater']))


def test_module(directory):
    """'ok', or which setting to look at."""
    try:
        status = directory.health()['status']
    except DemistoException as error:
        return explain_test(error)
    return 'ok' if status == 'ok' else 'the registry says that its status is %s' % status


def main():
    command = demisto.command()
    try:
        directory = Directory(demisto.params())
        commands = {
            'harbour-vessel-list': vessel_list_command,
            'harbour-vessel-get': vessel_get_command,
            'harbour-call-list': call_list_command,
            'harbour-certificate-get': certificate_get_command,
            'harbour-note-add': note_add_command,
            'harbour-note-remove': note_remove_command,
            'harbour-tide-list': tide_list_command,
        }
        if command == 'test-module':
            return_results(test_module(directory))
        elif command in commands:
            return_results(commands[command](directory, demisto.args()))
        else:
            raise NotImplementedError('command %s is not there' % command)
    except Exception as error:
        return_error('Failed to execute %s: %s' % (command, error), error)


if __name__ in ('__main__', '__builtin__', 'builtins'):
    main()
