// The user namespace in which the Berth of an ordinary user is root.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "berth/base/result.h"
#include "berth/sys/id_map.h"

namespace berth::sys {

// Who asks, as the tables of the system know them.
struct User {
  uid_t uid = 0;
  gid_t gid = 0;
  std::string name;  // the number where the system has no name
};

// The user of this process. Errors: those of reading the table of users.
Result<User> invoking_user();

// The maps of a user's own namespace: id 0 is the user, 1.. are the ids granted to them, the lowest first. This is the
// mapping under which buildah and podman keep an ordinary user's images, so that files have the same owners in it.
struct OwnMaps {
  IdMap users;
  IdMap groups;
};

// Pure. `subuid` and `subgid` are the texts of the files of those names; lines may name the user or their number.
// Errors: Unavailable, with the line to add, where fewer than kFewestIds are granted.
Result<OwnMaps> own_maps(const User& user, std::string_view subuid, std::string_view subgid);
constexpr std::uint32_t kFewestIds = 65'536;

// What can keep an ordinary user from making a user namespace, as the machine tells it.
struct NamespaceRules {
  std::string most;        // user.max_user_namespaces
  std::string clone;       // kernel.unprivileged_userns_clone: of Debian's older kernels
  std::string restricted;  // kernel.apparmor_restrict_unprivileged_userns
};

// The reason and the remedy for a namespace that the kernel did not make, or made without power. Pure.
std::string why_no_namespace(const NamespaceRules& rules);

// Moves this process, which must have one thread, into a user and a mount namespace of its own, in which it is root:
// mounts made from here on are seen by it and its children alone, and gone with them. What it may do with files of the
// machine stays what the user may.
// Errors: Unavailable, with the remedy: no ids granted, newuidmap missing, user namespaces forbidden.
Result<void> enter_own_namespace(const User& user);

}  // namespace berth::sys
