"""The Python 2 base image: the default of items without a subtype, and an interpreter that the loop's tests pass under."""
import glob
import os
import re
import subprocess
import sys

import pytest

import needs
from calls import ROOT
from content import SCRIPT
from figures import figure
from serve import Daemon
from warm import at_rest

pytestmark = pytest.mark.third_lane

NAME = 'berth-system-test-%d-python2' % os.getpid()
CODE = """
import sys, requests, yaml, lxml.etree, cryptography.fernet, dateutil, bs4, jinja2
demisto.results({'version': list(sys.version_info[:2]), 'bytes': isinstance('', bytes), 'half': 1 / 2})
"""


def item(berth, code, subtype=None, **how):
    """What a script's YAML without an image answers."""
    text = SCRIPT.format(name='Old', code=code.strip().replace('\n', '\n  ')).replace('dockerimage: python3\n', '')
    text = text.replace('subtype: python3\n', 'subtype: %s\n' % subtype if subtype else '')
    return berth('run', berth.write('old/Old.yml', text), '--json', **how)


@pytest.fixture(scope='module', autouse=True)
def image(berth):
    listed = berth('image', 'list', '--json').json['images']
    if not any('berth/python-deb:' in name for one in listed for name in one['names']):
        reason = "no Python 2 base image is here: 'berth image init python2' makes it"
        if needs.required('image'):
            pytest.fail(reason)
        pytest.skip(reason)


def test_an_item_that_names_nothing_gets_it(berth):
    done = item(berth, CODE)
    assert done.code == 0, done
    assert done.value == {'version': [2, 7], 'bytes': True, 'half': 0}
    assert done.json['image']['wanted'] == 'python'
    assert done.json['image']['used'].startswith('berth/python-deb:2.7.18.')
    assert 'means Python 2' in done.json['image']['reason']


def test_no_call_of_it_is_warm(berth):
    settings = berth.settings_with('calls: {warm: on}\n')
    for _ in range(2):
        answer = item(berth, 'demisto.results(1)', 'python2', settings=settings)
        assert answer.code == 0 and answer.json['not_warm'] == 'its interpreter is Python 2', answer
    assert 'not_warm' not in item(berth, 'demisto.results(1)', 'python2').json


def test_an_interpreter_that_turns_out_to_be_it_is_told_of_in_each_call(berth):
    settings = berth.settings_with('calls: {warm: on}\n')
    with Daemon(berth, settings=settings) as daemon:
        def call():
            answer = item(berth, 'demisto.results(1)', settings=settings)
            at_rest(daemon)
            return answer.json['not_warm']
        reasons = [call() for _ in range(8)]
    assert 'first call with its key' in reasons[0] and 'first call' not in ''.join(reasons[1:]), reasons
    assert all('its interpreter is Python 2' in reason for reason in reasons[1:]), reasons


def test_a_subtype_decides(berth):
    for subtype, major in (('python2', 2), ('python3', 3)):
        done = item(berth, 'import sys; demisto.results(sys.version_info[0])', subtype)
        assert done.code == 0, done
        assert done.value == str(major)
        assert 'the subtype is ' + subtype in done.json['image']['reason']


def test_the_common_library_and_exceptions(berth):
    done = item(berth, 'return_results(CommandResults("A", "id", {"id": u"\\xe9"}))')
    assert done.code == 0, done
    assert done.entries[-1]['EntryContext'] == {'A(val.id && val.id == obj.id)': {'id': '\xe9'}}
    done = item(berth, 'raise ValueError(u"caf\\xe9")')
    assert done.cause == 'exception' and 'ValueError' in done.exception()


@pytest.fixture
def interpreter(tmp_path):
    """The image's own interpreter, run by its own dynamic linker from its own files: a program to be started."""
    def buildah(*argv):
        done = subprocess.run(('buildah',) + argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    newest = max((name for name in buildah('images', '--format', '{{.Name}}:{{.Tag}}').split() if '/python-deb:' in name),
                 key=lambda name: [int(part) for part in name.split(':')[1].split('.')])
    buildah('from', '--pull-never', '--name', NAME, newest)
    try:
        root = buildah('mount', NAME)
        (linker,) = glob.glob(root + '/lib/*-linux-gnu*/ld-2.*.so')
        program = tmp_path / 'python2'
        program.write_text('#!/bin/sh\nPYTHONHOME=%s/usr exec %s --library-path %s:%s %s/usr/bin/python2.7 -B "$@"\n'
                           % (root, linker, os.path.dirname(linker), root + '/usr' + os.path.dirname(linker)[len(root):], root))
        program.chmod(0o755)
        yield str(program)
        buildah('umount', NAME)
    finally:
        buildah('rm', NAME)


def test_the_loop_passes_its_tests_under_it(interpreter):
    done = subprocess.run([sys.executable, '-B', '-m', 'unittest', 'discover', '-p', 'test_*.py'],
                          cwd=os.path.join(ROOT, 'tests', 'loop'), env=dict(os.environ, BERTH_TEST_PYTHON=interpreter),
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    ran = int(re.search(r'Ran (\d+) tests', done.stderr).group(1))
    assert ran > 60
    figure('loop', 'tests of the loop passed under the Python 2 image\'s interpreter', ran)
