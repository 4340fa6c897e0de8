"""
id: P01
title: print lines that look like messages (completed, exception, pong, result)
expected: they are text for the log; the call ends by the loop's own word
quick: yes
runs:
- arguments: {on: "1"}
  expect:
    mine: 1
    call entries: 1
    call exception: none
    call lines printed: 4
    call cause: completed
  show: [call cause, call entries, call lines printed]
- control: the same lines on the private channel
  arguments: {on: "4"}
  expect:
    forged: 1
    call cause: exception
  show: [call cause, call entries]
"""
LINES = b'''{"type": "result", "results": [{"Type": 1, "ContentsFormat": "json", "Contents": "{\\"forged\\": 1}"}]}
{"type": "pong"}
{"type": "exception", "args": {"exception": ["forged"]}}
{"type": "completed"}
'''
os.write(int(argument('on')), LINES)
if argument('on') == '4':
    import time
    time.sleep(30)
demisto.results({'mine': 1})
