"""Errors and warnings: how a command says that something went wrong."""

MAX_ERROR_MESSAGE_LENGTH = 50000  # characters
_BERTH_RAISING_COMMANDS = ('fetch-incidents', 'fetch-credentials', 'long-running-execution', 'fetch-indicators')


class DemistoException(Exception):
    """An error of content's own, with the exception or HTTP answer that caused it."""

    def __init__(self, message, exception=None, res=None, error_type=None, *args):
        Exception.__init__(self, message, exception, error_type, *args)
        self.message = message
        self.exception = exception
        self.res = res
        self.error_type = error_type

    def __str__(self):
        return encode_string_results(self.message) if isinstance(self.message, STRING_OBJ_TYPES) else str(self.message)


def _berth_shortened(message):
    """`message` within MAX_ERROR_MESSAGE_LENGTH and a few, its middle left out."""
    left_out = len(message) - MAX_ERROR_MESSAGE_LENGTH
    if left_out <= 0:
        return message
    half = MAX_ERROR_MESSAGE_LENGTH // 2
    return '%s\n[... %d characters left out ...]\n%s' % (message[:half], left_out, message[-half:])


def return_error(message, error='', outputs=None):
    """Posts an error and ends the run. `error` is logged; the instance's secrets are masked in both.

    In debug mode the traceback is posted, too. For fetches and long-running commands, which the server watches, nothing
    is posted. Errors: Exception with the message for those; SystemExit otherwise.
    """
    command = demisto.command() if hasattr(demisto, 'command') else ''
    message = LOG.encode(message)
    kind, trace = sys.exc_info()[0], ''
    if kind is not None:
        import traceback
        trace = LOG.encode(fix_traceback_line_numbers(traceback.format_exc()))
    LOG.print_log()
    cause = fix_traceback_line_numbers(LOG.encode(error))
    parts = (message, cause, '' if trace.strip() in cause else trace)
    demisto.error('\n'.join([part for part in parts if part]))
    if trace and is_debug_mode():
        message = '%s\n\n%s' % (message, trace)
    if command in _BERTH_RAISING_COMMANDS:
        raise Exception(message)
    if command == 'get-modified-remote-data':
        # The server turns mirroring off for good on any other text, which is meant when nothing of it is there.
        if (error and not isinstance(error, NotImplementedError)) or kind != NotImplementedError:
            message = 'skip update. error: ' + message
    demisto.results({'Type': EntryType.ERROR, 'ContentsFormat': EntryFormat.TEXT,
                     'Contents': _berth_shortened(message), 'EntryContext': outputs})
    sys.exit(0)


def return_warning(message, exit=False, warning='', outputs=None, ignore_auto_extract=False):
    """Posts a warning, and ends the run when `exit`. `warning` is logged."""
    LOG.print_log()
    demisto.info('\n'.join([part for part in (LOG.encode(message), LOG.encode(warning)) if part]))
    demisto.results({'Type': EntryType.WARNING, 'ContentsFormat': EntryFormat.TEXT,
                     'IgnoreAutoExtract': ignore_auto_extract, 'Contents': str(message), 'EntryContext': outputs})
    if exit:
        sys.exit(0)


_berth_end_of_part('errors.py')
