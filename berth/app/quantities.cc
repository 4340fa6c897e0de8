// The parsers of settings.h for amounts: bytes, times, shares of a processor, counts.

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "berth/base/lower_case.h"

#include "berth/app/settings.h"
#include "berth/content/timeout.h"

namespace berth::app {
namespace {

// The number at the start of `text`, which is cut off it.
bool take_number(std::string_view& text, double& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc() || !std::isfinite(number) || number < 0) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

}  // namespace

Result<std::uint64_t> parse_bytes(std::string_view text) {
  const auto wrong = [&] {
    return fail(Errc::InvalidInput,
                fmt::format("'{}' is no number of bytes; write for example 512m, 1.5GiB or 1000000", text));
  };
  std::string_view rest = text;
  double number = 0;
  if (!take_number(rest, number)) return wrong();
  const std::string unit = lower_case(rest);
  int shift = -1;
  for (const auto& [name, bits] : {std::pair{"", 0}, {"b", 0}, {"k", 10}, {"m", 20}, {"g", 30}, {"t", 40}}) {
    const std::string letter = name;
    if (unit == letter || (bits > 0 && (unit == letter + "b" || unit == letter + "ib"))) shift = bits;
  }
  const double bytes = std::ldexp(number, shift);
  if (shift < 0 || bytes < 1 || bytes > 1e18) return wrong();
  return static_cast<std::uint64_t>(bytes);
}

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  BERTH_TRY(const auto duration, content::parse_timeout(text));
  if (!duration) return fail(Errc::InvalidInput, fmt::format("'{}' is no time limit; 0 would end every call", text));
  return std::chrono::ceil<std::chrono::milliseconds>(*duration);
}

Result<double> parse_cpus(std::string_view text) {
  std::string_view rest = text;
  double cpus = 0;
  if (!take_number(rest, cpus) || !rest.empty() || cpus < 0.01 || cpus > 4096) {
    return fail(Errc::InvalidInput, fmt::format("'{}' is no number of processors; write for example 0.5 or 2", text));
  }
  return cpus;
}

Result<std::uint32_t> parse_count(std::string_view text, std::string_view what) {
  std::uint32_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() || count == 0 || count > 4'000'000) {
    return fail(Errc::InvalidInput, fmt::format("'{}' is no number of {}; write a whole number from 1", text, what));
  }
  return count;
}

}  // namespace berth::app
