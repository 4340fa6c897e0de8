// The process as it runs: confined, answering, gone with its parent. And what it costs.
#include "berth/net/name_forwarder.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>

#include "berth/net/name_syscalls.h"
#include "berth/sys/child.h"
#include "berth/sys/mount.h"
#include "tests/net/served_names.h"
#include "tests/support/needs.h"
#include "tests/support/result_matchers.h"

namespace berth::net {
namespace {

using namespace std::chrono_literals;
using testing::AskingScript;
using testing::one_address;
using testing::ScriptedResolver;
using testing::shown;
using testing::SocketPair;

constexpr uid_t kNobodyElse = 987'654;

// Started while the test has one thread.
class Forwarder {
 public:
  // `before` runs in the new process.
  static Forwarder start(NameForwarderJob job, const std::function<bool()>& before = [] { return true; }) {
    Forwarder forwarder;
    job.udp = {forwarder.sockets_.udp.get()};
    job.tcp = {forwarder.sockets_.tcp.get()};
    job.control = forwarder.control_.get();
    job.report = forwarder.report_.write.get();
    forwarder.child_ = *sys::Child::start(0, std::nullopt, [&] {
      if (!before()) return 99;
      run_name_forwarder(job);
    });
    forwarder.control_.reset();
    forwarder.report_.write.reset();
    return forwarder;
  }

  pid_t pid() const { return child_->pid(); }
  std::uint16_t port() const { return sockets_.port; }
  bool is_running() const {
    pollfd polled = {child_->pidfd(), POLLIN, 0};
    return ::poll(&polled, 1, 0) == 0;
  }

  // How it ends once nobody holds the other end.
  int end_status() {
    keeper_.reset();
    const auto ending = child_->wait();
    return ending.has_value() ? ending->status : -1;
  }
  Result<std::vector<NameEvent>> report() const { return read_name_report(report_.read.get()); }

  std::string status(const std::string& field) const {
    std::ifstream file("/proc/" + std::to_string(pid()) + "/status");
    for (std::string line; std::getline(file, line);) {
      if (!line.starts_with(field + ":")) continue;
      const std::size_t at = line.find_first_not_of("\t ", field.size() + 1);
      return at == std::string::npos ? "" : line.substr(at);
    }
    return "";
  }

 private:
  Forwarder() : sockets_(SocketPair::bound()), report_(*sys::make_pipe()) {
    int ends[2] = {-1, -1};
    BERTH_ASSERT(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
    control_.reset(ends[0]);
    keeper_.reset(ends[1]);
  }

  SocketPair sockets_;
  sys::Pipe report_;
  UniqueFd control_;
  UniqueFd keeper_;
  std::optional<sys::Child> child_;
};

// With a resolver on that port of the loopback interface.
NameForwarderJob job_for(std::uint16_t port) {
  NameForwarderJob job;
  job.upstream.resolvers = {{.address = *parse_address("127.0.0.1"), .port = port}};
  return job;
}

Result<void> can_leave_the_files() {
  if (::geteuid() != 0) return fail(Errc::Denied, "needs root");
  BERTH_CHECK_OK(sys::make_mount("tmpfs", {}, 0));
  return {};
}

TEST(NameForwarder, HasNothingLeftToLose) {
  BERTH_NEEDS("root", can_leave_the_files());
  const UniqueFd stray(::open("/etc/passwd", O_RDONLY | O_CLOEXEC));
  NameForwarderJob job = job_for(9);
  job.become = kNobodyElse;
  Forwarder forwarder = Forwarder::start(job);
  AskingScript script(forwarder.port());
  EXPECT_EQ(shown(script.ask("localhost")), "NXDOMAIN:");  // it is past its confinement
  const std::string id = std::to_string(kNobodyElse);
  EXPECT_EQ(forwarder.status("Uid"), id + "\t" + id + "\t" + id + "\t" + id);
  EXPECT_EQ(forwarder.status("Gid"), id + "\t" + id + "\t" + id + "\t" + id);
  EXPECT_EQ(forwarder.status("Groups"), "");
  for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"}) {
    EXPECT_EQ(forwarder.status(set), "0000000000000000") << set;
  }
  EXPECT_EQ(forwarder.status("NoNewPrivs"), "1");
  EXPECT_EQ(forwarder.status("Seccomp"), "2");
  EXPECT_EQ(forwarder.status("Name"), "berth-names");
  const std::string folder = "/proc/" + std::to_string(forwarder.pid());
  EXPECT_TRUE(std::filesystem::is_empty(folder + "/root/"));
  std::vector<std::string> open;
  for (const auto& fd : std::filesystem::directory_iterator(folder + "/fd")) {
    const std::string target = std::filesystem::read_symlink(fd.path()).string();
    open.push_back(target.substr(0, target.find(':')));
  }
  std::ranges::sort(open);
  EXPECT_EQ(open,
            (std::vector<std::string>{"/dev/null", "/dev/null", "/dev/null", "pipe", "socket", "socket", "socket"}));
  EXPECT_EQ(forwarder.end_status(), 0);
}

TEST(NameForwarder, IsConfinedWithoutRootAsWell) {
  Forwarder forwarder = Forwarder::start(job_for(9));
  AskingScript script(forwarder.port());
  EXPECT_EQ(shown(script.ask("localhost")), "NXDOMAIN:");
  EXPECT_EQ(forwarder.status("CapEff"), "0000000000000000");
  EXPECT_EQ(forwarder.status("NoNewPrivs"), "1");
  EXPECT_EQ(forwarder.status("Seccomp"), "2");
  EXPECT_EQ(forwarder.end_status(), 0);
}

TEST(NameForwarder, LivesThroughATerminalsSignalsAndReportsAtItsEnd) {
  std::uint16_t port = 0;
  {
    port = SocketPair::bound().port;
  }
  Forwarder forwarder = Forwarder::start(job_for(port));
  AskingScript script(forwarder.port());
  EXPECT_EQ(shown(script.ask("127.1")), "NXDOMAIN:");
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::kill(forwarder.pid(), signal);
  EXPECT_EQ(shown(script.ask("a.example")), "SERVFAIL:");
  EXPECT_TRUE(forwarder.is_running());
  EXPECT_EQ(forwarder.end_status(), 0);
  const auto report = forwarder.report();
  ASSERT_TRUE(testing::ok(report));
  ASSERT_EQ(report->size(), 2u);
  EXPECT_EQ((*report)[0].name, "127.1");
  EXPECT_EQ((*report)[1].kind, NameEventKind::NoAnswer);
}

// Without the right to become somebody else it does not serve as who it is.
TEST(NameForwarder, SaysWhyItCouldNotBeConfined) {
  BERTH_NEEDS("root", can_leave_the_files());
  sys::Pipe complaints = *sys::make_pipe();
  NameForwarderJob job = job_for(9);
  job.become = kNobodyElse + 1;
  Forwarder forwarder = Forwarder::start(job, [&] {
    ::dup2(complaints.write.get(), 2);
    return ::setresuid(kNobodyElse, kNobodyElse, kNobodyElse) == 0;
  });
  EXPECT_EQ(forwarder.end_status(), 1 << 8);
  complaints.write.reset();
  std::string text(1024, '\0');
  const ssize_t got = ::read(complaints.read.get(), text.data(), text.size());
  EXPECT_TRUE(text.starts_with("berth: confine the name forwarder: ")) << text.substr(0, static_cast<std::size_t>(got));
  EXPECT_NE(text.find("Operation not permitted"), std::string::npos);
}

struct CallRow {
  const char* name;
  int number;
  std::vector<std::uint64_t> arguments;
  bool allowed;
};

const CallRow kCalls[] = {
    {"Udp", SYS_socket, {AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0}, true},
    {"Tcp6", SYS_socket, {AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0}, true},
    {"Unix", SYS_socket, {AF_UNIX, SOCK_STREAM, 0}, false},
    {"Netlink", SYS_socket, {AF_NETLINK, SOCK_RAW, 0}, false},
    {"Packet", SYS_socket, {AF_PACKET, SOCK_DGRAM, 0}, false},
    {"Raw", SYS_socket, {AF_INET, SOCK_RAW, 0}, false},
    {"Ping", SYS_socket, {AF_INET, SOCK_DGRAM, 1}, false},
    {"Sctp", SYS_socket, {AF_INET, SOCK_STREAM, 132}, false},
    {"MultipathTcp", SYS_socket, {AF_INET, SOCK_STREAM, 262}, false},
    {"Memory", SYS_mmap, {0, 4096, 3}, true},
    {"Code", SYS_mmap, {0, 4096, 5}, false},
    {"MakeCode", SYS_mprotect, {0, 4096, 5}, false},
    {"Open", SYS_openat, {}, false},
    {"Program", SYS_execve, {}, false},
    {"Process", SYS_clone, {}, false},
    {"Process3", SYS_clone3, {}, false},
    {"Trace", SYS_ptrace, {}, false},
    {"Kill", SYS_kill, {}, false},
    {"Bind", SYS_bind, {}, false},
    {"Listen", SYS_listen, {}, false},
    {"PassDescriptors", SYS_sendmsg, {}, false},
    {"Limits", SYS_prlimit64, {}, false},
    {"Control", SYS_ioctl, {}, false},
};

TEST(NameForwarder, MayMakeFewSystemCalls) {
  const auto program = sys::compile_filter(name_forwarder_syscalls());
#if defined(__x86_64__)
  constexpr std::uint32_t kHere = 0xc000003e;
#else
  constexpr std::uint32_t kHere = 0xc00000b7;
#endif
  for (const CallRow& row : kCalls) {
    std::uint64_t arguments[6] = {};
    std::ranges::copy(row.arguments, arguments);
    const std::uint32_t answer = sys::run_filter(program, kHere, static_cast<std::uint32_t>(row.number), arguments);
    EXPECT_EQ(answer == 0x7fff0000, row.allowed) << row.name;
  }
}

double median_us(std::vector<double> times) {
  std::ranges::sort(times);
  return times[times.size() / 2];
}

std::vector<double> round_trips_us(std::uint16_t port, int count) {
  AskingScript script(port);
  std::vector<double> times;
  for (int i = 0; i < count; ++i) {
    const auto started = std::chrono::steady_clock::now();
    EXPECT_EQ(shown(script.ask("a.example")), "NOERROR: 1.2.3.4");
    times.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - started).count());
  }
  return times;
}

// The same questions to the resolver itself and through the forwarder, one at a time and many at once.
TEST(NameForwarder, Figures) {
  NameForwarderJob job = job_for(0);
  job.limits = {.queries_per_second = 1'000'000, .query_burst = 1'000'000, .name_bytes_per_minute = 100'000'000};
  const ScriptedResolver resolver([](const DnsQuery& query, bool) { return one_address(query, "1.2.3.4"); });
  job.upstream.resolvers = {resolver.resolver()};
  const testing::ServedNames served(job);
  constexpr int kRoundTrips = 500;
  const double direct = median_us(round_trips_us(resolver.resolver().port, kRoundTrips));
  const double through = median_us(round_trips_us(served.port(), kRoundTrips));

  constexpr int kQueries = 10'000;
  constexpr int kAtOnce = 100;
  const AskingScript script(served.port());
  const auto started = std::chrono::steady_clock::now();
  int sent = 0;
  int answered = 0;
  const auto send_one = [&] {
    const std::string name = "host-" + std::to_string(sent) + ".example";
    script.send(print_query(static_cast<std::uint16_t>(sent++), testing::name_of(name), 1));
  };
  while (sent < kAtOnce) send_one();
  while (answered < kQueries && script.receive(3'000)) {
    ++answered;
    if (sent < kQueries) send_one();
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  EXPECT_EQ(answered, kQueries);
  std::printf("name forwarder: %.0f us added to %.0f us of the resolver; %.0f queries/s\n", through - direct, direct,
              answered / seconds);
  EXPECT_LT(through - direct, 20'000);
}

}  // namespace
}  // namespace berth::net
