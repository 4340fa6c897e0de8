"""Markdown: tables, and the text of their cells."""


def flattenCell(data, is_pretty=True):
    """Text as it is; a list's elements with a comma and a line end between; other values as JSON."""
    if isinstance(data, STRING_TYPES):
        return _berth_text(data)
    if isinstance(data, list):
        return ',\n'.join([_berth_text(one) if isinstance(one, STRING_TYPES) else str(one) for one in data])
    import json
    return json.dumps(data, indent=4 if is_pretty else None, ensure_ascii=False, default=str)


class JsonTransformer(object):
    """Turns nested values into text for a table's cell.

    `flatten`: one line a key, deeper values as JSON. Otherwise an indented list of the values under `keys` (all when
    there are none), which are looked for at any depth when `is_nested`. `func` does it all instead.
    """

    def __init__(self, flatten=False, keys=None, is_nested=False, func=None):
        self.flatten = flatten
        self.keys = set(keys or ())
        self.is_nested = is_nested
        self.func = func

    def json_to_str(self, json_input, is_pretty=True):
        """The text for `json_input`."""
        if self.func:
            return self.func(json_input)
        if isinstance(json_input, STRING_TYPES):
            return _berth_text(json_input)
        if self.flatten:
            if not isinstance(json_input, dict):
                return flattenCell(json_input, is_pretty)
            return u'\n'.join([u'%s: %s' % (key, flattenCell(value, is_pretty)) for key, value in json_input.items()])
        lines, before = [], []
        for path, key, value in self.json_to_path_generator(json_input):
            lines.append(self._berth_heading(before, path) + self._berth_tabs(before, path) +
                         u'***%s***: %s' % (key, flattenCell(value, is_pretty)))
            before = path
        return '\n'.join(lines)

    def _berth_heading(self, before, path):
        """The names of the steps by which `path` leaves the one before it; an element of a list is a dash."""
        same = 0
        while same < min(len(before), len(path)) and before[same] == path[same]:
            same += 1
        return ''.join(['%s**%s**%s' % ('\t' * depth, '-' if isinstance(step, int) else step,
                                        '' if isinstance(step, int) else ':\n')
                        for depth, step in enumerate(path) if depth >= same])

    def _berth_tabs(self, before, path):
        # The first value of a list's element stands in the line of its dash.
        return '\t' if path != before and path and isinstance(path[-1], int) else '\t' * len(path)

    def json_to_path_generator(self, json_input, path=None):
        """(path of keys and indexes, key, value) of each value that is neither dictionary nor list of such."""
        path = path or []
        wanted = not self.keys or any(step in self.keys for step in path)
        if isinstance(json_input, dict):
            for key, value in json_input.items():
                if wanted or key in self.keys:
                    if isinstance(value, (dict, list)):
                        for found in self.json_to_path_generator(value, path + [key]):
                            yield found
                    else:
                        yield path, key, value
                elif self.is_nested:
                    for found in self.json_to_path_generator(value, path + [key]):
                        yield found
        elif isinstance(json_input, list) and (not json_input or not isinstance(json_input[0], (dict, list))):
            if wanted:
                yield path, 'values', ', '.join([_berth_text(one) for one in json_input])
        elif isinstance(json_input, list):
            for at, one in enumerate(json_input):
                for found in self.json_to_path_generator(one, path + [at]):
                    yield found


def formatCell(data, is_pretty=True, json_transform=None):
    """The text of a table's cell, made by `json_transform` or one that flattens."""
    return (json_transform or JsonTransformer(flatten=True)).json_to_str(data, is_pretty)


def create_clickable_url(url, text=None):
    """Markdown links: for one address, or for each of a list, with `text` (one, or a list as long) in its stead.

    None for no address. Errors: AssertionError when the lists are not of one length.
    """
    if not url:
        return None
    if not isinstance(url, list):
        return '[%s](%s)' % (text or url, url)
    texts = text if isinstance(text, list) else url
    if len(texts) != len(url):
        raise AssertionError('make links: %d addresses and %d texts' % (len(url), len(texts)))
    return ['[%s](%s)' % pair for pair in zip(texts, url)]


def url_to_clickable_markdown(data, url_keys):
    """A copy of `data` with the values under `url_keys`, at any depth, as links."""
    if isinstance(data, list):
        return [url_to_clickable_markdown(one, url_keys) for one in data]
    if isinstance(data, dict):
        return dict([(key, create_clickable_url(value) if key in url_keys else
                      url_to_clickable_markdown(value, url_keys)) for key, value in data.items()])
    return data


def _berth_rows(t, headers):
    """(rows as dictionaries, headers as a list or nothing) of what a table was asked of."""
    if not headers and isinstance(t, dict) and len(t) == 1:
        headers, t = list(t), list(t.values())[0]  # one key: a column of its values
    rows = t if isinstance(t, list) else [t]
    if headers and isinstance(headers, STRING_TYPES):
        headers = [headers]
    headers = list(headers or ())
    if rows and not isinstance(rows[0], dict):
        if not headers:
            raise Exception("a table of plain values needs the header of its column, such as headers=['Name']")
        rows = [{headers[0]: row} for row in rows]
    return rows, headers


def _berth_local_time(value):
    """Milliseconds as local time; anything else as it is."""
    import datetime
    try:
        return datetime.datetime.fromtimestamp(int(value) / 1000).strftime('%Y-%m-%d %H:%M:%S')
    except (TypeError, ValueError, OverflowError, OSError):
        return value


def tableToMarkdown(name, t, headers=None, headerTransform=None, removeNull=False, metadata=None, url_keys=None,
                    date_fields=None, json_transform_mapping=None, is_auto_json_transform=False, sort_headers=True):
    """A Markdown table under the title `name`: one line a dictionary of `t`, one column a header.

    `t` may be one dictionary (one with a single key is a column of its values), or plain values with one header.
    Without `headers` the columns are the keys of the first row, sorted unless `sort_headers` is off. `headerTransform`
    makes their titles. `removeNull` drops columns in which every value is None, '', [] or {}. `metadata` stands under
    the title. `url_keys` become links, `date_fields` hold milliseconds and become local times.
    `json_transform_mapping`: a JsonTransformer for a header; `is_auto_json_transform`: one for all, in place of lines
    of key and value. Errors: Exception for plain values without a header.
    """
    table = ('### %s\n' % name if name else '') + (metadata + '\n' if metadata else '')
    if url_keys:
        t = url_to_clickable_markdown(t, url_keys)
    rows, headers = _berth_rows(t, headers) if t else ([], [])
    if rows and not headers:
        headers = list(rows[0])
        if sort_headers or not IS_PY3:
            headers.sort(key=str)
    if removeNull:
        headers = [key for key in headers if not all(row.get(key) in ('', None, [], {}) for row in rows)]
    if not rows or not headers:
        return table + '**No entries.**\n'
    transforms = json_transform_mapping or {}
    usual = JsonTransformer(flatten=bool(json_transform_mapping) or not is_auto_json_transform)

    def title(key):
        return headerTransform(key) if headerTransform else stringEscapeMD(_berth_text(key), True, True)

    def cell(row, key):
        value = row.get(key)
        if value is not None and date_fields and key in date_fields:
            value = _berth_local_time(value)
        text = '' if value is None else formatCell(value, False, transforms.get(key) or usual)
        return stringEscapeMD(_berth_text(text), True, True)

    table += '|%s|\n|%s|\n' % ('|'.join([_berth_text(title(key)) for key in headers]), '|'.join(['---'] * len(headers)))
    return table + ''.join(['| %s |\n' % ' | '.join([cell(row, key) for key in headers]) for row in rows])


tblToMd = tableToMarkdown


def sectionsToMarkdown(root):
    """A table for each key of `root`, whose values are rows or one row."""
    return ''.join([tableToMarkdown(name, flattenTable(rows if isinstance(rows, list) else [rows]))
                    for name, rows in root.items()]) if isinstance(root, dict) else ''


def flattenRow(rowDict):
    """`rowDict` with the texts of its cells."""
    return dict([(key, formatCell(value)) for key, value in rowDict.items()])


def flattenTable(tableDict):
    """Rows with the texts of their cells."""
    return [flattenRow(row) for row in tableDict]


def aws_table_to_markdown(response, table_header):
    """A table of an answer of AWS: of what stands under its only key, when that is a dictionary or a list of them."""
    if isinstance(response, dict) and len(response) == 1:
        inner = list(response.values())[0]
        if isinstance(inner, dict) or (isinstance(inner, list) and not (inner and isinstance(inner[0], STRING_TYPES))):
            response = inner
    return tableToMarkdown(table_header, response)


_berth_end_of_part('markdown.py')
