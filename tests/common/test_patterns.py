"""Regular expressions of indicators."""
import unittest

from assembly import Raises, Table, has_module

# pattern, what it matches from the start, what it does not
WHOLE = [
    ('ipv4Regex', ['1.2.3.4', '255.255.255.255', '0.0.0.0', '1.2.3.4:80'],
     ['256.1.1.1', '1.2.3', '1.2.3.4.5', '1.2.3.4/24', 'x1.2.3.4', '']),
    ('ipv4cidrRegex', ['1.2.3.0/24', '0.0.0.0/0', '1.2.3.4/32'], ['1.2.3.0', '1.2.3.0/33', '1.2.3.0/']),
    ('ipv6Regex', ['::', '::1', '1::', '1:2:3:4:5:6:7:8', 'FE80::0202:B3FF:FE1E:8329', '1:2:3:4:5:6:7::', '1::3:4:5:6:7:8',
                   '::ffff:1.2.3.4', '1:2:3:4:5:6:1.2.3.4', 'fe80::1%eth0'],
     ['1', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', 'KKKK::1', ':::', '1::2::3', '12345::', '::1/64', '1.2.3.4']),
    ('ipv6cidrRegex', ['::/0', '2001:db8::/32', '::1/128'], ['::1', '::1/129', '1.2.3.4/24']),
    ('cveRegex', ['CVE-2021-44228', 'cve-1999-0001'], ['CVE-2021-1', 'CVE-21-44228', 'CVE-2021-044228']),
    ('emailRegex', ['a@b.com', 'first.last+tag@sub.example.co.uk', '"odd name"@example.org', 'a@[1.2.3.4]', 'a@b[.]com'],
     ['a@b', '@b.com', 'a.com', 'a b@']),
    ('urlRegex', ['http://example.com', 'https://example.com/a?b=c#d', 'hxxp://example[.]com/x', 'ftp://1.2.3.4/f',
                  'example.com/path', 'http://[::1]:8080/', 'https://user@example.com/', '1.2.3.4:8080', 'hxxps[:]//a.com',
                  'http://0x7f000001/'],
     ['example.com', 'just words', 'user@example.com', '1.2.3.4', 'http://', '']),
    ('domainRegex', ['example.com', 'sub.example[.]co', 'hxxp://example.com', 'xn--bcher-kva.example'], ['example', 'a.1']),
    ('md5Regex', ['d41d8cd98f00b204e9800998ecf8427e'], ['d41d8cd98f00b204e9800998ecf8427', 'g' * 32]),
    ('sha1Regex', ['a' * 40], ['a' * 39]),
    ('sha256Regex', ['A' * 64], ['a' * 65]),
    ('sha512Regex', ['0' * 128], ['0' * 64]),
]


class Patterns(Table):
    def test_whole(self):
        self.check([("[bool(re.match(%s, x)) for x in %r]" % (name, good + bad), [True] * len(good) + [False] * len(bad))
                    for name, good, bad in WHOLE])

    def test_groups(self):
        self.check([
            ("re.match(ipv4Regex, '1.2.3.4:80').groupdict()", {'ipv4': '1.2.3.4', 'port': '80'}),
            ("re.match(domainRegex, 'https://a.example.com').group('fqdn', 'tld')", ['a.example.com', 'com']),
            ("re.match(urlRegex, 'http://u@example.com:80/p?q#f').group('scheme', 'userinfo', 'simple_domain', 'port', "
             "'path', 'query', 'fragment')", ['http://', 'u@', 'example.com', ':80', '/p', '?q', '#f']),
            ("[m.group() for m in re.finditer(urlRegex, 'see http://a.com/x and \"hxxps://b[.]org\".')]",
             ['http://a.com/x', 'hxxps://b[.]org']),
            ("re.findall(emailRegex, 'to a@b.com, c@d.org')", ['a@b.com', 'c@d.org']),
            ("re.findall(hashRegex, 'x abc 12')", ['abc', '12']),
        ])

    def test_hostile_texts_take_no_time(self):
        names = ', '.join([row[0] for row in WHOLE])
        self.check([("max([clocked(p, t) for p in (%s) for t in ('a.' * 5000, 'a' * 20000 + '@', '1.' * 5000, '::' * 5000, "
                     "'http://' + 'a-' * 5000, 'a@' + 'b-.' * 3000)]) < 2" % names, True)], setup='''
import time
def clocked(pattern, text):
    start = time.time()
    re.match(pattern, text)
    return time.time() - start
''')

    def test_hashes_are_patterns_and_text(self):
        self.check([
            ("bool(md5Regex.search('x ' + 'a' * 32))", True),
            ("md5Regex.findall('a' * 32 + ' ' + 'b' * 32)", ['a' * 32, 'b' * 32]),
            ("[m.start() for m in md5Regex.finditer('a' * 32)]", [0]),
            ("md5Regex.sub('-', 'a' * 32)", '-'),
            ("md5Regex.subn('-', 'a' * 32)", ['-', 1]),
            ("pascalRegex.split('OneTwo')", ['', 'One', '', 'Two', '']),
            ("re.compile(md5Regex, regexFlags).groups", 0),
            ("[md5Regex.groups, md5Regex.groupindex == {}, bool(md5Regex.flags) or True]", [0, True, True]),
            ("isinstance(md5Regex, str) and md5Regex.pattern == md5Regex", True),
        ])


class Indicators(Table):
    def test_tests(self):
        self.check([
            ("[is_ip_valid(x) for x in ('1.2.3.4', '1.2.3.256', '1.2.3', 'a', '::1')]", [True, False, False, False, False]),
            ("[is_ip_valid(x, True) for x in ('::1', 'FE80::1', '1.2.3.4', 'g::1')]", [True, True, True, False]),
            ("[is_ipv6_valid(x) for x in ('::1', '1.2.3.4', 'x')]", [True, False, False]),
            ("[is_mac_address(x) for x in ('aa:BB:cc:00:11:22', 'aa-bb-cc-00-11-22', 'aa:bb')]", [True, False, False]),
            ("[is_filename_valid(x) for x in ('a.txt', 'a b', 'a/b', 'a|b', '')]", [True, True, False, False, False]),
            ("[get_hash_type('0' * n) for n in (32, 40, 64, 128, 5)]", ['md5', 'sha1', 'sha256', 'sha512', 'Unknown']),
            ("[detect_file_indicator_type(x) for x in ('3:abc:d', '0' * 32, '0' * 40, '0' * 64, '0' * 128, 'x')]",
             ['ssdeep', 'md5', 'sha1', 'sha256', 'sha512', None]),
        ])

    def test_detection(self):
        self.check([("[auto_detect_indicator_type(x) for x in ('1.2.3.4', '1[.]2[.]3[.]4', '1.2.3.0/24', '::1', '::/64', "
                     "'CVE-2021-44228', '0' * 32, '0' * 64, '0' * 128, 'a[@]b.com', 'https://a.com/', 'hxxp://a[.]com/x')]",
                     ['IP', 'IP', 'CIDR', 'IPv6', 'IPv6CIDR', 'CVE', 'File', 'File', 'File', 'Email', 'URL', 'URL'])])

    def test_detection_of_domains(self):
        rows = [("auto_detect_indicator_type('example.com')", 'Domain'),
                ("auto_detect_indicator_type('*.example.com')", 'DomainGlob'),
                ("auto_detect_indicator_type('nothing known')", None)]
        if not has_module('tldextract'):
            rows = [("auto_detect_indicator_type('example.com')", Raises('module tldextract is not in this image'))]
        self.check(rows)

    def test_detection_with_a_list_of_suffixes(self):
        for keyword, version in (('cache_dir', 3), ('cache_file', 2)):
            self.check([("auto_detect_indicator_type('*.example.com')", 'DomainGlob'),
                        ("auto_detect_indicator_type('none')", None)], setup='''
import sys, types
fake = types.ModuleType('tldextract')
def TLDExtract(%s=None, suffix_list_urls=1):
    assert %s is False and suffix_list_urls is None
    class Found: pass
    def extract(name):
        Found.suffix = 'com' if name.endswith('.com') else ''
        return Found
    return extract
fake.TLDExtract = TLDExtract
sys.modules['tldextract'] = fake
''' % (keyword, keyword))


if __name__ == '__main__':
    unittest.main()
