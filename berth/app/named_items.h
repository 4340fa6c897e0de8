// Items that the operator names in a setting.
#pragma once

#include <string>
#include <vector>

#include "berth/content/item.h"

namespace berth::app {

// Whether `item` is named in `names`, by its id or its name. An empty name is nobody's.
bool names_item(const std::vector<std::string>& names, const content::Item& item);

}  // namespace berth::app
