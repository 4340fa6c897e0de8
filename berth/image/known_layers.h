// Which layers the storage has already, so that nothing is fetched twice.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "berth/base/result.h"

namespace berth::image {

// The digests that a layer came under and that of its unpacked bytes.
using KnownLayers = std::set<std::pair<std::string, std::string>>;

// Reads layers.json, as LocalStore does. Whole layers only: one whose unpacking was broken off does not count.
// Errors: Corrupt.
Result<KnownLayers> parse_known_layers(std::string_view json);

// The same from the storage; none where nothing was put into it yet. Errors: those of reading; Corrupt.
Result<KnownLayers> read_known_layers(const std::filesystem::path& graph_root);

}  // namespace berth::image
