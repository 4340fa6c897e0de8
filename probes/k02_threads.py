"""
id: K02
title: 10,000 threads
expected: the pids cgroup refuses the 255th or, beside no init of its own, the 256th
quick: yes
runs:
- expect:
    threads: 254..255
    error: "can't start new thread"
    call cause: completed
    call refused forks: ">= 1"
  show: [threads, call refused forks]
- control: 800 processes and threads
  with: {pids: 800}
  arguments: {wanted: 600}
  expect:
    threads: 600
    error: none
  show: [threads]
"""
import threading

threading.stack_size(64 << 10)
wanted = int(argument('wanted', '10000'))
end = threading.Event()
threads, error = 0, 'none'
try:
    while threads < wanted:
        threading.Thread(target=end.wait, daemon=True).start()
        threads += 1
except RuntimeError as problem:
    error = str(problem)
end.set()
demisto.results({'threads': threads, 'error': error})
