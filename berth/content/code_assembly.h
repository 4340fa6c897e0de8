// The whole text that one call runs: common script, user script, item.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "berth/base/result.h"
#include "berth/content/code_prelude.h"
#include "berth/content/common_parts.h"
#include "berth/content/content_tree.h"
#include "berth/content/item.h"

namespace berth::content {

struct AssembledCode {
  std::shared_ptr<const CodePrelude> before;  // what stands in front of the item; never null
  CodePart item;                              // where it stands in the whole
  std::string item_text;

  std::string whole() const { return before->text + item_text; }
};

// The item's text after what stands in front of it. Pure.
AssembledCode join_code(std::shared_ptr<const CodePrelude> before, std::string origin, std::string item_text);

// The item's own piece: API modules inserted, pack version on top, imports cleaned, module lines around it. Pure but
// for `modules`. `registered`: the common script has register_module_line.
Result<std::string> item_code(const Item& item, const std::optional<Pack>& pack, bool registered,
                              const std::function<Result<std::string>(const std::string&)>& modules);

// The line of the whole text on which line 1 of the item's own code stands; nothing when API modules were inserted,
// which move lines apart. Pure.
std::optional<std::size_t> first_line_of_item(const AssembledCode& code, const Item& item);

// Assembles what the server would run for `item`. The common and the user script come from `tree` (which may be null)
// where it has them, and are cleaned like the item; `built_in` stands in for the common script, as it is. A common
// script itself is not put in front of itself. Errors: Unavailable for a language other than Python; NotFound for a
// missing API module, with the remedy; InvalidInput for modules in a circle or text that cannot be code; Denied for
// links out of the tree; Exhausted past the limits.
Result<AssembledCode> assemble_code(const Item& item, const ContentTree* tree, const CommonScript& built_in);
// The same, where `known` remembers what stands in front of items. `stamps` takes note of the files that that was made
// from; those that are read for the item itself are noted by whom `tree` tells.
Result<AssembledCode> assemble_code(const Item& item, const ContentTree* tree, const CommonScript& built_in,
                                    KnownPreludes& known, FileStamps& stamps);

}  // namespace berth::content
