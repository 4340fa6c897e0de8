"""
id: K20
title: make and open device nodes
expected: mknod EPERM; only null, zero, full, random, urandom, tty and terminals are there
quick: yes
runs:
- expect:
    mknod *: EPERM
    opened *: ok
    opened /dev/tty: ENXIO
    strange devices: "[]"
  show: [mknod mem, mknod sda, strange devices]
- control: without capabilities, user namespace and seccomp
  without: [capabilities, user_namespace, seccomp]
  expect:
    mknod *: ok
"""
import stat
found = {'mknod': {name: attempt(lambda: os.mknod('/tmp/%s' % name, kind | 0o666, os.makedev(*number)))
                   for name, kind, number in (('mem', stat.S_IFCHR, (1, 1)), ('kmsg', stat.S_IFCHR, (1, 11)),
                                              ('sda', stat.S_IFBLK, (8, 0)), ('vda', stat.S_IFBLK, (254, 0)))}}
devices = []
for folder, names, files in os.walk('/'):
    if folder in ('/proc', '/sys'):
        names.clear()
    for name in files:
        path = os.path.join(folder, name)
        try:
            mode = os.lstat(path).st_mode
        except OSError:
            continue
        if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
            devices.append(path)
found['devices'] = sorted(devices)
found['opened'] = {path: attempt(lambda: os.close(os.open(path, os.O_RDWR | os.O_NONBLOCK))) for path in devices
                   if '/pts' not in path and '/tmp' not in path}
wanted = ['/dev/' + name for name in ('full', 'null', 'random', 'tty', 'urandom', 'zero')]
found['strange devices'] = [path for path in found['devices'] if path not in wanted and '/pts' not in path and '/tmp' not in path]
found['mounts'] = [line.split()[4] for line in open('/proc/self/mountinfo') if 'nodev' not in line.split()[5]]
demisto.results(found)
