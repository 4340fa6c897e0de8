#include "berth/app/created_contents.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "berth/image/inventory_cache.h"
#include "berth/image/local_store.h"

namespace berth::app {
namespace {

Result<void> read_contents(const image::CreateRequest& request, const Settings& settings, CreatedImage& created) {
  BERTH_TRY(const std::filesystem::path root, image::find_graph_root(storage_places(settings)));
  BERTH_TRY(const image::LocalStore store, image::LocalStore::open(root));
  image::Reference name = created.reference;
  name.registry = "localhost";
  BERTH_TRY(const image::LocalImage image, store.find_image(name));
  image::CreateRecipe& recipe = created.recipe;
  recipe.request = request;
  recipe.base.name = image.config.label("org.opencontainers.image.base.name");
  recipe.base.digest = image.config.label("org.opencontainers.image.base.digest");
  BERTH_TRY(image::Reference base_name, image::parse_reference(recipe.base.name));
  base_name.digest = recipe.base.digest;
  BERTH_TRY(const image::LocalImage base, store.find_image(base_name).context([] { return "find its base"; }));
  const image::InventoryCache inventories(settings.cache);
  BERTH_TRY(const image::Inventory made, inventories.get(image));
  BERTH_TRY(const image::Inventory below, inventories.get(base));
  add_contents(made, below, recipe);
  return {};
}

}  // namespace

std::string made_of(const image::CreateRecipe& recipe) {
  const std::size_t libraries = recipe.libraries.size();
  const std::size_t packages = recipe.packages.size();
  return fmt::format("made of {} {} and {} package{} on {}", libraries, libraries == 1 ? "library" : "libraries",
                     packages, packages == 1 ? "" : "s", recipe.base.name);
}

void add_contents(const image::Inventory& made, const image::Inventory& base, image::CreateRecipe& recipe) {
  if (!made.interpreters.empty()) recipe.base.python_version = made.interpreters.front().version;
  for (const image::PythonDistribution& one : made.python) {
    // What belongs to a distribution package is told by that.
    if (!one.is_installed || !one.owner.empty()) continue;
    const std::string name = image::normalized_python_name(one.name);
    const bool below = std::ranges::any_of(base.python, [&](const image::PythonDistribution& other) {
      return other.version == one.version && other.metadata == one.metadata;
    });
    if (below) continue;
    image::LockedLibrary library;
    library.name = name;
    library.version = one.version;
    library.requested = std::ranges::find(recipe.request.dependencies, name, &image::Requirement::name) !=
                        recipe.request.dependencies.end();
    recipe.libraries.push_back(std::move(library));
  }
  for (const image::DistributionPackage& one : made.packages) {
    const bool below = std::ranges::any_of(base.packages, [&](const image::DistributionPackage& other) {
      return other.name == one.name && other.version == one.version && other.architecture == one.architecture;
    });
    if (!below) recipe.packages.push_back({{one.name, one.version, one.architecture}, ""});
  }
}

void describe_contents(const image::CreateRequest& request, const Settings& settings, CreatedImage& created) {
  const auto read = read_contents(request, settings, created);
  if (read) return;
  created.remarks.push_back(fmt::format("what is in it could not be read: {}", read.error().message()));
}

}  // namespace berth::app
