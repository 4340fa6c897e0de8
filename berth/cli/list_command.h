// `berth list`: the server lists that scripts read and change.
#pragma once

#include <CLI/CLI.hpp>

#include "berth/cli/choice.h"

namespace berth::cli {

void add_lists(CLI::App& program, Choice& choice);

}  // namespace berth::cli
