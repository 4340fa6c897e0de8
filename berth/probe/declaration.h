// A probe: a small Python program that tries one way out of a container, and what must come of it.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "berth/base/result.h"
#include "berth/container/guards.h"
#include "berth/container/limits.h"

namespace berth::probe {

// What one fact, or each of those whose names begin alike ("mount *", "*"), must be. docs/escape-test.md has the
// grammar.
struct Expectation {
  std::string name;
  std::string condition;
};

// One way to run the program.
struct Run {
  std::string control;                 // in which way this run is weaker; empty: every guard is up
  std::set<container::Guard> without;  // guards that are left out
  container::Limits limits;            // as by default, but for those that the declaration names
  std::vector<std::pair<std::string, std::string>> arguments;
  std::uint32_t calls = 1;  // how often, one after another; each is told its number as `call`
  bool reused = false;      // all of them in one process, as servers do that use a process again
  bool together = false;    // the first call still runs while the second does; what the second sees counts
  std::string answer;       // with `reused`: a line that follows each job, as an answer to what it asks
  std::vector<Expectation> expect;
  std::vector<std::string> show;  // facts for a person; empty: how often each outcome occurred
};

struct Probe {
  std::string id;        // of the catalogue: "K14"
  std::string title;     // what is tried
  std::string expected;  // what must come of it
  bool quick = false;    // in the set that takes less than a minute
  std::string machine;   // only on this architecture, as uname says it; empty: on all
  std::vector<Run> runs;
  std::string program;
};

// Reads a probe's file: Python whose docstring, in YAML, declares it. `name` is what errors call the file.
// Errors: InvalidInput, with the key.
Result<Probe> parse_probe(std::string_view text, std::string_view name);

}  // namespace berth::probe
