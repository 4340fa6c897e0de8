#!/usr/bin/python3
"""Makes data/start_advisories.bin of a database that `berth vet db import --dated DAY` has made.

The day of the import is not that of the data: it is replaced, so that the same advisories give the same bytes on every day."""
import gzip
import hashlib
import json
import sys


def renewed(stored):
    """The file, imported on the day that its data is of."""
    magic, _, contents = stored.split(b'\n', 2)
    first, records = contents.split(b'\n', 1)
    source = json.loads(first)
    assert source['dated'], 'import it with --dated: nobody would know how old it is'
    source['imported'] = source['dated'] + 'T00:00:00Z'
    contents = json.dumps(source, ensure_ascii=False).encode() + b'\n' + records
    return b'\n'.join([magic, hashlib.sha256(contents).hexdigest().encode(), contents])


def main():
    if len(sys.argv) != 3:
        sys.exit('usage: tools/start_advisories.py STATE/vet/NAME.advisories data/start_advisories.bin')
    with open(sys.argv[1], 'rb') as stored, open(sys.argv[2], 'wb') as made:
        made.write(gzip.compress(renewed(stored.read()), 9, mtime=0))


if __name__ == '__main__':
    main()
