#include "berth/probe/run_calls.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>

namespace berth::probe {

Result<RunCalls> RunCalls::open(app::Settings settings, container::Guards guards, CallKind kind) {
  settings.warm_calls = kind == CallKind::Warm;
  auto own = std::make_unique<const app::Settings>(std::move(settings));
  BERTH_TRY(app::CallMeans opened, app::CallMeans::open(*own));
  auto means = std::make_unique<app::CallMeans>(std::move(opened));
  if (kind == CallKind::Warm) means->stay();
  app::CallService service(*own, std::move(guards), *means, ::geteuid());
  return RunCalls(std::move(own), std::move(means), std::move(service), kind);
}

Result<app::CallAnswer> RunCalls::make(const app::CallRequest& request) {
  if (kind_ == CallKind::Warm) {
    if (auto done = service_.warm_up(request); !done) return std::unexpected(std::move(done).error().error);
    means_->make_ready(request.interrupt);
  }
  auto answer = service_.run(request);
  if (!answer) return std::unexpected(std::move(answer).error().error);
  if (kind_ == CallKind::Warm) {
    // The process that has answered is ended, as when the answer is out.
    means_->make_ready(request.interrupt);
    if (!answer->is_warm && answer->outcome.cause != engine::Cause::Interrupted) {
      std::vector<std::string> why = {answer->not_warm};
      std::ranges::copy(answer->notes, std::back_inserter(why));
      std::ranges::copy(answer->warnings, std::back_inserter(why));
      return fail(Errc::Unavailable, fmt::format("the call was not warm: {}", fmt::join(why, "; ")));
    }
  }
  return *std::move(answer);
}

}  // namespace berth::probe
