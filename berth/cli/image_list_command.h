// `berth image list`, `berth image search`
#pragma once

#include <CLI/CLI.hpp>

#include "berth/cli/choice.h"

namespace berth::cli {

void add_image_list(CLI::App& image, Choice& choice);

}  // namespace berth::cli
