"""The common library, run in the loop as content meets it."""
import json
import os
import subprocess
import unittest

from assembly import COMMON, PACKS, assembled, driver, read, run

# expression, value; or the text of the error that it raises
VALUES = [
    ("argToList('a, b,c')", ['a', 'b', 'c']),
    ("argToList('[1, \"x\"]')", [1, 'x']),
    ("argToList('[a,b]')", ['[a', 'b]']),
    ("argToList(['a'])", ['a']),
    ("argToList('')", []),
    ("argToList(None)", []),
    ("argToList(5)", [5]),
    ("argToList('1;2', ';', int)", [1, 2]),
    ("argToBoolean(' YES ')", True),
    ("argToBoolean(False)", False),
    ("argToBoolean('no')", False),
    ("argToBoolean('maybe')", 'neither yes nor no'),
    ("arg_to_number('5')", 5),
    ("arg_to_number('123456789012345678901')", 123456789012345678901),
    ("arg_to_number('5.9')", 5),
    ("arg_to_number(None)", None),
    ("arg_to_number('', 'n', True)", '"n" is missing'),
    ("arg_to_number('x', 'n')", '"n" is no number: '),
    ("arg_to_number('inf', 'n')", '"n" is no number'),
    ("arg_to_datetime('0').year", 1970),
    ("arg_to_datetime(1700000000000).year", 2023),
    ("assign_params(a=1, b=None, c='', d=[])", {'a': 1}),
    ("assign_params(keys_to_ignore=['a'], a=1, b=2)", {'b': 2}),
    ("remove_empty_elements({'a': [{}, None, 1], 'b': {'c': ''}, 'd': 0})", {'a': [1], 'd': 0}),
    ("dict_safe_get({'a': {'b': 1}}, ['a', 'b'])", 1),
    ("dict_safe_get({'a': []}, ['a', 'b'], 'd')", 'd'),
    ("dict_safe_get({'a': 1}, ['a'], return_type=str)", 'value under a: expected'),
    ("camelize({'one two': 1})", {'OneTwo': 1}),
    ("camelize([{'one_two': 1}], '_', False)", [{'oneTwo': 1}]),
    ("underscoreToCamelCase('one_two')", 'OneTwo'),
    ("pascalToSpace('OneTwo')", 'One Two'),
    ("string_to_table_header('one_two')", 'One Two'),
    ("createContext([{'a b': 1, 'c': None}], keyTransform=camelize, removeNull=True)", [{'AB': 1}]),
    ("safe_load_json('{\"a\": 1}')", {'a': 1}),
    ("safe_load_json('{')", 'parse JSON text'),
    ("isError([{'Type': 4}])", True),
    ("is_error([{'Type': 1}, {'Type': entryTypes['error']}])", True),
    ("is_error([])", False),
    ("get_error([{'Type': 4, 'Contents': 'a'}, {'Type': 1}, {'Type': 4, 'Contents': 'b'}])", 'a\nb'),
    ("get_error([])", 'none of the 0 entries'),
    ("[formats['markdown'], EntryFormat.MARKDOWN, EntryType.FILE]", ['markdown', 'markdown', 3]),
    ("stringEscapeMD('a*b|c')", 'a\\*b\\|c'),
    ("stringEscapeMD('a*b|c', True)", 'a*b\\|c'),
]

TABLES = [
    ("tableToMarkdown('T', [{'b': 1, 'a': 'x|y'}])", '### T\n|a|b|\n|---|---|\n| x\\|y | 1 |\n'),
    ("tableToMarkdown('T', {'a': None, 'b': [1, 2]})", '### T\n|a|b|\n|---|---|\n|  | 1,<br>2 |\n'),
    ("tableToMarkdown('T', [])", '### T\n**No entries.**\n'),
    ("tableToMarkdown('T', ['x', 'y'], headers='H')", '### T\n|H|\n|---|\n| x |\n| y |\n'),
    ("tableToMarkdown('T', [{'a': 1, 'b': ''}], headers=['b', 'a'], removeNull=True)", '### T\n|a|\n|---|\n| 1 |\n'),
    ("tableToMarkdown('', [{'a_b': {'k': 1}}], headerTransform=string_to_table_header, metadata='m')",
     'm\n|A B|\n|---|\n| k: 1 |\n'),
    ("tableToMarkdown('T', [{'u': 'http://x'}], url_keys=['u'])", '### T\n|u|\n|---|\n| [http://x](http://x) |\n'),
    ("tableToMarkdown('T', [{'d': 0}], date_fields=['d'])", '### T\n|d|\n|---|\n| 1970-01-01 00:00:00 |\n'),
]


class Helpers(unittest.TestCase):
    maxDiff = None

    def check(self, rows):
        lines = ['try:\n  demisto.results({"value": %s})\n'
                 'except Exception as ex:\n  demisto.results({"error": str(ex)})' % expression for expression, _ in rows]
        out = run('\n'.join(lines))
        self.assertEqual(out.trace(), None)
        for (expression, expected), text in zip(rows, out.contents()):
            with self.subTest(expression):
                got = json.loads(text)
                if 'error' in got:
                    self.assertIn(expected, got['error'])
                else:
                    self.assertEqual(got['value'], expected)

    def test_values(self):
        self.check(VALUES)

    def test_tables(self):
        self.check(TABLES)

    def test_nothing_heavy_is_imported(self):
        code = ("import os, sys\nbefore = set(sys.modules)\nclass D: pass\n"
                "exec(compile(open(%r, 'rb').read(), '<string>', 'exec'), {'demisto': D()})\n"
                "print(sorted(set(sys.modules) - before))" % os.path.join(driver.ROOT, 'common',
                                                                          'CommonServerPython.py'))
        found = subprocess.check_output([driver.PYTHON, '-c', code]).decode()
        self.assertIn(found.strip(), ('[]', "['time']"))


class Results(unittest.TestCase):
    def entry(self, code):
        entries = run(code).entries()
        self.assertEqual(len(entries), 1)
        return entries[0]

    def test_command_results(self):
        entry = self.entry("return_results(CommandResults('A.B', ['k', 'l'], [{'k': 1, 'l': 2}]))")
        self.assertEqual(entry['EntryContext'],
                         {'A.B(val.k && val.k == obj.k && val.l && val.l == obj.l)': [{'k': 1, 'l': 2}]})
        self.assertEqual(entry['Contents'], [{'k': 1, 'l': 2}])
        self.assertEqual((entry['Type'], entry['ContentsFormat']), (1, 'json'))
        self.assertEqual(entry['HumanReadable'], '### Results\n|k|l|\n|---|---|\n| 1 | 2 |\n')

    def test_command_results_rows(self):
        rows = [
            ("CommandResults('A', outputs={'x': 1})", 'EntryContext', {'A': {'x': 1}}),
            ("CommandResults(outputs={'A.B': 1})", 'EntryContext', {'A.B': 1}),
            ("CommandResults('A.B', outputs=[1], replace_existing=True)", 'EntryContext', {'A(true)': {'B': [1]}}),
            ("CommandResults('A', outputs=[])", 'EntryContext', {}),
            ("CommandResults(readable_output='r')", 'HumanReadable', 'r'),
            ("CommandResults(raw_response='text')", 'ContentsFormat', 'text'),
            ("CommandResults(readable_output='r', mark_as_note=True)", 'Note', True),
            ("CommandResults(readable_output='r', tags=['t'])", 'Tags', ['t']),
            ("CommandResults(readable_output='r', entry_type=EntryType.WARNING)", 'Type', 11),
            ("CommandResults(execution_metrics=[{'Type': 'x'}])", 'Type', 19),
        ]
        for expression, key, expected in rows:
            with self.subTest(expression):
                self.assertEqual(self.entry('return_results(%s)' % expression)[key], expected)

    def test_wrong_command_results(self):
        for expression in ("CommandResults(outputs=[1])", "CommandResults('.', outputs={})",
                           "CommandResults('A', outputs_key_field=5, outputs=[])",
                           "CommandResults(content_format='x')"):
            with self.subTest(expression):
                self.assertIn('Error', run(expression).trace()[-1])

    def test_return_results(self):
        self.assertEqual(run("return_results([CommandResults(readable_output='a'), 'b', {'Contents': 1, "
                             "'ContentsFormat': 'json'}])").contents(), [None, 'b', 1])
        self.assertEqual(run("return_results('ok')").contents(), ['ok'])

    def test_return_outputs_and_warning(self):
        entry = self.entry("return_outputs('r', {'A': 1}, {'raw': 2})")
        self.assertEqual((entry['HumanReadable'], entry['EntryContext'], entry['Contents']),
                         ('r', {'A': 1}, {'raw': 2}))
        out = run("return_warning('careful', exit=True)\ndemisto.results('not reached')")
        self.assertEqual([(one['Type'], one['Contents']) for one in out.entries()], [(11, 'careful')])

    def test_return_error(self):
        out = run("try:\n  1/0\nexcept Exception as ex:\n  return_error('went wrong', ex)\n"
                  "demisto.results('not reached')")
        self.assertEqual([(one['Type'], one['Contents']) for one in out.entries()], [(4, 'went wrong')])
        self.assertIn('File "<Item>", line 2', out.of('log')[0]['args']['args'][0])
        self.assertEqual((out.trace(), out.ends()), (None, 1))

    def test_return_error_of_watched_commands(self):
        for command in ('fetch-incidents', 'fetch-credentials', 'long-running-execution', 'fetch-indicators'):
            out = run("return_error('went wrong')", integration=True, command=command)
            self.assertEqual((out.entries(), out.trace()[-1]), ([], 'Exception: went wrong\n'))

    def test_return_error_texts(self):
        self.assertEqual(run("return_error('x')", integration=True, command='get-modified-remote-data').contents(),
                         ['skip update. error: x'])
        text = run("return_error('x' * 60000)").contents()[0]
        self.assertLess(len(text), 50100)
        self.assertIn('characters left out', text)
        out = run("try:\n  1/0\nexcept Exception as ex:\n  return_error('x', ex)",
                  context={'IsDebug': True, 'Inv': {'id': '1'}})
        self.assertIn('File "<Item>", line 2', out.contents()[0])

    def test_execute_command(self):
        one = lambda message: [{'Type': 1, 'Contents': {'a': 1}}]
        two = lambda message: [{'Type': 1, 'Contents': 1}, {'Type': 1, 'Contents': 2}]
        bad = lambda message: [{'Type': 4, 'Contents': 'no'}]

        def unknown(message):
            raise driver.Refusal('Unsupported Command')
        rows = [(one, '', '{"v": {"a": 1}}'), (two, '', '{"v": [1, 2]}'),
                (bad, ', fail_on_error=False', '{"v": [false, "no"]}'),
                (one, ', fail_on_error=False', '{"v": [true, {"a": 1}]}'),
                (unknown, ', fail_on_error=False', '{"v": [false, "Unsupported Command"]}')]
        for answer, options, expected in rows:
            out = run("demisto.results({'v': execute_command('x', {}%s)})" % options, answer)
            self.assertEqual(out.contents(), [expected])
        self.assertIn('command x: no', ''.join(run("execute_command('x', {})", bad).trace()))

    def test_file_result(self):
        process = driver.Process()
        code = assembled("return_results(fileResult('../a.txt', u'\\xe9'))")
        process.send(json.dumps(driver.job(code, context={'Inv': {'id': '7'}})).encode() + b'\n')
        process.serve()
        entry = process.outcome.entries()[0]
        with open(os.path.join(process.cwd, '7_' + entry['FileID']), 'rb') as handed_over:
            self.assertEqual(handed_over.read(), b'\xc3\xa9')
        self.assertEqual((entry['Type'], entry['File'], entry['Contents']), (3, 'a.txt', ''))
        process.close()


class Lines(unittest.TestCase):
    def test_lines_around_modules(self):
        code = '''
first = 2
from MaritimeApiModule import *  # noqa: E402
def fails(): raise ValueError()
import traceback as real
for call in (fails, lambda: decode_imo(None)):
    try:
        call()
    except Exception:
        demisto.results(fix_traceback_line_numbers(real.format_exc()))
'''
        out = run(code)
        self.assertIn('File "<Item>", line 4, in fails', out.contents()[0])
        self.assertIn('File "<Item>", line 8, in <module>', out.contents()[0])
        lines = read(PACKS, 'ApiModules', 'Scripts', 'MaritimeApiModule', 'MaritimeApiModule.py').split('\n')
        number = [n for n, line in enumerate(lines, 1) if 'text.upper()' in line][0]
        self.assertIn('File "<MaritimeApiModule>", line %d, in decode_imo' % number, out.contents()[1])

    def test_lines_of_the_library(self):
        out = run("import traceback as real\ntry:\n  argToBoolean('x')\nexcept Exception:\n"
                  "  demisto.results(fix_traceback_line_numbers(real.format_exc()))")
        number = [n for n, line in enumerate(COMMON.split('\n'), 1) if 'neither yes nor no' in line][0]
        self.assertIn('File "<CommonServerPython>", line %d, in argToBoolean' % number, out.contents()[0])


class Proxies(unittest.TestCase):
    def test_handle_proxy(self):
        code = '''
import os
os.environ.update({'http_proxy': 'proxy:3128', 'HTTPS_PROXY': 'http://p', 'REQUESTS_CA_BUNDLE': '/ca'})
found = handle_proxy()
demisto.results({'found': found, 'left': sorted(n for n in os.environ if 'roxy' in n.lower() and n in (
    'http_proxy', 'HTTPS_PROXY')), 'bundle': 'REQUESTS_CA_BUNDLE' in os.environ})
'''
        rows = [({'proxy': True}, {'found': {'http': 'http://proxy:3128', 'https': 'http://p'},
                                   'left': ['HTTPS_PROXY', 'http_proxy'], 'bundle': True}),
                ({'insecure': True}, {'found': {}, 'left': [], 'bundle': False})]
        for params, expected in rows:
            env = dict(os.environ)
            out = run(code, integration=True, params=params, env={key: value for key, value in env.items()
                                                                  if 'proxy' not in key.lower()})
            self.assertEqual(json.loads(out.contents()[0]), expected)


if __name__ == '__main__':
    unittest.main()
