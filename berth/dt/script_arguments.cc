#include "berth/dt/script_arguments.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace berth::dt {

std::string to_string(const ScriptLimits& limits) {
  return fmt::format("{},{},{},{},{}", limits.time_limit.count(), limits.memory_bytes, limits.request_bytes,
                     limits.answer_bytes, limits.become);
}

std::optional<ScriptLimits> parse_script_limits(std::string_view text) {
  std::array<std::uint64_t, 5> numbers = {};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::string_view part = text.substr(0, text.find(','));
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), numbers[i]);
    if (error != std::errc() || end != part.data() + part.size()) return std::nullopt;
    text.remove_prefix(part.size());
    const bool is_last = i + 1 == numbers.size();
    if (text.empty() != is_last) return std::nullopt;
    if (!is_last) text.remove_prefix(1);
  }
  return ScriptLimits{.time_limit = std::chrono::milliseconds(numbers[0]),
                      .memory_bytes = numbers[1],
                      .request_bytes = numbers[2],
                      .answer_bytes = numbers[3],
                      .become = static_cast<uid_t>(numbers[4])};
}

}  // namespace berth::dt
