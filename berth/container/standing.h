// A kept container that is there: held, and looked at from outside.
#pragma once

#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"
#include "berth/container/kept.h"

namespace berth::container {

// A container that was found standing, held so that its number can mean no other.
struct Standing {
  UniqueFd init;                // pidfd
  UniqueFd root;                // of its files
  int namespaces = 0;           // CLONE_NEW..., those of its init that are not ours already
  std::vector<UniqueFd> tasks;  // of its cgroups, to write "0" to
};

// Errors: NotFound when it stands no more; Denied where this user may not look into it.
Result<Standing> look_at(const KeptContainer& container);

// Whether `path`, a value of PATH, leads to a shell in it.
bool has_shell(const Standing& standing, std::string_view path);

}  // namespace berth::container
