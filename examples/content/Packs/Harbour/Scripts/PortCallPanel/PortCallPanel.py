import demistomock as demisto  # noqa: F401
from CommonServerPython import *  # noqa: F401

LEVELS = {0: 'unknown', 0.5: 'informational', 1: 'low', 2: 'medium', 3: 'high', 4: 'critical'}


def panel(incident, calls):
    """Markdown for the incident's page."""
    fields = incident.get('CustomFields') or {}
    head = {'Vessel': fields.get('vesselname'), 'IMO': fields.get('imonumber'), 'Draught': fields.get('draught'),
            'Severity': LEVELS.get(incident.get('severity') or 0, 'unknown')}
    text = tableToMarkdown('Port call', head, removeNull=True)
    if calls:
        text += tableToMarkdown('Berths', calls, headers=['Vessel', 'Berth', 'Waits', 'Flagged'], removeNull=True)
    return text


def main():
    try:
        calls = demisto.get(demisto.context(), 'Harbour.PortCall') or []
        return_results({'Type': EntryType.NOTE, 'ContentsFormat': EntryFormat.MARKDOWN,
                        'Contents': panel(demisto.incident() or {}, calls if isinstance(calls, list) else [calls])})
    except Exception as error:
        return_error('Failed to execute PortCallPanel: %s' % error)

if __name__ in ('__main__', '__builtin__', 'builtins'):
    main()
