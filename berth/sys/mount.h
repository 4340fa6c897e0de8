// Mounts by descriptor: made detached, given their attributes, then attached where they belong.
//
// On the new mount API (open_tree, fsopen, mount_setattr, move_mount: Linux 5.12), because a detached mount is seen by
// nobody until it is complete, and is gone by itself when its descriptor closes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"

namespace berth::sys {

// Attributes of a mount, MOUNT_ATTR_... of linux/mount.h.
using MountAttributes = std::uint64_t;

using MountOptions = std::vector<std::pair<std::string, std::string>>;  // an empty value is a flag

// A new file system of `type`, mounted but not attached.
Result<UniqueFd> make_mount(std::string_view type, const MountOptions& options, MountAttributes attributes);

// A detached copy of the mount at `path` below folder `at` (AT_FDCWD for none), starting at that folder or file; no
// link in the last component is followed.
Result<UniqueFd> copy_mount(int at, const std::string& path);

// Sets attributes of a detached mount, and its id mapping where `user_namespace` is 0 or more.
Result<void> set_mount_attributes(int mount, MountAttributes attributes, int user_namespace = -1);

// Attaches a detached mount at `path` below folder `at`. No component of `path` may be a symbolic link, so that an
// image cannot send a mount elsewhere (CVE-2025-31133 and its kin).
Result<void> attach_mount(int mount, int at, const std::string& path);

// The same for a mount of a single file, over the file at `path`. A link there is not followed: it is covered itself,
// and is a file from then on. Images have /etc/resolv.conf as a link.
Result<void> attach_file(int mount, int at, const std::string& path);

// Ends the propagation of mounts between this mount namespace and others, for every mount in it.
Result<void> make_mounts_private();

// Whether `path` is the root of a mounted file system of that magic number (statfs(2)).
bool is_mounted(const std::string& path, std::int64_t magic);

// Takes the mount at `path` away, at once for lookups and when the last user has gone for the rest.
Result<void> detach_mount(const std::string& path);

}  // namespace berth::sys
