// The calls of one run of a probe.
#pragma once

#include <memory>
#include <utility>

#include "berth/app/call_means.h"
#include "berth/app/call_service.h"
#include "berth/base/result.h"

namespace berth::probe {

enum class CallKind {
  Own,   // each has a container of its own
  Warm,  // each has a child of a zygote, as a worker of the daemon gives it one (docs/warm.md)
};

// For one thread. What they leave for the next one, zygotes and their children, is gone with this.
class RunCalls {
 public:
  // Errors: those of the storage and the runtime folder.
  static Result<RunCalls> open(app::Settings settings, container::Guards guards, CallKind kind);

  // Makes one. Errors: those of a call that does not start; Unavailable when it is to be warm and was not, with why.
  Result<app::CallAnswer> make(const app::CallRequest& request);

 private:
  RunCalls(std::unique_ptr<const app::Settings> settings, std::unique_ptr<app::CallMeans> means,
           app::CallService service, CallKind kind)
      : settings_(std::move(settings)), means_(std::move(means)), service_(std::move(service)), kind_(kind) {}

  // The service uses both: they stay where they are.
  std::unique_ptr<const app::Settings> settings_;
  std::unique_ptr<app::CallMeans> means_;
  app::CallService service_;
  CallKind kind_;
};

}  // namespace berth::probe
