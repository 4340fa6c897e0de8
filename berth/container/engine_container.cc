#include "berth/container/engine_container.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <future>

#include "berth/base/clock.h"
#include "berth/base/utf8.h"
#include "berth/container/cpu_time.h"
#include "berth/container/engine_command.h"
#include "berth/container/engine_limits.h"
#include "berth/container/engine_view.h"
#include "berth/container/first_plan.h"
#include "berth/container/first_program.h"
#include "berth/sys/descriptors.h"
#include "berth/sys/file.h"
#include "berth/sys/piped_tool.h"
#include "berth/sys/syscall.h"
#include "berth/sys/tool.h"

namespace berth::container {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kStartPatience = 60s;  // an engine that starts many at once takes its time
constexpr auto kRemovalPatience = 15s;
constexpr std::size_t kSmallFile = 1 << 16;

int milliseconds_until(Clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

Result<UniqueFd> open_process(pid_t pid) {
  BERTH_TRY(int fd, sys::call([&] { return ::syscall(SYS_pidfd_open, pid, 0); }, "pidfd_open {}", pid));
  return UniqueFd(fd);
}

// Those of the groups of process `pid` that are container `engine_id`'s own.
std::vector<sys::CgroupHierarchy> own_groups(pid_t pid, const std::string& engine_id) {
  const auto mounts = sys::read_file("/proc/self/mountinfo", 8 << 20);
  const auto groups = sys::read_file(fmt::format("/proc/{}/cgroup", pid), kSmallFile);
  if (!mounts || !groups || engine_id.empty()) return {};
  std::vector<sys::CgroupHierarchy> own = sys::groups_of_process(*mounts, *groups);
  std::erase_if(own, [&](const auto& group) { return group.place.native().find(engine_id) == std::string::npos; });
  return own;
}

// What an engine says, as one line of ours.
std::string in_one_line(EngineKind kind, std::string_view words) {
  std::string text(words);
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  std::ranges::replace(text, '\n', ';');
  return fmt::format("{} run: {}", name_of(kind), text.empty() ? "it said nothing" : to_visible(text, false));
}

// What the first process's end says, once it was let go.
std::unexpected<Error> not_started(int status, const LaunchSpec& spec, EngineKind kind) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == first::kNoInterpreter) {
    return fail(Errc::NotFound, fmt::format("image '{}' has no interpreter for this item: looked for {} along its "
                                            "PATH; choose another image with --image",
                                            spec.image_name, fmt::join(spec.programs, " or ")));
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == first::kNotStarted) {
    return fail(Errc::Unavailable, fmt::format("execute {} of image '{}': it is there and cannot be started",
                                               fmt::join(spec.programs, " or "), spec.image_name));
  }
  return fail(Errc::Unavailable, fmt::format("{}: the container ended before the interpreter was started (wait status "
                                             "{:#x})",
                                             name_of(kind), status));
}

void let_end(EngineKind kind, sys::Child& command, UniqueFd& in) {
  if (signal_to_end(kind) == SIGKILL) return;
  in.reset();
  std::ignore = command.kill(SIGTERM);
  pollfd over = {command.pidfd(), POLLIN, 0};
  constexpr int kWait = std::chrono::milliseconds(kEnginePatience).count();
  std::ignore = sys::call([&] { return ::poll(&over, 1, kWait); }, "wait for the engine");
}

}  // namespace

EngineContainer::EngineContainer(EngineKind kind, std::string id, Lease lease, EngineStage stage, Watcher watcher)
    : kind_(kind),
      id_(std::move(id)),
      program_(sys::engine_program(name_of(kind))),
      lease_(std::move(lease)),
      stage_(std::make_unique<EngineStage>(std::move(stage))),
      watcher_(std::move(watcher)) {}

Result<EngineContainer> EngineContainer::start(EngineKind kind, const LaunchSpec& spec, const RuntimeFolder& folder) {
  const auto deadline = Clock::now() + kStartPatience;
  sweep_engine_stages(folder);
  const auto hierarchies = sys::find_hierarchies();
  BERTH_TRY(const IdPool pool, granted_ids());
  BERTH_TRY(Lease lease, Lease::take(folder, pool, spec.id, [&](const std::string& dead) {
              if (hierarchies) sweep_container(*hierarchies, dead);
            }));
  std::unique_ptr<Network> network;
  if (!spec.network.is_none()) {
    BERTH_TRY(Network opened, Network::open(spec.network, folder.leases(), true));
    network = std::make_unique<Network>(std::move(opened));
  }
  BERTH_TRY(EngineStage stage, EngineStage::make(spec, folder));
  const EngineView view = engine_view(kind, spec.limits, stage.path(), lease.ids());
  BERTH_TRY(const std::vector<std::string> command, run_command(kind, spec, view));

  // From here on a death of this process is cleaned up by the watcher.
  Watched watched;
  watched.lock = lease.lock();
  watched.removal = removal_command(kind, spec.id);
  watched.removal_environment = sys::engine_program(name_of(kind)).environment;
  watched.engine_stage = stage.path();
  if (const HostTableShare* const share = network ? network->host_table() : nullptr) {
    watched.host_table_path = share->path();
    watched.host_table_lock = share->lock();
  }
  BERTH_TRY(Watcher watcher, Watcher::start(watched));
  EngineContainer container(kind, spec.id, std::move(lease), std::move(stage), std::move(watcher));
  container.network_ = std::move(network);
  const auto passed = [&](const char* name) { container.moments_.push_back({name, monotonic_ns()}); };
  passed("make the call's folders");

  BERTH_TRY(sys::PipedTool tool, sys::start_piped_tool(command, container.program_.environment,
                                                       container.stage_->path(), signal_to_end(kind)));
  container.command_ = std::make_unique<sys::Child>(std::move(tool.process));
  container.in_ = std::move(tool.in);
  container.out_ = std::move(tool.out);
  container.complaints_ = std::move(tool.err);
  BERTH_TRY(int null, sys::call([] { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }, "open /dev/null"));
  container.printed_.reset(null);
  BERTH_CHECK_OK(container.wait_for_first(deadline));
  passed("have the engine make the container");
  BERTH_CHECK_OK(container.find_processes(spec));
  BERTH_CHECK_OK(container.give_network());
  if (container.network_) passed("make the network");
  BERTH_CHECK_OK(sys::write_all(container.in_.get(), first::kGo, "the container's first process"));
  BERTH_CHECK_OK(container.wait_for_interpreter(spec, deadline));
  return container;
}

EngineContainer::~EngineContainer() {
  if (!command_) return;  // moved from, or over
  kill_first();
  let_end(kind_, *command_, in_);
  command_.reset();
  // The engine may have been told to make it, and nothing more.
  std::ignore = sys::run_tool(removal_command(kind_, id_), {.time_limit = 30s, .environment = program_.environment});
}

Result<void> EngineContainer::wait_for_first(Clock::time_point deadline) {
  std::string said;
  while (said != first::kHere) {
    std::array<pollfd, 2> polled = {pollfd{out_.get(), POLLIN, 0}, pollfd{command_->pidfd(), POLLIN, 0}};
    const int wait = milliseconds_until(deadline);
    BERTH_TRY(int ready, sys::call([&] { return ::poll(polled.data(), polled.size(), wait); }, "wait for the engine"));
    if (ready == 0) {
      return fail(Errc::TimedOut, fmt::format("{} run: the container was not there within {} s", name_of(kind_),
                                              std::chrono::seconds(kStartPatience).count()));
    }
    // Byte by byte up to the line's end: nothing else is said before the interpreter is let go.
    char byte = 0;
    BERTH_TRY(int got, sys::call([&] { return ::read(out_.get(), &byte, 1); }, "read from the engine"));
    if (got == 0) return refused();
    said += byte;
    if (!std::string_view(first::kHere).starts_with(said)) {
      return fail(Errc::Unavailable, fmt::format("{} run: something else than Berth's own process is the first in the "
                                                 "container; it said '{}'",
                                                 name_of(kind_), to_visible(said, false)));
    }
  }
  take_warnings();
  return {};
}

// What is said up to here is the engine's: of limits that its kernel does not know, for example.
void EngineContainer::take_warnings() {
  std::array<char, 4096> text;
  if (!sys::is_readable(complaints_.get())) return;
  const ssize_t got = ::read(complaints_.get(), text.data(), text.size());
  if (got > 0) remarks_.push_back(in_one_line(kind_, {text.data(), static_cast<std::size_t>(got)}));
}

std::unexpected<Error> EngineContainer::refused() {
  const auto words = sys::read_to_end(complaints_.get(), kSmallFile, "what the engine says");
  return fail(Errc::Unavailable, in_one_line(kind_, words ? *words : words.error().message()));
}

Result<void> EngineContainer::find_processes(const LaunchSpec& spec) {
  BERTH_TRY(const std::optional<pid_t> holder, holder_of_lock(stage_->lock()));
  if (!holder) {
    return fail(Errc::Unavailable, fmt::format("{} made the container on another machine, or in a virtual one: Berth "
                                               "needs an engine on this machine (DOCKER_HOST, CONTAINER_HOST)",
                                               name_of(kind_)));
  }
  first_pid_ = *holder;
  BERTH_TRY(first_, open_process(first_pid_));
  BERTH_TRY(script_pid_, only_child_of(first_pid_));
  BERTH_TRY(script_, open_process(script_pid_));
  // It still has the lock, so the number was its own all the time.
  BERTH_TRY(const std::optional<pid_t> still, holder_of_lock(stage_->lock()));
  if (still != holder) return fail(Errc::Unavailable, "the container ended before the interpreter was started");
  const std::string path = fmt::format("/proc/{}/ns/net", first_pid_);
  BERTH_TRY(int net, sys::call([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }, "open {}", path));
  network_name_space_.reset(net);
  BERTH_TRY(const std::string map, sys::read_file(fmt::format("/proc/{}/uid_map", first_pid_), kSmallFile));
  const auto user = id_outside(map, kScriptId);
  if (!user) return fail(Errc::Unavailable, fmt::format("{}: the container has no user {}", name_of(kind_), kScriptId));
  if (*user == kScriptId && spec.guards.up(Guard::UserNamespace)) {
    return fail(
        Errc::Unavailable,
        fmt::format("{} gives its containers no user namespace, so user {} in them is that of this machine; set "
                    "userns-remap in its daemon.json, or isolation.user_namespace: off",
                    name_of(kind_), kScriptId));
  }
  BERTH_CHECK_OK(stage_->give_to(*user));
  if (*user == kScriptId) {
    remarks_.push_back(fmt::format("{}: ids in the container are those of this machine", name_of(kind_)));
  }
  const auto engine_id = sys::read_file(stage_->path() / "cid", kSmallFile);
  groups_ = own_groups(first_pid_, engine_id ? *engine_id : "");
  if (groups_.empty()) {
    remarks_.push_back(
        fmt::format("{}: the container's cgroup was not found, so what it used is not known", name_of(kind_)));
  }
  return check_limits(spec.limits, engine_id ? *engine_id : "");
}

Result<void> EngineContainer::check_limits(const Limits& limits, std::string_view engine_id) {
  const std::vector<std::string> lacking = limits_lacking(groups_, engine_id, limits);
  if (lacking.empty()) return {};
  const std::string what = fmt::format("{}", fmt::join(lacking, ", "));
  if (limits.allow_unlimited) {
    remarks_.push_back(fmt::format("{}: these limits are not enforced: {}", name_of(kind_), what));
    return {};
  }
  return fail(
      Errc::Unavailable,
      fmt::format("{} does not hold its container to the limits of {}{}; have its kernel count them "
                  "(docs/cgroups.md), or run without them: --allow-unlimited, or the setting "
                  "limits.allow_unlimited",
                  name_of(kind_), what, remarks_.empty() ? "" : fmt::format(" ({})", fmt::join(remarks_, "; "))));
}

Result<void> EngineContainer::give_network() {
  if (!network_) return {};
  const NetworkPlace place = {id_, lease_.slot(), nullptr, Strictness::Guarded, network_name_space_.get()};
  // The thread that makes it stays in it, and has ended when get() returns.
  BERTH_CHECK_OK(std::async(std::launch::async, [&] { return network_->make(place); }).get());
  // The last of the ids of the lease: nobody has it.
  BERTH_CHECK_OK(network_->serve(lease_.ids().first + kIdsPerContainer - 1));
  return network_->wait_until_ready();
}

// The engine's command tells the status, once it has removed the container.
std::unexpected<Error> EngineContainer::ended_early(const LaunchSpec& spec, Clock::time_point deadline) {
  pollfd over = {command_->pidfd(), POLLIN, 0};
  const int wait = milliseconds_until(deadline);
  const auto ready = sys::call([&] { return ::poll(&over, 1, wait); }, "wait for the engine");
  if (!ready) return std::unexpected(ready.error());
  if (*ready == 0) {
    return fail(Errc::TimedOut,
                fmt::format("{}: the container ended before the interpreter was started, and the engine "
                            "did not say how within {} s",
                            name_of(kind_), std::chrono::seconds(kStartPatience).count()));
  }
  const auto ending = command_->wait();
  if (!ending) return std::unexpected(ending.error());
  return not_started(ending->status, spec, kind_);
}

Result<void> EngineContainer::wait_for_interpreter(const LaunchSpec& spec, Clock::time_point deadline) {
  const std::string name_file = fmt::format("/proc/{}/comm", first_pid_);
  for (int pause = 0; Clock::now() < deadline; pause = 1) {
    // It says so by its name, which nobody else in the container can change, or ends.
    pollfd over = {first_.get(), POLLIN, 0};
    BERTH_TRY(const int has_ended, sys::call([&] { return ::poll(&over, 1, pause); }, "wait for the interpreter"));
    if (has_ended != 0) return ended_early(spec, deadline);
    const auto name = sys::read_file(name_file, kSmallFile);
    if (name && *name == std::string(first::kNameAfter) + "\n") return {};
  }
  return fail(Errc::TimedOut, "start the interpreter: the container's first process did not say that it runs");
}

void EngineContainer::kill_first() {
  if (first_) ::syscall(SYS_pidfd_send_signal, first_.get(), SIGKILL, nullptr, 0);
}

void EngineContainer::let_go() {
  if (figures_) return;
  figures_.emplace();
  if (sys::is_readable(script_.get())) figures_->status = status_of_ended(script_pid_);
  figures_->usage = sys::usage_of(groups_);
  figures_->cpu_time =
      groups_.empty() ? cpu_time_of({first_pid_, script_pid_}) : cpu_time_of_members(groups_.front().place, -1);
  if (figures_->usage.cpu_time) figures_->cpu_time = *figures_->usage.cpu_time;
  kill_first();
}

Result<void> EngineContainer::wait_for_removal() {
  const auto deadline = Clock::now() + kRemovalPatience;
  in_.reset();
  // What is still on its way is read, so that the command can end.
  while (!sys::is_readable(command_->pidfd())) {
    std::array<pollfd, 3> polled = {pollfd{out_.get(), POLLIN, 0}, pollfd{complaints_.get(), POLLIN, 0},
                                    pollfd{command_->pidfd(), POLLIN, 0}};
    const int wait = milliseconds_until(deadline);
    BERTH_TRY(int ready, sys::call([&] { return ::poll(polled.data(), polled.size(), wait); }, "wait for the engine"));
    if (ready == 0) break;
    std::array<char, 65536> chunk;
    for (UniqueFd* stream : {&out_, &complaints_}) {
      if (*stream && sys::is_readable(stream->get()) && ::read(stream->get(), chunk.data(), chunk.size()) == 0) {
        stream->reset();
      }
    }
  }
  const bool has_ended = sys::is_readable(command_->pidfd());
  command_.reset();
  if (has_ended) return {};  // it has waited for the removal
  BERTH_CHECK_OK(
      sys::run_tool(removal_command(kind_, id_), {.time_limit = 30s, .environment = program_.environment}).context([&] {
        return fmt::format("remove the container {}", engine_container_name(id_));
      }));
  return {};
}

Result<ContainerEnd> EngineContainer::end() {
  let_go();
  ContainerEnd end = std::move(*figures_);
  if (auto removed = wait_for_removal(); !removed) end.left_behind = removed.error().message();
  if (network_) end.network = network_->end();
  network_.reset();
  network_name_space_.reset();
  if (auto removed = stage_->remove(); !removed) end.left_behind = removed.error().message();
  if (end.left_behind.empty()) BERTH_CHECK_OK(lease_.settle());
  watcher_.dismiss();
  return end;
}

}  // namespace berth::container
