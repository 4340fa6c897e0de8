import demistomock as demisto  # noqa: F401
from CommonServerPython import *  # noqa: F401

def metres(text, name):
    try:
        return float(text)
    except (TypeError, ValueError):
        raise ValueError("%s: '%s' is no number of metres" % (name, text))


def depth_of_berth(number, depths):
    if not 1 <= number <= len(depths):
        raise ValueError('there is no berth %d' % number)
    return depths[number - 1]


def main():
    try:
        args = demisto.args()
        if not args.get('new') or args.get('new') == args.get('old'):
            return
        draught = metres(args['new'], 'new')
        berth = arg_to_number(demisto.get(demisto.incident() or {}, 'CustomFields.berth') or 0, 'berth')
        if not berth:
            return_results('No berth is planned yet, so a draught of %g m changes nothing.' % draught)
            return
        depth = depth_of_berth(berth, [metres(one, 'berths') for one in argToList(args.get('berths') or '15,12,9')])
        if draught + 1 <= depth:
            return_results('Berth %d is %g m deep: enough for %g m.' % (berth, depth, draught))
            return
        execute_command('setIncident', {'severity': 3, 'berth': 0})
        return_warning('Berth %d is %g m deep: not enough for %g m. The vessel needs another one.' % (
            berth, depth, draught))
    except Exception as error:
        return_error('Failed to execute DraughtChanged: %s' % error)

if __name__ in ('__main__', '__builtin__', 'builtins'):
    main()
