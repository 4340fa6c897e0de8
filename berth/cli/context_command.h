// `berth context`: the context of an investigation, read and changed.
#pragma once

#include <CLI/CLI.hpp>

#include "berth/cli/choice.h"

namespace berth::cli {

void add_context(CLI::App& program, Choice& choice);

}  // namespace berth::cli
