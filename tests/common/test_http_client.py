"""BaseClient and proxies, against servers on loopback."""
import http.server
import json
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest

from assembly import Raises, Table, assembled, driver, has_module, run

HAS_REQUESTS = has_module('requests')
PLAIN_ENVIRONMENT = {key: value for key, value in os.environ.items()
                     if 'proxy' not in key.lower() and not key.startswith('REQUESTS_') and key != 'CURL_CA_BUNDLE'}


class Service(object):
    """An HTTP server in a thread. `plan`: what is answered in turn, (status, headers, body); the last one stays."""

    def __init__(self, *plan, **options):
        self.plan, self.asked, self.times = list(plan), [], []
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def answer(self):
                body = self.rfile.read(int(self.headers.get('Content-Length') or 0)).decode('utf-8')
                service.asked.append((self.command, self.path, dict(self.headers), body))
                service.times.append(time.time())
                status, headers, text = service.plan.pop(0) if len(service.plan) > 1 else service.plan[0]
                if status is None:  # no answer at all
                    time.sleep(text)
                    self.close_connection = True
                    return
                data = text if isinstance(text, bytes) else text.encode('utf-8')
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value.replace('{port}', str(service.port)))
                self.send_header('Content-Length', str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_CONNECT = answer

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # clients that do not trust us hang up
        if 'certificate' in options:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(options['certificate'])
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={'poll_interval': 0.01})
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def client_code(service, constructor='', base='http://127.0.0.1'):
    return "client = BaseClient('%s:%d/api/', **dict(%s))\nask = client._http_request\n" % (
        base, service.port, constructor)


@unittest.skipUnless(HAS_REQUESTS, 'module requests is not there for %s' % driver.PYTHON)
class Client(Table):
    def ask(self, rows, *plan, **options):
        """Checks rows of expressions with `ask`; returns the requests that the service got."""
        with Service(*(plan or [(200, {}, '{"a": 1}')])) as service:
            self.check(rows, setup=client_code(service, options.pop('constructor', '')) + options.pop('setup', ''),
                       env=dict(PLAIN_ENVIRONMENT, **options.pop('env', {})), **options)
            self.times = service.times
            return service.asked

    def test_what_is_sent(self):
        asked = self.ask([
            ("ask('GET', 'x')", {'a': 1}), ("ask('GET', '/x', params={'q': 'a b/c'})", {'a': 1}),
            ("ask('POST', 'x', json_data={'j': 1}, headers={'H': 'own'})", {'a': 1}),
            ("ask('PUT', 'x', data='d', auth=('u', 'p'))", {'a': 1}),
            ("ask('POST', 'x', files={'f': ('n', 'content')})", {'a': 1}),
            ("ask('DELETE', full_url=client._base_url + 'elsewhere')", {'a': 1}),
            ("ask('GET', 'x', cookies={'c': 'v'})", {'a': 1}),
            ("ask('GET', 'x', params={'q': 'a b/c'}, params_parser=__import__('urllib.parse').parse.quote)" if not driver.PY2
             else "ask('GET', 'x', params={'q': 'a b/c'}, params_parser=None)", {'a': 1}),
        ], constructor="headers={'H': 'usual'}, auth=('me', 'pw')")
        self.assertEqual([one[:2] for one in asked], [
            ('GET', '/api/x'), ('GET', '/api/x?q=a+b%2Fc'), ('POST', '/api/x'), ('PUT', '/api/x'), ('POST', '/api/x'),
            ('DELETE', '/api/elsewhere'), ('GET', '/api/x'),
            ('GET', '/api/x?q=a%20b%2Fc' if not driver.PY2 else '/api/x?q=a+b%2Fc')])
        self.assertEqual([one[2].get('H') for one in asked[:4]], ['usual', 'usual', 'own', 'usual'])
        self.assertEqual([one[2]['Authorization'] for one in (asked[0], asked[3])], ['Basic bWU6cHc=', 'Basic dTpw'])
        self.assertEqual((json.loads(asked[2][3]), asked[3][3], asked[6][2]['Cookie']), ({'j': 1}, 'd', 'c=v'))
        self.assertIn('name="f"; filename="n"\r\n\r\ncontent', asked[4][3])

    def test_forms_of_answers(self):
        self.ask([
            ("ask('GET', resp_type='json')", {'a': 1}), ("ask('GET', resp_type='TEXT')", '{"a": 1}'),
            ("ask('GET', resp_type='content') == b'{\"a\": 1}'", True), ("ask('GET', resp_type='response').status_code", 200),
            ("ask('GET', resp_type='xml')", Raises('Failed to parse xml object from response')),
            ("client.cast_response(ask('GET', resp_type='response'), 'xml', raise_on_error=False)", None),
        ])
        self.ask([("ask('GET', resp_type='xml')", Raises('Failed to parse xml object from response'))],
                 (200, {}, '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'))
        self.ask([("ask('GET', resp_type='xml').text", '<a/>'),
                  ("ask('GET')", Raises('Failed to parse json object from response')), ("ask('GET', resp_type='text')", '<a/>')],
                 (200, {}, '<a/>'))
        self.ask([("ask('GET', return_empty_response=True).status_code", 204),
                  ("ask('GET')", Raises('Failed to parse json')), ("ask('GET', resp_type='text')", '')], (204, {}, ''))
        self.ask([("ask('GET', return_empty_response=True, empty_valid_codes=[200]).status_code", 200)], (200, {}, ''))

    def test_statuses(self):
        self.ask([("ask('GET')", Raises('Error in API call [404] - Not Found\n{"error": "gone"}')),
                  ("ask('GET', ok_codes=(200, 404))", {'error': 'gone'}),
                  ("ask('GET', ok_codes=[200])", Raises('Error in API call [404]')),
                  ("ask('GET', error_handler=lambda res: None)", {'error': 'gone'}),
                  ("ask('GET', error_handler=refuse)", Raises('mine 404')),
                  ("caught().res.status_code", 404), ("[caught().exception, str(caught()) == caught().message]", [None, True])],
                 (404, {}, '{"error": "gone"}'), setup='''
def refuse(res): raise ValueError('mine %d' % res.status_code)
def caught():
    try:
        ask('GET')
    except DemistoException as error:
        return error
''')
        self.ask([("ask('GET')", Raises('Error in API call [201] - Created\nplain')),
                  ("ask('GET', ok_codes=[201], resp_type='text')", 'plain')], (201, {}, 'plain'), constructor='ok_codes=(200,)')

    def test_redirects(self):
        there = (302, {'Location': 'http://127.0.0.1:{port}/there'}, '')
        asked = self.ask([("ask('GET', 'x')", {'a': 1})], there, (200, {}, '{"a": 1}'))
        self.assertEqual([one[1] for one in asked], ['/api/x', '/there'])
        self.ask([("ask('GET', 'x', allow_redirects=False, resp_type='response').status_code", 302)], there)
        self.ask([("ask('GET', 'x')", Raises('Exceeded 30 redirects'))], there)

    def test_retries_after_a_status(self):
        busy, fine = (503, {}, 'busy'), (200, {}, '{"a": 1}')
        for method in ('GET', 'POST', 'PUT', 'PATCH', 'DELETE'):
            asked = self.ask([("ask('%s', retries=3, status_list_to_retry=[503], backoff_factor=0.01)" % method, {'a': 1})],
                             busy, busy, fine)
            self.assertEqual(len(asked), 3)
        for arguments, text, count in (
                ("retries=0, status_list_to_retry=[503]", 'Error in API call [503]', 1),
                ("retries=2, status_list_to_retry=[500]", 'Error in API call [503]', 1),
                ("retries=2, status_list_to_retry=[503], backoff_factor=0", 'Error in API call [503]', 3),
                ("retries=2, status_list_to_retry=[503], backoff_factor=0, raise_on_status=True",
                 'Max Retries Error: ', 3)):
            asked = self.ask([("ask('GET', %s)" % arguments, Raises(text))], busy)
            self.assertEqual(len(asked), count, arguments)

    def test_pauses(self):
        busy, fine = (503, {}, 'busy'), (200, {}, '{"a": 1}')
        self.ask([("ask('GET', retries=1, status_list_to_retry=[429], backoff_factor=9)", {'a': 1})],
                 (429, {'Retry-After': '1'}, ''), fine)
        self.assertTrue(0.9 < self.times[1] - self.times[0] < 5, self.times)
        for jitter, least in ((0.0, 0.3), (0.5, 0.3)):
            self.ask([("ask('GET', retries=2, status_list_to_retry=[503], backoff_factor=0.2, backoff_jitter=%s)" % jitter,
                       {'a': 1})], busy, busy, fine)
            self.assertTrue(least < self.times[2] - self.times[1] < 3, self.times)

    def test_retries_of_the_client(self):
        asked = self.ask([("client._implement_retry(2, [500], backoff_factor=0)", None), ("ask('GET')", {'a': 1})],
                         (500, {}, ''), (500, {}, ''), (200, {}, '{"a": 1}'))
        self.assertEqual(len(asked), 3)

    def test_timeouts(self):
        late = (None, {}, 0.5)
        code = '''
def kind(call):
    try:
        call()
    except Exception as error:
        return [type(error).__name__, 'Read timed out' in str(error)]
'''
        self.ask([("kind(lambda: ask('GET', timeout=0.1))", ['ReadTimeout', True]),
                  ("isinstance(caught(), requests.exceptions.ReadTimeout)", True)], late, setup=code + '''
def caught():
    try:
        ask('GET', timeout=(5, 0.1))
    except requests.exceptions.ReadTimeout as error:
        return error
''')
        self.ask([("kind(lambda: ask('GET'))", ['ReadTimeout', True])], late, setup=code, constructor='timeout=0.1')
        for variable, brand in (('REQUESTS_TIMEOUT', 'B'), ('REQUESTS_TIMEOUT.B', 'B'), ('REQUESTS_TIMEOUT.A-B', 'A B')):
            self.ask([("client.timeout", 0.25)], env={variable: '0.25'}, integration=True,
                     context={'IntegrationBrand': brand, 'Inv': {}})
        self.ask([("client.timeout", 60.0)])

    def test_connections_that_fail(self):
        with socket.socket() as taken:  # bound, and nobody listens
            taken.bind(('127.0.0.1', 0))
            port = taken.getsockname()[1]
            self.check([
                ("client._http_request('GET')", Raises('Connection Error: ')),
                ("client._http_request('GET')", Raises('Error Type: <requests.exceptions.ConnectionError>')),
                ("client._http_request('GET', retries=1, backoff_factor=0)", Raises('Connection Error: ')),
                ("client.execution_metrics.connection_error", 0),
                ("client._http_request('GET', with_metrics=True)", Raises("'http://127.0.0.1:%d/'" % port)),
                ("client.execution_metrics.connection_error", 1),
            ], setup="client = BaseClient('http://127.0.0.1:%d/')" % port, env=PLAIN_ENVIRONMENT)

    def test_every_kind_of_failure(self):
        rows = [('ConnectTimeout', 'Connection Timeout Error: ', 'timeout_error'),
                ('SSLError', "choose 'Trust any certificate'", 'ssl_error'),
                ('ProxyError', "clear 'Use system proxy'", 'proxy_error'),
                ('ConnectionError', 'Connection Error: ', 'connection_error'), ('RetryError', 'Reason: why', 'retry_error')]
        setup = '''
def fails(name, verify=True):
    client = BaseClient('http://x', verify=verify)
    def request(*args, **kwargs):
        raise getattr(requests.exceptions, name)('why')
    client._session.request = request
    return client
def counted(name, counter):
    client = fails(name)
    try:
        client._http_request('GET', with_metrics=True)
    except DemistoException as error:
        found = [getattr(client.execution_metrics, counter), type(error.exception).__name__]
    client.execution_metrics = None
    return found
'''
        self.check([("fails('%s')._http_request('GET')" % name, Raises(text)) for name, text, _ in rows] +
                   [("counted('%s', '%s')" % (name, counter), [1, name]) for name, _, counter in rows] +
                   [("fails('SSLError', verify=False)._http_request('GET')", Raises('why')),
                    ("fails('InvalidURL')._http_request('GET')", Raises('why'))], setup=setup)
        out = run(setup + "fails('SSLError', verify=False)._http_request('GET')")
        self.assertIn('SSLError: why', out.trace()[-1])

    def test_metrics(self):
        setup = '''
def count(**kwargs):
    try:
        ask('GET', with_metrics=True, **kwargs)
    except DemistoException:
        pass
    found, client.execution_metrics = client.execution_metrics.get_metric_list(), ExecutionMetrics()
    return found
'''
        for status, kind in ((200, 'Successful'), (401, 'AuthError'), (429, 'QuotaError'), (500, 'ServiceError'),
                             (404, 'GeneralError')):
            self.ask([("count()", [{'Type': kind, 'APICallsCount': 1}])], (status, {}, '{}'), setup=setup)
        self.ask([("count()", [])], setup=setup + 'client.is_polling_in_progress = lambda res: True\n')
        with Service((200, {}, '{}')) as service:
            for end in ('del ask, client',) + (() if driver.PY2 else ('',)):  # a client that lasts to the end posts its metrics, too
                code = client_code(service) + "ask('GET', with_metrics=True)\nask('GET', with_metrics=True)\n" + end
                self.assertEqual([entry['APIExecutionMetrics'] for entry in run(code, integration=True).entries()],
                                 [[{'Type': 'Successful', 'APICallsCount': 2}]])

    def test_generic_request(self):
        with Service((200, {}, '{"a": 1}')) as service:
            self.check([("generic_http_request('POST', 'http://127.0.0.1:%d', url_suffix='/s', json_data={'j': 1}, "
                         "client_headers={'H': 'h'}, timeout=5)" % service.port, {'a': 1}),
                        ("generic_http_request('GET', 'http://127.0.0.1:%d', ok_codes=(201,))" % service.port,
                         Raises('Error in API call [200]'))], env=PLAIN_ENVIRONMENT)
            self.assertEqual((service.asked[0][:2], service.asked[0][2]['H']), (('POST', '/s'), 'h'))

    def test_proxies(self):
        with Service((200, {}, '{"by": "proxy"}')) as proxy, Service((200, {}, '{"by": "service"}')) as service:
            for address in ('127.0.0.1:%d' % proxy.port, 'http://127.0.0.1:%d' % proxy.port):
                for constructor, by in (('proxy=True', 'proxy'), ('proxy=False', 'service'), ('', 'service')):
                    self.check([("ask('GET')", {'by': by})], setup=client_code(service, constructor),
                               env=dict(PLAIN_ENVIRONMENT, http_proxy=address, HTTP_PROXY=address))
            self.assertEqual([one[1] for one in proxy.asked], ['http://127.0.0.1:%d/api/' % service.port] * 2)

    def test_a_proxy_that_refuses(self):
        with Service((403, {}, '')) as proxy:
            self.check([("BaseClient('https://example.invalid', proxy=True)._http_request('GET')", Raises('Proxy Error: '))],
                       env=dict(PLAIN_ENVIRONMENT, https_proxy='http://127.0.0.1:%d' % proxy.port))
            self.assertEqual(proxy.asked[0][:2], ('CONNECT', 'example.invalid:443'))


@unittest.skipUnless(HAS_REQUESTS, 'module requests is not there for %s' % driver.PYTHON)
@unittest.skipUnless(shutil.which('openssl'), 'no openssl to make a certificate with')
class Certificates(Table):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.certificate = os.path.join(cls.folder, 'both.pem')
        subprocess.check_output(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj',
                                 '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', cls.certificate,
                                 '-out', cls.folder + '/public.pem'], stderr=subprocess.STDOUT)
        with open(cls.folder + '/public.pem') as public, open(cls.certificate, 'a') as both:
            both.write(public.read())

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def test_certificates(self):
        bundle = os.path.join(self.folder, 'public.pem')
        for constructor, environment, expected in (
                ('', {}, Raises('SSL Certificate Verification Failed: ')), ('verify=True', {'REQUESTS_CA_BUNDLE': bundle}, {'a': 1}),
                ('verify=False', {}, {'a': 1}), ('verify=False', {'REQUESTS_CA_BUNDLE': '/none'}, {'a': 1}),
                ('verify=%r' % bundle, {}, {'a': 1})):
            with Service((200, {}, '{"a": 1}'), certificate=self.certificate) as service:
                env = dict(PLAIN_ENVIRONMENT, **environment)
                self.check([("ask('GET')", expected), ("ask('GET', retries=1, backoff_factor=0)", expected)],
                           setup=client_code(service, constructor, 'https://localhost'), env=env)

    def test_no_warning_is_printed_where_none_is_verified(self):
        with Service((200, {}, '{"a": 1}'), certificate=self.certificate) as service:
            process = driver.Process(env=PLAIN_ENVIRONMENT)
            process.send(json.dumps(driver.job(assembled(client_code(service, 'verify=False', 'https://localhost') + "ask('GET')"))).encode()
                         + b'\n')
            process.serve()
            self.assertEqual((process.outcome.trace(), process.close().stderr), (None, ''))

    @unittest.skipIf(driver.VERSION < (3, 10), 'older versions of Python take old servers anyway')
    def test_old_servers(self):
        self.check([("[type(client._session.get_adapter('https://x')).__name__ for client in "
                     "(BaseClient('https://x'), BaseClient('https://x', verify=False))]", ['HTTPAdapter', 'Adapter']),
                    ("adapter.poolmanager.connection_pool_kw['ssl_context'].options & 4", 4),
                    ("adapter.proxy_manager_for('http://p').connection_pool_kw['ssl_context'].check_hostname", False)],
                   setup='adapter = SSLAdapter(verify=False)')

    def test_an_adapter_that_verifies_compares_names(self):
        # Older versions of urllib3 compare names themselves, newer ones leave it to OpenSSL: asked for is what comes of it.
        with Service((200, {}, '{}'), certificate=self.certificate) as service:
            self.check([("ask('localhost')", 200), ("ask('127.0.0.1')", 'refused')], env=PLAIN_ENVIRONMENT, setup='''
import requests
session = requests.Session()
session.mount('https://', SSLAdapter(verify=True))


def ask(host):
    try:
        return session.get('https://%%s:%d/' %% host, verify=%r, timeout=5).status_code
    except requests.exceptions.SSLError:
        return 'refused'
''' % (service.port, os.path.join(self.folder, 'public.pem')))


class WithoutRequests(Table):
    def test_the_module_is_named(self):
        self.check([("BaseClient('http://x')", Raises('requests'))], setup="import sys\nsys.modules['requests'] = None")

    def test_subclasses_need_no_module_to_be_defined(self):
        self.check([("issubclass(Own, BaseClient)", True)],
                   setup="import sys\nsys.modules['requests'] = None\nclass Own(BaseClient):\n    pass")


class Proxies(Table):
    def test_urls(self):
        self.check([("urljoin(%r, %r)" % pair, 'http://a/x') for pair in (
            ('http://a', 'x'), ('http://a/', 'x'), ('http://a', '/x'), ('http://a/', '/x'))] +
            [("urljoin('http://a')", 'http://a/'),
             ("[add_http_prefix_if_missing(x) for x in ('p:1', 'https://p', 'socks5h://p', '', 'socks4a://p')]",
              ['http://p:1', 'https://p', 'socks5h://p', '', 'socks4a://p'])])

    def test_handle_proxy(self):
        given = {'http_proxy': 'lower:1', 'HTTPS_PROXY': 'http://upper', 'REQUESTS_CA_BUNDLE': '/ca', 'CURL_CA_BUNDLE': '/ca'}
        left = "sorted(name for name in os.environ if name in %r)" % (tuple(given),)
        proxies, bundles = ['HTTPS_PROXY', 'http_proxy'], ['CURL_CA_BUNDLE', 'REQUESTS_CA_BUNDLE']
        found = {'http': 'http://lower:1', 'https': 'http://upper'}
        for call, params, expected, stays in (
                ('handle_proxy()', {'proxy': True}, found, proxies + bundles),
                ('handle_proxy()', {}, {}, bundles),
                ('handle_proxy()', {'insecure': True}, {}, []), ('handle_proxy()', {'unsecure': True, 'proxy': True}, found, proxies),
                ("handle_proxy('other', True)", {}, found, proxies + bundles), ("handle_proxy('other')", {'other': True}, found,
                                                                                 proxies + bundles),
                ('handle_proxy(handle_insecure=False)', {'insecure': True}, {}, bundles),
                ("handle_proxy(insecure_param_name='mine')", {'insecure': True}, {}, bundles),
                ("handle_proxy(insecure_param_name='mine')", {'mine': True}, {}, []),
                ('handle_proxy_for_long_running()', {'proxy': True}, [found, True], proxies + bundles)):
            self.check([(call, expected), (left, sorted(stays))], integration=True, params=params,
                       env=dict(PLAIN_ENVIRONMENT, **given))
        self.check([('handle_proxy()', {'http': '', 'https': ''})], integration=True, params={'proxy': True},
                   env=PLAIN_ENVIRONMENT)
        self.check([('handle_proxy_for_long_running()', [{'http': 'http://own', 'https': 'http://own'}, True])],
                   integration=True, env=dict(PLAIN_ENVIRONMENT, CRTX_HTTP_PROXY='http://own'))


if __name__ == '__main__':
    unittest.main()
