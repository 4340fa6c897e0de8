#include "berth/image/builder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>

#include "berth/base/unique_fd.h"
#include "berth/image/stored_layout.h"
#include "berth/sys/file.h"
#include "berth/sys/full_disk.h"
#include "berth/sys/syscall.h"
#include "berth/sys/tool.h"

namespace berth::image {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxListBytes = 64 << 20;

constexpr const char* kCgroups = "/sys/fs/cgroup";
constexpr auto kRemovalTime = std::chrono::minutes(1);
constexpr std::string_view kGrowing[] = {"from", "copy", "run", "commit"};

Result<void> write_value(const std::filesystem::path& file, std::string_view value) {
  const auto open = [&] { return ::open(file.c_str(), O_WRONLY | O_CLOEXEC); };
  BERTH_TRY(const int fd, sys::call(open, "open '{}'", file.native()));
  const UniqueFd owner(fd);
  return sys::write_all(fd, value, file.native());
}

// The group that the runtime makes the build's own below, in the hierarchy that counts processes: RLIMIT_NPROC does not
// hold for root. The runtime bounds the memory itself.
Result<void> bound_processes(const std::string& group) {
  const std::filesystem::path top = kCgroups;
  const bool second = std::filesystem::exists(top / "cgroup.controllers");
  const std::filesystem::path hierarchy = second ? top : top / "pids";
  const auto doing = [&] { return fmt::format("bound the processes of the build in '{}'", hierarchy.native()); };
  // Passed on already as a rule, by the service manager; where it is not, the limit below cannot be written.
  if (second) static_cast<void>(write_value(hierarchy / "cgroup.subtree_control", "+pids +memory"));
  const std::filesystem::path folder = hierarchy / group;
  if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) {
    return std::unexpected(Error::from_errno(errno, doing()));
  }
  return write_value(folder / "pids.max", kBuildProcesses).context(doing);
}

std::string no_time(std::string_view verb) {
  return fmt::format("build it: the time was over before 'buildah {}' had ended", verb);
}

// Never one with a process in it.
void remove_groups(const std::filesystem::path& group) {
  std::error_code ignored;
  for (const auto& inside : std::filesystem::directory_iterator(group, ignored)) {
    if (inside.is_directory(ignored)) ::rmdir(inside.path().c_str());
  }
  ::rmdir(group.c_str());
}

}  // namespace

Result<std::string> explained(Result<std::string> ran, std::uint64_t memory_bytes, bool is_bounded) {
  if (ran || ran.error().code() != Errc::Unavailable) return ran;
  const std::string& text = ran.error().message();
  const bool is_killed = text.contains("exit status 137") || text.contains("OOM-kill");
  if (!is_killed) return ran;
  if (!is_bounded) {
    return fail(Errc::Exhausted,
                fmt::format("{}; it was killed, as a rule because this machine has no memory left: free "
                            "some, or build where there is more",
                            text));
  }
  constexpr std::uint64_t kMebibyte = 1 << 20;
  return fail(Errc::Exhausted, fmt::format("{}; it was killed, as a rule because its memory of {} MiB was full: "
                                           "--memory gives it more",
                                           text, memory_bytes / kMebibyte));
}

std::uint64_t room_to_keep(std::uint64_t disk_bytes) { return std::min<std::uint64_t>(disk_bytes / 20, 1ull << 30); }

Result<void> check_room(const std::filesystem::path& folder, std::optional<std::uint64_t> kept_bytes) {
  struct statvfs disk = {};
  BERTH_CHECK_OK(sys::check([&] { return ::statvfs(folder.c_str(), &disk); }, "statvfs").context([&] {
    return fmt::format("look how much room '{}' has", folder.native());
  }));
  const std::uint64_t kept = kept_bytes.value_or(room_to_keep(disk.f_blocks * disk.f_frsize));
  if (disk.f_bavail * disk.f_frsize >= kept) return {};
  return fail(Errc::Exhausted,
              fmt::format("the disk of '{}' has less than {} MiB left; make room there", folder.native(), kept >> 20));
}

Result<Builder> Builder::open(BuilderOptions options) {
  for (const auto& [tool, package] : {std::pair{"buildah", "buildah"}, std::pair{"unshare", "util-linux"}}) {
    if (sys::find_program(tool)) continue;
    return fail(Errc::NotFound,
                fmt::format("'{}' is not on PATH; install it with 'apt-get install {}'", tool, package));
  }
  Builder builder(std::move(options));
  if (builder.options_.ordinary_user) return builder;
  if (!sys::find_program("crun") && !sys::find_program("runc")) {
    return fail(Errc::NotFound,
                "neither 'runc' nor 'crun' is on PATH, without which a build of root's is not kept apart from this "
                "machine; install one with 'apt-get install runc'");
  }
  builder.isolation_ = "oci";
  return builder;
}

Result<std::string> Builder::buildah(std::vector<std::string> arguments) const {
  // Its own pid namespace ends all that it started, and its own mount namespace all that it mounted.
  std::vector<std::string> argv = {"unshare",      "--mount", "--propagation=private", "--pid",
                                   "--mount-proc", "--fork",  "--kill-child",          "--ipc",
                                   "--net",        "buildah"};
  sys::ToolOptions tool;
  if (options_.storage_is_set || options_.ordinary_user) {
    const std::filesystem::path run = options_.ordinary_user ? options_.cache_folder / "storage-run"
                                                             : std::filesystem::path("/run/containers/storage");
    argv.insert(argv.end(),
                {"--root", options_.graph_root.native(), "--runroot", run.native(), "--storage-driver", "overlay"});
  }
  if (options_.ordinary_user) {
    // Else it would make a namespace of its own, in which ours is not mapped.
    tool.environment = {"_CONTAINERS_USERNS_CONFIGURED=done",
                        fmt::format("_CONTAINERS_ROOTLESS_UID={}", *options_.ordinary_user)};
  }
  const std::string verb = arguments.front();
  argv.insert(argv.end(), std::make_move_iterator(arguments.begin()), std::make_move_iterator(arguments.end()));
  if (verb == "rm" || verb == "rmi") {
    // What is left is removed although there is no room, no time, or somebody wants it to end.
    tool.time_limit = kRemovalTime;
  } else {
    tool.time_limit = std::chrono::duration_cast<std::chrono::milliseconds>(options_.deadline - Clock::now());
    if (tool.time_limit.count() <= 0) return fail(Errc::TimedOut, no_time(verb));
    const bool grows = std::ranges::find(kGrowing, verb) != std::ranges::end(kGrowing);
    tool.watch = [this, grows]() -> Result<void> {
      if (grows) BERTH_CHECK_OK(check_room(options_.graph_root));
      return options_.watch ? options_.watch() : Result<void>();
    };
  }
  auto output = sys::run_tool(argv, tool);
  if (!output && output.error().code() == Errc::TimedOut) return fail(Errc::TimedOut, no_time(verb));
  if (!output) {
    Error error = std::move(output).error();
    if (sys::says_full_disk(error.message())) {
      return fail(Errc::Exhausted, fmt::format("buildah {}: the disk of '{}' is full; make room there", verb,
                                               options_.graph_root.native()));
    }
    return std::unexpected(std::move(error).in(fmt::format("buildah {}", verb)));
  }
  while (output->out.ends_with('\n')) output->out.pop_back();
  return std::move(output->out);
}

Result<BuiltImage> Builder::build(const BuildOrder& order) const {
  BERTH_CHECK_OK(sweep());
  std::vector<std::string> from = {"from", "--pull-never", "--quiet", "--name", options_.name};
  std::vector<std::string> run = {"run",        "--isolation", isolation_, "--no-hosts",
                                  "--hostname", "berth-build", "--user",   "0:0"};
  if (isolation_ == "oci") {
    BERTH_CHECK_OK(bound_processes(options_.name));
    from.insert(from.end(), {"--memory", std::to_string(order.memory_bytes), "--memory-swap",
                             std::to_string(order.memory_bytes), "--cgroup-parent", "/" + options_.name});
    run.insert(run.end(), {"--network", "none"});
  }
  from.insert(from.end(), {"--ulimit", fmt::format("nproc={0}:{0}", kBuildProcesses), order.base_id});
  run.insert(run.end(), {options_.name, "--"});
  run.insert(run.end(), order.script.begin(), order.script.end());
  const auto steps = [&]() -> Result<BuiltImage> {
    BERTH_CHECK_OK(buildah(std::move(from)));
    BERTH_CHECK_OK(buildah({"copy", "--quiet", options_.name, order.input.native(), std::string(kBuildFolder)}));
    BERTH_TRY(std::string said, explained(buildah(std::move(run)), order.memory_bytes, isolation_ == "oci"));
    BERTH_CHECK_OK(configure(order));
    BERTH_TRY(std::string id, commit(order));
    if (order.more_labels) {
      BERTH_TRY(id, labelled(order, std::move(id)));
    }
    return BuiltImage{std::move(id), std::move(said)};
  };
  auto built = steps();
  auto swept = sweep();
  if (built && !swept) return std::unexpected(std::move(swept).error());
  return built;
}

Result<std::string> Builder::commit(const BuildOrder& order) const {
  BERTH_TRY(std::string id, buildah({"commit", "--quiet", "--format", "oci", "--timestamp", std::to_string(order.time),
                                     options_.name}));
  if (is_layer_id(id)) return id;
  return fail(Errc::Corrupt, fmt::format("buildah commit: it printed '{}', which is no id", id));
}

Result<std::string> Builder::labelled(const BuildOrder& order, std::string id) const {
  const auto commit_with = [&](const Labels& labels) -> Result<std::string> {
    BuildOrder again = order;
    again.labels = labels;
    BERTH_CHECK_OK(configure(again));
    return commit(again);
  };
  const auto labels = order.more_labels(id);
  if (labels && labels->empty()) return id;
  auto made = labels ? commit_with(*labels) : Result<std::string>(std::unexpected(labels.error()));
  if (made && *made == id) return id;
  auto removed = remove_image(id);
  if (made && !removed) return std::unexpected(std::move(removed).error());
  return made;
}

Result<void> Builder::configure(const BuildOrder& order) const {
  std::vector<std::string> config = {"config", "--created-by", kCreatedBy};
  for (const std::string& variable : order.environment) config.insert(config.end(), {"--env", variable});
  // What has no value is there neither, also where the base has it: buildah takes away what ends in '-'.
  const auto words = [](const auto& one) {
    return one.second.empty() ? one.first + "-" : fmt::format("{}={}", one.first, one.second);
  };
  for (const auto& label : order.labels) config.insert(config.end(), {"--label", words(label)});
  for (const auto& annotation : order.annotations) config.insert(config.end(), {"--annotation", words(annotation)});
  config.push_back(options_.name);
  BERTH_CHECK_OK(buildah(std::move(config)));
  return {};
}

Result<void> Builder::give_name(const std::string& id, const std::string& name) const {
  BERTH_CHECK_OK(buildah({"tag", id, name}));
  return {};
}

Result<void> Builder::remove_image(const std::string& id) const {
  BERTH_CHECK_OK(buildah({"rmi", id}));
  return {};
}

Result<void> Builder::sweep() const {
  const auto list = sys::read_file(options_.graph_root / "overlay-containers/containers.json", kMaxListBytes);
  if (list && list->contains('"' + options_.name + '"')) {
    BERTH_CHECK_OK(buildah({"rm", options_.name}));
  }
  // Left when runc was killed; gone already as a rule.
  std::error_code ignored;
  for (const auto& hierarchy : std::filesystem::directory_iterator(kCgroups, ignored)) {
    remove_groups(hierarchy.path() / options_.name);
  }
  remove_groups(std::filesystem::path(kCgroups) / options_.name);
  return {};
}

}  // namespace berth::image
