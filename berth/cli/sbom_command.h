// `berth sbom`
#pragma once

#include <CLI/CLI.hpp>

#include "berth/cli/choice.h"

namespace berth::cli {

void add_sbom(CLI::App& program, Choice& choice);

}  // namespace berth::cli
