#include "berth/base/utc_text.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <array>

namespace berth {
namespace {

// `0` stands for a digit.
bool has_shape(std::string_view text, std::string_view shape) {
  return std::ranges::equal(text, shape,
                            [](char c, char wanted) { return wanted == '0' ? c >= '0' && c <= '9' : c == wanted; });
}

int number(std::string_view digits) {
  int value = 0;
  for (const char digit : digits) value = value * 10 + (digit - '0');
  return value;
}

}  // namespace

std::string utc_text(std::chrono::system_clock::time_point time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)));
}

std::optional<std::chrono::system_clock::time_point> parse_utc(std::string_view text) {
  using namespace std::chrono;
  constexpr std::string_view kDate = "0000-00-00";
  constexpr std::string_view kTime = "T00:00:00";
  if (text.size() < kDate.size() || !has_shape(text.substr(0, kDate.size()), kDate)) return std::nullopt;
  const year_month_day date = {year(number(text.substr(0, 4))), month(static_cast<unsigned>(number(text.substr(5, 2)))),
                               day(static_cast<unsigned>(number(text.substr(8, 2))))};
  // The clock counts nanoseconds, and holds no more than three centuries of them on either side of 1970.
  if (!date.ok() || date.year() < year(1900) || date.year() > year(2200)) return std::nullopt;
  system_clock::time_point moment = sys_days(date);
  text.remove_prefix(kDate.size());
  if (text.empty()) return moment;
  if (text.size() <= kTime.size() || !has_shape(text.substr(0, kTime.size()), kTime)) return std::nullopt;
  const std::array<int, 3> parts = {number(text.substr(1, 2)), number(text.substr(4, 2)), number(text.substr(7, 2))};
  if (parts[0] > 23 || parts[1] > 59 || parts[2] > 60) return std::nullopt;
  moment += hours(parts[0]) + minutes(parts[1]) + seconds(parts[2]);
  text.remove_prefix(kTime.size());
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0) return std::nullopt;
    text.remove_prefix(digits);
  }
  if (text != "Z" && text != "+00:00") return std::nullopt;
  return moment;
}

}  // namespace berth
