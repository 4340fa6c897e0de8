#include "berth/app/warm_up.h"

#include <fmt/format.h>

#include "berth/app/command_target.h"

namespace berth::app {
namespace {

Result<void> warm_up_one(const CallRequest& request, CallService& calls) {
  if (auto done = calls.warm_up(request); !done) return std::unexpected(std::move(done).error().error);
  return {};
}

// Each enabled instance of the integration that has the command.
Result<void> warm_up_instances(CallRequest request, CallService& calls) {
  BERTH_TRY(const auto targets, find_targets(calls.scene(), nullptr, {"", request.command}, {}));
  for (const CommandTarget& target : targets) {
    if (target.instance.empty() || target.item.id != request.item.id) continue;
    BERTH_TRY(InstanceService * instances, calls.scene().instances());
    BERTH_TRY(request.instance, instances->open_for_call(target.instance, target.item));
    BERTH_CHECK_OK(warm_up_one(request, calls));
  }
  return {};
}

}  // namespace

WarmWish parse_warm_wish(std::string_view text, const std::function<bool(std::string_view)>& is_item) {
  const std::size_t blank = text.rfind(' ');
  if (blank == std::string_view::npos || is_item(text)) return {std::string(text), ""};
  return {std::string(text.substr(0, blank)), std::string(text.substr(blank + 1))};
}

Result<void> warm_up(std::string_view wish, CallService& calls) {
  const auto doing = [&] { return fmt::format("warm up '{}'", wish); };
  BERTH_TRY(ContentService * content, calls.scene().content().context(doing));
  const auto is_item = [&](std::string_view name) { return content->look_up(name).has_value(); };
  const WarmWish wanted = parse_warm_wish(wish, is_item);
  CallRequest request;
  BERTH_TRY(request.item, content->find_item(wanted.item).context(doing));
  request.command = wanted.command;
  request.limits = calls.settings().limits;
  if (request.item.kind == content::ItemKind::Script) return warm_up_one(request, calls).context(doing);
  return warm_up_instances(std::move(request), calls).context(doing);
}

}  // namespace berth::app
