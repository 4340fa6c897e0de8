#include "berth/app/created_images.h"

#include <algorithm>

#include "berth/app/create_judgement.h"
#include "berth/image/tag_order.h"

namespace berth::app {

Result<std::optional<CreatedImage>> find_created_image(const std::filesystem::path& graph_root,
                                                       const image::Reference& name, const ImageLabels& labels) {
  BERTH_TRY(const image::LocalStore store, image::LocalStore::open(graph_root));
  BERTH_TRY(std::vector<std::string> tags, store.tags_of(name));
  std::ranges::sort(tags, [](const auto& a, const auto& b) { return image::is_newer_tag(a, b); });
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
