import demistomock as demisto  # noqa: F401
from CommonServerPython import *  # noqa: F401

# Maritime identification digits: the first three of an MMSI name the country (ITU, excerpt).
MID_COUNTRIES = {
    '211': 'DE', '218': 'DE', '219': 'DK', '227': 'FR', '228': 'FR', '230': 'FI', '232': 'GB', '235': 'GB',
    '244': 'NL', '247': 'IT', '257': 'NO', '265': 'SE', '273': 'RU', '311': 'BS', '338': 'US', '366': 'US',
    '367': 'US', '372': 'PA', '412': 'CN', '413': 'CN', '416': 'TW', '431': 'JP', '440': 'KR', '477': 'HK',
    '538': 'MH', '563': 'SG', '636': 'LR',
}


def imo_check_digit(digits):
    """The seventh digit of the IMO number whose first six are `digits`: 7, 6 .. 2 times each, summed, last digit."""
    return sum(weight * int(digit) for weight, digit in zip(range(7, 1, -1), digits)) % 10


def decode_imo(text):
    """What an IMO ship number says, with `Valid` and, when it is not, the reason."""
    digits = text.upper().replace('IMO', '').replace(' ', '')
    decoded = {'Input': text, 'IMO': digits, 'Valid': False}
    if not (digits.isdigit() and len(digits) == 7):
        return dict(decoded, Reason='an IMO number has seven digits')
    expected = imo_check_digit(digits[:6])
    if int(digits[6]) != expected:
        return dict(decoded, Reason='the check digit is %s, it should be %d' % (digits[6], expected))
    return dict(decoded, Valid=True)


def decode_mmsi(text):
    """What a maritime mobile service identity says: the kind of station and its country."""
    digits = text.replace(' ', '')
    decoded = {'Input': text, 'MMSI': digits, 'Valid': False}
    if not (digits.isdigit() and len(digits) == 9):
        return dict(decoded, Reason='an MMSI has nine digits')
    kinds = (('00', 'coast station', 2), ('0', 'group', 1), ('111', 'search and rescue aircraft', 3),
             ('970', 'search and rescue transmitter', None), ('99', 'aid to navigation', 2),
             ('98', 'craft of a parent ship', 2))
    kind, start = 'ship', 0
    for prefix, name, at in kinds:
        if digits.startswith(prefix):
            kind, start = name, at
            break
    country = None if start is None else MID_COUNTRIES.get(digits[start:start + 3])
    return dict(decoded, Valid=kind != 'ship' or digits[0] in '234567', Kind=kind, Country=country)
