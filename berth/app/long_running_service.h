// An instance whose integration never ends: it listens, or polls by itself.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "berth/app/call_service.h"
#include "berth/base/result.h"

namespace berth::app {

// What happens to it, for whoever looks on.
struct LongRunningEvents {
  std::function<void(int run, std::optional<std::uint16_t> port)> on_start;
  std::function<void(const std::expected<CallAnswer, StartError>& answer, std::chrono::seconds pause)> on_end;
};

// The pause before run number `failures` + 1 of an instance that keeps ending: doubled from one second to two minutes.
// Pure.
std::chrono::seconds pause_after(int failures);

class LongRunningService {
 public:
  explicit LongRunningService(CallService& calls) : calls_(calls) {}

  // Runs `long-running-execution` of the instance in a container of its own, and again when it ends, after a pause that
  // grows while it ends soon; until `call.interrupt` is readable. Where the integration says longRunningPort, the port
  // of that parameter is published on this machine's loopback interface. Its wall time and output are not limited; what
  // it posts goes to `call.on_entry` and `call.on_log`.
  // Errors: NotFound; InvalidInput for an instance that is disabled or not long-running, or a port that is none.
  Result<void> run(const std::string& instance, CallRequest call, const LongRunningEvents& events);

 private:
  CallService& calls_;
};

}  // namespace berth::app
