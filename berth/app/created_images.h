// The images that were created here, as the storage has them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "berth/app/image_create.h"
#include "berth/base/result.h"
#include "berth/image/inventory.h"
#include "berth/image/local_store.h"
#include "berth/image/reference.h"

namespace berth::app {

using ImageLabels = std::vector<std::pair<std::string_view, std::string>>;

// The newest image of `name` that has all `labels`; one that is damaged is passed over. Errors: those of the storage.
Result<std::optional<CreatedImage>> find_created_image(const std::filesystem::path& graph_root,
                                                       const image::Reference& name, const ImageLabels& labels);

// An image and what lies in its layers.
struct MadeImage {
  image::LocalImage image;
  image::Inventory inventory;
};

// The image with the id `id`. Errors: Corrupt when it is not there; those of the storage and of reading the layers.
Result<MadeImage> read_made_image(const std::filesystem::path& graph_root, const std::string& id);

// What the storage tells of an image with the tag `tag`, its judgement among it.
CreatedImage describe_created_image(const image::LocalStore& store, const image::LocalImage& image,
                                    const image::Reference& name, const std::string& tag);

}  // namespace berth::app
