"""Enumerations."""
import unittest

from assembly import Raises, Table


class Kinds(Table):
    def test_values(self):
        self.check([
            ("[EntryType.NOTE, EntryType.FILE, EntryType.ERROR, EntryType.WARNING, EntryType.EXECUTION_METRICS]",
             [1, 3, 4, 11, 19]),
            ("[entryTypes['note'], entryTypes['error'], entryTypes['widget']]", [1, 4, 17]),
            ("[formats['markdown'], formats['dbotResponse'], EntryFormat.MARKDOWN]",
             ['markdown', 'dbotCommandResponse', 'markdown']),
            ("[EntryFormat.is_valid_type(x) for x in ('json', 'table', 'x', None)]", [True, True, False, False]),
            ("[IncidentStatus.DONE, IncidentSeverity.INFO, IncidentSeverity.CRITICAL]", [2, 0.5, 4]),
            ("FileAttachmentType.ATTACHED", 'attached_file'),
            ("[DBotScoreType.is_valid_type(x) for x in ('ip', 'cidr', 'custom', 'IP')]", [True, True, True, False]),
            ("[DBotScoreReliability.is_valid_type(x) for x in (DBotScoreReliability.A_PLUS, 'A')]", [True, False]),
            ("DBotScoreReliability.get_dbot_score_reliability_from_str('C - Fairly reliable')", 'C - Fairly reliable'),
            ("DBotScoreReliability.get_dbot_score_reliability_from_str('C')", Raises("'C' is no reliability")),
            ("[ErrorTypes.SUCCESS, ErrorTypes.QUOTA_ERROR]", ['Successful', 'QuotaError']),
            ("[FeedIndicatorType.is_valid_type(x) for x in ('IP', 'Registry Key', 'ip')]", [True, True, False]),
            ("[IndicatorType.Email, FeedIndicatorType.FQDN]", ['Email', 'Domain']),
            ("sorted(FeedIndicatorType.list_all_supported_indicators())[:4]", ['ASN', 'Account', 'CIDR', 'CVE']),
            ("FeedIndicatorType.indicator_type_by_server_version('STIX Malware')", 'Malware'),
            ("FeedIndicatorType.indicator_type_by_server_version('Malware')", 'Malware'),
            ("[FeedIndicatorType.ip_to_indicator_type(x) for x in ('1.2.3.4', '1.2.3.0/24', '::1', '::/64', 'x')]",
             ['IP', 'CIDR', 'IPv6', 'IPv6CIDR', None]),
            ("[ThreatIntel.ObjectsNames.TOOL, ThreatIntel.ObjectsScore.TOOL, "
             "ThreatIntel.KillChainPhases.COMMAND_AND_CONTROL]", ['Tool', 2, 'Command & Control']),
        ])


if __name__ == '__main__':
    unittest.main()
