// Who has more right to a free place than who, as berth/http/turns.h promises it: told from what happens alone, without
// a line in which anybody stands.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <numeric>
#include <optional>
#include <tuple>

#include "berth/http/turns.h"

namespace berth::http {

// Of users 0 to 2 and affinities 0 to 3.
class TurnRights {
 public:
  static constexpr std::size_t kUsers = 3;
  static constexpr std::size_t kAffinities = 4;
  using Counts = std::array<std::array<std::size_t, kAffinities>, kUsers>;

  explicit TurnRights(std::size_t most_of_key) : most_of_key_(most_of_key) {}

  // One that begins to wait. A user, or an affinity of his, who did not wait before is behind those who did.
  void add(const Ask& ask) {
    if (waiting(ask.user) == 0) user_since_[ask.user] = ++now_;
    if (waiting(ask.user, ask.affinity) == 0) key_since_[ask.user][ask.affinity] = ++now_;
    waiting_.emplace(ask.ticket, ask);
    count_[ask.user][ask.affinity] += 1;
  }
  // It waits no more, whatever it did.
  void remove(std::uint64_t ticket) {
    if (const auto found = waiting_.extract(ticket)) {
      count_[found.mapped().user][found.mapped().affinity] -= 1;
      return;
    }
    std::erase_if(had_turn_, [&](const auto& one) { return one.second.ticket == ticket; });
  }
  void clear() {
    waiting_.clear();
    count_ = {};
    had_turn_.clear();
    turns_.clear();
  }

  // The one who has more right to a place than all others, if anybody has one.
  std::optional<Ask> first(const Counts& running) const {
    if (!had_turn_.empty()) return had_turn_.begin()->second;
    std::optional<Ask> first;
    for (const auto& [ticket, ask] : waiting_) {
      if (running[ask.user][ask.affinity] >= most_of_key_) continue;
      if (!first || right(ask, running) < right(*first, running)) first = ask;
    }
    return first;
  }
  bool anybody_waits() const { return !waiting_.empty() || !had_turn_.empty(); }
  // It has its turn. It counts as waiting until begin().
  void take_turn(const Ask& ask) {
    if (waiting_.erase(ask.ticket) == 0) return;  // it had it already
    count_[ask.user][ask.affinity] -= 1;
    if (waiting(ask.user) > 0) user_since_[ask.user] = ++now_;
    if (waiting(ask.user, ask.affinity) > 0) key_since_[ask.user][ask.affinity] = ++now_;
    for (std::size_t user = 0; user < kUsers; ++user) passed_[user][ask.user] += user == ask.user ? 0 : 1;
    passed_[ask.user] = {};
    turns_[ask.ticket] = ++now_;
    had_turn_.emplace(now_, ask);
  }
  void begin(const Ask& ask) { had_turn_.erase(turns_.at(ask.ticket)); }
  // It has begun, and waits again: nothing of it has run.
  void wait_again(const Ask& ask) { had_turn_.emplace(turns_.at(ask.ticket), ask); }

  // Nobody of whom nothing runs sees another user's calls get two turns while he waits. For each moment.
  bool nobody_starves(const Counts& running) {
    bool is_fair = true;
    if (waiting_.empty()) passed_ = {};
    for (std::size_t user = 0; user < kUsers && !waiting_.empty(); ++user) {
      const bool has_nothing = std::ranges::max(running[user]) == 0 && waiting(user) > 0;
      if (!has_nothing) passed_[user] = {};
      is_fair = is_fair && std::ranges::max(passed_[user]) <= 1;
    }
    return is_fair;
  }

  // Whether it is right that `gone` gives way to `newcomer`, or nobody. Before remove().
  bool may_give_way(const std::optional<Ask>& gone, const Ask& newcomer) const {
    const std::size_t own = waiting(newcomer.user);
    const std::size_t own_of_key = waiting(newcomer.user, newcomer.affinity);
    const std::size_t most = std::max({waiting(0), waiting(1), waiting(2)});
    const bool is_others = most > own + 1;
    if (!gone) return !is_others && longest(newcomer.user) <= own_of_key + 1;
    const std::size_t of_key = waiting(gone->user, gone->affinity);
    const bool is_last = std::ranges::none_of(waiting_, [&](const auto& one) {
      return one.second.user == gone->user && one.second.affinity == gone->affinity && one.first > gone->ticket;
    });
    const bool is_right_user =
        is_others ? waiting(gone->user) == most : gone->user == newcomer.user && of_key > own_of_key + 1;
    return is_right_user && of_key == longest(gone->user) && is_last;
  }

 private:
  // Of the user, then of the key: how much runs, and since when it waits; and which of the key.
  using Right = std::tuple<std::size_t, std::uint64_t, std::size_t, std::uint64_t, std::uint64_t>;

  // Of those who have not had their turn.
  std::size_t waiting(std::size_t user) const {
    return std::accumulate(count_[user].begin(), count_[user].end(), std::size_t{0});
  }
  std::size_t waiting(std::size_t user, std::uint64_t affinity) const { return count_[user][affinity]; }
  std::size_t longest(std::size_t user) const { return std::ranges::max(count_[user]); }

  // Less is more right.
  Right right(const Ask& ask, const Counts& running) const {
    std::size_t of_user = 0;
    for (const std::size_t of_key : running[ask.user]) of_user += of_key;
    return {of_user, user_since_[ask.user], running[ask.user][ask.affinity], key_since_[ask.user][ask.affinity],
            ask.ticket};
  }

  std::size_t most_of_key_;
  std::map<std::uint64_t, Ask> waiting_;          // by ticket: as they came
  Counts count_ = {};                             // of them
  std::map<std::uint64_t, Ask> had_turn_;         // and have not begun; by when they had it
  std::map<std::uint64_t, std::uint64_t> turns_;  // when each had its turn
  std::uint64_t now_ = 0;
  std::array<std::uint64_t, kUsers> user_since_ = {};  // when he began to wait, or had his last turn
  std::array<std::array<std::uint64_t, kAffinities>, kUsers> key_since_ = {};
  std::array<std::array<std::size_t, kUsers>, kUsers> passed_ = {};  // turns of others, while each one waits
};

}  // namespace berth::http
