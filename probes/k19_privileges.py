"""
id: K19
title: setuid programs, setuid(0), capset, ambient capabilities
expected: no capability, no gain
quick: yes
machine: x86_64
runs:
- expect:
    ids: "[4000, 4000, 4000, 4000, 4000, 4000]"
    groups: "[]"
    status Cap*: "0000000000000000"
    status NoNewPrivs: 1
    status Seccomp: 2
    set*: EPERM
    setuid files: "[*"
    capset: EPERM
    ambient: EPERM
    shadow: PermissionError*|FileNotFoundError*
    passwd -S: 1..255
    mounts that honour setuid: "[]"
  show: [setuid, capset, ambient, status CapBnd]
- control: without capabilities and seccomp
  without: [capabilities, seccomp]
  expect:
    ids: "[0, 0, 0, 0, 0, 0]"
    setuid: ok
    setresgid: ok
    capset: ok
    passwd -S: 0
  show: [setuid, capset, status CapEff]
"""
import subprocess
status = dict(line.rstrip('\n').split(':\t', 1) for line in open('/proc/self/status') if ':\t' in line)
header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)(1 << 21, 1 << 21, 0, 0, 0, 0)
setuid_files = []
for folder, names, files in os.walk('/'):
    if folder in ('/proc', '/sys'):
        names.clear()
        continue
    for name in files:
        try:
            if os.lstat(os.path.join(folder, name)).st_mode & 0o6000:
                setuid_files.append(os.path.join(folder, name))
        except OSError:
            pass
mounts = [line.split()[4:6] for line in open('/proc/self/mountinfo')]
demisto.results({
    'ids': list(os.getresuid() + os.getresgid()), 'groups': os.getgroups(),
    'status': {name: text for name, text in status.items()
               if name.startswith('Cap') or name in ('NoNewPrivs', 'Seccomp')},
    'setuid': in_child(lambda: syscall(105, 0)), 'setresgid': in_child(lambda: syscall(119, 0, 0, 0)),
    'setgroups': in_child(lambda: syscall(116, 1, (ctypes.c_uint32 * 1)(0))),
    'capset': in_child(lambda: syscall(126, header, data)),
    'ambient': in_child(lambda: syscall(157, 47, 2, 21, 0, 0)),
    'nothing lost': in_child(lambda: syscall(157, 38, 0, 0, 0, 0)),
    'shadow': in_child(lambda: open('/etc/shadow').read(1)),
    'setuid files': setuid_files,
    'passwd -S': subprocess.run(['passwd', '-S', 'root'], stdout=-1, stderr=-1).returncode,
    'mounts that honour setuid': [point for point, options in mounts if 'nosuid' not in options.split(',')],
})
