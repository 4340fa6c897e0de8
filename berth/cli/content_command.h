// `berth content add|list|show|check|remove`.
#pragma once

#include "berth/cli/choice.h"

namespace CLI {
class App;
}

namespace berth::cli {

void add_content(CLI::App& program, Choice& choice);

}  // namespace berth::cli
