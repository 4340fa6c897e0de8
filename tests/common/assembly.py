"""Assembles code as a server does, for tests of the common library and of the example content."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'loop'))

import driver  # noqa: E402

PACKS = os.path.join(driver.ROOT, 'examples', 'content', 'Packs')


def read(*path):
    with open(os.path.join(*path), 'rb') as source:
        return source.read().decode('utf-8')


COMMON = read(driver.ROOT, 'common', 'CommonServerPython.py')


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
