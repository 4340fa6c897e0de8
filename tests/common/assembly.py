"""Assembles code as a server does, for tests of the common library and of the example content."""
import json
import os
import re
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'loop'))

import driver  # noqa: E402

PACKS = os.path.join(driver.ROOT, 'examples', 'content', 'Packs')


def read(*path):
    with open(os.path.join(*path), 'rb') as source:
        return source.read().decode('utf-8')


PARTS = read(driver.ROOT, 'common', 'parts.txt').split()
COMMON = ''.join([read(driver.ROOT, 'common', part) for part in PARTS])


def with_modules(code):
    def module(match):
        name = match.group(1)
        body = read(PACKS, 'ApiModules', 'Scripts', name, name + '.py')
        return ("\n### GENERATED CODE ###: %s\n# put in by the assembler\n"
                "register_module_line('%s', 'start', __line__(), wrapper=-3)\n%s"
                "\nregister_module_line('%s', 'end', __line__(), wrapper=1)\n### END GENERATED CODE ###"
                % (match.group(0), name, with_modules(body), name))
    return re.sub(r'from (\w+ApiModule) import \*(?:  # noqa: E402)?', module, code)


def assembled(code, name='Item'):
    code = re.sub(r'(import demistomock as demisto|from CommonServer(User)?Python import \*)[^\n]*', '',
                  with_modules(code))
    return ("%s\nregister_module_line('%s', 'start', __line__())\n%s\nregister_module_line('%s', 'end', __line__())\n"
            % (COMMON, name, code, name))


def run(code, answer=driver.echo, name='Item', **fields):
    fields.setdefault('context', {'Inv': {'id': '7'}})
    return driver.run(assembled(code, name), answer, **fields)


class Raises(str):
    """In the place of a value: the text that stands in the message of the exception."""


class Table(unittest.TestCase):
    """Rows of (expression, value or Raises), evaluated in the loop after `setup`, as JSON."""

    maxDiff = None

    def check(self, rows, setup='', answer=driver.echo, **fields):
        lines = [setup]
        for expression, _ in rows:
            lines.append('try:\n  demisto.results({"value": %s})\n'
                         'except Exception as ex:\n  demisto.results({"error": str(ex)})' % expression)
        out = run('\n'.join(lines), answer, **fields)
        self.assertEqual(out.trace(), None)
        found = out.contents()
        self.assertEqual(len(found), len(rows), 'a row ended the run')
        for (expression, expected), text in zip(rows, found):
            with self.subTest(expression):
                got = json.loads(text)
                if isinstance(expected, Raises):
                    self.assertEqual(list(got), ['error'])
                    self.assertIn(expected, got['error'])
                else:
                    self.assertEqual(got, {'value': expected})

    def entry(self, code, answer=driver.echo, **fields):
        """The only entry that `code` posts."""
        out = run(code, answer, **fields)
        self.assertEqual(out.trace(), None)
        self.assertEqual(len(out.entries()), 1, out.entries())
        return out.entries()[0]

    def ends_with_error(self, code, text, **fields):
        """`code` posts an error entry with `text` in it and ends the run."""
        out = run(code + "\ndemisto.results('not reached')", **fields)
        self.assertEqual([entry['Type'] for entry in out.entries()], [4])
        self.assertIn(text, out.entries()[0]['Contents'])


def has_module(name):
    """Whether the interpreter under test has a module."""
    return subprocess.call([driver.PYTHON, '-c', 'import ' + name], stderr=subprocess.DEVNULL) == 0


def needs(name):
    """A decorator: skips where the interpreter under test lacks a module."""
    return unittest.skipUnless(has_module(name), 'module %s is not there for %s' % (name, driver.PYTHON))
