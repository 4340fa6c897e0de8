"""Content for tests, written where a test wants it."""

SCRIPT = '''commonfields:
  id: {name}
  version: -1
name: {name}
script: |
  {code}
type: python
subtype: python3
dockerimage: python3
enabled: true
args:
- name: who
  default: true
  description: Whom to greet.
  defaultValue: world
'''


def unified(name='Greet', code="demisto.results('hello ' + demisto.args()['who'])", more=''):
    """The YAML of a script with its code inside."""
    return SCRIPT.format(name=name, code=code.replace('\n', '\n  ')) + more


def split(name='Greet', more=''):
    """The YAML of a script whose code lies beside it."""
    return SCRIPT.format(name=name, code='-').replace('script: |\n  -', "script: '-'") + more
