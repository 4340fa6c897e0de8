// The looks that the rules of build_rules.h have at a build. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "berth/vet/build_commands.h"
#include "berth/vet/dockerfile.h"

namespace berth::vet {

// A place that a rule holds of, and what stands there.
struct Seen {
  std::size_t line = 0;
  std::string evidence;
};

struct Build {
  const Dockerfile& file;
  BuildCommands commands;
};

// What is downloaded and run, by a pipe, by `$(...)`, as a file that no hash or signature has been compared for, or by
// code in another interpreter's words, or by `uv run` and `pipx run` of an address.
std::vector<Seen> downloads_run(const Build& build);

// Options, variables and settings by which programs leave out checks.
std::vector<Seen> unchecked(const Build& build);

// Of indexes and pages of files: options, variables and settings of pip, uv and others.
std::vector<Seen> more_indexes(const Build& build);

// What steers pip and uv in ways that are not followed, and what runs what cannot be seen.
std::vector<Seen> unfollowed(const Build& build);

bool is_address(std::string_view text);

}  // namespace berth::vet
