"""Times: arguments, ranges, time stamps. Milliseconds of the epoch unless said otherwise."""

_BERTH_ISO = '%Y-%m-%dT%H:%M:%S'
_BERTH_UNITS = {'second': 1, 'minute': 60, 'hour': 3600, 'day': 86400, 'week': 7 * 86400, 'month': 30 * 86400,
                'year': 365 * 86400}  # seconds


def _berth_utc():
    """The time zone UTC, or None in Python 2."""
    import datetime
    zone = getattr(datetime, 'timezone', None)
    return zone.utc if zone else None


def _berth_from_epoch(seconds, zone=None):
    """The time `seconds` after the epoch in UTC, with or without saying so."""
    import datetime
    return datetime.datetime(1970, 1, 1, tzinfo=zone) + datetime.timedelta(seconds=seconds)


def _berth_now():
    """The time in UTC, without a zone."""
    import datetime
    import time
    return _berth_from_epoch(0) + datetime.timedelta(seconds=time.time())


def _berth_parse_plain_date(text):
    """What can be told without module dateparser: ISO 8601, now, '3 days', '3 days ago'. Otherwise None."""
    import datetime
    import re
    words = text.strip().lower()
    zone = _berth_utc()
    if words in ('now', 'today'):
        return _berth_now()
    found = re.match(r'(\d+)\s*(second|minute|hour|day|week|month|year)s?(?:\s+ago)?$', words)
    if found:
        return _berth_now() - datetime.timedelta(seconds=int(found.group(1)) * _BERTH_UNITS[found.group(2)])
    found = re.match(r'(\d{4})-(\d\d)-(\d\d)(?:[t ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?'
                     r'\s*(z|utc|[+-]\d\d:?\d\d)?$',
                     words)
    if not found:
        return None
    parts = [int(part or 0) for part in found.groups()[:6]]
    micro = int(((found.group(7) or '') + '000000')[:6])
    try:
        made = datetime.datetime(*(parts + [micro]))
    except ValueError:
        return None
    said = found.group(8)
    if not said:
        return made
    if said not in ('z', 'utc'):
        away = datetime.timedelta(hours=int(said[1:3]), minutes=int(said[-2:]))
        made = made - away if said[0] == '+' else made + away
    return made.replace(tzinfo=zone)


def _berth_parse_date(text, settings=None):
    """What dateparser.parse() finds, or, in an image without it, what can be told without it; None for no date.

    Errors: ImportError for other texts in an image without dateparser.
    """
    try:
        import dateparser
    except ImportError:
        found = _berth_parse_plain_date(text)
        if found is None:
            raise ImportError("parse the date '%s': module dateparser is not in this image; choose one that has it, or "
                              "write the date as 2024-05-01T12:30:00Z" % text)
        if (settings or {}).get('RETURN_AS_TIMEZONE_AWARE') and found.tzinfo is None:
            found = found.replace(tzinfo=_berth_utc())
        return found
    return dateparser.parse(text, settings=settings or {'TIMEZONE': 'UTC'})


def arg_to_datetime(arg, arg_name=None, is_utc=True, required=False, settings=None):
    """The time that `arg` says, or None when it is absent (None or '').

    Numbers are seconds of the epoch, or milliseconds from 2,000,000,000 on, in UTC (local time without `is_utc`);
    text is what module dateparser knows, '3 days' and ISO 8601 also without it, with `settings` for dateparser.
    Errors: ValueError, which names the argument when `arg_name` is given.
    """
    import datetime
    if not _berth_check_given(arg, arg_name, required):
        return None
    if isinstance(arg, datetime.datetime):
        return arg
    if isinstance(arg, (int, float)) or (isinstance(arg, STRING_OBJ_TYPES) and arg.isdigit()):
        seconds = float(arg)
        seconds = seconds / 1000 if seconds > 2000000000 else seconds
        return _berth_from_epoch(seconds, _berth_utc()) if is_utc else datetime.datetime.fromtimestamp(seconds)
    found = _berth_parse_date(arg, settings) if isinstance(arg, STRING_OBJ_TYPES) else None
    if found is None:
        raise _berth_wrong_argument('date', arg, arg_name)
    return found


def parse_date_range(date_range, date_format=None, to_timestamp=False, timezone=0, utc=True):
    """(start, end) of a range up to now that '2 hours' says: datetimes without zone, or texts in `date_format`, or
    milliseconds. A month is 30 days, a year 365. `timezone`: hours to add.

    Ends the run with an error entry when it is no such range.
    """
    import datetime
    parts = date_range.strip().split(' ')
    unit = parts[-1].lower().rstrip('s')
    if len(parts) != 2:
        return_error("date range '%s': expected a number and a unit, such as 2 hours, 4 minutes, 6 months" % date_range)
    if not parts[0].lstrip('-').isdigit():
        return_error("date range '%s': '%s' is no whole number" % (date_range, parts[0]))
    if unit not in ('minute', 'hour', 'day', 'month', 'year'):
        return_error("date range '%s': the unit must be minutes, hours, days, months or years" % date_range)
    if not isinstance(timezone, (int, float)):
        return_error("date range: the time zone '%s' is no number of hours" % (timezone,))
    end = (_berth_now() if utc else datetime.datetime.now()) + datetime.timedelta(hours=timezone)
    start = end - datetime.timedelta(seconds=int(parts[0]) * _BERTH_UNITS[unit])
    if to_timestamp:
        return date_to_timestamp(start), date_to_timestamp(end)
    if date_format:
        return start.strftime(date_format), end.strftime(date_format)
    return start, end


def parse_date_string(date_string, date_format=_BERTH_ISO):
    """The datetime, without zone, that a text says in `date_format`, or in ISO 8601 to the second or finer.

    A zone at its end is not taken into account. Errors: ValueError.
    """
    import datetime
    import re
    try:
        return datetime.datetime.strptime(date_string, date_format)
    except ValueError:
        found = re.match(r'(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?\s*(?:[zZ]|[+-].*)?$', date_string)
        if not found:
            raise
    made = datetime.datetime.strptime(found.group(1), _BERTH_ISO)
    return made.replace(microsecond=int(((found.group(2) or '') + '000000')[:6]))


def date_to_timestamp(date_str_or_dt, date_format=_BERTH_ISO):
    """The whole seconds of a local time, text in `date_format` or a datetime, in milliseconds. Errors: ValueError."""
    import time
    if isinstance(date_str_or_dt, STRING_OBJ_TYPES):
        parts = time.strptime(date_str_or_dt, date_format)
    else:
        parts = date_str_or_dt.timetuple()
    return int(time.mktime(parts) * 1000)


def timestamp_to_datestring(timestamp, date_format='%Y-%m-%dT%H:%M:%S.000Z', is_utc=False):
    """Milliseconds, a number or text, in `date_format`: in UTC when that ends in Z or `is_utc`, else local time."""
    import datetime
    seconds = int(timestamp) / 1000.0
    if is_utc or date_format.endswith('Z'):
        return _berth_from_epoch(seconds).strftime(date_format)
    return datetime.datetime.fromtimestamp(seconds).strftime(date_format)


def datetime_to_string(datetime_obj):
    """A datetime as text, for json.dumps(default=...); None for anything else."""
    import datetime
    return str(datetime_obj) if isinstance(datetime_obj, datetime.datetime) else None


def FormatIso8601(t):
    """A datetime as 2024-05-01T12:30:00."""
    return t.strftime(_BERTH_ISO)


def formatEpochDate(t):
    """Seconds of the epoch as local time in C's form; '' for none."""
    import time
    return time.ctime(t) if t else ''


def epochToTimestamp(epoch):
    """Milliseconds as 2024-05-01 12:30:00 in UTC."""
    return _berth_from_epoch(epoch / 1000.0).strftime('%Y-%m-%d %H:%M:%S')


def formatTimeColumns(data, timeColumnNames):
    """Replaces the milliseconds under the given keys of each row by texts, see epochToTimestamp()."""
    for row in data:
        for name in timeColumnNames:
            row[name] = epochToTimestamp(row[name])


def FormatADTimestamp(ts):
    """A time of Active Directory, in units of 100 ns since 1601, in C's form."""
    import datetime
    return (datetime.datetime(1601, 1, 1) + datetime.timedelta(microseconds=int(ts) // 10)).ctime()


def PrettifyCompactedTimestamp(x):
    """'20240501123000' as '2024-05-01T12:30:00'."""
    return '%s-%s-%sT%s:%s:%s' % (x[:4], x[4:6], x[6:8], x[8:10], x[10:12], x[12:])


def get_current_time(time_zone=0):
    """The time in UTC plus `time_zone` hours, said to be UTC (in Python 2 without a zone unless pytz is there)."""
    import datetime
    zone = _berth_utc()
    try:
        import pytz
        zone = pytz.UTC
    except ImportError:
        demisto.debug('get_current_time: module pytz is not in this image')
    return (_berth_now() + datetime.timedelta(hours=time_zone)).replace(tzinfo=zone)


def has_passed_time_threshold(timestamp_str, seconds_threshold):
    """Whether more than `seconds_threshold` have passed since a time. Errors: ValueError when it is no time."""
    found = _berth_parse_date(timestamp_str)
    if found is None:
        raise ValueError("'%s' is no date" % timestamp_str)
    if found.tzinfo is not None:
        found = found.replace(tzinfo=None) - found.utcoffset()
    return (_berth_now() - found).total_seconds() > seconds_threshold


_berth_end_of_optional_part('dates.py')
