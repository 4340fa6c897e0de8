// The files of an image as its layers add up to them, read without mounting or running anything.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"

namespace berth::image {

enum class TreeKind { File, Folder, Link, Other };

struct TreeEntry {
  std::string name;
  TreeKind kind = TreeKind::Other;
};

// Layer folders of an overlay, or one folder that is a root, as one tree: what lies higher hides what lies lower,
// whiteouts and opaque folders are followed as the kernel does. What is in them belongs to strangers: every path is
// opened inside its layer, one folder at a time, links are followed here and start at the tree's root, and nothing but
// regular files is read. Mounts below the layers are not entered. Paths are relative to the root, "usr/lib".
// Any thread may read it.
class ImageTree {
 public:
  // `layers` from the top down; at least one. Errors: those of opening a folder.
  static Result<ImageTree> open(const std::vector<std::filesystem::path>& layers);

  // The file's bytes; links on the way and at its end are followed inside the tree.
  // Errors: NotFound, also for links that lead nowhere or in circles; InvalidInput when it is no regular file;
  // Exhausted past `limit_bytes`; Denied.
  Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit_bytes) const;

  // What lies in the folder, by name. Errors: as read_file; Exhausted past kMostEntries.
  Result<std::vector<TreeEntry>> list_folder(const std::filesystem::path& path) const;

  // Where `path` leads once its links are followed: "usr/bin/python3.11" for "bin/python3". Errors: as read_file.
  Result<std::filesystem::path> resolve(const std::filesystem::path& path) const;

  // Calls `visit` with each folder and what lies in it, the root ("") first; links are not followed. Folders that
  // cannot be listed are handed to `skip` with the reason, and passed over.
  // Errors: Exhausted past kMostEntries entries or kDeepest folders in each other.
  using Visit = std::function<void(const std::filesystem::path& folder, const std::vector<TreeEntry>& entries)>;
  using Skip = std::function<void(const std::filesystem::path& folder, const Error& why)>;
  Result<void> walk(const Visit& visit, const Skip& skip) const;

  static constexpr std::size_t kMostEntries = 4'000'000;
  static constexpr std::size_t kDeepest = 128;

 private:
  // A folder of the tree: where it is, and the layers that it is made of, from the top down.
  struct Folder {
    std::filesystem::path path;
    std::vector<std::size_t> layers = {};
  };
  struct Found;

  explicit ImageTree(std::vector<UniqueFd> layers) : layers_(std::move(layers)) {}

  Folder root() const;
  Result<Found> look_up(const Folder& parent, std::string_view name) const;
  Result<Found> follow(const std::filesystem::path& path) const;
  Result<std::vector<std::pair<TreeEntry, Folder>>> entries_of(const Folder& folder) const;

  std::vector<UniqueFd> layers_;
};

}  // namespace berth::image
