"""
id: P06
title: invalid UTF-8, NUL, control sequences, directional marks in what is printed and posted
expected: taken in as text; no line lost, no message bad
runs:
- expect: {end: 1, call cause: completed, call lines printed: 13, call bad messages: 0, call entries: 2}
  show: [call lines printed, call bad messages, call entries]
- control: one such text where a message has none
  arguments: {spoil: 1}
  expect: {end: 1, call bad messages: ">= 1"}
  show: [call bad messages]
"""
TEXTS = [b'a\xff\xfeb', b'a\xc0\xafb', b'\xef\xbb\xbfa', b'a\0b\0', b'a\0b', b'a\rb', 'a\u2028b'.encode(), b'a\x1b[31mb',
         b'a\x1b]52;c;YQ==\x07b', 'a\u202eb'.encode(), 'a\u009b31mb'.encode(), b'a\xed\xa0\x80b', b'a\x7fb']
for text in TEXTS:
    os.write(1, text + b'\n')
    if argument('spoil'):
        os.write(4, text + b'\n')
demisto.results([' '.join(text.decode('utf-8', 'surrogateescape') for text in TEXTS)])
demisto.results({'end': 1})
