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
};

// Each user in turn; of a user each affinity in turn; of an affinity the first come. So who asks for much waits for
// himself, and who asks for little does not wait for him. No descriptors, no time.
class Turns {
 public:
  void add(const Ask& ask);
  // Before all others: it had its turn already.
  void put_back(const Ask& ask) { returned_.push_back(ask); }
  // Takes it out. False when it does not wait.
  bool remove(std::uint64_t ticket);
  // The one whose turn it is, taken out.
  std::optional<Ask> take_next();

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
  };

  std::deque<Ask> returned_;
  std::deque<User> users_;  // the next one first
  std::size_t size_ = 0;    // of users_
};

}  // namespace berth::http
