// Parts of /proc that tell about, or steer, the host: for the first process of a container (init.cc) and for a zygote's
// child (loop/fork.cc), which is why this names nothing of a library.
#pragma once

namespace berth::container {

// One that the kernel does not have, or that only the host's root may read, needs no cover.
constexpr const char* kHiddenFiles[] = {
    "/proc/kcore",       "/proc/keys",          "/proc/kallsyms",   "/proc/timer_list",  "/proc/latency_stats",
    "/proc/sched_debug", "/proc/sysrq-trigger", "/proc/interrupts", "/proc/vmallocinfo", "/proc/kmsg"};
constexpr const char* kHiddenFolders[] = {"/proc/acpi", "/proc/scsi", "/proc/asound", "/proc/driver"};
constexpr const char* kReadOnlyFolders[] = {"/proc/sys", "/proc/irq", "/proc/bus", "/proc/fs"};

}  // namespace berth::container
