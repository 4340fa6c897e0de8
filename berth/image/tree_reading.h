// One reading of an image's tree, with a bound on what it may cost in all.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "berth/base/result.h"
#include "berth/image/image_tree.h"

namespace berth::image {

// A stranger has made the tree: a hundred thousand names may lead to one file of 128 MiB.
struct ReadingBounds {
  std::uint64_t bytes = 1ull << 30;                           // of all files together, as often as they are read
  std::chrono::milliseconds time = std::chrono::seconds(30);  // of this thread on a processor
  std::size_t interpreters = 64;
  WalkBounds walk = {};  // but for `is_over`
};

// As ImageTree, which outlives it, until its bounds are reached. For the thread that made it.
class TreeReading {
 public:
  TreeReading(const ImageTree& tree, const ReadingBounds& bounds);

  // Errors: those of ImageTree; Exhausted from when the bounds are reached on.
  Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit_bytes);
  Result<std::vector<TreeEntry>> list_folder(const std::filesystem::path& path) const;
  Result<std::filesystem::path> resolve(const std::filesystem::path& path) const;
  Result<void> walk(const ImageTree::Visit& visit, const ImageTree::Skip& skip) const;

  bool is_over() const;

 private:
  Result<void> check() const;

  const ImageTree& tree_;
  ReadingBounds bounds_;
  std::chrono::nanoseconds until_;  // of this thread's processor time
  std::uint64_t left_;              // bytes
};

}  // namespace berth::image
