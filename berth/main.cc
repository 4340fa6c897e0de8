// The program: everything is wired in cli/program.cc.

#include <signal.h>

#include "berth/base/clock.h"
#include "berth/cli/program.h"

int main(int argc, char** argv) {
  const std::int64_t begun_ns = berth::monotonic_ns();
  ::signal(SIGPIPE, SIG_IGN);  // a reader that is gone is an error of the write
  return berth::cli::run_program(argc, argv, {}, begun_ns);
}
