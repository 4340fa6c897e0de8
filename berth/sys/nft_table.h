// Tables of packet filter rules: put into a network namespace as one transaction, looked into, taken away.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "berth/base/result.h"
#include "berth/sys/netlink.h"
#include "berth/sys/nft_rule.h"

namespace berth::sys::nft {

// Where in the kernel's path of a packet a chain is asked.
struct Hook {
  enum class Place : std::uint8_t { Input = 1, Forward = 2, Output = 3, Postrouting = 4 };
  Place place = Place::Output;
  std::int32_t priority = 0;  // lower ones are asked first
  bool drops = false;         // what happens to a packet that no rule decides
  bool translates = false;    // of type nat
};

struct Chain {
  std::string name;
  std::optional<Hook> hook;  // none: entered from other chains alone
};

// First and last address, in network order.
struct Interval {
  std::string first;
  std::string last;
};

struct Set {
  enum class Kind : std::uint8_t {
    Intervals,     // fixed ranges of addresses
    Addresses,     // single addresses, each with a time to live
    Destinations,  // address, protocol and port, put there by record_destination()
  };
  std::string name;
  Kind kind = Kind::Intervals;
  Family family = Family::V4;
  std::uint32_t size = 0;           // the most elements that the kernel lets in; not for Intervals
  std::vector<Interval> intervals;  // ascending, neither overlapping nor touching
};

// A table of family inet.
struct Table {
  std::string name;
  std::vector<Set> sets;
  std::vector<Chain> chains;
  std::vector<Rule> rules;
};

// As nft(8) prints it, but for the elements of sets that are not Intervals.
std::string to_text(const Table& table);

// Puts the table into the network namespace of `socket` (NETLINK_NETFILTER), whole or not at all.
// Errors: AlreadyExists; Unavailable where the kernel lacks something, with the part that it refused.
Result<void> put_table(netlink::Socket& socket, const Table& table);

// The same in the place of a table of that name, where there is one. A kernel that has deleted something lets nobody
// close a socket like this one until it has cleaned up, which takes some 20 ms.
Result<void> replace_table(netlink::Socket& socket, const Table& table);

Result<bool> has_chain(netlink::Socket& socket, const std::string& table, const std::string& chain);

// Does nothing where there is no such table.
Result<void> remove_table(netlink::Socket& socket, const std::string& table);

// Lets an address (network order) into a set of kind Addresses for some time. Where it may be there already, it gets
// the new time in place of the rest of the old one.
struct AddressTime {
  std::uint64_t seconds = 0;
  bool may_be_there = false;
};
Result<void> add_address(netlink::Socket& socket, const std::string& table, const Set& set, const std::string& address,
                         const AddressTime& time);

// An element of a set of kind Destinations.
struct Recorded {
  std::string address;  // network order
  std::uint8_t protocol = 0;
  std::uint16_t port = 0;
  std::uint64_t count = 0;
};
Result<std::vector<Recorded>> recorded_in(netlink::Socket& socket, const std::string& table, const Set& set);

// A chain of anybody's that decides about packets on their way through this machine.
struct ForwardChain {
  std::string family;  // "ip", "inet", ...
  std::string table;
  std::string name;
  bool drops = false;    // what no rule of it decides
  bool decides = false;  // a rule of it drops, rejects, queues, or sends packets on to another chain
};
Result<std::vector<ForwardChain>> forward_chains(netlink::Socket& socket);

}  // namespace berth::sys::nft
