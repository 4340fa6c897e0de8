// `berth pool`: the daemon's workers and their zygotes.
#pragma once

#include <CLI/CLI.hpp>

#include "berth/cli/choice.h"

namespace berth::cli {

void add_pool(CLI::App& program, Choice& choice);

}  // namespace berth::cli
