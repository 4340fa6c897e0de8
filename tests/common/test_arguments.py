"""Arguments as the values they stand for."""
import unittest

from assembly import Raises, Table, run

WORDS = [('True', True), ("'yes'", True), ("'TRUE'", True), ("u'Yes'", True), ('False', False), ("'no'", False),
         ("'False'", False), ("'1'", None), ("'y'", None), ("'on'", None), ("' yes '", None), ("''", None), ('1', None),
         ('None', None)]


class Arguments(Table):
    def test_lists(self):
        self.check([
            ("argToList('a, b,c')", ['a', 'b', 'c']),
            ("argToList('[1, \"x\"]')", [1, 'x']),
            ("argToList('[a,b]')", ['[a', 'b]']),
            ("argToList(['a'])", ['a']),
            ("argToList('')", []), ("argToList(None)", []), ("argToList(0)", []), ("argToList([])", []),
            ("argToList(5)", [5]),
            ("argToList({'a': 1})", [{'a': 1}]),
            ("argToList('1;2', ';', int)", [1, 2]),
            ("argToList([1, 2], transform=str)", ['1', '2']),
            ("argToList(u'\\xe9,b')", [u'\xe9', 'b']),
            ("remove_duplicates_from_list_arg({'ids': '2,1,2'}, 'ids')", ['2', '1']),
            ("remove_duplicates_from_list_arg({}, 'ids')", []),
        ])

    def test_booleans(self):
        self.check([('argToBoolean(%s)' % word, Raises('neither text nor' if word in ('1', 'None') else 'is none of')
                     if value is None else value) for word, value in WORDS])
        self.check([("isinstance(failed('x'), ValueError) and isinstance(failed(5), ValueError)", True)], setup='''
def failed(value):
    try:
        argToBoolean(value)
    except Exception as error:
        return error
''')

    def test_numbers(self):
        self.check([
            ("arg_to_number('5')", 5), ("arg_to_number(' 5 ')", 5), ("arg_to_number('-5')", -5), ("arg_to_number(5)", 5),
            ("arg_to_number('123456789012345678901')", 123456789012345678901),
            ("arg_to_number('5.9')", 5), ("arg_to_number(5.9)", 5), ("arg_to_number(u'7')", 7),
            ("arg_to_number(None)", None), ("arg_to_number('')", None), ("arg_to_number(0)", 0),
            ("arg_to_number('', 'n', True)", Raises('Missing "n"')),
            ("arg_to_number(None, required=True)", Raises('Missing required argument')),
            ("arg_to_number('x', 'n')", Raises('Invalid number: "n"="x"')),
            ("arg_to_number('x')", Raises('"x" is not a valid number')),
            ("arg_to_number('inf')", Raises('not a valid number')), ("arg_to_number('nan')", Raises('not a valid number')),
            ("arg_to_number([1])", Raises('not a valid number')),
        ])

    def test_mappings(self):
        self.check([
            ("comma_separated_mapping_to_dict('a=1, b=2')", {'a': '1', 'b': '2'}),
            ("comma_separated_mapping_to_dict('')", {}), ("comma_separated_mapping_to_dict(None)", {}),
            ("comma_separated_mapping_to_dict('a=1,a=2')", {'a': '2'}),
            ("comma_separated_mapping_to_dict('a=1,b,c=d=e')", {'a': '1', '': ''}),
        ])
        logs = run("comma_separated_mapping_to_dict('b')").of('log')
        self.assertEqual(logs[0]['command'], 'error')
        self.assertIn("'b' is no pair", logs[0]['args']['args'][0])


if __name__ == '__main__':
    unittest.main()
