"""Other commands and scripts: running them, and what they return."""


def _berth_is_error_entry(entry):
    return isinstance(entry, dict) and entry.get('Type') == EntryType.ERROR


def is_error(execute_command_result):
    """Whether an entry, or any of a list of entries, is an error."""
    if isinstance(execute_command_result, list):
        return any(_berth_is_error_entry(entry) for entry in execute_command_result)
    return _berth_is_error_entry(execute_command_result)


isError = is_error


def get_error(execute_command_result):
    """The contents of an error entry, or of all of a list joined by line ends. Errors: ValueError for none."""
    if not is_error(execute_command_result):
        raise ValueError('get_error: there is no error entry; ask is_error first')
    if isinstance(execute_command_result, dict):
        return execute_command_result.get('Contents')
    return '\n'.join([_berth_text(entry.get('Contents')) for entry in execute_command_result
                      if _berth_is_error_entry(entry)])


def execute_command(command, args, extract_contents=True, fail_on_error=True):
    """Runs a command or script. Returns the contents of its entry, of several a list of contents, or the entries.

    With `fail_on_error` off returns (whether it went well, that or the error's text).
    Errors: DemistoException when an entry is an error, ValueError when the command is unknown; with
    `fail_on_error` alone.
    """
    if not hasattr(demisto, 'executeCommand'):
        raise DemistoException('command %s: integrations cannot run commands' % command)
    try:
        entries = demisto.executeCommand(command, args)
    except ValueError as error:
        if fail_on_error:
            raise
        return False, str(error)
    if is_error(entries):
        problem = get_error(entries)
        if fail_on_error:
            raise DemistoException('Failed to execute %s. Its errors:\n%s' % (command, problem))
        return False, problem
    found = entries
    if extract_contents:
        found = [entry.get('Contents', {}) if isinstance(entry, dict) else entry for entry in entries or []
                 if not isinstance(entry, dict) or entry.get('Type') != EntryType.DEBUG_MODE_FILE]
        found = found[0] if len(found) == 1 else found
    return found if fail_on_error else (True, found)


class CommandRunner(object):
    """Runs several commands, and keeps what each instance returned."""

    class Command(object):
        """Commands and, for each, its arguments; one command may stand for several arguments.

        `brand`, `instance`: run on this integration, this instance alone. Errors: DemistoException.
        """

        def __init__(self, commands, args_lst, brand=None, instance=None):
            if isinstance(args_lst, dict) and isinstance(commands, STRING_OBJ_TYPES):
                args_lst = [args_lst]
            if isinstance(args_lst, list) and isinstance(commands, STRING_OBJ_TYPES):
                commands = [commands] * len(args_lst)
            self._is_valid(commands, args_lst)
            self.commands = commands
            self.args_lst = args_lst
            for args in args_lst:
                args.update(assign_params(**{'using-brand': brand, 'using': instance}))

        @staticmethod
        def _is_valid(commands, args_lst):
            for name, value in (('commands', commands), ('args_lst', args_lst)):
                if not isinstance(value, list):
                    raise DemistoException('%s must be a list, not %s' % (name, type(value).__name__))
            if len(commands) != len(args_lst):
                raise DemistoException('%d commands cannot take %d times arguments' % (len(commands), len(args_lst)))

    class Result(object):
        """What one instance returned for one command."""

        def __init__(self, command, args, brand, instance, result):
            self.command = command
            self.args = args
            self.brand = brand
            self.instance = instance
            self.result = result

    @staticmethod
    def execute_commands(command, extract_contents=True):
        """Runs a Command. Returns (results, errors), lists of Result. Commands that are unknown are passed over."""
        results, errors = [], []
        for name, args in zip(command.commands, command.args_lst):
            try:
                entries = demisto.executeCommand(name, args) or []
            except ValueError as error:
                demisto.debug('%s: not supported here: %s' % (name, error))
                continue
            for entry in entries:
                is_entry = isinstance(entry, dict)
                brand, instance = [entry.get(key, 'Unknown') if is_entry else 'Unknown'
                                   for key in ('Brand', 'ModuleName')]
                found, value = results, entry
                if is_error(entry):
                    found, value = errors, get_error(entry)
                elif extract_contents and is_entry:
                    value = entry.get('Contents', {})
                found.append(CommandRunner.Result(name, args, brand, instance, {} if value is None else value))
        return results, errors

    @staticmethod
    def run_commands_with_summary(commands):
        """Runs a list of Commands. Returns their entries and, last, a table of how each went, for return_results().

        Errors: DemistoException when none returned anything but errors.
        """
        results, errors = [], []
        for command in commands:
            more = CommandRunner.execute_commands(command, extract_contents=False)
            results += more[0]
            errors += more[1]
        if not results:
            if errors:
                raise DemistoException('All commands failed:\n' + '\n'.join(
                    ['%s: %s' % (one.instance, one.result) for one in errors]))
            raise DemistoException('No instance has any of the commands: set up an integration that does')
        summary = CommandRunner.get_results_summary(results, errors)
        for one in results:
            if isinstance(one.result, dict) and one.result.get('HumanReadable'):
                one.result['HumanReadable'] = '***%s (%s)***\n%s' % (one.brand, one.instance,
                                                                     one.result['HumanReadable'])
        return [one.result for one in results] + [CommandResults(readable_output=summary)]

    @staticmethod
    def get_results_summary(results, errors):
        """A Markdown table of lists of Result."""
        rows = []
        for outcome, found in (('Success', results), ('Error', errors)):
            for one in found:
                for name in ('using', 'using-brand'):
                    one.args.pop(name, None)
                comment = one.result
                if outcome == 'Success':
                    is_entry = isinstance(one.result, dict)
                    comment = one.result.get('Contents', 'No contents, see the entry') if is_entry else None
                rows.append({'Instance': '***%s***: %s' % (one.brand, one.instance), 'Result': outcome,
                             'Command': {'command': one.command, 'args': one.args}, 'Comment': comment})
        return tableToMarkdown('Results Summary', rows, headers=['Instance', 'Command', 'Result', 'Comment'],
                               is_auto_json_transform=True)


_berth_end_of_part('commands.py')
