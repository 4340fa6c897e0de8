// What the operator wants warm before anybody calls it (`serve.prewarm`).
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "berth/app/call_service.h"
#include "berth/base/result.h"

namespace berth::app {

// What a line of the setting says: a registered item, or one and a command of it. Pure.
struct WarmWish {
  std::string item;
  std::string command;
};
// `is_item` says whether a text is the name of an item: names may hold blanks.
WarmWish parse_warm_wish(std::string_view text, const std::function<bool(std::string_view)>& is_item);

// Has the means of `calls` make ready what calls of it use: of an integration, for each enabled instance. Errors:
// NotFound; InvalidInput; those of instances.
Result<void> warm_up(std::string_view wish, CallService& calls);

}  // namespace berth::app
