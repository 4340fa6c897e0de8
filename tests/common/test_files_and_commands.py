"""Files of entries; other commands."""
import json
import os
import unittest

from assembly import Raises, Table, assembled, driver, run


class Files(unittest.TestCase):
    def handed_over(self, code):
        """(entry, bytes handed over, names left in the working directory)."""
        process = driver.Process()
        process.send(json.dumps(driver.job(assembled(code), context={'Inv': {'id': '7'}})).encode() + b'\n')
        process.serve()
        entry = process.outcome.entries()[0]
        with open(os.path.join(process.cwd, '7_' + entry['FileID']), 'rb') as file:
            found = entry, file.read(), sorted(os.listdir(process.cwd))
        process.close()
        return found

    def test_file_result(self):
        for arguments, name, kind, data in (("'../a.txt', u'\\xe9'", 'a.txt', 3, b'\xc3\xa9'),
                                            ("'b', b'\\x00\\xff', EntryType.ENTRY_INFO_FILE", 'b', 9, b'\x00\xff'),
                                            ("'../../c/../d', 'x', entryTypes['entryInfoFile']", 'c/d', 9, b'x')):
            entry, found, _ = self.handed_over('return_results(fileResult(%s))' % arguments)
            self.assertEqual((entry['Type'], entry['File'], entry['Contents'], entry['ContentsFormat'], found),
                             (kind, name, '', 'text', data))

    def test_existing_file(self):
        for arguments, name in (("'made'", 'made'), ("'made', 'shown'", 'shown')):
            entry, found, names = self.handed_over("with open('made', 'w') as file: file.write('x')\n"
                                                   "return_results(file_result_existing_file(%s))" % arguments)
            self.assertEqual((entry['File'], entry['Type'], found, names), (name, 3, b'x', ['7_' + entry['FileID']]))

    def test_no_such_file(self):
        self.assertIn('No such file', run("file_result_existing_file('none')").trace()[-1])


def returns(*entries):
    return lambda message: list(entries)


def unknown(message):
    if message['type'] == 'executeCommand':
        raise driver.Refusal('Unsupported Command')


NOTE, ERROR = {'Type': 1, 'Contents': {'a': 1}}, {'Type': 4, 'Contents': 'no', 'Brand': 'B', 'ModuleName': 'I'}


class Commands(Table):
    def test_errors(self):
        self.check([
            ("[is_error(x) for x in (None, [], {}, 'x', {'Type': 1}, {'Type': 4}, [{'Type': 1}, {'Type': 4}], ['x'])]",
             [False, False, False, False, False, True, True, False]),
            ("isError([{'Type': entryTypes['error']}])", True),
            ("get_error({'Type': 4, 'Contents': 'a'})", 'a'),
            ("get_error([{'Type': 4, 'Contents': 'a'}, {'Type': 1}, {'Type': 4, 'Contents': 5}])", 'a\n5'),
            ("get_error([])", Raises('there is no error entry')), ("get_error({'Type': 1})", Raises('no error entry')),
        ])

    def test_execute_command(self):
        for answer, options, expected in (
                (returns(NOTE), '', {'a': 1}), (returns(NOTE, NOTE), '', [{'a': 1}, {'a': 1}]), (returns(), '', []),
                (returns(NOTE, {'Type': 16, 'Contents': 'debug'}), '', {'a': 1}), (returns({'Type': 1}), '', {}),
                (returns(NOTE), ', extract_contents=False', [NOTE]), (returns(NOTE), ', fail_on_error=False', [True, {'a': 1}]),
                (returns(NOTE), ', False, False', [True, [NOTE]]), (returns(NOTE, ERROR), ', fail_on_error=False', [False, 'no']),
                (returns(ERROR), '', Raises('Failed to execute x. Its errors:\nno')),
                (unknown, ', fail_on_error=False', [False, 'Unsupported Command'])):
            self.check([("execute_command('x', {}%s)" % options, expected)], answer=answer)
        out = run("execute_command('x', {})", unknown)
        self.assertEqual(out.trace()[-1], 'ValueError: Unsupported Command\n')
        self.check([("execute_command('x', {})", Raises('integrations cannot run commands'))], setup='''
class Integration(object):
    results = demisto.results
demisto = Integration()
''')

    def test_arguments_reach_the_command(self):
        out = run("execute_command('ip', {'ip': '1.1.1.1'})", returns(NOTE))
        self.assertEqual([(one['command'], one['args']) for one in out.of('executeCommand')], [('ip', {'ip': '1.1.1.1'})])


class Runner(Table):
    def test_wrong_commands(self):
        self.check([("CommandRunner.Command({}, [])", Raises('commands must be a list, not dict')),
                    ("CommandRunner.Command(['a'], {})", Raises('args_lst must be a list, not dict')),
                    ("CommandRunner.Command(['a', 'b'], [{}])", Raises('2 commands cannot take 1 times arguments'))])

    def test_commands(self):
        self.check([
            ("[vars(CommandRunner.Command('a', {'x': 1}, 'B', 'I')), vars(CommandRunner.Command('a', [{}, {}]))]",
             [{'commands': ['a'], 'args_lst': [{'x': 1, 'using-brand': 'B', 'using': 'I'}]},
              {'commands': ['a', 'a'], 'args_lst': [{}, {}]}]),
            ("[[vars(one) for one in some] for some in CommandRunner.execute_commands(CommandRunner.Command('a', {}))]",
             [[{'command': 'a', 'args': {}, 'brand': 'Unknown', 'instance': 'Unknown', 'result': {'a': 1}},
               {'command': 'a', 'args': {}, 'brand': 'Unknown', 'instance': 'Unknown', 'result': {}}],
              [{'command': 'a', 'args': {}, 'brand': 'B', 'instance': 'I', 'result': 'no'}]]),
        ], answer=returns(NOTE, {'Type': 1, 'Contents': None}, ERROR))
        self.check([("CommandRunner.execute_commands(CommandRunner.Command('a', {}))", [[], []]),
                    ("CommandRunner.run_commands_with_summary([CommandRunner.Command('a', {})])",
                     Raises('No instance has any of the commands'))], answer=unknown)
        self.check([("CommandRunner.run_commands_with_summary([CommandRunner.Command('a', {})])",
                     Raises('All commands failed:\nI: no'))], answer=returns(ERROR))

    def test_summary(self):
        note = {'Type': 1, 'Contents': 'c', 'ContentsFormat': 'text', 'HumanReadable': 'h', 'Brand': 'B', 'ModuleName': 'I'}
        out = run("return_results(CommandRunner.run_commands_with_summary([CommandRunner.Command('a', {'x': '1'}, 'B')]))",
                  returns(note, ERROR))
        self.assertEqual(sorted([entry['HumanReadable'] for entry in out.entries()]), [
            '### Results Summary\n|Instance|Command|Result|Comment|\n|---|---|---|---|\n'
            '| ***B***: I | ***command***: a<br>**args**:<br>\t***x***: 1 | Success | c |\n'
            '| ***B***: I | ***command***: a<br>**args**:<br>\t***x***: 1 | Error | no |\n',
            '***B (I)***\nh'] if not driver.PY2 else sorted([entry['HumanReadable'] for entry in out.entries()]))


if __name__ == '__main__':
    unittest.main()
