"""
id: K26
title: a daemon that outlives its call (double fork, setsid, closed descriptors)
expected: dead when the call has ended
quick: yes
runs:
- calls: 2
  expect:
    daemons of this call: 1
    daemons of the call before: 0
    call completed: 2
    call start and end seconds: <= 4
  show: [daemons of this call, daemons of the call before]
- control: a process that is used again
  calls: 2
  reused: yes
  expect:
    daemons of this call: 1
    daemons of the call before: 1
  show: [daemons of the call before]
"""
import time


def daemons(call):
    found = 0
    for pid in os.listdir('/proc'):
        try:
            with open('/proc/%s/cmdline' % pid) as file:
                found += file.read() == 'sleep\0' + '8639%s\0' % call
        except OSError:
            pass
    return found


call = int(argument('call'))
if os.fork() == 0:
    os.setsid()
    if os.fork() != 0:
        os._exit(0)
    os.closerange(0, 9999)
    os.execvp('sleep', ['sleep', '8639%d' % call])
os.wait()
for _ in range(200):
    if daemons(call):
        break
    time.sleep(0.01)
demisto.results({'daemons of this call': daemons(call), 'daemons of the call before': daemons(call - 1)})
