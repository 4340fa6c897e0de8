// Rules of packet filters as data, which read as nft(8) prints them and as the kernel takes them (nf_tables).
//
// Each statement is made with its text and its encoding together, by one function, so that what a person reads is what
// the kernel does; a test compares the text with what `nft list` says of a loaded table.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace berth::sys::nft {

enum class Family : std::uint8_t { V4, V6 };

constexpr std::size_t address_bytes(Family family) { return family == Family::V4 ? 4 : 16; }

// Addresses with a common beginning, in network order (4 or 16 bytes).
struct Prefix {
  Family family = Family::V4;
  std::string address;
  unsigned bits = 32;
};

// Part of a rule: a condition or an action.
struct Statement {
  std::string text;
  std::string encoded;
};

struct Rule {
  std::string chain;
  std::vector<Statement> statements;
};

std::string to_text(const Rule& rule);

// --- conditions ---

Statement from_interface(std::string_view name);  // "berth*": all whose name begins so
Statement to_interface(std::string_view name);
Statement from_addresses(const Prefix& prefix);
Statement to_addresses(const Prefix& prefix);
Statement from_other_addresses(const Prefix& prefix);  // of its family
Statement to_member_of(Family family, std::string_view set);
Statement answers();  // what belongs to a connection that stands, and errors about it
Statement opens_connection();
Statement invalid();                                                // belongs to no connection and can begin none
Statement protocol_is(std::uint8_t protocol);                       // IPPROTO_TCP or IPPROTO_UDP
Statement to_ports(std::uint16_t first, std::uint16_t last);        // after a protocol with ports
Statement icmp6_type_is(std::uint8_t type, std::string_view name);  // `name` as nft(8) has it
Statement faster_than(std::uint32_t packets_per_second, std::uint32_t burst);
Statement more_connections_than(std::uint32_t count);

// --- actions ---

Statement accept();
Statement drop();
Statement go_to(std::string_view chain);
// Puts address, protocol and port of the destination into a set, and counts. Further statements of the rule are
// passed over where the set is full.
Statement record_destination(Family family, std::string_view set);
Statement reset_connection();
Statement refuse_as_prohibited();  // with ICMP "administratively prohibited"
Statement masquerade();

}  // namespace berth::sys::nft
