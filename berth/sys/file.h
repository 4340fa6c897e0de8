// Files and folders: bounded reads, whole writes, and paths that stay inside a root.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"

namespace berth::sys {

// Opens a folder, close-on-exec, as a root for the functions below.
Result<UniqueFd> open_folder(const std::filesystem::path& path);

// As open_folder, but only as a place to start from: neither needs nor gives the right to list it.
Result<UniqueFd> open_place(const std::filesystem::path& path);

// Opens `inside` below the folder `root`: no `..` and no symbolic link leads out of it, absolute links start at it.
// `flags` as for open(2); O_CLOEXEC is added. `what` names the root in errors.
// Errors: NotFound; Denied when a link or a magic link would lead outside.
Result<UniqueFd> open_in_root(int root, const std::filesystem::path& inside, int flags, std::string_view what);

// As open_in_root, but no component may be a symbolic link at all: for what a script left behind.
Result<UniqueFd> open_without_links(int root, const std::filesystem::path& inside, int flags, std::string_view what);

// The same, and no mount on the way or at the end is entered: for folders that a container has, too, whose processes
// may mount over what is in them.
Result<UniqueFd> open_without_links_or_mounts(int root, const std::filesystem::path& inside, int flags,
                                              std::string_view what);

// Reads all of a regular file. Errors: NotFound; InvalidInput when it is no regular file; Exhausted when it holds
// more than `limit_bytes`. `name` is what errors call it.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit_bytes);
Result<std::string> read_file(const UniqueFd& file, std::size_t limit_bytes, std::string_view name);

// Reads `fd` to its end, a pipe included. Errors: Exhausted past the limit.
Result<std::string> read_to_end(int fd, std::size_t limit_bytes, std::string_view name);

// Puts `bytes` at `path` whole or not at all: written beside it, synced, renamed.
Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view bytes, mode_t mode);

// Writes all of `bytes` to `fd`.
Result<void> write_all(int fd, std::string_view bytes, std::string_view name);

// Makes a folder and the missing ones above it.
Result<void> make_folders(const std::filesystem::path& path, mode_t mode);

}  // namespace berth::sys
