// `berth instance test`: the call `test-module` of one instance.
#pragma once

#include <string>

#include "berth/app/call_request.h"
#include "berth/cli/commands.h"

namespace berth::cli {

struct InstanceTestOptions {
  std::string name;
  bool json = false;
  bool debug = false;
};

// Exit status: 0 when the integration answered `ok`, 1 when it did not, however its call ended; else as `berth run`.
int instance_test_command(const InstanceTestOptions& options, const Surroundings& surroundings);

// What a call of `test-module` comes to. It passes with the one answer `ok`; the message has no secret of the call.
struct Verdict {
  bool passed = false;
  std::string message;
};
Verdict verdict_of(const app::CallAnswer& answer);

}  // namespace berth::cli
