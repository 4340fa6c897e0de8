// What processes that were killed have left: in the cache work folders, and blobs on their way; in the storage the
// container of a build.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"

namespace berth::image {

struct Leftover {
  enum class Kind : std::uint8_t { WorkFolder, Blob, Container };
  Kind kind = Kind::WorkFolder;
  std::filesystem::path path;  // of a container its layer's
  std::string_view maker;      // whose it is: "a pull, update or load"
  std::uint64_t size_bytes = 0;
  bool is_in_use = false;         // a process works in it at this moment
  std::chrono::seconds age = {};  // of a blob
};

// All that is there, in use or not, by path. What cannot be looked at is left out.
std::vector<Leftover> find_leftovers(const std::filesystem::path& cache_folder);

// What the container of a build has written, which the storage at `graph_root` keeps in its layer `layer`.
Leftover left_container(const std::filesystem::path& graph_root, const std::string& layer, bool is_in_use);

// Of what lies in the cache. Errors: Conflict when a process works in it by now; those of removing.
Result<void> remove_leftover(const std::filesystem::path& cache_folder, const Leftover& leftover);

}  // namespace berth::image
