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

// Under which name folders that hide what is below them are marked, as the mount of who asks goes by it: root's by
// `trusted.`, which nobody else can read or write, and an ordinary user's by `user.`, which any file may have.
enum class OverlayMarks { Trusted, User };
OverlayMarks overlay_marks_here();

// How much of a tree is walked. Its names are a stranger's: bounds of memory and time, which no image comes near.
struct WalkBounds {
  std::size_t entries = 2'000'000;
  std::size_t name_bytes = 256 << 20;       // of all names together, with what it takes to keep each
  std::size_t depth = 128;                  // folders in each other
  std::function<bool()> is_over = nullptr;  // asked before each folder; none: never
};

// Layer folders of an overlay, or one folder that is a root, as one tree: what lies higher hides what lies lower,
// whiteouts and opaque folders are followed as the kernel does. What is in them belongs to strangers: every path is
// opened inside its layer, one folder at a time, links are followed here and start at the tree's root, and nothing but
// regular files is read. Mounts below the layers are not entered. Paths are relative to the root, "usr/lib".
// Any thread may read it.
class ImageTree {
 public:
  // `layers` from the top down; at least one. Errors: those of opening a folder.
  static Result<ImageTree> open(const std::vector<std::filesystem::path>& layers,
                                OverlayMarks marks = overlay_marks_here());

  // The file's bytes; links on the way and at its end are followed inside the tree.
  // Errors: NotFound, also for links that lead nowhere or in circles; InvalidInput when it is no regular file;
  // Exhausted past `limit_bytes`; Denied.
  Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit_bytes) const;

  // What lies in the folder, by name. Errors: as read_file; Exhausted past what WalkBounds has for all.
  Result<std::vector<TreeEntry>> list_folder(const std::filesystem::path& path) const;

  // Where `path` leads once its links are followed: "usr/bin/python3.11" for "bin/python3". Errors: as read_file.
  Result<std::filesystem::path> resolve(const std::filesystem::path& path) const;

  // Calls `visit` with each folder and what lies in it, the root ("") first; links are not followed. Folders that
  // cannot be listed, that are too deep or hold too many names are handed to `skip` with the reason, and passed over.
  // Errors: Exhausted past `bounds.entries`, or when it `is_over`: the rest was not looked at.
  using Visit = std::function<void(const std::filesystem::path& folder, const std::vector<TreeEntry>& entries)>;
  using Skip = std::function<void(const std::filesystem::path& folder, const Error& why)>;
  Result<void> walk(const Visit& visit, const Skip& skip, const WalkBounds& bounds = {}) const;

 private:
  // A folder of the tree: where it is, and the layers that it is made of, from the top down.
  struct Folder {
    std::filesystem::path path;
    std::vector<std::size_t> layers = {};
  };
  struct Found;
  // What lies in a folder, and in the same order the layers that each is made of. Only the names: of a path of 4 KiB
  // for each of a million files a machine would die.
  struct Listing;
  class Walk;

  ImageTree(std::vector<UniqueFd> layers, OverlayMarks marks) : layers_(std::move(layers)), marks_(marks) {}

  Folder root() const;
  Result<Found> look_up(const Folder& parent, std::string_view name) const;
  Result<Found> follow(const std::filesystem::path& path) const;
  Result<Listing> entries_of(const Folder& folder, std::size_t most_bytes) const;

  bool is_opaque(int folder) const;

  std::vector<UniqueFd> layers_;
  OverlayMarks marks_;
};

}  // namespace berth::image
