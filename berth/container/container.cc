#include "berth/container/container.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <future>

#include "berth/base/clock.h"
#include "berth/container/call_files.h"
#include "berth/container/cpu_time.h"
#include "berth/container/ground.h"
#include "berth/container/image_root.h"
#include "berth/container/kept.h"
#include "berth/container/process_tree.h"
#include "berth/container/syscall_policy.h"
#include "berth/sys/file.h"
#include "berth/sys/passed_descriptors.h"
#include "berth/sys/pipe.h"
#include "berth/sys/syscall.h"

namespace berth::container {
namespace {

constexpr std::uint64_t kNamespaces = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS;

std::uint64_t namespaces_for(const Guards& guards) {
  return kNamespaces | (guards.up(Guard::UserNamespace) ? CLONE_NEWUSER : 0) |
         (guards.up(Guard::IpcNamespace) ? CLONE_NEWIPC : 0);
}

NetworkPlace network_place(const LaunchSpec& spec, const Lease& lease) {
  const bool guarded = spec.guards.up(Guard::NetworkRules);
  return {spec.id, lease.slot(), nullptr, guarded ? Strictness::Guarded : Strictness::OpenForProbes};
}

// Clones init from within the container's network namespace, which is not its own to change: it belongs to the user
// namespace that this process is in.
Result<sys::Child> clone_init(const Network* network, bool of_machine, std::optional<int> cgroup, const InitPlan& plan,
                              UniqueFd& go) {
  const std::uint64_t flags = namespaces_for(plan.spec.guards);
  const auto body = [&] {
    go.reset();
    return run_init(plan);
  };
  if (network == nullptr) return sys::Child::start(flags, cgroup, body);
  // Who is not the machine's root cannot come back.
  if (!of_machine) return sys::Child::start_in_network(network->name_space(), flags, cgroup, body);
  BERTH_TRY(int own, sys::call([] { return ::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC); }, "open own network"));
  const UniqueFd back(own);
  const int there = network->name_space();
  BERTH_CHECK_OK(sys::check([&] { return ::setns(there, CLONE_NEWNET); }, "enter the container's network"));
  auto child = sys::Child::start(flags, cgroup, body);
  BERTH_CHECK_OK(sys::check([&] { return ::setns(back.get(), CLONE_NEWNET); }, "leave the container's network"));
  return child;
}

std::vector<std::filesystem::path> cgroup_folders(const std::vector<sys::CgroupHierarchy>& hierarchies,
                                                  const std::string& name) {
  std::vector<std::filesystem::path> folders;
  for (const auto& hierarchy : hierarchies) folders.push_back(hierarchy.place / name);
  return folders;
}

std::string cgroup_name(const std::string& id) { return "berth/" + id; }

ProcessBounds bounds_of(const Limits& limits, const Ground& ground) {
  ProcessBounds bounds{limits.open_files_soft, limits.open_files_hard, {}, {}};
  if (!ground.counts_processes()) bounds.processes = limits.pids;
  if (!ground.enforces("memory")) bounds.private_bytes = limits.memory_bytes;
  return bounds;
}

// Both ends of the pipes between host and script.
struct Streams {
  sys::Pipe in;            // to descriptor 0 or 3
  sys::Pipe out;           // from descriptor 1 or 4
  sys::Pipe printed;       // from descriptor 1, Channel::Frames only
  sys::Pipe complaints;    // from descriptor 2
  UniqueFd nothing;        // descriptor 0, not for Channel::Stdio
  sys::SocketPair socket;  // Channel::Socket: instead of `in` and `out`
};

Result<Streams> make_streams(Channel channel) {
  Streams streams;
  if (channel == Channel::Socket) {
    BERTH_TRY(streams.socket, sys::make_socket_pair());
  } else {
    BERTH_TRY(streams.in, sys::make_pipe());
    BERTH_TRY(streams.out, sys::make_pipe());
  }
  BERTH_TRY(streams.complaints, sys::make_pipe());
  if (channel != Channel::Stdio) {
    BERTH_TRY(streams.printed, sys::make_pipe());
    BERTH_TRY(int fd, sys::call([] { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }, "open /dev/null"));
    streams.nothing.reset(fd);
  }
  return streams;
}

void connect(InitPlan& plan, const Streams& streams) {
  plan.err = streams.complaints.write.get();
  if (plan.spec.channel == Channel::Stdio) {
    plan.in = streams.in.read.get();
    plan.out = streams.out.write.get();
    return;
  }
  plan.in = streams.nothing.get();
  plan.out = streams.printed.write.get();
  const bool is_socket = plan.spec.channel == Channel::Socket;
  plan.frames_in = is_socket ? streams.socket.theirs.get() : streams.in.read.get();
  plan.frames_out = is_socket ? plan.frames_in : streams.out.write.get();
}

// What a report of a failure means. Nothing of the script has run then.
std::unexpected<Error> start_error(InitReport report, const std::string& image_name) {
  report.text.back() = '\0';
  if (report.kind != InitReport::Kind::Missing) return fail(Errc::Unavailable, report.text.data());
  return fail(Errc::NotFound, fmt::format("image '{}' has no interpreter for this item: looked for {}; choose "
                                          "another image with --image",
                                          image_name, report.text.data()));
}

}  // namespace

void sweep_container(const std::vector<sys::CgroupHierarchy>& hierarchies, const std::string& id) {
  for (const auto& folder : cgroup_folders(hierarchies, cgroup_name(id))) sys::remove_cgroup_family(folder);
}

Result<Container> Container::start(const LaunchSpec& spec, const RuntimeFolder& folder) {
  BERTH_TRY(Ground ground, find_ground(spec.limits));
  return start(spec, folder, std::move(ground));
}

Result<Container> Container::start(const LaunchSpec& spec, const RuntimeFolder& folder, Ground ground) {
  std::vector<Moment> moments;
  const auto passed = [&](const char* name) { moments.push_back({name, monotonic_ns()}); };
  const bool user_namespace = spec.guards.up(Guard::UserNamespace);

  const auto& hierarchies = ground.hierarchies;
  BERTH_TRY(Lease lease, Lease::take(folder, ground.pool, spec.id,
                                     [&](const std::string& dead) { sweep_container(hierarchies, dead); }));
  const sys::IdRange range = user_namespace ? lease.ids() : sys::IdRange{0, kIdsPerContainer};
  // Without a user namespace its ids are those around it, as they are.
  const ContainerIds ids = container_ids(ground.of_machine || !user_namespace, range);
  passed("lease host ids");
  std::optional<Network> network;
  const bool networked = spec.guards.up(Guard::NetworkNamespace);
  if (networked) {
    BERTH_TRY(Network opened, Network::open(spec.network, folder.leases(), ground.of_machine));
    network.emplace(std::move(opened));
  }
  // A zygote's children take shares of their own; when all of them have died at once, its watcher sees to the table.
  std::optional<HostTableShare> of_children;
  if (!spec.children_network.is_none() && ground.of_machine) {
    BERTH_TRY(of_children, HostTableShare::open(folder.leases()));
  }

  // From here on a death of this process is cleaned up by the watcher.
  Watched watched{cgroup_folders(hierarchies, cgroup_name(spec.id)), lease.lock(), "", -1};
  const HostTableShare* const own = network ? network->host_table() : nullptr;
  if (const HostTableShare* const share = of_children ? &*of_children : own) {
    watched.host_table_path = share->path();
    watched.host_table_lock = share->lock();
  }
  BERTH_TRY(Watcher watcher, Watcher::start(watched));
  passed("start the watcher");
  // No fork from here until the network is there: a thread makes it, which has ended when get() returns or the future
  // is gone ([futures.async]).
  std::future<Result<void>> network_made = std::async(std::launch::async, [&]() -> Result<void> {
    return network ? network->make(network_place(spec, lease)) : Result<void>();
  });

  BERTH_TRY(UniqueFd root, ground.of_machine ? open_image_root(folder, spec.root, range, lease.slot(), user_namespace)
                                             : mount_image_root(folder, spec.root));
  passed("open the image's root");
  BERTH_TRY(UniqueFd scratch, make_scratch(spec, ids));
  BERTH_TRY(UniqueFd furniture, make_furniture(spec, ground.of_machine));
  BERTH_TRY(Streams streams, make_streams(spec.channel));
  const bool is_zygote = spec.role == Role::Zygote;
  passed("make the call's folders");
  const sys::CgroupLimits limits = {spec.limits.memory_bytes, spec.limits.cpus, spec.limits.pids};
  BERTH_TRY(sys::Cgroup cgroup, sys::Cgroup::make(hierarchies, cgroup_name(spec.id), limits));
  passed("make the cgroup");
  BERTH_CHECK_OK(network_made.get());
  passed("make the network");
  // The last of the container's ids: nobody in it has it.
  const std::uint32_t first_id = ground.of_machine ? lease.ids().first : 0;
  if (network) BERTH_CHECK_OK(network->serve(first_id + kIdsPerContainer - 1));
  if (network && !spec.network.is_none()) passed("start what serves the network");

  BERTH_TRY(sys::Pipe go, sys::make_pipe());
  BERTH_TRY(sys::Pipe report, sys::make_pipe());
  BERTH_TRY(int high, sys::call([&] { return ::fcntl(report.write.get(), F_DUPFD_CLOEXEC, kReportDescriptor); },
                                "give init's report a high number"));
  report.write.reset(high);
  InitPlan plan{{.spec = spec, .filter = is_zygote ? zygote_filter() : script_filter()}, cgroup, folder.stage("")};
  plan.bounds = bounds_of(spec.limits, ground);
  plan.of_machine = ground.of_machine;
  plan.root = root.get();
  plan.scratch = scratch.get();
  plan.furniture = furniture.get();
  plan.lock = lease.lock();
  plan.go = go.read.get();
  plan.report = report.write.get();
  connect(plan, streams);
  auto cloned = clone_init(network ? &*network : nullptr, ground.of_machine, cgroup.v2_folder(), plan, go.write);
  if (!cloned) return std::unexpected(std::move(cloned).error().in("make the namespaces"));
  passed("clone init into its namespaces");

  Container container(std::move(lease), std::move(watcher), std::move(network), std::move(cgroup), *std::move(cloned));
  container.in_ = is_zygote ? std::move(streams.socket.ours) : std::move(streams.in.write);
  container.out_ = std::move(streams.out.read);
  container.printed_ = std::move(streams.printed.read);
  container.complaints_ = std::move(streams.complaints.read);
  container.report_ = std::move(report.read);
  container.go_ = std::move(go.write);
  container.scratch_ = std::move(scratch);
  container.moments_ = std::move(moments);
  container.not_enforced_ = std::move(ground.not_enforced);
  container.image_name_ = spec.image_name;
  container.bounds_ = plan.bounds;
  container.hierarchies_ = std::move(ground.hierarchies);
  container.ids_ = ids;
  report.write.reset();
  if (user_namespace) BERTH_CHECK_OK(sys::write_id_maps(container.init_.pid(), ids.map));
  if (container.network_) BERTH_CHECK_OK(container.network_->wait_until_ready());
  BERTH_CHECK_OK(container.tell_init());
  // While init makes its way to them.
  BERTH_CHECK_OK(put_fixed_files(spec, furniture.get()));
  std::ignore = container.tell_init();  // one that has died says why
  BERTH_CHECK_OK(container.wait_for_start());
  return container;
}

Result<void> Container::tell_init() { return sys::write_all(go_.get(), "g", "the channel to init"); }

Result<void> Container::wait_for_start() {
  // The passes take milliseconds; a machine that swaps may take seconds.
  constexpr int kMostMilliseconds = 30'000;
  pollfd ready = {report_.get(), POLLIN, 0};
  BERTH_TRY(int events, sys::call([&] { return ::poll(&ready, 1, kMostMilliseconds); }, "wait for init"));
  if (events == 0) return fail(Errc::TimedOut, "start init: it did not answer within 30 s");
  InitReport report;
  BERTH_TRY(int got, sys::call([&] { return ::read(report_.get(), &report, sizeof(report)); }, "read init's report"));
  if (got != sizeof(report)) return fail(Errc::Unavailable, "start init: it died before it could say why");
  if (report.kind != InitReport::Kind::Started) return start_error(report, image_name_);
  const std::vector<const char*> names = pass_names();
  for (std::size_t i = 0; i < names.size(); ++i) moments_.push_back({names[i], report.pass_ends_ns[i]});
  return {};
}

Result<ContainerEnd> Container::end(std::chrono::milliseconds grace) {
  pollfd ended = {report_.get(), POLLIN, 0};
  if (grace.count() > 0) {
    BERTH_CHECK_OK(sys::call([&] { return ::poll(&ended, 1, static_cast<int>(grace.count())); }, "wait for the end"));
  }
  // What init waits for is counted as its own. Who lives on until it dies is not waited for, and asked before.
  const std::chrono::nanoseconds used = cpu_time_until_now();
  const auto memory = cgroup_.memory_bytes_now();
  BERTH_CHECK_OK(init_.kill(SIGKILL));
  BERTH_TRY(const sys::Ending ending, init_.wait());
  BERTH_TRY(ContainerEnd end, figures());
  const auto nanoseconds = [](const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  };
  end.cpu_time = used + nanoseconds(ending.usage.ru_utime) + nanoseconds(ending.usage.ru_stime);
  if (end.usage.cpu_time) end.cpu_time = *end.usage.cpu_time;
  if (!end.usage.peak_memory_bytes) {
    // What it had when it ended, or its largest process: the least that the peak can have been.
    const auto largest = static_cast<std::uint64_t>(ending.usage.ru_maxrss) * 1024;
    end.usage.peak_memory_bytes = std::max(memory.value_or(0), largest);
  }
  // What it answered is not lost for a group that cannot be removed: its lease, unsettled, tells the next start of it.
  if (auto removed = cgroup_.remove(); !removed) end.left_behind = removed.error().message();
  cgroup_.release();
  if (network_) end.network = network_->end();
  network_.reset();
  if (end.left_behind.empty()) BERTH_CHECK_OK(lease_.settle());
  watcher_.dismiss();
  return end;
}

Result<ContainerEnd> Container::look() {
  if (!meter_) {
    BERTH_TRY(sys::CgroupMeter meter, sys::CgroupMeter::open(cgroup_));
    meter_.emplace(std::move(meter));
  }
  BERTH_TRY(ContainerEnd now, figures());
  now.cpu_time = now.usage.cpu_time ? *now.usage.cpu_time : cpu_time_until_now();
  if (!now.usage.peak_memory_bytes) now.usage.peak_memory_bytes = meter_->memory_bytes_now();
  return now;
}

Result<ContainerEnd> Container::leave_standing(const RuntimeFolder& folder, const LaunchSpec& spec) {
  BERTH_CHECK_OK(cgroup_.folders().empty() ? kill_descendants_of(init_.pid()) : cgroup_.kill_all_but(init_.pid()));
  BERTH_TRY(ContainerEnd end, figures());
  BERTH_TRY(const std::uint64_t ticks, start_ticks_of(init_.pid()));
  KeptContainer kept{spec.id, init_.pid(), ticks, spec.image_name, {}, bounds_, spec.environment};
  for (const auto& group : cgroup_.folders()) kept.cgroups.push_back(group.path);
  BERTH_CHECK_OK(record_kept(folder, kept));
  // Init holds the range of ids on; from here on the record says what is to be removed, and the lease does not.
  BERTH_CHECK_OK(lease_.settle());
  cgroup_.release();
  init_.release();
  // What serves it ends here: the container that stands has no way out and no names any more.
  if (network_) end.network = network_->end();
  network_.reset();
  watcher_.dismiss();
  return end;
}

std::chrono::nanoseconds Container::cpu_time_until_now() const {
  if (!cgroup_.folders().empty()) return cpu_time_of_members(cgroup_.folders().front().path, init_.pid());
  const auto processes = descendants_of(init_.pid());
  return processes ? cpu_time_of(*processes) : std::chrono::nanoseconds(0);
}

Result<ContainerEnd> Container::figures() {
  ContainerEnd end;
  InitReport report;
  pollfd ready = {report_.get(), POLLIN, 0};
  // Records are there or they are not; init does not run any more, or has nothing else to say. A failure stands here
  // when the last steps, after the fork, met it.
  while (::poll(&ready, 1, 0) == 1 && ::read(report_.get(), &report, sizeof(report)) == sizeof(report)) {
    if (report.kind != InitReport::Kind::Ended) return start_error(report, image_name_);
    end.status = report.status;
  }
  if (meter_) {
    end.usage = meter_->usage();
  } else {
    BERTH_TRY(end.usage, cgroup_.usage());
  }
  return end;
}

}  // namespace berth::container
