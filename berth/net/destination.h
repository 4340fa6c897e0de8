// An entry of an allow-list: a name or addresses, and ports.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "berth/base/result.h"
#include "berth/net/address_range.h"

namespace berth::net {

// A host's name, or all names below one.
struct NamePattern {
  std::string name;    // lower case, without a last dot
  bool below = false;  // "*.example.com": any name below it, at any depth, but not the name itself
  friend bool operator==(const NamePattern&, const NamePattern&) = default;

  // `host` is in lower case and has no last dot.
  bool matches(std::string_view host) const;
};

struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  friend bool operator==(const PortRange&, const PortRange&) = default;
};

struct Destination {
  std::variant<NamePattern, AddressRange> host;
  PortRange ports;
  friend bool operator==(const Destination&, const Destination&) = default;
};

// "example.com", "*.example.com", "Example.COM." (case and the last dot mean nothing). A name outside ASCII is refused
// with the form to write, and so is one that some programs read as an address ("127.1", "0x7f.1").
// Errors: InvalidInput.
Result<NamePattern> parse_name_pattern(std::string_view text);

// "HOST:PORTS": HOST is a name pattern, an IPv4 address or range, or an IPv6 one in brackets; PORTS is a number,
// "8000-8010", or "*". Errors: InvalidInput.
Result<Destination> parse_destination(std::string_view text);

// Destinations with commas between them, at least one. Errors: InvalidInput, naming the entry.
Result<std::vector<Destination>> parse_destinations(std::string_view text);

std::string to_text(const NamePattern& pattern);
std::string to_text(const Destination& destination);

// Whether `name` can be a host's: labels of letters, digits, '-' and '_' up to 63 bytes, 253 in all, the last label
// not a number. `name` has no last dot.
bool is_host_name(std::string_view name);

}  // namespace berth::net
