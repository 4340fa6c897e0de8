// The times in a layer's tar.
#pragma once

#include <cstdint>
#include <filesystem>

#include "berth/base/result.h"
#include "berth/image/image_on_base.h"

namespace berth::image {

// Writes the tar `from`, of a tool of ours, to the new file `to`, with `time` (seconds since 1970) as that of each of
// its entries: an engine gives marks of removal the time of the build, whatever the build does. All else stays. Errors:
// Corrupt where it is no tar; those of reading and writing.
Result<PlainLayer> set_layer_times(const std::filesystem::path& from, const std::filesystem::path& to,
                                   std::int64_t time);

}  // namespace berth::image
