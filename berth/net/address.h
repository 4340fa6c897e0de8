// An IPv4 or IPv6 address as a value.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "berth/base/result.h"

namespace berth::net {

enum class Family : std::uint8_t { V4 = 4, V6 = 6 };

// In network order; of an IPv4 address the first four bytes count and the rest is zero. Without scope: an address that
// needs one is link-local, and no container may use it.
struct Address {
  Family family = Family::V4;
  std::array<std::uint8_t, 16> bytes = {};

  static Address v4(const std::uint8_t* four);
  static Address v6(const std::uint8_t* sixteen);

  unsigned bits() const { return family == Family::V4 ? 32 : 128; }
  friend auto operator<=>(const Address&, const Address&) = default;
};

// Reads an address in its canonical form only (dotted decimal; RFC 5952), so that what a person reads in a setting is
// what is meant: '0x7f.1', '127.1', '010.0.0.1' and 'FD00::1' are other spellings, which programs read differently.
// Errors: InvalidInput, with the canonical form where there is one.
Result<Address> parse_address(std::string_view text);

std::string to_text(const Address& address);

// The address that a name for reverse lookups asks about ('4.3.2.1.in-addr.arpa'); nothing for any other name. `name`
// is in lower case, without a last dot.
std::optional<Address> reversed_address(std::string_view name);

}  // namespace berth::net
