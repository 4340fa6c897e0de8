#include "berth/app/image_service.h"

#include <algorithm>

#include "berth/image/storage_places.h"

namespace berth::app {

Result<image::BaseImage> make_base_image(const Settings& settings, std::string_view recipe,
                                         const std::function<void(std::string_view)>& on_step) {
  image::BaseImageOptions options;
  BERTH_TRY(options.recipe, image::recipe_of(recipe));
  options.release_sources = settings.python2_sources;
  options.cache_folder = settings.cache;
  options.state_folder = settings.state;
  if (settings.ordinary_user) options.ordinary_user = settings.ordinary_user->uid;
  BERTH_TRY(options.graph_root, image::find_graph_root(storage_places(settings)));
  options.storage_is_set = !settings.storage.empty();
  options.on_step = on_step;
  return image::make_base_image(options);
}

Result<std::vector<ListedImage>> list_images(const Settings& settings) {
  BERTH_TRY(const auto graph_root, image::find_graph_root(storage_places(settings)));
  BERTH_TRY(const auto store, image::LocalStore::open(graph_root));
  BERTH_TRY(const auto records, store.list_images());
  std::vector<ListedImage> images;
  for (const image::StoredImage& stored : records) {
    if (stored.names.empty()) continue;
    BERTH_TRY(image::LocalImage image, store.read_image(stored));
    BERTH_TRY(const std::uint64_t size_bytes, store.size_bytes_of(image));
    images.push_back({std::move(image), size_bytes});
  }
  std::ranges::sort(images, {}, [](const ListedImage& listed) { return image::to_string(listed.image.names.front()); });
  return images;
}

}  // namespace berth::app
