"""Dictionaries and lists: reading them safely, cleaning, renaming keys, cutting up."""


def assign_params(keys_to_ignore=None, values_to_ignore=None, **kwargs):
    """The keyword arguments that have a value: not None, '', [], {} or (), or none of `values_to_ignore`."""
    empty = (None, '', [], {}, ()) if values_to_ignore is None else values_to_ignore
    return dict([(key, value) for key, value in kwargs.items()
                 if value not in empty and key not in (keys_to_ignore or ())])


def remove_nulls_from_dictionary(data):
    """Takes the keys out of `data` whose value is None, '', [], {} or (). Returns nothing."""
    for key in [key for key, value in data.items() if value in ('', None, [], {}, ())]:
        del data[key]


def remove_empty_elements(d):
    """A copy of `d` without values that are None, [] or {}, at every depth. Empty text stays."""
    def is_empty(value):
        return value is None or value == {} or value == []
    if isinstance(d, dict):
        pairs = [(key, remove_empty_elements(value)) for key, value in d.items()]
        return dict([(key, value) for key, value in pairs if not is_empty(value)])
    if isinstance(d, list):
        return [value for value in map(remove_empty_elements, d) if not is_empty(value)]
    return d


def dict_safe_get(dict_object, keys, default_return_value=None, return_type=None, raise_return_type=True):
    """The value under the keys (or indexes) one after another, or the default when one is not there.

    Errors: TypeError when it, or the default in its stead, is not of `return_type`; the default is returned instead
    when `raise_return_type` is off.
    """
    value = dict_object
    for key in keys:
        try:
            value = value[key]
        except (KeyError, TypeError, IndexError, AttributeError):
            value = default_return_value
            break
    if return_type and not isinstance(value, return_type):
        if raise_return_type:
            raise TypeError('value under %s: expected %s, found %s'
                            % ('.'.join(map(str, keys)), return_type, type(value)))
        return default_return_value
    return value


def replace_in_keys(src, existing='.', new='_'):
    """A dictionary, or a list of them, with `existing` replaced by `new` in its own keys."""
    if isinstance(src, list):
        return [replace_in_keys(one, existing, new) for one in src]
    return dict([((key.decode('utf-8') if isinstance(key, bytes) else key).replace(existing, new), value)
                 for key, value in src.items()])


def convert_dict_values_bytes_to_str(input_dict):
    """A copy of `input_dict` with bytes decoded from UTF-8: its values, and in dictionaries and lists below it."""
    def text(value):
        if isinstance(value, dict):
            return convert_dict_values_bytes_to_str(value)
        return value.decode() if isinstance(value, bytes) else value
    return dict([(key, [text(one) for one in value] if isinstance(value, list) else text(value))
                 for key, value in input_dict.items()])


def response_to_context(reponse_obj, user_predefiend_keys=None):
    """`reponse_obj` with all keys of its dictionaries as context has them: some_key as SomeKey, id as ID, uuid as UUID.

    `user_predefiend_keys`: what other keys of the uppermost level become.
    """
    known = dict({'id': 'ID', 'uuid': 'UUID'}, **(user_predefiend_keys or {}))
    if isinstance(reponse_obj, list):
        return [response_to_context(one) for one in reponse_obj]
    if not isinstance(reponse_obj, dict):
        return reponse_obj
    return dict([(known[key] if key in known else string_to_context_key(key), response_to_context(value))
                 for key, value in reponse_obj.items()])


def _berth_context_of(data, id, keyTransform, removeNull):
    found = {}
    for path, value in data.items():
        if removeNull and value in ('', None, [], {}):
            continue
        parts = path.split('.')
        at = found
        for part in parts[:-1]:
            at = at.setdefault(part, {})
        at[keyTransform(parts[-1]) if keyTransform else parts[-1]] = value
    if id is not None:
        found.setdefault('ID', id)
    return found


def createContext(data, id=None, keyTransform=None, removeNull=False):
    """Context for a dictionary, or a list of them: keys with dots become nested, the last part of each is transformed.

    `id` becomes ID where there is none. `removeNull` leaves out keys whose value is None, '', [] or {}.
    """
    if isinstance(data, (list, tuple)):
        return [_berth_context_of(one, id, keyTransform, removeNull) for one in data]
    return _berth_context_of(data, id, keyTransform, removeNull)


def createContextSingle(obj, id=None, keyTransform=None, removeNull=False):
    """createContext() of one dictionary."""
    return _berth_context_of(obj, id, keyTransform, removeNull)


def appendContext(key, data, dedup=False):
    """Adds `data` to what the context has under `key`.

    Lists grow, dictionaries become a list, text is put in front with a comma between; `dedup` keeps each element of a
    list once. Nothing is done for None. Errors: TypeError when the two do not go together.
    """
    if data is None:
        return
    existing = demisto.get(demisto.context(), key)
    if not existing:
        demisto.setContext(key, data)
        return
    if isinstance(existing, list):
        value = existing + (data if isinstance(data, list) else [data])
    elif isinstance(existing, STRING_TYPES):
        if not isinstance(data, STRING_TYPES):
            raise TypeError("append to '%s': it holds text, and %s is none" % (key, type(data).__name__))
        value = data + ',' + existing
    elif isinstance(existing, dict):
        more = data if isinstance(data, list) else [data]
        if not all(isinstance(one, dict) for one in more):
            raise TypeError("append to '%s': it holds a dictionary, and %s is none" % (key, type(data).__name__))
        value = [existing] + more
    else:
        value = [existing, data]
    if dedup and isinstance(value, list):
        value = [one for at, one in enumerate(value) if one not in value[:at]]
    demisto.setContext(key, value)


def merge_lists(original_list, updated_list, key):
    """The dictionaries of both lists, those of the second in the place of those with the same value under `key`.

    Those that say `remove: True` are left out.
    """
    order, by_key = [], {}
    for one in list(original_list) + list(updated_list):
        if one[key] not in by_key:
            order.append(one[key])
        by_key[one[key]] = one
    return [by_key[value] for value in order if by_key[value].get('remove', False) is not True]


def batch(iterable, batch_size=1):
    """Slices of `iterable`, `batch_size` elements each, the last one with what is left."""
    for start in range(0, len(iterable), batch_size):
        yield iterable[start:start + batch_size]


def safe_load_json(json_object):
    """What a JSON text, or the file of an entry id such as 5@7, holds; dictionaries and lists as they are.

    Ends the run with an error entry when it is no JSON.
    """
    import json
    if isinstance(json_object, (dict, list)):
        return json_object
    is_text = json_object[:1] + json_object[-1:] in ('{}', '[]')
    try:
        if is_text:
            return json.loads(json_object)
        with open(demisto.getFilePath(json_object)['path'], 'rb') as source:
            return json.loads(source.read().decode('utf-8'))
    except Exception as error:
        what = 'text' if is_text else "file of entry '%s'" % json_object
        return_error('parse the JSON %s: %s' % (what, error))


def parse_json_string(json_string):
    """What a JSON text holds; {} when it is none, which is logged."""
    import json
    try:
        return json.loads(json_string)
    except (TypeError, ValueError) as error:
        demisto.error('parse JSON text: %s' % error)
        return {}


def raiseTable(root, key):
    """Moves what stands in the dictionary `root[key]` up into `root`, but for keys that are there already."""
    if not isinstance(root.get(key), dict):
        return
    stay = {}
    for name, value in root[key].items():
        (stay if name in root else root)[name] = value
    if stay:
        root[key] = stay
    else:
        del root[key]


def zoomField(item, fieldName):
    """item[fieldName] where there is such a key, otherwise `item`."""
    return item[fieldName] if isinstance(item, dict) and fieldName in item else item


_berth_end_of_part('values.py')
