// Sockets of the host that a container must not reach.
#pragma once

#include <cstdint>
#include <string>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"

namespace berth::probe {

// Listens, without ever taking anybody in, at an abstract name and at a port of 127.0.0.1: to connect is to get
// through.
class HostDoor {
 public:
  static Result<HostDoor> open();

  const std::string& abstract_name() const { return abstract_name_; }  // without the zero byte in front
  std::uint16_t port() const { return port_; }

 private:
  HostDoor() = default;
  UniqueFd abstract_;
  UniqueFd tcp_;
  std::string abstract_name_;
  std::uint16_t port_ = 0;
};

}  // namespace berth::probe
