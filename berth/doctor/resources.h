// What there is to hand out: descriptors, memory, processes, entropy.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "berth/base/result.h"
#include "berth/doctor/check.h"

namespace berth::doctor {

struct DescriptorFacts {
  std::uint64_t hard = 0;    // limit of this process
  std::uint64_t wanted = 0;  // what a call is to have (limits.open_files_hard)
  std::string system;        // text of /proc/sys/fs/file-nr: open, free, most
};
DescriptorFacts descriptor_facts(const Asked& asked);
CheckResult judge_descriptors(const DescriptorFacts& facts);

struct MemoryFacts {
  std::string meminfo;             // text of /proc/meminfo
  std::uint64_t wanted_bytes = 0;  // what a call may take (limits.memory)
};
MemoryFacts memory_facts(const Asked& asked);
CheckResult judge_memory(const MemoryFacts& facts);

struct ProcessFacts {
  std::uint64_t running = 0;       // processes and threads, now
  std::uint64_t most = 0;          // the smaller of kernel.pid_max and kernel.threads-max
  std::uint64_t most_of_user = 0;  // RLIMIT_NPROC; 0: none
  std::uint64_t wanted = 0;        // what a call may start (limits.pids)
};
ProcessFacts process_facts(const Asked& asked);
CheckResult judge_processes(const ProcessFacts& facts);

// Random bytes, had without waiting.
Result<void> try_random();
CheckResult judge_random(const Result<void>& tried);

}  // namespace berth::doctor
