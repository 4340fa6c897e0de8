#include "berth/container/kept.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "berth/base/json.h"
#include "berth/base/utf8.h"
#include "berth/container/lease.h"
#include "berth/sys/cgroup.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::container {
namespace {

constexpr std::int64_t kSchema = 2;

std::filesystem::path record_of(const RuntimeFolder& folder, const std::string& id) {
  return folder.kept() / (id + ".json");
}

template <class Number>
std::optional<Number> number_in(const Json& json, std::string_view key) {
  const Json* found = json.find(key);
  if (found == nullptr || !found->is_int() || !std::in_range<Number>(*found->as_int())) return std::nullopt;
  return static_cast<Number>(*found->as_int());
}

std::vector<std::string> texts_in(const Json& json, std::string_view key) {
  std::vector<std::string> texts;
  const Json* found = json.find(key);
  if (found == nullptr || !found->is_array()) return texts;
  for (const Json& one : *found->as_array()) {
    if (const std::string* text = one.as_string()) texts.push_back(*text);
  }
  return texts;
}

Json json_of(const ProcessBounds& bounds) {
  Json json = Json::object();
  json.set("open_files_soft", bounds.open_files_soft).set("open_files_hard", bounds.open_files_hard);
  if (bounds.processes) json.set("processes", *bounds.processes);
  if (bounds.private_bytes) json.set("private_bytes", static_cast<std::int64_t>(*bounds.private_bytes));
  return json;
}

ProcessBounds bounds_in(const Json& json) {
  ProcessBounds bounds;
  bounds.open_files_soft = number_in<std::uint32_t>(json, "open_files_soft").value_or(bounds.open_files_soft);
  bounds.open_files_hard = number_in<std::uint32_t>(json, "open_files_hard").value_or(bounds.open_files_hard);
  bounds.processes = number_in<std::uint32_t>(json, "processes");
  bounds.private_bytes = number_in<std::uint64_t>(json, "private_bytes");
  return bounds;
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
  for (std::string& folder : texts_in(json, "cgroups")) container.cgroups.emplace_back(std::move(folder));
  // Records of schema 1 have neither: such a container can be removed, not entered.
  if (const Json* bounds = json.find("bounds")) container.bounds = bounds_in(*bounds);
  container.environment = texts_in(json, "environment");
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
  Json environment = Json::array();
  for (const std::string& variable : container.environment) environment.push_back(variable);
  json.set("cgroups", std::move(cgroups)).set("bounds", json_of(container.bounds));
  json.set("environment", std::move(environment));
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

Result<KeptContainer> find_kept(const std::vector<KeptContainer>& containers, std::string_view name) {
  if (name == "last" && !containers.empty()) return containers.back();
  std::vector<const KeptContainer*> found;
  for (const KeptContainer& container : containers) {
    if (!name.empty() && container.id.starts_with(name)) found.push_back(&container);
  }
  if (found.size() == 1) return *found.front();
  const std::string shown = to_visible(name, false);
  if (found.empty()) {
    return fail(Errc::NotFound, fmt::format("there is no kept container '{}'; 'berth ps' lists them, and 'berth run "
                                            "--keep' leaves one standing",
                                            shown));
  }
  return fail(Errc::InvalidInput,
              fmt::format("'{}' is how the ids of {} kept containers begin; give more of one", shown, found.size()));
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
