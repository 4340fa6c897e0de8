// The program: everything is wired in cli/program.cc.

#include <fcntl.h>
#include <malloc.h>
#include <signal.h>

#include "berth/base/clock.h"
#include "berth/cli/program.h"
#include "berth/dt/script_worker.h"

namespace {

// A call handles texts of a few hundred KiB: fresh pages from the kernel for each would cost more than the work on
// them.
void keep_memory_at_hand() {
  ::mallopt(M_MMAP_THRESHOLD, 4 << 20);
  ::mallopt(M_TRIM_THRESHOLD, 16 << 20);
  ::mallopt(M_TOP_PAD, 1 << 20);
}

// A standard descriptor that is closed would be the number of the next thing we open, and whoever writes to it would
// write there.
bool standard_descriptors_are_open() {
  for (int fd = 0; fd <= 2; ++fd) {
    // NOLINTNEXTLINE(android-cloexec-open): a standard descriptor is for the programs that we start, too.
    if (::fcntl(fd, F_GETFD) < 0 && ::open("/dev/null", O_RDWR) != fd) return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  berth::dt::serve_as_script_worker(argc, argv);
  const std::int64_t begun_ns = berth::monotonic_ns();
  keep_memory_at_hand();
  if (!standard_descriptors_are_open()) return 12;
  ::signal(SIGPIPE, SIG_IGN);  // a reader that is gone is an error of the write
  return berth::cli::run_program(argc, argv, {}, begun_ns);
}
