// The daemon's decisions under thousands of made-up days: calls, answers, deaths, workers that hang until their time is
// over, clients that go, resets, memory that runs short, warming up, and the end: each call has one outcome, bounds are
// kept, and a free place goes to who has the most right to it. What happens is drawn from a seed, and each seed is the
// same every time.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <set>

#include "berth/http/call_watch.h"
#include "berth/http/worker_choice.h"
#include "tests/http/turn_rights.h"

namespace berth::http {
namespace {

using namespace std::chrono_literals;

constexpr unsigned kSeeds = 10'000;
constexpr int kSteps = 95;

// One day of a daemon. The workers are played here: what they would do is drawn, and what they tell is true.
class Day {
 public:
  explicit Day(unsigned seed)
      : random_(seed), bounds_(draw_bounds()), choice_(bounds_), rights_(bounds_.calls_of_key) {}

  void run() {
    for (int i = 0; i < kSteps && !::testing::Test::HasFailure(); ++i) step();
    choice_.drain();
    forget_all_that_wait();
    for (int i = 0; i < 10'000 && !played_.empty() && !::testing::Test::HasFailure(); ++i) {
      // Nothing new comes; what is there comes to its end.
      now_ += 5s;
      something_of_a_worker();
      watch();
      follow();
    }
    EXPECT_TRUE(played_.empty()) << "a worker is left";
    EXPECT_TRUE(choice_.workers().empty());
    EXPECT_EQ(choice_.waiting(), 0u);
    EXPECT_EQ(answered_, asked_) << "each call has one outcome";
  }

 private:
  enum class Doing { Nothing, Call, Tidies, Warms, Ends };
  struct Played {
    Doing doing = Doing::Nothing;
    Ask ask;
    WatchedCall watched;
    bool hangs = false;  // it does nothing more
    std::size_t may_have = 0;
    std::vector<WorkerZygote> zygotes;
    std::vector<WorkerZygote> told;  // of them, and what it has not been told to give back
    int tells_later = 0;             // what it still has to tell of the time before this call
  };

  std::size_t draw(std::size_t low, std::size_t high) {
    return std::uniform_int_distribution<std::size_t>(low, high)(random_);
  }
  bool chance(double p) { return std::bernoulli_distribution(p)(random_); }

  WorkerBounds draw_bounds() {
    WorkerBounds bounds;
    bounds.calls = draw(1, 6);
    bounds.calls_of_key = draw(1, bounds.calls);
    bounds.waiting = draw(0, 8);
    bounds.idle = draw(0, 4);
    bounds.idle_time = std::chrono::seconds(draw(1, 60));
    bounds.zygotes = draw(0, 8);
    bounds.zygote_bytes = draw(0, 300);
    bounds.calls_of_worker = draw(1, 20);
    return bounds;
  }

  void step() {
    now_ += std::chrono::milliseconds(draw(0, 4000));
    switch (draw(0, 9)) {
      case 0:
      case 1:
      case 2:
        ask();
        break;
      case 3:
        if (chance(0.1)) reset();
        break;
      case 4:
        if (chance(0.3)) leave();
        break;
      case 5:
        if (chance(0.2)) warm();
        break;
      default:
        something_of_a_worker();
    }
    watch();
    follow();
  }

  void reset() {
    const auto item = chance(0.5) ? std::optional<std::string>() : "item" + std::to_string(draw(0, 3));
    choice_.reset(item);
    for (const auto& [id, worker] : played_) {
      for (const WorkerZygote& one : worker.told) {
        if (item == one.item) reset_.insert(one.key);
      }
    }
  }

  void ask() {
    const Ask ask = {++tickets_, static_cast<uid_t>(draw(0, 2)), draw(0, 3)};
    if (!choice_.has_room(ask)) {
      const auto gone = choice_.crowd_out(ask);
      EXPECT_TRUE(rights_.may_give_way(gone, ask)) << "the last of the longest line gives way";
      if (!gone) return;  // refused: that is its outcome
      EXPECT_EQ(waiting_.erase(gone->ticket), 1u);
      rights_.remove(gone->ticket);
      ++answered_;
    }
    waiting_.emplace(ask.ticket, ask);
    rights_.add(ask);
    ++asked_;
    choice_.add(ask);
    EXPECT_LE(choice_.waiting(), bounds_.waiting + bounds_.calls - choice_.busy());
  }

  void leave() {  // a client that waits
    if (waiting_.empty()) return;
    const std::uint64_t ticket = waiting_.begin()->first;
    EXPECT_TRUE(choice_.forget(ticket));
    waiting_.erase(ticket);
    rights_.remove(ticket);
    ++answered_;
  }

  void forget_all_that_wait() {  // the daemon tells them
    answered_ += waiting_.size();
    waiting_.clear();
    rights_.clear();
  }

  void warm() {
    if (const auto start = choice_.next_to_warm(draw(0, 3))) {
      EXPECT_EQ(start->is_new, !played_.contains(start->worker));
      Played& worker = played_[start->worker];
      EXPECT_EQ(worker.doing, Doing::Nothing);
      worker.doing = Doing::Warms;
      worker.may_have = start->zygotes;
    }
  }

  void something_of_a_worker() {
    if (played_.empty()) return;
    auto found = std::next(played_.begin(), static_cast<std::ptrdiff_t>(draw(0, played_.size() - 1)));
    const WorkerId id = found->first;
    Played& worker = found->second;
    if (chance(0.05)) return die(id, chance(0.7));
    if (worker.hangs) return;
    if (worker.doing == Doing::Call && chance(0.05)) {
      worker.hangs = true;
      return;
    }
    switch (worker.doing) {
      case Doing::Nothing:
        return;
      case Doing::Call:
        if (worker.tells_later > 0) {
          --worker.tells_later;
          return tell_rest(id, worker);
        }
        if (worker.watched.stage == CallStage::Handed) {
          worker.watched.stage = CallStage::Begun;
          worker.watched.deadline = now_ + std::chrono::seconds(draw(1, 20));
          if (chance(0.5)) return;
        }
        if (!worker.zygotes.empty() && chance(0.5)) {
          const auto used = worker.zygotes.begin() + static_cast<std::ptrdiff_t>(draw(0, worker.zygotes.size() - 1));
          ++used->children;
          std::rotate(used, used + 1, worker.zygotes.end());
        }
        worker.doing = chance(0.3) ? Doing::Warms : Doing::Tidies;
        EXPECT_TRUE(choice_.answered(id, worker.doing == Doing::Warms));
        ++answered_;
        return;
      case Doing::Tidies:
      case Doing::Warms:
        if (chance(0.7) && worker.zygotes.size() < worker.may_have) {
          worker.zygotes.push_back({"key" + std::to_string(++keys_), "item" + std::to_string(draw(0, 3)), 1, 0, ""});
        }
        for (WorkerZygote& zygote : worker.zygotes) zygote.memory_bytes = draw(1, 100);
        worker.doing = Doing::Nothing;
        return tell_rest(id, worker);
      case Doing::Ends:
        return die(id, true);
    }
  }

  void tell_rest(WorkerId id, Played& worker) {
    EXPECT_TRUE(choice_.rested(id, worker.zygotes, draw(0, 1 << 20), now_));
    for (WorkerZygote& one : worker.zygotes) {
      const auto before = std::ranges::find(worker.told, one.key, &WorkerZygote::key);
      if (before == worker.told.end() || before->children != one.children) one.used_at = now_;
    }
    worker.told = worker.zygotes;
  }

  // What the daemon does each second: a worker that hangs is killed, and its call has that outcome.
  void watch() {
    std::vector<WorkerId> late;
    for (const auto& [id, worker] : played_) {
      if (worker.doing == Doing::Call && judge(worker.watched, now_) != CallVerdict::GoesOn) late.push_back(id);
    }
    for (const WorkerId id : late) die(id, played_.at(id).watched.stage != CallStage::Handed);
  }

  void die(WorkerId id, bool has_looked) {
    const Played worker = std::move(played_.extract(id).mapped());
    const auto lost = choice_.ended(id, !has_looked);
    if (worker.doing != Doing::Call) {
      EXPECT_FALSE(lost);
    } else if (lost) {
      EXPECT_EQ(lost->ticket, worker.ask.ticket);
      ++answered_;  // by the daemon
    } else {
      waiting_.emplace(worker.ask.ticket, worker.ask);
      rights_.wait_again(worker.ask);
    }
  }

  std::optional<WorkerChoice::Start> next_in_turn() {
    const auto first = rights_.anybody_waits() ? rights_.first(running_now()) : std::nullopt;
    const bool has_place = choice_.busy() < bounds_.calls;
    const auto start = choice_.next();
    EXPECT_TRUE(!start || (first && start->ask.ticket == first->ticket)) << "another has more right to its place";
    // With a place, and no worker for it, it has had its turn all the same.
    if (first && has_place) rights_.take_turn(*first);
    if (first && start) rights_.begin(*first);
    return start;
  }

  // What the daemon does each time that something has happened.
  void follow() {
    while (const auto start = next_in_turn()) {
      EXPECT_EQ(waiting_.erase(start->ask.ticket), 1u) << "it was waiting";
      EXPECT_EQ(start->is_new, !played_.contains(start->worker));
      Played& worker = played_[start->worker];
      EXPECT_TRUE(worker.doing == Doing::Nothing || worker.doing == Doing::Tidies) << "one call at a time";
      worker.tells_later = worker.doing == Doing::Tidies ? 1 : 0;
      worker.doing = Doing::Call;
      worker.ask = start->ask;
      worker.watched = {CallStage::Handed, now_, std::nullopt, false};
      worker.may_have = start->zygotes;
      while (worker.zygotes.size() > worker.may_have) worker.zygotes.erase(worker.zygotes.begin());
    }
    const auto orders = choice_.orders(now_);
    for (const auto& order : orders) {
      Played& worker = played_.at(order.worker);
      EXPECT_NE(worker.doing, Doing::Call) << "a call is left alone";
      if (order.ends) {
        EXPECT_NE(worker.doing, Doing::Ends) << "it is said once";
        worker.doing = Doing::Ends;
      } else {
        EXPECT_EQ(worker.doing, Doing::Nothing);
        for (const std::string& key : order.drops) {
          const auto is_it = [&](const auto& one) { return one.key == key; };
          const auto told = std::ranges::find_if(worker.told, is_it);
          ASSERT_NE(told, worker.told.end());
          if (!reset_.contains(key)) newest_given_ = std::max(newest_given_, told->used_at);
          worker.told.erase(told);
          EXPECT_EQ(std::erase_if(worker.zygotes, is_it), 1u);
        }
        worker.doing = Doing::Tidies;
      }
    }
    check_memory(orders);
    check();
  }

  // Within the bound, or those who can have given back all that they have; and of what they had, the oldest.
  void check_memory(const std::vector<WorkerChoice::Order>& orders) {
    std::uint64_t bytes = 0;
    bool has_more = false;
    bool has_older = false;
    for (const auto& [id, worker] : played_) {
      for (const WorkerZygote& one : worker.told) bytes += one.memory_bytes;
      if (worker.told.empty() || worker.doing == Doing::Call || worker.doing == Doing::Ends) continue;
      const auto is_its_own = [own = id](const auto& order) { return order.worker == own; };
      if (worker.doing != Doing::Nothing && std::ranges::none_of(orders, is_its_own)) continue;
      has_more = true;
      for (const WorkerZygote& one : worker.told) has_older = has_older || one.used_at < newest_given_;
    }
    EXPECT_FALSE(has_older) << "the oldest goes first";
    EXPECT_EQ(bytes, choice_.zygote_bytes());
    EXPECT_TRUE(bytes <= bounds_.zygote_bytes || !has_more) << bytes;
    newest_given_ = {};
  }

  void check() {
    std::size_t busy = 0;
    std::size_t staying = 0;
    std::size_t idle = 0;
    std::size_t zygotes = 0;
    for (const auto& [id, worker] : played_) {
      busy += worker.doing == Doing::Call ? 1 : 0;
      staying += worker.doing != Doing::Ends ? 1 : 0;
      idle += worker.doing == Doing::Nothing ? 1 : 0;
      zygotes += worker.zygotes.size();
    }
    EXPECT_LE(busy, bounds_.calls);
    EXPECT_EQ(busy, choice_.busy());
    EXPECT_LE(staying, bounds_.calls);
    EXPECT_LE(idle, bounds_.idle);
    EXPECT_LE(zygotes, bounds_.zygotes);
    EXPECT_LE(choice_.held(), bounds_.zygotes);
    EXPECT_EQ(waiting_.size(), choice_.waiting());
    EXPECT_EQ(played_.size(), choice_.workers().size());
    const TurnRights::Counts running = running_now();
    EXPECT_TRUE(rights_.nobody_starves(running));
    // Nobody waits beside one that could serve him.
    for (const auto& keys : running) EXPECT_LE(std::ranges::max(keys), bounds_.calls_of_key);
    const auto may_run = [&](const auto& one) {
      return running[one.second.user][one.second.affinity] < bounds_.calls_of_key;
    };
    EXPECT_FALSE(busy < bounds_.calls && idle > 0 && std::ranges::any_of(waiting_, may_run));
  }

  TurnRights::Counts running_now() const {
    TurnRights::Counts running = {};
    for (const auto& [id, worker] : played_) {
      if (worker.doing == Doing::Call) running[worker.ask.user][worker.ask.affinity] += 1;
    }
    return running;
  }

  std::mt19937 random_;
  WorkerBounds bounds_;
  WorkerChoice choice_;
  TurnRights rights_;
  WorkerChoice::Time now_ = WorkerChoice::Time(1h);
  std::map<WorkerId, Played> played_;
  std::map<std::uint64_t, Ask> waiting_;
  std::set<std::string> reset_;  // keys of zygotes that somebody has reset
  WorkerChoice::Time newest_given_ = {};
  std::uint64_t tickets_ = 0;
  std::uint64_t asked_ = 0;
  std::uint64_t answered_ = 0;
  std::uint64_t keys_ = 0;
};

TEST(WorkerChoiceSimulation, KeepsItsWordOnEveryDay) {
  for (unsigned seed = 0; seed < kSeeds && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    Day(seed).run();
  }
}

}  // namespace
}  // namespace berth::http
