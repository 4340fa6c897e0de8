#include "berth/container/script_process.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <vector>

#include "berth/container/resource_limits.h"
#include "berth/sys/privileges.h"
#include "berth/sys/seccomp_filter.h"
#include "berth/sys/syscall.h"

namespace berth::container {
namespace {

// Descriptors 0 to 4 for the script, and none besides. What stays open until execve closes it is the report, through
// which a failure of the last steps is told; the host gave it a number above all others here.
Result<void> place_descriptors(const ScriptPlan& plan) {
  const unsigned first = plan.frames_in >= 0 ? 5 : 3;
  BERTH_ASSERT(plan.report >= kReportDescriptor);
  std::array<int, 5> sources = {plan.in, plan.out, plan.err, plan.frames_in, plan.frames_out};
  for (int& fd : sources) {
    // Away from the targets first, so that no dup2 runs over a source.
    if (fd < 0) continue;
    BERTH_TRY(fd,
              sys::call([&] { return ::fcntl(fd, F_DUPFD_CLOEXEC, kReportDescriptor + 1); }, "move descriptor {}", fd));
  }
  for (int target = 0; const int source : sources) {
    if (source >= 0) BERTH_CHECK_OK(sys::check([&] { return ::dup2(source, target); }, "place descriptor {}", target));
    ++target;
  }
  // Everything else is close-on-exec by birth; this holds even for one that was forgotten.
  if (!plan.spec.guards.up(Guard::CloseDescriptors)) {
    return sys::check([&] { return ::fcntl(plan.lock, F_SETFD, 0); }, "forget to close a descriptor");
  }
  const auto close_range = [](unsigned low, unsigned high) {
    return sys::check([&] { return ::syscall(SYS_close_range, low, high, 0); }, "close descriptors {} to {}", low,
                      high);
  };
  BERTH_CHECK_OK(close_range(first, static_cast<unsigned>(plan.report) - 1));
  return close_range(static_cast<unsigned>(plan.report) + 1, ~0u);
}

Result<void> take_terminal(const ScriptPlan& plan) {
  if (!plan.takes_terminal) return {};
  return sys::check([] { return ::ioctl(0, TIOCSCTTY, 0); }, "take the terminal");
}

Result<void> set_resource_limits(const ScriptPlan& plan) {
  if (!plan.spec.guards.up(Guard::ResourceLimits)) return {};
  for (const ResourceLimit& row : resource_limits(plan.bounds)) {
    // Nobody here may raise a limit above the one that holds for us already.
    rlimit own = {};
    BERTH_CHECK_OK(sys::check([&] { return ::getrlimit(row.resource, &own); }, "getrlimit {}", row.name));
    const rlim_t hard = std::min(row.hard, own.rlim_max);
    const rlimit limit = {std::min(row.soft, hard), hard};
    BERTH_CHECK_OK(sys::check([&] { return ::setrlimit(row.resource, &limit); }, "setrlimit {}", row.name));
  }
  return {};
}

// A zygote stays root of the container's namespace, with what it takes to isolate a child and no more.
constexpr std::array kZygoteCapabilities = {CAP_NET_ADMIN, CAP_SYS_ADMIN, CAP_SETUID, CAP_SETGID, CAP_SETPCAP};

// The first is for raising the loopback interface in a network namespace that a child makes itself. Those that are made
// for children are filtered, and belong to the zygote's user namespace: nobody there may be able to change them.
std::span<const int> zygote_capabilities(const LaunchSpec& spec) {
  const std::span<const int> all = kZygoteCapabilities;
  return spec.children_network.is_none() ? all : all.subspan(1);
}

Result<void> take_script_user(const ScriptPlan& plan) {
  if (!plan.spec.guards.up(Guard::Capabilities)) return {};
  if (plan.spec.role == Role::Zygote) return sys::limit_capabilities(zygote_capabilities(plan.spec));
  BERTH_CHECK_OK(sys::drop_bounding_set());
  BERTH_CHECK_OK(sys::become_user(kScriptId, kScriptId));
  return sys::clear_capabilities();
}

Result<void> forbid_new_privileges(const ScriptPlan&) { return sys::forbid_new_privileges(); }

// The signal is forgotten when ids change, so this comes after that.
Result<void> end_with_the_visitor(const ScriptPlan& plan) {
  if (!plan.is_visit) return {};
  BERTH_CHECK_OK(sys::check([] { return ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); }, "set the parent-death signal"));
  // Who would have to die for it may have died already: nobody reads the report then.
  pollfd reader = {plan.report, 0, 0};
  if (::poll(&reader, 1, 0) == 1) return fail(Errc::Unavailable, "the host's process is gone");
  return {};
}

Result<void> enter_work_folder(const ScriptPlan& plan) {
  if (plan.spec.role == Role::Zygote) return sys::check([] { return ::chdir("/"); }, "enter /");  // it has no work
  return sys::check([] { return ::chdir(kWorkFolder); }, "enter {}", kWorkFolder);
}

Result<void> load_filter(const ScriptPlan& plan) {
  if (!plan.spec.guards.up(Guard::Seccomp)) return {};
  return sys::load_filter(plan.filter);
}

struct FinalStep {
  const char* name;
  Result<void> (*run)(const ScriptPlan&);
};

constexpr FinalStep kFinalSteps[] = {
    {"place the descriptors", place_descriptors},     {"take the terminal", take_terminal},
    {"set the resource limits", set_resource_limits}, {"take the script's user", take_script_user},
    {"end with the visitor", end_with_the_visitor},   {"forbid new privileges", forbid_new_privileges},
    {"enter the work folder", enter_work_folder},     {"load the system call filter", load_filter},
};

std::string_view value_of(const std::vector<std::string>& environment, std::string_view name) {
  for (const std::string& variable : environment) {
    if (variable.starts_with(name) && variable.size() > name.size() && variable[name.size()] == '=') {
      return std::string_view(variable).substr(name.size() + 1);
    }
  }
  return {};
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (std::string& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

// Tries each program in each folder of PATH. Returns only when none could be started.
void execute(const ScriptPlan& plan) {
  std::vector<std::string> arguments = {""};
  arguments.insert(arguments.end(), plan.spec.arguments.begin(), plan.spec.arguments.end());
  std::vector<std::string> environment = plan.spec.environment;
  const std::vector<char*> environment_list = pointers(environment);
  const std::string_view path = value_of(environment, "PATH");
  int other_error = 0;
  for (const std::string& program : plan.spec.programs) {
    const bool is_path = program.find('/') != std::string::npos;
    if (is_path) {
      arguments[0] = program;
      ::execve(program.c_str(), pointers(arguments).data(), environment_list.data());
      if (errno != ENOENT && errno != ENOTDIR) other_error = errno;
    }
    std::string_view rest = is_path ? std::string_view() : path;
    while (!rest.empty()) {
      const std::string_view folder = rest.substr(0, rest.find(':'));
      rest.remove_prefix(std::min(folder.size() + 1, rest.size()));
      arguments[0] = std::string(folder) + "/" + program;
      ::execve(arguments[0].c_str(), pointers(arguments).data(), environment_list.data());
      if (errno != ENOENT && errno != ENOTDIR) other_error = errno;
    }
  }
  const std::string looked_for = fmt::format("{} in {}", fmt::join(plan.spec.programs, " or "), path);
  if (other_error == 0) return report_failure(plan, InitReport::Kind::Missing, looked_for);
  report_failure(plan, InitReport::Kind::Failed,
                 Error::from_errno(other_error, fmt::format("execute {}", looked_for)).message());
}

}  // namespace

void report(const ScriptPlan& plan, const InitReport& what) {
  [[maybe_unused]] const auto told = ::write(plan.report, &what, sizeof(what));
}

void report_failure(const ScriptPlan& plan, InitReport::Kind kind, std::string_view text) {
  InitReport what;
  what.kind = kind;
  text.copy(what.text.data(), what.text.size() - 1);
  report(plan, what);
}

void become_script(const ScriptPlan& plan) {
  ::setsid();
  for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::umask(022);
  for (const FinalStep& step : kFinalSteps) {
    if (auto done = step.run(plan); !done) {
      report_failure(plan, InitReport::Kind::Failed, std::move(done).error().in(step.name).message());
      ::_exit(1);
    }
  }
  execute(plan);
  ::_exit(1);
}

}  // namespace berth::container
