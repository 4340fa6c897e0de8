// `berth bundle create|verify|import`
#pragma once

#include <CLI/CLI.hpp>

#include "berth/cli/choice.h"

namespace berth::cli {

void add_bundle(CLI::App& program, Choice& choice);

}  // namespace berth::cli
