#include "berth/sys/cgroup_meter.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "berth/sys/cgroup_memory.h"
#include "berth/sys/cgroup_numbers.h"
#include "berth/sys/syscall.h"

namespace berth::sys {
namespace {

// No descriptor where there is no such file.
Result<UniqueFd> open_file(const std::filesystem::path& file, int mode) {
  const int fd = ::open(file.c_str(), mode | O_CLOEXEC);
  if (fd < 0 && errno != ENOENT) return std::unexpected(Error::from_errno(errno, "open " + file.native()));
  return UniqueFd(fd < 0 ? -1 : fd);
}

// What stands at the beginning: the kernel makes the text anew for each reading.
std::optional<std::uint64_t> number_at(const UniqueFd& file, std::string_view key = {}) {
  std::array<char, 1024> text;
  const ssize_t got = file ? ::pread(file.get(), text.data(), text.size(), 0) : -1;
  return got > 0 ? number_in({text.data(), static_cast<std::size_t>(got)}, key) : std::nullopt;
}

std::uint64_t beyond(std::uint64_t now, std::uint64_t before) { return now - std::min(now, before); }

}  // namespace

Result<CgroupMeter> CgroupMeter::open(const Cgroup& cgroup) {
  CgroupMeter meter;
  for (const auto& [path, hierarchy] : cgroup.folders()) {
    const bool v2 = hierarchy.version == 2;
    for (const std::string& controller : hierarchy.controllers) {
      if (controller == "memory") {
        meter.is_v2_memory_ = v2;
        BERTH_TRY(meter.peak_, open_file(path / (v2 ? "memory.peak" : "memory.max_usage_in_bytes"), O_RDWR));
        BERTH_TRY(meter.oom_, open_file(path / (v2 ? "memory.events" : "memory.oom_control"), O_RDONLY));
        BERTH_TRY(meter.memory_, open_file(path / memory_file_of(hierarchy), O_RDONLY));
      } else if (controller == "pids") {
        BERTH_TRY(meter.pids_, open_file(path / "pids.events", O_RDONLY));
        BERTH_TRY(meter.most_tasks_, open_file(path / "pids.peak", O_RDONLY));
      } else if (!v2 && !meter.cpu_) {
        BERTH_TRY(meter.cpu_, open_file(path / "cpuacct.usage", O_RDONLY));
      }
    }
    // Counted in every group of version 2, whatever its controllers.
    if (v2) {
      BERTH_TRY(UniqueFd cpu, open_file(path / "cpu.stat", O_RDONLY));
      meter.is_v2_cpu_ = static_cast<bool>(cpu);
      if (cpu) meter.cpu_ = std::move(cpu);
    }
  }
  return meter;
}

CgroupUsage CgroupMeter::totals() const {
  CgroupUsage usage;
  usage.peak_memory_bytes = number_at(peak_);
  usage.oom_kills = number_at(oom_, "oom_kill").value_or(0);
  usage.refused_forks = number_at(pids_, "max").value_or(0);
  if (const auto used = number_at(cpu_, is_v2_cpu_ ? "usage_usec" : ""))
    usage.cpu_time = std::chrono::nanoseconds(is_v2_cpu_ ? *used * 1000 : *used);
  return usage;
}

CgroupUsage CgroupMeter::usage() const {
  CgroupUsage usage = totals();
  usage.oom_kills = beyond(usage.oom_kills, before_.oom_kills);
  usage.refused_forks = beyond(usage.refused_forks, before_.refused_forks);
  if (usage.cpu_time) *usage.cpu_time -= before_.cpu_time.value_or(std::chrono::nanoseconds(0));
  return usage;
}

std::optional<std::uint64_t> CgroupMeter::memory_bytes_now() const { return number_at(memory_); }

bool CgroupMeter::has_had_one_task() const { return number_at(most_tasks_) == 1u; }

bool CgroupMeter::restart() {
  if (peak_ && ::pwrite(peak_.get(), "0", 1, 0) != 1) return false;
  before_ = totals();
  return true;
}

}  // namespace berth::sys
