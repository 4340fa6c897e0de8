"""
id: P05
title: half a line and then the end, a pause, or another writer
expected: counted as no message; the next line is read
runs:
- {arguments: {how: end}, expect: {call cause: ended early, call bad messages: 1, call entries: 0}, show: [call cause, call bad messages]}
- {arguments: {how: wait}, with: {timeout: 1s}, expect: {call cause: timeout, call entries: 0}, show: [call cause]}
- {arguments: {how: resume}, expect: {call cause: completed, whole: 1, call entries: 1, call bad messages: 1}, show: [call cause, call bad messages]}
- {arguments: {how: mix}, expect: {call cause: completed, whole: 1, call bad messages: ">= 1"}, show: [call cause, call bad messages]}
- {control: no torn line, arguments: {how: none}, expect: {call cause: completed, whole: 1, call bad messages: 0}, show: [call cause, call bad messages]}
"""
import threading
import time

HALF = b'{"type": "result", "results": [{"Type": 1, "Contents": "half'
how = argument('how')


def spoil():
    for number in range(500):
        os.write(4, HALF + (b'\n' if number % 3 == 0 else b''))


if how in ('end', 'wait', 'resume'):
    os.write(4, HALF)
if how == 'end':
    os._exit(0)
if how == 'wait':
    time.sleep(60)
if how == 'resume':
    os.write(4, b'\n')
if how == 'mix':
    other = threading.Thread(target=spoil)
    other.start()
    for number in range(100):
        demisto.log('line %d' % number)
    other.join()
    os.write(4, b'\n')
demisto.results({'whole': 1})
