#include "berth/container/engine_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "berth/base/lower_case.h"

namespace berth::container {
namespace {

struct Shown {
  const char* part;  // of the stage
  const char* at;
  bool is_writable;
};

// Everything writable is one bounded file system in memory, as in Berth's own containers (call_files.h).
constexpr std::array<Shown, 8> kShown = {{{"scratch/tmp", "/tmp", true},
                                          {"scratch/vartmp", "/var/tmp", true},
                                          {"scratch/shm", "/dev/shm", true},
                                          {"scratch/home", kHomeFolder, true},
                                          {"scratch/work", kWorkFolder, true},
                                          {"furniture/run/berth", kFixedFolder, false},
                                          {"furniture/hosts", "/etc/hosts", false},
                                          {"furniture/resolv.conf", "/etc/resolv.conf", false}}};

// The form is one of values with commas, and what it has for values that hold one differs between the engines.
bool can_be_written(std::string_view path) {
  return path.starts_with('/') &&
         std::ranges::none_of(path, [](char c) { return c == ',' || c == '"' || c == '\n' || c == '\r'; });
}

std::string mount_option(const std::filesystem::path& source, std::string_view target, bool is_writable) {
  return fmt::format("--mount=type=bind,src={},dst={}{}", source.native(), target, is_writable ? "" : ",readonly");
}

std::string ulimit_option(const ResourceLimit& limit) {
  return fmt::format("--ulimit={}={}:{}", lower_case(limit.name), limit.soft, limit.hard);
}

std::vector<std::string> limit_options(const Limits& limits) {
  constexpr double kPeriodMicroseconds = 100'000;
  return {fmt::format("--memory={}b", limits.memory_bytes),
          fmt::format("--memory-swap={}b", limits.memory_bytes),  // both together: none on top
          fmt::format("--cpu-period={:.0f}", kPeriodMicroseconds),
          fmt::format("--cpu-quota={}", std::llround(limits.cpus * kPeriodMicroseconds)),
          fmt::format("--pids-limit={}", limits.pids)};
}

bool is_shown(std::string_view folder) {
  return std::ranges::any_of(kShown, [&](const Shown& one) { return one.at == folder; });
}

}  // namespace

std::string engine_container_name(const std::string& id) { return "berth-" + id; }

Result<std::vector<std::string>> run_command(EngineKind kind, const LaunchSpec& spec, const EngineView& view) {
  if (!can_be_written(view.stage.native())) {
    return fail(Errc::InvalidInput, fmt::format("the runtime folder '{}' has a name that {} cannot be told; set "
                                                "storage.runtime to one without commas and quotes",
                                                view.stage.native(), name_of(kind)));
  }
  std::vector<std::string> command = {
      std::string(name_of(kind)), "run", "--interactive", "--rm", "--name=" + engine_container_name(spec.id),
      fmt::format("--cidfile={}/cid", view.stage.native()), "--sig-proxy=false", "--pull=never", "--log-driver=none",
      // Berth gives it one once its rules stand (engine_container.cc).
      "--network=none", "--read-only", fmt::format("--user={0}:{0}", kScriptId), "--cap-drop=ALL",
      "--security-opt=no-new-privileges",
      fmt::format("--security-opt=seccomp={}/furniture/seccomp.json", view.stage.native()), "--ipc=private",
      "--cgroupns=private", "--hostname=berth", "--workdir=/", "--no-healthcheck", "--init=false",
      fmt::format("--entrypoint={}/first", kFixedFolder)};
  if (kind == EngineKind::Podman) {
    command.insert(command.end(), {"--read-only-tmpfs=false", "--systemd=false", "--image-volume=ignore", "--no-hosts",
                                   "--http-proxy=false"});
    // Docker has one user namespace for all containers, or none, as its daemon is set.
    for (const char* option : {"uidmap", "gidmap"}) {
      command.push_back(fmt::format("--{}=0:{}:{}", option, view.ids.first, view.ids.count));
    }
  }
  // It takes IPv6 away from a container that it gives no network to, which Berth may do.
  if (kind == EngineKind::Docker && view.has_v6) command.emplace_back("--sysctl=net.ipv6.conf.all.disable_ipv6=0");
  std::ranges::move(limit_options(spec.limits), std::back_inserter(command));
  std::ranges::transform(view.limits, std::back_inserter(command), ulimit_option);
  for (const Shown& one : kShown) command.push_back(mount_option(view.stage / one.part, one.at, one.is_writable));
  const std::filesystem::path nothing = view.stage / "furniture/empty";
  for (const std::string& folder : view.system_folders) command.push_back(mount_option(nothing, folder, false));
  for (const std::string& folder : spec.root.volumes) {
    if (!can_be_written(folder)) {
      return fail(Errc::Denied, fmt::format("image '{}' declares a volume at '{}', which {} would make writable and "
                                            "cannot be told not to; use an image without it",
                                            spec.image_name, folder, name_of(kind)));
    }
    if (kind == EngineKind::Docker && !is_shown(folder)) command.push_back(mount_option(nothing, folder, false));
  }
  command.push_back(spec.root.image_id);
  return command;
}

std::vector<std::string> removal_command(EngineKind kind, const std::string& id) {
  return {std::string(name_of(kind)), "rm", "--force", engine_container_name(id)};
}

}  // namespace berth::container
