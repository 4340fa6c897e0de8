// `berth exec`: a line as it is typed into the war room.
#pragma once

#include <CLI/CLI.hpp>

#include "berth/cli/choice.h"

namespace berth::cli {

void add_exec(CLI::App& program, Choice& choice);

}  // namespace berth::cli
