import demistomock as demisto  # noqa: F401
from CommonServerPython import *  # noqa: F401

from MaritimeApiModule import *  # noqa: E402


def normalized(text, otherwise):
    """'IMO 9074729' of whatever a person wrote, or `otherwise` where that is no IMO number."""
    decoded = decode_imo(text)
    return 'IMO %s' % decoded['IMO'] if decoded['Valid'] else otherwise


def main():
    try:
        args = demisto.args()
        found = [normalized(text, args.get('otherwise') or '') for text in argToList(args['value'])]
        found = [text for text in found if text] if argToBoolean(args.get('drop_others') or False) else found
        return_results(found[0] if len(found) == 1 else found)
    except Exception as error:
        return_error('Failed to execute NormalizeImo: %s' % error)

if __name__ in ('__main__', '__builtin__', 'builtins'):
    main()
