"""Reputations."""
import unittest

from assembly import Raises, Table

FILE = 'File(val.MD5 && val.MD5 == obj.MD5 || val.SHA1 && val.SHA1 == obj.SHA1 || val.SHA256 && val.SHA256 == obj.SHA256 || ' \
    'val.SHA512 && val.SHA512 == obj.SHA512 || val.CRC32 && val.CRC32 == obj.CRC32 || val.CTPH && val.CTPH == obj.CTPH || ' \
    'val.SSDeep && val.SSDeep == obj.SSDeep)'
BAD = {'Vendor': 'V', 'Description': 'd'}


def entry(brand, contents, kind=1, form='json'):
    return {'Type': kind, 'ContentsFormat': form, 'Brand': brand, 'Contents': contents}


CS = entry('crowdstrike-intel', [{'indicator': 'i', 'malicious_confidence': 'high', 'labels': [
    {'name': 'n', 'created_on': 0, 'last_valid_on': 1}], 'relations': [{'indicator': 'j', 'type': 't'}]}])
VT = entry('virustotal', {'positives': 11, 'scan_date': 's', 'total': 20, 'url': 'u', 'permalink': 'p', 'resource': 'r',
                          'sha1': 'h1', 'sha256': 'h2', 'detected_urls': [{'positives': 11}, {'positives': 10}, {}]})


class Scores(Table):
    def test_entries(self):
        score = {'DBotScore': {'Indicator': 'x', 'Type': 'ip', 'Vendor': 'V', 'Score': 2}}
        self.check([
            ("build_dbot_entry('x', 'IP', 'V', 2)", score),
            ("build_dbot_entry('x', 'md5', 'V', 1)", {'DBotScore': {'Indicator': 'x', 'Type': 'file', 'Vendor': 'V', 'Score': 1}}),
            ("sorted(build_dbot_entry('x', 'md5', 'V', 3, 'd'))", ['DBotScore', FILE]),
            ("build_dbot_entry('x', 'ip', 'V', 3, build_malicious=False)",
             {'DBotScore': {'Indicator': 'x', 'Type': 'ip', 'Vendor': 'V', 'Score': 3}}),
            ("build_dbot_entry('x', 'ip', 'V', 4)", Raises('score 4 is not from 0 to 3')),
            ("build_dbot_entry('x', 'odd', 'V', 1)", Raises("indicator type 'odd' is none of: crc32, ctph, cve")),
            ("build_malicious_dbot_entry('x', 'Sha1', 'V', 'd')", {FILE: {'SHA1': 'x', 'Malicious': BAD}}),
            ("build_malicious_dbot_entry('x', 'email', 'V', 'd')",
             {'Account.Email(val.Address && val.Address == obj.Address)': {'Address': 'x', 'Malicious': BAD}}),
            ("build_malicious_dbot_entry('x', 'odd', 'V')", Raises("indicator type 'odd'")),
            ("outputPaths['url']", 'URL(val.Data && val.Data == obj.Data)'),
            ("[scoreToReputation(x) for x in (4, 3, 2, 1, 0.5, 0, 7)]",
             ['Critical', 'Bad', 'Suspicious', 'Good', 'Informational', 'Unknown', 'None']),
        ])

    def test_unknown_indicators(self):
        made = 'create_indicator_result_with_dbotscore_unknown(%s)'
        rows = [("'1.1.1.1', DBotScoreType.IP", 'IP', 'Address', '1.1.1.1'), ("'u', DBotScoreType.URL", 'URL', 'Data', 'u'),
                ("'d', 'domain'", 'DOMAIN', 'Name', 'd'), ("'a@b', 'email'", 'EMAIL', 'Email', {'Address': 'a@b'}),
                ("'%s', 'file'" % ('0' * 40), 'SHA1', 'SHA1', '0' * 40), ("'i', 'account'", 'ACCOUNT', 'ID', 'i'),
                ("'CN=x', 'certificate'", 'CERTIFICATE', 'SubjectDN', 'CN=x'),
                ("'x', 'cryptocurrency', address_type='bitcoin'", 'BITCOIN', 'AddressType', 'bitcoin'),
                ("'x', 'mine', context_prefix='P'", 'MINE', 'value', 'x')]
        for arguments, title, key, value in rows:
            found = self.entry('return_results(%s)' % made % arguments)
            self.assertIn('### Results:\n|%s|Result|\n|---|---|\n' % title, found['HumanReadable'])
            self.assertIn('| Not found |', found['HumanReadable'])
            contexts = found['EntryContext']
            score = [contexts[path][0] for path in contexts if path.startswith('DBotScore')][0]
            self.assertEqual((score['Score'], score['Message']), (0, 'No results found.'))
            self.assertEqual([contexts[path][0][key] for path in contexts if not path.startswith('DBotScore')], [value])
        self.check([(made % arguments, Raises(text)) for arguments, text in (
            ("'x', 'mine'", 'needs a context_prefix'), ("'x', 'custom'", 'needs a context_prefix'),
            ("'x', 'cve'", 'always have a score'), ("'x', 'file'", "'x' is no md5"), ("'3:a:b', 'file'", 'is no md5'),
            ("'x', 'cryptocurrency'", 'needs an address_type'))])


class Services(Table):
    def test_verdicts(self):
        xfe_url, xfe_ip = (entry('xfe', {'url': {'result': {'score': s}}, 'reputation': {'score': s}}) for s in (5, 4))
        self.check([
            ("[positiveUrl(x) for x in %r]" % [xfe_url, xfe_ip, VT, CS, entry('xfe', {}, kind=4), entry('odd', {}),
                                               entry('virustotal', {'positives': 11}, form='text')],
             [True, False, True, True, False, False, False]),
            ("[positiveIp(x) for x in %r]" % [xfe_url, xfe_ip, VT, entry('virustotal', {
                'detected_urls': [{'positives': 11}] * 31}), CS], [True, False, False, True, True]),
            ("[positiveFile(x) for x in %r]" % [
                entry('xfe', {'malware': {'family': ['f']}}), entry('xfe', {}), VT,
                entry('WildFire', {'wildfire': {'file_info': {'malware': 'yes'}}}), entry('WildFire', {}),
                entry('cylance', {'h': {'generalscore': -0.6}}), entry('cylance', {'h': {'generalscore': 0.6}}), CS],
             [True, False, True, True, False, True, False, True]),
            ("[vtCountPositives(x) for x in %r]" % [VT, entry('virustotal', {})], [1, 0]),
        ])

    def test_short_tables(self):
        table = "[%s(%r)[x] for x in ('Type', 'ContentsFormat', 'Contents')]"
        unknown = [4, 'text', 'Unknown provider for result: odd']
        xfe = entry('xfe', {'country': 'c', 'url': {'result': {'url': 'u', 'score': 1}}, 'reputation': {'ip': 'i', 'score': 2},
                            'malware': {'family': 'f', 'md5': '0xabc', 'mimetype': 'm'}})
        self.check([
            (table % ('shortUrl', VT), [1, 'table', {'ScanDate': 's', 'Positives': 11, 'Total': 20, 'URL': 'u',
                                                     'ProviderLink': 'p', 'Provider': 'VirusTotal'}]),
            (table % ('shortFile', VT), [1, 'table', {
                'Resource': 'r', 'ScanDate': 's', 'Positives': 11, 'Total': 20, 'SHA1': 'h1', 'SHA256': 'h2',
                'ProviderLink': 'p', 'Provider': 'VirusTotal'}]),
            (table % ('shortIp', VT), [1, 'table', {'Positive URLs': 1, 'Provider': 'VirusTotal'}]),
            (table % ('shortDomain', VT), [1, 'table', {'Positive URLs': 1, 'Provider': 'VirusTotal'}]),
            ("[shortUrl(x)['Contents'][y] for x, y in [(%r, 'Score'), (%r, 'ProviderLink')]]" % (xfe, xfe),
             [1, 'https://exchange.xforce.ibmcloud.com/url/u']),
            ("[shortFile(%r)['Contents'][y] for y in ('MD5', 'ProviderLink')]" % xfe,
             ['abc', 'https://exchange.xforce.ibmcloud.com/malware/abc']),
            ("[shortIp(%r)['Contents'][y] for y in ('IP', 'Score')]" % xfe, ['i', 2]),
            (table % ('shortFile', entry('WildFire', {'wildfire': {'file_info': {'md5': 'm', 'malware': 'no'}}})),
             [1, 'table', {'Type': None, 'Malware': 'no', 'MD5': 'm', 'SHA256': None, 'Size': None, 'Provider': 'WildFire'}]),
            ("shortFile(%r)['Contents']['Score']" % entry('cylance', {'h': {'generalscore': -1}}), -1),
            (table % ('shortIp', CS) + '[:2]', [1, 'markdown']),
            ("[x in shortCrowdStrike(%r)['Contents'] for x in ('### Indicator - i', '### Labels', '| n |', '### Relations', "
             "'| j | t |')]" % CS, [True] * 5),
            ("shortCrowdStrike(%r)" % VT, VT),
        ] + [(table % (name, entry('odd', {})), unknown) for name in ('shortUrl', 'shortFile', 'shortIp', 'shortDomain')])


if __name__ == '__main__':
    unittest.main()
