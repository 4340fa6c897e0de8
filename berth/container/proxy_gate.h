// A gate before an HTTP proxy: a container reaches a few hosts through the proxy, and not all that the proxy leads to.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"
#include "berth/net/address.h"
#include "berth/net/destination.h"
#include "berth/sys/child.h"

namespace berth::container {

struct GatePlan {
  std::uint16_t port = 0;               // of 127.0.0.1 in the container, where the gate stands
  std::vector<net::Address> addresses;  // of the proxy; the first that answers is taken
  std::uint16_t proxy_port = 0;
  std::string authorization;              // the value of Proxy-Authorization, which the container does not see
  std::vector<net::Destination> allowed;  // single hosts and ports
};

// Each connection is served by a process of its own, without privileges, files or more than a few system calls. It
// reads one request (net/proxy_request.h), and passes it on where its destination is allowed: a tunnel once the proxy
// has opened it, of a file the answer alone. Everything else is answered with 403 and the reason. The proxy may lie
// anywhere, on this machine's loopback too.
class ProxyGate {
 public:
  // Stands in network namespace `name_space` until the object is gone, or this process, which must have one thread.
  // Errors: Unavailable when the port is taken.
  static Result<ProxyGate> open(int name_space, const GatePlan& plan);

 private:
  explicit ProxyGate(sys::Child process) : process_(std::move(process)) {}
  sys::Child process_;
};

}  // namespace berth::container
