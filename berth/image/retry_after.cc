#include "berth/image/retry_after.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>

namespace berth::image {
namespace {

constexpr auto kLongest = std::chrono::seconds(std::chrono::hours(24 * 3652));

}  // namespace

std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text) {
  // Names of days and months are those of the locale "C", which is the program's for times.
  constexpr const char* kForms[] = {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"};
  const std::string whole(text);
  for (const char* form : kForms) {
    tm parts = {};
    const char* end = ::strptime(whole.c_str(), form, &parts);
    if (end == nullptr || end != whole.c_str() + whole.size()) continue;
    return std::chrono::sys_seconds(std::chrono::seconds(::timegm(&parts)));
  }
  return std::nullopt;
}

std::optional<std::chrono::seconds> parse_retry_after(std::string_view text, std::string_view date,
                                                      std::chrono::system_clock::time_point now) {
  if (text.empty()) return std::nullopt;
  if (std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) {
    std::chrono::seconds wanted(0);
    for (const char c : text) wanted = std::min(wanted * 10 + std::chrono::seconds(c - '0'), kLongest);
    return wanted;
  }
  const auto until = parse_http_date(text);
  if (!until) return std::nullopt;
  const auto from = parse_http_date(date).value_or(std::chrono::ceil<std::chrono::seconds>(now));
  return std::clamp(*until - from, std::chrono::seconds(0), kLongest);
}

std::string wait_text(std::string_view registry, std::chrono::milliseconds wait, int status, bool is_asked_for) {
  const std::string why = status == 0 ? "it does not answer, or breaks off"
                                      : fmt::format("it answers with status {}{}", status,
                                                    is_asked_for ? " and asks to wait that long" : "");
  return fmt::format("waiting {} s for the registry '{}': {}",
                     std::chrono::duration_cast<std::chrono::seconds>(wait).count(), registry, why);
}

}  // namespace berth::image
