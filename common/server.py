"""What the server, the instance and the call are: versions, names, addresses."""


def _berth_calling():
    """The circumstances of the call."""
    return demisto.callingContext.get('context') or {}


def get_integration_name():
    """The integration's id; '' in a script."""
    return _berth_calling().get('IntegrationBrand', '')


def get_integration_instance_name():
    """The instance's name; '' in a script."""
    return _berth_calling().get('IntegrationInstance', '')


def get_script_name():
    """The script's name; '' in an integration."""
    return _berth_calling().get('ScriptName', '')


def is_integration_command_execution():
    """Whether a command of an integration runs, and not a script."""
    commands = _berth_calling().get('ExecutedCommands')
    try:
        return commands[0]['moduleBrand'] != 'Scripts'
    except (KeyError, IndexError, TypeError):
        pass
    kind = demisto.callingContext.get('integration')
    if isinstance(kind, bool):
        return kind
    return not _berth_calling().get('ScriptName')


def get_schedule_metadata(context):
    """What is known of the schedule that a command runs on; {} when it runs on none. `context`: of the call."""
    parent = context.get('ParentEntry') or {}
    if not parent:
        return {}
    return assign_params(is_polling=bool(parent.get('polling')), polling_command=parent.get('pollingCommand'),
                         polling_args=parent.get('pollingArgs'), times_ran=int(parent.get('timesRan') or 0) + 1,
                         start_date=parent.get('startDate'), end_date=parent.get('endingDate'))


def is_scheduled_command_retry():
    """Whether the command runs again to see whether something is ready."""
    return bool(get_schedule_metadata(_berth_calling()).get('is_polling', False))


def is_time_sensitive():
    """Whether somebody waits for this very result."""
    return bool(hasattr(demisto, 'isTimeSensitive') and demisto.isTimeSensitive())


class GetDemistoVersion(object):
    """Asks the server for its version once: {'version': '8.1.0', 'buildNumber': '12345', ...}.

    Errors: AttributeError when the server cannot tell.
    """

    def __init__(self):
        self._version = None

    def __call__(self):
        if self._version is None:
            if not hasattr(demisto, 'demistoVersion'):
                raise AttributeError('this server does not tell its version')
            self._version = demisto.demistoVersion()
        return self._version


get_demisto_version = GetDemistoVersion()


def get_demisto_version_as_str():
    """'8.1.0-12345' to be shown; Unknown when the server cannot tell."""
    try:
        found = get_demisto_version()
    except AttributeError:
        return 'Unknown'
    return '%s-%s' % (found.get('version', 'Unknown'), found.get('buildNumber', 'Unknown'))


def is_demisto_version_ge(version, build_number=''):
    """Whether the server is of `version` or later, and of that build or later when it is of that very version.

    A build that is no number belongs to a developer's server, which is taken to be later.
    """
    try:
        found = get_demisto_version()
    except AttributeError:
        if version >= '5.0.0':  # the first that can tell
            return False
        raise

    def parts(text):
        return [part.zfill(8) for part in text.split('.')]

    mine, asked = parts(found.get('version') or ''), parts(version)
    if mine != asked or not build_number:
        return mine >= asked
    try:
        return int(found.get('buildNumber')) >= int(build_number)
    except (TypeError, ValueError):
        demisto.debug('is_demisto_version_ge: build %r cannot be compared with %r'
                      % (found.get('buildNumber'), build_number))
        return True


def _berth_platform():
    return demisto.demistoVersion().get('platform') or ''


def is_xsiam_or_xsoar_saas():
    """Whether the server is of version 8 or later."""
    return is_demisto_version_ge('8.0.0')


def is_xsoar():
    """Whether the platform is any XSOAR."""
    return 'xsoar' in _berth_platform()


def is_xsoar_on_prem():
    """Whether the platform is XSOAR before version 8."""
    return _berth_platform() == 'xsoar' and not is_xsiam_or_xsoar_saas()


def is_xsoar_hosted():
    """Whether the platform is hosted XSOAR before version 8."""
    return _berth_platform() == 'xsoar_hosted'


def is_xsoar_saas():
    """Whether the platform is XSOAR from version 8 on."""
    return _berth_platform() == 'xsoar' and is_xsiam_or_xsoar_saas()


def is_xsiam():
    """Whether the platform is XSIAM."""
    return _berth_platform() == 'x2'


def is_platform():
    """Whether the platform is the one that unites the others."""
    return _berth_platform() == 'unified_platform'


def is_using_engine():
    """What the server says of an engine that the call runs on."""
    return demisto.demistoVersion().get('engine')


def _berth_ask_server(method, uri, body=None):
    """The JSON object in the server's answer to a request of its own interface; {} when there is none in it."""
    import json
    answer = demisto.internalHttpRequest(method, uri, body if body is None else json.dumps(body)) or {}
    try:
        found = json.loads(answer.get('body') or '{}')
    except ValueError:
        demisto.debug('%s %s: the server answered no JSON' % (method, uri))
        return {}
    return found if isinstance(found, dict) else {}


def get_server_config():
    """The server's settings, {name: value}."""
    return _berth_ask_server('GET', '/system/config').get('sysConf') or {}


def is_integration_instance_running_on_engine():
    """The id of the engine that this instance runs on, '' for none."""
    name = demisto.integrationInstance()
    for instance in _berth_ask_server('POST', '/settings/integration/search', {'size': 1000}).get('instances') or []:
        if instance.get('name') == name:
            return instance.get('engine') or ''
    return ''


def get_engine_base_url(engine_id):
    """The address and port of an engine, '' when it is not known."""
    for engine in _berth_ask_server('GET', '/engines', {}).get('engines') or []:
        if engine.get('id') == engine_id:
            return engine.get('baseUrl') or ''
    return ''


def get_pack_version(pack_name=''):
    """The version of a pack, or of the pack of the running item when no name is given; '' when it is not known."""
    def packs(key, name):
        return _berth_ask_server('POST', '/contentpacks/marketplace/search', {key: name}).get('packs') or []

    def with_item(key, kind, name):
        for pack in packs(key, name):
            items = (pack.get('contentItems') or {}).get(kind) or []
            if any(item.get('name') == name for item in items):
                return pack.get('currentVersion') or ''
        return ''

    if pack_name:
        return ([pack.get('currentVersion') or '' for pack in packs('packsQuery', pack_name)
                 if pack.get('name') == pack_name] or [''])[0]
    if not is_integration_command_execution():
        return with_item('automationQuery', 'automation', get_script_name())
    brand = get_integration_name()
    found = with_item('integrationsQuery', 'integration', brand)
    if found:
        return found
    # Packs list integrations by the name that is shown.
    for one in _berth_ask_server('POST', '/settings/integration/search', {}).get('configurations') or []:
        if one.get('id') == brand and one.get('display') not in (None, '', brand):
            return with_item('integrationsQuery', 'integration', one['display'])
    return ''


def get_tenant_account_name():
    """The tenant's name in the server's address, acc_NAME; '' when there is none."""
    address = demisto.demistoUrls().get('server') or ''
    name = address.split('acc_')[-1] if '/acc_' in address else ''
    return 'acc_' + name if name else ''


def get_x_content_info_headers():
    """Headers that tell a service of the vendor which content calls it."""
    calling = _berth_calling()
    return {
        'X-Content-Version': CONTENT_RELEASE_VERSION,
        'X-Content-Name': calling.get('IntegrationBrand') or calling.get('IntegrationInstance') or 'Name not found',
        'X-Content-LicenseID': demisto.getLicenseID(),
        'X-Content-Branch': CONTENT_BRANCH_NAME,
        'X-Content-Server-Version': get_demisto_version_as_str(),
    }


def isCommandAvailable(cmd):
    """Whether some instance has the command `cmd`."""
    modules = demisto.getAllSupportedCommands() or {}
    return any(command.get('name') == cmd
               for commands in modules.values() if isinstance(commands, list) for command in commands)


class AutoFocusKeyRetriever(object):
    """`key`: the key of AutoFocus, the server's own when none is given. Errors: DemistoException when it has none."""

    def __init__(self, api_key):
        try:
            self.key = api_key or demisto.getAutoFocusApiKey()
        except ValueError as error:
            raise DemistoException('AutoFocus: no key was given, and the server has none: %s' % error)


_berth_end_of_part('server.py')
