// The children of one zygote that wait for calls.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>

#include "berth/app/spare_demand.h"
#include "berth/base/result.h"
#include "berth/container/zygote.h"

namespace berth::app {

// For one thread. Whoever uses it has the zygote, one that can fork, and gives the same each time.
class WarmSpares {
 public:
  using Time = SpareDemand::Time;

  // At most `most` wait.
  WarmSpares(std::size_t most, Time now) : demand_(most, now) {}

  // A child that is ready for its job: one that waits, else a new one. Where none was when the call `came`, more are
  // wanted. Errors: those of fork_child() and wait_until_ready().
  Result<container::CallChild> take(container::Zygote& zygote, const container::Patience& patience, Time came);

  bool has_ready() const { return !ready_.empty(); }
  // Sees to it that one is on its way.
  Result<void> begin_one(container::Zygote& zygote, const container::Patience& patience);
  // Sees to it that one is ready.
  Result<void> make_one(container::Zygote& zygote, const container::Patience& patience);
  // Whether there are fewer than calls of late would have needed.
  bool lacks() const { return coming_ || ready_.size() < demand_.wanted(); }
  // The next step to as many as that, where one is missing: one is begun, which goes on by itself, and waited for until
  // it is ready or `wanted` is readable. Where some wait and no more can be had for now, it leaves it at those. Errors:
  // as of take().
  Result<void> add_one(container::Zygote& zygote, const container::Patience& patience, int wanted);

  bool is_too_many_since(Time then) const { return demand_.is_due(then); }
  // Ends those that no call has needed since the last time.
  void end_unneeded(Time now);

  // Calls that were given one.
  std::uint64_t given() const { return given_; }
  // That are to wait; some of them may be missing for a moment.
  std::size_t wanted() const { return demand_.wanted(); }
  // Of those that wait, and are to: what they had when they became ready, which is charged to their own groups.
  std::uint64_t memory_bytes() const;

 private:
  void drop_stale();
  Result<void> see_it_come(const container::Patience& patience);
  Result<void> do_without(const container::Zygote& zygote, Error trouble);

  SpareDemand demand_;
  // They have been waited for, and are isolated. The newest is last, and taken first: what it has touched is still
  // near.
  std::list<container::CallChild> ready_;
  Time last_ready_at_;
  std::optional<container::CallChild> coming_;  // one that makes itself ready
  std::uint64_t given_ = 0;
  std::uint64_t bytes_of_one_ = 0;
};

}  // namespace berth::app
