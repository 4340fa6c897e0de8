// The resolvers that this machine uses.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "berth/net/address.h"

namespace berth::net {

struct Resolver {
  Address address;
  std::string zone;  // the interface of a link-local IPv6 address ("fe80::1%eth0"), or empty
  std::uint16_t port = 53;
  friend bool operator==(const Resolver&, const Resolver&) = default;
};

struct ResolverSettings {
  std::vector<Resolver> resolvers;  // in the order to try them; at most kMaxResolvers
  std::chrono::seconds timeout{5};  // for one try at one resolver
  int attempts = 2;                 // rounds over all resolvers
};

constexpr std::size_t kMaxResolvers = 3;  // as libc has it (MAXNS)

// Reads the text of /etc/resolv.conf as libc does: `nameserver` and `options timeout: attempts:` count, later ones
// past the third resolver and lines that make no sense are passed over, and a file that names no resolver means
// 127.0.0.1. `search` and `domain` are ignored: what a script asks for is the whole name, on every machine the same.
ResolverSettings parse_resolv_conf(std::string_view text);

}  // namespace berth::net
