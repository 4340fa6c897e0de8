// Opens the way to the addresses of allowed names, one by one, in a container's packet filter.
//
// It is a process of its own, between the one that reads what strangers send (the name forwarder) and the packet
// filter: it takes fixed records, judges each address again, and has nothing but a socket to the filter of this one
// network namespace. When it ends, for whatever reason, nothing more is opened.
#pragma once

#include "berth/base/result.h"
#include "berth/container/network_rules.h"
#include "berth/net/address_rules.h"
#include "berth/sys/child.h"
#include "berth/sys/netlink.h"

namespace berth::container {

struct KeeperJob {
  const OpenNames& names;
  const net::AddressRules& rules;
  sys::netlink::Socket& filter;  // in the container's namespace
  int control = -1;              // to the name forwarder
};

// This process must have one thread.
Result<sys::Child> start_keeper(const KeeperJob& job);

}  // namespace berth::container
