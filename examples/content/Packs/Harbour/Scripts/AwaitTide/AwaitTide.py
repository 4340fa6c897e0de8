import demistomock as demisto  # noqa: F401
from CommonServerPython import *  # noqa: F401

import datetime
import math

LUNAR_HOURS = 12.42  # from one high water to the next


def water_at(moment, high_water, highest, lowest):
    """Metres of water at `moment`: a tide that goes up and down evenly between `highest` and `lowest`."""
    hours = (moment - high_water).total_seconds() / 3600
    return (highest + lowest) / 2 + (highest - lowest) / 2 * math.cos(2 * math.pi * hours / LUNAR_HOURS)


def in_utc(text, name):
    moment = arg_to_datetime(text, name)
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.timezone.utc)


@polling_function(name='AwaitTide', interval=30, timeout=45000, poll_message='Waiting for the water:',
                  requires_polling_arg=False)
def await_tide(args):
    highest, lowest = arg_to_number_of(args, 'highest'), arg_to_number_of(args, 'lowest')
    needed = arg_to_number_of(args, 'draught') + arg_to_number_of(args, 'clearance')
    if lowest > highest:
        raise ValueError('lowest: there cannot be more water at low than at high tide')
    if needed > highest:
        raise ValueError('%.1f m are needed, but there are never more than %.1f m' % (needed, highest))
    now = in_utc(args.get('now') or 'now', 'now')
    water = water_at(now, in_utc(args['high_water'], 'high_water'), highest, lowest)
    outputs = {'Vessel': args['vessel'], 'Needed': round(needed, 2), 'Water': round(water, 2), 'Clear': water >= needed}
    found = CommandResults(outputs_prefix='Harbour.Tide.Passage', outputs_key_field='Vessel', outputs=outputs,
                           readable_output=tableToMarkdown('Water for %s' % args['vessel'], outputs))
    return PollResult(found, continue_to_poll=water < needed, args_for_next_run=dict(args),
                      partial_result=None if args.get('hide_polling_output') else CommandResults(
                          readable_output='There are %.1f m of water, %s needs %.1f m.' % (
                              water, args['vessel'], needed)))


def arg_to_number_of(args, name):
    """The argument as metres."""
    try:
        return float(args[name])
    except ValueError:
        raise ValueError("%s: '%s' is no number of metres" % (name, args[name]))


def main():
    try:
        return_results(await_tide(demisto.args()))
    except Exception as error:
        return_error('Failed to execute AwaitTide: %s' % error)

if __name__ in ('__main__', '__builtin__', 'builtins'):
    main()
