"""
id: P04
title: a line of 1 GiB without an end, as message and as text; a byte at a time for ever
expected: 16 MiB for a message, 64 MiB in all, the wall time; Berth's memory is bounded
quick: yes
runs:
- arguments: {mib: 1024, on: 4}
  expect: {call cause: output limit, call limit: 16 MiB for one message, call memory of berth MiB: <= 64}
  show: [call limit, call memory of berth MiB]
- arguments: {mib: 1024, on: 1}
  expect: {call cause: output limit, call limit: 64 MiB of output, call memory of berth MiB: <= 64}
  show: [call limit, call memory of berth MiB]
- with: {timeout: 1s}
  arguments: {slow: 1, on: 4}
  expect: {call cause: timeout, call start and end seconds: <= 4}
  show: [call cause]
- control: 12 MiB as text
  arguments: {mib: 12, on: 1}
  expect: {written: 12, call cause: completed}
  show: [call cause]
"""
import time

on = int(argument('on'))
while argument('slow'):
    os.write(on, b'x')
    time.sleep(0.05)
block = b'x' * (1 << 20)
for _ in range(int(argument('mib'))):
    rest = block
    while rest:
        rest = rest[os.write(on, rest):]
os.write(on, b'\n')
demisto.results({'written': int(argument('mib'))})
