import demistomock as demisto  # noqa: F401
from CommonServerPython import *  # noqa: F401

import math

EARTH_NAUTICAL_MILES = 3440.065


def numbers_of(text, count, what):
    try:
        found = [float(part) for part in str(text).split(',')]
    except ValueError:
        found = []
    if len(found) != count or abs(found[0]) > 90 or abs(found[1]) > 180:
        raise ValueError("%s: '%s' is not %d numbers of degrees and miles" % (what, text, count))
    return found


def distance(here, there):
    """Nautical miles along the great circle between two (latitude, longitude) in degrees."""
    (lat, lon), (to_lat, to_lon) = [[math.radians(part) for part in point] for point in (here, there)]
    haversine = (math.sin((to_lat - lat) / 2) ** 2
                 + math.cos(lat) * math.cos(to_lat) * math.sin((to_lon - lon) / 2) ** 2)
    return 2 * EARTH_NAUTICAL_MILES * math.asin(min(1, math.sqrt(haversine)))


def main():
    try:
        args = demisto.args()
        lat, lon, radius = numbers_of(args['right'], 3, 'right')
        return_results(distance(numbers_of(args['left'], 2, 'left'), (lat, lon)) <= radius)
    except Exception as error:
        return_error('Failed to execute IsInsidePort: %s' % error)

if __name__ in ('__main__', '__builtin__', 'builtins'):
    main()
