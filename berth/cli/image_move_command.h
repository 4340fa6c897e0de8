// `berth image pull|push|update|save|load`
#pragma once

#include <CLI/CLI.hpp>

#include "berth/cli/choice.h"

namespace berth::cli {

void add_image_moves(CLI::App& image, Choice& choice);

}  // namespace berth::cli
