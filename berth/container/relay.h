// A program of others that carries a container's packets to this machine's own sockets: pasta or slirp4netns.
#pragma once

#include <chrono>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"
#include "berth/container/network_way.h"
#include "berth/net/address.h"
#include "berth/sys/child.h"

namespace berth::container {

// Runs in a pid namespace whose first process is ours and dies with this one: whatever the program does to its ids and
// signals, it ends with the object, or with us. It confines itself once it has opened the container's network
// namespace: no files, a filter of system calls, and of capabilities those that it says it needs.
class Relay {
 public:
  struct Addresses {
    net::Address v4;  // the container's; the one below it is the gateway's
    net::Address v4_gateway;
    net::Address v6;
    net::Address v6_gateway;
  };
  // `way` is Pasta or Slirp4netns. Returns at once. This process must have one thread.
  static Result<Relay> start(const ChosenWay& way, int name_space, const Addresses& addresses);

  // Until `until`, and no longer than ten seconds. Errors: Unavailable, with the program's own words; TimedOut.
  Result<void> wait_until_ready(std::chrono::steady_clock::time_point until);

 private:
  Relay(sys::Child process, std::string program, UniqueFd ready, UniqueFd words)
      : process_(std::move(process)),
        program_(std::move(program)),
        ready_(std::move(ready)),
        words_(std::move(words)) {}

  sys::Child process_;
  std::string program_;
  UniqueFd ready_;
  UniqueFd words_;
};

}  // namespace berth::container
