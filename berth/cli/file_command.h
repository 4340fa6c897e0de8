// `berth file`: the files of an investigation.
#pragma once

#include <CLI/CLI.hpp>

#include "berth/cli/choice.h"

namespace berth::cli {

void add_files(CLI::App& program, Choice& choice);

}  // namespace berth::cli
