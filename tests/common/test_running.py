"""Threads, pauses, retries, profiles; sending to the collector."""
import unittest

from assembly import Raises, Table, driver, run


class Threads(Table):
    def test_berths_own_object_needs_no_lock(self):
        self.check([("[support_multithreading(), hasattr(demisto, 'lock')]", [None, False])])

    def test_other_objects_get_a_lock(self):
        setup = '''
import threading, time
class Other(object):
    callingContext = demisto.callingContext
    results = demisto.results
    inside = most = 0
    def _Demisto__do(self, message):
        self.inside += 1
        self.most = max(self.most, self.inside)
        time.sleep(0.01)
        self.inside -= 1
        if message == 'bad':
            raise ValueError(message)
        return message
demisto = Other()
support_multithreading()
threads = [threading.Thread(target=demisto._Demisto__do, args=(n,)) for n in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
'''
        self.check([("demisto.most", 1), ("demisto._Demisto__do('answer')", 'answer'), ("demisto._Demisto__do('bad')", Raises('bad')),
                    ("demisto._Demisto__do('again')", 'again'), ("demisto.lock.acquire(False)", True)], setup=setup)


class Pauses(Table):
    def test_sleep(self):
        setup = "import time as real\nslept = []\nreal.sleep = slept.append\n"
        self.check([("[safe_sleep(5), slept]", [None, [5]])], setup=setup)
        self.check([("[safe_sleep(30), slept]", [None, [30]]), ("safe_sleep(61)", Raises('the call has only'))],
                   setup=setup, context={'runDuration': 1, 'Inv': {}})

    def test_retry(self):
        setup = '''
import time as real
slept, calls = [], []
real.sleep = slept.append
@retry(times=3, delay=7, exceptions=ValueError)
def sometimes(fails, kind=ValueError):
    """Works at last."""
    calls.append(fails)
    if len(calls) <= fails:
        raise kind('attempt %d' % len(calls))
    return 'done'
def fresh(*args):
    del slept[:], calls[:]
    try:
        return [sometimes(*args), len(calls), slept]
    except Exception as error:
        return [str(error), len(calls), slept]
'''
        self.check([("fresh(0)", ['done', 1, []]), ("fresh(2)", ['done', 3, [7, 7]]), ("fresh(9)", ['attempt 3', 3, [7, 7]]),
                    ("fresh(9, KeyError)", ["'attempt 1'", 1, []]),
                    ("[sometimes.__name__, sometimes.__doc__]", ['sometimes', 'Works at last.'])], setup=setup)


class Profiles(Table):
    def test_profiler(self):
        code = '''
@content_profiler
def work(x):
    return sum(range(x))
demisto.results(work(10))
'''
        out = run(code, integration=True, command='c')
        self.assertEqual([(entry['Type'], entry.get('File'), entry['Contents']) for entry in out.entries()],
                         [(3, 'c.prof', ''), (1, None, '45')])
        out = run(code.replace('return sum(range(x))', 'raise ValueError()'), context={'ScriptName': 'S', 'Inv': {'id': '1'}})
        self.assertEqual(([entry['File'] for entry in out.entries()], out.trace()[-1][:10]), (['S.prof'], 'ValueError'))

    def test_dumps_of_threads(self):
        code = '''
import os, signal, time
def here():
    os.kill(os.getpid(), %s)
    time.sleep(0.01)
register_signal_handler_profiling_dump(%s)
here()
'''
        for number, arguments in (('signal.SIGUSR1', ''), ('signal.SIGUSR2', 'signal.SIGUSR2, 5')):
            logs = run(code % (number, arguments)).of('log')
            self.assertIn('--- Start Threads Dump ---', logs[0]['args']['args'][0])
            self.assertIn('File "<Item>", line', logs[0]['args']['args'][0])
            self.assertIn('in here', logs[0]['args']['args'][0])


COLLECTOR = '''
class Answer(object):
    def __init__(self, status, body):
        self.status_code, self.body, self.reason, self.text = status, body, 'reason', str(body)
    def json(self):
        return self.body
class FakeClient(object):
    plan, sent = [], []
    def __init__(self, address, proxy): FakeClient.made = [address, proxy]
    def _http_request(self, method, full_url, data, headers, error_handler, resp_type, ok_codes):
        import gzip, io
        lines = gzip.GzipFile(fileobj=io.BytesIO(data)).read().decode('utf-8')
        FakeClient.sent.append([method, full_url, lines, headers])
        answer = FakeClient.plan.pop(0) if FakeClient.plan else Answer(200, {'error': 'false'})
        if answer.status_code not in (ok_codes or (200,)):
            error_handler(answer)
        return answer
BaseClient = FakeClient
import time as real
slept = []
real.sleep = slept.append
'''


def licence(message):
    if message.get('command') == 'getLicenseCustomField':
        return {'value': {'Http_Connector.token': 'T', 'Http_Connector.url': 'x.com'}[message['args']['key']]}


class Collector(Table):
    def send(self, rows, answer=licence, **fields):
        asked = []

        def remember(message):
            asked.append(message)
            return answer(message)
        self.check(rows, setup=COLLECTOR, answer=remember, integration=True, params={'url': 'http://from'},
                   context={'IntegrationBrand': 'B', 'IntegrationInstance': 'I', 'Inv': {}})
        return [message['args']['err'] for message in asked if message.get('command') == 'updateModuleHealth']

    def test_what_is_sent(self):
        headers = {'authorization': 'T', 'format': 'json', 'product': 'P', 'vendor': 'V', 'content-encoding': 'gzip',
                   'collector-name': 'B', 'instance-name': 'I', 'final-reporting-device': 'http://from',
                   'collector-type': 'events'}
        pulled = self.send([
            ("send_events_to_xsiam([{'a': 1}, {'b': 2}], 'V', 'P')", None),
            ("FakeClient.sent.pop()", ['POST', 'https://api-x.com/logs/v1/xsiam', '{"a": 1}\n{"b": 2}', headers]),
            ("FakeClient.made", ['https://api-x.com', False]),
            ("send_events_to_xsiam(['x', 'y'], 'V', 'P', should_update_health_module=False)", None),
            ("FakeClient.sent.pop()[2:]", ['x\ny', dict(headers, format='text')]),
            ("send_events_to_xsiam('x\\ny', 'V', 'P', 'cef', add_proxy_to_request=True)", None),
            ("[FakeClient.sent.pop()[3]['format'], FakeClient.made[1]]", ['cef', True]),
            ("send_events_to_xsiam([], 'V', 'P')", None), ("FakeClient.sent", []),
            ("send_data_to_xsiam([{'a': 1}], 'V', 'P', data_type='assets', snapshot_id='7', items_count=9)", None),
            ("[FakeClient.sent[-1][3][x] for x in ('collector-type', 'snapshot-id', 'total-items-count')]", ['assets', '7I', '9']),
            ("FakeClient.sent.pop() and send_data_to_xsiam([{'a': 1}], 'V', 'P', data_type='assets')", None),
            ("[FakeClient.sent[-1][3]['snapshot-id'][-1], FakeClient.sent[-1][3]['total-items-count']]", ['I', '1']),
        ])
        self.assertEqual(pulled, [{'eventsPulled': 2}, {'eventsPulled': 2}, {'eventsPulled': 0}, {'assetsPulled': 1},
                                  {'assetsPulled': 1}])

    def test_chunks(self):
        pulled = self.send([("send_events_to_xsiam(['x' * 100] * 10, 'V', 'P', chunk_size=400)", None),
                            ("[len(one[2].split('\\n')) for one in FakeClient.sent]", [3, 3, 3, 1])])
        self.assertEqual(pulled, [{'eventsPulled': 10}])
        self.check([("[len(one) for one in split_data_to_chunks(['x' * 10 ** 6] * 6, 10 ** 9)]", [4, 2]),
                    ("list(split_data_to_chunks([], 5))", []), ("list(split_data_to_chunks('a\\nb', 1))", [['a'], ['b']])])

    def test_errors(self):
        busy = 'FakeClient.plan.extend([Answer(429, {}), %s]) or '
        self.send([
            ("%ssend_events_to_xsiam(['x'], 'V', 'P')" % (busy % "Answer(429, {}), Answer(200, {'error': 'false'})"), None),
            ("slept", [1, 1]),
            ("%ssend_events_to_xsiam(['x'], 'V', 'P', num_of_attempts=2)" % (busy % "Answer(429, {})"),
             Raises('send events to the collector: [429] reason')),
            ("FakeClient.plan.append(Answer(401, 'no')) or send_events_to_xsiam(['x'], 'V', 'P')", Raises('[401] reason\nno')),
            ("FakeClient.plan.append(Answer(200, {'error': 'bad'})) or send_events_to_xsiam(['x'], 'V', 'P')",
             Raises('send events to the collector: bad')),
            ("send_events_to_xsiam({'a': 1}, 'V', 'P')", Raises('must be text or a list, not dict')),
            ("send_data_to_xsiam(['x'], 'V', 'P', data_type='odd')", Raises("type 'odd' is none of: events, assets")),
        ])
        self.send([("send_events_to_xsiam(['x'], 'V', 'P')", Raises('this server has no collector')), ("FakeClient.sent", [])],
                  answer=driver.echo)


if __name__ == '__main__':
    unittest.main()
