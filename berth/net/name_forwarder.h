// The process that resolves names for one container.
//
// It answers on sockets that lie in the container's network namespace and asks this machine's resolvers from the
// machine's own, so that a container needs no way to any of them. Queries and answers are taken apart and written
// anew; nothing of either passes through unread. It has no privileges, no files, and a filter of a few system calls,
// because it reads what strangers send. It does not cache, does not validate DNSSEC, and knows no search domains.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "berth/net/name_policy.h"
#include "berth/net/resolv_conf.h"

namespace berth::net {

// What is answered lives between these, in the script's hands and in the packet filter: below, a script that connects
// at once could come too late; above, an address of yesterday would stay open.
constexpr std::chrono::seconds kMinTtl{5};
constexpr std::chrono::seconds kMaxTtl{3600};

// How much a script may ask. Queries past the rate wait in the socket's buffer, which slows a burst instead of failing
// it; names past the budget are refused, because a name is a message to whoever runs its domain (a DNS tunnel).
struct NameLimits {
  std::uint32_t queries_per_second = 200;            // enriching a list of indicators asks some ten at a time
  std::uint32_t query_burst = 1'000;                 // a list of 500 names, IPv4 and IPv6, without any wait
  std::uint32_t name_bytes_per_minute = 65'536;      // of names not asked for lately: 2,600 of 25 bytes, about 1 kB/s
  std::chrono::milliseconds query_deadline{10'000};  // with all tries; libc's patience with one server is 5 s, twice
};

struct NameForwarderJob {
  std::vector<int> udp;  // bound, one for each address of the gateway; at most kMaxListeners
  std::vector<int> tcp;  // bound and listening
  int control = -1;      // SOCK_SEQPACKET, see opening.h; its closing or shutdown by the other end ends the process
  int report = -1;       // write end of a pipe; -1: nobody asks. Written when the process ends, see name_report.h
  ResolverSettings upstream;
  NameRules rules;
  NameLimits limits;
  std::optional<uid_t> become;  // user and group id to take, used by nothing else; only root of the machine can
};

constexpr std::size_t kMaxListeners = 4;

// The process' whole life: gives up everything but the job's descriptors, serves, writes the report once `control`
// closes, and exits with 0; with 1 when it could not be confined, which a line on standard error explains. To be called
// in a child made by sys::Child, in the machine's network namespace and before its parent has threads.
[[noreturn]] void run_name_forwarder(const NameForwarderJob& job);

// The serving loop alone, without confinement, until `control` closes. For run_name_forwarder, and for tests.
void serve_names(NameForwarderJob job);

}  // namespace berth::net
