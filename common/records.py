"""Records: classes that hold values under the names of their constructor's parameters, and become context."""


class _BerthRecord(object):
    """Takes the values of `_names` in that order or by name; the first `_required` must be given, others are None."""

    _names = ()
    _required = 0
    _defaults = {}
    _context = ()  # (attribute, key) of what the context has

    def __init__(self, *args, **kwargs):
        self._berth_take(args, kwargs)

    def _berth_take(self, args, kwargs):
        """Sets the attributes. Errors: TypeError as Python has it for a function with these parameters."""
        kind, names = type(self).__name__, self._names
        if len(args) > len(names):
            raise TypeError('%s takes %d arguments at most, %d were given' % (kind, len(names), len(args)))
        values = dict(zip(names, args))
        for name in kwargs:
            if name not in names:
                raise TypeError("%s has no argument '%s'" % (kind, name))
            if name in values:
                raise TypeError("%s was given '%s' twice" % (kind, name))
        values.update(kwargs)
        missing = [name for name in names[:self._required] if name not in values]
        if missing:
            raise TypeError('%s misses its argument %s' % (kind, ', '.join(missing)))
        for name in names:
            setattr(self, name, values.get(name, self._defaults.get(name)))

    def to_context(self):
        """The values under the keys of the context."""
        return dict([(key, getattr(self, name)) for name, key in self._context])


def _berth_present(record, pairs):
    """{key: value} of the pairs (attribute, key) whose value is there; a key with dots becomes nested."""
    found = {}
    for name, key in pairs:
        value = getattr(record, name, None)
        if not value:
            continue
        at, steps = found, key.split('.')
        for step in steps[:-1]:
            at = at.setdefault(step, {})
        at[steps[-1]] = value
    return found


def _berth_contexts(records):
    """The context of each record; dictionaries are context already."""
    return [one if isinstance(one, dict) else one.to_context() for one in records]


_berth_end_of_optional_part('records.py')
