// `berth investigation`: made, listed, looked at, closed, taken out.
#pragma once

#include <CLI/CLI.hpp>

#include "berth/cli/choice.h"

namespace berth::cli {

void add_investigation(CLI::App& program, Choice& choice);

}  // namespace berth::cli
