"""Mirroring: what the commands that keep incidents here and elsewhere alike take and return."""


class GetRemoteDataArgs(object):
    """Arguments of get-remote-data. Errors: KeyError when one is missing."""

    def __init__(self, args):
        self.remote_incident_id = args['id']
        self.last_update = args['lastUpdate']


class GetModifiedRemoteDataArgs(object):
    """Arguments of get-modified-remote-data. Errors: KeyError when there is no lastUpdate."""

    def __init__(self, args):
        self.last_update = args['lastUpdate']


class UpdateRemoteSystemArgs(object):
    """Arguments of update-remote-system."""

    def __init__(self, args):
        self.data = args.get('data')
        self.entries = args.get('entries')
        self.incident_changed = args.get('incidentChanged')
        self.remote_incident_id = args.get('remoteId')
        self.inc_status = args.get('status')
        self.delta = args.get('delta')


class GetRemoteDataResponse(object):
    """The incident as it is elsewhere, and entries to add here."""

    def __init__(self, mirrored_object, entries):
        self.mirrored_object = mirrored_object
        self.entries = entries

    def extract_for_local(self):
        """What return_results() posts: the incident and the entries; None without an incident."""
        return [self.mirrored_object] + (self.entries or []) if self.mirrored_object else None


class GetModifiedRemoteDataResponse(object):
    """The ids of the incidents that changed elsewhere."""

    def __init__(self, modified_incident_ids):
        self.modified_incident_ids = modified_incident_ids

    def to_entry(self):
        """The entry."""
        demisto.info('Modified incidents: %s' % (self.modified_incident_ids,))
        return {'Contents': self.modified_incident_ids, 'Type': EntryType.NOTE, 'ContentsFormat': EntryFormat.JSON}


class SchemeTypeMapping(object):
    """A type of incidents elsewhere, and its fields with what they mean."""

    def __init__(self, type_name='', fields=None):
        self.type_name = type_name
        self.fields = fields or {}

    def add_field(self, name, description=''):
        """Adds a field."""
        self.fields[name] = description

    def extract_mapping(self):
        """{type: {field: meaning}}."""
        return {self.type_name: self.fields}


class GetMappingFieldsResponse(object):
    """All types of incidents elsewhere."""

    def __init__(self, scheme_types_mapping=None):
        self.scheme_types_mappings = scheme_types_mapping or []

    def add_scheme_type(self, scheme_type_mapping):
        """Adds a SchemeTypeMapping."""
        self.scheme_types_mappings.append(scheme_type_mapping)

    def extract_mapping(self):
        """{type: {field: meaning}} of all of them."""
        found = {}
        for one in self.scheme_types_mappings:
            found.update(one.extract_mapping())
        return found


class MirrorObject(_BerthRecord):
    """An object that a quick action made elsewhere, so that it can be mirrored."""
    _names = ('object_url', 'object_id', 'object_name')
    _context = (('object_url', 'object_url'), ('object_id', 'object_id'), ('object_name', 'object_name'))


class QuickActionPreview(_BerthRecord):
    """What is shown of such an object."""
    _names = ('id', 'title', 'description', 'status', 'assignee', 'creation_date', 'severity')
    _context = tuple([(_one, _one) for _one in _names])


_berth_end_of_optional_part('mirroring.py')
