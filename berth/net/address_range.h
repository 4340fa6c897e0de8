// A block of addresses with a common beginning: "10.0.0.0/8".
#pragma once

#include <string>
#include <string_view>

#include "berth/base/result.h"
#include "berth/net/address.h"

namespace berth::net {

struct AddressRange {
  Address first;
  unsigned prefix_bits = 0;  // at most first.bits(); the bits of `first` behind them are zero

  static AddressRange single(const Address& address) { return {address, address.bits()}; }

  bool is_single() const { return prefix_bits == first.bits(); }
  // False for an address of the other family.
  bool contains(const Address& address) const;
  bool overlaps(const AddressRange& other) const;

  friend auto operator<=>(const AddressRange&, const AddressRange&) = default;
};

// Reads "10.0.0.0/8", "fd00::/8" or a single address, canonical: no bit is set behind the prefix, no spelling but the
// usual. IPv4 addresses within IPv6 (::ffff:0:0/96) are refused: a connection to one is an IPv4 connection.
// Errors: InvalidInput, with the form to write instead.
Result<AddressRange> parse_address_range(std::string_view text);

// A single address is written without its prefix.
std::string to_text(const AddressRange& range);

}  // namespace berth::net
