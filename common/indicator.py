"""The base of indicators, and the score that a source gives one.

An indicator declares its parameters (`_names`), and which of them its context has under which key: `_plain` when they
have a value, `_numbers` when they are not None, `_tables` for lists of records.
"""


class _BerthDBotScore(_BerthRecord):
    """What `integration_name` holds of an indicator: 0 unknown, 1 good, 2 suspicious, 3 bad.

    In an integration its own name takes the place of `integration_name`. Errors: TypeError for a type, score or
    reliability that is none.
    """

    NONE = 0
    GOOD = 1
    SUSPICIOUS = 2
    BAD = 3
    CONTEXT_PATH = 'DBotScore(val.Indicator && val.Indicator == obj.Indicator && val.Vendor == obj.Vendor ' \
                   '&& val.Type == obj.Type)'
    CONTEXT_PATH_PRIOR_V5_5 = 'DBotScore'
    _names = ('indicator', 'indicator_type', 'integration_name', 'score', 'malicious_description', 'reliability',
              'message')
    _required = 2
    _defaults = {'integration_name': ''}

    def __init__(self, *args, **kwargs):
        self._berth_take(args, kwargs)
        if not DBotScoreType.is_valid_type(self.indicator_type):
            raise TypeError("indicator_type '%s' is none of DBotScoreType" % (self.indicator_type,))
        if not self.is_valid_score(self.score):
            raise TypeError("score '%s' is none of 0, 1, 2, 3" % (self.score,))
        if self.reliability and not DBotScoreReliability.is_valid_type(self.reliability):
            raise TypeError("reliability '%s' is none of DBotScoreReliability" % (self.reliability,))
        if demisto.callingContext.get('integration'):
            self.integration_name = get_integration_name() or self.integration_name

    @staticmethod
    def is_valid_score(score):
        """Whether `score` is a score."""
        return score in (0, 1, 2, 3)

    @staticmethod
    def get_context_path():
        """The path of scores in the context."""
        return Common.DBotScore.CONTEXT_PATH

    def to_context(self):
        """{path: score}."""
        found = {'Indicator': self.indicator, 'Type': self.indicator_type, 'Vendor': self.integration_name,
                 'Score': self.score}
        found.update(_berth_present(self, (('reliability', 'Reliability'), ('message', 'Message'))))
        return {self.get_context_path(): found}

    def to_readable(self):
        """The score as a word."""
        return {0: 'Unknown', 1: 'Good', 2: 'Suspicious', 3: 'Bad'}.get(self.score, 'Undefined')


class _BerthIndicator(_BerthRecord):
    """Base of the indicators; content may derive its own from it, with a to_context() alone."""

    CONTEXT_PATH = ''
    _value = ('', '')  # attribute and key of what the indicator is
    _plain = ()
    _numbers = ()
    _tables = ()
    _needs_score = False
    _can_be_malicious = True

    def __init__(self, *args, **kwargs):
        self._berth_take(args, kwargs)
        score = self.dbot_score if 'dbot_score' in self._names else None
        if (self._needs_score or score) and not isinstance(score, Common.DBotScore):
            raise ValueError('dbot_score of a %s must be a DBotScore, not %s'
                             % (type(self).__name__, type(score).__name__))

    @staticmethod
    def create_context_table(data):
        """The context of each record of a list."""
        return _berth_contexts(data)

    def _berth_path(self):
        return self.CONTEXT_PATH

    def _berth_more(self, context):
        """Adds what the tables do not say."""

    def to_context(self):
        """{path: indicator, and path of scores: score}. Errors: ValueError for a value outside a closed list."""
        context = {}
        if self._value[0]:
            context[self._value[1]] = getattr(self, self._value[0])
        context.update(_berth_present(self, self._plain))
        for name, key in self._numbers:
            if getattr(self, name) is not None:
                context[key] = getattr(self, name)
        for name, key in self._tables:
            if getattr(self, name):
                context[key] = _berth_contexts(getattr(self, name))
        self._berth_more(context)
        score = getattr(self, 'dbot_score', None)
        if self._can_be_malicious and score and score.score == Common.DBotScore.BAD:
            context['Malicious'] = {'Vendor': score.integration_name, 'Description': score.malicious_description}
        related = getattr(self, 'relationships', None)
        if related:
            context['Relationships'] = [one for one in _berth_contexts(related) if one]
        found = {self._berth_path(): context}
        if score:
            found.update(score.to_context())
        return found


_berth_end_of_optional_part('indicator.py')
