import demistomock as demisto  # noqa: F401
from CommonServerPython import *  # noqa: F401

from MaritimeApiModule import *  # noqa: E402


def main():
    try:
        decoded = decode_imo(demisto.args()['imo'])
        return_results(CommandResults(
            outputs_prefix='Vessel', outputs_key_field='IMO',
            outputs={'IMO': decoded['IMO'], 'Valid': decoded['Valid']},
            readable_output='%s is %s IMO number.' % (decoded['Input'], 'an' if decoded['Valid'] else 'no')))
    except Exception as error:
        return_error('Failed to execute VesselLookup: %s' % error)

if __name__ in ('__main__', '__builtin__', 'builtins'):
    main()
