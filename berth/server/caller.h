// Who asks for something, and what they may.
#pragma once

#include <string>
#include <string_view>

#include "berth/base/result.h"
#include "berth/content/item.h"

namespace berth::server {

// A person at the command line may everything. An item's code is trusted with the investigation that it runs in, and
// with nothing else: what its YAML says of roles counts for nothing, since whoever wrote the code wrote that too.
struct Caller {
  bool is_person = false;
  content::ItemKind kind = content::ItemKind::Script;
  std::string item;             // id or name, for texts
  bool reaches_others = false;  // an operator lets this item into other investigations (rights.other_investigations)

  bool may_reach_others() const { return is_person || reaches_others; }
};

// Errors: Denied, naming the item and the setting that would allow it.
Result<void> check_reach(const Caller& caller, std::string_view own_investigation, std::string_view wanted);

}  // namespace berth::server
