import demistomock as demisto  # noqa: F401
from CommonServerPython import *  # noqa: F401

BASE_FEE = 410.0   # euros
PER_METRE = 38.5
PER_THOUSAND_TONS = 9.25
NIGHT_FACTOR = 1.5


def quote(draught, tonnage, hour):
    """Euros to the cent. Nights, from 20 to 6 o'clock, cost half as much again."""
    fee = BASE_FEE + PER_METRE * draught + PER_THOUSAND_TONS * tonnage / 1000
    return round(fee * (NIGHT_FACTOR if hour >= 20 or hour < 6 else 1), 2)


def main():
    try:
        args = demisto.args()
        draught, tonnage = float(args['draught']), arg_to_number(args['tonnage'], 'tonnage')
        hour = arg_to_number(args.get('hour') or 12, 'hour')
        if not (0 < draught < 30 and 0 < tonnage < 500000 and 0 <= hour < 24):
            raise ValueError('no ship has a draught of %g m, %d tons, and arrives at %d o\'clock' % (
                draught, tonnage, hour))
        outputs = {'Draught': draught, 'Tonnage': tonnage, 'Hour': hour, 'Euros': quote(draught, tonnage, hour)}
        return_results(CommandResults(outputs_prefix='Harbour.Pilotage', outputs=outputs, replace_existing=True,
                                      readable_output='Pilotage costs %.2f euros.' % outputs['Euros']))
    except Exception as error:
        return_error('Failed to execute PilotageQuote: %s' % error)

if __name__ in ('__main__', '__builtin__', 'builtins'):
    main()
