#include "berth/app/warm_pool.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include "berth/app/warm_code.h"
#include "berth/sys/descriptors.h"

namespace berth::app {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostKeys = 256;
constexpr auto kGrace = 1s;        // for trying out imports, while a call waits
constexpr auto kMostTrying = 60s;  // and while none does

// Whether what kept a zygote from starting may be gone another time. Else this interpreter, or this machine, cannot do
// it.
bool may_pass(Errc code) { return code == Errc::Exhausted || code == Errc::TimedOut; }

}  // namespace

WarmPool::WarmPool(const container::RuntimeFolder& folder, LearnedImports imports)
    : folder_(folder), imports_(std::move(imports)), owner_(::getpid()) {}

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
  entry.used_at = std::chrono::steady_clock::now();
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
    end_unfailed(*oldest, "its zygote has given way to that of another call: no more may live at a time");
  }
}

void WarmPool::set_most(std::size_t zygotes) {
  most_ = zygotes;
  if (is_ours()) make_room_below(most_ + 1);
}

void WarmPool::end(Entry& entry) {
  entry.spares.reset();
  entry.zygote.reset();
  entry.begun.reset();
}

// It has done nothing wrong: the next call is a first one again, for which `why` there is none.
void WarmPool::end_unfailed(Entry& entry, std::string why) {
  end(entry);
  entry.calls = 0;
  entry.why_first = std::move(why);
}

// It could not do what it is there for: others are tried after a pause.
void WarmPool::end_for(Entry& entry, const Error& trouble) {
  entry.trouble = trouble.message();
  entry.pause.lengthen();
  end(entry);
}

// The same of a child.
void WarmPool::end_for_child(Entry& entry, const Error& trouble) {
  entry.is_hopeless = trouble.code() == Errc::Denied;
  end_for(entry, trouble);
}

Result<void> WarmPool::begin(Entry& entry, const WarmCall& call) {
  entry.imports = entry.is_without_imports ? ImportList() : imports_.of(call.key);
  entry.has_grown = false;
  const ZygoteSpec wanted = call.zygote(entry.imports);
  entry.code = call.code;
  entry.has_item_apart = wanted.has_item_apart;
  entry.calls_of_other = 0;
  BERTH_TRY(container::Zygote zygote, container::Zygote::begin(wanted.spec, folder_));
  entry.zygote = std::move(zygote);
  entry.begun = std::chrono::steady_clock::now();
  // Each with a network has a wire, addresses and processes of its own.
  entry.spares.emplace(wanted.spec.network.is_none() ? most_spares_ : 1, *entry.begun);
  entry.since = std::chrono::system_clock::now();
  return {};
}

// Whether it is ready. One that tries out imports may take its time: only the call that began it waits, and not for
// long.
Result<bool> WarmPool::get_ready(Entry& entry, const std::string& key, const container::Patience& patience) {
  const auto now = std::chrono::steady_clock::now();
  const bool is_trying = entry.imports.has(Import::Untried);
  const auto until = is_trying ? std::min(patience.until, std::max(*entry.begun + kGrace, now + 1ms)) : patience.until;
  const auto spoken = container::wait_to_read(entry.zygote->speaks(), {until, patience.interrupt}, "start a zygote");
  if (!spoken && is_trying && now < *entry.begun + kMostTrying) return false;
  if (!spoken) return std::unexpected(spoken.error());
  BERTH_CHECK_OK(entry.zygote->wait_until_ready(patience));
  entry.begun.reset();
  if (is_trying) {
    for (const ImportedModule& one : imports_.settle(key, imports_of(entry.zygote->container()))) {
      entry.remarks.push_back(fmt::format("module '{}' is not imported ahead of calls: {}", one.name, one.why));
    }
  }
  if (std::exchange(entry.is_list_to_blame, false)) imports_.give_up(key);
  return true;
}

// Sees to a zygote that can fork. False while it tries out imports.
Result<bool> WarmPool::start(Entry& entry, const WarmCall& call, const container::Patience& patience) {
  if (!entry.zygote) {
    make_room_below(most_);
    if (auto begun = begin(entry, call); !begun) {
      entry.is_hopeless = !may_pass(begun.error().code());
      end_for(entry, begun.error());
      return std::unexpected(std::move(begun).error());
    }
  }
  if (!entry.begun) return true;
  auto ready = get_ready(entry, call.key, patience);
  if (ready) return ready;
  // What it imports may be why: the next one does without, and shows it.
  const bool has_imports = entry.imports.has(Import::Good) || entry.imports.has(Import::Untried);
  const bool may_it_pass = may_pass(ready.error().code());
  entry.is_hopeless = !has_imports && !may_it_pass;
  entry.is_without_imports = entry.is_without_imports || has_imports;
  entry.is_list_to_blame = has_imports && !may_it_pass;
  end_for(entry, ready.error());
  return ready;
}

// A zygote with another text does, where a child can be given the call's own. What kept one from being made may have
// been the text.
void WarmPool::note_code(Entry& entry, const WarmCall& call) {
  if (entry.code == call.code) {
    entry.calls_of_other = 0;
  } else if (!entry.zygote) {
    entry.is_hopeless = entry.is_without_imports = entry.is_list_to_blame = false;
    entry.pause.forget();
    entry.trouble.clear();
  } else if (!entry.has_item_apart) {
    end(entry);
    entry.calls = 1;
    entry.why_first = "it is the first call with this code";
  } else {
    if (entry.other_code != call.code) entry.calls_of_other = 0;
    entry.other_code = call.code;
    ++entry.calls_of_other;
  }
}

// Where there is no zygote: why none is to be started for this call. Counts it.
std::optional<std::string> WarmPool::why_none(Entry& entry, const WarmCall& call) const {
  if (most_ == 0) return "no zygote may live here: there are as many as may (serve.zygotes)";
  if (entry.is_hopeless) return fmt::format("no zygote can be had: {}", entry.trouble);
  if (!begins_) return "another process of the daemon makes the zygote for such calls just now";
  const bool has_failed = !entry.trouble.empty();
  if (entry.calls == 1 && !has_failed) {
    return entry.why_first.empty() ? "it is the first call with its key in this process of Berth" : entry.why_first;
  }
  if (entry.calls == 1 || !entry.pause.is_over()) {
    return fmt::format("a zygote could not be had, and is tried again after some calls: {}", entry.trouble);
  }
  if (!call.zygote) return "its zygote has ended just now";
  return std::nullopt;
}

Result<TakenChild> WarmPool::take(const WarmCall& call, const container::Patience& patience) {
  if (!is_ours()) return TakenChild{{}, "it ran beside others, in a copy of the process that has no zygotes"};
  const auto came = std::exchange(came_, std::nullopt);
  Entry& entry = entry_of(call);
  ++entry.calls;
  // One that ends while it makes itself ready says why.
  const bool is_gone =
      entry.zygote && (entry.zygote->is_lost() || (!entry.begun && sys::is_readable(entry.zygote->ended())));
  if (is_gone) end(entry);
  note_code(entry, call);
  if (!entry.zygote) {
    if (auto why = why_none(entry, call)) return TakenChild{{}, *std::move(why)};
  }
  BERTH_TRY(const bool can_fork, start(entry, call, patience));
  if (!can_fork) return TakenChild{{}, "its zygote is not ready yet: it tries out what calls import"};
  auto child = entry.spares->take(*entry.zygote, patience, came.value_or(entry.used_at));
  if (!child) {
    end_for_child(entry, child.error());
    return std::unexpected(std::move(child).error());
  }
  entry.pause.forget();
  entry.trouble.clear();
  return TakenChild{*std::move(child), ""};
}

Result<void> WarmPool::prepare(const WarmCall& call, const container::Patience& patience) {
  if (!is_ours()) return {};
  const auto known = entries_.find(call.key);
  if (known == entries_.end() || !known->second.zygote || known->second.begun) return {};
  Entry& entry = known->second;
  if (call.zygote && is_due(entry)) {
    entry.renewed_at = 2 * entry.calls + kFirstRenewal;
    end(entry);
    return {};
  }
  auto begun = entry.spares->begin_one(*entry.zygote, patience);
  if (!begun) end_for(entry, begun.error());
  return begun;
}

Result<void> WarmPool::warm(const WarmCall& call, const container::Patience& patience) {
  if (!is_ours() || most_ == 0) return {};
  Entry& entry = entry_of(call);
  if (entry.is_hopeless) return {};
  if (!entry.zygote && (!call.zygote || !entry.pause.is_over())) return {};
  BERTH_TRY(const bool can_fork, start(entry, call, patience));
  if (!can_fork) return {};
  auto made = entry.spares->make_one(*entry.zygote, patience);
  if (made) {
    entry.trouble.clear();
  } else {
    end_for_child(entry, made.error());
  }
  return made;
}

std::optional<Filled> WarmPool::fill(const container::Patience& patience, int wanted) {
  if (!is_ours()) return std::nullopt;
  std::pair<const std::string, Entry>* last = nullptr;
  for (auto& one : entries_) {
    const Entry& entry = one.second;
    const bool lacks = entry.zygote && !entry.begun && !is_due(entry) && entry.spares->lacks();
    if (lacks && (last == nullptr || entry.used > last->second.used)) last = &one;
  }
  if (last == nullptr) return std::nullopt;
  Entry& entry = last->second;
  auto made = entry.spares->add_one(*entry.zygote, patience, wanted);
  if (!made) end_for_child(entry, made.error());
  return Filled{last->first, entry.item, std::move(made)};
}

void WarmPool::learn(const std::string& key, const std::vector<std::string>& modules) {
  if (!is_ours() || !imports_.learn(key, modules)) return;
  if (const auto known = entries_.find(key); known != entries_.end()) known->second.has_grown = true;
}

bool WarmPool::has_code_of(const WarmCall& call) const {
  const auto known = entries_.find(call.key);
  return known == entries_.end() || !known->second.zygote || known->second.code == call.code;
}

bool WarmPool::may_begin(const WarmCall& call) const {
  if (!has(call.key)) return begins_;
  const Entry& entry = entries_.find(call.key)->second;
  return entry.has_grown || entry.code != call.code;
}

bool WarmPool::is_due(const Entry& entry) {
  return (entry.has_grown && entry.calls >= entry.renewed_at) || entry.calls_of_other >= kCallsOfOther;
}

bool WarmPool::is_due(const std::string& key) const {
  const auto known = entries_.find(key);
  return known != entries_.end() && is_due(known->second);
}

std::vector<std::string> WarmPool::take_remarks(const std::string& key) {
  const auto known = entries_.find(key);
  return known != entries_.end() ? std::exchange(known->second.remarks, {}) : std::vector<std::string>();
}

std::vector<ZygoteShown> WarmPool::zygotes() const {
  if (!is_ours()) return {};
  std::map<std::uint64_t, ZygoteShown> shown;  // by when they were used
  for (const auto& [key, entry] : entries_) {
    if (!entry.zygote) continue;
    const WarmSpares& spares = *entry.spares;
    const std::uint64_t memory = entry.zygote->container().memory_bytes_now().value_or(0) + spares.memory_bytes();
    shown[entry.used] = {key, entry.item, spares.given(), spares.wanted(), memory, entry.since};
  }
  std::vector<ZygoteShown> list;
  for (auto& [used, one] : shown) list.push_back(std::move(one));
  return list;
}

bool WarmPool::has_ready(const std::string& key) const {
  const auto known = entries_.find(key);
  return known != entries_.end() && known->second.spares && known->second.spares->has_ready();
}

bool WarmPool::has(const std::string& key) const {
  const auto known = entries_.find(key);
  return is_ours() && known != entries_.end() && known->second.zygote &&
         !sys::is_readable(known->second.zygote->ended());
}

void WarmPool::drop(const std::string& key) {
  const auto known = entries_.find(key);
  if (!is_ours() || known == entries_.end()) return;
  const std::uint64_t used = known->second.used;
  entries_.erase(known);
  Entry& next = entries_[key];
  next.used = used;
  next.why_first = "its zygote was told to end: the pool was reset, or is full (serve.zygotes, serve.zygote_memory)";
}

bool WarmPool::has_unused_since(std::chrono::steady_clock::time_point then) const {
  return is_ours() && std::ranges::any_of(entries_, [&](const auto& one) {
           return one.second.zygote && (one.second.used_at < then || one.second.spares->is_too_many_since(then));
         });
}

void WarmPool::end_unused_since(std::chrono::steady_clock::time_point then) {
  if (!is_ours()) return;
  for (auto& [key, entry] : entries_) {
    if (!entry.zygote) continue;
    if (entry.used_at < then) {
      end_unfailed(entry, "its zygote has ended: no call had used it for serve.idle_time");
    } else if (entry.spares->is_too_many_since(then)) {
      entry.spares->end_unneeded(std::chrono::steady_clock::now());
    }
  }
}

bool WarmPool::give_back() {
  if (!is_ours()) return false;
  bool had_one = false;
  for (auto& [key, entry] : entries_) {
    if (!entry.zygote) continue;
    had_one = true;
    end_for(entry, Error(Errc::Exhausted, "what it held was needed for a container"));
  }
  return had_one;
}

}  // namespace berth::app
