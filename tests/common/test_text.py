"""Text: spellings of keys, escapes, encodings."""
import unittest

from assembly import Raises, Table


class Text(Table):
    def test_spellings(self):
        self.check([
            ("camelize_string('one_two')", 'OneTwo'),
            ("camelize_string('one_tWO', upper_camel=False)", 'oneTwo'),
            ("camelize_string('')", ''),
            ("camelize_string(b'one two', ' ')", 'OneTwo'),
            ("underscoreToCamelCase('one_two')", 'OneTwo'),
            ("underscoreToCamelCase('one_two', False)", 'oneTwo'),
            ("underscoreToCamelCase(5)", 5),
            ("camelize({'one two': {'three four': 1}})", {'OneTwo': {'three four': 1}}),
            ("camelize([{'one_two': 1}], '_', False)", [{'oneTwo': 1}]),
            ("[camel_case_to_underscore(x) for x in ('oneTwo', 'OneTwo', 'HTTPServer', 'ipV4Address', 'one', 'one_two')]",
             ['one_two', 'one_two', 'http_server', 'ip_v4_address', 'one', 'one_two']),
            ("snakify({'oneTwo': 1})", {'one_two': 1}),
            ("[pascalToSpace(x) for x in ('ThreatScore', 'thisIsIPAddressName', 'URL', 'ID5Value', 'a b', '', None)]",
             ['Threat Score', 'This Is IP Address Name', 'URL', 'ID5 Value', 'A B', '', None]),
            ("[string_to_table_header(x) for x in ('one_two', 'IP address', '')]", ['One Two', 'Ip Address', '']),
            ("string_to_table_header(5)", Raises('must be text, not int')),
            ("string_to_context_key('one_two')", 'OneTwo'),
            ("string_to_context_key(None)", Raises('must be text, not NoneType')),
        ])

    def test_escapes(self):
        self.check([
            ("stringEscape('a\\r\\n\\tb')", 'a\\r\\n\\tb'),
            ("stringUnEscape('a\\\\r\\\\n\\\\tb')", 'a\r\n\tb'),
            ("doubleBackslashes('a\\\\b')", 'a\\\\b'),
            ("stringEscapeMD('a*b|c_[d](e)')", 'a\\*b\\|c\\_\\[d\\]\\(e\\)'),
            ("stringEscapeMD('a*b|c`', True)", 'a*b\\|c\\`'),
            ("stringEscapeMD('a\\r\\nb\\rc\\nd', True, True)", 'a<br>b<br>c<br>d'),
            ("stringEscapeMD('a\\\\b', True)", 'a\\b'),
            ("[shorten_string_for_printing(x, n) for x, n in (('123456789', 9), ('1234567890', 9), ('123456789012', 10), "
             "('abcd', 3), ('abc', 0), ('', 5))]", ['123456789', '123...890', '1234...012', '...', 'abc', '']),
        ])

    def test_encodings(self):
        self.check([
            ("b64_encode('a')", 'YQ=='), ("b64_encode(b'a')", 'YQ=='), ("b64_encode('')", ''), ("b64_encode(None)", ''),
            ("b64_encode(u'\\xe9')", 'w6k='),
            ("b64_decode('YQ').decode('ascii')", 'a'), ("b64_decode('YQ==').decode('ascii')", 'a'),
            ("b64_decode('Y')", Raises('')),
            ("encode_string_results(u'\\xe9') == (u'\\xe9' if IS_PY3 else b'\\xc3\\xa9')", True),
            ("encode_string_results(5)", 5),
            ("hash_djb2('abc')", 193485963), ("hash_djb2('')", 5381), ("hash_djb2('a', 0)", 97),
            ("hash_djb2('x' * 1000) < 2 ** 32", True),
        ])

    def test_credentials_and_paths(self):
        self.check([
            ("replace_spaces_in_credential('-----BEGIN A KEY----- ab cd -----END A KEY-----')",
             '-----BEGIN A KEY-----\nab\ncd\n-----END A KEY-----'),
            ("replace_spaces_in_credential('a b')", 'a b'), ("replace_spaces_in_credential(None)", None),
            ("NormalizeRegistryPath('HKLM\\\\x')", 'HKEY_LOCAL_MACHINE\\x'),
            ("[NormalizeRegistryPath(x) for x in ('HKCC', 'HKCU', 'x')]",
             ['HKEY_CURRENT_CONFIG', 'HKEY_CURRENT_USER', 'x']),
        ])


if __name__ == '__main__':
    unittest.main()
