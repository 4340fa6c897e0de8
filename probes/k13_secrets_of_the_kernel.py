"""
id: K13
title: read what the kernel tells of itself (kcore, kallsyms, keys, timers, interrupts, firmware, log, memory)
expected: hidden, empty or refused; not one address of the kernel
quick: yes
runs:
- expect:
    "/*": empty|ENOENT|EACCES|EPERM|ENXIO|EISDIR
    syslog: EPERM
    addresses of the kernel: 0
    tells: 0
  show: [tells, addresses of the kernel, syslog]
- control: without seccomp, capabilities, user namespace and masks of /proc
  without: [seccomp, capabilities, user_namespace, proc_masks]
  expect:
    tells: ">= 4"
  show: [tells, addresses of the kernel, syslog]
"""
import re

NAMES = '''
/proc/kcore /proc/kallsyms /proc/keys /proc/key-users /proc/timer_list /proc/timer_stats /proc/sched_debug
/proc/latency_stats /proc/interrupts /proc/softirqs /proc/vmallocinfo /proc/slabinfo /proc/pagetypeinfo /proc/kmsg
/proc/kpagecount /proc/kpageflags /proc/kpagecgroup /proc/iomem /proc/ioports /proc/dma /proc/modules /proc/mtd
/proc/scsi /proc/acpi /proc/asound /proc/driver /proc/sysvipc/shm /proc/swaps /proc/locks /proc/schedstat
/proc/config.gz /proc/pressure/cpu /proc/mdstat /proc/partitions /proc/diskstats /proc/bus/input/devices
/proc/tty/drivers /proc/sys/kernel/random/boot_id /proc/sys/kernel/tainted /proc/dynamic_debug/control /proc/bootconfig
/sys/firmware /sys/kernel/debug /sys/kernel/tracing /sys/kernel/security /sys/kernel/notes /sys/kernel/vmcoreinfo
/sys/devices/virtual/powercap /sys/class/dmi/id/product_uuid /sys/module /sys/fs/pstore /sys/power/state
/dev/mem /dev/kmem /dev/port /dev/kmsg /dev/vda /dev/sda /dev/fuse /dev/kvm /dev/cpu/0/msr /dev/mapper/control
'''.split()
# What any user of any machine may read, and what tells nothing of other users.
HARMLESS = set('''/proc/sysvipc/shm /proc/swaps /proc/locks /proc/schedstat /proc/mdstat /proc/sys/kernel/random/boot_id
/proc/sys/kernel/tainted /proc/tty/drivers /proc/key-users /proc/pressure/cpu /proc/partitions /proc/diskstats
/proc/softirqs /proc/config.gz /proc/iomem /proc/ioports /proc/dma /proc/modules /proc/bootconfig'''.split())


def told(name):
    """'empty', the errno, or how many bytes it gives."""
    if os.path.isdir(name):
        return 'empty' if not os.listdir(name) else '%d entries' % len(os.listdir(name))
    with open(name, 'rb', 0) as file:
        os.set_blocking(file.fileno(), False)
        text = file.read(1 << 16)
    return '%d bytes' % len(text) if text else 'empty'


def outcome(name):
    try:
        return told(name)
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))


def addresses():
    """Kernel addresses in any text of /proc that can be read."""
    found = 0
    for folder, names, files in os.walk('/proc'):
        if folder == '/proc':
            names[:] = [name for name in names if not name.isdigit() and name != 'sys']
        for name in files:
            try:
                with open(os.path.join(folder, name), 'rb', 0) as file:
                    os.set_blocking(file.fileno(), False)
                    text = file.read(1 << 20) or b''
            except (OSError, ValueError):
                continue
            found += len(re.findall(rb'\b[f]{4}[89a-f][0-9a-f]{11}\b', text))
    return found


found = {name: outcome(name) for name in NAMES if name not in HARMLESS}
buffer = ctypes.create_string_buffer(4096)
log = libc.klogctl(3, buffer, 4096)
demisto.results(dict(found, **{
    'tells': sum(' ' in said for said in found.values()), 'addresses of the kernel': addresses(),
    'syslog': 'ok' if log >= 0 else errno.errorcode[ctypes.get_errno()]}))
