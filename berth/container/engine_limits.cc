#include "berth/container/engine_limits.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "berth/sys/cgroup_numbers.h"
#include "berth/sys/file.h"

namespace berth::container {
namespace {

constexpr std::size_t kSmallFile = 1 << 16;
constexpr double kRounding = 1.01;

// The folders in which the container's limits can stand, from the inside out.
std::vector<std::filesystem::path> own_folders(const std::vector<sys::CgroupHierarchy>& groups,
                                               std::string_view engine_id) {
  std::vector<std::filesystem::path> folders;
  for (const sys::CgroupHierarchy& group : groups) {
    for (auto folder = group.place; !engine_id.empty() && folder.native().contains(engine_id);
         folder = folder.parent_path()) {
      folders.push_back(folder);
    }
  }
  return folders;
}

// "max" and "-1" stand for no limit, and are no number here.
class Groups {
 public:
  explicit Groups(std::vector<std::filesystem::path> folders) : folders_(std::move(folders)) {}

  bool have(const char* file) const {
    std::error_code ignored;
    for (const auto& folder : folders_) {
      if (std::filesystem::exists(folder / file, ignored)) return true;
    }
    return false;
  }

  bool bound(const char* file, std::uint64_t most) const {
    for (const auto& folder : folders_) {
      const auto text = sys::read_file(folder / file, kSmallFile);
      const auto number = text ? sys::number_in(*text) : std::nullopt;
      if (number && *number <= most) return true;
    }
    return false;
  }

  bool bound_cpus(double most) const {
    for (const auto& folder : folders_) {
      if (const auto text = sys::read_file(folder / "cpu.max", kSmallFile)) {  // "QUOTA PERIOD"
        const auto quota = sys::number_in(*text);
        const auto period =
            sys::number_in(std::string_view(*text).substr(std::min(text->find(' '), text->size() - 1) + 1));
        if (quota && period && fits(*quota, *period, most)) return true;
      }
      const auto quota = sys::read_file(folder / "cpu.cfs_quota_us", kSmallFile);
      const auto period = sys::read_file(folder / "cpu.cfs_period_us", kSmallFile);
      if (!quota || !period || !sys::number_in(*quota) || !sys::number_in(*period)) continue;
      if (fits(*sys::number_in(*quota), *sys::number_in(*period), most)) return true;
    }
    return false;
  }

 private:
  static bool fits(std::uint64_t quota, std::uint64_t period, double most) {
    return static_cast<double>(quota) <= static_cast<double>(period) * most * kRounding;
  }

  std::vector<std::filesystem::path> folders_;
};

bool bound_swap(const Groups& groups, const Limits& limits) {
  if (groups.have("memory.swap.max")) return groups.bound("memory.swap.max", 0);
  if (groups.have("memory.memsw.limit_in_bytes")) {
    return groups.bound("memory.memsw.limit_in_bytes", limits.memory_bytes);
  }
  // The kernel does not count it. With version 2 it cannot be kept from a group either; Berth's own go on, too.
  return !groups.have("memory.swappiness") || groups.bound("memory.swappiness", 0);
}

}  // namespace

std::vector<std::string> limits_lacking(const std::vector<sys::CgroupHierarchy>& groups, std::string_view engine_id,
                                        const Limits& limits) {
  const Groups own(own_folders(groups, engine_id));
  std::vector<std::string> lacking;
  if (!own.bound("memory.max", limits.memory_bytes) && !own.bound("memory.limit_in_bytes", limits.memory_bytes)) {
    lacking.emplace_back("memory");
  } else if (!bound_swap(own, limits)) {
    lacking.emplace_back("swap");
  }
  if (!own.bound_cpus(limits.cpus)) lacking.emplace_back("cpus");
  if (!own.bound("pids.max", limits.pids)) lacking.emplace_back("processes");
  return lacking;
}

}  // namespace berth::container
