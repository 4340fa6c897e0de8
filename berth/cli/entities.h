// HTML character references, as Markdown and HTML texts have them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace berth::cli {

struct Entity {
  std::string text;
  std::size_t size;  // bytes of the reference, from & to ;
};

// The reference at the start of `text`, which begins with '&'; the common names and all numbers are known. What it
// stands for is as untrusted as the rest: a reference can spell a control character.
std::optional<Entity> entity_at(std::string_view text);

}  // namespace berth::cli
