#include "berth/doctor/leftovers.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "berth/container/image_root.h"
#include "berth/container/kept.h"
#include "berth/container/lease.h"
#include "berth/container/runtime_folder.h"
#include "berth/doctor/file_system.h"
#include "berth/doctor/storage.h"
#include "berth/doctor/words.h"
#include "berth/sys/syscall.h"

namespace berth::doctor {
namespace {

// A group so young may be one that is being made.
constexpr auto kSettled = std::chrono::seconds(5);

std::vector<std::filesystem::path> entries_of(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> entries;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) entries.push_back(entry.path());
  return entries;
}

bool is_settled(const std::filesystem::path& folder) {
  struct stat status = {};
  if (::stat(folder.c_str(), &status) != 0) return false;
  return std::chrono::system_clock::now() - std::chrono::system_clock::from_time_t(status.st_mtime) > kSettled;
}

bool is_empty_group(const std::filesystem::path& folder) {
  const auto processes = small_file(folder / "cgroup.procs");
  return processes && processes->empty();
}

// The containers whose leases are held: those that live, and those of another runtime folder that share the file.
Result<std::vector<std::string>> living(const std::filesystem::path& leases) {
  std::vector<std::string> ids;
  for (const auto& path : entries_of(leases)) {
    const auto open = [&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW); };
    BERTH_TRY(int fd, sys::call(open, "open lease {}", path.native()));
    const UniqueFd owner(fd);
    // A start that comes by while we hold the lock takes the next range.
    if (::flock(fd, LOCK_SH | LOCK_NB) == 0) continue;
    if (auto id = small_file(path)) ids.push_back(*id);
  }
  return ids;
}

bool has_image(const std::vector<std::string>& images, const std::string& root) {
  const std::string beginning = root.substr(0, root.find('-'));
  return std::ranges::any_of(images, [&](const std::string& id) { return id.starts_with(beginning); });
}

// Kept mounts whose image is gone. A storage that cannot be read tells nothing about them.
std::vector<std::string> orphaned_roots(const Asked& asked, const std::vector<std::string>& roots) {
  const auto store = image::LocalStore::open(storage_folder(asked));
  if (!store) return {};
  const auto images = store->list_images();
  if (!images) return {};
  std::vector<std::string> ids;
  for (const auto& image : *images) ids.push_back(image.id);
  std::vector<std::string> orphans;
  std::ranges::copy_if(roots, std::back_inserter(orphans),
                       [&](const std::string& root) { return !has_image(ids, root); });
  return orphans;
}

}  // namespace

Result<Leftovers> find_leftovers(const Asked& asked, const Hierarchies& hierarchies) {
  Leftovers left;
  // Groups before leases: a group whose container ends meanwhile is gone when it is looked at again.
  std::vector<std::filesystem::path> groups;
  for (const sys::CgroupHierarchy& hierarchy : hierarchies.value_or(std::vector<sys::CgroupHierarchy>())) {
    if (!asked.root) break;  // these are root's
    for (auto& path : entries_of(hierarchy.place / "berth")) groups.push_back(std::move(path));
  }
  std::vector<std::string> owners;
  // What RuntimeFolder makes last; where it stands, opening changes nothing.
  if (file_facts(asked.settings.runtime / "stage/furniture").exists) {
    BERTH_TRY(const auto folder, container::RuntimeFolder::open(asked.settings.runtime));
    BERTH_TRY(owners, living(folder.leases()));
    BERTH_TRY(const auto kept, container::kept_containers(folder));
    for (const auto& container : kept) {
      owners.push_back(container.id);
      if (!container::is_standing(container)) left.dead_kept.push_back(container.id);
    }
    BERTH_TRY(const auto roots, container::kept_roots(folder));
    left.orphaned_roots = orphaned_roots(asked, roots);
  }
  for (const auto& path : groups) {
    if (std::ranges::find(owners, path.filename().native()) != owners.end()) continue;
    if (is_empty_group(path) && is_settled(path)) left.cgroups.push_back(path);
  }
  return left;
}

CheckResult judge_leftovers(const Result<Leftovers>& found) {
  if (!found && found.error().code() == Errc::Denied) {
    return skipped("the runtime folder cannot be read: see 'runtime-folder'");
  }
  if (!found) {
    return warning("what is left cannot be told: " + found.error().message(),
                   "see to that place by hand; 'berth ps' shows what is kept");
  }
  std::vector<std::string> parts;
  std::string remedy;
  const auto add = [&](const std::vector<std::string>& names, const char* what, const std::string& way) {
    if (names.empty()) return;
    parts.push_back(fmt::format("{} {} ({})", names.size(), what, listed(names, 2)));
    if (remedy.find(way) == std::string::npos) remedy += (remedy.empty() ? "" : "; ") + way;
  };
  add(found->dead_kept, "dead kept containers", "'berth prune'");
  add(found->orphaned_roots, "kept mounts of images that are gone", "'berth prune'");
  if (!found->cgroups.empty()) {
    add(found->cgroups, "cgroups without an owner", fmt::format("'rmdir {}'", fmt::join(found->cgroups, " ")));
  }
  if (parts.empty()) return ok("nothing");
  return warning(listed(parts), remedy);
}

}  // namespace berth::doctor
