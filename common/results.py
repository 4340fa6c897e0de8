"""Results: entries, and the objects that become entries."""

EXECUTION_METRICS_SCRIPT_SKIP_MSG = 'metrics of an execution are kept for integrations only: not posted'


class IndicatorsTimeline(object):
    """Events for the timelines of indicators: one for each of `indicators`, with the same category and message."""

    def __init__(self, indicators=None, category=None, message=None):
        usual = 'Integration Update' if is_integration_command_execution() else 'Automation Update'
        self.indicators_timeline = [assign_params(Value=one, Category=category or usual, Message=message)
                                    for one in indicators or []]


class ScheduledCommand(object):
    """Has the server run `command` with `args` after `next_run_in_seconds`, 10 at least, until a result has none.

    The server gives up after `timeout_in_seconds`. `items_remaining` is shown while it goes on.
    """

    VERSION_MISMATCH_ERROR = 'commands that run again on a schedule need a server of version 6.2.0 or later'

    def __init__(self, command, next_run_in_seconds, args=None, timeout_in_seconds=None, items_remaining=0):
        self.raise_error_if_not_supported()
        if next_run_in_seconds < 10:
            demisto.info('%s: runs again in 10 seconds, the shortest time, not in %s' % (command, next_run_in_seconds))
            next_run_in_seconds = 10
        self._command = command
        self._next_run = str(next_run_in_seconds)
        self._args = args
        self._timeout = str(timeout_in_seconds) if timeout_in_seconds else None
        self._items_remaining = items_remaining

    @staticmethod
    def raise_error_if_not_supported():
        """Nothing: all servers that are left can. Content calls it."""
        return True

    @staticmethod
    def supports_polling():
        """Whether the server can run commands again."""
        return True

    def to_results(self):
        """The fields of the entry that say so."""
        return assign_params(PollingCommand=self._command, NextRun=self._next_run, PollingArgs=self._args,
                             Timeout=self._timeout, PollingItemsRemaining=self._items_remaining)


class CommandResults(object):
    """What a command found: text to read, context for later steps, and the raw answer.

    `outputs` go to the context under `outputs_prefix`, in the place of an element with the same `outputs_key_field`
    (a key or a list of them), or, with `replace_existing`, of all that is there. Without `readable_output` a table of
    the outputs is shown. Errors: ValueError, TypeError for arguments that do not go together.
    """

    def __init__(self, outputs_prefix=None, outputs_key_field=None, outputs=None, indicators=None, readable_output=None,
                 raw_response=None, indicators_timeline=None, indicator=None, ignore_auto_extract=False,
                 mark_as_note=False, tags=None, scheduled_command=None, relationships=None, entry_type=None,
                 content_format=None, execution_metrics=None, replace_existing=False):
        if outputs is not None and not isinstance(outputs, dict) and not outputs_prefix:
            raise ValueError('outputs_prefix is missing: outputs that are no dictionary need one')
        if outputs is not None and outputs_prefix == '.':
            raise ValueError("outputs_prefix '.' is no path")
        if indicators and indicator:
            raise ValueError('give indicator or indicators, not both')
        if outputs_key_field and not isinstance(outputs_key_field, STRING_TYPES + (list,)):
            raise TypeError('outputs_key_field must be a key or a list of keys, not %s'
                            % type(outputs_key_field).__name__)
        if content_format is not None and not EntryFormat.is_valid_type(content_format):
            raise TypeError("content_format '%s' is none of EntryFormat" % content_format)
        self.outputs_prefix = outputs_prefix
        self.outputs_key_field = outputs_key_field
        self.outputs = outputs
        self.indicators = indicators
        self.indicator = indicator
        self.readable_output = readable_output
        self.raw_response = outputs if raw_response is None else raw_response
        self.indicators_timeline = indicators_timeline
        self.ignore_auto_extract = ignore_auto_extract
        self.mark_as_note = mark_as_note
        self.tags = tags
        self.scheduled_command = scheduled_command
        self.relationships = relationships
        self.entry_type = EntryType.NOTE if entry_type is None else entry_type
        self.content_format = content_format
        self.execution_metrics = execution_metrics
        self.replace_existing = replace_existing

    def _berth_context_key(self):
        """The path of the outputs, with the condition under which an existing element is replaced."""
        keys = self.outputs_key_field
        if not keys:
            return str(self.outputs_prefix)
        keys = keys if isinstance(keys, list) else [keys]
        return '%s(%s)' % (self.outputs_prefix, ' && '.join(['val.%s && val.%s == obj.%s' % (key, key, key)
                                                             for key in keys]))

    def _berth_context(self):
        context = {}
        for indicator in [self.indicator] if self.indicator else self.indicators or []:
            for key, value in indicator.to_context().items():
                context.setdefault(key, []).append(value)
        if self.outputs is None or self.outputs == []:
            return context
        if not self.outputs_prefix:
            context.update(self.outputs)
        elif self.replace_existing:
            parent, _, last = self.outputs_prefix.rpartition('.')
            if not parent:
                raise DemistoException("outputs_prefix '%s': replace_existing needs a path with a dot"
                                       % self.outputs_prefix)
            context[parent + '(true)'] = {last: self.outputs}
        else:
            context[self._berth_context_key()] = self.outputs
        return context

    def _berth_readable(self):
        if self.readable_output:
            return self.readable_output
        if self.outputs is None or self.outputs == [] or not isinstance(self.outputs, (dict, list)):
            return None if self.outputs == [] else self.outputs
        is_plain = isinstance(self.outputs, list) and not isinstance(self.outputs[0], dict)
        return tableToMarkdown('Results', self.outputs, headers=[self.outputs_prefix] if is_plain else None)

    def to_context(self):
        """The entry. Errors: DemistoException when replace_existing was asked for a path without a dot."""
        raw, form, kind = self.raw_response, self.content_format, self.entry_type
        if self.execution_metrics:
            raw, form, kind = 'Metrics reported successfully.', EntryFormat.TEXT, EntryType.EXECUTION_METRICS
        if form is None:
            form = EntryFormat.TEXT if isinstance(raw, STRING_TYPES + (int,)) else EntryFormat.JSON
        relationships = [one.to_entry() for one in self.relationships or []]
        entry = {
            'Type': kind,
            'ContentsFormat': form,
            'Contents': raw,
            'HumanReadable': self._berth_readable(),
            'EntryContext': self._berth_context(),
            'IndicatorTimeline': self.indicators_timeline.indicators_timeline if self.indicators_timeline else [],
            'IgnoreAutoExtract': bool(self.ignore_auto_extract),
            'Note': bool(self.mark_as_note),
            'Relationships': [one for one in relationships if one],
        }
        if self.tags:
            entry['Tags'] = self.tags
        if self.scheduled_command:
            entry.update(self.scheduled_command.to_results())
        if self.execution_metrics:
            entry['APIExecutionMetrics'] = self.execution_metrics
        return entry


def _berth_result_of(results):
    """What demisto.results() takes for one of the objects of this library; other values as they are."""
    if isinstance(results, CommandResults):
        return results.to_context()
    # Widgets, answers of mirroring, and what content makes itself.
    for method in ('to_display', 'extract_mapping', 'extract_for_local', 'to_entry'):
        if hasattr(results, method):
            return getattr(results, method)()
    return results


def return_results(results):
    """Posts CommandResults, entries, widgets, answers of mirroring, plain values, or a list of them.

    Of a list the objects are posted first, each by itself, then its dictionaries and texts together, as other servers
    have it. Metrics are posted for integrations only.
    """
    together = []
    for one in results if results and isinstance(results, list) else [results]:
        is_plain = one is not results and isinstance(one, (dict,) + STRING_OBJ_TYPES)
        if one is not results and not is_plain:
            return_results(one)
            continue
        found = _berth_result_of(one)
        is_metrics = isinstance(found, dict) and found.get('Type') == EntryType.EXECUTION_METRICS
        if is_metrics and not is_integration_command_execution():
            demisto.debug(EXECUTION_METRICS_SCRIPT_SKIP_MSG)
        elif is_plain:
            together.append(found)
        else:
            demisto.results(found)
    if together:
        demisto.results(together)


def return_outputs(readable_output, outputs=None, raw_response=None, timeline=None, ignore_auto_extract=False):
    """Posts text to read, context, and the raw answer, which defaults to the context, or else to the text.

    `timeline`: an event for an indicator's timeline, or a list of them.
    """
    events = [timeline] if isinstance(timeline, dict) else timeline
    for event in events or []:
        event.setdefault('Category', 'Integration Update')
    raw, form = raw_response, EntryFormat.TEXT if isinstance(raw_response, STRING_TYPES) else EntryFormat.JSON
    if readable_output and not outputs and not raw_response:
        raw, form = readable_output, EntryFormat.TEXT
    elif outputs and raw_response is None:
        raw = outputs
    demisto.results({
        'Type': EntryType.NOTE, 'HumanReadable': readable_output, 'ContentsFormat': form, 'Contents': raw,
        'EntryContext': outputs, 'IgnoreAutoExtract': ignore_auto_extract, 'IndicatorTimeline': events,
    })


class ExecutionMetrics(object):
    """How many requests ended in what. `metrics` is None, or the CommandResults that report them.

    The counts are attributes, success, quota_error and so on; setting one brings `metrics` up to date.
    """

    _berth_kinds = (
        ('success', ErrorTypes.SUCCESS), ('quota_error', ErrorTypes.QUOTA_ERROR),
        ('general_error', ErrorTypes.GENERAL_ERROR), ('auth_error', ErrorTypes.AUTH_ERROR),
        ('service_error', ErrorTypes.SERVICE_ERROR), ('connection_error', ErrorTypes.CONNECTION_ERROR),
        ('proxy_error', ErrorTypes.PROXY_ERROR), ('ssl_error', ErrorTypes.SSL_ERROR),
        ('timeout_error', ErrorTypes.TIMEOUT_ERROR), ('retry_error', ErrorTypes.RETRY_ERROR))

    def __init__(self, success=0, quota_error=0, general_error=0, auth_error=0, service_error=0, connection_error=0,
                 proxy_error=0, ssl_error=0, timeout_error=0, retry_error=0):
        self._metrics = []
        self.metrics = None
        given = (success, quota_error, general_error, auth_error, service_error, connection_error, proxy_error,
                 ssl_error, timeout_error, retry_error)
        for (name, _), value in zip(self._berth_kinds, given):
            setattr(self, name, value)

    def __setattr__(self, name, value):
        object.__setattr__(self, name, value)
        kind = dict(self._berth_kinds).get(name)
        if kind:
            self.update_metrics(kind, value)

    @staticmethod
    def is_supported():
        """Whether the server keeps metrics."""
        return is_demisto_version_ge('6.8.0')

    def get_metric_list(self):
        """The counts that are not 0, as the server takes them."""
        return self._metrics

    def update_metrics(self, metric_type, metric_value):
        """Sets the count of one kind."""
        if metric_value <= 0:
            return
        for metric in self._metrics:
            if metric['Type'] == metric_type:
                metric['APICallsCount'] = metric_value
                break
        else:
            self._metrics.append({'Type': metric_type, 'APICallsCount': metric_value})
        self.metrics = CommandResults(execution_metrics=self._metrics)


def append_metrics(execution_metrics, results):
    """`results` with the metrics at its end when there are any and the server keeps them."""
    if execution_metrics.metrics is not None and execution_metrics.is_supported():
        results.append(execution_metrics.metrics)
    return results


class PollResult(object):
    """What a polling function found: `response` when it is done, otherwise what to go on with.

    `continue_to_poll`: whether to run again, or a function that tells. `args_for_next_run`: the same arguments when
    None. `partial_result`: CommandResults to post although it goes on.
    """

    def __init__(self, response, continue_to_poll=False, args_for_next_run=None, partial_result=None):
        self.response = response
        self.continue_to_poll = continue_to_poll
        self.args_for_next_run = args_for_next_run
        self.partial_result = partial_result


def polling_function(name, interval=30, timeout=600, poll_message='Fetching Results:', polling_arg_name='polling',
                     requires_polling_arg=True):
    """A decorator of functions that take the arguments first and return a PollResult.

    While that says to go on, the command `name` runs again every `interval` seconds for `timeout` seconds at most. It
    is shown `poll_message` once: the argument hide_polling_output is set from then on. Without the argument
    `polling_arg_name`, where that is required, the function runs once, and its response is returned.
    """
    def decorate(func):
        def poll(args, *arguments, **kwargs):
            found = func(args, *arguments, **kwargs)
            if requires_polling_arg and not argToBoolean(args.get(polling_arg_name, False)):
                return found.response
            goes_on = found.continue_to_poll
            if not (goes_on if isinstance(goes_on, bool) else goes_on()):
                return found.response
            shown = None if args.get('hide_polling_output') else poll_message
            next_args = found.args_for_next_run or args
            next_args['hide_polling_output'] = True
            answer = found.partial_result or CommandResults(readable_output=shown)
            answer.scheduled_command = ScheduledCommand(command=name, next_run_in_seconds=interval, args=next_args,
                                                        timeout_in_seconds=timeout)
            return answer
        poll.__name__ = func.__name__
        poll.__doc__ = func.__doc__
        return poll
    return decorate


_berth_end_of_part('results.py')
