// The kept mounts: one read-only root per image and range of ids, mounted once and used by every call after.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/base/unique_fd.h"
#include "berth/container/launch_spec.h"
#include "berth/container/runtime_folder.h"
#include "berth/sys/id_map.h"

namespace berth::container {

// A detached, read-only copy of the root of `image`, whose files appear with their own owners in a user namespace
// mapped to `ids`. The first use for an image and slot mounts one overlay of the layer folders, each shifted by an
// idmapped mount; it stays as `roots/<image>-<slot>`.
// Errors: Unavailable where the kernel or the file system has no idmapped mounts; Corrupt when a layer is missing.
Result<UniqueFd> open_image_root(const RuntimeFolder& folder, const ImageRoot& image, sys::IdRange ids,
                                 std::uint32_t slot, bool user_namespace);

// The same without the machine's ids: files keep the owners that they have in this user namespace, and nothing is kept,
// because a mount of an ordinary user is seen in its own namespace alone.
// Errors: Unavailable where the kernel has no overlay for ordinary users (before Linux 5.13); Corrupt.
Result<UniqueFd> mount_image_root(const RuntimeFolder& folder, const ImageRoot& image);

// Names of the kept mounts, and their removal. Mounts in use live on in the containers that use them.
Result<std::vector<std::string>> kept_roots(const RuntimeFolder& folder);
Result<void> remove_kept_root(const RuntimeFolder& folder, const std::string& name);
// Those of the image whose id is `image_id` (64 digits). One that cannot be taken down now is what `berth prune` is
// for.
void remove_kept_roots_of(const RuntimeFolder& folder, std::string_view image_id);

}  // namespace berth::container
