// The file system that a folder lies on.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "berth/base/result.h"

namespace berth::doctor {

struct FileSystem {
  std::string type;  // "ext4", "xfs", or the magic number
  std::uint64_t total_bytes = 0;
  std::uint64_t free_bytes = 0;   // for who asks
  std::uint64_t total_files = 0;  // 0: the file system counts none
  std::uint64_t free_files = 0;
  bool read_only = false;
};
Result<FileSystem> file_system_of(const std::filesystem::path& path);

// `path`, or the nearest folder above it that is there.
std::filesystem::path nearest_folder(std::filesystem::path path);

// What stat(2) says about a file or folder.
struct FileFacts {
  std::filesystem::path path;
  bool exists = false;
  bool is_folder = false;
  uid_t owner = 0;
  mode_t mode = 0;  // permissions alone
};
FileFacts file_facts(const std::filesystem::path& path);

}  // namespace berth::doctor
