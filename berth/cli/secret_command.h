// `berth secret`: the key that stored secrets are sealed with.
#pragma once

#include <CLI/CLI.hpp>

#include "berth/cli/choice.h"

namespace berth::cli {

void add_secret(CLI::App& program, Choice& choice);

}  // namespace berth::cli
