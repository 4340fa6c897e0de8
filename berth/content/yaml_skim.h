// Takes the parts out of an item's YAML that an index has no use for, before a parser sees them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace berth::content {

// The text without the values of keys that indexed_item_of does not ask for, and with a word in the place of code.
// Nothing where the text is not plainly written in lines of `key: value`: with anchors, flows over several lines, tabs;
// then all of it has to be parsed. Works by lines and indentation, in one pass.
//
// It is a shortcut, not a judge: what it takes out may be broken, and a hostile text can make it see keys where a
// parser sees text. So nothing that it leads to is used before read_item has read the whole. Pure.
std::optional<std::string> skim_yaml(std::string_view text);

}  // namespace berth::content
