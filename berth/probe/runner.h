// Runs Berth's own probes, each with all guards and then without the one that it tries.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "berth/app/settings.h"
#include "berth/base/result.h"
#include "berth/probe/embedded.h"
#include "berth/probe/host_door.h"
#include "berth/probe/judgement.h"
#include "berth/probe/run_calls.h"

namespace berth::probe {

enum class Verdict {
  Holds,     // stopped as stated; the control got through; the host is as before
  Broken,    // something was not stopped as stated, or something was left on the host
  Unproven,  // stopped, but the control did not get through here, so that this proves nothing
};

struct RunReport {
  std::string control;  // as declared; empty: with every guard
  std::string seen;     // for a person
  Facts facts;
  std::vector<std::string> wrong;  // what was not as expected, a line each
  std::vector<std::string> left;   // on the host
  std::chrono::nanoseconds time = {};
};

struct ProbeReport {
  Verdict verdict = Verdict::Unproven;
  std::string reason;  // of a verdict other than Holds
  std::vector<RunReport> runs;
  std::chrono::nanoseconds time = {};
  bool interrupted = false;
};

// What the runs add up to. Pure.
Verdict verdict_of(const std::vector<RunReport>& runs);

// Used by one thread, in a process with no other.
class Runner {
 public:
  // `image` is where the probes run. `guards` are those of the program: every one in the one that is installed. `kind`
  // is that of the calls that have all of them; controls have containers of their own. `interrupt` is readable once the
  // user wants an end.
  // Errors: those of opening the sockets that probes look for.
  static Result<Runner> open(app::Settings settings, std::string image, container::Guards guards, CallKind kind,
                             int interrupt);

  // Whether a call that does nothing can be made at all. Errors: those of a call that does not start.
  Result<void> try_a_call();

  ProbeReport run(const OwnProbe& probe);

 private:
  Runner(app::Settings settings, std::string image, container::Guards guards, CallKind kind, int interrupt,
         HostDoor door);
  std::vector<content::Assignment> arguments_for(const Run& run, std::uint32_t number) const;
  std::string jobs_of(const Probe& probe, const Run& run) const;
  RunReport run_once(const Probe& probe, const Run& run);
  Result<std::vector<std::string>> call(const Probe& probe, const Run& run, RunReport& report);
  Result<RunCalls> open_calls(const Run& run) const;
  Result<app::CallAnswer> call_once(RunCalls& calls, const Probe& probe, const Run& run, std::uint32_t number,
                                    std::function<void(engine::Direction, std::string_view)> on_frame = {});
  Result<std::string> call_beside(const Probe& probe, const Run& run, const std::function<Result<void>()>& meanwhile);
  Result<std::vector<std::string>> reuse(const Probe& probe, const Run& run, RunReport& report);
  container::Guards guards_for(const Run& run) const;

  app::Settings settings_;
  std::string image_;
  container::Guards guards_;
  CallKind kind_;
  int interrupt_;
  HostDoor door_;
  bool interrupted_ = false;
};

}  // namespace berth::probe
