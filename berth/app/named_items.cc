#include "berth/app/named_items.h"

#include <algorithm>

namespace berth::app {

bool names_item(const std::vector<std::string>& names, const content::Item& item) {
  return std::ranges::any_of(
      names, [&](const std::string& one) { return !one.empty() && (one == item.id || one == item.name); });
}

}  // namespace berth::app
