"""Regular expressions of indicators, and what is found out with them."""


class _BerthPattern(str):
    """A pattern that is compiled on first use, and is text for re.match() and the like."""

    def _berth_compiled(self):
        import re
        return re.compile(str(self))

    pattern = property(str)
    flags = property(lambda self: self._berth_compiled().flags)
    groups = property(lambda self: self._berth_compiled().groups)
    groupindex = property(lambda self: self._berth_compiled().groupindex)

    def match(self, *args):
        """As of a compiled pattern; so are the methods below."""
        return self._berth_compiled().match(*args)

    def search(self, *args):
        return self._berth_compiled().search(*args)

    def fullmatch(self, *args):
        return self._berth_compiled().fullmatch(*args)

    def findall(self, *args):
        return self._berth_compiled().findall(*args)

    def finditer(self, *args):
        return self._berth_compiled().finditer(*args)

    def sub(self, *args, **kwargs):
        return self._berth_compiled().sub(*args, **kwargs)

    def subn(self, *args, **kwargs):
        return self._berth_compiled().subn(*args, **kwargs)

    def split(self, *args, **kwargs):
        return self._berth_compiled().split(*args, **kwargs)


def _berth_patterns():
    """{name: text}. Dots, colons and at signs are also known in brackets, as in texts made harmless."""
    byte = r'(?:25[0-5]|2[0-4]\d|1\d\d|0?[1-9]\d|0{0,2}\d)'
    v4 = r'(?:%s\.){3}%s' % (byte, byte)
    v4_harmless = r'(?:%s(?:\.|\[\.\])){3}%s' % (byte, byte)
    word = r'[0-9a-fA-F]{1,4}'
    # Up to seven groups before '::' and as many after it as leave one out; then the forms that end in an IPv4 address.
    shortened = ['(?:%s:){7}%s' % (word, word), '(?:%s:){1,7}:' % word, ':(?::%s){1,7}' % word]
    shortened += ['(?:%s:){1,%d}(?::%s){1,%d}' % (word, 7 - n, word, n) for n in range(1, 7)]
    ending = ['(?:%s:){6}%s' % (word, v4), '::(?:%s:){0,5}%s' % (word, v4)]
    ending += ['(?:%s:){1,%d}(?::%s){0,%d}:%s' % (word, 5 - n, word, n, v4) for n in range(0, 5)]
    v6 = '(?:%s|::|[fF][eE]80:(?::[0-9a-fA-F]{0,4}){0,4}%%[0-9a-zA-Z]+)' % '|'.join(ending + shortened)
    dot = r'(?:\.|\[\.\])'
    label = r'[^\W_](?:[\w-]{0,61}[^\W_])?'
    domain = r'(?:%s%s)+(?:[^\W\d_]{2,63}|xn--[a-z0-9-]{1,59})' % (label, dot)
    scheme = r'(?:https?|hxxps?|s?ftps?|meows?)(?::|\[:\])(?://|\\\\)'
    port = r':(?:6553[0-5]|655[0-2]\d|65[0-4]\d\d|6[0-4]\d{3}|[1-5]\d{4}|[1-9]\d{0,3})(?!\d)'
    host = r'(?:(?P<ipv4>%s)(?![\w.-]*[\w-])|(?P<simple_domain>%s)|\[?(?P<ipv6>%s)\]?|(?P<HEXIPv4>0x[\da-f]{8}))' % (
        v4_harmless, domain, v6)
    tail = r'(?P<path>/[^\s?#<>"]*)?(?P<query>\?[^\s#<>"]*)?(?P<fragment>#[^\s<>"]*)?'
    local = r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*"
    return {
        'ipv4Regex': r'^(?P<ipv4>%s)(?::(?P<port>\d+))?$' % v4,
        'ipv4cidrRegex': r'^(?P<ipv4>%s)/(?:3[0-2]|[12]?\d)$' % v4,
        'ipv6Regex': r'^%s$' % v6,
        'ipv6cidrRegex': r'^%s/(?:12[0-8]|1[01]\d|[1-9]?\d)$' % v6,
        'emailRegex': r'(?i)(?:%s|"[^"\\\r\n]*")@(?:%s|\[%s\])' % (local, domain, v4),
        # Either a scheme, or a path, query or port after the host tells a URL from a mere host name.
        'urlRegex': r'(?i)(?=%s|[^\s/?]+[/?]|[^\s/?]+:\d)(?P<scheme>%s)?(?P<userinfo>[^\s/@]+@)?(?P<host>%s)'
                    r'(?P<port>%s)?%s' % (scheme, scheme, host, port, tail),
        'domainRegex': r'(?i)(?P<scheme>(?:http|hxxp|s?ftp)s?(?::|%%3A)(?://|%%2F%%2F))?'
                       r'(?P<fqdn>(?:(?P<domain>%s)%s)+(?P<tld>[^\W\d_]{2,63}|xn--[a-z0-9-]{1,59}))' % (label, dot),
        'cveRegex': r'(?i)^cve-\d{4}-(?:\d{4}|[1-9]\d{4,})$',
        'hashRegex': r'\b[0-9a-fA-F]+\b',
    }


regexFlags = 8  # re.M
_BERTH_PATTERNS = _berth_patterns()
ipv4Regex = _BERTH_PATTERNS['ipv4Regex']
ipv4cidrRegex = _BERTH_PATTERNS['ipv4cidrRegex']
ipv6Regex = _BERTH_PATTERNS['ipv6Regex']
ipv6cidrRegex = _BERTH_PATTERNS['ipv6cidrRegex']
emailRegex = _BERTH_PATTERNS['emailRegex']
urlRegex = _BERTH_PATTERNS['urlRegex']
domainRegex = _BERTH_PATTERNS['domainRegex']
cveRegex = _BERTH_PATTERNS['cveRegex']
hashRegex = _BERTH_PATTERNS['hashRegex']
md5Regex = _BerthPattern(r'\b[0-9a-fA-F]{32}\b')
sha1Regex = _BerthPattern(r'\b[0-9a-fA-F]{40}\b')
sha256Regex = _BerthPattern(r'\b[0-9a-fA-F]{64}\b')
sha512Regex = _BerthPattern(r'\b[0-9a-fA-F]{128}\b')
pascalRegex = _BerthPattern('([A-Z]?[a-z]+)')

INDICATOR_TYPE_TO_CONTEXT_KEY = {
    'ip': 'Address', 'email': 'Address', 'url': 'Data', 'domain': 'Name', 'cve': 'ID', 'md5': 'file', 'sha1': 'file',
    'sha256': 'file', 'crc32': 'file', 'sha512': 'file', 'ctph': 'file', 'ssdeep': 'file',
}


def is_ip_valid(s, accept_v6_ips=False):
    """Whether `s` is an IPv4 address in four decimal parts, or an IPv6 address when those are accepted."""
    if accept_v6_ips and is_ipv6_valid(s):
        return True
    parts = s.split('.')
    return len(parts) == 4 and all(part.isdigit() and int(part) <= 255 for part in parts)


def is_ipv6_valid(address):
    """Whether `address` is an IPv6 address."""
    import socket
    try:
        socket.inet_pton(socket.AF_INET6, address)
    except (OSError, socket.error, ValueError):
        return False
    return True


def is_mac_address(mac):
    """Whether `mac` holds six pairs of hexadecimal digits with colons between them."""
    import re
    return re.search('(?:[0-9A-F]{2}:){5}[0-9A-F]{2}', mac.upper()) is not None


def is_filename_valid(filename):
    """Whether `filename` is not empty and has none of the characters that some file system refuses."""
    return bool(filename) and not any(mark in filename for mark in '~)(\'\\!*<>:;,?"|/\n')


def get_hash_type(hash_file):
    """md5, sha1, sha256 or sha512 by the number of digits, otherwise Unknown."""
    return {32: 'md5', 40: 'sha1', 64: 'sha256', 128: 'sha512'}.get(len(hash_file), 'Unknown')


def detect_file_indicator_type(indicator_value):
    """ssdeep, md5, sha1, sha256 or sha512, or None."""
    if ':' in indicator_value:
        return 'ssdeep'
    for name, pattern in (('sha256', sha256Regex), ('md5', md5Regex), ('sha1', sha1Regex), ('sha512', sha512Regex)):
        if pattern.match(indicator_value):
            return name
    return None


def _berth_has_public_suffix(name):
    """Whether `name` ends in a suffix under which names are registered, as module tldextract has them in its image."""
    try:
        import tldextract
    except ImportError:
        raise Exception("tell the type of '%s': module tldextract is not in this image; choose one that has it" % name)
    options = {'cache_dir': False, 'suffix_list_urls': None}
    try:
        extract = tldextract.TLDExtract(**options)
    except TypeError:  # before 3.0
        options['cache_file'] = options.pop('cache_dir')
        extract = tldextract.TLDExtract(**options)
    return bool(extract(name).suffix)


def auto_detect_indicator_type(indicator_value):
    """The FeedIndicatorType of a value, written harmless or not, or None.

    Errors: Exception when it could be a domain and the image has no module tldextract to tell.
    """
    import re
    value = indicator_value.replace('[.]', '.').replace('[@]', '@').replace('[:]', ':')
    kinds = ((ipv4cidrRegex, FeedIndicatorType.CIDR), (ipv6cidrRegex, FeedIndicatorType.IPv6CIDR),
             (ipv4Regex, FeedIndicatorType.IP), (ipv6Regex, FeedIndicatorType.IPv6), (cveRegex, FeedIndicatorType.CVE),
             (md5Regex, FeedIndicatorType.File), (sha1Regex, FeedIndicatorType.File),
             (sha256Regex, FeedIndicatorType.File), (sha512Regex, FeedIndicatorType.File),
             (emailRegex, FeedIndicatorType.Email), (urlRegex, FeedIndicatorType.URL))
    for pattern, kind in kinds:
        if re.match(pattern, value):
            return kind
    if _berth_has_public_suffix(value):
        return FeedIndicatorType.DomainGlob if '*' in value else FeedIndicatorType.Domain
    demisto.debug("auto_detect_indicator_type: '%s' is of no known type" % indicator_value)
    return None


_berth_end_of_optional_part('patterns.py')
