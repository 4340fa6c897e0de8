#include "berth/app/shared_process.h"

#include <unistd.h>

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <string_view>

#include "berth/app/embedded.h"
#include "berth/sys/descriptors.h"

namespace berth::app {
namespace {

constexpr std::size_t kMostWaiting = 8;
constexpr std::uint32_t kMostCalls = 10'000;

}  // namespace

void serve_further_calls(container::LaunchSpec& spec) {
  std::string& mode = spec.arguments.at(1);
  BERTH_ASSERT(mode == "frames");
  mode = "shared";
  // With what it needs to keep what the common script has left.
  for (const auto& [name, text] :
       std::initializer_list<std::pair<const char*, std::string_view>>{{"again.py", embedded_again()},
                                                                       {"kept.py", embedded_kept()},
                                                                       {"watch.py", embedded_watch()},
                                                                       {"ahead.py", embedded_ahead()}}) {
    spec.fixed.push_back({name, std::string(text), {}});
  }
}

container::ContainerEnd SharedProcess::since_last(container::ContainerEnd total) {
  const container::ContainerEnd before = std::exchange(before_, total);
  total.cpu_time -= before.cpu_time;
  if (total.usage.cpu_time) *total.usage.cpu_time -= before.usage.cpu_time.value_or(std::chrono::nanoseconds(0));
  total.usage.oom_kills -= before.usage.oom_kills;
  total.usage.refused_forks -= before.usage.refused_forks;
  return total;
}

Result<container::ContainerEnd> SharedProcess::end_call() {
  BERTH_TRY(container::ContainerEnd now, container_.look());
  ++calls_;
  return since_last(std::move(now));
}

Result<container::ContainerEnd> SharedProcess::end(std::chrono::milliseconds grace) {
  BERTH_TRY(container::ContainerEnd end, container_.end(grace));
  return since_last(std::move(end));
}

SharedProcesses::SharedProcesses() : owner_(::getpid()) {}

SharedProcesses::~SharedProcesses() {
  // In a copy of the process these are somebody else's: they are not ended from here.
  if (::getpid() != owner_) std::ignore = std::make_unique<decltype(waiting_)>(std::move(waiting_)).release();
}

std::optional<SharedProcess> SharedProcesses::take(const std::string& key) {
  if (::getpid() != owner_) return std::nullopt;
  for (auto found = waiting_.find(key); found != waiting_.end(); found = waiting_.find(key)) {
    SharedProcess process = std::move(found->second.process);
    waiting_.erase(found);
    if (!sys::is_readable(process.container().ended())) return process;
  }
  return std::nullopt;
}

void SharedProcesses::keep(const std::string& key, const std::string& item, SharedProcess process) {
  container::Container& of = process.container();
  const bool is_whole = of.in() && of.out() && of.printed() && of.complaints();
  if (::getpid() != owner_ || !is_whole || process.calls() >= kMostCalls) return;
  if (waiting_.size() >= kMostWaiting) {
    waiting_.erase(std::ranges::min_element(waiting_, {}, [](const auto& one) { return one.second.since; }));
  }
  waiting_.emplace(key, Waiting{++clock_, item, std::move(process)});
}

std::vector<SharedShown> SharedProcesses::shown() const {
  std::vector<std::pair<std::uint64_t, SharedShown>> found;
  for (const auto& [key, one] : waiting_) {
    const std::uint64_t memory = one.process.container().memory_bytes_now().value_or(0);
    found.emplace_back(one.since, SharedShown{key, one.item, one.process.calls(), memory, one.process.since()});
  }
  std::ranges::sort(found, {}, [](const auto& one) { return one.first; });
  std::vector<SharedShown> shown;
  for (auto& [since, one] : found) shown.push_back(std::move(one));
  return shown;
}

void SharedProcesses::drop(const std::string& key) {
  if (::getpid() == owner_) waiting_.erase(key);
}

bool SharedProcesses::give_back() {
  if (::getpid() != owner_) return false;
  const bool had_one = !waiting_.empty();
  waiting_.clear();
  return had_one;
}

}  // namespace berth::app
