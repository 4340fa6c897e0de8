import demistomock as demisto  # noqa: F401
from CommonServerPython import *  # noqa: F401


def main():
    try:
        args = demisto.args()
        watched = [name.lower() for name in argToList(args.get('watchlist'))]
        entries = demisto.executeCommand('BerthPlan', {'vessels': args.get('vessels')})
        if is_error(entries):
            raise DemistoException(get_error(entries))
        rows = [{
            'Vessel': row['Vessel'],
            'Berth': row['Berth'],
            'Waits': row['Berth'] == 0,
            'Flagged': row['Vessel'].lower() in watched,
        } for row in entries[0]['Contents']]
        return_results(CommandResults(
            outputs_prefix='Harbour.Screening', outputs_key_field='Vessel', outputs=rows,
            readable_output=tableToMarkdown('Vessel screening', rows, headers=['Vessel', 'Berth', 'Waits', 'Flagged'])))
    except Exception as error:
        return_error('Failed to execute VesselScreening: %s' % error)


if __name__ in ('__main__', '__builtin__', 'builtins'):
    main()
