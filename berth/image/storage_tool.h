// skopeo, as the way into and out of the machine's container storage. What it is given was judged before.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "berth/base/result.h"
#include "berth/image/reference.h"

namespace berth::image {

// Which storage, and whose.
struct StorageTool {
  std::filesystem::path graph_root;
  bool is_set = false;  // an operator's setting named it; else the tool finds it as every user of it does
  std::optional<uid_t> ordinary_user;  // for whom we are root of a namespace of their own
  std::filesystem::path run_folder;    // for an ordinary user: where the storage keeps what a restart may lose
};

// What stands behind `containers-storage:`, before the name. For an ordinary user the storage is always said: without
// fuse-overlayfs the tools of Debian 12 would choose a driver without overlays.
std::string storage_words(const StorageTool& storage);

// Variables for the tool. An ordinary user's tool would else make a namespace of its own, in which ours is not mapped.
std::vector<std::string> storage_environment(const StorageTool& storage);

// Bounds for one run of the tool. A run that needs more fails.
struct ToolBounds {
  std::chrono::steady_clock::time_point deadline;
  std::uint64_t memory_bytes = 1 << 30;
  std::uint64_t file_bytes = 0;  // of the largest file that it writes
};

// Copies an image from `folder`, in the form `dir:` (manifest.json, version, and blobs by their hexadecimal digits),
// into the storage under `name`, which has a tag or a digest. The digest stays. What the tool needs besides lies in
// `folder`. Errors: those of sys::run_tool.
Result<void> copy_into_storage(const StorageTool& storage, const std::filesystem::path& folder, const Reference& name,
                               const ToolBounds& bounds);

// The same without a name: `id` is the digest of its configuration, in hexadecimal digits.
Result<void> copy_into_storage(const StorageTool& storage, const std::filesystem::path& folder, const std::string& id,
                               const ToolBounds& bounds);

// Gives the image `id` of the storage the name `name`, beside those that it has. `folder` is for what the tool needs
// besides. Errors: those of sys::run_tool.
Result<void> name_in_storage(const StorageTool& storage, const std::string& id, const Reference& name,
                             const std::filesystem::path& folder, const ToolBounds& bounds);

// Copies the image `id` out of the storage into the new folder `folder`, in the same form.
//
// With DigestKept::Same the digest stays, and the copy fails where the storage has not what that takes: layers that
// came packed are kept unpacked. With DigestKept::Any layers are packed with gzip, and the digest may be another.
// Errors: those of sys::run_tool, Unavailable for a digest that cannot stay.
enum class DigestKept { Same, Any };
Result<void> copy_out_of_storage(const StorageTool& storage, const std::string& id, const std::filesystem::path& folder,
                                 DigestKept digest, const ToolBounds& bounds);

}  // namespace berth::image
