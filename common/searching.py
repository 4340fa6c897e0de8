"""Indicators that the server has."""


class IndicatorsSearcher(object):
    """Iterates over pages of a search for indicators, each what demisto.searchIndicators() returned.

    `limit`: no further page once so many were had; it may be changed in between. `sort`: [{'field', 'asc'}].
    Errors: SystemExit when the server does not say how many there are, so that the container is made anew.
    """

    SEARCH_AFTER_TITLE = 'searchAfter'

    def __init__(self, page=0, filter_fields=None, from_date=None, query=None, size=100, to_date=None, value='',
                 limit=None, sort=None, search_after=None):
        self.limit = limit
        self._page = page
        self._total = None
        self._had = 0
        self._search_after_param = search_after
        self._filter_fields = filter_fields
        self._sort = sort
        self._asked = {'from_date': from_date, 'query': query, 'size': size, 'to_date': to_date, 'value': value}

    def __iter__(self):
        return self

    def __next__(self):
        if self.is_search_done():
            raise StopIteration
        found = self.search_indicators_by_version(**self._asked)
        count = len(found.get('iocs') or [])
        if not count:
            raise StopIteration
        self._had += count
        return found

    next = __next__  # Python 2

    @property
    def page(self):
        """The number of the next page."""
        return self._page

    @property
    def total(self):
        """How many indicators there are; None before the first page."""
        return self._total

    def is_search_done(self):
        """Whether the limit is reached, or the last page was had."""
        if self.limit is not None and self.limit <= self._had:
            self.limit = max(self.limit, self._had)
            return True
        return bool(self._total) and self._search_after_param is None

    def search_indicators_by_version(self, from_date=None, query='', size=100, to_date=None, value=''):
        """The next page of such a search."""
        asked = assign_params(fromDate=from_date, toDate=to_date, query=query, size=size, value=value,
                              searchAfter=self._search_after_param, populateFields=self._filter_fields)
        if self._sort is not None and is_demisto_version_ge('6.6.0'):
            asked['sort'] = self._sort
        found = demisto.searchIndicators(**asked) or {}
        self._total = found.get('total')
        if self._total is None:
            raise SystemExit('instance %s: the server did not say how many indicators there are'
                             % get_integration_instance_name())
        if isinstance(self._page, int):
            self._page += 1
        self._search_after_param = found.get(self.SEARCH_AFTER_TITLE)
        return found


def indicators_value_to_clickable(indicators):
    """{value: Markdown link to its page} of one indicator's value or a list of them.

    Errors: DemistoException when the server answers an indicator without value or id.
    """
    if not isinstance(indicators, (list, dict)):
        return {}
    query = ' or '.join(['value:%s' % one for one in (indicators if isinstance(indicators, list) else [indicators])])
    links = {}
    for page in IndicatorsSearcher(query=query):
        for one in page.get('iocs') or []:
            if not one.get('value') or not one.get('id'):
                raise DemistoException('the server answered an indicator without value or id')
            links[one['value']] = '[%s](#/indicator/%s)' % (one['value'], one['id'])
    return links


_berth_end_of_optional_part('searching.py')
