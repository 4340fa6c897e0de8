#include "berth/app/create_journal.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "berth/app/engine_leftovers.h"
#include "berth/base/sha256.h"
#include "berth/image/work_folder.h"
#include "berth/sys/file.h"

namespace berth::app {
namespace {

using container::EngineKind;

constexpr EngineKind kEngines[] = {EngineKind::Docker, EngineKind::Podman};
constexpr std::size_t kLargestText = 1 << 20;
constexpr auto kPatience = std::chrono::seconds(1);  // whoever only looks holds it for a moment

}  // namespace

std::filesystem::path create_folder(const Settings& settings) { return settings.cache / "create"; }

std::filesystem::path create_journal(const Settings& settings) { return settings.cache / "create-journal"; }

image::BuilderOptions builder_options(const Settings& settings, const std::filesystem::path& graph_root) {
  image::BuilderOptions builder;
  builder.graph_root = graph_root;
  builder.storage_is_set = !settings.storage.empty();
  if (settings.ordinary_user) builder.ordinary_user = settings.ordinary_user->uid;
  builder.cache_folder = settings.cache;
  builder.name = "berth-create-" + sha256_hex(create_folder(settings).native()).substr(0, 12);
  return builder;
}

std::optional<LeftBuild> find_left_build(const Settings& settings, const std::filesystem::path& graph_root) {
  // The lock first, as below.
  const bool is_going_on = image::WorkFolder::is_held(create_folder(settings));
  const std::vector<std::string> names = left_build_names(settings, graph_root);
  const auto containers = image::read_stored_containers(graph_root).value_or(std::vector<image::StoredContainer>());
  for (const image::StoredContainer& one : containers) {
    if (std::ranges::find(names, one.name) != names.end()) return LeftBuild{one, is_going_on};
  }
  if (names.size() < 2) return std::nullopt;
  return LeftBuild{{.id = {}, .name = names.back(), .image = {}, .layer = {}}, is_going_on};
}

std::vector<std::string> left_build_names(const Settings& settings, const std::filesystem::path& graph_root) {
  std::vector<std::string> names = {builder_options(settings, graph_root).name};
  for (EngineBuild& one : noted_engine_builds(settings.cache)) names.push_back(std::move(one.name));
  return names;
}

Result<void> remove_left_build(const Settings& settings, const std::filesystem::path& graph_root) {
  const auto doing = [] { return "remove the container that an interrupted 'image create' has left"; };
  BERTH_TRY(const image::WorkFolder work,
            image::WorkFolder::open(create_folder(settings), std::chrono::steady_clock::now() + kPatience, {})
                .context(doing));
  const image::BuilderOptions options = builder_options(settings, graph_root);
  BERTH_TRY(const auto containers, image::read_stored_containers(graph_root).context(doing));
  if (std::ranges::find(containers, options.name, &image::StoredContainer::name) != containers.end()) {
    BERTH_TRY(const image::Builder builder, image::Builder::open(options).context(doing));
    BERTH_CHECK_OK(builder.sweep().context(doing));
  }
  for (const EngineKind kind : kEngines) BERTH_CHECK_OK(sweep_engine_builds(settings.cache, kind).context(doing));
  return {};
}

Result<void> CreateJournal::begin(const std::string& own_name) const {
  return sys::write_file_atomically(create_journal(settings_), own_name, 0644);
}

void CreateJournal::end() const {
  std::error_code ignored;
  std::filesystem::remove(create_journal(settings_), ignored);
}

Result<void> CreateJournal::sweep(const std::filesystem::path& graph_root, const image::ImageBuilder& builder) const {
  BERTH_CHECK_OK(builder.sweep());
  // Of an engine that builds no more: what cannot be removed stays noted, and is nothing to this build.
  for (const EngineKind kind : kEngines) static_cast<void>(sweep_engine_builds(settings_.cache, kind));
  const auto unfinished = unfinished_image(settings_);
  if (!unfinished) return {};
  BERTH_TRY(const image::LocalStore store, image::LocalStore::open(graph_root));
  BERTH_TRY(const auto images, store.list_images());
  for (const std::string& id : images_without_name(store, images, unfinished->name)) {
    BERTH_CHECK_OK(builder.remove_image(id).context([] { return "remove what an interrupted build has left"; }));
  }
  end();
  return {};
}

std::optional<Unfinished> unfinished_image(const Settings& settings) {
  // The lock first: what ends in between has taken its journal along.
  const bool is_going_on = image::WorkFolder::is_held(create_folder(settings));
  auto name = sys::read_file(create_journal(settings), kLargestText);
  if (!name) return std::nullopt;
  return Unfinished{std::move(*name), is_going_on};
}

std::vector<std::string> images_without_name(const image::LocalStore& store,
                                             const std::vector<image::StoredImage>& images, const std::string& name) {
  std::vector<std::string> ids;
  for (const image::StoredImage& one : images) {
    if (!one.names.empty()) continue;
    const auto image = store.read_image(one);
    if (image && image->config.env_value("DOCKER_IMAGE") == name) ids.push_back(one.id);
  }
  return ids;
}

}  // namespace berth::app
