"""The integration's log."""
import json
import unittest

from assembly import Table, driver, run

SECRETS = {'credentials': {'identifier': 'me', 'password': 's3cret"word'}, 'api_key': 'k3y-\u00e9', 'url': 'http://a',
           'token_type': 'x', 'nested': {'secret': 'deep down'}}


def told(out, level=None):
    return [message['args']['args'][0] for message in out.of('log') if level in (None, message['command'])]


class Log(Table):
    def test_messages_are_collected(self):
        out = run("LOG('a')\nLOG(ValueError('b'))\nLOG.print_log()\nLOG.print_log()")
        self.assertEqual(told(out), ['Full Integration Log:\na\nb'])
        self.assertEqual(run("LOG('a')\nLOG.print_log(verbose=True)").logs(), ['Full Integration Log:\na'])

    def test_messages_are_sent_at_once_when_asked_for(self):
        self.assertEqual(told(run("LOG.set_buffering(False)\nLOG('a')\nLOG.print_log()")), ['a'])

    def test_secrets_are_masked(self):
        code = '''
import base64
for text in ('s3cret"word', 's3cret\\\\"word', 's3cret%22word', base64.b64encode(b'me:s3cret"word').decode(), 'deep down',
             u'k3y-\\xe9', 'http://a x', 'word s3'):
    demisto.results(LOG.encode(text))
'''
        out = run(code, integration=True, params=SECRETS)
        self.assertEqual(out.trace(), None)
        self.assertEqual(out.contents(), ['<XX_REPLACED>'] * 6 + ['http://a x', 'word s3'])
        out = run("demisto.results(LOG.encode('s3cret\"word'))", integration=True, params=SECRETS,
                  env=dict(driver.os.environ, COMMON_SERVER_NO_AUTO_REPLACE_STRS='1'))
        self.assertEqual(out.contents(), ['s3cret"word'])

    def test_more_secrets(self):
        code = '''
LOG.add_replace_strs('told later', None, '')
add_sensitive_log_strs('and more')
find_and_remove_sensitive_text('key: abcdef, key: ghijkl', 'key: ([a-z]+)')
find_and_remove_sensitive_text('pw=mnopqr', '(pw)=([a-z]+)')
LOG('told later, and more, abcdef ghijkl mnopqr pw, key')
LOG.print_log()
'''
        mask = '<XX_REPLACED>'
        self.assertEqual(told(run(code)), ['Full Integration Log:\n%s, %s, %s %s %s pw, key' % ((mask,) * 5)])

    def test_as_a_file(self):
        code = '''
LOG.write('a')
LOG.write('b\\n')
LOG.write('c')
LOG.print_override('d', 1, sep='-')
LOG.print_override('elsewhere', file=type('F', (), {'write': lambda self, text: demisto.results(text.strip() or 'end')})())
LOG.flush()
LOG.print_log()
'''
        out = run(code)
        self.assertEqual(told(out), ['Full Integration Log:\nab\ncd-1'])
        self.assertEqual(out.contents(), ['elsewhere', 'end'])

    def test_logger(self):
        code = '''
@logger
def double(x, y=0):
    """Twice."""
    return 2 * x
demisto.results([double(2, y=1), double.__name__, double.__doc__])
LOG.print_log()
'''
        out = run(code)
        self.assertEqual(out.contents(), ['4', 'double', 'Twice.'])
        self.assertEqual(told(out), ["Full Integration Log:\ncalling double(2,'y'=1)"])
        out = run(code, context={'IsDebug': True, 'Inv': {}})
        self.assertIn('Return value [double]: 4', told(out))

    def test_censored_requests(self):
        self.check([
            ("censor_request_logs(%r)" % sent, expected) for sent, expected in (
                (r"send: b'GET /api HTTP/1.1\r\nHost: a.com\r\nAuthorization: Bearer abc\r\n'",
                 r"send: b'GET /api HTTP/1.1\r\nHost: a.com\r\nAuthorization: Bearer <XX_REPLACED>\r\n'"),
                ("send: b'{\"username\": \"me\", \"password\": \"x\"}'",
                 "send: b'{\"username\": <XX_REPLACED> \"password\": \"<XX_REPLACED>\"}'"),
                ("header: Set-Cookie: a=b; path=/", "header: Set-Cookie: <XX_REPLACED> path=/"),
                ("header: Content-Type: json", "header: Content-Type: json"), ("token", "token"))])

    def test_curl(self):
        code = r'''
LOG.build_curl("send: b'POST /api?x=1 HTTP/1.1\\r\\nHost: a.com\\r\\nUser-Agent: u\\r\\nAccept: */*\\r\\n\\r\\n'")
LOG.build_curl("send: b'{\"a\": 1}'")
LOG.build_curl("send: b'nothing known'")
demisto.results(LOG.curl)
'''
        for params, options in (({}, ' --noproxy "*" '), ({'insecure': True}, ' --noproxy "*" -k '),
                                ({'proxy': True}, ' --proxy http://p ')):
            out = run(code, integration=True, params=params, env=dict(driver.os.environ, https_proxy='http://p'))
            self.assertEqual(out.contents(), [
                'curl -X POST https://a.com/api?x=1 -H "Accept: */*"%s-d \'{"a": 1}\'' % options])


class DebugMode(Table):
    def test_debug_log(self):
        code = '''
import logging
logging.getLogger('mine').info('said')
demisto.results(is_debug_mode())
held = _requests_logger
held.stop()
logging.getLogger('mine').info('not heard')
'''
        context = {'IsDebug': True, 'Inv': {}, 'DockerImage': 'image:1', 'IntegrationBrand': 'B', 'IntegrationInstance': 'I',
                   'ParentEntry': {'polling': True, 'timesRan': 2}}
        out = run(code, integration=True, params=SECRETS, context=context, env=dict(driver.os.environ, MY_TOKEN='env-token'))
        self.assertEqual((out.trace(), out.contents()), (None, ['True']))
        lines = told(out)
        for text in ('debug-mode started.', 'Image: [image:1]', 'brand: [B] instance: [I]', '"times_ran": 3',
                     '"MY_TOKEN": "<XX_REPLACED>"'):
            self.assertIn(text, lines[0])
        for text in ('s3cret', 'env-token'):
            self.assertNotIn(text, ''.join(lines))
        self.assertIn('python logging: INFO [mine] - said', lines)
        self.assertNotIn('not heard', ''.join(lines))

    @unittest.skipIf(driver.PY2, 'http.client prints in Python 3 alone')
    def test_requests_are_logged_with_their_curl(self):
        code = '''
import http.client, http.server, threading
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header('Content-Length', '0')
        self.end_headers()
    def log_message(self, *args): pass
server = http.server.HTTPServer(('127.0.0.1', 0), Answer)
thread = threading.Thread(target=server.handle_request)
thread.start()
connection = http.client.HTTPConnection('127.0.0.1', server.server_port)
connection.request('GET', '/path', headers={'Authorization': 'Bearer abcdefgh'})
connection.getresponse().read()
thread.join()
_requests_logger.stop()
demisto.results('print' in vars(http.client))
'''
        out = run(code, context={'IsDebug': True, 'Inv': {}})
        self.assertEqual((out.trace(), out.contents()), (None, ['False']))
        lines = told(out)
        self.assertTrue([line for line in lines if line.startswith("send: b'GET /path")], lines)
        self.assertIn('cURL:\ncurl -X GET https://127.0.0.1', lines[-1])
        self.assertNotIn('abcdefgh', ''.join(lines))

    def test_a_log_that_cannot_start_is_no_reason_to_fail(self):
        out = run("demisto.results('goes on')", context={'IsDebug': True, 'Inv': {}, 'ParentEntry': {'timesRan': 'x'}})
        self.assertEqual((out.trace(), out.contents()), (None, ['goes on']))
        self.assertIn('start the debug log: ', ''.join(told(out)))


if __name__ == '__main__':
    unittest.main()
