import demistomock as demisto  # noqa: F401
from CommonServerPython import *  # noqa: F401

import hashlib
import io
import zipfile

# The same manifests give the same archive, byte for byte: its digest can be compared.
STAMP = (1980, 1, 1, 0, 0, 0)


def unused_name(name, taken):
    """`name`, with a number before its extension where an archive has that already."""
    stem, dot, extension = name.rpartition('.')
    stem, ending = (stem, dot + extension) if dot else (name, '')
    found, count = name, 1
    while found in taken:
        count += 1
        found = '%s-%d%s' % (stem, count, ending)
    return found


def pack(files):
    """(bytes of the archive, rows that tell of its members) of (name, bytes)."""
    rows, archive = [], io.BytesIO()
    with zipfile.ZipFile(archive, 'w', zipfile.ZIP_DEFLATED) as target:
        for name, data in files:
            name = unused_name(name.rsplit('/', 1)[-1] or 'unnamed', [row['Name'] for row in rows])
            member = zipfile.ZipInfo(name, STAMP)
            member.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(member, data)
            rows.append({'Name': name, 'Bytes': len(data), 'SHA256': hashlib.sha256(data).hexdigest()})
    return archive.getvalue(), rows


def main():
    try:
        args = demisto.args()
        files = []
        for entry in argToList(args['entryIDs']):
            found = demisto.getFilePath(entry)
            with open(found['path'], 'rb') as source:
                files.append((found['name'], source.read()))
        data, rows = pack(files)
        sums = ''.join(['%s  %s\n' % (row['SHA256'], row['Name']) for row in rows])
        return_results([
            CommandResults(outputs_prefix='Harbour.Bundle', outputs_key_field='SHA256',
                           outputs={'SHA256': hashlib.sha256(data).hexdigest(), 'Members': rows},
                           readable_output=tableToMarkdown('%d manifests' % len(rows), rows)),
            fileResult(args.get('name') or 'manifests.zip', data),
            fileResult('SHA256SUMS', sums, EntryType.ENTRY_INFO_FILE),
        ])
    except Exception as error:
        return_error('Failed to execute ManifestBundle: %s' % error)

if __name__ in ('__main__', '__builtin__', 'builtins'):
    main()
