// The first process of a container: carries out the passes of the isolation, starts the script, reaps.
#pragma once

#include <linux/filter.h>

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "berth/container/launch_spec.h"
#include "berth/sys/cgroup.h"

namespace berth::container {

constexpr std::size_t kMostPasses = 24;
constexpr int kReportDescriptor = 64;  // the lowest number of InitPlan::report

// What init says to the host, one whole record a write. A script cannot reach this channel.
struct InitReport {
  enum class Kind : std::uint32_t {
    Started,  // every pass is done, and the interpreter runs
    Failed,   // `text` names the pass and its error; nothing of the script has run
    Missing,  // the image has no interpreter; `text` says what was looked for
    Ended,    // the interpreter's process ended with wait status `status`
  };
  Kind kind = Kind::Failed;
  std::int32_t status = 0;
  std::array<std::int64_t, kMostPasses> pass_ends_ns = {};  // Started: when each pass was done, CLOCK_MONOTONIC
  std::array<char, 512> text = {};
};

// What the last steps before a program of the container need (script_process.cc). Descriptors are borrowed.
struct ScriptPlan {
  const LaunchSpec& spec;
  std::span<const sock_filter> filter;
  ProcessBounds bounds;
  bool is_visit = false;        // not the script: it ends with the process that started it, too
  bool takes_terminal = false;  // `in` is a terminal, which becomes the program's own
  int lock = -1;                // the lease, held as long as init lives
  int report = -1;              // InitReports go here; kReportDescriptor or above
  int in = -1;                  // descriptors 0 to 4 of the script; the last two are -1 for Channel::Stdio
  int out = -1;
  int err = -1;
  int frames_in = -1;
  int frames_out = -1;
};

// What the host made ready for a container.
struct InitPlan : ScriptPlan {
  const sys::Cgroup& cgroup;
  std::string stage;       // folder with `root`, `scratch`, `furniture` to build in
  bool of_machine = true;  // Ground::of_machine: the devices in `furniture` are nodes
  int root = -1;
  int scratch = -1;
  int furniture = -1;
  int go = -1;  // a byte arrives once the id map is written, and one with the fixed files; its end when the host died
};

// Never returns to the caller's code path in the child but with an exit status. Runs as the first process of new
// namespaces, in a copy of a single-threaded process.
int run_init(const InitPlan& plan);

// The names of the passes, in their order, for traces.
std::vector<const char*> pass_names();

}  // namespace berth::container
