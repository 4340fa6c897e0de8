#include "berth/net/address_range.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "berth/base/utf8.h"

namespace berth::net {
namespace {

// `address` with all bits behind `prefix_bits` zero.
Address cut(Address address, unsigned prefix_bits) {
  for (std::size_t at = 0; at < address.bytes.size(); ++at) {
    const unsigned before = static_cast<unsigned>(at) * 8;
    const unsigned kept = prefix_bits > before ? std::min(prefix_bits - before, 8u) : 0;
    address.bytes[at] = static_cast<std::uint8_t>(address.bytes[at] & (0xff00u >> kept));
  }
  return address;
}

const AddressRange& mapped_ipv4() {
  static const AddressRange mapped = {{.family = Family::V6, .bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}}, 96};
  return mapped;
}

}  // namespace

bool AddressRange::contains(const Address& address) const {
  return address.family == first.family && cut(address, prefix_bits) == first;
}

bool AddressRange::overlaps(const AddressRange& other) const { return contains(other.first) || other.contains(first); }

Result<AddressRange> parse_address_range(std::string_view text) {
  const auto refuse = [&](std::string why) {
    return fail(Errc::InvalidInput, fmt::format("address range '{}': {}", to_visible(text, false), why));
  };
  const std::size_t slash = text.find('/');
  BERTH_TRY(const Address address, parse_address(text.substr(0, slash)));
  AddressRange range = AddressRange::single(address);
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, err] = std::from_chars(digits.data(), digits.data() + digits.size(), range.prefix_bits);
    const bool usual = digits == "0" || !digits.starts_with('0');
    if (err != std::errc() || end != digits.data() + digits.size() || !usual || range.prefix_bits > address.bits()) {
      return refuse(fmt::format("what follows '/' is a number from 0 to {}", address.bits()));
    }
  }
  range.first = cut(address, range.prefix_bits);
  if (range.first != address) return refuse(fmt::format("bits are set behind the prefix: write '{}'", to_text(range)));
  if (mapped_ipv4().contains(range.first)) {
    return refuse("an IPv4 address inside IPv6 is reached over IPv4: write it as an IPv4 address");
  }
  return range;
}

std::string to_text(const AddressRange& range) {
  return range.is_single() ? to_text(range.first) : fmt::format("{}/{}", to_text(range.first), range.prefix_bits);
}

}  // namespace berth::net
