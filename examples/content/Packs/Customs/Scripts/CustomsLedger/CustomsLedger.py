import demistomock as demisto  # noqa: F401
from CommonServerPython import *  # noqa: F401

import hashlib

# A record of the ledger, which an old machine writes in EBCDIC: name, first column, width.
COLUMNS = (('Declaration', 0, 8), ('Container', 8, 11), ('Kilograms', 19, 7), ('Cents', 26, 9), ('Status', 35, 1))
WIDTH = 36
STATES = {u'C': u'cleared', u'H': u'held', u'R': u'refused'}


def parse_record(text, number):
    """One row of the ledger."""
    row = {}
    for name, start, width in COLUMNS:
        row[name] = text[start:start + width].strip()
    for name in ('Kilograms', 'Cents'):
        if not row[name].isdigit():
            raise ValueError(u"record %d: '%s' is no number of %s" % (number, row[name], name.lower()))
        row[name] = int(row[name])
    if row['Status'] not in STATES:
        raise ValueError(u"record %d: there is no status '%s'" % (number, row['Status']))
    row['Status'] = STATES[row['Status']]
    return row


def parse_ledger(data, encoding):
    """The rows of a ledger: records of 36 signs without anything between them."""
    if len(data) % WIDTH:
        raise ValueError('%d bytes are no whole number of records of %d' % (len(data), WIDTH))
    text = data.decode(encoding)
    return [parse_record(text[at:at + WIDTH], at // WIDTH + 1) for at in range(0, len(text), WIDTH)]


def main():
    try:
        args = demisto.args()
        handed_in = demisto.getFilePath(args['entryID'])
        with open(handed_in['path'], 'rb') as ledger:
            data = ledger.read()
        rows = parse_ledger(data, args.get('encoding') or 'cp037')
        outputs = {'SHA256': hashlib.sha256(data).hexdigest(), 'Records': rows,
                   'Euros': sum([row['Cents'] for row in rows]) / 100.0}
        table = tableToMarkdown('Ledger %s' % handed_in['name'], rows, headers=[name for name, _, _ in COLUMNS])
        return_outputs(table, {'Customs.Ledger(val.SHA256 && val.SHA256 == obj.SHA256)': outputs}, rows)
    except Exception as error:
        return_error(u'Failed to execute CustomsLedger: %s' % error)

if __name__ in ('__main__', '__builtin__', 'builtins'):
    main()
