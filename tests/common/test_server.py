"""What the server, the instance and the call are."""
import json
import unittest

from assembly import Raises, Table, driver, run


def server(version='8.1.0', build='500', platform='xsoar', **more):
    """Answers as a server of that version; `more`: {uri or command: value}."""
    def answer(message):
        if message['type'] == 'demistoVersion':
            return {'version': version, 'buildNumber': build, 'platform': platform, 'engine': 'E'}
        if message['type'] == 'demistoUrls':
            return {'server': more.get('url', '')}
        if message.get('command') == 'internalHttpRequest':
            found = more.get(message['args']['uri'].strip('/').replace('/', '_'))
            found = found(json.loads(message['args']['body'])) if callable(found) else found
            return {'statusCode': 200, 'body': found if isinstance(found, str) else json.dumps(found)}
        return more.get(message.get('command') or message['type'])
    return answer


class Call(Table):
    def test_names(self):
        names = "[get_integration_name(), get_integration_instance_name(), get_script_name()]"
        self.check([(names, ['B', 'I', ''])], context={'IntegrationBrand': 'B', 'IntegrationInstance': 'I', 'Inv': {}})
        self.check([(names, ['', '', 'S'])], context={'ScriptName': 'S', 'Inv': {}})

    def test_kind(self):
        call = "is_integration_command_execution()"
        self.check([(call, True)], integration=True)
        self.check([(call, False)])
        self.check([(call, False)], integration=True, context={'ExecutedCommands': [{'moduleBrand': 'Scripts'}], 'Inv': {}})
        self.check([(call, True)], context={'ExecutedCommands': [{'moduleBrand': 'Mail'}], 'Inv': {}})
        self.check([(call, True)], setup="demisto.callingContext['integration'] = None")
        self.check([(call, False)], setup="demisto.callingContext['integration'] = None",
                   context={'ScriptName': 'S', 'ExecutedCommands': [], 'Inv': {}})

    def test_schedule(self):
        call = "[get_schedule_metadata(demisto.callingContext['context']), is_scheduled_command_retry()]"
        self.check([(call, [{}, False])])
        self.check([(call, [{'is_polling': True, 'polling_command': 'c', 'polling_args': {'a': 1}, 'times_ran': 3,
                             'start_date': 's', 'end_date': 'e'}, True])],
                   context={'Inv': {}, 'ParentEntry': {'polling': True, 'pollingCommand': 'c', 'pollingArgs': {'a': 1},
                                                       'timesRan': 2, 'startDate': 's', 'endingDate': 'e'}})
        self.check([("is_time_sensitive()", True)], context={'IsTimeSensitive': True, 'Inv': {}})
        self.check([("is_time_sensitive()", False)])


class Version(Table):
    def test_comparisons(self):
        self.check([("[is_demisto_version_ge(x) for x in ('8.1.0', '8.0.9', '8.1.1', '8.10.0', '6.0', '10.0.0')]",
                     [True, True, False, False, True, False]),
                    ("[is_demisto_version_ge('8.1.0', x) for x in ('500', '499', '501', 500)]", [True, True, False, True]),
                    ("is_demisto_version_ge('8.0.0', '9999')", True),
                    ("get_demisto_version_as_str()", '8.1.0-500')], answer=server())
        self.check([("is_demisto_version_ge('8.1.0', '1')", True)], answer=server(build='REPLACE_THIS'))

    def test_the_server_is_asked_once(self):
        out = run("get_demisto_version()\nget_demisto_version()\nis_demisto_version_ge('5.0.0')", server())
        self.assertEqual(len(out.of('demistoVersion')), 1)

    def test_a_server_that_cannot_tell(self):
        setup = '''
class Old(object):
    callingContext = demisto.callingContext
    results = demisto.results
demisto = Old()
'''
        self.check([("is_demisto_version_ge('6.0.0')", False), ("is_demisto_version_ge('4.5.0')", Raises('does not tell')),
                    ("get_demisto_version_as_str()", 'Unknown')], setup=setup)

    def test_platforms(self):
        calls = ('is_xsoar', 'is_xsoar_on_prem', 'is_xsoar_hosted', 'is_xsoar_saas', 'is_xsiam', 'is_xsiam_or_xsoar_saas',
                 'is_platform')
        for version, platform, true in (
                ('6.12.0', 'xsoar', ('is_xsoar', 'is_xsoar_on_prem')),
                ('8.1.0', 'xsoar', ('is_xsoar', 'is_xsoar_saas', 'is_xsiam_or_xsoar_saas')),
                ('6.12.0', 'xsoar_hosted', ('is_xsoar', 'is_xsoar_hosted')),
                ('8.1.0', 'x2', ('is_xsiam', 'is_xsiam_or_xsoar_saas')),
                ('8.9.0', 'unified_platform', ('is_platform', 'is_xsiam_or_xsoar_saas')),
                ('6.0.0', None, ())):
            self.check([('%s()' % call, call in true) for call in calls], answer=server(version, platform=platform))
        self.check([("is_using_engine()", 'E')], answer=server())


class Server(Table):
    def test_settings_and_engines(self):
        answer = server(system_config={'sysConf': {'a': 'b'}}, engines={'engines': [{'id': 'e1', 'baseUrl': 'h:1'}]},
                        settings_integration_search={'instances': [{'name': 'I', 'engine': 'e1'}, {'name': 'J'}]})
        rows = [("get_server_config()", {'a': 'b'}), ("get_engine_base_url('e1')", 'h:1'), ("get_engine_base_url('x')", '')]
        for name, engine in (('I', 'e1'), ('J', ''), ('K', '')):
            self.check(rows + [("is_integration_instance_running_on_engine()", engine)], answer=answer, integration=True,
                       context={'IntegrationInstance': name, 'Inv': {}})
        for body in ('no json', '[]', None):
            self.check([("get_server_config()", {}), ("get_engine_base_url('x')", ''),
                        ("is_integration_instance_running_on_engine()", ''), ("get_pack_version('P')", '')],
                       answer=server(system_config=body, engines=body), integration=True)

    def test_pack_versions(self):
        packs = [{'name': 'Other', 'currentVersion': '9.9.9'},
                 {'name': 'Pack', 'currentVersion': '1.2.3',
                  'contentItems': {'automation': [{'name': 'S'}], 'integration': [{'name': 'Shown'}]}}]
        asked = []

        def search(body):
            asked.append(body)
            return {'packs': packs}
        answer = server(contentpacks_marketplace_search=search,
                        settings_integration_search={'configurations': [{'id': 'B', 'display': 'Shown'}]})
        self.check([("get_pack_version('Pack')", '1.2.3'), ("get_pack_version('None')", ''), ("get_pack_version()", '1.2.3')],
                   answer=answer, context={'ScriptName': 'S', 'Inv': {}})
        self.assertEqual(asked, [{'packsQuery': 'Pack'}, {'packsQuery': 'None'}, {'automationQuery': 'S'}])
        for brand, expected in (('Shown', '1.2.3'), ('B', '1.2.3'), ('C', '')):
            self.check([("get_pack_version()", expected)], answer=answer, integration=True,
                       context={'IntegrationBrand': brand, 'Inv': {}})

    def test_addresses_and_commands(self):
        for url, name in (('https://s/acc_mine', 'acc_mine'), ('https://s', ''), ('https://s/acc_', '')):
            self.check([("get_tenant_account_name()", name)], answer=server(url=url))
        self.check([("isCommandAvailable('ip')", True), ("isCommandAvailable('url')", False)],
                   answer=server(getAllModulesSupportedCmds={'M': [{'name': 'ip'}], 'N': None}))
        self.check([("get_x_content_info_headers()",
                     {'X-Content-Version': '0.0.0', 'X-Content-Name': 'B', 'X-Content-LicenseID': 'L',
                      'X-Content-Branch': 'master', 'X-Content-Server-Version': '8.1.0-500'})],
                   answer=server(getLicenseID={'id': 'L'}), integration=True, context={'IntegrationBrand': 'B', 'Inv': {}})

    def test_autofocus(self):
        def answer(message):
            if message.get('command') == 'getLicenseCustomField':
                raise driver.Refusal('not for this licence')
        self.check([("AutoFocusKeyRetriever('mine').key", 'mine'),
                    ("AutoFocusKeyRetriever('').key", Raises('no key was given, and the server has none'))], answer=answer)
        self.check([("AutoFocusKeyRetriever(None).key", 'theirs')],
                   answer=server(getLicenseCustomField={'value': 'theirs'}))


if __name__ == '__main__':
    unittest.main()
