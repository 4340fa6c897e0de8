#include "berth/image/leftovers.h"

#include <algorithm>
#include <iterator>
#include <system_error>
#include <utility>

#include "berth/image/staging.h"
#include "berth/image/work_folder.h"

namespace berth::image {
namespace {

namespace fs = std::filesystem;

struct Place {
  const char* path;  // below the cache
  bool has_several;  // it holds work folders; else it is one
  std::string_view maker;
};

constexpr Place kPlaces[] = {
    {"images/work", true, "a pull, update or load"},
    {"images/push", true, "a push"},
    {"images/sign", true, "'image sign'"},
    {"images/save", false, "'image save'"},
    {"images/load", false, "'image load'"},
    {"images/bundle", false, "'berth bundle'"},
    {"create", false, "'image create'"},
    {"base-image", false, "'image init'"},
};

std::uint64_t bytes_below(const fs::path& folder) {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code ignored;
    if (at->is_symlink(ignored) || !at->is_regular_file(ignored)) continue;
    if (const std::uintmax_t size = at->file_size(ignored); !ignored) bytes += size;
  }
  return bytes;
}

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  if (error) return {};
  std::vector<fs::path> paths;
  std::ranges::transform(entries, std::back_inserter(paths), [](const auto& entry) { return entry.path(); });
  return paths;
}

void add_work_folder(const fs::path& path, std::string_view maker, std::vector<Leftover>& found) {
  std::error_code error;
  if (fs::symlink_status(path, error).type() != fs::file_type::directory) return;
  found.push_back({.kind = Leftover::Kind::WorkFolder,
                   .path = path,
                   .maker = maker,
                   .size_bytes = bytes_below(path),
                   .is_in_use = WorkFolder::is_held(path)});
}

void add_blob(const fs::path& path, std::vector<Leftover>& found) {
  std::error_code error;
  if (fs::symlink_status(path, error).type() != fs::file_type::regular) return;
  const std::uintmax_t size = fs::file_size(path, error);
  const auto written = fs::last_write_time(path, error);
  if (error) return;
  const auto age = std::chrono::duration_cast<std::chrono::seconds>(fs::file_time_type::clock::now() - written);
  found.push_back(
      {.kind = Leftover::Kind::Blob, .path = path, .maker = "a pull or update", .size_bytes = size, .age = age});
}

}  // namespace

std::vector<Leftover> find_leftovers(const fs::path& cache_folder) {
  std::vector<Leftover> found;
  for (const Place& place : kPlaces) {
    const fs::path path = cache_folder / place.path;
    if (!place.has_several) {
      add_work_folder(path, place.maker, found);
      continue;
    }
    for (const fs::path& entry : entries_of(path)) add_work_folder(entry, place.maker, found);
  }
  for (const fs::path& entry : entries_of(blobs_folder(cache_folder))) add_blob(entry, found);
  std::ranges::sort(found, {}, &Leftover::path);
  return found;
}

Leftover left_container(const fs::path& graph_root, const std::string& layer, bool is_in_use) {
  const fs::path path = graph_root / "overlay" / layer;
  return {.kind = Leftover::Kind::Container,
          .path = path,
          .maker = "'image create'",
          .size_bytes = layer.empty() ? 0 : bytes_below(path / "diff"),
          .is_in_use = is_in_use};
}

Result<void> remove_leftover(const fs::path& cache_folder, const Leftover& leftover) {
  if (leftover.kind == Leftover::Kind::Blob) return remove_left_blob(cache_folder, leftover.path);
  return remove_left_folder(leftover.path);
}

}  // namespace berth::image
