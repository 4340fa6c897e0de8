// One direction of a conversation that is passed on: from one descriptor to another.
#pragma once

#include <string>

#include "berth/base/result.h"

namespace berth::sys {

// What was read and is not written yet. Nothing is read while something waits, so a side that does not take what it is
// sent is not read for, and costs one buffer. Poll for what it wants, then call what poll says can be done.
class Pump {
 public:
  bool wants_input() const { return pending_.empty() && is_open_; }
  bool wants_output() const { return !pending_.empty(); }
  bool is_done() const { return pending_.empty() && !is_open_; }

  // Errors: those of read(2), but that a terminal or a connection whose other side is gone has ended.
  Result<void> read(int from);

  // Writes no more than a pipe takes at once when poll says that it takes something: descriptors that are not ours
  // are left blocking. Once nobody reads any more, it is done. Errors: those of write(2).
  Result<void> write(int to);

 private:
  std::string pending_;
  bool is_open_ = true;
};

}  // namespace berth::sys
