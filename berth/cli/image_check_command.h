// `berth image check`
#pragma once

#include <CLI/CLI.hpp>

#include "berth/cli/choice.h"

namespace berth::cli {

void add_image_check(CLI::App& image, Choice& choice);

}  // namespace berth::cli
