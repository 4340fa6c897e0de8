// The commands: each turns its options into a call of `app`, and what comes back into text and an exit status.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "berth/app/exit_codes.h"
#include "berth/app/settings.h"
#include "berth/base/error.h"
#include "berth/base/result.h"
#include "berth/cli/options.h"
#include "berth/container/guards.h"

namespace berth::cli {

// What every command is given.
struct Surroundings {
  const app::Settings& settings;
  container::Guards guards;
  std::int64_t begun_ns = 0;  // when the program began, CLOCK_MONOTONIC
};

int run_command(const RunOptions& options, const Surroundings& surroundings);
// Nothing: the daemon is not there, or cannot do it, and nothing has run.
std::optional<int> run_by_daemon(const RunOptions& options, const Surroundings& surroundings);
int loop_command(const LoopOptions& options, const Surroundings& surroundings);
int image_init_command(const ImageInitOptions& options, const Surroundings& surroundings);
int ps_command(const Surroundings& surroundings);
int escape_test_command(const EscapeTestOptions& options, const Surroundings& surroundings);
int prune_command(const PruneOptions& options, const Surroundings& surroundings);
// Takes the settings as they were read: that they cannot be read is one of the things it says.
int doctor_command(const DoctorOptions& options, const Result<app::Settings>& settings);

using app::exit_code_of;
using app::kBadInputExit;
using app::kBugExit;
using app::kMachineExit;

// Says what went wrong on standard error, in one line, and gives the exit status.
int complain(const Error& error);

}  // namespace berth::cli
