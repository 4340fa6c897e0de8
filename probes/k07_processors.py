"""
id: K07
title: 8 processes that spin
expected: no more than 1.0 cpu
quick: yes
runs:
- with: {cpus: 0.1}
  arguments: {seconds: 3}
  expect:
    cpus: <= 0.13
- control: 1 cpu
  with: {cpus: 1}
  arguments: {seconds: 2}
  expect:
    cpus: ">= 0.16"
"""
import os, time
begun = time.monotonic()
end = begun + float(demisto.args()['seconds'])
for _ in range(8):
    if os.fork() == 0:
        while time.monotonic() < end:
            pass
        os._exit(0)
for _ in range(8):
    os.wait()
used = os.times()
cpu, wall = used.children_user + used.children_system, time.monotonic() - begun
demisto.results({'cpus': round(cpu / wall, 3), 'cpu': cpu, 'wall': wall})
