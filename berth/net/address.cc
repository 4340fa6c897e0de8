#include "berth/net/address.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>

#include "berth/base/utf8.h"

namespace berth::net {
namespace {

// Any spelling that inet_pton(3) takes; `text` may be anything.
std::optional<Address> read_any_form(std::string_view text) {
  if (text.size() >= INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string terminated(text);
  Address address;
  if (::inet_pton(AF_INET, terminated.c_str(), address.bytes.data()) == 1) return address;
  address.family = Family::V6;
  if (::inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1) return address;
  return std::nullopt;
}

// A decimal number below 256 without a leading zero.
std::optional<std::uint8_t> read_octet(std::string_view text) {
  if (text.empty() || text.size() > 3 || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  unsigned value = 0;
  for (const char digit : text) {
    if (digit < '0' || digit > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(digit - '0');
  }
  return value < 256 ? std::optional(static_cast<std::uint8_t>(value)) : std::nullopt;
}

std::optional<std::uint8_t> read_nibble(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::size_t value = text.size() == 1 ? kDigits.find(text[0]) : std::string_view::npos;
  if (value == std::string_view::npos) return std::nullopt;
  return static_cast<std::uint8_t>(value);
}

// Takes the label in front of the first dot off `rest`, the dot too.
std::string_view take_label(std::string_view& rest) {
  const std::size_t dot = std::min(rest.find('.'), rest.size());
  const std::string_view label = rest.substr(0, dot);
  rest.remove_prefix(std::min(dot + 1, rest.size()));
  return label;
}

std::optional<Address> reversed_v4(std::string_view rest) {
  Address address;
  for (std::size_t at = 4; at-- > 0;) {
    const auto octet = read_octet(take_label(rest));
    if (!octet) return std::nullopt;
    address.bytes[at] = *octet;
  }
  return rest.empty() ? std::optional(address) : std::nullopt;
}

std::optional<Address> reversed_v6(std::string_view rest) {
  Address address = {.family = Family::V6};
  for (std::size_t at = 16; at-- > 0;) {
    const auto low = read_nibble(take_label(rest));
    const auto high = read_nibble(take_label(rest));
    if (!low || !high) return std::nullopt;
    address.bytes[at] = static_cast<std::uint8_t>(*high << 4 | *low);
  }
  return rest.empty() ? std::optional(address) : std::nullopt;
}

}  // namespace

Address Address::v4(const std::uint8_t* four) {
  Address address;
  std::copy_n(four, 4, address.bytes.begin());
  return address;
}

Address Address::v6(const std::uint8_t* sixteen) {
  Address address = {.family = Family::V6};
  std::copy_n(sixteen, 16, address.bytes.begin());
  return address;
}

Result<Address> parse_address(std::string_view text) {
  const std::optional<Address> address = read_any_form(text);
  if (!address) return fail(Errc::InvalidInput, fmt::format("'{}' is no IP address", to_visible(text, false)));
  if (const std::string canonical = to_text(*address); canonical != text) {
    return fail(Errc::InvalidInput, fmt::format("'{}' is an unusual spelling: write '{}'", text, canonical));
  }
  return *address;
}

std::string to_text(const Address& address) {
  char text[INET6_ADDRSTRLEN] = {};
  const int family = address.family == Family::V4 ? AF_INET : AF_INET6;
  BERTH_ASSERT(::inet_ntop(family, address.bytes.data(), text, sizeof(text)) != nullptr);
  return text;
}

std::optional<Address> reversed_address(std::string_view name) {
  constexpr std::string_view kV4 = ".in-addr.arpa";
  constexpr std::string_view kV6 = ".ip6.arpa";
  if (name.ends_with(kV4)) return reversed_v4(name.substr(0, name.size() - kV4.size()));
  if (name.ends_with(kV6)) return reversed_v6(name.substr(0, name.size() - kV6.size()));
  return std::nullopt;
}

}  // namespace berth::net
