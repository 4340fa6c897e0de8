"""XML as JSON and back: attributes as @name, text beside others as #text, repeated elements as lists."""


def strip_tag(tag):
    """A tag without its name space."""
    return tag.split('}', 1)[1] if '}' in tag else tag


def elem_to_internal(elem, strip_ns=1, strip=1):
    """{tag: content} of an element: its text, None when it is empty, or a dictionary."""
    from collections import OrderedDict
    found = OrderedDict([('@' + name, value) for name, value in elem.attrib.items()])
    for inner in elem:
        for name, value in elem_to_internal(inner, strip_ns, strip).items():
            if name not in found:
                found[name] = value
            elif isinstance(found[name], list):
                found[name].append(value)
            else:
                found[name] = [found[name], value]
    text, tail = [part.strip() if part and strip else part for part in (elem.text, elem.tail)]
    if tail:
        found['#tail'] = tail
    if found and text:
        found['#text'] = text
    return {strip_tag(elem.tag) if strip_ns else elem.tag: found or text or None}


def internal_to_elem(pfsh, factory=None):
    """The reverse of elem_to_internal(). Errors: ValueError unless there is one tag at the top."""
    if factory is None:
        from xml.etree.ElementTree import Element as factory
    if len(pfsh) != 1:
        raise ValueError('make XML: one element must be at the top, not %s' % ', '.join(map(str, pfsh)))
    (tag, value), = pfsh.items()
    parts = value if isinstance(value, dict) else {'#text': value}
    elem = factory(tag, dict([(name[1:], one) for name, one in parts.items() if name[:1] == '@']))
    for name, one in parts.items():
        if name[:1] != '@' and name not in ('#text', '#tail'):
            for each in one if isinstance(one, list) else [one]:
                elem.append(internal_to_elem({name: each}, factory))
    elem.text, elem.tail = parts.get('#text'), parts.get('#tail')
    return elem


def elem2json(elem, options, strip_ns=1, strip=1):
    """The JSON text of an element or tree; indented when `options` hold 'pretty'."""
    import json
    found = elem_to_internal(elem.getroot() if hasattr(elem, 'getroot') else elem, strip_ns, strip)
    return json.dumps(found, indent=4, separators=(',', ': ')) if 'pretty' in options else json.dumps(found)


def elem_to_string(elem, encoding='utf-8'):
    """The XML of an element, bytes."""
    from xml.etree import ElementTree
    return ElementTree.tostring(elem, encoding=encoding)


def json2elem(json_data, factory=None):
    """The element that a JSON text says."""
    import json
    return internal_to_elem(json.loads(json_data), factory)


def _berth_refuse_entity(name, *_):
    raise ValueError("read XML: it declares the entity '%s'; entities can grow without end, and are refused" % name)


def _berth_parse_xml(text):
    """The element that an XML text, from anywhere, says. Errors: as xml2json()."""
    try:
        from defusedxml import ElementTree
    except ImportError:
        from xml.etree import ElementTree
        from xml.parsers import expat
        parser = expat.ParserCreate()
        parser.EntityDeclHandler = _berth_refuse_entity
        try:
            parser.Parse(text.encode('utf-8') if not IS_PY3 and not isinstance(text, bytes) else text, True)
        except expat.ExpatError:
            pass  # told better below
    return ElementTree.fromstring(text)


def xml2json(xmlstring, options={}, strip_ns=1, strip=1):
    """The JSON text of an XML text.

    Errors: xml.etree.ElementTree.ParseError for no XML; ValueError for one that declares entities.
    """
    return elem2json(_berth_parse_xml(xmlstring), options, strip_ns, strip)


def json2xml(json_data, factory=None):
    """The XML, bytes in UTF-8, of a JSON text or a dictionary."""
    import json
    found = json_data if isinstance(json_data, dict) else json.loads(json_data)
    xml = elem_to_string(internal_to_elem(found, factory))
    # Python before 3.8 has the declaration in front.
    return xml.split(b'?>\n', 1)[1] if xml.startswith(b'<?xml') else xml


json_to_xml = json2xml

_berth_end_of_optional_part('xml_json.py')
