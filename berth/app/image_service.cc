#include "berth/app/image_service.h"

#include "berth/app/base_judgement.h"
#include "berth/app/engine_handover.h"
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
  options.judge_wheels = [&](const std::filesystem::path& wheels) {
    return judge_base_wheels(settings, wheels, on_step ? on_step : [](std::string_view) {});
  };
  BERTH_TRY(image::BaseImage made, image::make_base_image(options));
  image::Reference name = made.reference;
  name.registry = "localhost";
  BERTH_CHECK_OK(hand_to_engine(settings, name, on_step));
  return made;
}

}  // namespace berth::app
