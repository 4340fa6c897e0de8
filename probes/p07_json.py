"""
id: P07
title: JSON of depth 1e6, 1e6 keys, NaN, 1e400, lone surrogates, the same key twice
expected: taken in or refused, each in a defined way; Berth's memory grows by 64 MiB at most
runs:
- expect: {end: 1, call cause: completed, call bad messages: 3, call entries: 6, call memory of berth MiB: <= 64}
  show: [call bad messages, call entries, call memory of berth MiB]
- control: none of those that are refused
  arguments: {only: good}
  expect: {end: 1, call bad messages: 0, call entries: 6}
  show: [call bad messages, call entries]
"""
BAD = ['[' * 1000000 + ']' * 1000000, '{' + ','.join('"%x":0' % at for at in range(1000000)) + '}', '1e400']
GOOD = ['[' * 100 + ']' * 100, 'NaN', '{"a": 1, "a": 2}', '"\\ud800"', '1' + '0' * 40]
for contents in GOOD + (BAD if argument('only') != 'good' else []):
    data = b'{"type": "result", "results": [{"Type": 1, "ContentsFormat": "json", "Contents": %s}]}\n' % contents.encode()
    while data:
        data = data[os.write(4, data):]
demisto.results({'end': 1})
