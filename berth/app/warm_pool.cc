#include "berth/app/warm_pool.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include "berth/app/warm_code.h"
#include "berth/base/sha256.h"

namespace berth::app {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostZygotes = 8;
constexpr std::size_t kMostKeys = 256;
constexpr auto kGrace = 1s;        // for trying out imports, while a call waits
constexpr auto kMostTrying = 60s;  // and while none does

// Whether what kept a zygote from starting may be gone another time. Else this interpreter, or this machine, cannot do
// it.
bool may_pass(Errc code) { return code == Errc::Exhausted || code == Errc::TimedOut; }

// All of it: two texts are equal where the networks are.
std::string network_text(const container::NetworkSpec& network) {
  std::vector<std::string> parts = {net::to_text(network.profile), network.by_operator ? "by the operator" : "its own",
                                    std::string(container::name_of(network.way))};
  const auto add = [&](std::string_view what, std::string value) {
    parts.push_back(fmt::format("{} {}", what, value));
  };
  if (network.proxy) add("proxy", net::to_text(*network.proxy));
  for (const net::AddressRange& range : network.allowed) add("allowed", net::to_text(range));
  for (const net::Resolver& one : network.resolvers) {
    add("resolver", fmt::format("{} {} {}", net::to_text(one.address), one.zone, one.port));
  }
  for (const container::MachineService& one : network.machine_services) {
    add("service", fmt::format("{} {} {}", net::to_text(one.address), one.ports.first, one.ports.last));
  }
  for (const net::AddressRange& range : {network.subnets.v4, network.subnets.v6}) add("subnet", net::to_text(range));
  return fmt::format("{}", fmt::join(parts, "\n"));
}

}  // namespace

std::string warm_key(const container::LaunchSpec& call, std::string_view code, const content::Item& item,
                     std::string_view instance) {
  Sha256 hash;
  const auto add = [&](std::string_view part) {
    hash.update(std::to_string(part.size()));
    hash.update(":");
    hash.update(part);
  };
  for (const std::string_view part : {std::string_view(call.root.image_id), code, std::string_view(item.name), instance,
                                      std::string_view(item.kind == content::ItemKind::Integration ? "i" : "s")}) {
    add(part);
  }
  for (const auto& list : {call.programs, call.environment}) {
    add(std::to_string(list.size()));
    for (const std::string& one : list) add(one);
  }
  for (const container::FixedFile& file : call.fixed) {
    // What comes from a file follows from the code and the image, which are in it.
    add(file.name);
    add(file.bytes);
  }
  add(network_text(call.network));
  const container::Limits& limits = call.limits;
  add(fmt::format("{} {} {} {} {} {} {} {} {}", limits.memory_bytes, limits.cpus, limits.pids, limits.writable_bytes,
                  limits.writable_files, limits.open_files_soft, limits.open_files_hard, limits.frame_bytes,
                  limits.output_bytes));
  return std::move(hash).hex();
}

WarmPool::WarmPool(const container::RuntimeFolder& folder, LearnedImports imports)
    : folder_(folder), imports_(std::move(imports)), owner_(::getpid()) {}

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
  end(*oldest);
  oldest->calls = 0;
}

void WarmPool::end(Entry& entry) {
  entry.spare.reset();
  entry.zygote.reset();
  entry.begun.reset();
}

Result<void> WarmPool::begin(Entry& entry, const std::string& key, const MakeSpec& make) {
  entry.imports = entry.is_without_imports ? ImportList() : imports_.of(key);
  entry.has_grown = false;
  BERTH_TRY(container::Zygote zygote, container::Zygote::begin(make(entry.imports), folder_));
  entry.zygote = std::move(zygote);
  entry.begun = std::chrono::steady_clock::now();
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
      remarks_.push_back(fmt::format("module '{}' is not imported ahead of calls: {}", one.name, one.why));
    }
  }
  if (std::exchange(entry.is_list_to_blame, false)) imports_.give_up(key);
  return true;
}

Result<container::CallChild> WarmPool::child_of(Entry& entry, const container::Patience& patience) {
  if (entry.spare && !entry.spare->is_fresh()) entry.spare.reset();
  if (!entry.spare) return entry.zygote->fork_child(patience);
  container::CallChild taken = *std::move(entry.spare);
  entry.spare.reset();
  return taken;
}

Result<container::CallChild> WarmPool::ready_child_of(Entry& entry, const container::Patience& patience) {
  BERTH_TRY(container::CallChild child, child_of(entry, patience));
  BERTH_CHECK_OK(child.wait_until_ready(patience));
  return child;
}

Result<std::optional<container::CallChild>> WarmPool::take(const std::string& key, const MakeSpec& make,
                                                           const container::Patience& patience) {
  if (!is_ours()) return std::nullopt;
  Entry& entry = entry_of(key);
  if (++entry.calls == 1 || entry.is_hopeless || !entry.pause.is_over()) return std::nullopt;
  if (entry.zygote && entry.zygote->is_lost()) end(entry);
  if (!entry.zygote) {
    make_room();
    if (auto begun = begin(entry, key, make); !begun) {
      entry.is_hopeless = !may_pass(begun.error().code());
      entry.pause.lengthen();
      return std::unexpected(std::move(begun).error());
    }
  }
  if (entry.begun) {
    auto ready = get_ready(entry, key, patience);
    if (ready && !*ready) return std::nullopt;
    if (!ready) {
      // What it imports may be why: the next one does without, and shows it.
      const bool has_imports = entry.imports.has(Import::Good) || entry.imports.has(Import::Untried);
      const bool may_it_pass = may_pass(ready.error().code());
      entry.is_hopeless = !has_imports && !may_it_pass;
      entry.is_without_imports = entry.is_without_imports || has_imports;
      entry.is_list_to_blame = has_imports && !may_it_pass;
      entry.pause.lengthen();
      end(entry);
      return std::unexpected(std::move(ready).error());
    }
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
  if (known == entries_.end() || !known->second.zygote || known->second.begun || known->second.spare) return {};
  Entry& entry = known->second;
  if (entry.has_grown && entry.calls >= entry.renewed_at) {
    entry.renewed_at = 2 * entry.calls + kFirstRenewal;
    end(entry);
    return {};
  }
  auto child = child_of(entry, patience);
  if (child) {
    entry.spare.emplace(*std::move(child));
    return {};
  }
  entry.pause.lengthen();
  end(entry);
  return std::unexpected(std::move(child).error());
}

void WarmPool::learn(const std::string& key, const std::vector<std::string>& modules) {
  if (!is_ours() || !imports_.learn(key, modules)) return;
  if (const auto known = entries_.find(key); known != entries_.end()) known->second.has_grown = true;
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
