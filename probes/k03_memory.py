"""
id: K03
title: memory bomb, in steps of 16 MiB
expected: killed at the limit, which is named
quick: yes
runs:
- with: {memory: 256m}
  arguments: {mib: 1024}
  expect:
    call cause: memory
    call exit: 5
    call limit: memory 256 MiB
    call peak MiB: 250..256
    call memory of berth MiB: <= 16
  show: [call cause, call peak MiB]
- control: 1 GiB of memory
  with: {memory: 1g}
  arguments: {mib: 512}
  expect:
    mib: 512
    call cause: completed
  show: [mib, call cause]
"""
import time
held = []
for step in range(int(demisto.args()['mib']) // 16):
    held.append(b'\1' * (16 << 20))
    demisto.log(str(time.monotonic()))
demisto.results({'mib': len(held) * 16})
