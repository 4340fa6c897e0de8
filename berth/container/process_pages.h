// The memory that the calls of a zygote write to, which each child has to have a copy of: known beforehand, it is
// copied while nobody waits.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "berth/base/result.h"

namespace berth::container {

// Addresses of pages, ascending.
using Pages = std::vector<std::uint64_t>;

struct ProcessPages {
  Pages own;     // that nobody else has: it has written to them
  Pages shared;  // that it has as others have them: written to, they would be copied
};

// What is in memory of the private writable mappings of process `pid` (proc(5), /proc/pid/pagemap: bit 63, own where
// bit 56 is set and bit 61 is not). It takes some tenths of a millisecond for an interpreter; mappings that are larger
// than an interpreter's are passed over. Errors: those of reading; Exhausted for a process with too many mappings.
Result<ProcessPages> pages_of(pid_t pid);

// What of it the children of one zygote are to be given. They begin with the same memory at the same addresses: what a
// child has written to at the end of a call, and one that waits still shares, the next call will write to as well.
class CallPages {
 public:
  explicit CallPages(std::size_t most) : most_(most) {}

  // Counts a call that has been answered. Whether its pages are to be taken note of: those of the 1st, the 2nd, the
  // 4th, and so on.
  bool wants_call();
  void take_call(Pages own);

  // Whether they wait for those of a child that has had no call.
  bool wants_spare() const { return !call_.empty(); }
  // Takes them. Whether there are pages that were not among all() before.
  bool take_spare(const Pages& shared);

  const Pages& all() const { return all_; }

 private:
  std::size_t most_;
  std::uint64_t calls_ = 0;
  Pages call_;
  Pages all_;
};

}  // namespace berth::container
