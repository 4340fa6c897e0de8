#include "berth/container/relay.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "berth/base/utf8.h"
#include "berth/sys/descriptors.h"
#include "berth/sys/pipe.h"
#include "berth/sys/syscall.h"

namespace berth::container {
namespace {

// Descriptors of the program.
constexpr int kNameSpace = 3;
constexpr int kReady = 4;

std::vector<std::string> pasta_arguments(const std::string& program, const Relay::Addresses& addresses) {
  return {program, "--quiet", "--netns-only",
          // As root it stays so until it has opened the namespace, which it could not as anybody else.
          "--runas", "0:0", "--config-net", "--no-dhcp", "--no-dhcpv6", "--no-ra", "--ns-ifname", "eth0", "--mtu",
          "1500",
          // Neither this machine's loopback behind the gateway's address, nor ports of the container on this machine.
          "--no-map-gw", "--tcp-ports", "none", "--udp-ports", "none", "--tcp-ns", "none", "--udp-ns", "none",
          "--address", net::to_text(addresses.v4), "--netmask", "255.255.255.254", "--gateway",
          net::to_text(addresses.v4_gateway), "--address", net::to_text(addresses.v6), "--gateway",
          net::to_text(addresses.v6_gateway), "--netns", fmt::format("/proc/self/fd/{}", kNameSpace)};
}

std::vector<std::string> slirp_arguments(const std::string& program) {
  return {program,
          "--configure",
          "--mtu=1500",
          "--disable-host-loopback",
          "--disable-dns",
          "--enable-sandbox",
          "--enable-seccomp",
          fmt::format("--ready-fd={}", kReady),
          "--netns-type=path",
          fmt::format("/proc/self/fd/{}", kNameSpace),
          "eth0"};
}

struct Plan {
  std::vector<std::string> arguments;
  bool is_ready_when_it_ends;  // pasta goes on in a copy of itself
  int name_space;
  int ready;
  int words;
  int host;  // pidfd of who started it
};

[[noreturn]] void become_program(const Plan& plan) {
  std::vector<std::string> arguments = plan.arguments;
  std::vector<char*> list;
  for (std::string& text : arguments) list.push_back(text.data());
  list.push_back(nullptr);
  // Opened as 0, which was closed, it would close again with the program's start: a copy of itself keeps the flag.
  const int low = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  const int null = ::fcntl(low, F_DUPFD_CLOEXEC, kReady + 1);
  for (const int target : {0, 1}) ::dup2(null, target);
  ::dup2(plan.words, 2);
  ::dup2(plan.name_space, kNameSpace);
  if (!plan.is_ready_when_it_ends) ::dup2(plan.ready, kReady);
  ::syscall(SYS_close_range, plan.is_ready_when_it_ends ? kReady : kReady + 1, ~0u, 0);
  // pasta takes a signal that is ignored for one that it may not handle.
  for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
  std::array<char*, 2> environment = {const_cast<char*>("PATH=/usr/sbin:/usr/bin:/sbin:/bin"), nullptr};
  ::execve(list[0], list.data(), environment.data());
  ::_exit(127);
}

int supervise(const Plan& plan) {
  // First: what is open here would be open for as long as this runs.
  sys::close_all_but({plan.name_space, plan.ready, plan.words, plan.host});
  ::setsid();
  ::prctl(PR_SET_NAME, "berth-relay", 0, 0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  // Who would have to die for the signal may have died already. That nobody reads the pipe would not show it: whoever
  // was started after us has a copy of its other end for a moment.
  pollfd host = {plan.host, POLLIN, 0};
  if (::poll(&host, 1, 0) != 0) return 1;
  const pid_t program = ::fork();
  if (program == 0) become_program(plan);
  // From here on only the two pipes are open, and they close when the program has ended.
  ::dup2(plan.ready, 0);
  ::syscall(SYS_close_range, 1, ~0u, 0);
  for (;;) {
    int status = 0;
    const pid_t ended = ::waitpid(-1, &status, __WALL);
    if (ended < 0 && errno == EINTR) continue;
    if (ended < 0) return 1;
    if (ended != program) continue;
    if (!plan.is_ready_when_it_ends || status != 0) return 1;
    [[maybe_unused]] const auto told = ::write(0, "1", 1);
    ::close(0);
  }
}

std::string words_of(int fd) {
  std::array<char, 512> text;
  const ssize_t got = ::read(fd, text.data(), text.size());
  std::string words(text.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  while (!words.empty() && words.back() == '\n') words.pop_back();
  for (char& c : words) c = c == '\n' ? ';' : c;
  return words.empty() ? "it said nothing" : to_visible(words, false);
}

}  // namespace

Result<Relay> Relay::start(const ChosenWay& way, int name_space, const Addresses& addresses) {
  const bool is_pasta = way.way == NetworkWay::Pasta;
  BERTH_TRY(sys::Pipe ready, sys::make_pipe());
  BERTH_TRY(sys::Pipe words, sys::make_pipe());
  BERTH_TRY(int self, sys::call([] { return ::syscall(SYS_pidfd_open, ::getpid(), 0); }, "pidfd_open"));
  const UniqueFd host(self);
  Plan plan{is_pasta ? pasta_arguments(way.program, addresses) : slirp_arguments(way.program), is_pasta, 0, 0, 0, 0};
  // Away from the numbers that the program is to have.
  std::array<UniqueFd, 4> high;
  const std::array<int, 4> given = {name_space, ready.write.get(), words.write.get(), host.get()};
  for (std::size_t at = 0; at < high.size(); ++at) {
    BERTH_TRY(int fd, sys::call([&] { return ::fcntl(given[at], F_DUPFD_CLOEXEC, 10); }, "copy a descriptor"));
    high[at].reset(fd);
  }
  plan.name_space = high[0].get();
  plan.ready = high[1].get();
  plan.words = high[2].get();
  plan.host = high[3].get();
  BERTH_TRY(sys::Child process, sys::Child::start(CLONE_NEWPID, std::nullopt, [&] {
                                  return supervise(plan);
                                }).context([&] { return fmt::format("start {}", way.program); }));
  return Relay(std::move(process), way.program, std::move(ready.read), std::move(words.read));
}

Result<void> Relay::wait_until_ready(std::chrono::steady_clock::time_point until) {
  constexpr std::chrono::milliseconds kMost{10'000};
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
  const auto most = std::clamp(left, std::chrono::milliseconds(0), kMost);
  pollfd polled = {ready_.get(), POLLIN, 0};
  const auto doing = [&] { return fmt::format("start {}", program_); };
  BERTH_TRY(int events,
            sys::call([&] { return ::poll(&polled, 1, static_cast<int>(most.count())); }, "wait for {}", program_));
  if (events == 0) return fail(Errc::TimedOut, fmt::format("{}: it was not ready within {} ms", doing(), most.count()));
  char byte = 0;
  BERTH_TRY(int got, sys::call([&] { return ::read(ready_.get(), &byte, 1); }, "wait for {}", program_));
  if (got == 1) return {};
  return fail(Errc::Unavailable, fmt::format("{}: {}", doing(), words_of(words_.get())));
}

}  // namespace berth::container
