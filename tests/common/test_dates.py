"""Times."""
import os
import unittest

from assembly import Raises, Table, driver, has_module

WITHOUT_DATEPARSER = "import sys\nsys.modules['dateparser'] = None\n"
NEAR = '''
import datetime as real
def ago(found, seconds):
    """Whether a time, in UTC, was so long ago, to a few seconds."""
    now = real.datetime(1970, 1, 1) + real.timedelta(seconds=__import__('time').time())
    return abs((now - found.replace(tzinfo=None)).total_seconds() - seconds) < 30
'''
AWARE = None if driver.PY2 else '+00:00'


def in_zone(name):
    return dict(os.environ, TZ=name)


class Arguments(Table):
    def test_epoch(self):
        self.check([
            ("str(arg_to_datetime('0'))", '1970-01-01 00:00:00' + (AWARE or '')),
            ("str(arg_to_datetime(1700000000000))", '2023-11-14 22:13:20' + (AWARE or '')),
            ("str(arg_to_datetime(1700000000.5))", '2023-11-14 22:13:20.500000' + (AWARE or '')),
            ("str(arg_to_datetime('2000000000', is_utc=False))", '2033-05-18 12:33:20'),
            ("arg_to_datetime(None)", None), ("arg_to_datetime('')", None),
            ("arg_to_datetime(None, 'when', required=True)", Raises('Missing "when"')),
            ("arg_to_datetime([], 'when')", Raises('Invalid date: "when"="[]"')),
            ("arg_to_datetime(arg_to_datetime(0)) == arg_to_datetime(0)", True),
        ], env=in_zone('XYZ-9'))

    def test_texts_without_dateparser(self):
        self.check([
            ("ago(arg_to_datetime('3 days'), 3 * 86400)", True), ("ago(arg_to_datetime('1 hour ago'), 3600)", True),
            ("ago(arg_to_datetime('2 Months'), 60 * 86400)", True), ("ago(arg_to_datetime('now'), 0)", True),
            ("str(arg_to_datetime('2024-05-01'))", '2024-05-01 00:00:00'),
            ("str(arg_to_datetime('2024-05-01T12:30'))", '2024-05-01 12:30:00'),
            ("str(arg_to_datetime('2024-05-01 12:30:15.1234567'))", '2024-05-01 12:30:15.123456'),
            ("str(arg_to_datetime('2024-05-01T12:30:00Z'))", '2024-05-01 12:30:00' + (AWARE or '')),
            ("str(arg_to_datetime('2024-05-01T12:30:00+02:00'))", '2024-05-01 10:30:00' + (AWARE or '')),
            ("str(arg_to_datetime('2024-05-01T12:30:00-0130'))", '2024-05-01 14:00:00' + (AWARE or '')),
            ("arg_to_datetime('first of May')", Raises('module dateparser is not in this image')),
            ("arg_to_datetime('2024-13-01')", Raises('module dateparser is not in this image')),
        ], setup=WITHOUT_DATEPARSER + NEAR)

    @unittest.skipUnless(has_module('dateparser'), 'module dateparser is not there')
    def test_texts_with_dateparser(self):
        self.check([
            ("ago(arg_to_datetime('3 days'), 3 * 86400)", True),
            ("arg_to_datetime('1 May 2024').strftime('%F')", '2024-05-01'),
            ("arg_to_datetime('2024-05-01T12:30:00Z').utcoffset().total_seconds()", 0.0),
            ("arg_to_datetime('no date at all', 'when')", Raises('Invalid date: "when"="no date at all"')),
            ("arg_to_datetime('no date at all')", Raises('"no date at all" is not a valid date')),
            ("arg_to_datetime('05/01/2024', settings={'DATE_ORDER': 'DMY'}).month", 1),
        ], setup=NEAR)


class Ranges(Table):
    def test_ranges(self):
        self.check([
            ("[(b - a).total_seconds() for a, b in [parse_date_range(x) for x in ('2 hours', '4 minutes', '1 day', "
             "' 6 months ', '1 Year')]]", [7200.0, 240.0, 86400.0, 180 * 86400.0, 365 * 86400.0]),
            ("ago(parse_date_range('1 day')[1], 0)", True),
            ("ago(parse_date_range('1 day', timezone=-2)[1], 7200)", True),
            ("parse_date_range('1 hour', '%Y')[1] == parse_date_range('1 minute')[1].strftime('%Y')", True),
            ("[y - x for x, y in [parse_date_range('1 hour', to_timestamp=True)]]", [3600000]),
            ("ago(parse_date_range('1 day', utc=False)[1], -9 * 3600)", True),
        ], setup=NEAR, env=in_zone('XYZ-9'))

    def test_wrong_ranges_end_the_run(self):
        for call, text in (("parse_date_range('2hours')", 'expected a number and a unit'),
                           ("parse_date_range('x hours')", "'x' is no whole number"),
                           ("parse_date_range('2 weeks')", 'the unit must be minutes'),
                           ("parse_date_range('2 days', timezone='x')", "the time zone 'x' is no number")):
            self.ends_with_error(call, text)


class Stamps(Table):
    def test_stamps(self):
        self.check([
            ("date_to_timestamp('2018-11-06T08:56:41')", 1541462201000),
            ("date_to_timestamp('06.11.2018', '%d.%m.%Y')", 1541430000000),
            ("date_to_timestamp(parse_date_string('2018-11-06T08:56:41'))", 1541462201000),
            ("date_to_timestamp('x')", Raises('does not match')),
            ("timestamp_to_datestring(1541494441222)", '2018-11-06T08:54:01.000Z'),
            ("timestamp_to_datestring('1541494441222', '%H:%M')", '17:54'),
            ("timestamp_to_datestring(1541494441222, '%H:%M', is_utc=True)", '08:54'),
            ("timestamp_to_datestring(1541494441222, '%f')", '222000'),
            ("epochToTimestamp(1541494441222)", '2018-11-06 08:54:01'),
            ("[formatTimeColumns(rows, ['t']), rows]", [None, [{'t': '1970-01-01 00:00:00', 'u': 5}]]),
            ("formatEpochDate(0)", ''), ("formatEpochDate(1)", 'Thu Jan  1 09:00:01 1970'),
            ("FormatADTimestamp('116444736000000000')", 'Thu Jan  1 00:00:00 1970'),
            ("PrettifyCompactedTimestamp('20240501123015')", '2024-05-01T12:30:15'),
            ("FormatIso8601(parse_date_string('2024-05-01T12:30:15Z'))", '2024-05-01T12:30:15'),
            ("datetime_to_string(parse_date_string('2024-05-01T12:30:15'))", '2024-05-01 12:30:15'),
            ("datetime_to_string('x')", None),
            ("json.loads(json.dumps({'t': parse_date_string('2024-05-01T00:00:00')}, default=datetime_to_string))",
             {'t': '2024-05-01 00:00:00'}),
        ], setup="rows = [{'t': 0, 'u': 5}]", env=in_zone('XYZ-9'))

    def test_date_strings(self):
        self.check([("str(parse_date_string(%s))" % args, expected) for args, expected in (
            ("'2019-09-17T06:16:39'", '2019-09-17 06:16:39'), ("'2019-09-17T06:16:39Z'", '2019-09-17 06:16:39'),
            ("'2019-09-17T06:16:39.22Z'", '2019-09-17 06:16:39.220000'),
            ("'2019-09-17T06:16:39.123456789+09:00'", '2019-09-17 06:16:39.123456'),
            ("'2019-09-17T06:16:39.4040+05:00', '%Y-%m-%dT%H:%M:%S+02:00'", '2019-09-17 06:16:39.404000'),
            ("'17.09.2019', '%d.%m.%Y'", '2019-09-17 00:00:00'), ("'x'", Raises('does not match')),
            ("'2019-99-17T06:16:39Z'", Raises('')))])

    def test_now(self):
        self.check([
            ("ago(get_current_time(), 0)", True), ("ago(get_current_time(-1), 3600)", True),
            ("has_passed_time_threshold('2024-05-01T00:00:00Z', 10)", True),
            ("has_passed_time_threshold('2024-05-01T00:00:00+02:00', 10)", True),
            ("has_passed_time_threshold('1 hour ago', 7200)", False),
        ], setup=WITHOUT_DATEPARSER + NEAR)
        self.check([("get_current_time().tzinfo is None", driver.PY2)],
                   setup="import sys\nsys.modules['pytz'] = None")


if __name__ == '__main__':
    unittest.main()
