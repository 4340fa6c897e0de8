import demistomock as demisto  # noqa: F401
from CommonServerPython import *  # noqa: F401
from CommonServerUserPython import *  # noqa: F401

import base64
import hashlib
import hmac
import json
import time

from MaritimeApiModule import *  # noqa: E402


class Registry:
    """The instance: its name, its signing key, and how strict it is."""

    def __init__(self, params):
        credentials = params.get('credentials') or {}
        self.name = params.get('registry') or 'Harbour'
        self.key = (credentials.get('password') or '').encode()
        self.fails_on_invalid = params.get('on_invalid') == 'fail'
        self.trusts_unsigned = argToBoolean(params.get('insecure') or False)

    def verified(self, signed, signature):
        """Whether `signature` is that of `signed` under the instance's key."""
        return bool(self.key) and hmac.compare_digest(hmac.new(self.key, signed, hashlib.sha256).digest(), signature)


def unbase64(part):
    return base64.urlsafe_b64decode(part + '=' * (-len(part) % 4))


def parse_token(token):
    """(header, claims, signed bytes, signature) of a JSON web token. Raises DemistoException when it is none."""
    parts = token.strip().split('.')
    if len(parts) != 3:
        raise DemistoException('not a JSON web token: it has %d parts, not 3' % len(parts))
    try:
        header, claims = json.loads(unbase64(parts[0])), json.loads(unbase64(parts[1]))
        return header, claims, '.'.join(parts[:2]).encode(), unbase64(parts[2])
    except ValueError as error:
        raise DemistoException('not a JSON web token: %s' % error)


def decoded_results(registry, decoded, title, prefix, key, headers):
    wrong = [one for one in decoded if not one['Valid']]
    if wrong and registry.fails_on_invalid:
        raise DemistoException('not valid: ' + ', '.join([one['Input'] for one in wrong]))
    return CommandResults(
        outputs_prefix=prefix, outputs_key_field=key, outputs=decoded,
        readable_output=tableToMarkdown('%s: %s' % (registry.name, title), decoded, headers=headers, removeNull=True))


def imo_decode_command(registry, args):
    decoded = [decode_imo(text) for text in argToList(args.get('imo'))]
    return decoded_results(registry, decoded, 'vessels', 'Harbour.Vessel', 'IMO', ['IMO', 'Valid', 'Reason'])


def mmsi_decode_command(registry, args):
    decoded = [decode_mmsi(text) for text in argToList(args.get('mmsi'))]
    return decoded_results(registry, decoded, 'stations', 'Harbour.Station', 'MMSI',
                           ['MMSI', 'Valid', 'Kind', 'Country', 'Reason'])


def token_inspect_command(registry, args):
    header, claims, signed, signature = parse_token(args['token'])
    now = arg_to_number(args.get('at'), 'at') or int(time.time())
    verified = header.get('alg') == 'HS256' and registry.verified(signed, signature)
    if not (verified or registry.trusts_unsigned):
        raise DemistoException("the token's signature does not fit the key of instance '%s'" % registry.name)
    outputs = {
        'Subject': claims.get('sub'),
        'Issuer': claims.get('iss'),
        'Algorithm': header.get('alg'),
        'Verified': verified,
        'Expired': 'exp' in claims and claims['exp'] <= now,
    }
    return CommandResults(outputs_prefix='Harbour.Token', outputs_key_field='Subject', outputs=outputs,
                          raw_response=claims, readable_output=tableToMarkdown('Token', outputs, removeNull=True))


def test_module(registry):
    """'ok', or what is wrong with the settings."""
    if not decode_imo('IMO 9074729')['Valid']:
        return 'the check digit of IMO numbers is worked out wrongly'
    if not (registry.key or registry.trusts_unsigned):
        return 'Account: no token key is set, so no token can be checked'
    return 'ok'


def main():
    command = demisto.command()
    try:
        registry = Registry(demisto.params())
        commands = {
            'harbour-imo-decode': imo_decode_command,
            'harbour-mmsi-decode': mmsi_decode_command,
            'harbour-token-inspect': token_inspect_command,
        }
        if command == 'test-module':
            return_results(test_module(registry))
        elif command in commands:
            return_results(commands[command](registry, demisto.args()))
        else:
            raise NotImplementedError('command %s is not there' % command)
    except Exception as error:
        return_error('Failed to execute %s: %s' % (command, error), error)


if __name__ in ('__main__', '__builtin__', 'builtins'):
    main()
