import demistomock as demisto  # noqa: F401
from CommonServerPython import *  # noqa: F401

import csv
import hashlib
import io


def sum_up(text):
    """(rows of goods and kilograms, heaviest first; number of containers) of a manifest."""
    sums, containers = {}, set()
    for number, row in enumerate(csv.DictReader(io.StringIO(text)), 2):
        try:
            sums[row['goods']] = sums.get(row['goods'], 0) + float(row['kilograms'])
            containers.add(row['container'])
        except KeyError as error:
            raise ValueError('the manifest has no column %s' % error)
        except (TypeError, ValueError):
            raise ValueError("line %d: '%s' is no number of kilograms" % (number, row.get('kilograms')))
    rows = [{'Goods': goods, 'Kilograms': weight} for goods, weight in sums.items()]
    return sorted(rows, key=lambda row: (-row['Kilograms'], row['Goods'])), len(containers)


def main():
    try:
        handed_in = demisto.getFilePath(demisto.args().get('entryID'))
        with open(handed_in['path'], 'rb') as manifest:
            data = manifest.read()
        rows, containers = sum_up(data.decode('utf-8-sig'))
        summary = 'goods,kilograms\n' + ''.join(['%s,%g\n' % (row['Goods'], row['Kilograms']) for row in rows])
        outputs = {
            'Name': handed_in['name'],
            'SHA256': hashlib.sha256(data).hexdigest(),
            'Containers': containers,
            'Kilograms': sum(row['Kilograms'] for row in rows),
        }
        return_results([
            CommandResults(outputs_prefix='Harbour.Manifest', outputs_key_field='SHA256', outputs=outputs,
                           readable_output=tableToMarkdown('Manifest %s' % handed_in['name'], rows)),
            fileResult('sums-of-%s' % handed_in['name'], summary),
        ])
    except Exception as error:
        return_error('Failed to execute ManifestDigest: %s' % error)


if __name__ in ('__main__', '__builtin__', 'builtins'):
    main()
