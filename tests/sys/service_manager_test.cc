#include "berth/sys/service_manager.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>

#include "tests/support/temp_folder.h"

namespace berth::sys {
namespace {

TEST(PassedSockets, AreThoseMeantForThisProcess) {
  // Where the test has no descriptor 3, it makes one.
  if (::fcntl(3, F_GETFD) < 0) {
    ASSERT_EQ(::dup3(STDIN_FILENO, 3, O_CLOEXEC), 3);
  }
  const std::pair<std::string, std::size_t> rows[] = {
      {std::to_string(::getpid()), 1}, {std::to_string(::getpid() + 1), 0}, {"", 0}, {"1x", 0}};
  for (const auto& [pid, count] : rows) {
    ::setenv("LISTEN_PID", pid.c_str(), 1);
    ::setenv("LISTEN_FDS", "1", 1);
    auto sockets = take_passed_sockets();
    ASSERT_EQ(sockets.size(), count) << pid;
    for (UniqueFd& one : sockets) {
      EXPECT_EQ(one.get(), 3);
      std::ignore = one.release();  // whatever it is, it is the test's own
    }
    EXPECT_EQ(std::getenv("LISTEN_PID"), nullptr);
    EXPECT_EQ(std::getenv("LISTEN_FDS"), nullptr);
  }
}

TEST(Manager, IsToldAtItsAddress) {
  const testing::TempFolder folder;
  const std::string path = (folder.path() / "notify").native();
  const UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  ::setenv("WATCHDOG_USEC", "4000000", 1);
  ::unsetenv("WATCHDOG_PID");
  const ServiceManager manager = ServiceManager::of_process();
  EXPECT_EQ(std::getenv("NOTIFY_SOCKET"), nullptr);
  EXPECT_EQ(manager.watchdog_pause(), std::chrono::milliseconds(2000));
  manager.say("READY=1");
  char text[64] = {};
  ASSERT_GT(::recv(socket.get(), text, sizeof(text) - 1, MSG_DONTWAIT), 0);
  EXPECT_STREQ(text, "READY=1");
}

TEST(Manager, MayBeMissing) {
  ::unsetenv("NOTIFY_SOCKET");
  ::unsetenv("WATCHDOG_USEC");
  const ServiceManager manager = ServiceManager::of_process();
  manager.say("READY=1");
  EXPECT_FALSE(manager.watchdog_pause());
}

}  // namespace
}  // namespace berth::sys
