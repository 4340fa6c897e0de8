#include "berth/engine/outcome.h"

#include <fmt/format.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

namespace berth::engine {
namespace {

struct Row {
  Cause cause;
  std::string_view name;
  int exit_code;
};

constexpr Row kRows[] = {
    {Cause::Completed, "completed", 0},
    {Cause::Exception, "exception", 3},
    {Cause::Timeout, "timeout", 4},
    {Cause::Memory, "memory", 5},
    {Cause::ProcessLimit, "process limit", 6},
    {Cause::Signal, "signal", 7},
    {Cause::Seccomp, "seccomp", 8},
    {Cause::OutputLimit, "output limit", 9},
    {Cause::EndedEarly, "ended early", 10},
    {Cause::FailedToStart, "failed to start", 11},
    {Cause::Interrupted, "interrupted", 130},
};

const Row& row_of(Cause cause) {
  for (const Row& row : kRows) {
    if (row.cause == cause) return row;
  }
  BERTH_ASSERT(false);
}

std::string signal_name(int signal) {
  const char* abbreviation = ::sigabbrev_np(signal);
  return abbreviation != nullptr ? fmt::format("SIG{}", abbreviation) : fmt::format("signal {}", signal);
}

// What stands in the record alone.
Cause cause_of(const CallRecord& record, const container::ContainerEnd& end) {
  switch (record.stop) {
    case Stop::Completed:
      if (record.exception.empty()) return Cause::Completed;
      break;
    case Stop::Ended:
      break;
    case Stop::Timeout:
      // A call that waits for a process which it lost, or could not have, waits for ever.
      if (end.usage.oom_kills > 0) return Cause::Memory;
      return end.usage.refused_forks > 0 ? Cause::ProcessLimit : Cause::Timeout;
    case Stop::FrameLimit:
    case Stop::OutputLimit:
      return Cause::OutputLimit;
    case Stop::Interrupted:
      return Cause::Interrupted;
  }
  // It did not end well. A limit that was hit on the way is the better explanation than what it led to.
  if (end.usage.oom_kills > 0) return Cause::Memory;
  if (end.usage.refused_forks > 0) return Cause::ProcessLimit;
  if (record.stop == Stop::Completed) return Cause::Exception;
  if (!record.took_job) return Cause::FailedToStart;
  if (!end.status || !WIFSIGNALED(*end.status)) return Cause::EndedEarly;
  return WTERMSIG(*end.status) == SIGSYS ? Cause::Seccomp : Cause::Signal;
}

std::string last_line_of(const std::vector<std::string>& exception) {
  for (auto line = exception.rbegin(); line != exception.rend(); ++line) {
    std::string text = *line;
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    if (!text.empty()) return text.substr(text.rfind('\n') + 1);
  }
  return "no text";
}

}  // namespace

std::optional<Cause> cause_named(std::string_view name) {
  for (const Row& row : kRows) {
    if (row.name == name) return row.cause;
  }
  return std::nullopt;
}

std::string_view name_of(Cause cause) { return row_of(cause).name; }

int exit_code_of(Cause cause) { return row_of(cause).exit_code; }

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::pair<int, const char*> kUnits[] = {{30, "GiB"}, {20, "MiB"}, {10, "KiB"}};
  for (const auto& [shift, unit] : kUnits) {
    const double whole = static_cast<double>(bytes) / static_cast<double>(1ull << shift);
    if (whole >= 1) return fmt::format("{:.4g} {}", whole, unit);
  }
  return fmt::format("{} B", bytes);
}

Outcome outcome_of(const CallRecord& record, const container::ContainerEnd& end, const container::Limits& limits) {
  Outcome outcome;
  outcome.cause = cause_of(record, end);
  outcome.peak_memory_bytes = end.usage.peak_memory_bytes;
  outcome.cpu_time = end.cpu_time;
  outcome.wall_time = record.wall_time;
  outcome.oom_kills = end.usage.oom_kills;
  outcome.refused_forks = end.usage.refused_forks;
  if (end.status && WIFEXITED(*end.status)) outcome.status = WEXITSTATUS(*end.status);
  if (end.status && WIFSIGNALED(*end.status)) outcome.signal = WTERMSIG(*end.status);
  switch (outcome.cause) {
    case Cause::Completed:
      outcome.explanation = "the call completed";
      break;
    case Cause::Exception:
      outcome.explanation = fmt::format("the script raised: {}", last_line_of(record.exception));
      break;
    case Cause::Timeout:
      outcome.limit = fmt::format("wall time {} s", std::chrono::duration<double>(limits.wall_time).count());
      outcome.raised_by = "--timeout";
      outcome.explanation = "the call took longer than it may";
      break;
    case Cause::Memory:
      outcome.limit = fmt::format("memory {}", bytes_text(limits.memory_bytes));
      outcome.raised_by = "--memory";
      outcome.explanation = "the kernel ended a process of the call because it needed more memory than it may";
      break;
    case Cause::ProcessLimit:
      outcome.limit = fmt::format("{} processes and threads", limits.pids);
      outcome.raised_by = "--pids";
      outcome.explanation = fmt::format("the call tried to start more processes or threads than it may ({} refused)",
                                        end.usage.refused_forks);
      break;
    case Cause::Signal:
      outcome.explanation = fmt::format("the interpreter was killed by {}", signal_name(outcome.signal.value_or(0)));
      break;
    case Cause::Seccomp:
      outcome.explanation =
          "the interpreter was killed because it entered the kernel through a foreign system call table";
      break;
    case Cause::OutputLimit:
      outcome.limit = record.stop == Stop::FrameLimit
                          ? fmt::format("{} for one message", bytes_text(limits.frame_bytes))
                          : fmt::format("{} of output", bytes_text(limits.output_bytes));
      outcome.raised_by = record.stop == Stop::FrameLimit ? "limits.message in the configuration"
                                                          : "limits.output in the configuration";
      outcome.explanation = "the call wrote more than it may";
      break;
    case Cause::EndedEarly:
      outcome.explanation = outcome.status
                                ? fmt::format(
                                      "the interpreter ended with status {} before the call was completed; the "
                                      "script ended the process itself or closed its channel",
                                      *outcome.status)
                                : "the script closed its channel to the host before the call was completed";
      break;
    case Cause::FailedToStart:
      outcome.explanation =
          outcome.signal
              ? fmt::format("the interpreter was killed by {} before it took the call", signal_name(*outcome.signal))
          : outcome.status
              ? fmt::format("the interpreter ended with status {} before it took the call", *outcome.status)
              : "the interpreter closed its channel before it took the call";
      break;
    case Cause::Interrupted:
      outcome.explanation = "the call was stopped from outside";
      break;
  }
  return outcome;
}

}  // namespace berth::engine
