"""Line numbers, and what the library costs to load."""
import ast
import builtins
import dis
import os
import re
import subprocess
import tempfile
import unittest

from assembly import COMMON, PACKS, PARTS, driver, read, run

LOADED_AHEAD = {'time'}  # built into the interpreter


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
        rows = [('arguments.py', "argToBoolean('x')", 'is none of: true, yes', 'argToBoolean'),
                ('lines.py', 'register_module_line()', None, None),
                ('xml_json.py', 'internal_to_elem({})', 'one element must be at the top', 'internal_to_elem')]
        for part, call, text, function in rows:
            out = run("import traceback as real\ntry:\n  %s\nexcept Exception:\n"
                      "  demisto.results(fix_traceback_line_numbers(real.format_exc()))" % call)
            self.assertIn('File "<Item>", line 3, in <module>', out.contents()[0])
            if text:
                lines = read(driver.ROOT, 'common', part).split('\n')
                number = [n for n, line in enumerate(lines, 1) if text in line][0]
                self.assertIn('File "<common/%s>", line %d, in %s' % (part, number, function), out.contents()[0])

    def test_wrong_lines_are_logged(self):
        for call in ("register_module_line('M', 'middle', 1)", "register_module_line('M', 'start', -1)",
                     "register_module_line('M', 'end', 'x')"):
            self.assertEqual(run(call).of('log')[0]['command'], 'info')


class Parts(unittest.TestCase):
    def test_all_files_are_parts(self):
        files = [name for name in os.listdir(os.path.join(driver.ROOT, 'common')) if name.endswith('.py')]
        self.assertEqual(sorted(PARTS), sorted(files))

    def test_each_part_tells_its_end(self):
        for part in PARTS:
            code = read(driver.ROOT, 'common', part)
            self.assertTrue(code.endswith('\n'), part)
            self.assertEqual(re.findall(r"^_berth_end_of(?:_optional)?_part\('(.*)'\)$", code, re.M), [part])
            rest = re.split(r"_berth_end_of(?:_optional)?_part\('%s'\)\n" % part, code)[1]
            self.assertEqual(rest, "register_module_line('CommonServerPython', 'end', __line__())\n"
                             if part == 'finish.py' else '')

    def test_no_part_uses_names_of_an_optional_one(self):
        always = ''.join([code for code in self.texts() if '_berth_end_of_optional_part(' not in code.split('\n')[-2]])
        self.assertLess(len(always), len(COMMON) * 2 / 3)

        def names_of(code):
            """The global names that functions in `code` use."""
            used = set([one.argval for one in dis.get_instructions(code) if one.opname in ('LOAD_GLOBAL', 'LOAD_NAME')])
            for inner in code.co_consts:
                if hasattr(inner, 'co_code'):
                    used |= names_of(inner)
            return used
        given = set(dir(builtins)) | {'demisto', 'unicode', 'long'}
        scope = ast.parse(always)
        for node in ast.walk(scope):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                given.add(node.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                given.add(node.id)
            elif isinstance(node, ast.alias):
                given.add(node.asname or node.name)
        self.assertEqual(names_of(compile(scope, '<string>', 'exec')) - given, set())

    def test_names_of_optional_parts_stand_at_the_start_of_lines(self):
        optional = ''.join([code for code in self.texts() if '_berth_end_of_optional_part(' in code.split('\n')[-2]])
        written = set([one or other for one, other in re.findall(r'^(?:def|class) (\w+)|^(\w+) = ', optional, re.M)])
        always = ''.join([code for code in self.texts() if '_berth_end_of_optional_part(' not in code.split('\n')[-2]])
        code = "demisto.results(' '.join(sorted(globals())))"
        given = [set(driver.run(common + code, driver.echo).contents()[0].split()) for common in (COMMON, always)]
        self.assertEqual(set([name for name in given[0] - given[1] if not name.startswith('_')]) - written, set())
        self.assertGreater(len(given[0] - given[1]), 150)

    def texts(self):
        return [read(driver.ROOT, 'common', part) for part in PARTS]

    def test_no_name_is_given_twice(self):
        names = re.findall(r'^(?:def|class) (\w+)|^(\w+) = ', COMMON, re.M)
        names = [one or other for one, other in names]
        self.assertEqual(sorted(set([name for name in names if names.count(name) > 1])), [])

    def test_everything_public_is_described(self):
        overrides = ('to_context', 'to_display', 'get_value', 'search', 'fullmatch', 'findall', 'finditer', 'sub', 'subn',
                     'split')
        bare = []

        def look(nodes, within):
            for node in nodes:
                if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith('_'):
                    if not ast.get_docstring(node) and not (within and node.name in overrides):
                        bare.append(within + node.name)
                if isinstance(node, ast.ClassDef):
                    look(node.body, node.name + '.')
        look(ast.parse(COMMON).body, '')
        self.assertEqual(bare, [])

    def test_nothing_heavy_is_imported(self):
        code = ("import os, sys\nbefore = set(sys.modules)\nclass D:\n    callingContext = {}\n"
                "exec(compile(open(%r, 'rb').read(), '<string>', 'exec'), {'demisto': D()})\n"
                "print(' '.join(sorted(set(sys.modules) - before)))")
        with tempfile.NamedTemporaryFile() as whole:
            whole.write(COMMON.encode('utf-8'))
            whole.flush()
            found = subprocess.check_output([driver.PYTHON, '-c', code % whole.name]).decode().split()
        self.assertLessEqual(set(found), LOADED_AHEAD)


if __name__ == '__main__':
    unittest.main()
