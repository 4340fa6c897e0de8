// `berth content add|list|show|check|remove`.
#pragma once

#include <CLI/CLI.hpp>

#include "berth/cli/choice.h"

namespace berth::cli {

void add_content(CLI::App& program, Choice& choice);

}  // namespace berth::cli
