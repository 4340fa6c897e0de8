#include "berth/app/created_images.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "berth/app/create_judgement.h"
#include "berth/image/image_tree.h"
#include "berth/image/inventory_reader.h"
#include "berth/image/tag_order.h"

namespace berth::app {

Result<std::optional<CreatedImage>> find_created_image(const std::filesystem::path& graph_root,
                                                       const image::Reference& name, const ImageLabels& labels) {
  BERTH_TRY(const image::LocalStore store, image::LocalStore::open(graph_root));
  BERTH_TRY(std::vector<std::string> tags, store.tags_of(name));
  std::ranges::sort(tags, [](const auto& a, const auto& b) { return image::is_taken_before(a, b); });
  for (const std::string& tag : tags) {
    image::Reference tagged = name;
    tagged.tag = tag;
    const auto found = store.find_image(tagged);
    // A damaged image is no reason to stop: a whole one is made beside it.
    const auto has = [&](const auto& label) { return found->config.label(label.first) == label.second; };
    if (found && std::ranges::all_of(labels, has)) {
      return std::optional(describe_created_image(store, *found, name, tag));
    }
  }
  return std::optional<CreatedImage>();
}

Result<MadeImage> read_made_image(const std::filesystem::path& graph_root, const std::string& id) {
  BERTH_TRY(const image::LocalStore store, image::LocalStore::open(graph_root));
  BERTH_TRY(const auto images, store.list_images());
  const auto record = std::ranges::find(images, id, &image::StoredImage::id);
  if (record == images.end()) return fail(Errc::Corrupt, fmt::format("the image '{}' is not in the storage", id));
  BERTH_TRY(image::LocalImage image, store.read_image(*record));
  BERTH_TRY(const image::ImageTree tree, image::ImageTree::open(image.layer_folders));
  BERTH_TRY(image::Inventory inventory, image::read_inventory(tree));
  return MadeImage{std::move(image), std::move(inventory)};
}

CreatedImage describe_created_image(const image::LocalStore& store, const image::LocalImage& image,
                                    const image::Reference& name, const std::string& tag) {
  CreatedImage created;
  created.reference.path = name.path;
  created.reference.tag = tag;
  created.id = image.id;
  created.digest = image.digest;
  created.size_bytes = store.size_bytes_of(image).value_or(0);
  if (auto judgement = parse_json(image.config.label(kRecordLabel))) created.judgement = *std::move(judgement);
  return created;
}

}  // namespace berth::app
