// The text of a call in parts that a debugger can place: what is the item's own file, line by line, and what is not.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "berth/content/code_assembly.h"

namespace berth::content {

// A part of the whole text, made of whole statements.
struct CodeChunk {
  std::string text;
  bool is_own = false;         // of the item's own file, as it is written there; else common code, modules, added lines
  std::size_t first_line = 1;  // of the item's file where it is own, of the whole text where it is not
};

// In order, and together the whole text. Where an item's own lines cannot be told from what was inserted (it holds the
// marks of insertions itself), none is own. Pure.
std::vector<CodeChunk> chunks_of(const AssembledCode& code, const Item& item);

}  // namespace berth::content
