import demistomock as demisto  # noqa: F401
from CommonServerPython import *  # noqa: F401

def number_of(value, field):
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ValueError("%s: '%s' is no number" % (field or 'value', value))


def grouped(rows, field, group_by):
    """[{group_by: name, field: sum, 'Count': rows}], the largest sum first."""
    sums = {}
    for row in rows:
        if not isinstance(row, dict):
            raise ValueError("'%s' has no field %s" % (row, group_by))
        name = row.get(group_by)
        total, count = sums.get(name, (0, 0))
        sums[name] = total + number_of(row.get(field), field), count + 1
    found = [{group_by: name, field: total, 'Count': count} for name, (total, count) in sums.items()]
    return sorted(found, key=lambda row: (-row[field], str(row[group_by])))


def main():
    try:
        args = demisto.args()
        rows, field, group_by = argToList(args['value']), args.get('field'), args.get('group_by')
        if group_by and not field:
            raise ValueError('group_by needs a field to sum')
        if group_by:
            return_results({'Type': EntryType.NOTE, 'ContentsFormat': EntryFormat.JSON,
                            'Contents': grouped(rows, field, group_by)})
            return
        total = sum([number_of(row.get(field) if field and isinstance(row, dict) else row, field) for row in rows])
        return_results(int(total) if total == int(total) else round(total, 6))
    except Exception as error:
        return_error('Failed to execute SumField: %s' % error)

if __name__ in ('__main__', '__builtin__', 'builtins'):
    main()
