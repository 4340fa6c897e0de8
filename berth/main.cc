// The program: everything is wired in cli/program.cc.

#include <signal.h>
#include <time.h>

#include "berth/cli/program.h"

int main(int argc, char** argv) {
  timespec now = {};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  ::signal(SIGPIPE, SIG_IGN);  // a reader that is gone is an error of the write
  return berth::cli::run_program(argc, argv, {}, now.tv_sec * 1'000'000'000 + now.tv_nsec);
}
