#include "berth/content/timeout.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "berth/base/utf8.h"

namespace berth::content {
namespace {

using std::chrono::nanoseconds;

struct Unit {
  std::string_view text;
  double nanos;
};
// Longer texts before those that they start with; both code points that look like µ.
constexpr std::array<Unit, 8> kUnits = {
    {{"ms", 1e6}, {"ns", 1}, {"us", 1e3}, {"\u00b5s", 1e3}, {"\u03bcs", 1e3}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}}};
constexpr double kLongest = 30.0 * 24 * 3600e9;

std::unexpected<Error> refuse(std::string_view text) {
  return fail(Errc::InvalidInput, fmt::format("'{}' is no duration up to 30 days; write it like '90s' or '1h30m'",
                                              to_visible(text.substr(0, 40), false)));
}

// Takes a decimal number off the front of `text`.
std::optional<double> take_number(std::string_view& text) {
  if (text.empty() || ((text[0] < '0' || text[0] > '9') && text[0] != '.')) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

std::optional<double> take_unit(std::string_view& text) {
  for (const Unit& unit : kUnits) {
    if (!text.starts_with(unit.text)) continue;
    text.remove_prefix(unit.text.size());
    return unit.nanos;
  }
  return std::nullopt;
}

}  // namespace

Result<std::optional<nanoseconds>> parse_timeout(std::string_view text) {
  std::string_view rest = text;
  double total = 0;
  do {
    const auto number = take_number(rest);
    if (!number) return refuse(text);
    const bool is_bare = rest.empty() && total == 0;
    const auto unit = is_bare ? std::optional<double>(1e9) : take_unit(rest);
    if (!unit) return refuse(text);
    total += *number * *unit;
    if (total > kLongest) return refuse(text);
  } while (!rest.empty());
  if (total < 1e6) total *= 1e9;
  if (total > kLongest) total = kLongest;
  if (total < 1) return std::optional<nanoseconds>();
  return std::optional<nanoseconds>(nanoseconds(static_cast<nanoseconds::rep>(total)));
}

}  // namespace berth::content
