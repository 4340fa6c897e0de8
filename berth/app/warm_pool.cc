#include "berth/app/warm_pool.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <tuple>
#include <utility>

#include "berth/base/sha256.h"

namespace berth::app {
namespace {

constexpr std::size_t kMostKeys = 256;

// Whether what kept a zygote from starting may be gone another time. Else this interpreter, or this machine, cannot do
// it.
bool may_pass(Errc code) { return code == Errc::Exhausted || code == Errc::TimedOut; }

// A zygote or a child of one, killed from outside while it waited.
template <class Process>
bool has_ended(const Process& process) {
  pollfd ended = {process.ended(), POLLIN, 0};
  return ::poll(&ended, 1, 0) == 1;
}

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

WarmPool::Entry& WarmPool::entry_of(const WarmCall& call) {
  if (entries_.size() >= kMostKeys && !entries_.contains(call.key)) {
    entries_.erase(std::ranges::min_element(entries_, {}, [](const auto& one) { return one.second.used; }));
  }
  Entry& entry = entries_[call.key];
  entry.item = call.item;
  entry.used = ++clock_;
  return entry;
}

// Ends the zygotes that were used longest ago until there are fewer than `most`.
void WarmPool::make_room_below(std::size_t most) {
  for (;;) {
    std::size_t count = 0;
    Entry* oldest = nullptr;
    for (auto& [key, entry] : entries_) {
      if (!entry.zygote) continue;
      ++count;
      if (oldest == nullptr || entry.used < oldest->used) oldest = &entry;
    }
    if (count < std::max<std::size_t>(most, 1)) return;
    end(*oldest);
    oldest->calls = 0;
  }
}

void WarmPool::set_most(std::size_t zygotes) {
  most_ = zygotes;
  if (is_ours()) make_room_below(most_ + 1);
}

void WarmPool::end(Entry& entry) {
  entry.spare.reset();
  entry.zygote.reset();
}

Result<void> WarmPool::start(Entry& entry, const WarmCall& call, const container::Patience& patience) {
  make_room_below(most_);
  auto started = container::Zygote::start(call.zygote(), folder_, patience);
  if (!started) {
    entry.is_hopeless = !may_pass(started.error().code());
    entry.pause.lengthen();
    return std::unexpected(std::move(started).error());
  }
  entry.zygote = *std::move(started);
  entry.children = 0;
  entry.since = std::chrono::system_clock::now();
  return {};
}

Result<container::CallChild> WarmPool::child_of(Entry& entry, const container::Patience& patience) {
  if (!entry.spare) {
    ++entry.children;
    entry.spare_is_ready = false;
    return entry.zygote->fork_child(patience);
  }
  container::CallChild taken = *std::move(entry.spare);
  entry.spare.reset();
  return taken;
}

// One that dies while it makes itself ready is tried once more: it may have found what the next ones have to leave for
// the call, and the zygote knows of it then (loop/zygote.py).
Result<container::CallChild> WarmPool::ready_child_of(Entry& entry, const container::Patience& patience) {
  for (bool is_last = false;;) {
    BERTH_TRY(container::CallChild child, child_of(entry, patience));
    if (std::exchange(entry.spare_is_ready, false)) {
      if (!has_ended(child)) return child;
      continue;
    }
    const auto ready = child.wait_until_ready(patience);
    if (ready) return child;
    if (std::exchange(is_last, true) || ready.error().code() != Errc::Unavailable) {
      return std::unexpected(ready.error());
    }
  }
}

Result<std::optional<container::CallChild>> WarmPool::take(const WarmCall& call, const container::Patience& patience) {
  if (!is_ours()) return std::nullopt;
  Entry& entry = entry_of(call);
  ++entry.calls;
  if (entry.zygote && (entry.zygote->is_lost() || has_ended(*entry.zygote))) end(entry);
  if (!entry.zygote) {
    if (most_ == 0 || !call.zygote || entry.calls == 1 || entry.is_hopeless || !entry.pause.is_over())
      return std::nullopt;
    BERTH_CHECK_OK(start(entry, call, patience));
  }
  auto child = ready_child_of(entry, patience);
  if (!child) {
    entry.is_hopeless = child.error().code() == Errc::Denied;
    entry.pause.lengthen();
    end(entry);
    return std::unexpected(std::move(child).error());
  }
  entry.pause.forget();
  return std::optional(*std::move(child));
}

Result<void> WarmPool::prepare(const std::string& key, const container::Patience& patience) {
  if (!is_ours()) return {};
  const auto known = entries_.find(key);
  if (known == entries_.end() || !known->second.zygote || known->second.spare) return {};
  Entry& entry = known->second;
  auto child = child_of(entry, patience);
  if (child) {
    entry.spare.emplace(*std::move(child));
    return {};
  }
  entry.pause.lengthen();
  end(entry);
  return std::unexpected(std::move(child).error());
}

Result<void> WarmPool::warm(const WarmCall& call, const container::Patience& patience) {
  if (!is_ours() || most_ == 0) return {};
  Entry& entry = entry_of(call);
  if (entry.is_hopeless) return {};
  if (!entry.zygote) {
    if (!call.zygote || !entry.pause.is_over()) return {};
    BERTH_CHECK_OK(start(entry, call, patience));
  }
  if (entry.spare && entry.spare_is_ready) return {};
  auto child = ready_child_of(entry, patience);
  if (child) {
    entry.spare.emplace(*std::move(child));
    entry.spare_is_ready = true;
    return {};
  }
  entry.is_hopeless = child.error().code() == Errc::Denied;
  entry.pause.lengthen();
  end(entry);
  return std::unexpected(std::move(child).error());
}

std::vector<ZygoteShown> WarmPool::zygotes() const {
  if (!is_ours()) return {};
  std::map<std::uint64_t, ZygoteShown> shown;  // by when they were used
  for (const auto& [key, entry] : entries_) {
    if (!entry.zygote) continue;
    const std::uint64_t memory = entry.zygote->container().memory_bytes_now().value_or(0);
    shown[entry.used] = {key, entry.item, entry.children, memory, entry.spare.has_value(), entry.since};
  }
  std::vector<ZygoteShown> list;
  for (auto& [used, one] : shown) list.push_back(std::move(one));
  return list;
}

bool WarmPool::has(const std::string& key) const {
  const auto known = entries_.find(key);
  return is_ours() && known != entries_.end() && known->second.zygote && !has_ended(*known->second.zygote);
}

void WarmPool::drop(const std::string& key) {
  const auto known = entries_.find(key);
  if (is_ours() && known != entries_.end()) entries_.erase(known);
}

bool WarmPool::give_back() {
  if (!is_ours()) return false;
  bool had_one = false;
  for (auto& [key, entry] : entries_) {
    if (!entry.zygote) continue;
    had_one = true;
    entry.pause.lengthen();
    end(entry);
  }
  return had_one;
}

}  // namespace berth::app
