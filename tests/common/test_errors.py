"""How a command says that something went wrong."""
import unittest

from assembly import Table, driver, run


class Errors(Table):
    def test_return_error(self):
        out = run("try:\n  1/0\nexcept Exception as ex:\n  return_error('went wrong', ex, {'A': 1})\n"
                  "demisto.results('not reached')")
        self.assertEqual([(one['Type'], one['Contents'], one['ContentsFormat'], one['EntryContext'])
                          for one in out.entries()], [(4, 'went wrong', 'text', {'A': 1})])
        log = out.of('log')[0]
        self.assertEqual(log['command'], 'error')
        for text in ('went wrong\n', 'by zero\n', 'File "<Item>", line 2'):
            self.assertIn(text, log['args']['args'][0])
        self.assertEqual((out.trace(), out.ends()), (None, 1))

    def test_what_was_logged_before_goes_first(self):
        out = run("LOG('before')\nreturn_error('went wrong')")
        self.assertEqual([message['args']['args'][0] for message in out.of('log')],
                         ['Full Integration Log:\nbefore', 'went wrong'])

    def test_a_traceback_is_logged_once(self):
        out = run("import traceback\ntry:\n  1/0\nexcept Exception:\n  return_error('x', traceback.format_exc())")
        log = out.of('log')[0]['args']['args'][0]
        self.assertEqual((log.count('Traceback'), log.count('File "<Item>", line 3')), (1, 1))

    def test_secrets_are_masked(self):
        out = run("try:\n  raise ValueError('in pa55word')\nexcept Exception as ex:\n  return_error('no pa55word', ex)",
                  integration=True, params={'password': 'pa55word'})
        self.assertEqual(out.contents(), ['no <XX_REPLACED>'])
        self.assertNotIn('pa55word', out.of('log')[0]['args']['args'][0])

    def test_watched_commands(self):
        for command in ('fetch-incidents', 'fetch-credentials', 'long-running-execution', 'fetch-indicators'):
            out = run("return_error('went wrong')", integration=True, command=command)
            self.assertEqual((out.entries(), out.trace()[-1]), ([], 'Exception: went wrong\n'))
        self.assertEqual(run("return_error('x')", integration=True, command='fetch-events').contents(), ['x'])

    def test_mirroring(self):
        for code, text in (("return_error('x')", 'skip update. error: x'),
                           ("return_error('x', NotImplementedError())", 'skip update. error: x'),
                           ("try:\n  raise NotImplementedError()\nexcept NotImplementedError as ex:\n"
                            "  return_error('x', ex)", 'x'),
                           ("try:\n  raise ValueError()\nexcept ValueError as ex:\n  return_error('x', ex)",
                            'skip update. error: x')):
            self.assertEqual(run(code, integration=True, command='get-modified-remote-data').contents(), [text])

    def test_long_messages(self):
        text = run("return_error('a' * 30000 + 'b' * 30000)").contents()[0]
        self.assertEqual(text, 'a' * 25000 + '\n[... 10000 characters left out ...]\n' + 'b' * 25000)
        self.assertEqual(run("return_error('a' * 50000)").contents(), ['a' * 50000])

    def test_debug_mode(self):
        out = run("try:\n  1/0\nexcept Exception as ex:\n  return_error('x', ex)",
                  context={'IsDebug': True, 'Inv': {'id': '1'}})
        self.assertTrue(out.contents()[0].startswith('x\n\nTraceback'))
        self.assertIn('File "<Item>", line 2', out.contents()[0])

    def test_messages_that_are_no_text(self):
        for message, text in (("ValueError('v')", 'v'), ('None', 'None'), ("u'\\xe9'", u'\xe9'), ("ValueError(u'\\xe9')", u'\xe9')):
            self.assertEqual(run("return_error(%s)" % message).contents(), [text])

    def test_return_warning(self):
        out = run("return_warning('careful', exit=True, warning='raw', outputs={'A': 1}, ignore_auto_extract=True)\n"
                  "demisto.results('not reached')")
        self.assertEqual(out.entries(), [{'Type': 11, 'ContentsFormat': 'text', 'Contents': 'careful',
                                          'IgnoreAutoExtract': True, 'EntryContext': {'A': 1}}])
        self.assertEqual(out.of('log')[0]['args']['args'][0], 'careful\nraw')
        self.assertEqual(run("return_warning('careful')\ndemisto.results('reached')").contents(), ['careful', 'reached'])

    def test_exception(self):
        self.check([
            ("[str(error), error.message, error.exception, error.res, error.error_type]", ['m', 'm', 'e', 'r', 't']),
            ("list(error.args)", ['m', 'e', 't', 'more']), ("isinstance(error, Exception)", True),
            ("[str(DemistoException(5)), DemistoException('m').res]", ['5', None]),
        ], setup="error = DemistoException('m', 'e', 'r', 't', 'more')")


if __name__ == '__main__':
    unittest.main()
