// berth vet: packages, judged before they enter an image.
#pragma once

#include <CLI/CLI.hpp>

#include "berth/cli/choice.h"

namespace berth::cli {

void add_vet(CLI::App& program, Choice& choice);

// berth vet db update, import, status and remove, below `vet`.
void add_vet_database(CLI::App& vet, Choice& choice);

}  // namespace berth::cli
