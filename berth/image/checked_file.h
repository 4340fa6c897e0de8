// JSON that a cache keeps, with a digest in front: what is damaged, another version's or another user's is not there.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "berth/base/json.h"
#include "berth/base/result.h"

namespace berth::image {

// Puts `json` at `path` whole or not at all, readable by all and writable by us alone. `kind` names what it is and its
// version, "inventory 1": a file of another kind is not read. Makes the folder. Errors: those of writing.
Result<void> write_checked_file(const std::filesystem::path& path, std::string_view kind, const Json& json);

// What write_checked_file put there; nothing where there is no such file that can be trusted: of this user, writable by
// nobody else, whole by its digest, of this kind.
std::optional<Json> read_checked_file(const std::filesystem::path& path, std::string_view kind);

}  // namespace berth::image
