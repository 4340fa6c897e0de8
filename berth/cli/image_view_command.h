// `berth image show`, `inspect`, `history`, `diff`, `which`
#pragma once

#include <CLI/CLI.hpp>

#include "berth/cli/choice.h"

namespace berth::cli {

void add_image_views(CLI::App& image, Choice& choice);

}  // namespace berth::cli
