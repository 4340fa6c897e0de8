"""
id: K23
title: write over the program that started the container, through /proc/PID/exe
expected: read-only, busy or hidden
quick: yes
runs:
- expect:
    "*": EROFS|ETXTBSY|EACCES|ENOENT|EPERM
    copy while it runs: ETXTBSY
    copy afterwards: ok
  show: [/proc/self/exe, /proc/1/exe, /usr/bin/python3]
- control: a copy that the script may write to, once it does not run
  expect:
    copy afterwards: ok
  show: [copy afterwards]
"""
import shutil
import subprocess

def open_to_write(path):
    return attempt(lambda: os.close(os.open(path, os.O_WRONLY)))


found = {path: open_to_write(path)
         for path in ('/proc/self/exe', '/proc/1/exe', '/proc/thread-self/exe', '/proc/%d/exe' % os.getppid(),
                      '/usr/bin/python3', sys.executable or '/usr/bin/python3', '/run/berth/loop.py',
                      '/run/berth/loop.pyc')}
# By way of a descriptor that stays after the program has ended, as the attack does.
held = os.open('/proc/self/exe', os.O_PATH)
found['by descriptor'] = in_child(lambda: open_to_write('/proc/self/fd/%d' % held))
copy = '/tmp/sleeper'
shutil.copy('/bin/sleep', copy)
sleeper = subprocess.Popen([copy, '60'])
through = os.open('/proc/%d/exe' % sleeper.pid, os.O_PATH)
found['copy while it runs'] = open_to_write('/proc/self/fd/%d' % through)
sleeper.kill()
sleeper.wait()
found['copy afterwards'] = open_to_write('/proc/self/fd/%d' % through)
demisto.results(found)
