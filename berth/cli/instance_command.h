// `berth instance ...`: instances of integrations.
#pragma once

#include <CLI/CLI.hpp>

#include "berth/cli/choice.h"

namespace berth::cli {

void add_instance(CLI::App& program, Choice& choice);

}  // namespace berth::cli
