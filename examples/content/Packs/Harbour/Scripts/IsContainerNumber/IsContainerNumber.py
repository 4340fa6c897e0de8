import demistomock as demisto  # noqa: F401
from CommonServerPython import *  # noqa: F401

import re

# The letters count 10 to 38, multiples of 11 left out (ISO 6346).
LETTERS = dict(zip('ABCDEFGHIJKLMNOPQRSTUVWXYZ', [number for number in range(10, 39) if number % 11]))


def check_digit(stem):
    """The eleventh sign of the container number that begins with these ten."""
    return sum([(LETTERS[sign] if sign in LETTERS else int(sign)) << at for at, sign in enumerate(stem)]) % 11 % 10


def is_container_number(text, owner):
    """Whether `text` is one, of an equipment category that exists, and of `owner` (three letters) when given."""
    number = re.sub(r'[\s-]', '', str(text)).upper()
    if not re.match(r'[A-Z]{3}[UJZ][0-9]{7}$', number):
        return False
    return check_digit(number[:10]) == int(number[10]) and (not owner or number.startswith(owner.upper()))


def main():
    try:
        args = demisto.args()
        # A list is asked for as a whole, and answered element by element.
        found = [is_container_number(one, args.get('right')) for one in argToList(args.get('left'))]
        return_results(found[0] if len(found) == 1 else found)
    except Exception as error:
        return_error('Failed to execute IsContainerNumber: %s' % error)

if __name__ in ('__main__', '__builtin__', 'builtins'):
    main()
