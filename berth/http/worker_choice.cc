#include "berth/http/worker_choice.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "berth/http/worker_report.h"

namespace berth::http {
namespace {

constexpr std::size_t kMostAffinities = 16;  // that are remembered of a worker
constexpr std::size_t kStep = 2;             // zygotes that a call may add: its own, and one that it asks for

bool is_free(const WorkerChoice::WorkerView& worker) {
  return worker.state == WorkerState::Idle || worker.state == WorkerState::Tidying;
}

void remember(WorkerChoice::WorkerView& worker, std::uint64_t affinity) {
  std::erase(worker.affinities, affinity);
  worker.affinities.push_front(affinity);
  if (worker.affinities.size() > kMostAffinities) worker.affinities.pop_back();
}

}  // namespace

std::size_t WorkerChoice::busy() const {
  const auto is_busy = [](const auto& one) { return one.second.call.has_value(); };
  return static_cast<std::size_t>(std::ranges::count_if(workers_, is_busy));
}

Turns::Running WorkerChoice::running() const {
  Turns::Running running;
  for (const auto& [id, worker] : workers_) {
    if (worker.call) running.push_back(*worker.call);
  }
  return running;
}

bool WorkerChoice::has_room(const Ask& newcomer) const {
  if (turns_.size() < bounds_.waiting) return true;
  const std::size_t free = bounds_.calls - busy();
  Turns with = turns_;
  with.add(newcomer);
  const std::size_t at_once = std::min(free, with.could_run(running(), bounds_.calls_of_key));
  return with.size() <= bounds_.waiting + at_once;
}

// Those that may get a call, now or later.
std::size_t WorkerChoice::staying() const {
  const auto stays = [](const auto& one) { return one.second.state != WorkerState::Leaving; };
  return static_cast<std::size_t>(std::ranges::count_if(workers_, stays));
}

std::size_t WorkerChoice::held() const {
  std::size_t held = 0;
  for (const auto& [id, worker] : workers_) held += worker.held;
  return held;
}

std::uint64_t WorkerChoice::zygote_bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& [id, worker] : workers_) {
    for (const WorkerZygote& zygote : worker.zygotes) bytes += zygote.memory_bytes;
  }
  return bytes;
}

// The one that served the like of it last: an idle one, else one that tidies up. For others an idle one alone: that
// which was used longest ago, so that those that are in use keep what they have.
std::optional<WorkerId> WorkerChoice::best_for(std::uint64_t affinity) const {
  std::optional<WorkerId> best;
  std::tuple<bool, bool, std::ptrdiff_t, Time::duration> best_rank;
  for (const auto& [id, worker] : workers_) {
    if (!is_free(worker) || worker.leaves_after || !worker.drops_after.empty()) continue;
    const auto place = std::ranges::find(worker.affinities, affinity);
    const bool knows = place != worker.affinities.end();
    const bool is_idle = worker.state == WorkerState::Idle;
    if (!is_idle && !knows) continue;
    // Among those who know it: the one for which it was the last thing, then the one used last.
    const auto distance = knows ? std::distance(worker.affinities.begin(), place) : 0;
    const auto used = worker.since_idle.time_since_epoch();
    const std::tuple rank = {!knows, !is_idle, distance, knows ? -used : used};
    if (!best || rank < best_rank) {
      best = id;
      best_rank = rank;
    }
  }
  return best;
}

std::size_t WorkerChoice::grant(WorkerView& worker, std::size_t step) {
  // One that is never idle would gather them all: what it does not use, it does not need more of.
  if (worker.held >= worker.zygotes.size() + 2 * step) return worker.held;
  const std::size_t left = bounds_.zygotes - std::min(bounds_.zygotes, held());
  worker.held += std::min(step, left);
  // Somebody gives one back when he is idle, for the next time.
  if (left == 0 && worker.held == 0) is_short_ = true;
  return worker.held;
}

// Whether as many zygotes for calls like this one are being made as calls like it run: who calls one after the other
// needs no more than one worker, but does not wait until that one has made its zygote.
bool WorkerChoice::steps_in(const Ask& ask) const {
  std::size_t warming = 0;
  std::size_t running = 1;  // with this one
  const auto is_like_it = [&](const Ask& one) { return one.user == ask.user && one.affinity == ask.affinity; };
  for (const auto& [id, worker] : workers_) {
    if (worker.state == WorkerState::Warming && worker.warms_for && is_like_it(*worker.warms_for)) ++warming;
    if (worker.call && is_like_it(*worker.call)) ++running;
  }
  return warming >= running;
}

WorkerChoice::Start WorkerChoice::give(WorkerId id, bool is_new, const Ask& ask) {
  const bool steps_in = this->steps_in(ask);
  WorkerView& worker = workers_[id];
  worker.rests_later = worker.state == WorkerState::Tidying;
  worker.gives_back = false;
  worker.state = WorkerState::Busy;
  worker.call = ask;
  ++worker.calls;
  if (steps_in) return {ask, id, is_new, worker.held, false};  // the next calls are not for it
  remember(worker, ask.affinity);
  return {ask, id, is_new, grant(worker, kStep)};
}

std::optional<WorkerChoice::Start> WorkerChoice::next() {
  if (!can_start()) return std::nullopt;
  const auto ask = turns_.take_next(running(), bounds_.calls_of_key);
  if (!ask) return std::nullopt;
  if (const auto known = best_for(ask->affinity)) return give(*known, false, *ask);
  if (staying() < bounds_.calls) return give(++last_, true, *ask);
  turns_.put_back(*ask);  // all there may be are here, and one of them is free in a moment
  return std::nullopt;
}

std::optional<WorkerChoice::Start> WorkerChoice::next_to_warm(std::uint64_t affinity) {
  if (drains_) return std::nullopt;
  auto best = best_for(affinity);
  if (best && workers_.at(*best).state != WorkerState::Idle) best.reset();
  const bool is_new = !best;
  if (is_new && (staying() >= std::min(bounds_.calls, bounds_.idle))) return std::nullopt;
  const WorkerId id = best.value_or(last_ + 1);
  last_ = std::max(last_, id);
  WorkerView& worker = workers_[id];
  worker.state = WorkerState::Warming;
  worker.warms_for.reset();
  remember(worker, affinity);
  return Start{{}, id, is_new, grant(worker, 1)};
}

bool WorkerChoice::answered(WorkerId id, bool makes_zygote) {
  const auto found = workers_.find(id);
  if (found == workers_.end() || !found->second.call) return false;
  WorkerView& worker = found->second;
  worker.warms_for = std::exchange(worker.call, std::nullopt);
  worker.rests_later = false;
  if (worker.state == WorkerState::Busy) {
    worker.state = makes_zygote ? WorkerState::Warming : WorkerState::Tidying;
  }
  return true;
}

bool WorkerChoice::rested(WorkerId id, std::vector<WorkerZygote> zygotes, std::uint64_t memory_bytes, Time now) {
  const auto found = workers_.find(id);
  if (found == workers_.end()) return false;
  WorkerView& worker = found->second;
  if (zygotes.size() > worker.held) return false;
  // One that has given a child to another call has been used, or is new.
  for (WorkerZygote& one : zygotes) {
    const auto before = std::ranges::find(worker.zygotes, one.key, &WorkerZygote::key);
    const bool is_as_before = before != worker.zygotes.end() && before->children == one.children;
    one.used_at = is_as_before ? before->used_at : now;
  }
  worker.zygotes = std::move(zygotes);
  worker.memory_bytes = memory_bytes;
  if (worker.state == WorkerState::Busy) return std::exchange(worker.rests_later, false);
  worker.held = worker.zygotes.size();
  if (worker.state == WorkerState::Leaving) return true;
  if (worker.state == WorkerState::Idle) return false;
  worker.state = WorkerState::Idle;
  if (!std::exchange(worker.gives_back, false)) worker.since_idle = now;
  return true;
}

void WorkerChoice::shares(WorkerId id, std::vector<WorkerShared> shared) {
  if (const auto found = workers_.find(id); found != workers_.end()) found->second.shared = std::move(shared);
}

void WorkerChoice::replaced(WorkerId id) {
  WorkerView& worker = workers_.at(id);
  worker.zygotes.clear();
  worker.shared.clear();
  worker.drops_after.clear();
  worker.gives_back = false;
  worker.memory_bytes = 0;
  worker.calls = 1;
  worker.rests_later = false;
}

std::optional<Ask> WorkerChoice::ended(WorkerId id, bool call_again) {
  auto gone = workers_.extract(id);
  if (gone.empty() || !gone.mapped().call) return std::nullopt;
  const Ask ask = *gone.mapped().call;
  if (!call_again || drains_) return ask;
  turns_.put_back(ask);
  return std::nullopt;
}

void WorkerChoice::drop(std::vector<Order>& orders, WorkerId id, const std::string& key) {
  WorkerView& worker = workers_.at(id);
  std::erase_if(worker.zygotes, [&](const WorkerZygote& one) { return one.key == key; });
  std::erase_if(worker.shared, [&](const WorkerShared& one) { return one.key == key; });
  auto order = std::ranges::find(orders, id, &Order::worker);
  if (order == orders.end()) order = orders.insert(orders.end(), Order{id, false, {}});
  order->drops.push_back(key);
  worker.state = WorkerState::Tidying;  // until it tells that they are gone
  worker.gives_back = true;
}

// Too much memory, or no room for a zygote where one is needed: the idle ones give back what was used longest ago. What
// was just used goes when nothing else is left.
void WorkerChoice::relieve(std::vector<Order>& orders) {
  while (is_short_ || zygote_bytes() > bounds_.zygote_bytes) {
    const WorkerZygote* chosen = nullptr;
    WorkerId whose = 0;
    for (const auto& [id, worker] : workers_) {
      const bool was_told = std::ranges::find(orders, id, &Order::worker) != orders.end();
      const bool can_give = worker.state == WorkerState::Idle || (worker.state == WorkerState::Tidying && was_told);
      if (!can_give || worker.zygotes.empty()) continue;
      // Of those that came to be known at once it is the one that the worker tells first.
      const WorkerZygote& one = *std::ranges::min_element(worker.zygotes, {}, &WorkerZygote::used_at);
      if (chosen != nullptr && one.used_at >= chosen->used_at) continue;
      chosen = &one;
      whose = id;
    }
    if (chosen == nullptr) return;
    drop(orders, whose, std::string(chosen->key));
    is_short_ = false;
  }
}

std::vector<WorkerChoice::Order> WorkerChoice::orders(Time now) {
  std::vector<WorkerId> idle;
  for (auto& [id, worker] : workers_) {
    // One that is never idle leaves after its call.
    const bool is_old = worker.calls >= bounds_.calls_of_worker || worker.memory_bytes > bounds_.worker_bytes;
    const bool is_idle = worker.state == WorkerState::Idle;
    if (is_old || (is_idle && now - worker.since_idle >= bounds_.idle_time)) worker.leaves_after = true;
    if (is_idle && !worker.leaves_after) idle.push_back(id);
  }
  std::ranges::sort(idle, {}, [&](WorkerId id) { return workers_.at(id).since_idle; });
  for (std::size_t i = 0; i + bounds_.idle < idle.size(); ++i) workers_.at(idle[i]).leaves_after = true;
  std::vector<Order> orders;
  for (auto& [id, worker] : workers_) {
    if (worker.leaves_after && !worker.call && worker.state != WorkerState::Leaving) {
      worker.state = WorkerState::Leaving;
      orders.push_back({id, true, {}});
    }
    if (worker.state != WorkerState::Idle) continue;
    for (const std::string& key : std::exchange(worker.drops_after, {})) {
      const auto has_key = [&](const auto& one) { return one.key == key; };
      if (std::ranges::any_of(worker.zygotes, has_key) || std::ranges::any_of(worker.shared, has_key)) {
        drop(orders, id, key);
      }
    }
  }
  relieve(orders);
  return orders;
}

std::optional<WorkerChoice::Time> WorkerChoice::next_time() const {
  std::optional<Time> next;
  for (const auto& [id, worker] : workers_) {
    if (worker.state != WorkerState::Idle) continue;
    const Time ends = worker.since_idle + bounds_.idle_time;
    next = next ? std::min(*next, ends) : ends;
  }
  return next;
}

std::size_t WorkerChoice::reset(const std::optional<std::string>& item) {
  std::size_t count = 0;
  for (auto& [id, worker] : workers_) {
    if (worker.state == WorkerState::Leaving) continue;
    if (!item) {
      worker.leaves_after = true;
      ++count;
      continue;
    }
    const auto drop_of_item = [&, name = short_item(*item)](const auto& all) {
      for (const auto& one : all) {
        if (one.item != name) continue;
        worker.drops_after.push_back(one.key);
        ++count;
      }
    };
    drop_of_item(worker.zygotes);
    drop_of_item(worker.shared);
  }
  return count;
}

void WorkerChoice::drain() {
  drains_ = true;
  turns_.clear();
  for (auto& [id, worker] : workers_) worker.leaves_after = true;
}

}  // namespace berth::http
