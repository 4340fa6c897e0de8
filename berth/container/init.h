// The first process of a container: carries out the passes of the isolation, starts the script, reaps.
#pragma once

#include <linux/filter.h>

#include <array>
#include <cstdint>
#include <optional>
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

// What the host made ready. Descriptors are borrowed.
struct InitPlan {
  const LaunchSpec& spec;
  const std::vector<sock_filter>& filter;
  const sys::Cgroup& cgroup;
  bool of_machine = true;                           // Ground::of_machine: the devices in `furniture` are nodes
  std::optional<std::uint32_t> most_processes;      // counted for the script's user, where no cgroup counts them
  std::optional<std::uint64_t> most_private_bytes;  // of one process, where no cgroup counts them all
  std::string stage;                                // folder with `root`, `scratch`, `furniture` to build in
  int root = -1;
  int scratch = -1;
  int furniture = -1;
  int lock = -1;    // the lease, held as long as init lives
  int go = -1;      // a byte arrives once the id map is written; end of file when the host's process died
  int report = -1;  // InitReports go here; kReportDescriptor or above
  int in = -1;      // descriptors 0 to 4 of the script; the last two are -1 for Channel::Stdio
  int out = -1;
  int err = -1;
  int frames_in = -1;
  int frames_out = -1;
};

// Never returns to the caller's code path in the child but with an exit status. Runs as the first process of new
// namespaces, in a copy of a single-threaded process.
int run_init(const InitPlan& plan);

// The names of the passes, in their order, for traces.
std::vector<const char*> pass_names();

}  // namespace berth::container
