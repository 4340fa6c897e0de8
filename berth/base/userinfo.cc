#include "berth/base/userinfo.h"

#include <algorithm>

namespace berth {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

// Behind the host of `place`, "host[:port]"; nothing where no colon is.
std::optional<std::string_view> port_of(std::string_view place) {
  const std::size_t bracket = place.starts_with('[') ? place.find(']') : 0;
  const std::size_t colon = bracket == kNone ? kNone : place.find(':', bracket);
  if (colon == kNone) return std::nullopt;
  return place.substr(colon + 1);
}

}  // namespace

std::optional<Userinfo> userinfo_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  const std::size_t begin = scheme == kNone ? 0 : scheme + 3;
  const std::string_view rest = url.substr(begin);
  const std::string_view place = rest.substr(0, rest.find_first_of("/?#"));
  if (const std::size_t at = place.rfind('@'); at != kNone) return Userinfo{begin, begin + at, false};
  const std::size_t last = rest.substr(0, rest.find_first_of(" \t\r\n")).rfind('@');
  const auto port = port_of(place);
  if (last == kNone || !port) return std::nullopt;
  const bool is_number = !port->empty() && std::ranges::all_of(*port, [](char c) { return c >= '0' && c <= '9'; });
  if (is_number) return std::nullopt;
  return Userinfo{begin, begin + last, true};
}

}  // namespace berth
