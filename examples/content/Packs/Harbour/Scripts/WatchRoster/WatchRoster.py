import demistomock as demisto  # noqa: F401
from CommonServerPython import *  # noqa: F401

def parse(contents):
    """The names of a list's text, one a line or with commas between, in order, each once."""
    names = []
    for part in str(contents or '').replace(',', '\n').split('\n'):
        if part.strip() and part.strip() not in names:
            names.append(part.strip())
    return names


def read_list(name):
    """The names in a server list, or None where there is no such list."""
    found, contents = execute_command('getList', {'listName': name}, fail_on_error=False)
    return parse(contents) if found and 'Item not found' not in str(contents) else None


def change(action, before, vessels):
    if action == 'show':
        return before
    if action == 'replace':
        return parse(','.join(vessels))
    if action == 'add':
        return parse(','.join(before + vessels))
    known = {name.lower() for name in before}
    strangers = [name for name in vessels if name.lower() not in known]
    if strangers:
        raise DemistoException('%s: not on the list' % ', '.join(strangers))
    gone = {name.lower() for name in vessels}
    return [name for name in before if name.lower() not in gone]


def main():
    try:
        args = demisto.args()
        name, action = args.get('list') or 'HarbourWatchlist', args.get('action') or 'show'
        vessels = argToList(args.get('vessels'))
        if action != 'show' and not vessels:
            raise DemistoException('vessels: %s needs at least one' % action)
        before = read_list(name)
        after = change(action, before or [], vessels)
        if before is None and action != 'show':
            execute_command('createList', {'listName': name, 'listData': '\n'.join(after)})
        elif after != (before or []):
            execute_command('setList', {'listName': name, 'listData': '\n'.join(after)})
        outputs = {'List': name, 'Vessel': after, 'Added': [one for one in after if one not in (before or [])],
                   'Removed': [one for one in before or [] if one not in after]}
        return_results(CommandResults(
            outputs_prefix='Harbour.Roster', outputs_key_field='List', outputs=outputs,
            readable_output=tableToMarkdown('Roster %s' % name, [{'Vessel': one} for one in after])))
    except Exception as error:
        return_error('Failed to execute WatchRoster: %s' % error)

if __name__ in ('__main__', '__builtin__', 'builtins'):
    main()
