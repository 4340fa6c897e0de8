// `berth loop`: a loop in a container, on our own standard input and output.

#include <fmt/format.h>
#include <sys/wait.h>

#include <cstdio>

#include "berth/app/given_limits.h"
#include "berth/app/loop_service.h"
#include "berth/cli/commands.h"
#include "berth/cli/interrupts.h"
#include "berth/engine/outcome.h"
#include "berth/sys/file.h"

namespace berth::cli {
namespace {

Result<int> loop(const LoopOptions& options, const Surroundings& surroundings) {
  constexpr std::size_t kLargestLoop = 10 << 20;
  app::LoopRequest request;
  request.image = options.image;
  BERTH_TRY(request.limits, app::limits_from(options, surroundings.settings.limits));
  if (!options.timeout.empty()) request.wall_time = request.limits.wall_time;
  if (!options.loop_file.empty()) {
    BERTH_TRY(request.foreign_loop, sys::read_file(options.loop_file, kLargestLoop).context([] { return "--loop"; }));
  }
  BERTH_TRY(const UniqueFd interrupts, watch_interrupts());
  request.interrupt = interrupts.get();
  BERTH_TRY(const app::LoopEnd end, app::run_loop(request, surroundings.settings, surroundings.guards));
  if (end.interrupted) return engine::exit_code_of(engine::Cause::Interrupted);
  if (end.timed_out) {
    std::fputs("berth: the loop was ended at --timeout\n", stderr);
    return engine::exit_code_of(engine::Cause::Timeout);
  }
  if (end.end.usage.oom_kills > 0) {
    std::fputs("berth: the loop needed more memory than it may; raise it with --memory\n", stderr);
    return engine::exit_code_of(engine::Cause::Memory);
  }
  if (end.status && WIFEXITED(*end.status)) return WEXITSTATUS(*end.status);
  return engine::exit_code_of(engine::Cause::Signal);
}

}  // namespace

int loop_command(const LoopOptions& options, const Surroundings& surroundings) {
  const auto code = loop(options, surroundings);
  return code ? *code : complain(code.error());
}

}  // namespace berth::cli
