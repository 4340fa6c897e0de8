// Fetches a repository of git that may be hostile.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "berth/base/result.h"

namespace berth::app {

// Whether `origin` is something to clone rather than a path: a URL, `user@host:path`, `helper::...`, or a path that
// ends in `.git`. Pure.
bool is_git_origin(std::string_view origin);

// Why `origin` is not cloned, or empty: protocols other than https, ssh and file (http from this machine alone),
// helpers such as `ext::`, a password in it, what git could take for an option. Never cites a password. Pure.
std::string problem_of_git_origin(std::string_view origin);

// Clones the newest commit of `origin` into `folder`, which must not exist, and returns the commit's id. No hooks, no
// submodules, no filters of the repository's choice, no other protocols; symbolic links become files that hold their
// target; the folder `.git` is removed. Credentials are those of the machine's own configuration of git, and nobody is
// asked for one.
// Errors: InvalidInput for a refused origin; NotFound without git; Unavailable with git's last words; TimedOut after
// ten minutes; Exhausted when the checkout would be too large.
Result<std::string> clone_repository(const std::string& origin, const std::filesystem::path& folder);

}  // namespace berth::app
