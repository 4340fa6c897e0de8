import demistomock as demisto  # noqa: F401
from CommonServerPython import *  # noqa: F401

import json


def text_of(entry):
    """What of an entry belongs in a hand-over."""
    shown = entry.get('HumanReadable') or entry.get('Contents')
    return shown if isinstance(shown, str) else json.dumps(shown, sort_keys=True)


def notes_of(entries):
    return [entry for entry in entries if entry.get('Type') == EntryType.NOTE
            and (entry.get('Note') or 'handover' in (entry.get('Tags') or []))]


def report(incident, notes, waiting):
    lines = ['# Hand-over: %s' % (incident.get('name') or 'no incident'), '']
    lines += ['- %s' % text_of(entry).replace('\n', ' ') for entry in notes] or ['Nothing was noted.']
    if waiting:
        lines += ['', 'Waiting for a berth: %s' % ', '.join(waiting)]
    return '\n'.join(lines) + '\n'


def main():
    try:
        args = demisto.args()
        investigation = demisto.investigation().get('id')
        # Errors among them are the investigation's own, not one of the command.
        entries = demisto.executeCommand('getEntries', {'id': investigation}) or []
        notes = notes_of(entries)
        waiting = argToList(demisto.get(demisto.context(), 'Harbour.Waiting'))
        text = report(demisto.incident() or {}, notes, waiting)
        execute_command('addEntries', {'id': investigation, 'entries': json.dumps([
            {'Type': EntryType.NOTE, 'ContentsFormat': EntryFormat.MARKDOWN, 'Contents': text, 'Note': True}])})
        if waiting and argToBoolean(args.get('clear') or False):
            execute_command('DeleteContext', {'key': 'Harbour.Waiting'})
        return_results([
            CommandResults(outputs_prefix='Harbour.Handover', outputs_key_field='Officer',
                           outputs={'Officer': args['officer'], 'Notes': len(notes), 'Waiting': waiting},
                           readable_output='%d notes are handed over to %s.' % (len(notes), args['officer'])),
            fileResult('handover.md', text, EntryType.ENTRY_INFO_FILE),
        ])
    except Exception as error:
        return_error('Failed to execute ShiftHandover: %s' % error)

if __name__ in ('__main__', '__builtin__', 'builtins'):
    main()
