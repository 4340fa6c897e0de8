#include "berth/sys/cgroup_layout.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "berth/base/text_parts.h"
#include "berth/sys/file.h"

namespace berth::sys {
namespace {

constexpr std::array<std::string_view, 3> kNeeded = {"memory", "pids", "cpu"};
constexpr std::size_t kSmallFile = 1 << 16;

bool holds(const auto& words, std::string_view word) { return std::ranges::find(words, word) != words.end(); }

// A path as mountinfo writes it: blanks, tabs, line feeds and backslashes as three octal digits.
std::string unescaped(std::string_view escaped) {
  std::string path;
  for (std::size_t at = 0; at < escaped.size(); ++at) {
    int code = 0;
    const char* digits = escaped.data() + at + 1;
    if (escaped[at] == '\\' && escaped.size() - at > 3 &&
        std::from_chars(digits, digits + 3, code, 8).ptr == digits + 3) {
      path += static_cast<char>(code);
      at += 3;
    } else {
      path += escaped[at];
    }
  }
  return path;
}

struct Mount {
  std::string device;
  std::string root;  // the group that is shown at `point`
  std::filesystem::path point;
  int version;
  std::vector<std::string_view> controllers;  // of version 1
  bool read_only;
};

// mountinfo (proc(5)): id parent major:minor root mount-point options ... - type source super-options
std::vector<Mount> cgroup_mounts(std::string_view mountinfo) {
  std::vector<Mount> mounts;
  for (const std::string_view line : words_of(mountinfo, "\n")) {
    const std::size_t dash = line.find(" - ");
    if (dash == std::string_view::npos) continue;
    const auto before = words_of(line.substr(0, dash), " ");
    const auto after = words_of(line.substr(dash + 3), " ");
    if (before.size() < 6 || after.size() < 3 || (after[0] != "cgroup" && after[0] != "cgroup2")) continue;
    const auto options = words_of(after[2], ",");
    const bool read_only = holds(words_of(before[5], ","), "ro") || holds(options, "ro");
    mounts.push_back({std::string(before[2]), unescaped(before[3]), unescaped(before[4]), after[0] == "cgroup2" ? 2 : 1,
                      options, read_only});
  }
  return mounts;
}

// The group of this process, from the lines `id:controllers:path` of /proc/self/cgroup; version 2 has no controllers.
std::string own_group(std::string_view own_groups, int version, std::string_view controller) {
  for (const std::string_view line : words_of(own_groups, "\n")) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    const std::string_view controllers = line.substr(first + 1, second - first - 1);
    const bool wanted = version == 2 ? controllers.empty() : holds(words_of(controllers, ","), controller);
    if (wanted) return std::string(line.substr(second + 1));
  }
  return {};
}

// The folders of `group` and of the groups above it as far as `mount` shows them, the nearest first. Empty when it
// does not show the group: a namespace's root is written as "/..", what lies beside it likewise.
std::vector<std::filesystem::path> folders_upwards(const Mount& mount, const std::string& group) {
  const std::string root = mount.root == "/" ? "" : mount.root;
  if (group.empty() || !group.starts_with(root + "/")) {
    if (group.empty() || group != root) return {};
    return {mount.point};
  }
  const std::filesystem::path below = std::filesystem::path(group.substr(root.size())).relative_path();
  if (std::ranges::find(below, "..") != below.end()) return {};
  std::vector<std::filesystem::path> folders;
  for (std::filesystem::path at = below; !at.empty(); at = at.parent_path()) folders.push_back(mount.point / at);
  folders.push_back(mount.point);
  return folders;
}

struct Place {
  std::filesystem::path folder;
  GroupFacts facts;
  bool holds_us = false;
};

class Survey {
 public:
  Survey(std::string_view own_groups, const LookAtGroup& look) : own_groups_(own_groups), look_(look) {}

  // Where groups with `controller` can be made in `mount`; none with the reason in `why()`.
  std::optional<Place> place_in(const Mount& mount, std::string_view controller) {
    if (mount.version == 1 && !holds(mount.controllers, controller)) return std::nullopt;
    const auto top = look_(mount.point);
    if (!top || top->device != mount.device) return std::nullopt;  // something else is mounted over it
    if (mount.version == 2 && top->top && !holds(top->controllers, controller)) return std::nullopt;
    const std::string group = own_group(own_groups_, mount.version, controller);
    std::optional<Place> place = choose(mount, *top, folders_upwards(mount, group));
    if (mount.read_only || !place) {
      why_ = mount.read_only
                 ? fmt::format(
                       "it is mounted read-only at '{}'; a container needs a writable one of its own (docker "
                       "run --privileged --cgroupns=private)",
                       mount.point.native())
                 : fmt::format(
                       "the group of this process, '{}', belongs to another user; start it in one that is "
                       "delegated (systemd-run --user --scope -p Delegate=yes berth ...)",
                       group);
      return std::nullopt;
    }
    if (mount.version == 2 && !holds(place->facts.controllers, controller)) {
      why_ = fmt::format(
          "it is not handed down to '{}'; have it delegated (systemctl edit user@.service, or the unit: "
          "Delegate=cpu memory pids)",
          place->folder.native());
      return std::nullopt;
    }
    return place;
  }

  const std::string& why() const { return why_; }

 private:
  std::optional<Place> choose(const Mount& mount, const GroupFacts& top,
                              const std::vector<std::filesystem::path>& upwards) const {
    const auto look = [&](const auto& folder) { return folder == mount.point ? std::optional(top) : look_(folder); };
    const auto place = [&](const auto& folder, const GroupFacts& facts) {
      return Place{folder, facts, mount.version == 2 && !upwards.empty() && folder == upwards.front()};
    };
    std::optional<Place> delegated;
    if (mount.version == 2) {
      for (const auto& folder : upwards) {
        const auto facts = look(folder);
        if (!facts || !facts->delegated || !facts->writable) continue;
        if (!delegated) delegated = place(folder, *facts);
        if (has_all_of(*facts, top)) return place(folder, *facts);
      }
    }
    if (top.writable && (mount.version == 1 || top.top)) return place(mount.point, top);
    if (delegated) return delegated;
    if (upwards.empty()) return top.writable ? std::optional(place(mount.point, top)) : std::nullopt;
    // A container's, or handed to a user by hand: as far up as it goes, where the fewest processes are in the way.
    std::optional<Place> highest;
    for (const auto& folder : upwards) {
      const auto facts = look(folder);
      if (!facts || !facts->writable) break;
      highest = place(folder, *facts);
    }
    return highest;
  }

  // Of our controllers, those that `top` has.
  static bool has_all_of(const GroupFacts& facts, const GroupFacts& top) {
    return std::ranges::all_of(kNeeded, [&](std::string_view controller) {
      return !holds(top.controllers, controller) || holds(facts.controllers, controller);
    });
  }

  std::string_view own_groups_;
  const LookAtGroup& look_;
  std::string why_;
};

}  // namespace

std::optional<GroupFacts> look_at_group(const std::filesystem::path& folder) {
  struct stat status = {};
  if (::stat(folder.c_str(), &status) != 0) return std::nullopt;
  GroupFacts facts;
  facts.device = fmt::format("{}:{}", major(status.st_dev), minor(status.st_dev));
  facts.writable = ::access(folder.c_str(), W_OK | X_OK) == 0;
  const auto controllers = read_file(folder / "cgroup.controllers", kSmallFile);
  if (!controllers) return facts;  // version 1
  for (const std::string_view word : words_of(std::string_view(*controllers).substr(0, controllers->find('\n')), " ")) {
    facts.controllers.emplace_back(word);
  }
  for (const char* file : {"cgroup.procs", "cgroup.subtree_control"}) {
    facts.writable = facts.writable && ::access((folder / file).c_str(), W_OK) == 0;
  }
  facts.top = ::access((folder / "cgroup.type").c_str(), F_OK) != 0;  // every other group has a type
  for (const char* mark : {"trusted.delegate", "user.delegate"}) {
    char value = 0;
    facts.delegated = facts.delegated || (::getxattr(folder.c_str(), mark, &value, 1) == 1 && value == '1');
  }
  return facts;
}

CgroupLayout choose_layout(std::string_view mountinfo, std::string_view own_groups, const LookAtGroup& look) {
  std::vector<Mount> mounts = cgroup_mounts(mountinfo);
  std::ranges::stable_partition(mounts, [](const Mount& mount) { return !mount.read_only; });
  CgroupLayout layout;
  // A process is in one group of version 2 only, whatever it is mounted as.
  const auto is_second_v2 = [&](const Mount& mount, const Place& place) {
    return mount.version == 2 && std::ranges::any_of(layout.hierarchies, [&](const CgroupHierarchy& chosen) {
             return chosen.version == 2 && chosen.place != place.folder;
           });
  };
  for (const std::string_view controller : kNeeded) {
    Survey survey(own_groups, look);
    std::optional<Place> place;
    int version = 0;
    for (const Mount& mount : mounts) {
      place = survey.place_in(mount, controller);
      if (place && is_second_v2(mount, *place)) place.reset();
      if (!place) continue;
      version = mount.version;
      break;
    }
    if (!place) {
      layout.lacks.push_back({std::string(controller),
                              survey.why().empty() ? std::string("it is in no mounted hierarchy") : survey.why()});
      continue;
    }
    const auto same = std::ranges::find(layout.hierarchies, place->folder, &CgroupHierarchy::place);
    if (same != layout.hierarchies.end()) {
      same->controllers.emplace_back(controller);
    } else {
      layout.hierarchies.push_back({place->folder, version, {std::string(controller)}, place->holds_us});
    }
  }
  return layout;
}

std::vector<CgroupHierarchy> groups_of_process(std::string_view mountinfo, std::string_view groups) {
  std::vector<CgroupHierarchy> found;
  for (const Mount& mount : cgroup_mounts(mountinfo)) {
    std::vector<std::string> controllers;
    for (const std::string_view controller : {"memory", "pids", "cpu", "cpuacct"}) {
      if (mount.version == 2 || holds(mount.controllers, controller)) controllers.emplace_back(controller);
    }
    const std::string first = controllers.empty() ? "" : controllers.front();
    const auto folders = folders_upwards(mount, own_group(groups, mount.version, first));
    if (first.empty() || folders.empty() || folders.front() == mount.point) continue;
    if (std::ranges::find(found, folders.front(), &CgroupHierarchy::place) != found.end()) continue;
    found.push_back({folders.front(), mount.version, std::move(controllers), false});
  }
  return found;
}

}  // namespace berth::sys
