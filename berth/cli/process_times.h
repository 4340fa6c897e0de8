// How much processor time processes use.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string_view>

namespace berth::cli {

// Of a line of /proc/PID/stat: the parent, and clock ticks that the process has used. Zero where it cannot be read: the
// kernel's format is known, so that is no process any more. Pure.
struct ProcessStat {
  std::int64_t parent = 0;
  std::uint64_t ticks = 0;
};
ProcessStat parse_process_stat(std::string_view line);

// Looks at all processes, again and again.
class ProcessTimes {
 public:
  // The share of one processor that each process, with all below it, has used since it was asked last. Nothing the
  // first time.
  std::map<std::int64_t, double> shares_since_last_time();

 private:
  std::map<std::int64_t, std::uint64_t> before_;  // ticks, by process
  std::chrono::steady_clock::time_point at_ = {};
};

}  // namespace berth::cli
