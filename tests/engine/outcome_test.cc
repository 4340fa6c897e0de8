#include "berth/engine/outcome.h"

#include <gtest/gtest.h>
#include <signal.h>

namespace berth::engine {
namespace {

using namespace std::chrono_literals;

// Wait statuses, as wait(2) gives them.
constexpr int exited(int status) { return status << 8; }
constexpr int killed_by(int signal) { return signal; }

struct Facts {
  Stop stop = Stop::Completed;
  std::vector<std::string> exception = {};
  std::optional<int> status = {};
  std::uint64_t oom_kills = 0;
  std::uint64_t refused_forks = 0;
  bool took_job = true;
};

struct OutcomeRow {
  const char* name;
  Facts facts;
  Cause cause;
  const char* explanation;
  const char* limit = "";
  const char* raised_by = "";
};

const std::vector<std::string> kRaised = {"Traceback (most recent call last):\n", "ValueError: no\n"};

const OutcomeRow kOutcomes[] = {
    {"Completed", {.status = exited(0)}, Cause::Completed, "the call completed"},
    {"CompletedThoughChildrenDied", {.oom_kills = 2, .refused_forks = 3}, Cause::Completed, "the call completed"},
    {"Exception", {.exception = kRaised}, Cause::Exception, "the script raised: ValueError: no"},
    {"ExceptionOfOneText",
     {.exception = {"Traceback\n  File\nKeyError: 'a'\n"}},
     Cause::Exception,
     "raised: KeyError: 'a'"},
    {"ExceptionWithBlankEnd", {.exception = {"IndexError\n", " \n", "\n"}}, Cause::Exception, "raised: IndexError"},
    {"ExceptionWithoutText", {.exception = {"\n", ""}}, Cause::Exception, "the script raised: no text"},
    {"ExceptionAfterOom",
     {.exception = kRaised, .oom_kills = 1},
     Cause::Memory,
     "needed more memory than it may",
     "memory 1 GiB",
     "--memory"},
    {"ExceptionAfterRefusedFork",
     {.exception = kRaised, .refused_forks = 4},
     Cause::ProcessLimit,
     "more processes or threads than it may (4 refused)",
     "256 processes and threads",
     "--pids"},
    {"Timeout", {.stop = Stop::Timeout}, Cause::Timeout, "longer than it may", "wall time 1.5 s", "--timeout"},
    {"TimeoutAfterOom",
     {.stop = Stop::Timeout, .oom_kills = 1, .refused_forks = 1},
     Cause::Memory,
     "needed more memory than it may",
     "memory 1 GiB",
     "--memory"},
    {"TimeoutAfterRefusedFork",
     {.stop = Stop::Timeout, .refused_forks = 1},
     Cause::ProcessLimit,
     "(1 refused)",
     "256 processes and threads",
     "--pids"},
    {"Memory",
     {.stop = Stop::Ended, .status = killed_by(SIGKILL), .oom_kills = 1},
     Cause::Memory,
     "the kernel ended a process",
     "memory 1 GiB",
     "--memory"},
    {"MemoryBeforeForks",
     {.stop = Stop::Ended, .oom_kills = 1, .refused_forks = 9},
     Cause::Memory,
     "more memory",
     "memory 1 GiB",
     "--memory"},
    {"MemoryBeforeSeccomp",
     {.stop = Stop::Ended, .status = killed_by(SIGSYS), .oom_kills = 1},
     Cause::Memory,
     "more memory",
     "memory 1 GiB",
     "--memory"},
    {"ForksBeforeSignal",
     {.stop = Stop::Ended, .status = killed_by(SIGABRT), .refused_forks = 2},
     Cause::ProcessLimit,
     "(2 refused)",
     "256 processes and threads",
     "--pids"},
    {"Signal", {.stop = Stop::Ended, .status = killed_by(SIGSEGV)}, Cause::Signal, "killed by SIGSEGV"},
    {"SignalWithCore", {.stop = Stop::Ended, .status = killed_by(SIGABRT) | 0x80}, Cause::Signal, "killed by SIGABRT"},
    {"SignalWithoutName", {.stop = Stop::Ended, .status = killed_by(40)}, Cause::Signal, "killed by signal 40"},
    {"SignalAfterException",
     {.stop = Stop::Ended, .exception = kRaised, .status = killed_by(SIGKILL)},
     Cause::Signal,
     "killed by SIGKILL"},
    {"Seccomp", {.stop = Stop::Ended, .status = killed_by(SIGSYS)}, Cause::Seccomp, "foreign system call table"},
    {"EndedEarly", {.stop = Stop::Ended, .status = exited(0)}, Cause::EndedEarly, "ended with status 0 before"},
    {"EndedEarlyWithStatus", {.stop = Stop::Ended, .status = exited(7)}, Cause::EndedEarly, "with status 7"},
    {"ClosedItsChannel", {.stop = Stop::Ended}, Cause::EndedEarly, "closed its channel to the host"},
    {"NeverBegan",
     {.stop = Stop::Ended, .status = exited(1), .took_job = false},
     Cause::FailedToStart,
     "ended with status 1 before it took the call"},
    {"KilledBeforeItBegan",
     {.stop = Stop::Ended, .status = killed_by(SIGSEGV), .took_job = false},
     Cause::FailedToStart,
     "killed by SIGSEGV before it took the call"},
    {"ClosedItsChannelBeforeItBegan",
     {.stop = Stop::Ended, .took_job = false},
     Cause::FailedToStart,
     "closed its channel before it took the call"},
    {"OutOfMemoryBeforeItBegan",
     {.stop = Stop::Ended, .oom_kills = 1, .took_job = false},
     Cause::Memory,
     "more memory",
     "memory 1 GiB",
     "--memory"},
    {"FrameLimit",
     {.stop = Stop::FrameLimit, .oom_kills = 1},
     Cause::OutputLimit,
     "wrote more than it may",
     "16 MiB for one message",
     "limits.message in the configuration"},
    {"OutputLimit",
     {.stop = Stop::OutputLimit, .refused_forks = 1},
     Cause::OutputLimit,
     "wrote more than it may",
     "64 MiB of output",
     "limits.output in the configuration"},
    {"Interrupted",
     {.stop = Stop::Interrupted, .oom_kills = 1, .refused_forks = 1},
     Cause::Interrupted,
     "from outside"},
};

class OutcomeOf : public ::testing::TestWithParam<OutcomeRow> {};

TEST_P(OutcomeOf, NamesCauseLimitAndRemedy) {
  const OutcomeRow& row = GetParam();
  CallRecord record;
  record.stop = row.facts.stop;
  record.exception = row.facts.exception;
  record.took_job = row.facts.took_job;
  record.wall_time = 3s;
  container::ContainerEnd end;
  end.status = row.facts.status;
  end.usage = {.peak_memory_bytes = 12345, .oom_kills = row.facts.oom_kills, .refused_forks = row.facts.refused_forks};
  end.cpu_time = 2s;
  container::Limits limits;
  limits.wall_time = 1500ms;
  const Outcome outcome = outcome_of(record, end, limits);
  EXPECT_EQ(name_of(outcome.cause), name_of(row.cause));
  EXPECT_NE(outcome.explanation.find(row.explanation), std::string::npos) << outcome.explanation;
  EXPECT_EQ(outcome.limit, row.limit);
  EXPECT_EQ(outcome.raised_by, row.raised_by);
  EXPECT_EQ(outcome.peak_memory_bytes, 12345u);
  EXPECT_EQ(outcome.cpu_time, 2s);
  EXPECT_EQ(outcome.wall_time, 3s);
  EXPECT_EQ(outcome.oom_kills, row.facts.oom_kills);
  EXPECT_EQ(outcome.refused_forks, row.facts.refused_forks);
}

INSTANTIATE_TEST_SUITE_P(Table, OutcomeOf, ::testing::ValuesIn(kOutcomes),
                         [](const auto& row) { return row.param.name; });

TEST(OutcomeOf, TellsStatusAndSignalApart) {
  container::ContainerEnd end;
  end.status = exited(9);
  const Outcome ended = outcome_of({.stop = Stop::Ended}, end, {});
  EXPECT_EQ(ended.status, 9);
  EXPECT_EQ(ended.signal, std::nullopt);
  end.status = killed_by(SIGKILL);
  const Outcome killed = outcome_of({.stop = Stop::Ended}, end, {});
  EXPECT_EQ(killed.status, std::nullopt);
  EXPECT_EQ(killed.signal, SIGKILL);
}

TEST(Cause, HasANameAndAnExitCodeOfItsOwn) {
  const std::tuple<Cause, const char*, int> rows[] = {
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
  for (const auto& [cause, name, exit_code] : rows) {
    EXPECT_EQ(name_of(cause), name);
    EXPECT_EQ(exit_code_of(cause), exit_code) << name;
    EXPECT_TRUE(exit_code == 0 || exit_code > 2) << "1 is an error entry's, 2 is a wrong request's";
  }
}

TEST(BytesText, IsShort) {
  const std::pair<std::uint64_t, const char*> rows[] = {
      {0, "0 B"},
      {1000, "1000 B"},
      {1023, "1023 B"},
      {1024, "1 KiB"},
      {1536, "1.5 KiB"},
      {128ull << 20, "128 MiB"},
      {1ull << 30, "1 GiB"},
      {(1ull << 30) + (1ull << 29), "1.5 GiB"},
      {1234567, "1.177 MiB"},
      {1ull << 40, "1024 GiB"},
  };
  for (const auto& [bytes, text] : rows) EXPECT_EQ(bytes_text(bytes), text);
}

}  // namespace
}  // namespace berth::engine
