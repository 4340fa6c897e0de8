// `berth fetch`, and `berth instance start`: what the original's server does by itself.
#pragma once

#include <CLI/CLI.hpp>

#include "berth/cli/choice.h"

namespace berth::cli {

void add_fetch(CLI::App& program, Choice& choice);
// Below the command group `instance`.
void add_instance_start(CLI::App& instance, Choice& choice);

}  // namespace berth::cli
