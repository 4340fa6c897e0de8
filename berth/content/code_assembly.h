// The whole text that one call runs: common script, user script, item.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/content/common_parts.h"
#include "berth/content/content_tree.h"
#include "berth/content/item.h"

namespace berth::content {

enum class CodePartKind { Common, User, Item };

struct CodePart {
  CodePartKind kind = CodePartKind::Item;
  std::string origin;          // a path, or a word for text that has none
  std::size_t offset = 0;      // in the text
  std::size_t size = 0;        // bytes, with the last line end
  std::size_t first_line = 1;  // from 1
  std::size_t lines = 0;
};

struct AssembledCode {
  std::string text;
  std::vector<CodePart> parts;  // in order; the last one is the item's
  std::size_t lines = 0;
  // Where the text begins with one that is part of the program: how long that is, and its SHA-256 in hexadecimal.
  std::size_t known_size = 0;
  std::string known_digest;

  std::string_view text_of(const CodePart& part) const { return std::string_view(text).substr(part.offset, part.size); }
};

// One piece that goes into the text, ready but for its place.
struct CodePiece {
  CodePartKind kind = CodePartKind::Item;
  std::string origin;
  std::string text;
  CommonText built_in = {};  // stands before `text`; of the first piece only
};

// Puts pieces after each other, each on lines of its own. Pure.
AssembledCode join_code(const std::vector<CodePiece>& pieces);

// The item's own piece: API modules inserted, pack version on top, imports cleaned, module lines around it. Pure but
// for `modules`. `registered`: the common script has register_module_line.
Result<std::string> item_code(const Item& item, const std::optional<Pack>& pack, bool registered,
                              const std::function<Result<std::string>(const std::string&)>& modules);

// The line of the whole text on which line 1 of the item's own code stands; nothing when API modules were inserted,
// which move lines apart. Pure.
std::optional<std::size_t> first_line_of_item(const AssembledCode& code, const Item& item);

// The text of an API module of `tree` (which may be null). Errors: NotFound, with the remedy; those of checked_code;
// Denied for links out of the tree.
Result<std::string> read_api_module(const ContentTree* tree, const std::string& module);

// Assembles what the server would run for `item`. The common and the user script come from `tree` (which may be null)
// where it has them, and are cleaned like the item; `built_in` stands in for the common script, as it is. A common
// script itself is not put in front of itself. Errors: Unavailable for a language other than Python; NotFound for a
// missing API module, with the remedy; InvalidInput for modules in a circle or text that cannot be code; Denied for
// links out of the tree; Exhausted past the limits.
Result<AssembledCode> assemble_code(const Item& item, const ContentTree* tree, const CommonScript& built_in);

}  // namespace berth::content
