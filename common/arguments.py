"""Arguments of commands, which arrive as text, as the values they stand for."""


def argToList(arg, separator=',', transform=None):
    """A list as it is; text that is a JSON array as that; other text cut at the separator and trimmed.

    Nothing, or empty text, is an empty list; any other value a list of that value. `transform` is called on each.
    """
    if not arg:
        return []
    found = [arg]
    if isinstance(arg, list):
        found = arg
    elif isinstance(arg, STRING_TYPES):
        text, found = _berth_text(arg), None
        if text.startswith('[') and text.endswith(']'):
            import json
            try:
                found = json.loads(text)
            except ValueError:
                demisto.debug('argToList: not a JSON array, split at the separator: %s' % text)
        if found is None:
            found = [part.strip() for part in text.split(separator)]
    return [transform(one) for one in found] if transform else found


def remove_duplicates_from_list_arg(args, field):
    """The list that argument `field` says, each element once, in order."""
    found = []
    for one in argToList(args.get(field)):
        if one not in found:
            found.append(one)
    return found


def argToBoolean(value):
    """True and False as they are; yes, true, no, false in any case. Errors: ValueError for anything else."""
    if isinstance(value, bool):
        return value
    if not isinstance(value, STRING_OBJ_TYPES):
        raise ValueError('%r is neither text nor true or false' % (value,))
    word = value.lower()
    if word in ('true', 'yes'):
        return True
    if word in ('false', 'no'):
        return False
    raise ValueError("'%s' is none of: true, yes, false, no" % value)


def _berth_check_given(arg, arg_name, required):
    """Whether an argument is there. Errors: ValueError when it is not, and is required."""
    if arg is not None and arg != '':
        return True
    if required is True:
        raise ValueError('Missing "%s"' % arg_name if arg_name else 'Missing required argument')
    return False


def _berth_wrong_argument(what, arg, arg_name):
    if arg_name:
        return ValueError('Invalid %s: "%s"="%s"' % (what, arg_name, arg))
    return ValueError('"%s" is not a valid %s' % (arg, what))


def arg_to_number(arg, arg_name=None, required=False):
    """The whole number that `arg` says, fractions cut off, or None when it is absent (None or '').

    Errors: ValueError, which names the argument when `arg_name` is given.
    """
    if not _berth_check_given(arg, arg_name, required):
        return None
    if isinstance(arg, (int, float) if IS_PY3 else (int, long, float)):  # noqa: F821
        text = arg
    elif isinstance(arg, STRING_OBJ_TYPES):
        text = arg.strip()
    else:
        raise _berth_wrong_argument('number', arg, arg_name)
    try:
        return int(text)
    except (ValueError, OverflowError):
        pass
    try:
        return int(float(text))
    except (ValueError, OverflowError):
        raise _berth_wrong_argument('number', arg, arg_name)


def comma_separated_mapping_to_dict(raw_text):
    """{'a': '1', 'b': '2'} for 'a=1, b=2'. A part that is no pair is logged, and stands as '' under ''."""
    mapping = {}
    for pair in raw_text.split(',') if raw_text else []:
        key, mark, value = pair.strip().partition('=')
        if not mark or '=' in value:
            demisto.error("comma_separated_mapping_to_dict: '%s' is no pair of the form key=value" % pair.strip())
            key = value = ''
        if key in mapping:
            demisto.debug("comma_separated_mapping_to_dict: '%s' is there twice, the latter holds" % key)
        mapping[key] = value
    return mapping


_berth_end_of_part('arguments.py')
