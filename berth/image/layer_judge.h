// Looks at a layer before a tool unpacks it: what it holds, and how much.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

#include "berth/base/result.h"
#include "berth/image/manifest.h"
#include "berth/image/tar_stream.h"

namespace berth::image {

struct LayerLimits {
  std::uint64_t unpacked_bytes = 32ull << 30;
  std::uint64_t entries = 2'000'000;
  // More than `free_ratio_bytes` may not come of each packed byte's `ratio` unpacked ones. gzip reaches a thousand, and
  // zstd many thousands, only with what is made for it.
  std::uint64_t ratio = 200;
  std::uint64_t free_ratio_bytes = 256ull << 20;
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
};

struct JudgedLayer {
  std::uint64_t unpacked_bytes = 0;
  std::uint64_t entries = 0;
};

// Reads the layer `file`, unpacks it in pieces and throws them away, and refuses what could do harm where it is
// unpacked for good: names that lead out of it, devices, attributes that overlays obey, sparse files, marks of removal
// that name no file, owners that there cannot be, and a tar that programs read differently; and what storages cannot
// take: a name that stands there twice, a hard link to what is not there yet. Memory grows by at most 22 bytes an
// entry. `diff_id` is the digest that the unpacked bytes must have. Errors: Corrupt, with the entry and what is wrong;
// Exhausted over a limit; TimedOut; those of reading.
Result<JudgedLayer> judge_layer(const std::filesystem::path& file, Packing packing, const std::string& diff_id,
                                const LayerLimits& limits);

// The rule for one entry. Pure. Errors: Corrupt.
Result<void> judge_layer_entry(const TarEntry& entry);

}  // namespace berth::image
