// A port of this machine's loopback interface that leads to the same of a container's, for one call: for a debugger, or
// for those who talk to an integration that listens. Or the other way: for a service of this machine that a container
// is to have.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"
#include "berth/sys/child.h"

namespace berth::container {

// Who may connect to it.
enum class Visitors { OwnUser, Everybody };

class PortForward {
 public:
  // Takes 127.0.0.1:`port` of the network namespace that this process is in. Errors: Unavailable, when it is taken.
  static Result<PortForward> listen(std::uint16_t port, Visitors visitors);

  // Takes 127.0.0.1:`port` of network namespace `name_space`, where everybody may connect. This process must have one
  // thread. Errors: Unavailable.
  static Result<PortForward> listen_in(int name_space, std::uint16_t port);

  // Starts the process that passes connections on into network namespace `name_space`; -1: the one it is in. It has no
  // privileges, no files and a filter of a few system calls; for Visitors::OwnUser it takes connections of the user who
  // started it (or had sudo start it) alone. A container's port is waited for until something listens there; in the
  // namespace that this process is in a connection ends at once where nothing does. It ends with the object, or with
  // this process, which must have one thread.
  Result<void> start(int name_space);

 private:
  PortForward(UniqueFd listener, UniqueFd connections, std::uint16_t port, Visitors visitors)
      : listener_(std::move(listener)), connections_(std::move(connections)), port_(port), visitors_(visitors) {}

  UniqueFd listener_;
  UniqueFd connections_;  // the kernel's table of them, of the namespace that the listener is in
  std::uint16_t port_;
  Visitors visitors_;
  std::optional<sys::Child> process_;
};

// Whose connection from port `from` to port `to`, both on 127.0.0.1, the kernel's table `text` (/proc/net/tcp) holds.
// Pure.
std::optional<std::uint32_t> owner_of_connection(std::string_view text, std::uint16_t from, std::uint16_t to);

}  // namespace berth::container
