"""Modules and names that content finds without importing them."""
import unittest

from assembly import Raises, Table, driver, needs, run


class Modules(Table):
    def test_modules_work_without_import(self):
        self.check([
            ("json.dumps([1])", '[1]'),
            ("re.sub('a', 'b', 'aa')", 'bb'),
            ("base64.b64encode(b'x').decode()", 'eA=='),
            ("socket.AF_INET == __import__('socket').AF_INET", True),
            ("ET.fromstring('<a><b/></a>')[0].tag", 'b'),
            ("time.time() > 0", True),
            ("isinstance(traceback.format_exc(), str)", True),
            ("hashlib.md5(b'').hexdigest()", 'd41d8cd98f00b204e9800998ecf8427e'),
            ("'dumps' in dir(json)", True),
            ("json is __import__('json')", True),
            ("repr(gzip)", "<module 'gzip', not imported yet>"),
            ("[gzip.GzipFile.__name__, repr(gzip)[:14]]", ['GzipFile', "<module 'gzip'"]),
            ("randint(3, 3)", 3),
            ("currentframe().f_code.co_name", '<module>'),
            ("urllib.parse.quote('a b')" if not driver.PY2 else "urllib.quote('a b')", 'a%20b'),
        ])

    def test_a_module_that_is_not_there_is_named_on_use(self):
        self.check([("_BerthLazyModule('no_such_module', 'x').y", Raises('no_such_module'))])

    def test_a_name_that_the_item_takes_is_left_to_it(self):
        self.check([("held.dumps(1)", '1'), ("json", 'mine')], setup="held = json\njson = 'mine'")

    def test_patches_reach_the_module(self):
        code = '''
import sys
held = calendar
held.isleap = lambda year: 'patched'
demisto.results([sys.modules['calendar'].isleap(1), calendar.isleap(1)])
del held.isleap
demisto.results(hasattr(sys.modules['calendar'], 'isleap'))
'''
        self.assertEqual(run(code).contents(), ['patched', 'patched', 'False'])

    @needs('requests')
    def test_requests(self):
        code = '''
try:
    requests.get('without-scheme')
except requests.exceptions.MissingSchema as error:
    demisto.results(type(error).__name__)
from requests.adapters import HTTPAdapter as real
demisto.results(isinstance(HTTPAdapter(max_retries=Retry(total=1)), real))
requests.packages.urllib3.disable_warnings()
disable_warnings()
'''
        out = run(code)
        self.assertEqual((out.trace(), out.contents()), (None, ['MissingSchema', 'True']))


class Versions(Table):
    def test_loose_versions(self):
        self.check([
            ("LooseVersion('6.10') > LooseVersion('6.9')", True),
            ("LooseVersion('1.0') == LooseVersion('1.0')", True),
            ("LooseVersion('1.0') == '1.0'", True),
            ("LooseVersion('1.0') < '1.0.1'", True),
            ("LooseVersion('1.0') >= LooseVersion('1.0b')", False),
            ("LooseVersion('1.0a') != LooseVersion('1.0b')", True),
            ("LooseVersion('2.x') <= LooseVersion('2.1')", True),
            ("str(LooseVersion('1.5.2b2'))", '1.5.2b2'),
            ("LooseVersion('1.5.2b2').version", [1, 5, 2, 'b', 2]),
        ])


class Params(Table):
    def test_a_null_parameter_has_the_default(self):
        self.check([("demisto.params().get('a', 5)", 5), ("demisto.params().get('b', 5)", 1),
                    ("demisto.params()['a']", None), ("SmartGetDict(x=None).get('x')", None)],
                   integration=True, params={'a': None, 'b': 1})

    def test_no_params_no_matter(self):
        self.check([("demisto.params()", {})])


if __name__ == '__main__':
    unittest.main()
