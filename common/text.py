"""Text: names of keys in other spellings, escapes, encodings."""

MASK = '<XX_REPLACED>'
MARKDOWN_CHARS = '\\`*_{}[]()#+-!|'


def _berth_text(value):
    """`value` as text: bytes are UTF-8, what is none of it becomes U+FFFD."""
    if isinstance(value, bytes):
        return value if not IS_PY3 else value.decode('utf-8', 'replace')
    return value if isinstance(value, STRING_OBJ_TYPES) else str(value)


def camelize_string(src_str, delim='_', upper_camel=True):
    """'one_two' as 'OneTwo', or as 'oneTwo' when `upper_camel` is off; each word's other letters become small."""
    if not src_str:
        return ''
    if isinstance(src_str, bytes):
        src_str = src_str.decode('utf-8')
    first, rest = src_str.split(delim)[0], src_str.split(delim)[1:]
    return (first.title() if upper_camel else first.lower()) + ''.join([word.title() for word in rest])


def underscoreToCamelCase(s, upper_camel=True):
    """'one_two' as 'OneTwo'; what is no text, as it is."""
    return camelize_string(s, '_', upper_camel) if isinstance(s, STRING_OBJ_TYPES) else s


def camelize(src, delim=' ', upper_camel=True):
    """A dictionary, or a list of them, with its own keys (not those deeper down) in camel case; text likewise."""
    if isinstance(src, list):
        return [camelize(one, delim, upper_camel) for one in src]
    if isinstance(src, dict):
        return dict([(camelize_string(key, delim, upper_camel), value) for key, value in src.items()])
    return camelize_string(src, delim, upper_camel)


def camel_case_to_underscore(s):
    """'oneTwo' as 'one_two'."""
    import re
    return re.sub('(?<=[a-z0-9])(?=[A-Z])|(?<=[^_])(?=[A-Z][a-z])', '_', s).lower()


def snakify(src):
    """A dictionary with its keys in snake case."""
    return dict([(camel_case_to_underscore(key), value) for key, value in src.items()])


def pascalToSpace(s):
    """'thisIsIPAddressName' as 'This Is IP Address Name'; what is no text, as it is."""
    if not isinstance(s, STRING_OBJ_TYPES):
        return s
    import re
    # Every second part is a word; capitals between words stay together.
    parts = re.split('([A-Z]?[a-z]+)', s)
    return ' '.join([part.title() if at % 2 else part.strip() for at, part in enumerate(parts) if part.strip()])


def string_to_table_header(string):
    """'some_header' as 'Some Header'. Errors: Exception when it is no text."""
    if not isinstance(string, STRING_OBJ_TYPES):
        raise Exception('a table header must be text, not %s: %r' % (type(string).__name__, string))
    return ' '.join([word.capitalize() for word in string.replace('_', ' ').split()])


def string_to_context_key(string):
    """'some_key' as 'SomeKey'. Errors: Exception when it is no text."""
    if not isinstance(string, STRING_OBJ_TYPES):
        raise Exception('a context key must be text, not %s: %r' % (type(string).__name__, string))
    return ''.join([word.capitalize() for word in string.split('_')])


def stringEscape(st):
    """`st` with line ends and tabs as escapes of two characters."""
    return st.replace('\r', '\\r').replace('\n', '\\n').replace('\t', '\\t')


def stringUnEscape(st):
    """The reverse of stringEscape()."""
    return st.replace('\\r', '\r').replace('\\n', '\n').replace('\\t', '\t')


def doubleBackslashes(st):
    """`st` with each backslash twice."""
    return st.replace('\\', '\\\\')


def stringEscapeMD(st, minimal_escaping=False, escape_multiline=False):
    """`st` with the characters escaped that Markdown gives a meaning, or only those that break a table.

    With `escape_multiline` line ends become <br>.
    """
    if escape_multiline:
        st = st.replace('\r\n', '<br>').replace('\r', '<br>').replace('\n', '<br>')
    marks = '|`' if minimal_escaping else MARKDOWN_CHARS
    return ''.join(['\\' + one if one in marks else one for one in st])


def shorten_string_for_printing(source_string, max_length=64):
    """`source_string` with its middle replaced by three dots when it is longer than `max_length`."""
    if not source_string or max_length < 1 or len(source_string) <= max_length:
        return source_string
    half = max((max_length - 3) // 2, 0)
    first = half if max_length % 2 else half + 1
    return source_string[:first] + '...' + source_string[len(source_string) - half:]


def encode_string_results(text):
    """Text as `str`: in Python 2 encoded in UTF-8 when it is more than ASCII. Other values as they are."""
    if IS_PY3 or not isinstance(text, STRING_OBJ_TYPES):
        return text
    return text.encode('utf-8') if isinstance(text, unicode) else text  # noqa: F821


def b64_encode(text):
    """Text, or bytes, in base 64, as `str`; '' for nothing."""
    import base64
    if not text:
        return ''
    found = base64.b64encode(text if isinstance(text, bytes) else text.encode('utf-8', 'ignore'))
    return found.decode('ascii') if IS_PY3 else found


def b64_decode(b64_str):
    """The bytes of base 64, with or without padding. Errors: binascii.Error."""
    import binascii
    coded = b64_str.encode('ascii')
    return binascii.a2b_base64(coded + b'=' * (-len(coded) % 4))


def hash_djb2(s, seed=5381):
    """The hash of Daniel J. Bernstein's name over the characters of `s`, 32 bits."""
    value = seed
    for character in s:
        value = value * 33 + ord(character)
    return value & 0xffffffff


def replace_spaces_in_credential(credential):
    """A key or certificate that lost its line ends to spaces, with line ends; anything else as it is."""
    import re
    if not credential:
        return credential
    found = re.search('(-----BEGIN.*?-----)(.*)(-----END.*?-----)', credential, re.S)
    if not found:
        return credential
    return credential[:found.start(2)] + found.group(2).replace(' ', '\n') + credential[found.end(2):]


def NormalizeRegistryPath(strRegistryPath):
    """A registry path with its root's short name (HKLM) in full."""
    roots = {'HKCR': 'HKEY_CLASSES_ROOT', 'HKCU': 'HKEY_CURRENT_USER', 'HKLM': 'HKEY_LOCAL_MACHINE',
             'HKU': 'HKEY_USERS', 'HKCC': 'HKEY_CURRENT_CONFIG', 'HKPD': 'HKEY_PERFORMANCE_DATA'}
    for short, root in roots.items():
        if strRegistryPath.startswith(short):
            return root + strRegistryPath[len(short):]
    return strRegistryPath


_berth_end_of_part('text.py')
