// Why a call ended, and what that means: the cause, its exit code, the limit that was hit and how to raise it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "berth/container/container.h"
#include "berth/engine/record.h"

namespace berth::engine {

enum class Cause {
  Completed,
  Exception,
  Timeout,
  Memory,
  ProcessLimit,
  Signal,
  Seccomp,
  OutputLimit,
  EndedEarly,     // the interpreter's process ended without completing the call
  FailedToStart,  // no byte of the script ran
  Interrupted,
};

// The name in JSON and texts: "completed", "process limit".
std::string_view name_of(Cause cause);

// The cause of that name; nothing for any other text.
std::optional<Cause> cause_named(std::string_view name);

// The exit status of `berth run` for a call that ended so; docs/exit-codes.md lists them. A completed call that
// posted an error entry has kErrorEntryExit.
int exit_code_of(Cause cause);
constexpr int kErrorEntryExit = 1;

struct Outcome {
  Cause cause = Cause::FailedToStart;
  std::string explanation;  // one sentence for a person
  std::string limit;        // the limit that was hit: "memory 1 GiB"; empty for none
  std::string raised_by;    // the option that raises it: "--memory"
  std::optional<int> signal;
  std::optional<int> status;  // exit status of the interpreter, where it ended by itself
  std::optional<std::uint64_t> peak_memory_bytes;
  std::chrono::nanoseconds cpu_time = {};
  std::chrono::nanoseconds wall_time = {};
  std::uint64_t oom_kills = 0;      // of any process of the container, also where the call completed all the same
  std::uint64_t refused_forks = 0;  // likewise
};

// What the facts add up to. Pure.
Outcome outcome_of(const CallRecord& record, const container::ContainerEnd& end, const container::Limits& limits);

// "1 GiB", "128 MiB", "1000 B".
std::string bytes_text(std::uint64_t bytes);

}  // namespace berth::engine
