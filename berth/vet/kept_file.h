// A file that is replaced whole or not at all, with the one before it kept beside it.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "berth/base/result.h"

namespace berth::vet {

// Where the one before `path` lies.
std::filesystem::path file_before(const std::filesystem::path& path);

// Puts `bytes` at `path`, synced; the file that lies there stays until then, and is kept (file_before) where `is_good`
// says that it can be read. The folder is made. Others who replace files of this folder wait meanwhile; what they left
// when they were killed is removed. Errors: what writing says; then nothing is changed.
Result<void> replace_kept_file(const std::filesystem::path& path, std::string_view bytes,
                               const std::function<bool()>& is_good);

// Removes both. Errors: NotFound when there is neither.
Result<void> remove_kept_file(const std::filesystem::path& path);

}  // namespace berth::vet
