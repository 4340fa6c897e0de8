// The program with guards taken out, for the system tests: a probe proves something only when it succeeds here.
// BERTH_LEAVE_OUT names the guards, with commas between. It is built with the tests and never installed.

#include <signal.h>

#include <cstdio>
#include <cstdlib>
#include <set>
#include <string_view>

#include "berth/base/clock.h"
#include "berth/cli/program.h"
#include "berth/dt/script_worker.h"

namespace {

using berth::container::Guard;

std::set<Guard> lowered_guards(std::string_view names) {
  std::set<Guard> lowered;
  while (!names.empty()) {
    const std::string_view name = names.substr(0, names.find(','));
    names.remove_prefix(std::min(name.size() + 1, names.size()));
    const auto guard = berth::container::find_guard(name);
    if (!guard) {
      std::fprintf(stderr, "berth_unguarded: no guard is called '%.*s'\n", static_cast<int>(name.size()), name.data());
      std::exit(64);
    }
    lowered.insert(*guard);
  }
  return lowered;
}

}  // namespace

int main(int argc, char** argv) {
  berth::dt::serve_as_script_worker(argc, argv);
  const std::int64_t begun_ns = berth::monotonic_ns();
  ::signal(SIGPIPE, SIG_IGN);
  const char* names = std::getenv("BERTH_LEAVE_OUT");
  const berth::container::Guards guards(
      berth::container::Weakening::for_probes(lowered_guards(names != nullptr ? names : "")));
  return berth::cli::run_program(argc, argv, guards, begun_ns);
}
