#include "berth/app/engine_handover.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "berth/container/engine_kind.h"
#include "berth/image/engine_images.h"
#include "berth/image/engine_place.h"
#include "berth/image/storage_places.h"
#include "berth/sys/engine_program.h"

namespace berth::app {
namespace {

constexpr auto kCopyTime = std::chrono::minutes(10);

}  // namespace

InEngine find_in_engine(const image::LocalImage& made, const std::optional<image::LocalImage>& inspected) {
  if (!inspected) return InEngine::Missing;
  if (inspected->id == made.id) return InEngine::Same;
  // The labels of what Berth makes have its tag and the digest of all that is in it.
  const auto& labels = made.config.labels;
  return !labels.empty() && std::ranges::is_permutation(labels, inspected->config.labels) ? InEngine::Same
                                                                                          : InEngine::Another;
}

Result<PutImage> put_into_engine(const image::StorageTool& storage, const image::LocalImage& image,
                                 const image::Reference& name, const sys::EngineProgram& program,
                                 const image::EnginePlace& place,
                                 const std::function<void(std::string_view)>& on_step) {
  image::EngineImages images(program);
  BERTH_TRY(auto there, images.find_named(name));
  switch (find_in_engine(image, there)) {
    case InEngine::Same:
      return PutImage{there->id, false};
    case InEngine::Another:
      return fail(Errc::AlreadyExists, fmt::format("{} has another image under the name '{}', and a tag never moves",
                                                   program.name, image::to_string(name)));
    case InEngine::Missing:
      break;
  }
  if (on_step) on_step(fmt::format("putting {} into {}", image::to_string(name), program.name));
  BERTH_CHECK_OK(image::copy_to_engine(storage, image.id, place, name, kCopyTime));
  BERTH_TRY(there, images.find_named(name));
  if (!there) return fail(Errc::Unavailable, fmt::format("{} took it, and does not have it", program.name));
  return PutImage{there->id, true};
}

Result<bool> hand_to_engine(const Settings& settings, const image::Reference& name,
                            const std::function<void(std::string_view)>& on_step) {
  if (settings.engine == container::EngineKind::Native || settings.ordinary_user) return false;
  const sys::EngineProgram program = sys::engine_program(container::name_of(settings.engine));
  const std::string text = image::to_string(name);
  const auto doing = [&](std::string_view remedy) {
    return fmt::format("'{}' is made, but could not be put into {}, which makes containers here; {}", text,
                       program.name, remedy);
  };
  const auto again = [&] { return doing("the same command tries it again"); };
  BERTH_TRY(const auto graph_root, image::find_graph_root(storage_places(settings)));
  BERTH_TRY(const auto store, image::LocalStore::open(graph_root));
  BERTH_TRY(const image::LocalImage made, store.find_image(name));
  BERTH_TRY(const image::EnginePlace place, image::find_engine_place(program, graph_root).context(again));
  if (place.is_the_storage) return false;
  const image::StorageTool storage{
      .graph_root = graph_root, .is_set = !settings.storage.empty(), .ordinary_user = {}, .run_folder = {}};
  auto put = put_into_engine(storage, made, name, program, place, on_step);
  if (put) return put->is_new;
  if (put.error().code() != Errc::AlreadyExists) return std::unexpected(std::move(put).error().in(again()));
  return std::unexpected(std::move(put).error().in(
      doing(fmt::format("remove the image that is there ('{} image rm {}'), or make one with the next tag (--rebuild)",
                        program.name, text))));
}

Result<std::optional<sys::EngineProgram>> engine_with_images(const Settings& settings) {
  if (settings.engine == container::EngineKind::Native || settings.ordinary_user) return std::nullopt;
  sys::EngineProgram program = sys::engine_program(container::name_of(settings.engine));
  if (settings.engine == container::EngineKind::Podman) {
    BERTH_TRY(const auto graph_root, image::find_graph_root(storage_places(settings)));
    BERTH_TRY(const image::EnginePlace place, image::find_engine_place(program, graph_root));
    if (place.is_the_storage) return std::nullopt;
  }
  return program;
}

Result<image::ResolvedImage> resolve_for_calls(const Settings& settings, const image::Reference& wanted) {
  if (settings.engine == container::EngineKind::Native) {
    BERTH_TRY(const auto graph_root, image::find_graph_root(storage_places(settings)));
    BERTH_TRY(const auto store, image::LocalStore::open(graph_root));
    return image::resolve_image(store, wanted, settings.substitutes, settings.trust);
  }
  image::EngineImages images(sys::engine_program(container::name_of(settings.engine)));
  BERTH_TRY(const image::ResolvedImage* found, images.resolve(wanted, settings.substitutes, settings.trust));
  return *found;
}

}  // namespace berth::app
