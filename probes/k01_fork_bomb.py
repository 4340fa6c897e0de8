"""
id: K01
title: fork bomb
expected: 256 processes; the cause is the process limit; all gone within a second
quick: yes
runs:
- arguments: {wanted: 10000}
  expect:
    children: 254..255
    call cause: process limit
    call limit: 256 processes and threads
    call start and end seconds: <= 4
  show: [children, call cause]
- control: 400 processes and threads
  with: {pids: 400}
  arguments: {wanted: 300}
  expect:
    children: 300
    call cause: completed
  show: [children, call cause]
"""
import os, time
children = 0
while children < int(demisto.args()['wanted']):
    try:
        child = os.fork()
    except BlockingIOError:
        break
    if child == 0:
        time.sleep(3600)
        os._exit(0)
    children += 1
demisto.results({'children': children})
if children < int(demisto.args()['wanted']):
    raise RuntimeError('fork was refused')
