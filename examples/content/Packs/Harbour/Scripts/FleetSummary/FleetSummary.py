import demistomock as demisto  # noqa: F401
from CommonServerPython import *  # noqa: F401

def chosen(context, flag):
    """The vessels of the context, those under `flag` when given, chosen by the server's context language."""
    path = "Harbour.Vessel(val.Flag == '%s')" % flag if flag else 'Harbour.Vessel'
    found = demisto.dt(context, path) or []
    return found if isinstance(found, list) else [found]


def summary(vessels):
    """One row a flag, the largest fleet first."""
    fleets = {}
    for vessel in vessels:
        fleets.setdefault(vessel.get('Flag') or 'unknown', []).append(vessel)
    rows = [{'Flag': flag, 'Vessels': len(fleet), 'Deepest': max([one.get('Draught') or 0 for one in fleet]),
             'Names': sorted([one.get('Name') or '' for one in fleet])} for flag, fleet in fleets.items()]
    return sorted(rows, key=lambda row: (-row['Vessels'], row['Flag']))


def main():
    try:
        flag = (demisto.args().get('flag') or '').upper()
        if flag and not (len(flag) == 2 and flag.isalpha()):
            raise ValueError("flag: '%s' is not two letters" % flag)
        rows = summary(chosen(demisto.context(), flag))
        if not rows:
            return_results('The context has no such vessel: run harbour-vessel-list first.')
            return
        return_results(CommandResults(outputs_prefix='Harbour.Fleet', outputs_key_field='Flag', outputs=rows,
                                      readable_output=tableToMarkdown('Fleets', rows)))
    except Exception as error:
        return_error('Failed to execute FleetSummary: %s' % error)

if __name__ in ('__main__', '__builtin__', 'builtins'):
    main()
