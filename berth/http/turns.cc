#include "berth/http/turns.h"

#include <algorithm>
#include <utility>

namespace berth::http {
namespace {

std::size_t running_of(const Turns::Running& running, uid_t user) {
  return static_cast<std::size_t>(std::ranges::count(running, user, &Ask::user));
}

std::size_t running_of(const Turns::Running& running, uid_t user, std::uint64_t affinity) {
  const auto is_of_it = [&](const Ask& one) { return one.user == user && one.affinity == affinity; };
  return static_cast<std::size_t>(std::ranges::count_if(running, is_of_it));
}

}  // namespace

void Turns::add(const Ask& ask) {
  auto user = std::ranges::find(users_, ask.user, &User::user);
  if (user == users_.end()) user = users_.insert(users_.end(), User{ask.user, {}});
  auto line = std::ranges::find(user->lines, ask.affinity, &Line::affinity);
  if (line == user->lines.end()) line = user->lines.insert(user->lines.end(), Line{ask.affinity, {}});
  line->asks.push_back(ask);
  ++size_;
}

void Turns::put_back(const Ask& ask) {
  returned_.insert(std::ranges::upper_bound(returned_, ask.turn, {}, &Ask::turn), ask);
}

bool Turns::remove(std::uint64_t ticket) {
  const auto is_it = [&](const Ask& ask) { return ask.ticket == ticket; };
  if (std::erase_if(returned_, is_it) != 0) return true;
  for (User& user : users_) {
    for (Line& line : user.lines) {
      if (std::erase_if(line.asks, is_it) == 0) continue;
      std::erase_if(user.lines, [](const Line& one) { return one.asks.empty(); });
      std::erase_if(users_, [](const User& one) { return one.lines.empty(); });
      --size_;
      return true;
    }
  }
  return false;
}

std::deque<Turns::Line>::iterator Turns::User::next_line(const Running& running, std::size_t most_of_key) {
  auto next = lines.end();
  std::size_t fewest = most_of_key;
  for (auto line = lines.begin(); line != lines.end() && fewest > 0; ++line) {
    const std::size_t count = running_of(running, user, line->affinity);
    if (count >= fewest) continue;
    next = line;
    fewest = count;
  }
  return next;
}

std::optional<Ask> Turns::take_next(const Running& running, std::size_t most_of_key) {
  if (!returned_.empty()) {
    const Ask ask = returned_.front();
    returned_.pop_front();
    return ask;
  }
  auto next = users_.end();
  std::deque<Line>::iterator next_line;
  std::size_t fewest = running.size() + 1;
  for (auto user = users_.begin(); user != users_.end() && fewest > 0; ++user) {
    const std::size_t count = running_of(running, user->user);
    if (count >= fewest) continue;
    const auto found = user->next_line(running, most_of_key);
    if (found == user->lines.end()) continue;
    next = user;
    next_line = found;
    fewest = count;
  }
  if (next == users_.end()) return std::nullopt;
  Line line = std::move(*next_line);
  next->lines.erase(next_line);
  User user = std::move(*next);
  users_.erase(next);
  Ask ask = line.asks.front();
  ask.turn = ++taken_;
  line.asks.pop_front();
  // Behind the others of its kind, where more of it waits.
  if (!line.asks.empty()) user.lines.push_back(std::move(line));
  if (!user.lines.empty()) users_.push_back(std::move(user));
  --size_;
  return ask;
}

std::size_t Turns::could_run(const Running& running, std::size_t most_of_key) const {
  std::size_t sum = returned_.size();
  Running before = running;  // those who had their turn already run before the others
  before.insert(before.end(), returned_.begin(), returned_.end());
  for (const User& user : users_) {
    for (const Line& line : user.lines) {
      const std::size_t taken = running_of(before, user.user, line.affinity);
      sum += std::min(line.asks.size(), most_of_key - std::min(most_of_key, taken));
    }
  }
  return sum;
}

std::size_t Turns::User::waiting() const {
  std::size_t sum = 0;
  for (const Line& line : lines) sum += line.asks.size();
  return sum;
}

std::optional<Ask> Turns::crowd_out(const Ask& newcomer) {
  if (users_.empty()) return std::nullopt;
  const auto own = std::ranges::find(users_, newcomer.user, &User::user);
  const std::size_t own_waiting = own == users_.end() ? 0 : own->waiting();
  const auto most = std::ranges::max_element(users_, {}, &User::waiting);
  const bool is_other = most->user != newcomer.user && most->waiting() > own_waiting + 1;
  if (!is_other && own == users_.end()) return std::nullopt;
  User& user = is_other ? *most : *own;
  const auto length = [](const Line& line) { return line.asks.size(); };
  const auto longest = std::ranges::max_element(user.lines, {}, length);
  const auto line = std::ranges::find(user.lines, newcomer.affinity, &Line::affinity);
  const std::size_t own_length = is_other || line == user.lines.end() ? 0 : line->asks.size();
  if (!is_other && length(*longest) <= own_length + 1) return std::nullopt;
  const Ask ask = longest->asks.back();
  remove(ask.ticket);
  return ask;
}

void Turns::clear() {
  returned_.clear();
  users_.clear();
  size_ = 0;
}

}  // namespace berth::http
