"""What an instance keeps."""
import json
import unittest

from assembly import Raises, Table, driver, run


class Store(object):
    """A server that keeps an integration context with its version, and a last run."""

    def __init__(self, context=None, version='6.5.0', conflicts=0):
        self.context, self.revision, self.version, self.conflicts = context or {}, 1, version, conflicts
        self.last_run = self.mirror = {}

    def __call__(self, message):
        if message['type'] == 'demistoVersion':
            return {'version': self.version, 'buildNumber': '1'}
        name, args = message.get('command'), message.get('args')
        if name == 'getIntegrationContext':
            return {'context': self.context, 'version': self.revision}
        if name == 'setIntegrationContext':
            if self.conflicts:
                self.conflicts -= 1
                raise driver.Refusal('version is old')
            self.context, self.stored_as = args['value'], args['version']
        if name in ('setLastRun', 'setLastMirrorRun'):
            setattr(self, {'setLastRun': 'last_run'}.get(name, 'mirror'), args['value'])
        return {'getLastRun': self.last_run, 'getLastMirrorRun': self.mirror}.get(name)


class Context(Table):
    def test_reading(self):
        self.check([("get_integration_context()", {'a': 'x'}),
                    ("get_integration_context(with_version=True)", {'context': {'a': 'x'}, 'version': 1}),
                    ("get_integration_context_with_version()", [{'a': 'x'}, 1]),
                    ("get_integration_context_with_version(False)", [{'a': 'x'}, -1])],
                   answer=Store({'a': 'x'}), integration=True)
        self.check([("get_integration_context()", {'a': 'x'}),
                    ("get_integration_context_with_version()", [{'a': 'x'}, -1])],
                   answer=Store({'a': 'x'}, '5.5.0'), integration=True)

    def test_writing(self):
        for version, stored in (('6.5.0', {'version': 7, 'sequenceNumber': -1, 'primaryTerm': -1}),
                                ('5.5.0', {'version': -1, 'sequenceNumber': -1, 'primaryTerm': -1})):
            store = Store(version=version)
            run("set_integration_context({'a': 'b'}, version=7)", store, integration=True)
            self.assertEqual((store.context, store.stored_as), ({'a': 'b'}, stored))

    def test_merging_with_retries(self):
        rows = json.dumps([{'id': 1, 'v': 'old'}, {'id': 2, 'v': 'old'}])
        store = Store({'rows': rows, 'stays': '"x"'}, conflicts=2)
        out = run("set_to_integration_context_with_retries({'rows': [{'id': 2, 'v': 'new'}, {'id': 1, 'remove': True}], "
                  "'plain': [1]}, {'rows': 'id'})", store, integration=True)
        self.assertEqual(out.trace(), None)
        self.assertEqual(store.context, {'rows': '[{"id": 2, "v": "new"}]' if not driver.PY2 else store.context['rows'],
                                         'stays': '"x"', 'plain': '[1]'})
        self.assertEqual(json.loads(store.context['rows']), [{'id': 2, 'v': 'new'}])
        self.check([("set_to_integration_context_with_retries({'a': 1})", Raises('during each of 3 attempts')),
                    ("set_to_integration_context_with_retries({'a': 1}, max_retry_times=1)", Raises('each of 1 attempts'))],
                   answer=Store(conflicts=9), integration=True)

    def test_runs(self):
        store = Store({'a': 'x'}, version='6.6.0')
        self.check([("get_feed_last_run()", {'a': 'x'}), ("get_feed_last_run()", {'a': 'x'}),
                    ("set_feed_last_run({'b': 1})", None), ("get_feed_last_run()", {'b': 1}),
                    ("set_last_mirror_run({'m': 1})", None), ("set_last_mirror_run([])", Raises('not list'))],
                   answer=store, integration=True)
        self.assertEqual((store.context, store.last_run, store.mirror), ({}, {'b': 1}, {'m': 1}))
        store = Store(version='6.6.0')
        self.check([("set_last_mirror_run({'m': 1})", None), ("get_last_mirror_run()", {'m': 1})],
                   answer=store, integration=True)
        self.check([("set_last_mirror_run({})", Raises('keep it from version 6.6.0 on, this one is 6.5.0-1')),
                    ("get_last_mirror_run()", Raises('from version 6.6.0'))], answer=Store(), integration=True)


if __name__ == '__main__':
    unittest.main()
