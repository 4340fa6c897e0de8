import demistomock as demisto  # noqa: F401
from CommonServerPython import *  # noqa: F401
from CommonServerUserPython import *  # noqa: F401

import hashlib
import json

from HarbourApiModule import *  # noqa: E402

TYPES = {'ip': FeedIndicatorType.IP, 'domain': FeedIndicatorType.Domain, 'sha256': FeedIndicatorType.File}
RELATIONS = {'resolves-to': EntityRelationship.Relationships.RESOLVES_TO,
             'downloaded-from': EntityRelationship.Relationships.DOWNLOADS_FROM}
REPUTATIONS = {'Good': 1, 'Suspicious': 2, 'Bad': 3}
MOST_PAGES_OF_FEED = 1000


class Feed(HarbourClient):
    """The feed of a customs authority, by key."""

    def __init__(self, params):
        HarbourClient.__init__(self, params, '/feed/v1', headers={'X-Api-Key': params.get('api_key') or ''})

    def items(self, tlp):
        """All indicators as the feed has them, page after page."""
        token = None
        for _ in range(MOST_PAGES_OF_FEED):
            page = self._http_request('GET', '/indicators', params=assign_params(tlp=tlp, page_token=token))
            for item in page['items']:
                yield item
            token = page.get('next_page_token')
            if not token:
                return
        raise DemistoException('the feed has more than %d pages' % MOST_PAGES_OF_FEED)


def relationships_of(item):
    found = []
    for related in item['related']:
        if related['relation'] not in RELATIONS or related['type'] not in TYPES:
            demisto.debug('%s: relation %s is not known' % (item['value'], related['relation']))
            continue
        found.append(EntityRelationship(
            name=RELATIONS[related['relation']], entity_a=item['value'], entity_a_type=TYPES[item['type']],
            entity_b=related['value'], entity_b_type=TYPES[related['type']]).to_indicator())
    return found


def indicator_of(item, params):
    """The indicator as the server takes it, or None for a type that it does not know."""
    if item['type'] not in TYPES:
        return None
    fields = {'tags': item['tags'] + argToList(params.get('feedTags')), 'firstseenbysource': item['first_seen'] + 'Z',
              'trafficlightprotocol': item['tlp']}
    found = {'value': item['value'], 'type': TYPES[item['type']], 'rawJSON': item, 'fields': fields,
             'score': REPUTATIONS.get(params.get('feedReputation') or '', item['score'])}
    if argToBoolean(params.get('create_relationships', True)):
        found['relationships'] = relationships_of(item)
    return found


def indicators_of(feed, params):
    for item in feed.items(params.get('tlp_color') or None):
        indicator = indicator_of(item, params)
        if indicator:
            yield indicator


def fetch_indicators(feed, params):
    """Creates all indicators in batches; when nothing has changed since, only says so. Returns how many there are."""
    found = list(indicators_of(feed, params))
    digest = hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()
    if (get_feed_last_run() or {}).get('digest') == digest:
        demisto.createIndicators([], noUpdate=True)
        return 0
    for part in batch(found, arg_to_number(params.get('batch_size') or 2000, 'batch_size')):
        demisto.createIndicators(part)
    set_feed_last_run({'digest': digest})
    return len(found)


def indicators_get_command(feed, params, args):
    limit, outputs = limit_of(args, 10, 1000), []
    for indicator in indicators_of(feed, params):
        outputs.append({'Value': indicator['value'], 'Type': indicator['type'], 'Score': indicator['score'],
                        'Relationships': len(indicator.get('relationships', []))})
        if len(outputs) == limit:
            break
    return CommandResults(outputs_prefix='Customs.Indicator', outputs_key_field='Value', outputs=outputs,
                          readable_output=tableToMarkdown('%d indicators' % len(outputs), outputs))


def main():
    command, params = demisto.command(), demisto.params()
    try:
        feed = Feed(params)
        if command == 'test-module':
            try:
                next(feed.items(None), None)
                return_results('ok')
            except DemistoException as error:
                return_results(explain_test(error))
        elif command == 'fetch-indicators':
            demisto.info('%d indicators were created' % fetch_indicators(feed, params))
        elif command == 'customs-feed-indicators-get':
            return_results(indicators_get_command(feed, params, demisto.args()))
        else:
            raise NotImplementedError('command %s is not there' % command)
    except Exception as error:
        return_error('Failed to execute %s: %s' % (command, error), error)

if __name__ in ('__main__', '__builtin__', 'builtins'):
    main()
