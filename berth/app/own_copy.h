// Content that Berth keeps copies of, and replaces.
#pragma once

#include <filesystem>
#include <string>

#include "berth/app/content_source.h"
#include "berth/app/settings.h"

namespace berth::app {

// Where the packs of bundles lie, and whether the source is one of those.
std::filesystem::path bundles_of(const Settings& settings);
bool is_of_bundle(const Settings& settings, const ContentSource& source);

// Why files of content at `path` are not to be changed: they are Berth's own copy of what was fetched, or came in a
// bundle, and are replaced when that is brought again. Empty where they may be.
std::string problem_of_changing(const Settings& settings, const std::filesystem::path& path);

}  // namespace berth::app
