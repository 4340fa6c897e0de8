// Takes names from images, and images from the storage, with the tools whose storage it is.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

#include "berth/base/result.h"
#include "berth/image/reference.h"

namespace berth::image {

// Which storage the tools are to work on.
struct ToolStorage {
  std::filesystem::path graph_root;
  bool is_set = false;                 // by the operator: else root's tools find it themselves
  std::optional<uid_t> ordinary_user;  // who asks, in a namespace of their own
  std::filesystem::path cache_folder;  // for what the tools keep while they run
};

// Takes one of several names from an image. Errors: NotFound without the tool; Unavailable with its words.
Result<void> untag_image(const ToolStorage& storage, const Reference& name);

// Removes the image with all its names, and the layers that no other image has. Exactly this image: nothing that it was
// built on goes with it. Errors: as above; Unavailable also where a container of another tool has it.
Result<void> delete_image(const ToolStorage& storage, const std::string& id);

}  // namespace berth::image
