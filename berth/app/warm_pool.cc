#include "berth/app/warm_pool.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <tuple>
#include <utility>

#include "berth/base/sha256.h"

namespace berth::app {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostZygotes = 8;
constexpr std::size_t kMostKeys = 256;
constexpr auto kStartPatience = 20s;
constexpr auto kForkPatience = 10s;

}  // namespace

std::string warm_key(const container::LaunchSpec& call, std::string_view code, std::string_view item,
                     std::string_view instance) {
  Sha256 hash;
  const auto add = [&](std::string_view part) {
    hash.update(std::to_string(part.size()));
    hash.update(":");
    hash.update(part);
  };
  for (const std::string_view part : {std::string_view(call.root.image_id), code, item, instance}) add(part);
  for (const auto& list : {call.programs, call.environment}) {
    add(std::to_string(list.size()));
    for (const std::string& one : list) add(one);
  }
  for (const container::FixedFile& file : call.fixed) {
    // What comes from a file follows from the code and the image, which are in it.
    add(file.name);
    add(file.bytes);
  }
  const container::Limits& limits = call.limits;
  add(fmt::format("{} {} {} {} {} {} {} {} {}", limits.memory_bytes, limits.cpus, limits.pids, limits.writable_bytes,
                  limits.writable_files, limits.open_files_soft, limits.open_files_hard, limits.frame_bytes,
                  limits.output_bytes));
  return std::move(hash).hex();
}

WarmPool::WarmPool(const container::RuntimeFolder& folder) : folder_(folder), owner_(::getpid()) {}

WarmPool::~WarmPool() {
  // In a copy of the process these are somebody else's: they are not ended from here.
  if (!is_ours()) std::ignore = std::make_unique<std::map<std::string, Entry>>(std::move(entries_)).release();
}

bool WarmPool::is_ours() const { return ::getpid() == owner_; }

WarmPool::Entry& WarmPool::entry_of(const std::string& key) {
  if (entries_.size() >= kMostKeys && !entries_.contains(key)) {
    entries_.erase(std::ranges::min_element(entries_, {}, [](const auto& one) { return one.second.used; }));
  }
  Entry& entry = entries_[key];
  entry.used = ++clock_;
  return entry;
}

// Ends the zygote that was used longest ago when there are as many as there may be.
void WarmPool::make_room() {
  const auto has_zygote = [](const auto& one) { return one.second.zygote.has_value(); };
  if (static_cast<std::size_t>(std::ranges::count_if(entries_, has_zygote)) < kMostZygotes) return;
  Entry* oldest = nullptr;
  for (auto& [key, entry] : entries_) {
    if (entry.zygote && (oldest == nullptr || entry.used < oldest->used)) oldest = &entry;
  }
  oldest->spare.reset();
  oldest->zygote.reset();
  oldest->calls = 0;
}

std::optional<container::CallChild> WarmPool::child_of(Entry& entry) {
  if (entry.spare) {
    std::optional<container::CallChild> taken(std::move(entry.spare));
    entry.spare.reset();
    return taken;
  }
  auto made = entry.zygote->fork_child();
  if (!made) return std::nullopt;
  return *std::move(made);
}

std::optional<container::CallChild> WarmPool::take(const std::string& key,
                                                   const std::function<container::LaunchSpec()>& make) {
  if (!is_ours()) return std::nullopt;
  Entry& entry = entry_of(key);
  if (++entry.calls == 1 || entry.is_hopeless) return std::nullopt;
  if (!entry.zygote) {
    make_room();
    auto started = container::Zygote::start(make(), folder_, kStartPatience);
    if (!started) {
      entry.is_hopeless = true;
      return std::nullopt;
    }
    entry.zygote = *std::move(started);
  }
  auto child = child_of(entry);
  if (child && child->wait_until_ready(kForkPatience).has_value()) return child;
  // It died, or lies: another one is tried once, when the key comes twice again.
  entry.is_hopeless = ++entry.failures >= 2;
  child.reset();
  entry.spare.reset();
  entry.zygote.reset();
  entry.calls = 0;
  return std::nullopt;
}

void WarmPool::prepare(const std::string& key) {
  if (!is_ours()) return;
  const auto known = entries_.find(key);
  if (known == entries_.end() || !known->second.zygote || known->second.spare) return;
  if (auto child = child_of(known->second)) known->second.spare.emplace(*std::move(child));
}

}  // namespace berth::app
