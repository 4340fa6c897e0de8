"""
id: P02
title: results after the end of the call, from a thread and from a child
expected: dropped and counted; never in this or another call's answer
runs:
- calls: 10
  expect:
    late: 0
    own: 10
    call late messages: ">= 2"
    call completed: 10
    call entries: 1
  show: [late, own, call late messages]
- calls: 10
  arguments: {linger: 1}
  expect:
    late: 0
    own: 10
    call completed: 10
  show: [late, own]
- control: the same messages before the end
  arguments: {early: 1}
  expect:
    late: 4
    call late messages: 0
  show: [late]
"""
import threading
import time

LATE = b'{"type": "result", "results": [{"Type": 1, "ContentsFormat": "json", "Contents": "{\\"+late\\": 1}"}]}\n'
END = b'{"type": "completed"}\n'
demisto.results({'+own': 1, '+late': 0})


def post():
    for _ in range(2):
        os.write(4, LATE)


if argument('linger'):
    # A child that speaks once the loop is gone, and a thread that does so while it ends.
    parent = os.getpid()
    if os.fork() == 0:
        while os.getppid() == parent:
            time.sleep(0.0005)
        while True:
            os.write(4, LATE)
    threading.Thread(target=lambda: (time.sleep(0.2), post()), daemon=True).start()
elif argument('early'):
    both = threading.Thread(target=post)
    both.start()
    both.join()
    child = os.fork()
    if child == 0:
        post()
        os._exit(0)
    os.waitpid(child, 0)
else:
    # One write, so that what follows the end is there when the end is read.
    os.write(4, END + LATE * 3)
    time.sleep(5)
