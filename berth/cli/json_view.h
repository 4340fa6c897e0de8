// JSON for people.
#pragma once

#include <string>

#include "berth/base/json.h"
#include "berth/cli/line_sink.h"

namespace berth::cli {

// One line, UTF-8 kept; NaN and the infinities as Python writes them. Beyond 512 levels: "…".
std::string compact_json(const Json& value);

// Indented, keys coloured; what lies deeper than 16 levels stands on one line, so that indentation stays small.
void write_json(LineSink& sink, const Json& value);

}  // namespace berth::cli
