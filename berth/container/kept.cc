#include "berth/container/kept.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "berth/base/json.h"
#include "berth/container/lease.h"
#include "berth/sys/cgroup.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::container {
namespace {

constexpr std::int64_t kSchema = 1;

std::filesystem::path record_of(const RuntimeFolder& folder, const std::string& id) {
  return folder.kept() / (id + ".json");
}

Result<KeptContainer> read_record(const std::filesystem::path& path) {
  BERTH_TRY(const std::string text, sys::read_file(path, 1 << 16));
  const auto parsed = parse_json(text);
  // No record: the checks below say so.
  const Json json = parsed ? *parsed : Json();
  KeptContainer container;
  container.id = json.text_or("id", "");
  container.image = json.text_or("image", "");
  const Json* pid = json.find("pid");
  const Json* ticks = json.find("started_ticks");
  const Json* cgroups = json.find("cgroups");
  if (!is_container_id(container.id) || pid == nullptr || !pid->is_int() || *pid->as_int() <= 0 ||
      !std::in_range<pid_t>(*pid->as_int()) || ticks == nullptr || !ticks->is_int() || cgroups == nullptr ||
      !cgroups->is_array()) {
    return fail(Errc::Corrupt, fmt::format("read '{}': it is no record of a kept container; remove it", path.native()));
  }
  container.pid = static_cast<pid_t>(*pid->as_int());
  container.started_ticks = static_cast<std::uint64_t>(*ticks->as_int());
  for (const Json& cgroup : *cgroups->as_array()) {
    if (const std::string* folder = cgroup.as_string()) container.cgroups.emplace_back(*folder);
  }
  return container;
}

}  // namespace

Result<std::uint64_t> start_ticks_of(pid_t pid) {
  BERTH_TRY(const std::string stat, sys::read_file(fmt::format("/proc/{}/stat", pid), 4096));
  // The second field, the name, may hold blanks and brackets; the last bracket ends it. Field 22 is the 20th after.
  std::string_view rest = std::string_view(stat).substr(std::min(stat.rfind(')') + 2, stat.size()));
  for (int field = 3; field < 22 && !rest.empty(); ++field)
    rest.remove_prefix(std::min(rest.find(' ') + 1, rest.size()));
  std::uint64_t ticks = 0;
  std::from_chars(rest.data(), rest.data() + rest.size(), ticks);
  return ticks;
}

Result<void> record_kept(const RuntimeFolder& folder, const KeptContainer& container) {
  Json json = Json::object();
  json.set("schema", kSchema).set("id", container.id).set("pid", container.pid);
  json.set("started_ticks", container.started_ticks).set("image", container.image);
  Json cgroups = Json::array();
  for (const auto& cgroup : container.cgroups) cgroups.push_back(cgroup.native());
  json.set("cgroups", std::move(cgroups));
  return sys::write_file_atomically(record_of(folder, container.id), print_json(json) + "\n", 0600);
}

Result<std::vector<KeptContainer>> kept_containers(const RuntimeFolder& folder) {
  std::vector<KeptContainer> containers;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder.kept(), error)) {
    if (entry.path().extension() != ".json") continue;  // a draft that a killed writer left
    BERTH_TRY(KeptContainer container, read_record(entry.path()));
    containers.push_back(std::move(container));
  }
  if (error)
    return std::unexpected(Error::from_errno(error.value(), fmt::format("read folder '{}'", folder.kept().native())));
  std::ranges::sort(containers, {}, &KeptContainer::started_ticks);
  return containers;
}

bool is_standing(const KeptContainer& container) {
  const auto ticks = start_ticks_of(container.pid);
  return ticks.has_value() && *ticks == container.started_ticks;
}

Result<void> remove_kept(const RuntimeFolder& folder, const KeptContainer& container) {
  const auto open = [&] { return ::syscall(SYS_pidfd_open, container.pid, 0); };
  if (auto pidfd = sys::call(open, "pidfd_open {}", container.pid)) {
    const UniqueFd owner(*pidfd);
    // Compared after opening: from here on the descriptor can mean no other process.
    if (is_standing(container)) ::syscall(SYS_pidfd_send_signal, owner.get(), SIGKILL, nullptr, 0);
  }
  for (const auto& cgroup : container.cgroups) {
    if (!sys::remove_cgroup(cgroup)) {
      return fail(Errc::Unavailable, fmt::format("remove container {}: its cgroup '{}' is still busy; try again",
                                                 container.id, cgroup.native()));
    }
  }
  const std::string record = record_of(folder, container.id);
  return sys::check([&] { return ::unlink(record.c_str()); }, "remove '{}'", record);
}

}  // namespace berth::container
