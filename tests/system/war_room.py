"""A server with a memory for one test: a state folder of its own, and content that the test writes and registers."""
import os
import shutil
import tempfile

# Of a script that fails as long as its call is cold: a busy machine has no zygote for it by the second try yet.
UNTIL_WARM = 'retry-count=10 retry-interval=1'

SCRIPT = '''commonfields: {{id: {name}, version: -1}}
name: {name}
type: python
subtype: python3
dockerimage: python3
enabled: true
args: [{args}]
script: |
{code}'''

INTEGRATION = '''commonfields: {{id: {name}, version: -1}}
name: {name}
display: {name}
category: Utilities
description: For tests.
configuration:
{parameters}script:
  type: python
  subtype: python3
  dockerimage: python3
{flags}  commands:
{commands}  script: |
{code}'''


def indented(code, by):
    return ''.join(' ' * by + line + '\n' for line in code.splitlines())


class WarRoom:
    def __init__(self, berth):
        self.berth = berth
        self.state = tempfile.mkdtemp(prefix='berth-system-state-')
        self._name = os.path.basename(self.state)
        self.tree = os.path.join(berth.folder, self._name)
        with open(berth.settings) as usual:
            lines = [line for line in usual.read().splitlines() if not line.startswith('  state:')]
        self.settings = berth.write(self._name + '.yaml', '\n'.join(lines) + '\n  state: %s\n' % self.state)
        self._is_added = False

    def end(self):
        for folder in self.state, self.tree:
            shutil.rmtree(folder, ignore_errors=True)

    def settings_with(self, text):
        """From here on, with `text` besides."""
        with open(self.settings, 'a') as file:
            file.write(text)

    def __call__(self, *argv, **how):
        return self.begin(*argv, **{key: how[key] for key in how if key != 'seconds'}).wait(how.get('seconds', 120))

    def begin(self, *argv, **how):
        return self.berth.begin(*argv, settings=self.settings, **how)

    def must(self, *argv, **how):
        answer = self(*argv, **how)
        assert answer.code == 0, answer
        return answer

    def exec(self, line, *options, **how):
        """A line of the war room; the whole answer."""
        return self('exec', line, *options, '--json', **how)

    def _write(self, pack, kind, name, text):
        file = '%s-%s.yml' % (kind.lower(), name)
        path = self.berth.write(os.path.join(self._name, 'Packs', pack, kind + 's', file), text)
        if not self._is_added:
            self.must('content', 'add', self.tree, '--name', 'test')
            self._is_added = True
        return path

    def script(self, name, code, args=(), pack='P'):
        """Registers a script whose arguments are named."""
        return self._write(pack, 'Script', name, SCRIPT.format(
            name=name, code=indented(code, 2), args=', '.join('{name: %s}' % arg for arg in args)))

    def integration(self, name, code, commands=(), parameters=(), flags=(), pack='P'):
        """Registers an integration; each parameter is (name, type), each flag a key that is true."""
        return self._write(pack, 'Integration', name, INTEGRATION.format(
            name=name, code=indented(code, 4),
            parameters=''.join('- {display: %s, name: %s, type: %d, required: false}\n' % (one, one, kind)
                               for one, kind in parameters) or '- {display: None, name: none, type: 0, required: false}\n',
            flags=''.join('  %s: true\n' % flag for flag in flags),
            commands=''.join('  - {name: %s, arguments: [{name: value, default: true}]}\n' % one
                             for one in commands) or '  - {name: %s-nothing}\n' % name.lower()))

    def secret(self, name, text):
        """A file that holds a secret, outside of the state folder."""
        return self.berth.write(os.path.join(self._name, 'secrets', name), text)

    def add(self, brand, name, *options):
        return self.must('instance', 'add', brand, '--name', name, *options)

    def new(self):
        """The id of a new investigation."""
        return str(self.must('investigation', 'new', '--json').json['id'])

    def context(self, investigation):
        return self.must('context', 'get', '--investigation', investigation, '--json').json['context']

    def export(self, investigation):
        return self.must('investigation', 'export', investigation).json
