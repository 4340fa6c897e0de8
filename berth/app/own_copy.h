// Content that Berth keeps copies of, and replaces.
#pragma once

#include <filesystem>
#include <string>

#include "berth/app/settings.h"

namespace berth::app {

// Why files of content at `path` are not to be changed: they are Berth's own copy of what was fetched, or came in a
// bundle, and are replaced when that is brought again. Empty where they may be.
std::string problem_of_changing(const Settings& settings, const std::filesystem::path& path);

}  // namespace berth::app
