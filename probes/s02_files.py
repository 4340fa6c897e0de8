"""
id: S02
title: files that the call before left (/tmp, HOME, /dev/shm, the work folder, libraries, compiled code)
expected: gone; libraries are read-only
quick: yes
runs:
- calls: 2
  expect: {"/*": gone, library *: EROFS}
- control: a process that is used again
  calls: 2
  reused: yes
  expect: {"/*": kept}
"""
PLACES = ['/tmp/left', '/var/tmp/left', '/dev/shm/left', '/home/demisto/left', '/work/left',
          '/home/demisto/.local/lib/python3/site-packages/left.py']


def leave(path):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w') as file:
        file.write('left')


if argument('call') == '1':
    for path in PLACES:
        leave(path)
else:
    found = {path: 'kept' if os.path.exists(path) else 'gone' for path in PLACES}
    folder = os.path.dirname(os.__file__)
    for path in ('%s/left.py' % folder, '%s/__pycache__/os.left.pyc' % folder, '%s/json/__init__.py' % folder,
                 '/usr/lib/python3/dist-packages/left.py'):
        found['library ' + path] = attempt(lambda: open(path, 'a').close())
    demisto.results(found)
