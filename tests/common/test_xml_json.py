"""XML as JSON and back."""
import unittest

from assembly import Raises, Table

LIST = '<work><employee><id>100</id></employee><employee><id>200</id></employee></work>'


class Xml(Table):
    def test_both_ways(self):
        rows = [(LIST, {'work': {'employee': [{'id': '100'}, {'id': '200'}]}}), ('<a />', {'a': None}), ('<a>t</a>', {'a': 't'}),
                ('<a x="1" />', {'a': {'@x': '1'}}), ('<a x="1">t</a>', {'a': {'@x': '1', '#text': 't'}}),
                ('<a><b>1</b>tail</a>', {'a': {'b': {'#tail': 'tail', '#text': '1'}}}), ('<a>t<b /></a>', {'a': {'b': None, '#text': 't'}})]
        self.check([("json.loads(xml2json(%r))" % text, expected) for text, expected in rows])
        self.check([("json2xml(%r).decode('utf-8')" % value, text) for text, value in rows] +
                   [("json2xml(json.dumps(%r)).decode('utf-8')" % value, text) for text, value in rows])

    def test_details(self):
        self.check([
            ("json.loads(xml2json('<n:a xmlns:n=\"u\"><n:b/></n:a>'))", {'a': {'b': None}}),
            ("json.loads(xml2json('<n:a xmlns:n=\"u\"/>', strip_ns=0))", {'{u}a': None}),
            ("json.loads(xml2json('<a> t </a>', strip=0))", {'a': ' t '}), ("json.loads(xml2json('<a> t </a>'))", {'a': 't'}),
            ("xml2json('<a>t</a>', ['pretty'])", '{\n    "a": "t"\n}'),
            ("xml2json(b'<a>t</a>')", '{"a": "t"}'), ("xml2json('<a>')", Raises('')),
            ("elem_to_string(json2elem('{\"a\": {\"b\": [1, 2]}}'.replace('1', '\"1\"').replace('2', '\"2\"'))).decode('utf-8')"
             ".split('?>')[-1].strip()", '<a><b>1</b><b>2</b></a>'),
            ("internal_to_elem({'a': 1, 'b': 2})", Raises('one element must be at the top')),
            ("internal_to_elem({'a': {'#text': 't', '#tail': 'u'}}).tail", 'u'),
            ("json2xml({'a': u'\\xe9'}) == u'<a>\\xe9</a>'.encode('utf-8')", True),
            ("[strip_tag('{u}a'), strip_tag('a')]", ['a', 'a']), ("json_to_xml is json2xml", True),
        ])

    def test_entities_do_not_grow(self):
        # Few levels: where the guard is missing, the test fails, and not the machine.
        bomb = '<!DOCTYPE b [<!ENTITY a "%s">%s]><b>&e3;</b>' % (
            'x' * 100, ''.join(['<!ENTITY e%d "%s">' % (n, ('&e%d;' % (n - 1) if n else '&a;') * 10) for n in range(4)]))
        self.check([("xml2json(%r)" % bomb, Raises('')), ("isinstance(caught(%r), ValueError)" % bomb, True),
                    ("isinstance(caught('<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>'), ValueError)",
                     True), ("json.loads(xml2json('<!DOCTYPE a><a>&lt;</a>'))", {'a': '<'})], setup='''
def caught(text):
    try:
        xml2json(text)
    except Exception as error:
        return error
''')
        self.check([("xml2json(%r)" % bomb, Raises("declares the entity 'a'"))],
                   setup="import sys\nsys.modules['defusedxml'] = None")


if __name__ == '__main__':
    unittest.main()
