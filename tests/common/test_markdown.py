"""Markdown tables and cells."""
import os
import unittest

from assembly import Raises, Table, driver

ROWS = [{'header_1': 'a1', 'header_2': 'b1'}, {'header_1': 'a2', 'header_2': 'b2'}]
HEAD = '### T\n|header_1|header_2|\n|---|---|\n'

TABLES = [
    ("tableToMarkdown('T', ROWS)", HEAD + '| a1 | b1 |\n| a2 | b2 |\n'),
    ("tableToMarkdown('', ROWS[:1], metadata='m')", 'm\n|header_1|header_2|\n|---|---|\n| a1 | b1 |\n'),
    ("tblToMd('T', ROWS[0])", HEAD + '| a1 | b1 |\n'),
    # columns
    ("tableToMarkdown('T', [{'b': 1, 'a': 2}, {'c': 3}])", '### T\n|a|b|\n|---|---|\n| 2 | 1 |\n|  |  |\n'),
    ("tableToMarkdown('T', ROWS, headers=['header_2', 'none'])",
     '### T\n|header_2|none|\n|---|---|\n| b1 |  |\n| b2 |  |\n'),
    ("tableToMarkdown('T', ROWS, headers='header_2')", '### T\n|header_2|\n|---|\n| b1 |\n| b2 |\n'),
    ("tableToMarkdown('T', {'only': ['x', 'y']})", '### T\n|only|\n|---|\n| x |\n| y |\n'),
    ("tableToMarkdown('T', {'only': 'x'})", '### T\n|only|\n|---|\n| x |\n'),
    ("tableToMarkdown('T', {'only': {'b': 1, 'a': 2}})", '### T\n|only|\n|---|\n|  |\n'),
    ("tableToMarkdown('T', ['x', 5], headers=['H', 'I'])", '### T\n|H|I|\n|---|---|\n| x |  |\n| 5 |  |\n'),
    ("tableToMarkdown('T', ['x'])", Raises("needs the header of its column, such as headers=['Name']")),
    ("tableToMarkdown('T', [{5: 'x'}])", '### T\n|5|\n|---|\n| x |\n'),
    # nothing to show
    ("tableToMarkdown('T', [])", '### T\n**No entries.**\n'), ("tableToMarkdown('T', None)", '### T\n**No entries.**\n'),
    ("tableToMarkdown('T', {})", '### T\n**No entries.**\n'), ("tableToMarkdown('T', [{}])", '### T\n**No entries.**\n'),
    ("tableToMarkdown('T', [{'a': None, 'b': ''}], removeNull=True)", '### T\n**No entries.**\n'),
    ("tableToMarkdown('T', ROWS, headers=['none'], removeNull=True)", '### T\n**No entries.**\n'),
    ("tableToMarkdown('T', [{'a': 1, 'b': []}, {'a': 0, 'b': {}}], removeNull=True)", '### T\n|a|\n|---|\n| 1 |\n| 0 |\n'),
    ("tableToMarkdown('T', [{'a': None}])", '### T\n|a|\n|---|\n|  |\n'),
    # titles of columns
    ("tableToMarkdown('T', [{'a_b': 1}], headerTransform=underscoreToCamelCase)", '### T\n|AB|\n|---|\n| 1 |\n'),
    ("tableToMarkdown('T', [{'a_b': 1}], headerTransform=string_to_table_header)", '### T\n|A B|\n|---|\n| 1 |\n'),
    ("tableToMarkdown('T', [{'a|b': 1}])", '### T\n|a\\|b|\n|---|\n| 1 |\n'),
    # cells
    ("tableToMarkdown('T', [{'a': 'x|y`z\\r\\nw'}])", '### T\n|a|\n|---|\n| x\\|y\\`z<br>w |\n'),
    ("tableToMarkdown('T', [{'a': [1, 'two']}])", '### T\n|a|\n|---|\n| 1,<br>two |\n'),
    ("tableToMarkdown('T', [{'a': {'k': {'l': 1}}}])", '### T\n|a|\n|---|\n| k: {"l": 1} |\n'),
    ("tableToMarkdown('T', [{'a': {'k': 'v`'}}])", '### T\n|a|\n|---|\n| k: v\\` |\n'),
    ("tableToMarkdown('T', [{'a': True}, {'a': 1.5}])", '### T\n|a|\n|---|\n| true |\n| 1.5 |\n'),
    ("tableToMarkdown('T', [{'a': u'\\xe9'}, {'a': [u'\\xe9']}])" if not driver.PY2 else
     "tableToMarkdown('T', [{'a': u'\\xe9'}])", u'### T\n|a|\n|---|\n| \xe9 |\n' + (u'| \xe9 |\n' if not driver.PY2 else '')),
    ("tableToMarkdown('T', [{'a': b'bytes'}])", '### T\n|a|\n|---|\n| bytes |\n'),
    # links and dates
    ("tableToMarkdown('T', [{'u': 'http://x', 'v': None}, {'u': ['p', 'q'], 'v': {'u': 'in'}}], url_keys=['u'])",
     '### T\n|u|v|\n|---|---|\n| [http://x](http://x) |  |\n| [p](p),<br>[q](q) | u: [in](in) |\n'),
    ("tableToMarkdown('T', [{'d': 0}, {'d': '86400000'}, {'d': 'x'}, {'d': None}], date_fields=['d', 'none'])",
     '### T\n|d|\n|---|\n| 1970-01-01 09:00:00 |\n| 1970-01-02 09:00:00 |\n| x |\n|  |\n'),
    # transformers
    ("tableToMarkdown('T', [{'a': {'k': 1}}], json_transform_mapping={'a': JsonTransformer(func=lambda x: 'f|')})",
     '### T\n|a|\n|---|\n| f\\| |\n'),
    ("tableToMarkdown('T', [{'a': {'k': 1}, 'b': {'l': 2}}], json_transform_mapping={'a': JsonTransformer(keys=['k'])})",
     '### T\n|a|b|\n|---|---|\n| ***k***: 1 | l: 2 |\n'),
    ("tableToMarkdown('T', [{'a': {'k': {'l': 1}}, 'b': 'text'}], is_auto_json_transform=True)",
     '### T\n|a|b|\n|---|---|\n| **k**:<br>\t***l***: 1 | text |\n'),
]
if not driver.PY2:
    TABLES.append(("tableToMarkdown('T', [{'b': 1, 'a': 2}], sort_headers=False)",
                   '### T\n|b|a|\n|---|---|\n| 1 | 2 |\n'))

NESTED = {'id': '1', 'result': {'files': [{'name': 'n', 'size': 0}, {'name': 'm'}]}, 'links': ['p', 'q'], 'none': []}


class Tables(Table):
    def test_tables(self):
        self.check(TABLES, setup='ROWS = %r' % ROWS,
                   env=dict(os.environ, TZ='XYZ-9'))

    def test_sections(self):
        self.check([
            ("sectionsToMarkdown({'S': {'a': [1]}})", '### S\n|a|\n|---|\n| 1 |\n'),
            ("sectionsToMarkdown({'S': [{'a': 1}, {'a': 2}]})", '### S\n|a|\n|---|\n| 1 |\n| 2 |\n'),
            ("sectionsToMarkdown([])", ''),
            ("flattenTable([{'a': [1, 2]}])", [{'a': '1,\n2'}]), ("flattenRow({'a': None})", {'a': 'null'}),
        ])

    def test_aws(self):
        self.check([
            ("aws_table_to_markdown({'Rules': [{'a': 1}]}, 'T')", '### T\n|a|\n|---|\n| 1 |\n'),
            ("aws_table_to_markdown({'Rules': []}, 'T')", '### T\n**No entries.**\n'),
            ("aws_table_to_markdown({'Rule': {'a': 1}}, 'T')", '### T\n|a|\n|---|\n| 1 |\n'),
            ("aws_table_to_markdown({'Names': ['x', 'y']}, 'T')", '### T\n|Names|\n|---|\n| x |\n| y |\n'),
            ("aws_table_to_markdown({'a': 1, 'b': 2}, 'T')", '### T\n|a|b|\n|---|---|\n| 1 | 2 |\n'),
            ("aws_table_to_markdown([{'a': 1}], 'T')", '### T\n|a|\n|---|\n| 1 |\n'),
            ("aws_table_to_markdown({'a': 1}, 'T')", '### T\n|a|\n|---|\n| 1 |\n'),
        ])


class Cells(Table):
    def test_cells(self):
        self.check([
            ("flattenCell('x')", 'x'), ("flattenCell([1, 'a', b'b'])", '1,\na,\nb'), ("flattenCell(None)", 'null'),
            ("flattenCell({'a': 1})", '{\n    "a": 1\n}'), ("flattenCell({'a': 1}, is_pretty=False)", '{"a": 1}'),
            ("flattenCell({'a': set()}, False).startswith('{\"a\": \"set(')", True),
            ("formatCell({'a': [1, 2]})", 'a: 1,\n2'), ("formatCell('x')", 'x'), ("formatCell(5)", '5'),
            ("formatCell(5, json_transform=JsonTransformer(func=str))", '5'),
        ])

    def test_links(self):
        self.check([
            ("create_clickable_url('http://a')", '[http://a](http://a)'), ("create_clickable_url('u', 't')", '[t](u)'),
            ("create_clickable_url(['u', 'v'])", ['[u](u)', '[v](v)']),
            ("create_clickable_url(['u', 'v'], ['s', 't'])", ['[s](u)', '[t](v)']),
            ("create_clickable_url(['u'], ['s', 't'])", Raises('1 addresses and 2 texts')),
            ("[create_clickable_url(x) for x in (None, '', [])]", [None, None, None]),
            ("url_to_clickable_markdown([{'a': {'u': 'x'}, 'u': None, 'v': 'y'}], ['u'])",
             [{'a': {'u': '[x](x)'}, 'u': None, 'v': 'y'}]),
        ])

    @unittest.skipIf(driver.VERSION < (3, 6), 'dictionaries have no order')
    def test_nested_lists(self):
        self.check([
            ("JsonTransformer().json_to_str(NESTED)",
             '***id***: 1\n**result**:\n\t**files**:\n\t\t**-**\t***name***: n\n\t\t\t***size***: 0\n'
             '\t\t**-**\t***name***: m\n**links**:\n\t***values***: p, q\n**none**:\n\t***values***: '),
            ("JsonTransformer(keys=['files'], is_nested=True).json_to_str(NESTED)",
             '**result**:\n\t**files**:\n\t\t**-**\t***name***: n\n\t\t\t***size***: 0\n\t\t**-**\t***name***: m'),
            ("JsonTransformer(keys=['files']).json_to_str(NESTED)", ''),
            ("JsonTransformer(keys=['id']).json_to_str(NESTED)", '***id***: 1'),
            ("JsonTransformer().json_to_str([{'a': 1}, {'a': 2}])", '**-**\t***a***: 1\n**-**\t***a***: 2'),
            ("JsonTransformer().json_to_str([1, 2])", '***values***: 1, 2'),
            ("JsonTransformer(flatten=True).json_to_str({'a': {'b': 1}, 'c': 'd'}, False)", 'a: {"b": 1}\nc: d'),
            ("JsonTransformer().json_to_str('text')", 'text'),
        ], setup='NESTED = %r' % NESTED)


if __name__ == '__main__':
    unittest.main()
