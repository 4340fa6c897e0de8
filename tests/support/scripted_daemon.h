// What a client meets in place of the daemon.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <filesystem>
#include <string>
#include <thread>
#include <tuple>
#include <utility>

#include "berth/base/unique_fd.h"
#include "berth/sys/unix_socket.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::testing {

// A daemon that answers its one client with a text, whatever is asked, and ends.
class ScriptedDaemon {
 public:
  explicit ScriptedDaemon(std::string answer, bool waits_for_end = false) {
    auto listening = sys::listen_at(path(), 0600);
    EXPECT_TRUE(ok(listening));
    thread_ = std::thread([this, socket = *std::move(listening), answer = std::move(answer), waits_for_end] {
      const UniqueFd client(::accept4(socket.get(), nullptr, nullptr, SOCK_CLOEXEC));
      for (;;) {
        const auto received = sys::receive_from(client.get(), 0);
        if (!received || received->bytes.empty()) break;
        asked_ += received->bytes;
        descriptors_ += received->descriptors.size();
        if (!waits_for_end && asked_.find("\r\n\r\n") != std::string::npos) break;
      }
      std::ignore = sys::send_all(client.get(), answer);
    });
  }
  ~ScriptedDaemon() { join(); }

  std::filesystem::path path() const { return folder_.path() / "s"; }
  void join() {
    if (thread_.joinable()) thread_.join();
  }
  const std::string& asked() {
    join();
    return asked_;
  }
  std::size_t descriptors() {
    join();
    return descriptors_;
  }

 private:
  TempFolder folder_;
  std::string asked_;
  std::size_t descriptors_ = 0;
  std::thread thread_;
};

}  // namespace berth::testing
