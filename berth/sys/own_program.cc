#include "berth/sys/own_program.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <array>

namespace berth::sys {
namespace {

// What posix_spawn(3) does in the new process before it becomes the program.
class Preparation {
 public:
  Preparation() {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
  }
  Preparation(const Preparation&) = delete;
  Preparation& operator=(const Preparation&) = delete;
  ~Preparation() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  // An errno value, or 0.
  int describe(int standard_input) {
    sigset_t none;
    ::sigemptyset(&none);
    int error = ::posix_spawn_file_actions_adddup2(&actions_, standard_input, 0);
    for (const int fd : {1, 2}) {
      if (error == 0) error = ::posix_spawn_file_actions_addopen(&actions_, fd, "/dev/null", O_RDWR, 0);
    }
    if (error == 0) error = ::posix_spawnattr_setsigmask(&attributes_, &none);
    if (error == 0) error = ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
    return error;
  }

  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_ = {};
  posix_spawnattr_t attributes_ = {};
};

}  // namespace

Result<Child> start_own_program(std::vector<std::string> arguments, int standard_input) {
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  std::string zone = "TZ=UTC";
  const std::array<char*, 2> environment = {zone.data(), nullptr};
  Preparation preparation;
  pid_t pid = 0;
  int error = preparation.describe(standard_input);
  if (error == 0) {
    error = ::posix_spawn(&pid, "/proc/self/exe", preparation.actions(), preparation.attributes(), argv.data(),
                          environment.data());
  }
  if (error != 0) return std::unexpected(Error::from_errno(error, "start /proc/self/exe"));
  auto child = Child::adopt(pid);
  if (!child) {  // no Child to end it
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
  return child;
}

}  // namespace berth::sys
