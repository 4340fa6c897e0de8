#include "berth/cli/process_times.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <string>

#include "berth/sys/file.h"

namespace berth::cli {
namespace {

constexpr std::size_t kLongestLine = 4096;
constexpr int kDeepest = 64;  // processes above each other

template <class Number>
Number number_of(std::string_view text) {
  Number number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

ProcessStat parse_process_stat(std::string_view line) {
  // The name may hold anything, so counting begins behind it.
  const std::size_t end = line.rfind(')');
  if (end == std::string_view::npos) return {};
  line.remove_prefix(std::min(end + 2, line.size()));
  ProcessStat stat;
  for (int field = 3; !line.empty() && field <= 15; ++field) {
    const std::string_view word = line.substr(0, line.find(' '));
    if (field == 4) stat.parent = number_of<std::int64_t>(word);
    if (field == 14 || field == 15) stat.ticks += number_of<std::uint64_t>(word);
    line.remove_prefix(std::min(word.size() + 1, line.size()));
  }
  return stat;
}

std::map<std::int64_t, double> ProcessTimes::shares_since_last_time() {
  std::map<std::int64_t, ProcessStat> now;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
    const auto pid = number_of<std::int64_t>(entry.path().filename().native());
    if (pid <= 0) continue;
    if (const auto line = sys::read_file(entry.path() / "stat", kLongestLine)) now[pid] = parse_process_stat(*line);
  }
  const auto at = std::chrono::steady_clock::now();
  const double seconds = std::chrono::duration<double>(at - at_).count();
  const double ticks_a_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
  std::map<std::int64_t, double> shares;
  for (const auto& [pid, stat] : now) {
    const auto known = before_.find(pid);
    if (known == before_.end() || stat.ticks < known->second) continue;
    const double share = static_cast<double>(stat.ticks - known->second) / ticks_a_second / seconds;
    std::int64_t whose = pid;
    for (int i = 0; i < kDeepest && whose > 0; ++i) {
      shares[whose] += share;
      const auto found = now.find(whose);
      whose = found == now.end() ? 0 : found->second.parent;
    }
  }
  before_.clear();
  for (const auto& [pid, stat] : now) before_[pid] = stat.ticks;
  at_ = at;
  return shares;
}

}  // namespace berth::cli
