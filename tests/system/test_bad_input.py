"""Requests that are wrong: one line with the file, the key and the remedy, exit code 2, no container left."""
import os

import pytest

from calls import IMAGE
from content import split, unified

pytestmark = pytest.mark.third_lane


def refusal(answer):
    """The one line of it."""
    assert answer.code == 2, answer
    (line,) = answer.err.splitlines()
    assert line.startswith('berth: '), line
    assert answer.out == ''
    return line


CLOSED = '- name: order\n  auto: PREDEFINED\n  predefined: [deepest, first]\n- name: who'
# text of the YAML; arguments; what stands in the error
ITEMS = {
    'no script or integration': ('hello: world\n', (), ("neither",)),
    'a list': ('- a\n- b\n', (), ()),
    'empty': ('', (), ()),
    'not YAML': ('a: [b\n', (), ('not YAML',)),
    'unknown argument': (unified(), ('whom=x',), ("unknown argument 'whom'", "'who'")),
    'missing argument': (unified().replace('defaultValue: world', 'required: true'), (),
                         ("argument 'who' is required and missing", 'add who=')),
    'outside predefined': (unified().replace('- name: who', CLOSED), ('order=deepst',),
                           ("'order'", "'deepst'", 'deepest')),
    'several default arguments': (unified().replace('- name: who', '- name: other\n  default: true\n- name: who'),
                                  ('bare',), ("'other'", "'who'", "'default: true'", 'name=value')),
    'argument twice': (unified(), ('who=a', 'who=b'), ("'who'", 'twice')),
    'command of a script': (unified(), ('--command', 'x'), ('is a script',)),
    'missing API module': (unified(code='from NoSuchApiModule import *\ndemisto.results(1)'), (), ('NoSuchApiModule',)),
    'script over the size limit': (unified(code='#' + 'x' * (11 << 20)), (), ('limit',)),
    'no image': (unified().replace('dockerimage: python3', 'dockerimage: no/such:1'), (), ('no/such:1',)),
}


@pytest.mark.parametrize('kind', ITEMS)
def test_item(berth, kind):
    text, argv, expected = ITEMS[kind]
    path = berth.write('bad/script-Greet.yml', text)
    line = refusal(berth('run', path, *argv))
    for part in expected:
        assert part in line, line


def test_several_default_arguments_without_a_bare_value(berth):
    text = unified().replace('- name: who', '- name: other\n  default: true\n- name: who')
    assert berth('run', berth.write('bad/script-Greet.yml', text), 'who=you', '--json').value == 'hello you'


def test_missing_code_file(berth):
    path = berth.write('nocode/Greet/Greet.yml', split())
    line = refusal(berth('run', os.path.dirname(path)))
    assert 'Greet.yml' in line and "'script'" in line


def test_missing_path(berth):
    line = refusal(berth('run', os.path.join(berth.folder, 'none.py')))
    assert 'none.py' in line


def test_unknown_keys_are_kept_and_warned_of(berth):
    path = berth.write('unknown/script-Greet.yml', unified(more='colour: blue\n'))
    silent, debug = berth('run', path), berth('run', path, '--debug')
    assert silent.code == debug.code == 0
    assert 'colour' not in silent.err
    warnings = [line for line in debug.err.splitlines() if 'warning' in line]
    assert [line for line in warnings if 'colour' in line and 'script-Greet.yml' in line]


INTEGRATION = '''commonfields: {id: I, version: -1}
name: I
display: I
configuration:
- {display: Host, name: host, type: 0, required: true}
- {display: Key, name: key, type: 4, required: false}
script:
  script: demisto.results(demisto.params())
  type: python
  subtype: python3
  dockerimage: python3
  commands:
  - {name: i-show, arguments: [{name: a}]}
'''
# options; what stands in the error
COMMANDS = {
    'no command': ((), ('--command', 'i-show')),
    'unknown command': (('--command', 'i-shwo', '--param', 'host=h'), ("'i-shwo'", 'i-show')),
    'missing parameter': (('--command', 'i-show'), ("'host'", '--param host=')),
    'unknown parameter': (('--command', 'i-show', '--param', 'hots=h'), ("'hots'", 'host')),
    'parameter without a value': (('--command', 'i-show', '--param', 'host'), ('--param',)),
    'secret on the command line': (('--command', 'i-show', '--param', 'host=h', '--param', 'key=hush'), ("'key'", '@')),
    'file of a secret that is not there': (('--command', 'i-show', '--param', 'host=h', '--param', 'key=@/none/such'),
                                           ('/none/such',)),
    'standard input twice': (('--command', 'i-show', '--param', 'host=-', '--param', 'key=-'),
                             ('standard input is taken',)),
    'params file without JSON': (('--command', 'i-show', '--params-file', '/etc/passwd'),
                                 ('--params-file', '/etc/passwd')),
    'unknown argument': (('--command', 'i-show', '--param', 'host=h', 'b=1'), ("unknown argument 'b'",)),
}


@pytest.mark.parametrize('kind', COMMANDS)
def test_integration(berth, kind):
    options, expected = COMMANDS[kind]
    line = refusal(berth('run', berth.write('bad/I.yml', INTEGRATION), *options))
    assert 'hush' not in line
    for part in expected:
        assert part in line, line


def test_integration_control(berth):
    answer = berth('run', berth.write('bad/I.yml', INTEGRATION), '--command', 'i-show', '--param', 'host=h', '--param',
                   'key=-', '--json', stdin=b'hush')
    assert answer.code == 0 and answer.value == {'host': 'h', 'key': '********'}, answer


OPTIONS = {
    'timeout': (('--timeout', 'soon'), ('--timeout', "'soon'")),
    'memory': (('--memory', '12parsecs'), ('--memory', "'12parsecs'", '512m')),
    'cpus': (('--cpus', '0'), ('--cpus', "'0'")),
    'pids': (('--pids', '-3'), ('--pids', "'-3'")),
    'file': (('--file', '/none/such'), ('--file', '/none/such')),
    'incident': (('--incident', '/etc/passwd'), ('--incident', '/etc/passwd')),
    'context': (('--context', '/none/such'), ('--context', '/none/such')),
}


@pytest.mark.parametrize('option', OPTIONS)
def test_options(berth, option):
    argv, expected = OPTIONS[option]
    line = refusal(berth('run', berth.write('bad/fine.py', 'demisto.results(1)'), '--image', IMAGE, *argv))
    for part in expected:
        assert part in line, line


def test_as_json(berth):
    answer = berth('run', os.path.join(berth.folder, 'none.py'), '--json')
    assert answer.code == 2 and answer.json['error']['exit_code'] == 2
    assert 'none.py' in answer.json['error']['message']


# what is added to the settings; what stands in the error
SETTINGS = {
    'unknown key': ('limits:\n  memroy: 1g\n', ("'limits.memroy'", 'memory')),
    'wrong value': ('limits:\n  memory: lots\n', ("'limits.memory'", "'lots'", '512m')),
    'not a mapping': ('limits: 7\n', ("'limits'",)),
}


@pytest.mark.parametrize('kind', SETTINGS)
def test_settings(berth, kind):
    text, expected = SETTINGS[kind]
    path = berth.settings_with(text)
    line = refusal(berth('run', berth.write('bad/fine.py', 'demisto.results(1)'), settings=path))
    for part in (path,) + expected:
        assert part in line, line


def test_settings_that_are_not_there(berth):
    line = refusal(berth('ps', settings='/none/such.yaml'))
    assert '/none/such.yaml' in line
