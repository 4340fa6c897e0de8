"""Fetching with a look back, and searching."""
import unittest

from assembly import Raises, Table, driver, run

SETUP = '''
import sys
sys.modules['dateparser'] = None
import time as real_time
def instant(seconds):
    real_time.time = lambda: seconds
instant(1714564800)  # 2024-05-01T12:00:00Z
def incident(id, created='2024-05-01T11:00:00'):
    return {'id': id, 'created': created}
'''


class Fetching(Table):
    def test_ranges(self):
        end = '2024-05-01T12:00:00'
        self.check([('get_fetch_run_time_range(%s)' % arguments, expected) for arguments, expected in (
            ("{}, '1 hour'", ['2024-05-01T11:00:00', end]), ("None, '1 hour'", ['2024-05-01T11:00:00', end]),
            ("{'time': '2024-05-01T11:30:00'}, '1 hour'", ['2024-05-01T11:30:00', end]),
            ("{'time': '2024-05-01T11:30:00'}, '1 hour', 60", ['2024-05-01T11:00:00', end]),
            ("{'time': '2024-05-01T10:30:00'}, '1 hour', 60", ['2024-05-01T10:30:00', end]),
            ("{}, '1 hour', 0, 2, '%H:%M'", ['13:00', '14:00']),
            ("{'time': 'x'}, '1 hour'", Raises("parse the date 'x'")))], setup=SETUP)

    def test_duplicates(self):
        found = "[one['id'] for one in filter_incidents_by_duplicates_and_limit([incident(x) for x in 'abcd'], %s, 2, 'id')]"
        self.check([(found % "{}", ['a', 'b']), (found % "{'found_incident_ids': {'a': 1, 'c': 1}}", ['b', 'd']),
                    ("remove_old_incidents_ids({'old': 100, 'edge': 280, 'new': 399}, 400, 1)", {'edge': 280, 'new': 399}),
                    ("get_found_incident_ids({'found_incident_ids': {'a': 1}}, [incident('b')], 1, 'id', True)",
                     {'b': 1714564800}),
                    ("get_found_incident_ids({'found_incident_ids': {'a': 1}}, [incident('b')], 1, 'id', False)",
                     {'a': 1, 'b': 1714564800})], setup=SETUP)

    def test_latest(self):
        rows = "[incident('a', '2024-05-01T11:00:00'), incident('b', '2024-05-01T12:00:00')]"
        self.check([
            ("get_latest_incident_created_time(%s, 'created')" % rows, '2024-05-01T12:00:00'),
            ("get_latest_incident_created_time([{'t': '2024.5'}], 't', '%Y.%f', True)", '2024.501000'),
            ("get_latest_incident_created_time([incident('a', 'x')], 'created')", Raises('does not match')),
            ("[calculate_new_offset(*x) for x in ((0, 10, 30), (20, 10, 30), (5, 0, 30), (0, 10, None))]", [10, 0, 0, 10]),
        ], setup=SETUP)

    def test_last_runs(self):
        made = 'create_updated_last_run_object(%s, %s, 50, %s, "2024-05-01T10:00:00", "end", "created"%s)'
        two = "[incident('a'), incident('b', '2024-05-01T10:30:00')]"
        self.check([
            (made % ({}, [], 0, ''), [{'time': 'end', 'limit': 50}, True]),
            (made % ({}, two, 0, ''), [{'time': '2024-05-01T11:00:00', 'limit': 50}, True]),
            (made % ({'found_incident_ids': {'x': 1}}, two, 5, ''), [{'time': '2024-05-01T11:00:00', 'limit': 53}, True]),
            (made % ({}, "[incident('a', '2024-05-01T10:00:00')]", 0, ''), [{'time': '2024-05-01T10:00:00', 'limit': 50}, False]),
            (made % ({'time': 't'}, two, 0, ', new_offset=10'), [{'time': 't', 'offset': 10, 'limit': 50}, True]),
            (made % ({}, two, 5, ', new_offset=0'), [{'time': '2024-05-01T11:00:00', 'offset': 0, 'limit': 50}, True]),
            ("update_last_run_object({'other': 1, 'found_incident_ids': {'old': 1}}, %s, 50, 's', 'e', None, 'created', 'id')" % two,
             {'other': 1, 'time': '2024-05-01T11:00:00', 'limit': 50, 'found_incident_ids': {'a': 1714564800, 'b': 1714564800}}),
        ], setup=SETUP)


class Pages(object):
    """A server with pages of indicators."""

    def __init__(self, *pages):
        self.pages, self.asked = list(pages), []

    def __call__(self, message):
        if message['type'] == 'demistoVersion':
            return {'version': '6.6.0', 'buildNumber': '1'}
        self.asked.append(dict([pair for pair in message['args'].items() if pair[1] is not None]))
        return self.pages.pop(0)


def page(values, total, after=None):
    return {'iocs': [{'value': value, 'id': 'id-' + value} for value in values], 'total': total, 'searchAfter': after}


class Searching(Table):
    def test_pages(self):
        pages = Pages(page('ab', 3, ['m']), page('c', 3))
        self.check([("[[ioc['value'] for ioc in one['iocs']] for one in searcher]", [['a', 'b'], ['c']]),
                    ("[searcher.page, searcher.total, searcher.limit]", [2, 3, None])], answer=pages,
                   setup="searcher = IndicatorsSearcher(query='q', size=2, filter_fields='f', sort=[{'field': 's'}])")
        self.assertEqual(pages.asked, [
            {'query': 'q', 'size': 2, 'populateFields': 'f', 'sort': [{'field': 's'}]},
            {'query': 'q', 'size': 2, 'populateFields': 'f', 'sort': [{'field': 's'}], 'searchAfter': ['m']}])

    def test_ends(self):
        for pages, arguments, count in ((Pages(page('', 0)), '', 0), (Pages(page('ab', 9, 'm'), page('cd', 9, 'm')), 'limit=3', 2),
                                        (Pages(page('ab', 9, 'm')), 'limit=2', 1), (Pages(page('a', 1)), "search_after=['x']", 1)):
            self.check([("len(list(IndicatorsSearcher(%s)))" % arguments, count)], answer=pages)

    def test_a_server_that_does_not_count(self):
        out = run("for page in IndicatorsSearcher(): pass\ndemisto.results('not reached')", Pages({'iocs': []}))
        self.assertEqual((out.entries(), out.trace()), ([], None))

    def test_links(self):
        pages = Pages(page('ab', 2))
        self.check([("indicators_value_to_clickable(['a', 'b'])", {'a': '[a](#/indicator/id-a)', 'b': '[b](#/indicator/id-b)'}),
                    ("indicators_value_to_clickable('text')", {})], answer=pages)
        self.assertEqual(pages.asked[0]['query'], 'value:a or value:b')
        self.check([("indicators_value_to_clickable(['a'])", Raises('without value or id'))],
                   answer=Pages({'iocs': [{'value': 'a'}], 'total': 1}))


if __name__ == '__main__':
    unittest.main()
