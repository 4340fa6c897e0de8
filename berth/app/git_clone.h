// Fetches a repository of git that may be hostile.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "berth/base/result.h"

namespace berth::app {

// Whether `origin` is something to clone rather than a path: a URL, `user@host:path`, or ends in `.git`. Pure.
bool is_git_origin(std::string_view origin);

// `origin` without user and password, for lists and errors. Pure.
std::string shown_origin(std::string_view origin);

// Why `origin` is not cloned, or empty: protocols other than https, ssh and file (http from loopback alone), helpers
// such as `ext::`, what git would take for an option. Pure.
std::string problem_of_git_origin(std::string_view origin);

// Clones the newest commit of `origin` into `folder`, which must not exist: no hooks, no submodules, no other
// protocols, no program of the repository's choice; symbolic links become files that hold their target. Credentials are
// those of the machine's own configuration of git, and nobody is asked for one. What is no content of a checkout (.git)
// is removed.
// Errors: InvalidInput for a refused origin; NotFound without git; Unavailable with git's last words; TimedOut;
// Exhausted when the checkout is too large.
Result<void> clone_repository(const std::string& origin, const std::filesystem::path& folder);

}  // namespace berth::app
