"""Fetching with a look back: incidents may appear late, so a fetch asks for some time again, and knows what it had.

The last run holds the time to fetch from, the limit, and {id: when it was fetched} in seconds of the epoch.
"""


def get_fetch_run_time_range(last_run, first_fetch, look_back=0, timezone=0, date_format=_BERTH_ISO):
    """(start, end) of this fetch as texts in `date_format`, in UTC plus `timezone` hours.

    It starts where the last run says, or at `first_fetch` ('3 days') without one, and `look_back` minutes ago at least.
    Errors: ValueError when the time to start from is no date.
    """
    import datetime
    settings = {'TIMEZONE': 'UTC', 'RETURN_AS_TIMEZONE_AWARE': True}
    now = get_current_time(timezone)
    last = (last_run or {}).get('time')
    start = _berth_parse_date(last or first_fetch, settings)
    if start is None:
        raise ValueError("the time to fetch from is no date: '%s'" % (last or first_fetch))
    if not last:
        start += datetime.timedelta(hours=timezone)
    if now.tzinfo is None:
        start = start.replace(tzinfo=None)
    if look_back and look_back > 0:
        start = min(start, now - datetime.timedelta(minutes=look_back))
    return start.strftime(date_format), now.strftime(date_format)


def calculate_new_offset(old_offset, num_incidents, total_incidents):
    """The offset of the next page: 0 when this one was the last."""
    if not num_incidents or (total_incidents and num_incidents + old_offset >= total_incidents):
        return 0
    return old_offset + num_incidents


def filter_incidents_by_duplicates_and_limit(incidents_res, last_run, fetch_limit, id_field):
    """Those of `incidents_res` that no run before had, `fetch_limit` at most."""
    known = last_run.get('found_incident_ids', {})
    fresh = [incident for incident in incidents_res if incident[id_field] not in known]
    demisto.debug('fetch: %d of %d incidents are new' % (len(fresh), len(incidents_res)))
    return fresh[:fetch_limit]


def get_latest_incident_created_time(incidents, created_time_field, date_format=_BERTH_ISO,
                                     increase_last_run_time=False):
    """The latest time of creation, or the millisecond after it. Errors: ValueError when one is not in `date_format`."""
    import datetime
    latest = max([datetime.datetime.strptime(incident[created_time_field], date_format) for incident in incidents])
    if increase_last_run_time:
        latest += datetime.timedelta(milliseconds=1)
    return latest.strftime(date_format)


def remove_old_incidents_ids(found_incidents_ids, current_time, look_back):
    """Those ids that were fetched within twice `look_back` minutes."""
    return dict([(id, fetched) for id, fetched in found_incidents_ids.items()
                 if current_time - fetched <= 2 * 60 * look_back])


def get_found_incident_ids(last_run, incidents, look_back, id_field, remove_incident_ids):
    """The ids of the last run and of `incidents`, without old ones when `remove_incident_ids`."""
    import time
    now = int(time.time())
    found = last_run.get('found_incident_ids', {})
    for incident in incidents:
        found[incident[id_field]] = now
    return remove_old_incidents_ids(found, now, look_back) if remove_incident_ids else found


def create_updated_last_run_object(last_run, incidents, fetch_limit, look_back, start_fetch_time, end_fetch_time,
                                   created_time_field, date_format=_BERTH_ISO, increase_last_run_time=False,
                                   new_offset=None):
    """(last run with time and limit for the next fetch, whether old ids can go).

    It goes on from the latest incident, or from the end of this fetch when there was none. While pages are left, which
    `new_offset` says, the time stays. Ids stay as long as the time does.
    """
    if new_offset:
        found, moves = {'time': last_run.get('time')}, True
    elif not incidents:
        found, moves = {'time': end_fetch_time, 'limit': fetch_limit}, True
    else:
        latest = get_latest_incident_created_time(incidents, created_time_field, date_format, increase_last_run_time)
        again = len(last_run.get('found_incident_ids', [])) + len(incidents) if look_back > 0 else 0
        found, moves = {'time': latest, 'limit': fetch_limit + again}, latest != start_fetch_time
    if new_offset is not None:
        found.update(offset=new_offset, limit=fetch_limit)
    return found, moves


def update_last_run_object(last_run, incidents, fetch_limit, start_fetch_time, end_fetch_time, look_back,
                           created_time_field, id_field, date_format=_BERTH_ISO, increase_last_run_time=False,
                           new_offset=None):
    """Brings `last_run` up to date after a fetch and returns it, see create_updated_last_run_object()."""
    look_back = look_back or 0
    updated, can_go = create_updated_last_run_object(last_run, incidents, fetch_limit, look_back, start_fetch_time,
                                                     end_fetch_time, created_time_field, date_format,
                                                     increase_last_run_time, new_offset)
    updated['found_incident_ids'] = get_found_incident_ids(last_run, incidents, look_back, id_field, can_go)
    last_run.update(updated)
    return last_run


_berth_end_of_optional_part('fetching.py')
