// What a service manager (systemd) and a service tell each other: sockets handed over, readiness, a watchdog.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"

namespace berth::sys {

// The sockets that were handed to this process (LISTEN_FDS, meant for the process LISTEN_PID), close-on-exec from here
// on. Takes the variables out of the environment, so that no other takes them. Call it before anything is opened.
std::vector<UniqueFd> take_passed_sockets();

// Tells the manager how the service fares, as sd_notify(3) does. Where there is none, everything does nothing.
class ServiceManager {
 public:
  // From NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, which are taken out of the environment.
  static ServiceManager of_process();

  // "READY=1", "STOPPING=1", "STATUS=...", "WATCHDOG=1". What cannot be sent is not worth an error.
  void say(std::string_view state) const;

  // How often to say WATCHDOG=1: half of what the manager waits for.
  std::optional<std::chrono::milliseconds> watchdog_pause() const { return watchdog_pause_; }

 private:
  std::string address_;  // a path, or "@name" of the abstract space; empty for none
  std::optional<std::chrono::milliseconds> watchdog_pause_;
};

}  // namespace berth::sys
