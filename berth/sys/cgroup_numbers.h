// The numbers in the files of a cgroup.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace berth::sys {

// The number after `key` in a text of "key number" lines, or the number with which the text begins.
std::optional<std::uint64_t> number_in(std::string_view text, std::string_view key = {});

}  // namespace berth::sys
