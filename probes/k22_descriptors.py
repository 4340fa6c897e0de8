"""
id: K22
title: find descriptors of the host
expected: only 0 to 4, of which children inherit 0 to 2
quick: yes
runs:
- expect:
    numbers: "[0, 1, 2, 3, 4]"
    inheritable: "[0, 1, 2]"
    cwd: /work
  show: [numbers, inheritable]
- control: without close_descriptors
  without: [close_descriptors]
  expect:
    others: ">= 1"
  show: [numbers]
"""
found = {}
for name in os.listdir('/proc/self/fd'):
    try:
        found[name] = os.readlink('/proc/self/fd/' + name)
    except OSError:
        pass  # the one with which the folder was listed
inherited = {name: os.get_inheritable(int(name)) for name in found}
import subprocess
child = subprocess.run(['ls', '/proc/self/fd'], stdout=-1, close_fds=False).stdout.decode().split()
numbers = sorted(int(name) for name in found)
demisto.results({'numbers': numbers, 'others': len([n for n in numbers if n > 4]), 'fds': found, 'inheritable': sorted(int(n) for n in found if inherited[n]), 'child': child,
                 'cwd': os.getcwd()})
