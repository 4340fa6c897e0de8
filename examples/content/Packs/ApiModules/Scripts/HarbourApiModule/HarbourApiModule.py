import demistomock as demisto  # noqa: F401
from CommonServerPython import *  # noqa: F401

MOST_PAGES = 200


class HarbourClient(BaseClient):
    """What the clients of a port's services have in common: settings of the instance, pages, errors in a sentence."""

    def __init__(self, params, path, **options):
        url = (params.get('url') or '').strip()
        if not url.startswith(('http://', 'https://')):
            raise DemistoException("Server URL: '%s' does not begin with http:// or https://" % url)
        BaseClient.__init__(self, urljoin(url, path), verify=not params.get('insecure', False),
                            proxy=params.get('proxy', False), timeout=20, **options)

    def client_error_handler(self, res):
        """Errors: DemistoException, always, with what the service says is wrong."""
        try:
            reason = res.json()['error']
        except (ValueError, KeyError, TypeError):
            reason = res.text[:500]
        raise DemistoException('Error in API call [%d] - %s: %s' % (res.status_code, res.reason, reason), res=res)

    def ask(self, method, suffix, **how):
        """One request. Clients that need more than the settings for it, such as a token, replace it."""
        return self._http_request(method, suffix, **how)

    def pages(self, suffix, query, limit, page_size=50):
        """Up to `limit` items of a listing that tells the offset of its next page, one page after another."""
        offset, left = 0, limit
        for _ in range(MOST_PAGES):
            page = self.ask('GET', suffix, params=dict(query, offset=offset, limit=min(page_size, left)))
            for item in page['items']:
                yield item
            left -= len(page['items'])
            offset = page.get('next_offset')
            if offset is None or left <= 0 or not page['items']:
                return
        raise DemistoException('%s: there are more than %d pages' % (suffix, MOST_PAGES))


def limit_of(args, default, most):
    """The argument `limit` as a number from 1 to `most`."""
    limit = arg_to_number(args.get('limit') or default, 'limit')
    if not 1 <= limit <= most:
        raise ValueError('limit: %d is not between 1 and %d' % (limit, most))
    return limit


def explain_test(error):
    """What test-module says of an error: which setting to look at."""
    status = error.res.status_code if isinstance(error, DemistoException) and error.res is not None else None
    if status in (401, 403):
        return 'Authorization Error: the service knows no such account or key (%s)' % error
    return str(error)
