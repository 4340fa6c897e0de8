"""Reputations: scores and malicious indicators as plain context, and entries of some services."""

outputPaths = {
    'file': Common.File.CONTEXT_PATH, 'ip': Common.IP.CONTEXT_PATH, 'url': Common.URL.CONTEXT_PATH,
    'domain': Common.Domain.CONTEXT_PATH, 'cve': Common.CVE.CONTEXT_PATH,
    'email': 'Account.Email(val.Address && val.Address == obj.Address)', 'dbotscore': 'DBotScore',
}
brands = {'xfe': 'xfe', 'vt': 'virustotal', 'wf': 'WildFire', 'cy': 'cylance', 'cs': 'crowdstrike-intel'}
providers = {'xfe': 'IBM X-Force Exchange', 'vt': 'VirusTotal', 'wf': 'WildFire', 'cy': 'Cylance', 'cs': 'CrowdStrike'}
thresholds = {'xfeScore': 4, 'vtPositives': 10, 'vtPositiveUrlsForIP': 30}


def scoreToReputation(score):
    """A score as a word; 'None' for what is no score."""
    return {4: 'Critical', 3: 'Bad', 2: 'Suspicious', 1: 'Good', 0.5: 'Informational', 0: 'Unknown'}.get(score, 'None')


def _berth_key_of_type(indicator_type):
    """The key of the context under which an indicator of this type stands. Errors: DemistoException."""
    key = INDICATOR_TYPE_TO_CONTEXT_KEY.get(indicator_type.lower())
    if key is None:
        raise DemistoException("indicator type '%s' is none of: %s"
                               % (indicator_type, ', '.join(sorted(INDICATOR_TYPE_TO_CONTEXT_KEY))))
    return key


def build_dbot_entry(indicator, indicator_type, vendor, score, description=None, build_malicious=True):
    """Context of a score from 0 to 3, and of the malicious indicator when it is 3 and `build_malicious`.

    `indicator_type`: url, domain, ip, cve, email, or a hash (md5, sha1, sha256, sha512, crc32, ctph, ssdeep).
    Errors: DemistoException for another type or score.
    """
    if not 0 <= score <= 3:
        raise DemistoException('score %s is not from 0 to 3' % score)
    kind = 'file' if _berth_key_of_type(indicator_type) == 'file' else indicator_type.lower()
    entry = {outputPaths['dbotscore']: {'Indicator': indicator, 'Type': kind, 'Vendor': vendor, 'Score': score}}
    if score == 3 and build_malicious:
        entry.update(build_malicious_dbot_entry(indicator, indicator_type, vendor, description))
    return entry


def build_malicious_dbot_entry(indicator, indicator_type, vendor, description=None):
    """Context of an indicator that `vendor` holds for malicious. Errors: DemistoException for an unknown type."""
    key = _berth_key_of_type(indicator_type)
    path = outputPaths['file' if key == 'file' else indicator_type.lower()]
    return {path: {indicator_type.upper() if key == 'file' else key: indicator,
                   'Malicious': {'Vendor': vendor, 'Description': description}}}


def create_indicator_result_with_dbotscore_unknown(indicator, indicator_type, reliability=None, context_prefix=None,
                                                   address_type=None, relationships=None):
    """CommandResults for an indicator of which the service knows nothing: score 0, and a table that says so.

    `context_prefix` makes a custom indicator, `address_type` is that of a cryptocurrency. Errors: ValueError for a
    type that cannot be told apart from others, that always has a score, or a hash that is none.
    """
    is_known = DBotScoreType.is_valid_type(indicator_type) and indicator_type != DBotScoreType.CUSTOM
    if not context_prefix and not is_known:
        raise ValueError("indicator type '%s' needs a context_prefix" % indicator_type)
    if indicator_type in (DBotScoreType.CVE, DBotScoreType.ATTACKPATTERN):
        raise ValueError("indicators of type '%s' always have a score" % indicator_type)
    score = Common.DBotScore(indicator=indicator, score=Common.DBotScore.NONE, reliability=reliability,
                             indicator_type=indicator_type if is_known else DBotScoreType.CUSTOM,
                             message='No results found.')
    plain = {DBotScoreType.IP: (Common.IP, 'ip'), DBotScoreType.URL: (Common.URL, 'url'),
             DBotScoreType.DOMAIN: (Common.Domain, 'domain'), DBotScoreType.EMAIL: (Common.EMAIL, 'address'),
             DBotScoreType.CERTIFICATE: (Common.Certificate, 'subject_dn'),
             DBotScoreType.ACCOUNT: (Common.Account, 'id')}
    shown = indicator_type
    if indicator_type == DBotScoreType.FILE:
        shown = detect_file_indicator_type(indicator)
        if shown in (None, 'ssdeep'):
            raise ValueError("'%s' is no md5, sha1, sha256 or sha512 hash" % indicator)
        found = Common.File(dbot_score=score, **{shown: indicator})
    elif indicator_type in plain:
        kind, name = plain[indicator_type]
        found = kind(dbot_score=score, **{name: indicator})
    elif indicator_type == DBotScoreType.CRYPTOCURRENCY:
        if not address_type:
            raise ValueError('a cryptocurrency needs an address_type')
        found, shown = Common.Cryptocurrency(indicator, address_type, score), address_type
    else:
        found = Common.CustomIndicator(indicator_type=indicator_type, value=indicator, dbot_score=score, data={},
                                       context_prefix=context_prefix, relationships=relationships)
    table = tableToMarkdown('%s:' % (score.integration_name or 'Results'),
                            {shown.upper(): indicator, 'Result': 'Not found'}, headers=[shown.upper(), 'Result'])
    return CommandResults(readable_output=table, indicator=found)


def _berth_json_of(entry, brand):
    """The contents of an entry of this service when it is JSON and no error, otherwise None."""
    fits = entry['Type'] != EntryType.ERROR and entry['ContentsFormat'] == EntryFormat.JSON
    return entry.get('Contents') if fits and entry.get('Brand') == brands[brand] else None


def _berth_crowdstrike_is_positive(entry):
    found = _berth_json_of(entry, 'cs')
    return bool(found and found[0].get('indicator') and found[0].get('malicious_confidence') in ('high', 'medium'))


def _berth_over(contents, path, limit):
    return (demisto.get(contents, path) or 0) > thresholds[limit]


def vtCountPositives(entry):
    """How many URLs of an entry of VirusTotal more engines than the threshold hold for bad."""
    return len([one for one in demisto.get(entry, 'Contents.detected_urls') or []
                if _berth_over(one, 'positives', 'vtPositives')])


def positiveUrl(entry):
    """Whether an entry of X-Force, VirusTotal or CrowdStrike holds a URL for bad."""
    xfe, vt = _berth_json_of(entry, 'xfe'), _berth_json_of(entry, 'vt')
    return (_berth_over(xfe, 'url.result.score', 'xfeScore') or _berth_over(vt, 'positives', 'vtPositives') or
            _berth_crowdstrike_is_positive(entry))


def positiveFile(entry):
    """Whether an entry of X-Force, VirusTotal, WildFire, Cylance or CrowdStrike holds a file for bad."""
    xfe, cylance = _berth_json_of(entry, 'xfe'), _berth_json_of(entry, 'cy')
    if xfe and (demisto.get(xfe, 'malware.family') or demisto.get(xfe, 'malware.origins.external.family')):
        return True
    if cylance and (demisto.get(list(cylance.values())[0], 'generalscore') or 0) < -0.5:
        return True
    return (_berth_over(_berth_json_of(entry, 'vt'), 'positives', 'vtPositives') or
            demisto.get(_berth_json_of(entry, 'wf'), 'wildfire.file_info.malware') == 'yes' or
            _berth_crowdstrike_is_positive(entry))


def positiveIp(entry):
    """Whether an entry of X-Force, VirusTotal or CrowdStrike holds an address for bad."""
    return (_berth_over(_berth_json_of(entry, 'xfe'), 'reputation.score', 'xfeScore') or
            bool(_berth_json_of(entry, 'vt')) and vtCountPositives(entry) > thresholds['vtPositiveUrlsForIP'] or
            _berth_crowdstrike_is_positive(entry))


def _berth_short(row, brand):
    row['Provider'] = providers[brand]
    return {'ContentsFormat': EntryFormat.TABLE, 'Type': EntryType.NOTE, 'Contents': row}


def _berth_unknown_provider(entry):
    return {'ContentsFormat': EntryFormat.TEXT, 'Type': EntryType.ERROR,
            'Contents': 'Unknown provider for result: %s' % entry.get('Brand')}


def shortCrowdStrike(entry):
    """An entry of CrowdStrike as Markdown: indicator, labels, relations; other entries as they are."""
    found = _berth_json_of(entry, 'cs')
    if not found:
        return entry
    text = '## CrowdStrike Falcon Intelligence\n\n### Indicator - %s\n' % found[0].get('indicator')
    columns = {'Labels': (('Name', 'name'), ('Created', 'created_on'), ('Last Valid', 'last_valid_on')),
               'Relations': (('Indicator', 'indicator'), ('Type', 'type'), ('Created', 'created_date'),
                             ('Last Valid', 'last_valid_date'))}
    for name in ('Labels', 'Relations'):
        rows = [dict([(title, formatEpochDate(row.get(key)) if title in ('Created', 'Last Valid') else row.get(key))
                      for title, key in columns[name]]) for row in found[0].get(name.lower()) or []]
        if rows:
            text += tableToMarkdown(name, rows, headers=[title for title, _ in columns[name]])
    return {'ContentsFormat': EntryFormat.MARKDOWN, 'Type': EntryType.NOTE, 'Contents': text}


def shortUrl(entry):
    """An entry on a URL of X-Force, VirusTotal or CrowdStrike as a short table; an error entry for others."""
    xfe, vt = _berth_json_of(entry, 'xfe'), _berth_json_of(entry, 'vt')
    if xfe:
        url = demisto.get(xfe, 'url.result.url')
        return _berth_short({
            'Country': xfe.get('country'), 'MalwareCount': demisto.get(xfe, 'malware.count'),
            'A': demisto.gets(xfe, 'resolution.A'), 'AAAA': demisto.gets(xfe, 'resolution.AAAA'),
            'Score': demisto.get(xfe, 'url.result.score'), 'Categories': demisto.gets(xfe, 'url.result.cats'),
            'URL': url, 'ProviderLink': 'https://exchange.xforce.ibmcloud.com/url/%s' % url}, 'xfe')
    if vt:
        return _berth_short({'ScanDate': vt.get('scan_date'), 'Positives': vt.get('positives'),
                             'Total': vt.get('total'), 'URL': vt.get('url'), 'ProviderLink': vt.get('permalink')}, 'vt')
    return shortCrowdStrike(entry) if _berth_json_of(entry, 'cs') else _berth_unknown_provider(entry)


def shortFile(entry):
    """The same of an entry on a file, of WildFire and Cylance as well."""
    found = dict([(brand, _berth_json_of(entry, brand)) for brand in ('xfe', 'vt', 'wf', 'cy', 'cs')])
    wildfire = demisto.get(found['wf'], 'wildfire.file_info')
    if found['xfe']:
        malware = found['xfe'].get('malware') or {}
        md5 = (malware.get('md5') or '').replace('0x', '')
        return _berth_short({
            'Family': malware.get('family'), 'MIMEType': malware.get('mimetype'), 'MD5': md5,
            'CnCServers': demisto.get(malware, 'origins.CncServers.count'),
            'DownloadServers': demisto.get(malware, 'origins.downloadServers.count'),
            'Emails': demisto.get(malware, 'origins.emails.count'),
            'ExternalFamily': demisto.gets(malware, 'origins.external.family'),
            'ExternalCoverage': demisto.get(malware, 'origins.external.detectionCoverage'),
            'ProviderLink': 'https://exchange.xforce.ibmcloud.com/malware/' + md5}, 'xfe')
    if found['vt']:
        pairs = (('Resource', 'resource'), ('ScanDate', 'scan_date'), ('Positives', 'positives'), ('Total', 'total'),
                 ('SHA1', 'sha1'), ('SHA256', 'sha256'), ('ProviderLink', 'permalink'))
        return _berth_short(dict([(title, found['vt'].get(key)) for title, key in pairs]), 'vt')
    if wildfire:
        pairs = (('Type', 'filetype'), ('Malware', 'malware'), ('MD5', 'md5'), ('SHA256', 'sha256'), ('Size', 'size'))
        return _berth_short(dict([(title, wildfire.get(key)) for title, key in pairs]), 'wf')
    if found['cy']:
        pairs = (('Status', 'status'), ('Code', 'statuscode'), ('Score', 'generalscore'),
                 ('Classifiers', 'classifiers'), ('ConfirmCode', 'confirmcode'), ('Error', 'error'))
        first = list(found['cy'].values())[0]
        return _berth_short(dict([(title, first.get(key)) for title, key in pairs]), 'cy')
    return shortCrowdStrike(entry) if found['cs'] else _berth_unknown_provider(entry)


def shortIp(entry):
    """The same of an entry on an address, of X-Force, VirusTotal or CrowdStrike."""
    xfe = _berth_json_of(entry, 'xfe')
    if xfe:
        known = xfe.get('reputation') or {}
        return _berth_short({'IP': known.get('ip'), 'Score': known.get('score'), 'Geo': str(known.get('geo')),
                             'Categories': str(known.get('cats'))}, 'xfe')
    if _berth_json_of(entry, 'vt'):
        return _berth_short({'Positive URLs': vtCountPositives(entry)}, 'vt')
    return shortCrowdStrike(entry) if _berth_json_of(entry, 'cs') else _berth_unknown_provider(entry)


def shortDomain(entry):
    """The same of an entry on a domain, of VirusTotal."""
    if _berth_json_of(entry, 'vt'):
        return _berth_short({'Positive URLs': vtCountPositives(entry)}, 'vt')
    return _berth_unknown_provider(entry)


_berth_end_of_optional_part('reputation.py')
