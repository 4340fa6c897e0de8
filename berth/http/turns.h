// Whose turn it is among those who wait.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace berth::http {

// One that waits.
struct Ask {
  std::uint64_t ticket = 0;    // whose it is
  uid_t user = 0;              // of the client
  std::uint64_t affinity = 0;  // calls with the same one come from the same key, as far as their clients know
  std::uint64_t turn = 0;      // the how-manieth it was whose turn came; 0 until it has
};

// The user of whom the fewest calls run, and of users with the same number each in turn; of a user likewise each
// affinity; of an affinity the first come. So who asks for much waits for himself, and who asks for little does not
// wait for him. A user and an affinity together are a key here. No descriptors, no time.
class Turns {
 public:
  using Running = std::vector<Ask>;  // the calls that run

  void add(const Ask& ask);
  // Before all others: it had its turn already. Of several, the one that had it first, however often they come back.
  void put_back(const Ask& ask);
  // Takes it out. False when it does not wait.
  bool remove(std::uint64_t ticket);
  // The one whose turn it is, taken out. None of a key of which `most_of_key` calls run already.
  std::optional<Ask> take_next(const Running& running, std::size_t most_of_key);
  // How many of those who wait could run beside these if there were no other bound than that.
  std::size_t could_run(const Running& running, std::size_t most_of_key) const;

  // Where there is no room for `newcomer`: one that gives way, taken out, the last of the longest line of the user who
  // has most of them waiting, or of the same user's. None where that would not be fairer.
  std::optional<Ask> crowd_out(const Ask& newcomer);

  bool empty() const { return size() == 0; }
  std::size_t size() const { return size_ + returned_.size(); }
  void clear();

 private:
  struct Line {
    std::uint64_t affinity = 0;
    std::deque<Ask> asks;  // never empty
  };
  struct User {
    uid_t user = 0;
    std::deque<Line> lines;  // the next one first; never empty
    std::size_t waiting() const;
    // The line whose turn it is; none where each has its bound.
    std::deque<Line>::iterator next_line(const Running& running, std::size_t most_of_key);
  };

  std::deque<Ask> returned_;  // as they had their turns
  std::deque<User> users_;    // the next one first
  std::size_t size_ = 0;      // of users_
  std::uint64_t taken_ = 0;
};

}  // namespace berth::http
