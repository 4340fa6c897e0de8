// How much a call may use. The figures are on by default and documented in docs/isolation.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace berth::container {

struct Limits {
  std::uint64_t memory_bytes = 1ull << 30;  // swap included
  double cpus = 1.0;
  std::uint32_t pids = 256;
  std::uint32_t open_files_soft = 1024;
  std::uint32_t open_files_hard = 8192;
  std::uint64_t writable_bytes = 128ull << 20;  // /tmp, /var/tmp, /dev/shm, HOME and the work folder together
  std::uint32_t writable_files = 16'000;
  std::chrono::milliseconds wall_time = std::chrono::seconds(300);
  std::uint64_t frame_bytes = 16ull << 20;   // one message of the script
  std::uint64_t output_bytes = 64ull << 20;  // all messages and all that is printed
  // Go on where the machine cannot enforce some of them for this user; the outcome says which. Otherwise: refuse.
  bool allow_unlimited = false;

  friend bool operator==(const Limits&, const Limits&) = default;
};

// What bounds one process, as resource limits (setrlimit(2)).
struct ProcessBounds {
  std::uint32_t open_files_soft = 1024;
  std::uint32_t open_files_hard = 8192;
  std::optional<std::uint32_t> processes;      // of the script's user, where no cgroup counts them
  std::optional<std::uint64_t> private_bytes;  // of one process, where no cgroup counts them all
};

}  // namespace berth::container
