#include "berth/container/process_tree.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <string_view>
#include <utility>

#include "berth/base/unique_fd.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::container {
namespace {

constexpr std::size_t kMost = 1 << 16;  // processes; a loop in what is read must not hold us

void append_numbers(std::string_view text, std::vector<pid_t>& numbers) {
  while (!text.empty()) {
    pid_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    text.remove_prefix(std::min<std::size_t>(static_cast<std::size_t>(end - text.data()) + 1, text.size()));
    if (error == std::errc() && number > 1) numbers.push_back(number);
  }
}

// The children of each thread of `pid`; none when it has ended.
void append_children(pid_t pid, std::vector<pid_t>& children) {
  std::error_code error;
  for (const auto& thread : std::filesystem::directory_iterator(fmt::format("/proc/{}/task", pid), error)) {
    if (const auto text = sys::read_file(thread.path() / "children", 1 << 20)) append_numbers(*text, children);
  }
}

}  // namespace

Result<std::vector<pid_t>> descendants_of(pid_t pid) {
  BERTH_CHECK_OK(sys::read_file(fmt::format("/proc/{0}/task/{0}/children", pid), 1 << 20).context([] {
    return "list the processes of a container";
  }));
  std::vector<pid_t> found;
  append_children(pid, found);
  for (std::size_t at = 0; at < found.size() && found.size() < kMost; ++at) append_children(found[at], found);
  return found;
}

Result<void> kill_descendants_of(pid_t pid) {
  const timespec pause = {0, 2'000'000};
  for (int attempt = 0; attempt < 2500; ++attempt) {
    BERTH_TRY(const std::vector<pid_t> left, descendants_of(pid));
    if (left.empty()) return {};
    std::vector<std::pair<pid_t, UniqueFd>> held;
    for (const pid_t process : left) {
      const auto open = [&] { return ::syscall(SYS_pidfd_open, process, 0); };
      if (const auto pidfd = sys::call(open, "pidfd_open {}", process)) held.emplace_back(process, *pidfd);
    }
    // Asked again once they are held: a number that has become a stranger's is not among them any more.
    BERTH_TRY(const std::vector<pid_t> still, descendants_of(pid));
    for (const auto& [process, pidfd] : held) {
      if (std::ranges::find(still, process) == still.end()) continue;
      ::syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0);
    }
    ::nanosleep(&pause, nullptr);
  }
  return fail(Errc::TimedOut, "end the processes of a container: some did not die within 5 s");
}

}  // namespace berth::container
