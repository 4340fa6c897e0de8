"""Berth's common library: what content finds in its globals when the loaded packs bring no library of their own.

It is put before the item's code and executed on every cold call, so nothing heavy is imported before it is used.
Names, arguments and results are those that published content relies on.
"""
import os
import sys
import time

IS_PY3 = sys.version_info[0] == 3
PY_VER_MINOR = sys.version_info[1]
STRING_TYPES = (str, bytes) if IS_PY3 else (str, unicode)  # type: ignore # noqa: F821
STRING_OBJ_TYPES = (str,) if IS_PY3 else STRING_TYPES


class _LazyModule(object):
    """Stands for a module that content expects to find imported, and imports it on first use."""

    def __init__(self, name):
        self.__dict__['_name'] = name

    def __getattr__(self, attribute):
        __import__(self._name)
        module = globals()[self._name] = sys.modules[self._name]
        return getattr(module, attribute)

    def __setattr__(self, attribute, value):
        __import__(self._name)
        setattr(sys.modules[self._name], attribute, value)


base64 = _LazyModule('base64')
json = _LazyModule('json')
re = _LazyModule('re')
requests = _LazyModule('requests')
traceback = _LazyModule('traceback')

# --- line numbers ----------------------------------------------------------------------------------------------------

_MODULE_LINES = {}


def __line__():
    """The line of the caller in the assembled code."""
    return sys._getframe(1).f_lineno


def register_module_line(module_name, start_end, line, wrapper=0):
    """Notes where the code of `module_name` starts or ends in the assembled code.

    `line` is that of the call itself. `wrapper` is added to it for the first or last line that was put in for this
    module, so that lines after it can be told as they stand in the file around it.
    """
    block = _MODULE_LINES.setdefault(module_name, {'start': 0, 'end': float('inf'), 'first': 0, 'last': float('inf')})
    if start_end not in ('start', 'end') or not isinstance(line, int) or line < 0:
        demisto.info('register_module_line: ignored %r, %r, %r' % (module_name, start_end, line))
        return
    block[start_end] = line
    block['first' if start_end == 'start' else 'last'] = line + wrapper


def _blocks_within(module_name):
    """The blocks that stand directly in that of `module_name`."""
    outer = _MODULE_LINES[module_name]
    inner = [block for name, block in _MODULE_LINES.items()
             if name != module_name and outer['start'] < block['start'] and block['end'] < outer['end']]
    return [block for block in inner
            if not any(other['start'] < block['start'] and block['end'] < other['end'] for other in inner)]


def _line_in_file(line):
    """(module name or None, line in that module's own file) of a line of the assembled code."""
    around = [name for name, block in _MODULE_LINES.items() if block['start'] <= line <= block['end']]
    if not around:
        return None, line
    name = max(around, key=lambda one: _MODULE_LINES[one]['start'])
    put_in = sum(block['last'] - block['first'] for block in _blocks_within(name) if block['last'] < line)
    return name, line - _MODULE_LINES[name]['start'] - put_in


def fix_traceback_line_numbers(trace_str):
    """`trace_str` with the frames of the assembled code told by module and line of the module's own file."""
    def fixed(match):
        name, line = _line_in_file(int(match.group(1)))
        return 'File "<%s>", line %d' % (name or 'string', line)
    return re.sub(r'File "<string>", line (\d+)', fixed, trace_str)


# --- entries ---------------------------------------------------------------------------------------------------------


class EntryType(object):
    NOTE = 1
    DOWNLOAD_AGENT = 2
    FILE = 3
    ERROR = 4
    PINNED = 5
    USER_MANAGEMENT = 6
    IMAGE = 7
    PLAYGROUND_ERROR = 8
    ENTRY_INFO_FILE = 9
    VIDEO_FILE = 10
    WARNING = 11
    STATIC_VIDEO_FILE = 12
    MAP_ENTRY_TYPE = 15
    DEBUG_MODE_FILE = 16
    WIDGET = 17
    EXECUTION_METRICS = 19


class EntryFormat(object):
    HTML = 'html'
    TABLE = 'table'
    JSON = 'json'
    TEXT = 'text'
    DBOT_RESPONSE = 'dbotCommandResponse'
    MARKDOWN = 'markdown'

    @classmethod
    def is_valid_type(cls, _type):
        return _type in (cls.HTML, cls.TABLE, cls.JSON, cls.TEXT, cls.DBOT_RESPONSE, cls.MARKDOWN)


entryTypes = {
    'note': 1, 'downloadAgent': 2, 'file': 3, 'error': 4, 'pinned': 5, 'userManagement': 6, 'image': 7,
    'playgroundError': 8, 'entryInfoFile': 9, 'warning': 11, 'map': 15, 'debug': 16, 'widget': 17,
}
formats = {
    'html': 'html', 'table': 'table', 'json': 'json', 'text': 'text', 'dbotResponse': 'dbotCommandResponse',
    'markdown': 'markdown',
}


def isError(entry):
    """Whether an entry, or the first of a list, is an error."""
    if isinstance(entry, list):
        entry = entry[0] if entry else None
    return isinstance(entry, dict) and entry.get('Type') == EntryType.ERROR


def is_error(execute_command_response):
    """Whether any of the entries that a command returned is an error."""
    if isinstance(execute_command_response, list):
        return any(isError(entry) for entry in execute_command_response)
    return isError(execute_command_response)


def get_error(execute_command_response):
    """The text of all error entries. Errors: ValueError when there is none."""
    entries = execute_command_response if isinstance(execute_command_response, list) else [execute_command_response]
    if not is_error(entries):
        raise ValueError('get_error: none of the %d entries is an error' % len(entries))
    return '\n'.join([str(entry.get('Contents')) for entry in entries if isError(entry)])


def execute_command(command, args, extract_contents=True, fail_on_error=True):
    """Runs a command or script. Returns its contents (of a single entry itself, of several a list).

    With `fail_on_error` off returns (whether it went well, contents or the error's text).
    Errors: DemistoException when the command is unknown or one of its entries is an error, and `fail_on_error` is on.
    """
    try:
        entries = demisto.executeCommand(command, args)
        problem = get_error(entries) if is_error(entries) else None
    except ValueError as error:
        entries, problem = [], str(error)
    if problem is not None:
        if fail_on_error:
            raise DemistoException('command %s: %s' % (command, problem))
        return False, problem
    result = entries
    if extract_contents and isinstance(entries, list):
        contents = [entry.get('Contents', {}) if isinstance(entry, dict) else entry for entry in entries]
        result = contents[0] if len(contents) == 1 else contents
    return result if fail_on_error else (True, result)


def return_outputs(readable_output, outputs=None, raw_response=None, timeline=None, ignore_auto_extract=False):
    raw = raw_response if raw_response else outputs
    demisto.results({
        'Type': EntryType.NOTE,
        'HumanReadable': readable_output,
        'ContentsFormat': EntryFormat.TEXT if isinstance(raw, STRING_TYPES + (int,)) else EntryFormat.JSON,
        'Contents': raw,
        'EntryContext': outputs,
        'IgnoreAutoExtract': ignore_auto_extract,
        'IndicatorTimeline': [dict({'Category': 'Integration Update'}, **one) for one in timeline] if timeline else [],
    })


def return_warning(message, exit=False, warning='', outputs=None, ignore_auto_extract=False):
    """Posts a warning; with `exit` ends the run."""
    demisto.debug(warning or message)
    demisto.results({
        'Type': EntryType.WARNING,
        'ContentsFormat': EntryFormat.TEXT,
        'IgnoreAutoExtract': ignore_auto_extract,
        'Contents': str(message),
        'EntryContext': outputs,
    })
    if exit:
        sys.exit(0)


_RAISING_COMMANDS = ('fetch-incidents', 'fetch-credentials', 'long-running-execution', 'fetch-indicators')
_ERROR_LIMIT = 50000


def return_error(message, error='', outputs=None):
    """Posts an error and ends the run. For fetches and long-running commands, which the server watches, raises."""
    command = demisto.command()
    message = message if isinstance(message, STRING_OBJ_TYPES) else str(message)
    if len(message) > _ERROR_LIMIT:
        half = _ERROR_LIMIT // 2
        message = '%s\n[... %d characters left out ...]\n%s' % (
            message[:half], len(message) - 2 * half, message[-half:])
    if command == 'get-modified-remote-data' and not isinstance(error, NotImplementedError):
        message = 'skip update. error: ' + message
    trace = ''
    if sys.exc_info()[0] is not None:
        trace = fix_traceback_line_numbers(traceback.format_exc())
    demisto.error('\n'.join([part for part in (message, str(error), trace) if part]))
    if demisto.is_debug and trace:
        message += '\n' + trace
    if command in _RAISING_COMMANDS:
        raise Exception(message)
    demisto.results({'Type': EntryType.ERROR, 'ContentsFormat': EntryFormat.TEXT, 'Contents': message,
                     'EntryContext': outputs})
    sys.exit(0)


def return_results(results):
    """Posts CommandResults, entries, plain values or a list of them."""
    if isinstance(results, list) and results:
        demisto.results([one.to_context() if hasattr(one, 'to_context') else one for one in results])
    else:
        demisto.results(results.to_context() if hasattr(results, 'to_context') else results)


class CommandResults(object):
    """What a command found: text to read, context for later steps, and the raw answer."""

    def __init__(self, outputs_prefix=None, outputs_key_field=None, outputs=None, indicators=None, readable_output=None,
                 raw_response=None, indicators_timeline=None, indicator=None, ignore_auto_extract=False,
                 mark_as_note=False, scheduled_command=None, relationships=None, entry_type=None, content_format=None,
                 execution_metrics=None, replace_existing=False, tags=None):
        if indicators and indicator:
            raise ValueError('give either indicator or indicators, not both')
        if content_format is not None and not EntryFormat.is_valid_type(content_format):
            raise TypeError("content_format '%s' is none of EntryFormat" % content_format)
        if outputs_prefix == '.' or (outputs is not None and not isinstance(outputs, dict) and not outputs_prefix):
            raise ValueError("outputs_prefix is missing (or '.'): outputs that are no dictionary need one")
        if isinstance(outputs_key_field, STRING_TYPES):
            outputs_key_field = [outputs_key_field]
        if not (outputs_key_field is None or isinstance(outputs_key_field, list)):
            raise TypeError('outputs_key_field must be a string or a list of strings')
        self.outputs_prefix = outputs_prefix
        self.outputs_key_field = outputs_key_field
        self.outputs = outputs
        self.indicators = indicators or ([indicator] if indicator else [])
        self.readable_output = readable_output
        self.raw_response = raw_response
        self.indicators_timeline = indicators_timeline
        self.ignore_auto_extract = ignore_auto_extract
        self.mark_as_note = mark_as_note
        self.scheduled_command = scheduled_command
        self.relationships = relationships
        self.entry_type = EntryType.NOTE if entry_type is None else entry_type
        self.content_format = content_format
        self.execution_metrics = execution_metrics
        self.replace_existing = replace_existing
        self.tags = tags

    def _outputs_key(self):
        """The context path of the outputs, with the condition under which an existing element is replaced."""
        if self.replace_existing:
            parent, _, _ = self.outputs_prefix.rpartition('.')
            if not parent:
                raise DemistoException("outputs_prefix '%s': replace_existing needs a dotted path"
                                       % self.outputs_prefix)
            return parent + '(true)'
        if not self.outputs_key_field:
            return self.outputs_prefix
        return '%s(%s)' % (self.outputs_prefix,
                           ' && '.join(['val.%s && val.%s == obj.%s' % (key, key, key)
                                        for key in self.outputs_key_field]))

    def _entry_context(self):
        context = {}
        for indicator in self.indicators:
            for key, value in indicator.to_context().items():
                context.setdefault(key, []).append(value)
        if self.outputs is None or self.outputs == []:
            return context
        if not self.outputs_prefix:
            context.update(self.outputs)
        elif self.replace_existing:
            context[self._outputs_key()] = {self.outputs_prefix.rpartition('.')[2]: self.outputs}
        else:
            context[self._outputs_key()] = self.outputs
        return context

    def to_context(self):
        """The entry."""
        if self.execution_metrics:
            return {'Type': EntryType.EXECUTION_METRICS, 'ContentsFormat': EntryFormat.TEXT,
                    'Contents': 'Metrics reported successfully.', 'APIExecutionMetrics': self.execution_metrics}
        raw = self.raw_response if self.raw_response is not None else self.outputs
        readable = self.readable_output
        if readable is None and self.outputs is not None:
            readable = tableToMarkdown('Results', self.outputs)
        plain = isinstance(raw, STRING_TYPES + (int,))
        entry = {
            'Type': self.entry_type,
            'ContentsFormat': self.content_format or (EntryFormat.TEXT if plain else EntryFormat.JSON),
            'Contents': raw,
            'HumanReadable': readable,
            'EntryContext': self._entry_context(),
            'IndicatorTimeline': self.indicators_timeline or [],
            'IgnoreAutoExtract': bool(self.ignore_auto_extract),
            'Note': bool(self.mark_as_note),
            'Relationships': [one.to_entry() for one in self.relationships or []],
        }
        if self.tags:
            entry['Tags'] = self.tags
        if self.scheduled_command:
            entry.update(self.scheduled_command.to_results())
        return entry


def fileResult(filename, data, file_type=None):
    """Writes `data` to the working directory and returns the entry under which the server picks it up."""
    if not isinstance(data, bytes):
        data = data.encode('utf-8')
    file_id = demisto.uniqueFile()
    with open('%s_%s' % (demisto.investigation().get('id', ''), file_id), 'wb') as handed_over:
        handed_over.write(data)
    return {'Contents': '', 'ContentsFormat': EntryFormat.TEXT, 'Type': file_type or EntryType.FILE,
            'File': filename.replace('../', ''), 'FileID': file_id}


# --- Markdown --------------------------------------------------------------------------------------------------------


def stringEscapeMD(st, minimal_escaping=False, escape_multiline=False):
    """`st` with the characters escaped that Markdown gives a meaning."""
    for mark in '|' if minimal_escaping else '\\`*_{}[]()#+-!|':
        st = st.replace(mark, '\\' + mark)
    return st.replace('\r\n', '<br>').replace('\r', '<br>').replace('\n', '<br>') if escape_multiline else st


def formatCell(data, is_pretty=True, json_transform=None):
    """The text of a table's cell: lists joined by commas, dictionaries as lines of key and value."""
    if json_transform is not None:
        return json_transform(data)
    if isinstance(data, bytes) and IS_PY3:
        return data.decode('utf-8', 'replace')
    if isinstance(data, STRING_OBJ_TYPES):
        return data
    if isinstance(data, dict):
        return '\n'.join(['%s: %s' % (key, formatCell(value, is_pretty)) for key, value in data.items()])
    if isinstance(data, (list, tuple, set)):
        return (',\n' if is_pretty else ',').join([formatCell(one, is_pretty) for one in data])
    return '' if data is None else str(data)


def _table_headers(rows, headers, sort_headers):
    if isinstance(headers, STRING_OBJ_TYPES):
        return [headers]
    if headers:
        return list(headers)
    found = []
    for row in rows:
        found.extend([key for key in row if key not in found])
    return sorted(found, key=str) if sort_headers else found


def _link_cell(value):
    links = value if isinstance(value, list) else [value]
    return ',<br>'.join(['[%s](%s)' % (link, link) for link in links if link])


def tableToMarkdown(name, t, headers=None, headerTransform=None, removeNull=False, metadata=None, url_keys=None,
                    date_fields=None, json_transform_mapping=None, is_auto_json_transform=False, sort_headers=True):
    """A Markdown table under the title `name`: one line a dictionary of `t`, one column a header.

    `t` may be one dictionary, or a list of plain values with a single header. `date_fields` hold milliseconds.
    """
    rows = t if isinstance(t, list) else [t] if t else []
    title = '### %s\n' % name if name else ''
    if metadata:
        title += metadata + '\n'
    if not rows:
        return title + '**No entries.**\n'
    if not isinstance(rows[0], dict):
        if isinstance(headers, list) and len(headers) > 1:
            raise ValueError('tableToMarkdown: plain values fill one column, %d headers were given' % len(headers))
        only = headers if isinstance(headers, STRING_OBJ_TYPES) else headers[0] if headers else 'Results'
        headers, rows = [only], [{only: row} for row in rows]
    headers = _table_headers(rows, headers, sort_headers)
    if removeNull:
        headers = [key for key in headers if any(row.get(key) not in (None, '', [], {}) for row in rows)]
    transforms = json_transform_mapping or {}

    def cell(row, key):
        value = row.get(key)
        if date_fields and key in date_fields and value is not None:
            try:
                return time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(int(value) / 1000))
            except (TypeError, ValueError):
                pass
        if url_keys and key in url_keys:
            return _link_cell(value)
        transform = transforms.get(key)
        text = formatCell(value, True, getattr(transform, 'json_to_str', transform))
        return stringEscapeMD(text, minimal_escaping=True, escape_multiline=True)

    shown = [headerTransform(key) if headerTransform else str(key) for key in headers]
    lines = ['|%s|' % '|'.join(shown), '|%s|' % '|'.join(['---'] * len(headers))]
    lines += ['| %s |' % ' | '.join([cell(row, key) for key in headers]) for row in rows]
    return title + '\n'.join(lines) + '\n'


def underscoreToCamelCase(s, upper_camel=True):
    if not isinstance(s, STRING_OBJ_TYPES):
        return s
    return camelize_string(s, '_', upper_camel)


def camelize_string(src_str, delim='_', upper_camel=True):
    parts = [part for part in src_str.split(delim) if part]
    words = ''.join([part[:1].upper() + part[1:] for part in parts])
    return words if upper_camel else words[:1].lower() + words[1:]


def camelize(src, delim=' ', upper_camel=True):
    """`src` with the keys of its dictionaries in camel case."""
    if isinstance(src, dict):
        return dict([(camelize_string(key, delim, upper_camel), value) for key, value in src.items()])
    if isinstance(src, list):
        return [camelize(one, delim, upper_camel) for one in src]
    return camelize_string(src, delim, upper_camel) if isinstance(src, STRING_OBJ_TYPES) else src


def pascalToSpace(s):
    """'OneTwo' as 'One Two'."""
    return re.sub(r'(?<=[a-z0-9])(?=[A-Z])', ' ', s) if isinstance(s, STRING_OBJ_TYPES) else s


def string_to_table_header(string):
    """'some_header' as 'Some Header'. Errors: TypeError when it is no text."""
    if not isinstance(string, STRING_OBJ_TYPES):
        raise TypeError('a table header must be text, not %s' % type(string).__name__)
    return ' '.join([word[:1].upper() + word[1:] for word in string.replace('_', ' ').split()])


# --- arguments and values --------------------------------------------------------------------------------------------


def argToBoolean(value):
    """True and False as they are; yes, no, true, false, y, n, t, f, 1, 0 in any case. Errors: ValueError."""
    if isinstance(value, bool):
        return value
    if isinstance(value, STRING_OBJ_TYPES):
        word = value.strip().lower()
        if word in ('y', 'yes', 't', 'true', 'on', '1'):
            return True
        if word in ('n', 'no', 'f', 'false', 'off', '0'):
            return False
    raise ValueError('neither yes nor no: %r' % (value,))


def argToList(arg, separator=',', transform=None):
    """A list as it is; text that is a JSON array as that; other text cut at the separator and trimmed."""
    if not arg:
        return []
    found = [arg]
    if isinstance(arg, list):
        found = arg
    elif isinstance(arg, STRING_OBJ_TYPES):
        found = None
        if arg.startswith('[') and arg.endswith(']'):
            try:
                found = json.loads(arg)
            except ValueError:
                demisto.debug('argToList: not a JSON array, split at the separator: %s' % arg)
        if found is None:
            found = [part.strip() for part in arg.split(separator)]
    return [transform(one) for one in found] if transform else found


def arg_to_number(arg, arg_name=None, required=False):
    """The whole number that `arg` says, or None when it is absent. Errors: ValueError that names the argument."""
    name = '"%s"' % arg_name if arg_name else 'argument'
    if arg is None or arg == '':
        if required:
            raise ValueError('%s is missing' % name)
        return None
    try:
        whole = not isinstance(arg, STRING_OBJ_TYPES) or arg.strip().lstrip('+-').isdigit()
        return int(arg) if whole else int(float(arg))
    except (TypeError, ValueError, OverflowError):
        raise ValueError('%s is no number: %r' % (name, arg))


def arg_to_datetime(arg, arg_name=None, is_utc=True, required=False, settings=None):
    """The time that `arg` says: seconds or milliseconds of the epoch, or words that `dateparser` knows."""
    name = '"%s"' % arg_name if arg_name else 'argument'
    if arg is None or arg == '':
        if required:
            raise ValueError('%s is missing' % name)
        return None
    import datetime
    if isinstance(arg, (int, float)) or (isinstance(arg, STRING_OBJ_TYPES) and arg.isdigit()):
        stamp = float(arg)
        stamp = stamp / 1000 if stamp > 1e11 else stamp
        if not is_utc:
            return datetime.datetime.fromtimestamp(stamp)
        utc = getattr(datetime, 'timezone', None)
        return datetime.datetime.fromtimestamp(stamp, utc.utc) if utc else datetime.datetime.utcfromtimestamp(stamp)
    import dateparser
    found = dateparser.parse(arg, settings=settings or {'TIMEZONE': 'UTC'})
    if found is None:
        raise ValueError('%s is no date: %r' % (name, arg))
    return found


def assign_params(keys_to_ignore=None, values_to_ignore=None, **kwargs):
    """The keyword arguments that have a value."""
    empty = (None, '', [], {}, ()) if values_to_ignore is None else values_to_ignore
    return dict([(key, value) for key, value in kwargs.items()
                 if value not in empty and key not in (keys_to_ignore or ())])


def remove_empty_elements(d):
    """`d` without values that are None, '', [] or {}, at every depth."""
    def empty(value):
        return value is None or value in ('', [], {})
    if isinstance(d, dict):
        pairs = [(key, remove_empty_elements(value)) for key, value in d.items()]
        return dict([(key, value) for key, value in pairs if not empty(value)])
    if isinstance(d, list):
        return [value for value in map(remove_empty_elements, d) if not empty(value)]
    return d


def dict_safe_get(dict_object, keys, default_return_value=None, return_type=None, raise_return_type=True):
    """The value under the keys one after another, or the default. Errors: TypeError when it is of another type."""
    value = dict_object
    for key in keys:
        try:
            value = value[key]
        except (KeyError, TypeError, IndexError, AttributeError):
            return default_return_value
    if return_type and not isinstance(value, return_type):
        if raise_return_type:
            raise TypeError('value under %s: expected %s, found %s'
                            % ('.'.join(map(str, keys)), return_type, type(value)))
        return default_return_value
    return value


def safe_load_json(json_object):
    """What a JSON text, or the file of an entry id such as 5@7, holds. Errors: ValueError."""
    if not isinstance(json_object, STRING_OBJ_TYPES):
        return json_object
    text = json_object
    if re.match(r'^[0-9a-zA-Z]+@[0-9a-zA-Z-]+$', json_object):
        with open(demisto.getFilePath(json_object)['path'], 'rb') as source:
            text = source.read().decode('utf-8')
    try:
        return json.loads(text)
    except ValueError as error:
        raise ValueError('parse JSON text: %s' % error)


def createContext(data, id=None, keyTransform=None, removeNull=False):
    """Context for a dictionary or a list of them, keys renamed by `keyTransform`, without empty values if asked."""
    def one(value):
        pairs = [(keyTransform(key) if keyTransform else key, content) for key, content in value.items()]
        return dict([(key, content) for key, content in pairs if not removeNull or content])
    if isinstance(data, (list, tuple)):
        return [one(value) if isinstance(value, dict) else value for value in data]
    return one(data) if isinstance(data, dict) else data


def is_debug_mode():
    return bool(demisto.is_debug)


# --- HTTP ------------------------------------------------------------------------------------------------------------


class DemistoException(Exception):
    """An error of content's own, with the exception or HTTP answer that caused it."""

    def __init__(self, message, exception=None, res=None, *args):
        Exception.__init__(self, message, exception, *args)
        self.message = message
        self.exception = exception
        self.res = res

    def __str__(self):
        return str(self.message)


_PROXY_VARIABLES = ('http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY')


def handle_insecure(insecure_param_name=None):
    """Forgets the certificate bundles of the environment when the instance trusts any certificate."""
    names = [insecure_param_name] if insecure_param_name else ['insecure', 'unsecure']
    if any(demisto.params().get(name) for name in names):
        for name in ('REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE'):
            os.environ.pop(name, None)


def handle_proxy(proxy_param_name='proxy', checkbox_default_value=False, handle_insecure=True,
                 insecure_param_name=None):
    """The proxies for `requests`; without the instance's leave, takes them from the environment too."""
    proxies = {}
    if demisto.params().get(proxy_param_name, checkbox_default_value):
        for name in _PROXY_VARIABLES:
            url = os.environ.get(name)
            if url:
                if '://' not in url:
                    url = os.environ[name] = 'http://' + url
                proxies[name[:-6].lower()] = url
    else:
        skip_proxy()
    if handle_insecure:
        globals()['handle_insecure'](insecure_param_name)
    return proxies


def skip_proxy():
    for name in _PROXY_VARIABLES:
        os.environ.pop(name, None)


class BaseClient(object):
    """An HTTP client for one service. `requests` is imported with the first client."""

    REQUESTS_TIMEOUT = 60

    def __init__(self, base_url, verify=True, proxy=False, ok_codes=tuple(), headers=None, auth=None,
                 timeout=REQUESTS_TIMEOUT):
        self._base_url = base_url
        self._verify = verify
        self._ok_codes = ok_codes
        self._headers = headers
        self._auth = auth
        self.timeout = float(os.environ.get('REQUESTS_TIMEOUT') or timeout)
        self._session = requests.Session()
        if not verify:
            requests.packages.urllib3.disable_warnings()
        if proxy:
            self._session.proxies = handle_proxy(handle_insecure=False)
        else:
            skip_proxy()

    def _http_request(self, method, url_suffix='', full_url=None, headers=None, auth=None, json_data=None, params=None,
                      data=None, files=None, timeout=None, resp_type='json', ok_codes=None,
                      return_empty_response=False, retries=0, status_list_to_retry=None, backoff_factor=5,
                      raise_on_redirect=False, raise_on_status=False, error_handler=None, empty_valid_codes=None,
                      **kwargs):
        """Asks the service and returns its answer in the form `resp_type`: json, text, content, xml or response.

        Errors: DemistoException, with the answer when there was one.
        """
        address = full_url or self._base_url.rstrip('/') + '/' + url_suffix.lstrip('/')
        if retries:
            self._mount_retries(retries, status_list_to_retry, backoff_factor, raise_on_redirect, raise_on_status)
        try:
            res = self._session.request(method, address, verify=self._verify, params=params, data=data, json=json_data,
                                        files=files, headers=headers or self._headers, auth=auth or self._auth,
                                        timeout=timeout or self.timeout, **kwargs)
        except requests.exceptions.RequestException as error:
            raise DemistoException(self._cause_of(error, address), error)
        if not self._is_status_code_valid(res, ok_codes):
            (error_handler or self.client_error_handler)(res)
        if return_empty_response and res.status_code in (empty_valid_codes or [204]):
            return res
        return self._content_of(res, resp_type)

    def _mount_retries(self, retries, statuses, backoff, on_redirect, on_status):
        from requests.adapters import HTTPAdapter
        from urllib3.util.retry import Retry
        policy = Retry(total=retries, read=retries, connect=retries, status=retries, status_forcelist=statuses,
                       backoff_factor=backoff, raise_on_redirect=on_redirect, raise_on_status=on_status)
        self._session.mount('https://', HTTPAdapter(max_retries=policy))
        self._session.mount('http://', HTTPAdapter(max_retries=policy))

    def _cause_of(self, error, address):
        kinds = requests.exceptions
        if isinstance(error, kinds.ConnectTimeout):
            return "connect to '%s': no answer in time" % address
        if isinstance(error, kinds.SSLError):
            return ("connect to '%s': its certificate is not trusted (see the setting 'Trust any certificate'): %s"
                    % (address, error))
        if isinstance(error, kinds.ProxyError):
            return ("connect to '%s': the proxy refused (see the setting 'Use system proxy settings'): %s"
                    % (address, error))
        return "connect to '%s': %s" % (address, error)

    def _is_status_code_valid(self, response, ok_codes=None):
        expected = ok_codes or self._ok_codes
        return response.status_code in expected if expected else response.ok

    def client_error_handler(self, res):
        message = 'the service answered [%d] %s\n%s' % (res.status_code, res.reason, res.text)
        raise DemistoException(message, res=res)

    def _content_of(self, res, resp_type):
        resp_type = resp_type.lower()
        if resp_type == 'text':
            return res.text
        if resp_type == 'content':
            return res.content
        if resp_type not in ('json', 'xml'):
            return res
        try:
            if resp_type == 'json':
                return res.json()
            import defusedxml.ElementTree as tree
            tree.fromstring(res.text)
            return res.text
        except Exception as error:
            raise DemistoException('parse the answer as %s: %r' % (resp_type, res.content), error, res)


register_module_line('CommonServerPython', 'end', __line__())
