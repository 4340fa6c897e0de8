// One entry of a tar.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace berth::image {

enum class TarKind { File, HardLink, SymbolicLink, CharacterDevice, BlockDevice, Folder, Fifo };

struct TarEntry {
  TarKind kind = TarKind::File;
  std::string name;              // as it stands there, an extended header's name in place of the short one
  std::string target;            // of a link
  std::uint64_t size_bytes = 0;  // of a file; 0 for all else
  std::uint64_t uid = 0;
  std::uint64_t gid = 0;
  std::uint64_t device_major = 0;
  std::uint64_t device_minor = 0;
  std::map<std::string, std::string, std::less<>> attributes;  // extended ones, by name
};

}  // namespace berth::image
