// `berth shell`: a shell, or another program, in a container that was left standing.
#pragma once

#include <CLI/CLI.hpp>

#include "berth/cli/choice.h"

namespace berth::cli {

void add_shell(CLI::App& program, Choice& choice);

}  // namespace berth::cli
