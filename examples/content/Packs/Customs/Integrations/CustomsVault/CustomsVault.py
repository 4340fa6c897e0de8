import demistomock as demisto  # noqa: F401
from CommonServerPython import *  # noqa: F401
from CommonServerUserPython import *  # noqa: F401

from HarbourApiModule import *  # noqa: E402


class Vault(HarbourClient):
    """The vault, by key."""

    def __init__(self, params):
        HarbourClient.__init__(self, params, '/customs/v1', headers={'X-Api-Key': params.get('api_key') or ''})

    def accounts(self, names):
        """The accounts with these names, all without names. Errors: DemistoException for one that is not there."""
        found = self._http_request('GET', '/vault')['items']
        missing = sorted(set(names) - {one['name'] for one in found})
        if missing:
            raise DemistoException('the vault has no account %s' % ', '.join(missing))
        return [one for one in found if not names or one['name'] in names]


def fetch_credentials(vault, params, args):
    """What the server asks for: one account by its identifier, or all that the instance hands out."""
    names = argToList(args.get('identifier') or params.get('credentialobjects'))
    return [{'name': one['name'], 'user': one['user'], 'password': one['password']} for one in vault.accounts(names)]


def vault_list_command(vault, params):
    outputs = [{'Name': one['name'], 'User': one['user']}
               for one in vault.accounts(argToList(params.get('credentialobjects')))]
    return CommandResults(outputs_prefix='Customs.Account', outputs_key_field='Name', outputs=outputs,
                          raw_response=outputs, readable_output=tableToMarkdown('Accounts', outputs))


def main():
    command, params = demisto.command(), demisto.params()
    try:
        vault = Vault(params)
        if command == 'test-module':
            try:
                vault.accounts(argToList(params.get('credentialobjects')))
                return_results('ok')
            except DemistoException as error:
                return_results(explain_test(error))
        elif command == 'fetch-credentials':
            demisto.credentials(fetch_credentials(vault, params, demisto.args()))
        elif command == 'customs-vault-list':
            return_results(vault_list_command(vault, params))
        else:
            raise NotImplementedError('command %s is not there' % command)
    except Exception as error:
        return_error('Failed to execute %s: %s' % (command, error), error)

if __name__ in ('__main__', '__builtin__', 'builtins'):
    main()
