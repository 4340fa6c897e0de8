#include "berth/sys/delegated_cgroup.h"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "berth/sys/file.h"

namespace berth::sys {
namespace {

constexpr std::array<std::string_view, 3> kOurs = {"memory", "pids", "cpu"};
constexpr const char* kRemedy =
    "start it where cgroups are delegated, for example with 'systemd-run --user --scope --quiet berth ...'";

std::string_view take_word(std::string_view& text, char separator) {
  const std::string_view word = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(word.size() + 1, text.size()));
  return word;
}

// Those of our controllers that stand in a file of words.
std::vector<std::string> ours_in(const std::filesystem::path& file) {
  std::vector<std::string> found;
  std::string text = read_file(file, 4096).value_or("");
  std::ranges::replace(text, '\n', ' ');
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view word = take_word(rest, ' ');
    if (std::ranges::find(kOurs, word) != kOurs.end()) found.emplace_back(word);
  }
  return found;
}

// A group can be made here, and a process be moved from here on down (CLONE_INTO_CGROUP asks for both).
bool may_use(const std::filesystem::path& folder) {
  return ::access(folder.c_str(), W_OK | X_OK) == 0 && ::access((folder / "cgroup.procs").c_str(), W_OK) == 0;
}

// What groups made in `folder` have, or can be given: a group without processes may hand on all that it has.
std::vector<std::string> handed_on(const std::filesystem::path& folder) {
  const std::string processes = read_file(folder / "cgroup.procs", 1 << 20).value_or("?");
  const bool may_change = ::access((folder / "cgroup.subtree_control").c_str(), W_OK) == 0;
  return ours_in(folder / (processes.empty() && may_change ? "cgroup.controllers" : "cgroup.subtree_control"));
}

}  // namespace

OwnCgroup own_cgroup(std::string_view mountinfo, std::string_view self_cgroup) {
  OwnCgroup own;
  while (!self_cgroup.empty()) {
    const std::string_view line = take_word(self_cgroup, '\n');  // "0::/path" for version 2
    if (line.starts_with("0::/")) own.group = line.substr(3);
  }
  while (!mountinfo.empty()) {
    std::string_view line = take_word(mountinfo, '\n');
    if (line.find(" - cgroup2 ") == std::string_view::npos) continue;
    for (int field = 0; field < 3; ++field) take_word(line, ' ');
    own.root = take_word(line, ' ');
    own.mount = take_word(line, ' ');
    break;
  }
  return own;
}

std::vector<std::filesystem::path> folders_upwards(const OwnCgroup& own) {
  std::vector<std::filesystem::path> folders;
  if (own.mount.empty() || own.group.empty()) return folders;
  const std::string root = own.root == "/" ? "" : own.root;
  if (!own.group.starts_with(root)) return folders;
  // A group outside of what is shown has ".." in its name.
  const std::filesystem::path below = std::filesystem::path(own.group.substr(root.size())).relative_path();
  if (std::ranges::find(below, "..") != below.end()) return folders;
  for (std::filesystem::path at = below; !at.empty(); at = at.parent_path()) folders.push_back(own.mount / at);
  folders.push_back(own.mount);
  return folders;
}

DelegatedCgroup choose_delegated(const std::vector<std::filesystem::path>& folders) {
  DelegatedCgroup chosen;
  bool may_use_any = false;
  for (const std::filesystem::path& folder : folders) {
    if (!may_use(folder)) {
      // What lies above a group that is not this user's is not either.
      if (may_use_any) break;
      continue;
    }
    may_use_any = true;
    std::vector<std::string> controllers = handed_on(folder);
    if (controllers.size() > chosen.controllers.size()) {
      chosen.folder = folder;
      chosen.controllers = std::move(controllers);
    }
  }
  chosen.remedy = kRemedy;
  // The last folder is the mount: what is not there, is not in version 2 at all.
  if (folders.empty() || ours_in(folders.back() / "cgroup.controllers").empty()) {
    chosen.why_not = "this machine has no version 2 cgroups for them, the only ones an ordinary user can be given";
    chosen.remedy = "start the machine with version 2 cgroups (systemd.unified_cgroup_hierarchy=1)";
  } else if (chosen.folder.empty()) {
    chosen.why_not = may_use_any ? "no cgroup that is delegated to this user hands any of memory, pids and cpu on"
                                 : "no cgroup is delegated to this user here";
  } else if (chosen.controllers.size() < kOurs.size()) {
    chosen.remedy = "have more delegated ('systemctl edit user@.service': Delegate=cpu memory pids)";
  }
  return chosen;
}

Result<DelegatedCgroup> find_delegated_cgroup() {
  BERTH_TRY(const std::string mountinfo, read_file("/proc/self/mountinfo", 8 << 20));
  BERTH_TRY(const std::string self_cgroup, read_file("/proc/self/cgroup", 1 << 16));
  return choose_delegated(folders_upwards(own_cgroup(mountinfo, self_cgroup)));
}

}  // namespace berth::sys
