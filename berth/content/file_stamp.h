// What tells that a file or folder is as it was, without reading it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace berth::content {

struct FileStamp {
  std::int64_t modified_ns = 0;  // since 1970
  std::int64_t changed_ns = 0;   // of the inode, which nobody can set
  std::uint64_t inode = 0;
  std::uint64_t device = 0;
  std::uint64_t size = 0;

  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

// The stamp of `inside` below the folder `root`, of a link itself; empty where there is nothing.
std::optional<FileStamp> stamp_at(int root, const std::filesystem::path& inside);

// The wall clock's time, as file systems write it.
std::int64_t file_time_now_ns();

// Whether a file with this stamp, read at `now_ns` or later, cannot have been changed afterwards under the same stamp:
// file systems count time in ticks of some milliseconds. Also false for a time that lies ahead.
bool is_settled(const FileStamp& stamp, std::int64_t now_ns);

}  // namespace berth::content
