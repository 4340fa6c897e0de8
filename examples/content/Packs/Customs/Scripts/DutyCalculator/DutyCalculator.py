import demistomock as demisto  # noqa: F401
from CommonServerPython import *  # noqa: F401

RATES = {'coffee': 7.5, 'tea': 3.2, 'steel': 0.0, 'textiles': 12.0}  # per cent of the value
VAT = 19.0


def parse_goods(text):
    """(name, euros) of 'coffee:45000'."""
    name, colon, value = text.rpartition(':')
    try:
        euros = float(value)
    except ValueError:
        euros = -1
    if not colon or euros < 0:
        raise ValueError("goods: '%s' is not name:euros" % text)
    return name.strip().lower(), euros


def rates_of(changes):
    """The rates with those of the argument in their place."""
    rates = dict(RATES)
    for name, rate in (changes or {}).items():
        try:
            rates[name.lower()] = float(rate)
        except ValueError:
            raise ValueError("rates: '%s' is no percentage" % rate)
    return rates


def duties(goods, rates, vat):
    rows = []
    for name, euros in goods:
        if name not in rates:
            raise ValueError("goods: there is no rate for '%s', only for %s" % (name, ', '.join(sorted(rates))))
        duty = round(euros * rates[name] / 100, 2)
        rows.append({'Goods': name, 'Value': euros, 'Rate': rates[name], 'Duty': duty,
                     'VAT': round((euros + duty) * vat / 100, 2)})
    return rows


def main():
    try:
        args = demisto.args()
        changes = args.get('rates')
        if isinstance(changes, str):
            changes = comma_separated_mapping_to_dict(changes)
        rows = duties([parse_goods(one) for one in argToList(args['goods'])], rates_of(changes),
                      float(args.get('vat') or VAT))
        total = round(sum([row['Duty'] + row['VAT'] for row in rows]), 2)
        return_results(CommandResults(
            outputs_prefix='Customs.Duty', outputs_key_field='Goods', outputs=rows,
            readable_output=tableToMarkdown('%.2f euros are due' % total, rows)))
    except Exception as error:
        return_error('Failed to execute DutyCalculator: %s' % error)

if __name__ in ('__main__', '__builtin__', 'builtins'):
    main()
