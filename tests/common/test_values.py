"""Dictionaries and lists."""
import json
import os
import tempfile
import unittest

from assembly import Raises, Table, driver, run


class Values(Table):
    def test_cleaning(self):
        self.check([
            ("assign_params(a=1, b=None, c='', d=[], e={}, f=(), g=0, h=False)", {'a': 1, 'g': 0, 'h': False}),
            ("assign_params(keys_to_ignore=['a'], a=1, b=2)", {'b': 2}),
            ("assign_params(values_to_ignore=(15,), a=15, b=None)", {'b': None}),
            ("remove_empty_elements({'a': [{}, None, 1], 'b': {'c': None}, 'd': 0, 'e': ''})",
             {'a': [1], 'd': 0, 'e': ''}),
            ("remove_empty_elements([[[]], 'x'])", ['x']), ("remove_empty_elements('x')", 'x'),
            ("[remove_nulls_from_dictionary(data), data]", [None, {'a': 0, 'd': {'x': None}}]),
        ], setup="data = {'a': 0, 'b': None, 'c': '', 'd': {'x': None}, 'e': [], 'f': {}, 'g': ()}")

    def test_reading(self):
        self.check([
            ("dict_safe_get({'a': {'b': [1, 2]}}, ['a', 'b', 1])", 2),
            ("dict_safe_get({'a': []}, ['a', 'b'], 'd')", 'd'), ("dict_safe_get(None, ['a'])", None),
            ("dict_safe_get({'a': [1]}, ['a', 5], 'd')", 'd'), ("dict_safe_get({}, [])", {}),
            ("dict_safe_get({'a': 1}, ['a'], return_type=str)", Raises('value under a: expected')),
            ("dict_safe_get({}, ['a'], return_type=str)", Raises('value under a: expected')),
            ("dict_safe_get({'a': 1}, ['a'], 'd', str, False)", 'd'), ("dict_safe_get({'a': 1}, ['a'], return_type=int)", 1),
            ("zoomField({'a': 1}, 'a')", 1), ("zoomField({'a': 1}, 'b')", {'a': 1}), ("zoomField(5, 'b')", 5),
            ("[raiseTable(root, 'k'), root]", [None, {'a': 1, 'b': 2, 'k': {'a': 3}}]),
            ("[raiseTable(other, 'k'), other]", [None, {'b': 2}]), ("[raiseTable(other, 'b'), other]", [None, {'b': 2}]),
        ], setup="root = {'a': 1, 'k': {'a': 3, 'b': 2}}\nother = {'k': {'b': 2}}")

    def test_keys(self):
        self.check([
            ("replace_in_keys({'a.b': {'c.d': 1}})", {'a_b': {'c.d': 1}}),
            ("replace_in_keys([{'a-b': 1}], '-', '')", [{'ab': 1}]),
            ("convert_dict_values_bytes_to_str({'a': b'x', 'b': {'c': b'y'}, 'd': [b'z', {'e': b'w'}, 1], 'f': None})",
             {'a': 'x', 'b': {'c': 'y'}, 'd': ['z', {'e': 'w'}, 1], 'f': None}),
            ("response_to_context({'id': 1, 'some_key': [{'uuid': 2, 'x': {'id': 3}}], 'y': None})",
             {'ID': 1, 'SomeKey': [{'UUID': 2, 'X': {'ID': 3}}], 'Y': None}),
            ("response_to_context({'ip_addr': 1}, {'ip_addr': 'IPAddr'})", {'IPAddr': 1}),
            ("response_to_context('x')", 'x'), ("response_to_context([{'a': 1}])", [{'A': 1}]),
        ])

    def test_context(self):
        self.check([
            ("createContext({'a b': 1, 'c': None}, keyTransform=camelize_words, removeNull=True)", {'AB': 1}),
            ("createContext([{'a.b': 1, 'a.c': 2}])", [{'a': {'b': 1, 'c': 2}}]),
            ("createContext({'a': 1}, id='7')", {'a': 1, 'ID': '7'}),
            ("createContext({'ID': 1}, id='7')", {'ID': 1}),
            ("createContext({'a': 0, 'b': []}, removeNull=True)", {'a': 0}),
            ("createContextSingle({'a.b': 1}, keyTransform=str.upper)", {'a': {'B': 1}}),
            ("merge_lists([{'id': 1, 'v': 'n'}, {'id': 2}, {'id': 3}], [{'id': 1, 'v': 'y'}, {'id': 4}, {'id': 3, "
             "'remove': True}], 'id')", [{'id': 1, 'v': 'y'}, {'id': 2}, {'id': 4}]),
        ], setup="camelize_words = lambda key: camelize_string(key, ' ')")

    def test_batches(self):
        self.check([("list(batch([1, 2, 3, 4, 5], 2))", [[1, 2], [3, 4], [5]]), ("list(batch([]))", []),
                    ("list(batch('abc', 5))", ['abc']), ("list(batch([1, 2]))", [[1], [2]])])

    def test_json(self):
        self.check([("safe_load_json('{\"a\": 1}')", {'a': 1}), ("safe_load_json('[1]')", [1]),
                    ("safe_load_json([1])", [1]), ("safe_load_json({})", {}),
                    ("parse_json_string('{\"a\": 1}')", {'a': 1}), ("parse_json_string('{')", {}),
                    ("parse_json_string(None)", {})])
        self.ends_with_error("safe_load_json('{x}')", 'parse the JSON text: ')
        with tempfile.NamedTemporaryFile() as file:
            for text, expected in ((b'{"a": 1}', '{"a": 1}'), (b'x', "parse the JSON file of entry '5@7'")):
                file.seek(0)
                file.truncate()
                file.write(text)
                file.flush()
                out = run("demisto.results(safe_load_json('5@7'))", lambda message: {'path': file.name})
                self.assertIn(expected, out.contents()[0])

    def test_append_context(self):
        rows = [
            (None, "'x'", False, 'x'), ("a", "'x'", False, 'x,a'), (['a'], "['x']", False, ['a', 'x']),
            (['a'], "'x'", False, ['a', 'x']), ({'a': 1}, "{'b': 2}", False, [{'a': 1}, {'b': 2}]),
            ({'a': 1}, "[{'b': 2}]", False, [{'a': 1}, {'b': 2}]), (5, '6', False, [5, 6]),
            ([{'a': 1}, 'b'], "[{'a': 1}, 'c']", True, [{'a': 1}, 'b', 'c']),
        ]
        for existing, data, dedup, expected in rows:
            out = run("appendContext('p.q', %s, %s)" % (data, dedup),
                      context={'ExecutionContext': {'p': {'q': existing}}, 'Inv': {'id': '1'}})
            self.assertEqual([(one['name'], one['value']) for one in out.of('setContext')], [('p.q', expected)], existing)
        self.assertEqual(run("appendContext('p', None)").of('setContext'), [])
        for existing, data in (('a', '5'), ({'a': 1}, "'x'")):
            out = run("appendContext('p', %s)" % data, context={'ExecutionContext': {'p': existing}, 'Inv': {}})
            self.assertIn("append to 'p': it holds", out.trace()[-1])


if __name__ == '__main__':
    unittest.main()
