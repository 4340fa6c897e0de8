"""Relationships between indicators."""


class EntityRelationship(object):
    """That entity A, such as an address, stands in a relationship called `name` to entity B.

    Without an entity B there is none: all of its forms are empty. Errors: ValueError for a relationship type, family
    or reliability that is none.
    """

    class RelationshipsTypes(object):
        """What kinds of entities are related."""
        RELATIONSHIP_TYPES = ['IndicatorToIndicator']

        @staticmethod
        def is_valid_type(_type):
            """Whether `_type` is one of them."""
            return _type in EntityRelationship.RelationshipsTypes.RELATIONSHIP_TYPES

    class RelationshipsFamily(object):
        """What an entity is."""
        INDICATOR = ['Indicator']

        @staticmethod
        def is_valid_type(_type):
            """Whether `_type` is one of them."""
            return _type in EntityRelationship.RelationshipsFamily.INDICATOR

    class Relationships(object):
        """Names of relationships: a constant for each, RESOLVES_TO for 'resolves-to', and what each is reversed."""

        RELATIONSHIPS_NAMES = {
            'applied': 'applied-on', 'attachment-of': 'attaches', 'attaches': 'attachment-of', 'attribute-of': 'owns',
            'attributed-by': 'attributed-to', 'attributed-to': 'attributed-by', 'authored-by': 'author-of',
            'beacons-to': 'communicated-by', 'bundled-in': 'bundles', 'bundles': 'bundled-in',
            'communicated-by': 'communicates-with', 'communicated-with': 'communicated-by',
            'communicates-with': 'communicated-by', 'compromises': 'compromised-by', 'contains': 'part-of',
            'controls': 'controlled-by', 'created-by': 'creates', 'creates': 'created-by', 'delivered-by': 'delivers',
            'delivers': 'delivered-by', 'detected-by': 'detects', 'detects': 'detected-by',
            'downloads': 'downloaded-by', 'downloads-from': 'hosts', 'dropped-by': 'drops', 'drops': 'dropped-by',
            'duplicate-of': 'duplicate-of', 'embedded-in': 'embeds', 'embeds': 'embedded-on',
            'executed': 'executed-by', 'executed-by': 'executes', 'exfiltrates-to': 'exfiltrated-from',
            'exploits': 'exploited-by', 'has': 'seen-on', 'hosted-on': 'hosts', 'hosts': 'hosted-on',
            'impersonates': 'impersonated-by', 'indicated-by': 'indicator-of', 'indicator-of': 'indicated-by',
            'injected-from': 'injects-into', 'injects-into': 'injected-from', 'investigates': 'investigated-by',
            'is-also': 'is-also', 'mitigated-by': 'mitigates', 'mitigates': 'mitigated-by',
            'originated-from': 'source-of', 'owned-by': 'owns', 'owns': 'owned-by',
            'parent-technique-of': 'subtechnique-of', 'part-of': 'contains', 'related-to': 'related-to',
            'remediates': 'remediated-by', 'resolved-by': 'resolves-to', 'resolved-from': 'resolves-to',
            'resolves-to': 'resolved-from', 'seen-on': 'has', 'sent': 'attached-to', 'sent-by': 'sent',
            'sent-from': 'received-by', 'sent-to': 'received-by', 'similar-to': 'similar-to',
            'sub-domain-of': 'supra-domain-of', 'subtechnique-of': 'parent-technique-of',
            'supra-domain-of': 'sub-domain-of', 'targeted-by': 'targets', 'targets': 'targeted-by',
            'Types': 'Reverse', 'uploaded-to': 'hosts', 'used-by': 'uses', 'used-on': 'targeted-by',
            'uses': 'used-by', 'variant-of': 'variant-of',
        }
        LOCATED_AT = 'located-at'
        SUB_TECHNIQUE_OF = 'subtechnique-of'

        @staticmethod
        def is_valid(_type):
            """Whether `_type` is a known name."""
            return _type in EntityRelationship.Relationships.RELATIONSHIPS_NAMES

        @staticmethod
        def get_reverse(name):
            """What the relationship is the other way; related-to for an unknown one."""
            return EntityRelationship.Relationships.RELATIONSHIPS_NAMES.get(name, 'related-to')

    def __init__(self, name, entity_a, entity_a_type, entity_b, entity_b_type, reverse_name='',
                 relationship_type='IndicatorToIndicator', entity_a_family='Indicator', entity_b_family='Indicator',
                 source_reliability='', fields=None, brand=''):
        names = EntityRelationship.Relationships
        for one in (name, reverse_name):
            if one and not names.is_valid(one):
                demisto.debug('EntityRelationship: %s is no known relationship' % one)
        if not EntityRelationship.RelationshipsTypes.is_valid_type(relationship_type):
            raise ValueError("'%s' is no relationship type" % relationship_type)
        for family in (entity_a_family, entity_b_family):
            if not EntityRelationship.RelationshipsFamily.is_valid_type(family):
                raise ValueError("'%s' is no family of entities" % family)
        if source_reliability and not DBotScoreReliability.is_valid_type(source_reliability):
            raise ValueError("'%s' is no reliability of a source" % source_reliability)
        if not entity_b:
            demisto.info('EntityRelationship: %s of %s leads to nothing, it will not be made' % (name, entity_a))
        self._name = name
        self._reverse_name = reverse_name or names.get_reverse(name)
        self._relationship_type = relationship_type
        self._entity_a = entity_a
        self._entity_a_type = entity_a_type
        self._entity_a_family = entity_a_family
        self._entity_b = entity_b
        self._entity_b_type = entity_b_type
        self._entity_b_family = entity_b_family
        self._source_reliability = source_reliability or ''
        self._fields = fields or {}
        self._brand = brand or ''

    def to_entry(self):
        """As an entry has it under Relationships."""
        entry = self.to_indicator()
        if entry:
            entry.update(assign_params(reliability=self._source_reliability, brand=self._brand))
        return entry

    def to_indicator(self):
        """As an indicator of a feed has it under relationships."""
        if not self._entity_b:
            return {}
        return {
            'name': self._name, 'reverseName': self._reverse_name, 'type': self._relationship_type,
            'entityA': self._entity_a, 'entityAFamily': self._entity_a_family, 'entityAType': self._entity_a_type,
            'entityB': self._entity_b, 'entityBFamily': self._entity_b_family, 'entityBType': self._entity_b_type,
            'fields': self._fields,
        }

    def to_context(self):
        """As the context of an indicator has it."""
        if not self._entity_b:
            return {}
        return {'Relationship': self._name, 'EntityA': self._entity_a, 'EntityAType': self._entity_a_type,
                'EntityB': self._entity_b, 'EntityBType': self._entity_b_type}


for _berth_name in EntityRelationship.Relationships.RELATIONSHIPS_NAMES:
    setattr(EntityRelationship.Relationships, _berth_name.upper().replace('-', '_'), _berth_name)

_berth_end_of_optional_part('relationships.py')
