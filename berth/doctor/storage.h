// The storage of images: that it can be read, that there is room, and that the images are there which Berth falls back
// to.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "berth/base/result.h"
#include "berth/doctor/check.h"
#include "berth/doctor/file_system.h"
#include "berth/image/local_store.h"

namespace berth::doctor {

struct StorageFacts {
  Result<std::filesystem::path> root;
  bool exists = false;
  std::optional<std::string> driver;  // that storage.conf asks for
  Result<std::size_t> images;         // how many there are, or why they cannot be told
};
StorageFacts storage_facts(const Asked& asked);
CheckResult judge_storage(const StorageFacts& facts);

struct SpaceFacts {
  std::filesystem::path folder;  // the nearest that is there
  Result<FileSystem> file_system;
};
SpaceFacts space_facts(const std::filesystem::path& folder);
CheckResult judge_space(const SpaceFacts& facts);

// The image that a call gets whose item names none: its name, or why it is not to be had.
Result<std::string> find_default_image(const Asked& asked, const std::string& name);
// `remedy` makes that image. `storage`: whether the storage can be read at all.
CheckResult judge_default_image(const Result<std::string>& found, const std::string& remedy, bool storage);

// Where the storage lies; the default place where storage.conf cannot be read.
std::filesystem::path storage_folder(const Asked& asked);

}  // namespace berth::doctor
