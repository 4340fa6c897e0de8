#include "berth/container/roots_in_use.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <vector>

#include "berth/base/text_parts.h"
#include "berth/base/unique_fd.h"
#include "berth/container/image_root.h"
#include "berth/sys/file.h"

namespace berth::container {
namespace {

constexpr std::size_t kMostMounts = 16 << 20;

// The mount namespace of a process, as the link in /proc names it; empty where it may not be seen.
std::string mount_namespace_of(std::string_view pid) {
  std::array<char, 64> target = {};
  const std::string link = fmt::format("/proc/{}/ns/mnt", pid);
  const ssize_t size = ::readlink(link.c_str(), target.data(), target.size());
  return size > 0 ? std::string(target.data(), static_cast<std::size_t>(size)) : std::string();
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// The slots whose lease some process holds.
Result<std::set<std::string>> held_slots(const RuntimeFolder& folder) {
  std::set<std::string> held;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder.leases(), error)) {
    const std::string slot = entry.path().filename();
    if (!is_number(slot)) continue;
    const UniqueFd file(::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    // A shared lock, let go at once: whoever wants the lease in this moment takes another.
    if (file && ::flock(file.get(), LOCK_SH | LOCK_NB) != 0) held.insert(slot);
  }
  if (error) {
    return std::unexpected(Error::from_errno(error.value(), fmt::format("read folder '{}'", folder.leases().native())));
  }
  return held;
}

}  // namespace

std::string slot_of_root(std::string_view name) {
  const std::string_view slot = name.substr(name.rfind('-') + 1);  // npos + 1 is 0
  return is_number(slot) ? std::string(slot) : std::string();
}

std::string image_of_root(std::string_view name) {
  return std::string(name.substr(0, std::min(name.find('-'), kRootDigits)));
}

// ID PARENT MAJOR:MINOR ROOT POINT OPTIONS... - TYPE SOURCE SUPER-OPTIONS (proc(5)). image_root.cc stacks layers that
// it has attached under the names 0, 1, ...: no other tool's overlay has such names.
std::string device_of_berth_root(std::string_view mountinfo) {
  std::string device;
  while (!mountinfo.empty()) {
    const std::string_view line = mountinfo.substr(0, mountinfo.find('\n'));
    mountinfo.remove_prefix(std::min(line.size() + 1, mountinfo.size()));
    const std::vector<std::string_view> words = words_of(line, " ");
    const auto dash = std::ranges::find(words, "-");
    if (words.size() < 6 || words[4] != "/" || words.end() - dash < 4 || dash[1] != "overlay") continue;
    const std::string options = fmt::format(",{},", dash[3]);
    if (options.contains(",lowerdir=0:1")) device = words[2];
  }
  return device;
}

Result<RootsInUse> roots_in_use(const RuntimeFolder& folder) {
  BERTH_TRY(const auto kept, kept_roots(folder));
  BERTH_TRY(std::set<std::string> slots, held_slots(folder));
  std::map<std::string, std::string> roots;  // by device
  for (const std::string& name : kept) {
    struct stat status = {};
    if (::stat((folder.roots() / name).c_str(), &status) != 0) continue;
    roots[fmt::format("{}:{}", major(status.st_dev), minor(status.st_dev))] = name;
  }
  RootsInUse used;
  std::set<std::string> seen = {mount_namespace_of("self")};
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    const std::string pid = entry.path().filename();
    if (!is_number(pid)) continue;
    const std::string space = mount_namespace_of(pid);
    if (space.empty() || !seen.insert(space).second) continue;
    const auto mounts = sys::read_file(entry.path() / "mountinfo", kMostMounts);
    if (!mounts) continue;  // it has ended
    const auto root = roots.find(device_of_berth_root(*mounts));
    if (root == roots.end()) continue;
    used.images.insert(image_of_root(root->second));
    slots.erase(slot_of_root(root->second));
  }
  if (error) return std::unexpected(Error::from_errno(error.value(), "read folder '/proc'"));
  used.unknown = slots.size();
  return used;
}

}  // namespace berth::container
