"""The items of the example content, run in the loop against a server that remembers as little as a test needs."""
import os
import re
import sys

from assembly import PACKS, driver, read, run

sys.path.insert(0, os.path.join(driver.ROOT, 'examples'))


def code_of(pack, name):
    """The code of an item, which lies beside its YAML or in it."""
    for folder in ('Scripts', 'Integrations'):
        beside = os.path.join(PACKS, pack, folder, name, name + '.py')
        if os.path.exists(beside):
            return read(beside)
    text = read(PACKS, pack, 'Scripts', 'script-%s.yml' % name)
    lines = re.search(r'\nscript: \|\n(.*?)\n\w', text, re.S).group(1).split('\n')
    return '\n'.join([line[2:] for line in lines])


class Server(object):
    """Answers a script: lists, commands by name, files by entry, an integration context with versions."""

    def __init__(self, lists=None, files=None, commands=None, version='8.9.0'):
        self.lists = dict(lists or {})
        self.files = files or {}
        self.commands = commands or {}
        self.context, self.version = {}, 0
        self.last_run = {}
        self.calls = []
        self.faster = []  # contexts that others store just before the next ones of ours are
        self.refused = set()  # commands that are not there
        self.server_version = version

    def __call__(self, message):
        kind = message['type']
        if kind == 'demistoVersion':
            return {'version': self.server_version, 'buildNumber': '1'}
        if kind == 'getFileByEntryID':
            if message['args']['id'] not in self.files:
                raise driver.Refusal("no file belongs to entry '%s'" % message['args']['id'])
            return self.files[message['args']['id']]
        if kind == 'dt':
            return {'result': self.commands['dt'](message['value'], message['name'])}
        if kind != 'executeCommand':
            return None
        name, args = message['command'], message.get('args') or {}
        self.calls.append((name, args))
        answer = getattr(self, '_' + name, None) or self.commands.get(name)
        if answer is None or name in self.refused:
            raise driver.Refusal('Unsupported Command: ' + name)
        return answer(args)

    def called(self, name):
        return [args for command, args in self.calls if command == name]

    @staticmethod
    def entry(contents, kind=1, context=None):
        return [{'Type': kind, 'ContentsFormat': 'text', 'Contents': contents, 'EntryContext': context}]

    def _getList(self, args):
        name = args['listName']
        return self.entry(self.lists[name]) if name in self.lists else self.entry('Item not found (8)', 4)

    def _createList(self, args):
        self.lists[args['listName']] = args['listData']
        return self.entry('Done')

    def _setList(self, args):
        if args['listName'] not in self.lists:
            return self.entry('Item not found (8)', 4)
        return self._createList(args)

    def _addToList(self, args):
        if args['listName'] not in self.lists:
            return self.entry('Item not found (8)', 4)
        self.lists[args['listName']] += ',' + args['listData']
        return self.entry('Done')

    def _Set(self, args):
        return self.entry('Done')

    _Print = _DeleteContext = _setIncident = _addEntries = _Set

    def _getLastRun(self, _):
        return self.last_run

    def _setLastRun(self, args):
        self.last_run = args['value']

    def _getIntegrationContext(self, _):
        return {'context': self.context, 'version': {'version': self.version, 'sequenceNumber': 1, 'primaryTerm': 1}}

    def _setIntegrationContext(self, args):
        if self.faster:
            self.context, self.version = self.faster.pop(0), self.version + 1
        if args['version']['version'] not in (-1, self.version):
            raise driver.Refusal('the stored version is another')
        self.context, self.version = args['value'], self.version + 1

    def _updateModuleHealth(self, _):
        return None

    _createIncidents = _createIndicators = _updateModuleHealth

    @staticmethod
    def _getLicenseCustomField(_):
        return None


def script(pack, name, args, answer=None, **context):
    """The outcome of a script."""
    context.setdefault('Inv', {'id': '7'})
    return run(code_of(pack, name), answer or Server(), name, args=args, context=dict(context, ScriptName=name))


def command(pack, brand, name, args=None, params=None, answer=None, env=None):
    """The outcome of a command of an integration."""
    context = {'Inv': {'id': '7'}, 'IntegrationBrand': brand, 'IntegrationInstance': brand + '_1'}
    return run(code_of(pack, brand), answer or Server(), brand, integration=True, command=name, args=args or {},
               params=params or {}, context=context, env=env)


def context_of(entry):
    """The only value that an entry brings into the context."""
    (value,) = entry['EntryContext'].values()
    return value
