"""
id: P08
title: requests of unknown types, with missing and wrong members; 20,000 in flight
expected: an error reply each, and the call goes on
runs:
- expect: {answered: 0, refused: 10, sensible: answered, in flight: 20000, call cause: completed, call memory of berth MiB: <= 64}
  show: [refused, in flight, call memory of berth MiB]
- control: requests that make sense
  arguments: {sense: 1}
  expect: {answered: 10, refused: 0}
  show: [answered]
"""
import threading

MESSAGES = [{'type': 'nonsense'}, {'type': ''}, {'type': 'executeCommand'}, {'type': 'executeCommand', 'command': 7},
            {'type': 'executeCommand', 'command': 'x', 'args': [1]}, {'type': 'getFileByEntryID'},
            {'type': 'getFileByEntryID', 'args': ['1@1']}, {'type': 'setContext'}, {'type': 'dt', 'name': []},
            {'type': 'execute', 'args': None}]


def ask(message):
    try:
        demisto._Demisto__do(dict(message))
        return 'answered'
    except ValueError:
        return 'refused'


def flood(count):
    lines = b''.join(b'{"type": "demistoUrls", "seq": %d}\n' % (1000 + at) for at in range(count))

    def send(data=lines):
        while data:
            data = data[os.write(4, data):]

    sender = threading.Thread(target=send)
    sender.start()
    seen = 0
    while seen < count:
        seen += os.read(3, 1 << 20).count(b'\n')
    sender.join()
    return seen


said = [ask({'type': 'demistoVersion'} if argument('sense') else message) for message in MESSAGES]
demisto.results({'answered': said.count('answered'), 'refused': said.count('refused'),
                 'sensible': ask({'type': 'demistoUrls'})})
demisto.results({'in flight': flood(20000)})
