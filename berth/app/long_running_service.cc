#include "berth/app/long_running_service.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "berth/app/integration_lookup.h"

namespace berth::app {
namespace {

constexpr std::chrono::seconds kLongestPause{120};
constexpr std::chrono::minutes kLongEnough{5};  // a run of this length was none of a series of failures
constexpr std::chrono::hours kForEver{24 * 365 * 10};

Result<std::optional<std::uint16_t>> port_of(const content::Item& item, const Json& params) {
  std::optional<std::uint16_t> port;
  if (!item.flags.long_running_port) return port;
  const Json* given = params.find("longRunningPort");
  if (given == nullptr || given->is_null()) return port;
  const std::string text = given->is_string() ? *given->as_string() : print_json(*given);
  if (text.empty()) return port;
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number == 0) {
    return fail(Errc::InvalidInput, fmt::format("parameter 'longRunningPort': '{}' is no port; give a number from 1 to "
                                                "65535",
                                                text.substr(0, 50)));
  }
  port = number;
  return port;
}

// Whether the pause passed without an interrupt.
bool pause_for(std::chrono::seconds pause, int interrupt) {
  pollfd polled = {interrupt, POLLIN, 0};
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(pause).count();
  return ::poll(&polled, interrupt >= 0 ? 1 : 0, static_cast<int>(milliseconds)) == 0;
}

}  // namespace

std::chrono::seconds pause_after(int failures) {
  return std::min<std::chrono::seconds>(kLongestPause, std::chrono::seconds(1 << std::clamp(failures - 1, 0, 7)));
}

Result<void> LongRunningService::run(const std::string& instance, CallRequest call, const LongRunningEvents& events) {
  BERTH_TRY(InstanceService * instances, calls_.scene().instances());
  BERTH_TRY(ContentService * content, calls_.scene().content());
  BERTH_TRY(const store::Instance stored, instances->get(instance));
  if (!stored.enabled) {
    return fail(Errc::InvalidInput, fmt::format("instance '{0}' is disabled: 'berth instance enable {0}'", instance));
  }
  BERTH_TRY(call.item, integration_of(*content, stored));
  if (!call.item.flags.long_running) {
    return fail(Errc::InvalidInput,
                fmt::format("instance '{}': its integration '{}' is not long-running", instance, call.item.id));
  }
  call.command = "long-running-execution";
  call.limits.wall_time = kForEver;
  call.limits.output_bytes = std::numeric_limits<std::uint64_t>::max();
  call.timeout_given = true;
  int failures = 0;
  for (int number = 1;; ++number) {
    BERTH_TRY(call.instance, instances->open_for_call(instance, call.item));
    BERTH_TRY(call.published_port, port_of(call.item, call.instance->params));
    if (events.on_start) events.on_start(number, call.published_port);
    const auto begun = std::chrono::steady_clock::now();
    Nesting nesting;
    nesting.callers.push_back(call.command);
    auto answer = calls_.call(call, nesting);
    if (answer && answer->outcome.cause == engine::Cause::Interrupted) return {};
    if (!answer && !answer.error().is_start) return std::unexpected(std::move(answer).error().error);
    failures = std::chrono::steady_clock::now() - begun >= kLongEnough ? 1 : failures + 1;
    const auto pause = pause_after(failures);
    if (events.on_end) events.on_end(answer, pause);
    if (!pause_for(pause, call.interrupt)) return {};
  }
}

}  // namespace berth::app
