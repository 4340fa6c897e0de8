import demistomock as demisto  # noqa: F401
from CommonServerPython import *  # noqa: F401


def parse_vessel(text):
    """(name, draught) of 'name:draught'."""
    name, colon, draught = text.rpartition(':')
    if not (colon and name):
        raise ValueError("vessel '%s': expected name:draught" % text)
    try:
        return name.strip(), float(draught)
    except ValueError:
        raise ValueError("vessel '%s': '%s' is no number of metres" % (name, draught))


def plan(vessels, depths, clearance, order):
    """One row a vessel: the shallowest free berth that is deep enough, or 0."""
    free = sorted((depth, number) for number, depth in enumerate(depths, 1))
    if order == 'deepest':
        vessels = sorted(vessels, key=lambda vessel: -vessel[1])
    rows = []
    for name, draught in vessels:
        fitting = next((berth for berth in free if berth[0] >= draught + clearance), None)
        if fitting:
            free.remove(fitting)
        rows.append({'Vessel': name, 'Draught': draught, 'Berth': fitting[1] if fitting else 0})
    return rows


def main():
    try:
        args = demisto.args()
        rows = plan([parse_vessel(text) for text in argToList(args.get('vessels'))],
                    [float(depth) for depth in argToList(args.get('berths') or '15,12,9')],
                    float(args.get('clearance') or 1), args.get('order') or 'deepest')
        return_results(CommandResults(
            outputs_prefix='Harbour.Plan', outputs_key_field='Vessel', outputs=rows,
            readable_output=tableToMarkdown('Berth plan', rows, headers=['Vessel', 'Draught', 'Berth'])))
    except Exception as error:
        return_error('Failed to execute BerthPlan: %s' % error)


if __name__ in ('__main__', '__builtin__', 'builtins'):
    main()
