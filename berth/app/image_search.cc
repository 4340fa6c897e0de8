#include "berth/app/image_search.h"

#include <fmt/format.h>

#include <algorithm>

#include "berth/base/lower_case.h"
#include "berth/image/inventory_cache.h"
#include "berth/image/storage_places.h"

namespace berth::app {
namespace {

std::string name_of_image(const image::LocalImage& image) {
  return image.names.empty() ? image.id.substr(0, 12) : image::to_string(image.names.front());
}

}  // namespace

std::vector<ImageHit> hits_in(const image::LocalImage& image, const image::Inventory& inventory,
                              std::string_view text) {
  const std::string wanted = lower_case(text);
  const std::string normalized = image::normalized_python_name(text);
  const std::string name = name_of_image(image);
  std::vector<ImageHit> hits;
  for (const image::Reference& own : image.names) {
    if (lower_case(image::to_string(own)).contains(wanted)) hits.push_back({name, "name", image::to_string(own)});
  }
  for (const auto& [label, value] : image.config.labels) {
    if (lower_case(value).contains(wanted)) hits.push_back({name, "label", fmt::format("{}={}", label, value)});
  }
  for (const image::DistributionPackage& package : inventory.packages) {
    if (!lower_case(package.name).contains(wanted)) continue;
    hits.push_back({name, "package", fmt::format("{} {}", package.name, package.version)});
  }
  for (const image::PythonDistribution& distribution : inventory.python) {
    if (!image::normalized_python_name(distribution.name).contains(normalized)) continue;
    hits.push_back({name, "Python", fmt::format("{} {}", distribution.name, distribution.version)});
  }
  return hits;
}

Result<ImageSearch> search_images(const Settings& settings, std::string_view text,
                                  const std::function<void(std::string_view)>& on_step) {
  if (text.empty()) return fail(Errc::InvalidInput, "search images: the text is empty; name what to look for");
  BERTH_TRY(const auto graph_root, image::find_graph_root(storage_places(settings)));
  BERTH_TRY(const auto store, image::LocalStore::open(graph_root));
  BERTH_TRY(const auto images, store.list_images());
  const image::InventoryCache inventories(settings.cache);
  ImageSearch search;
  for (const image::StoredImage& stored : images) {
    if (stored.names.empty()) continue;
    if (on_step) on_step(fmt::format("looking into {}", image::to_string(stored.names.front())));
    const auto look = [&]() -> Result<void> {
      BERTH_TRY(const image::LocalImage image, store.read_image(stored));
      BERTH_TRY(const image::Inventory inventory, inventories.get(image));
      std::ranges::move(hits_in(image, inventory, text), std::back_inserter(search.hits));
      return {};
    };
    if (const auto looked = look(); !looked) search.warnings.push_back(looked.error().message());
  }
  return search;
}

}  // namespace berth::app
