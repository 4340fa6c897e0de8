// Lock files of Python's tools: Pipfile.lock, poetry.lock, uv.lock, pylock.toml.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "berth/base/result.h"
#include "berth/vet/locked_package.h"

namespace berth::vet {

enum class LockKind { Requirements, Pipfile, Poetry, Uv, Pylock };

// By the file's name: "Pipfile.lock", "poetry.lock", "uv.lock", "pylock.toml" or "pylock.NAME.toml", and for
// requirements any name that ends in ".txt" or ".in"; nothing for others.
std::optional<LockKind> lock_kind_of(std::string_view file_name);

// Each reads one whole text; `name` is what origins call it. Packages of all groups are read, also those that are for
// development alone: they are judged as they would be installed. What a lock names from elsewhere than an index keeps
// its location; the project's own folder is passed over. Credentials in addresses are left out.
// Errors: InvalidInput for what is no such file, with the place where the form breaks; Exhausted past a bound.
Result<LockFile> parse_pipfile_lock(std::string_view text, std::string_view name);
Result<LockFile> parse_poetry_lock(std::string_view text, std::string_view name);
Result<LockFile> parse_uv_lock(std::string_view text, std::string_view name);
Result<LockFile> parse_pylock(std::string_view text, std::string_view name);

// The one of these that `kind` names; requirements are not among them, which may include other files
// (read_requirements).
Result<LockFile> parse_lock(LockKind kind, std::string_view text, std::string_view name);

// Reads the file at `path` by its name.
// Errors: as above and read_requirements; InvalidInput for a name that says nothing of the form.
Result<LockFile> read_lock_file(const std::filesystem::path& path);

// `address` without user and password; `https://***` where the password is not escaped, so that nobody knows which host
// is meant.
std::string without_credentials(std::string_view address);

}  // namespace berth::vet
