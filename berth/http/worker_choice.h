// Which worker gets which call, which of them stay, and how many zygotes each may have: decided here, done elsewhere.
//
// A worker is made for a call that finds none idle, stays for the next ones, and goes when it has been idle for long,
// when too many are idle, when it has served or grown much, or when it is told to. It may keep zygotes: `held` of them,
// of which the daemon has not heard less yet; together never more than `zygotes`. No descriptors, no clock of its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "berth/http/turns.h"

namespace berth::http {

struct WorkerBounds {
  std::size_t calls = 16;         // at once; of workers there are no more
  std::size_t calls_of_key = 16;  // at once, of one user and affinity; from 1
  std::size_t waiting = 64;       // that wait for their turn
  std::size_t idle = 8;           // workers without a call
  std::chrono::milliseconds idle_time = std::chrono::minutes(10);
  std::size_t zygotes = 32;
  std::uint64_t zygote_bytes = 1ULL << 30;  // of all zygotes that are told of
  std::uint64_t calls_of_worker = 4000;     // then another one takes its place
  std::uint64_t worker_bytes = 256 << 20;   // a worker that has more is not kept
};

using WorkerId = std::uint64_t;

enum class WorkerState {
  Idle,
  Busy,     // with a call
  Tidying,  // its answer is out; it makes the next child, which does not take long
  Warming,  // it makes a zygote, which does
  Leaving,  // it has been told to end
};

struct WorkerZygote {
  std::string key;
  std::string item;
  std::uint64_t children = 0;
  std::uint64_t memory_bytes = 0;
  std::string since;
  std::chrono::steady_clock::time_point used_at = {};  // as the daemon has seen it
  std::uint64_t spares = 0;                            // children that wait for calls, or will in a moment
};

// A process that serves one call after another (docs/shared.md), while it waits for the next one.
struct WorkerShared {
  std::string key;
  std::string item;
  std::uint64_t calls = 0;
  std::uint64_t memory_bytes = 0;
  std::string since;
};

// For one thread. What happens is told to it; what is to be done comes back.
class WorkerChoice {
 public:
  using Time = std::chrono::steady_clock::time_point;

  struct WorkerView {
    WorkerState state = WorkerState::Idle;
    std::optional<Ask> call;               // of Busy
    std::optional<Ask> warms_for;          // of Warming: the call that was answered
    std::deque<std::uint64_t> affinities;  // that it served, the last one first
    Time since_idle = {};
    std::uint64_t calls = 0;
    std::size_t held = 0;                  // zygotes that it may have
    std::vector<WorkerZygote> zygotes;     // as it told last, the one used longest ago first
    std::vector<WorkerShared> shared;      // likewise; they have no bounds here
    std::uint64_t memory_bytes = 0;        // its own
    bool rests_later = false;              // it was given this call while it tidied up: it still tells of that
    bool leaves_after = false;             // once its call has ended
    bool gives_back = false;               // it tidies up because it was told to give back, not after a call
    std::vector<std::string> drops_after;  // zygotes that it gives back then
  };
  using Workers = std::map<WorkerId, WorkerView>;

  explicit WorkerChoice(const WorkerBounds& bounds) : bounds_(bounds) {}

  // Calls.
  // For one more that waits for its turn, or whose turn it is at once. Those whose turn it is and who wait for a worker
  // to be free do not count.
  bool has_room(const Ask& newcomer) const;
  void add(const Ask& ask) { turns_.add(ask); }
  bool forget(std::uint64_t ticket) { return turns_.remove(ticket); }
  // Where has_room() is not: a call that waits and gives way to this one, which is fairer; it waits no more.
  std::optional<Ask> crowd_out(const Ask& newcomer) { return turns_.crowd_out(newcomer); }
  std::size_t waiting() const { return turns_.size(); }
  std::size_t busy() const;

  struct Start {
    Ask ask;
    WorkerId worker = 0;
    bool is_new = false;         // the worker is to be made
    std::size_t zygotes = 0;     // how many it may have from now on
    bool begins_zygotes = true;  // or another one makes it, and this one only steps in
  };
  // The next call that can begin, and who gets it. None once the end has begun.
  std::optional<Start> next();

  // A worker that nothing is asked of but to warm up. None when there is no room for one more idle one.
  std::optional<Start> next_to_warm(std::uint64_t affinity);

  // What workers tell. Each returns what is wrong with it when it cannot be: such a worker is to be ended.
  bool answered(WorkerId worker, bool makes_zygote);
  bool rested(WorkerId worker, std::vector<WorkerZygote> zygotes, std::uint64_t memory_bytes, Time now);
  // What it told besides, when it rested.
  void shares(WorkerId worker, std::vector<WorkerShared> shared);
  // It was dead when it was given its call, and another process has taken its place.
  void replaced(WorkerId worker);
  // It is gone: the call that it had, if any. With `call_again` that call, of which nothing has run, waits again.
  std::optional<Ask> ended(WorkerId worker, bool call_again);

  // What has to be told to workers now. Each thing is said once.
  struct Order {
    WorkerId worker = 0;
    bool ends = false;               // else: gives back
    std::vector<std::string> drops;  // these zygotes, by their keys
  };
  std::vector<Order> orders(Time now);
  // When orders() has something to say without anything having happened before.
  std::optional<Time> next_time() const;

  // Idle workers leave, and those that have a call after it; with `item` only their zygotes of that name go, and the
  // processes that its calls share. Gives how many workers, or zygotes and processes, that are.
  std::size_t reset(const std::optional<std::string>& item);
  // Nothing begins any more, and all workers leave.
  void drain();

  const Workers& workers() const { return workers_; }
  std::size_t held() const;
  std::uint64_t zygote_bytes() const;

 private:
  bool can_start() const { return !drains_ && !turns_.empty() && busy() < bounds_.calls; }
  Turns::Running running() const;
  std::size_t staying() const;
  std::optional<WorkerId> best_for(std::uint64_t affinity) const;
  Start give(WorkerId worker, bool is_new, const Ask& ask);
  bool steps_in(const Ask& ask) const;
  std::size_t grant(WorkerView& worker, std::size_t step);
  void relieve(std::vector<Order>& orders);
  void drop(std::vector<Order>& orders, WorkerId id, const std::string& key);

  WorkerBounds bounds_;
  Turns turns_;
  Workers workers_;
  WorkerId last_ = 0;
  bool drains_ = false;
  bool is_short_ = false;  // a call began with a worker that got no room for a zygote
};

}  // namespace berth::http
