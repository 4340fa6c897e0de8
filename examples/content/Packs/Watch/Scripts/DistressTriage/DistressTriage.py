import demistomock as demisto  # noqa: F401
from CommonServerPython import *  # noqa: F401

import re

# What a radio operator hears, worst first. A signal that is meant is given three times.
SIGNALS = (('mayday', 4, 'grave danger to a ship or a life'), ('pan-pan', 3, 'urgent, nobody is in danger yet'),
           ('securite', 2, 'a warning about navigation or weather'))
POSITION = re.compile(r'(\d{1,2})\s*(?:deg|°)\s*(\d{1,2}(?:\.\d+)?)?\s*([NS])[\s,]+(\d{1,3})\s*(?:deg|°)\s*'
                      r'(\d{1,2}(?:\.\d+)?)?\s*([EW])', re.I)


def position_of(text):
    """'53.5417,9.9667' of the first position in the text, or None."""
    match = POSITION.search(text)
    if not match:
        return None
    parts = []
    for degrees, minutes, side in (match.groups()[:3], match.groups()[3:]):
        value = float(degrees) + float(minutes or 0) / 60
        parts.append('%.4f' % (-value if side.upper() in 'SW' else value))
    return ','.join(parts)


def triage(text):
    words = text.lower().replace('pan pan', 'pan-pan').replace('é', 'e')
    for signal, severity, meaning in SIGNALS:
        count = words.count(signal)
        if count:
            is_drill = bool(re.search(r'\b(drill|exercise|test)\b', words))
            return {'Signal': signal, 'Severity': 1 if is_drill else severity, 'Meaning': meaning, 'Drill': is_drill,
                    'Certain': count >= 3, 'Position': position_of(text)}
    return {'Signal': 'none', 'Severity': 1, 'Meaning': 'no signal of distress', 'Drill': False, 'Certain': False,
            'Position': position_of(text)}


def main():
    try:
        outputs = triage(demisto.args()['message'])
        return_results(CommandResults(outputs_prefix='Watch.Distress', outputs=outputs,
                                      readable_output=tableToMarkdown('Distress', outputs, removeNull=True)))
    except Exception as error:
        return_error('Failed to execute DistressTriage: %s' % error)

if __name__ in ('__main__', '__builtin__', 'builtins'):
    main()
