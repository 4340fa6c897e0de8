// `berth top`: what the daemon does, live.
#pragma once

#include <CLI/CLI.hpp>

#include "berth/cli/choice.h"

namespace berth::cli {

void add_top(CLI::App& program, Choice& choice);

}  // namespace berth::cli
