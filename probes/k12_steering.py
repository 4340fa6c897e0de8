"""
id: K12
title: write to what steers the machine (/proc/sys, sysrq, /sys, cgroups)
expected: none of 75 paths opens for writing
quick: yes
runs:
- expect:
    "/*": EROFS|EACCES|EPERM|EISDIR|ENOENT
    there: ">= 40"
    writable: 0
  show: [writable, there]
- control: without seccomp, capabilities, user namespace and masks of /proc
  without: [seccomp, capabilities, user_namespace, proc_masks]
  expect:
    writable: ">= 30"
    /proc/sys/kernel/core_pattern: ok
  show: [writable]
"""
names = """
/proc/sysrq-trigger /proc/sys/kernel/core_pattern /proc/sys/kernel/core_uses_pid /proc/sys/kernel/hostname
/proc/sys/kernel/domainname /proc/sys/kernel/modprobe /proc/sys/kernel/hotplug /proc/sys/kernel/panic
/proc/sys/kernel/panic_on_oops /proc/sys/kernel/printk /proc/sys/kernel/sysrq /proc/sys/kernel/pid_max
/proc/sys/kernel/threads-max /proc/sys/kernel/kptr_restrict /proc/sys/kernel/dmesg_restrict
/proc/sys/kernel/perf_event_paranoid /proc/sys/kernel/unprivileged_bpf_disabled /proc/sys/kernel/randomize_va_space
/proc/sys/kernel/msgmax /proc/sys/kernel/shmmax /proc/sys/kernel/sem /proc/sys/kernel/ns_last_pid
/proc/sys/kernel/yama/ptrace_scope /proc/sys/kernel/cap_last_cap /proc/sys/kernel/random/write_wakeup_threshold
/proc/sys/kernel/random/urandom_min_reseed_secs /proc/sys/kernel/keys/maxkeys /proc/sys/kernel/tainted
/proc/sys/vm/overcommit_memory /proc/sys/vm/drop_caches /proc/sys/vm/swappiness /proc/sys/vm/panic_on_oom
/proc/sys/vm/oom_kill_allocating_task /proc/sys/vm/max_map_count /proc/sys/vm/min_free_kbytes /proc/sys/vm/mmap_min_addr
/proc/sys/vm/nr_hugepages /proc/sys/vm/unprivileged_userfaultfd /proc/sys/vm/compact_memory
/proc/sys/vm/legacy_va_layout /proc/sys/fs/file-max /proc/sys/fs/nr_open /proc/sys/fs/suid_dumpable
/proc/sys/fs/protected_hardlinks
/proc/sys/fs/protected_symlinks /proc/sys/fs/protected_regular /proc/sys/fs/pipe-max-size /proc/sys/fs/lease-break-time
/proc/sys/fs/inotify/max_user_watches /proc/sys/fs/mqueue/queues_max /proc/sys/fs/binfmt_misc/register
/proc/sys/fs/binfmt_misc/status /proc/sys/user/max_user_namespaces /proc/sys/net/ipv4/ip_forward
/proc/sys/net/core/somaxconn /proc/sys/net/ipv4/ping_group_range /proc/irq/default_smp_affinity /proc/bus/pci/00
/proc/fs/jbd2 /proc/timer_list /proc/kcore /proc/kmsg /proc/keys
/sys/kernel/uevent_helper /sys/kernel/mm/transparent_hugepage/enabled /sys/power/state /sys/kernel/debug
/sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory/memory.memsw.limit_in_bytes
/sys/fs/cgroup/memory/cgroup.procs /sys/fs/cgroup/memory/release_agent /sys/fs/cgroup/memory/notify_on_release
/sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cgroup.procs /sys/fs/cgroup/memory.max
/sys/fs/cgroup/pids.max /sys/fs/cgroup/cgroup.subtree_control /sys/fs/cgroup/release_agent
""".split()
found = {name: attempt(lambda: os.close(os.open(name, os.O_WRONLY))) for name in names}
def lower():
    with open('/proc/self/oom_score_adj', 'w') as file:
        file.write('-1000')
found['/proc/self/oom_score_adj'] = attempt(lower)
found['there'] = sum(said not in ('ENOENT', 'EISDIR') for said in found.values())
found['writable'] = list(found.values()).count('ok')
demisto.results(found)
