// The way in: this process looks and makes ready; a copy of it, the visitor, joins the container's cgroups and enters
// its namespaces; a child of that, the first process that is in all of them, takes the script's last steps
// (script_process.cc) and becomes the program. The visitor then gives up what it has and waits.

#include "berth/container/visit.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <span>
#include <string_view>

#include "berth/container/script_process.h"
#include "berth/container/side_tools.h"
#include "berth/container/standing.h"
#include "berth/container/syscall_policy.h"
#include "berth/sys/descriptors.h"
#include "berth/sys/file.h"
#include "berth/sys/mount.h"
#include "berth/sys/passed_descriptors.h"
#include "berth/sys/pipe.h"
#include "berth/sys/privileges.h"
#include "berth/sys/seccomp_filter.h"
#include "berth/sys/syscall.h"

namespace berth::container {
namespace {

std::string* find_variable(std::vector<std::string>& environment, std::string_view name) {
  for (std::string& variable : environment) {
    if (variable.starts_with(name) && variable.size() > name.size() && variable[name.size()] == '=') return &variable;
  }
  return nullptr;
}

bool is_terminal_type(std::string_view text) {
  const auto is_plain = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c == '+';
  };
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, is_plain);
}

// What the visitor and the program need, made ready by this process. Descriptors are borrowed.
struct VisitPlan : ScriptPlan {
  const Standing& standing;
  const std::optional<SideTools>& tools;
  const std::optional<winsize>& terminal;
  int hand_over = -1;  // socket for the program's pidfd and the near side of the terminal
};

Result<void> join_cgroups(const VisitPlan& plan) {
  for (const UniqueFd& tasks : plan.standing.tasks) {
    BERTH_CHECK_OK(sys::check([&] { return ::write(tasks.get(), "0", 1); }, "write 0 to a file of its cgroups"));
  }
  return {};
}

Result<void> enter_namespaces(const VisitPlan& plan) {
  const auto enter = [&] { return ::setns(plan.standing.init.get(), plan.standing.namespaces); };
  BERTH_CHECK_OK(sys::check(enter, "setns to those of its init (flags {:#x})", plan.standing.namespaces));
  BERTH_CHECK_OK(sys::become_user(0, 0));
  BERTH_CHECK_OK(sys::check([] { return ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }, "become undumpable"));
  BERTH_CHECK_OK(sys::check([] { return ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); }, "die with the parent"));
  pollfd reader = {plan.report, 0, 0};
  if (::poll(&reader, 1, 0) == 1) return fail(Errc::Unavailable, "the host's process is gone");
  return {};
}

// In a mount namespace of the visit's own, so that the container has no tools of ours afterwards.
Result<void> attach_tools(const VisitPlan& plan) {
  if (!plan.tools) return {};
  BERTH_CHECK_OK(sys::check([] { return ::unshare(CLONE_NEWNS); }, "unshare a mount namespace"));
  BERTH_TRY(const UniqueFd tools, make_tools_mount(*plan.tools));
  BERTH_CHECK_OK(sys::set_mount_attributes(tools.get(), MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV));
  BERTH_TRY(const UniqueFd root, sys::open_place("/"));
  return sys::attach_mount(tools.get(), root.get(), std::string(kToolsFolder).substr(1));
}

// A terminal of the container's own, which is the script's user's: nothing of ours is handed in.
Result<void> open_terminal(VisitPlan& plan, UniqueFd& near, UniqueFd& far) {
  if (!plan.terminal) return {};
  ::setfsgid(kScriptId);
  ::setfsuid(kScriptId);
  const auto open = [] { return ::open("/dev/pts/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC); };
  BERTH_TRY(const int master, sys::call(open, "open /dev/pts/ptmx"));
  near.reset(master);
  ::setfsuid(0);
  ::setfsgid(0);
  int locked = 0;
  BERTH_CHECK_OK(sys::check([&] { return ::ioctl(master, TIOCSPTLCK, &locked); }, "unlock the terminal"));
  BERTH_CHECK_OK(sys::check([&] { return ::ioctl(master, TIOCSWINSZ, &*plan.terminal); }, "set the terminal's size"));
  const auto peer = [&] { return ::ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC); };
  BERTH_TRY(const int slave, sys::call(peer, "open the far side of the terminal"));
  far.reset(slave);
  plan.in = plan.out = plan.err = slave;
  plan.takes_terminal = true;
  return {};
}

// But for what the kernel asks of a parent whose death is to be a child's: that it could kill it.
Result<void> give_up_privileges() {
  BERTH_CHECK_OK(sys::drop_bounding_set());
  BERTH_CHECK_OK(sys::forbid_new_privileges());
  return sys::keep_capability(CAP_KILL);
}

// The program's end as an exit status. The program cannot outlive this process, nor this process it.
int exit_status_of(pid_t program) {
  for (;;) {
    int status = 0;
    const pid_t ended = ::waitpid(program, &status, __WALL);
    if (ended < 0 && errno == EINTR) continue;
    if (ended < 0) return 1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
}

Result<pid_t> start_program(VisitPlan& plan) {
  BERTH_CHECK_OK(join_cgroups(plan).context([] { return "join the cgroups"; }));
  BERTH_CHECK_OK(enter_namespaces(plan).context([] { return "enter the namespaces"; }));
  BERTH_CHECK_OK(attach_tools(plan).context([] { return "attach the tools"; }));
  UniqueFd near;
  UniqueFd far;
  BERTH_CHECK_OK(open_terminal(plan, near, far).context([] { return "open a terminal"; }));
  BERTH_TRY(const pid_t program, sys::call([] { return ::fork(); }, "fork the program"));
  if (program == 0) become_script(plan);
  BERTH_CHECK_OK(give_up_privileges().context([] { return "give up the visitor's privileges"; }));
  const auto open = [&] { return ::syscall(SYS_pidfd_open, program, 0); };
  BERTH_TRY(const int pidfd, sys::call(open, "pidfd_open {}", program));
  const UniqueFd held(pidfd);
  const std::array<int, 2> handed = {pidfd, near.get()};
  BERTH_CHECK_OK(sys::send_descriptors(plan.hand_over, std::span(handed).first(near ? 2 : 1)));
  return program;
}

int visit(VisitPlan& plan) {
  // Keys that are typed at our terminal are for the program alone.
  ::setsid();
  ::prctl(PR_SET_NAME, "berth-visitor", 0, 0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  std::vector<int> kept = {plan.report, plan.in, plan.out, plan.err, plan.hand_over, plan.standing.init.get()};
  for (const UniqueFd& tasks : plan.standing.tasks) kept.push_back(tasks.get());
  sys::close_all_but(std::move(kept));
  auto program = start_program(plan);
  if (!program) {
    report_failure(plan, InitReport::Kind::Failed, program.error().message());
    return 1;
  }
  sys::close_all_but({});
  return exit_status_of(*program);
}

std::unexpected<Error> start_error(InitReport report) {
  report.text.back() = '\0';
  if (report.kind != InitReport::Kind::Missing) return fail(Errc::Unavailable, report.text.data());
  return fail(Errc::NotFound, fmt::format("the container has no such program: looked for {}", report.text.data()));
}

// End of file is what a program leaves of the report that starts.
Result<void> wait_for_start(int report) {
  constexpr int kMostMilliseconds = 30'000;
  pollfd ready = {report, POLLIN, 0};
  BERTH_TRY(const int events, sys::call([&] { return ::poll(&ready, 1, kMostMilliseconds); }, "wait for the program"));
  if (events == 0) return fail(Errc::TimedOut, "start the program: it did not begin within 30 s");
  InitReport said;
  BERTH_TRY(const int got, sys::call([&] { return ::read(report, &said, sizeof(said)); }, "read the report"));
  if (got == 0) return {};
  return got == sizeof(said) ? start_error(said) : fail(Errc::Unavailable, "start the program: its report is cut off");
}

struct Streams {
  sys::Pipe in;
  sys::Pipe out;
  sys::Pipe err;
};

Result<Streams> make_streams() {
  Streams streams;
  for (sys::Pipe* pipe : {&streams.in, &streams.out, &streams.err}) {
    BERTH_TRY(*pipe, sys::make_pipe());
  }
  return streams;
}

// What is to run, in words of a launch.
LaunchSpec launch_spec_for(const KeptContainer& container, const VisitSpec& spec, bool with_tools) {
  LaunchSpec launch;
  launch.id = container.id;
  launch.image_name = container.image;
  launch.channel = Channel::Stdio;
  launch.environment = container.environment;
  launch.programs = {spec.command.empty() ? "sh" : spec.command.front()};
  if (!spec.command.empty()) launch.arguments.assign(spec.command.begin() + 1, spec.command.end());
  if (with_tools) {
    if (std::string* path = find_variable(launch.environment, "PATH")) *path += std::string(":") + kToolsFolder;
  }
  if (spec.terminal && is_terminal_type(spec.terminal_type)) {
    const std::string variable = "TERM=" + spec.terminal_type;
    std::string* given = find_variable(launch.environment, "TERM");
    if (given != nullptr) {
      *given = variable;
    } else {
      launch.environment.push_back(variable);
    }
  }
  return launch;
}

Result<std::optional<SideTools>> tools_for(const Standing& standing, const KeptContainer& container,
                                           const VisitSpec& spec) {
  std::vector<std::string> environment = container.environment;
  const std::string* path = find_variable(environment, "PATH");
  const bool is_bare = !has_shell(standing, path == nullptr ? "" : std::string_view(*path).substr(5));
  if (!spec.with_tools && !is_bare) return std::nullopt;
  auto tools = read_side_tools();
  // Who names a program may do without.
  if (!tools && !spec.with_tools && !spec.command.empty()) return std::nullopt;
  if (!tools) return std::unexpected(std::move(tools).error());
  return *std::move(tools);
}

Result<UniqueFd> above_all(const UniqueFd& fd) {
  const auto copy = [&] { return ::fcntl(fd.get(), F_DUPFD_CLOEXEC, kReportDescriptor); };
  BERTH_TRY(const int high, sys::call(copy, "give the report a high number"));
  return UniqueFd(high);
}

}  // namespace

Result<Visit> Visit::start(const KeptContainer& container, const VisitSpec& spec) {
  if (container.environment.empty()) {
    return fail(Errc::Unavailable,
                fmt::format("container {} was kept by another version of berth, which did not record "
                            "what is needed to enter it; run the call again with --keep",
                            container.id));
  }
  BERTH_TRY(const Standing standing, look_at(container));
  BERTH_TRY(const std::optional<SideTools> tools, tools_for(standing, container, spec));
  const LaunchSpec launch = launch_spec_for(container, spec, tools.has_value());
  BERTH_TRY(Streams streams, make_streams());
  BERTH_TRY(sys::SocketPair hand_over, sys::make_socket_pair());
  BERTH_TRY(sys::Pipe report, sys::make_pipe());
  BERTH_TRY(report.write, above_all(report.write));

  VisitPlan plan{{.spec = launch, .filter = script_filter()}, standing, tools, spec.terminal};
  plan.bounds = container.bounds;
  plan.is_visit = true;
  plan.report = report.write.get();
  plan.hand_over = hand_over.theirs.get();
  if (!spec.terminal) {
    plan.in = streams.in.read.get();
    plan.out = streams.out.write.get();
    plan.err = streams.err.write.get();
  }
  BERTH_TRY(sys::Child visitor, sys::Child::start(0, std::nullopt, [&] { return visit(plan); }));
  Visit made(std::move(visitor));
  report.write.reset();
  hand_over.theirs.reset();
  BERTH_CHECK_OK(wait_for_start(report.read.get()));
  BERTH_TRY(std::vector<UniqueFd> handed, sys::receive_descriptors(hand_over.ours.get()));
  made.program_ = std::move(handed.front());
  if (handed.size() > 1) made.terminal_ = std::move(handed[1]);
  if (!spec.terminal) {
    made.in_ = std::move(streams.in.write);
    made.out_ = std::move(streams.out.read);
    made.err_ = std::move(streams.err.read);
  }
  return made;
}

void Visit::signal(int number) const { ::syscall(SYS_pidfd_send_signal, program_.get(), number, nullptr, 0); }

Result<int> Visit::wait() {
  BERTH_TRY(const sys::Ending ending, visitor_.wait());
  return WIFEXITED(ending.status) ? WEXITSTATUS(ending.status) : 128 + WTERMSIG(ending.status);
}

}  // namespace berth::container
