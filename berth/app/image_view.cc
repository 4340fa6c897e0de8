#include "berth/app/image_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "berth/app/content_service.h"
#include "berth/app/engine_handover.h"
#include "berth/app/item_image.h"
#include "berth/base/utf8.h"
#include "berth/content/item_reader.h"
#include "berth/image/engine_catalogue.h"
#include "berth/image/inventory_cache.h"
#include "berth/image/named_images.h"
#include "berth/image/storage_places.h"
#include "berth/image/stored_names.h"
#include "berth/image/substitution.h"

namespace berth::app {
namespace {

// What `text` names. A name that means nothing here is an error of the store's, which knows the nearest.
Result<image::StoredImage> find(const image::LocalStore& store, std::string_view text) {
  BERTH_TRY(const auto images, store.list_images());
  BERTH_TRY(const image::StoredImage* found, image::with_digits(images, text));
  if (found != nullptr) return *found;
  BERTH_TRY(const image::Reference reference, image::parse_reference(text));
  found = image::NamedImages(images).find(reference);
  if (found != nullptr) return *found;
  BERTH_TRY(const image::LocalImage image, store.find_image(reference));
  image::StoredImage stored;
  stored.id = image.id;
  stored.digest = image.digest;
  stored.names = image.names;
  stored.created = image.created;
  return stored;
}

// What an engine's image is installed with is in layers that it keeps to itself.
image::Unread not_read(const std::string& engine) {
  const char* from = engine == "docker" ? "docker-daemon:NAME" : "containers-storage:[...]NAME";
  return {"what is installed",
          fmt::format("{} keeps the layers; 'skopeo copy {} containers-storage:NAME' puts the image "
                      "into Berth's storage, where they can be read",
                      engine, from)};
}

Result<ImageView> look_at_engine_image(const sys::EngineProgram& engine, std::string_view text, bool with_history) {
  BERTH_TRY(const image::EngineCatalogue catalogue, image::EngineCatalogue::read(engine));
  BERTH_TRY(const image::StoredImage* stored, image::with_digits(catalogue.images(), text));
  std::string id = stored == nullptr ? std::string() : stored->id;
  if (stored == nullptr) {
    BERTH_TRY(const image::Reference reference, image::parse_reference(text));
    BERTH_TRY(const image::LocalImage found, catalogue.find_image(reference));
    id = found.id;
  }
  const image::EngineImage& known = *catalogue.find(id);
  ImageView view{.storage = engine.name,
                 .image = known.image,
                 .has_inventory = false,
                 .layers = known.layers,
                 .whole_bytes = known.size_bytes,
                 .config = print_json(known.document)};
  view.inventory.unread.push_back(not_read(engine.name));
  view.history.created = known.image.created;
  view.history.architecture = known.architecture;
  if (!with_history) return view;
  BERTH_TRY(const auto steps, image::read_engine_history(engine, id));
  for (const image::SizedStep& step : steps) {
    view.history.steps.push_back(step.step);
    if (step.step.has_layer) view.layer_bytes.insert(view.layer_bytes.begin(), step.size_bytes);
  }
  return view;
}

Json changes_json(const std::vector<image::Change>& changes) {
  Json list = Json::array();
  for (const image::Change& change : changes) {
    Json json = Json::object();
    json.set("name", to_valid_utf8(change.name));
    json.set("before", change.before.empty() ? Json() : Json(to_valid_utf8(change.before)));
    list.push_back(json.set("after", change.after.empty() ? Json() : Json(to_valid_utf8(change.after))));
  }
  return list;
}

Json side_json(const ImageView& view) {
  Json json = Json::object();
  return json.set("image", view.title()).set("digest", view.image.digest).set("size_bytes", view.size_bytes());
}

Json layers_json(const ImageView& view) {
  Json layers = Json::array();
  const auto ids = image::layer_ids_of(view.image);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    layers.push_back(Json::object().set("id", ids[i]).set("size_bytes", view.layer_bytes[i]));
  }
  return layers;
}

}  // namespace

std::uint64_t ImageView::size_bytes() const {
  if (!has_inventory) return whole_bytes;
  return std::accumulate(layer_bytes.begin(), layer_bytes.end(), std::uint64_t{0});
}

std::string ImageView::title() const {
  return image.names.empty() ? image.id.substr(0, 12) : image::to_string(image.names.front());
}

Result<ImageView> look_at_image(const Settings& settings, std::string_view text) {
  BERTH_TRY(const auto graph_root, image::find_graph_root(storage_places(settings)));
  BERTH_TRY(const auto store, image::LocalStore::open(graph_root));
  ImageView view{.storage = graph_root.native()};
  BERTH_TRY(const image::StoredImage stored, find(store, text));
  BERTH_TRY(view.image, store.read_image(stored));
  BERTH_TRY(view.inventory, image::InventoryCache(settings.cache).get(view.image));
  BERTH_TRY(view.config, store.config_text(stored));
  BERTH_TRY(view.history, image::parse_image_history(view.config));
  BERTH_TRY(const auto sizes, store.layer_sizes());
  for (const std::string& layer : image::layer_ids_of(view.image)) {
    const auto size = sizes.find(layer);
    view.layer_bytes.push_back(size == sizes.end() ? 0 : size->second);
  }
  view.layers = view.layer_bytes.size();
  return view;
}

Result<ImageView> view_image(const Settings& settings, std::string_view text, bool with_history) {
  BERTH_TRY(const auto engine, engine_with_images(settings));
  return engine ? look_at_engine_image(*engine, text, with_history) : look_at_image(settings, text);
}

Result<std::string> find_image_id(const Settings& settings, std::string_view text) {
  BERTH_TRY(const auto graph_root, image::find_graph_root(storage_places(settings)));
  BERTH_TRY(const auto store, image::LocalStore::open(graph_root));
  auto stored = find(store, text);
  if (stored) return std::move(stored->id);
  const auto reference = image::parse_reference(text);
  if (stored.error().code() != Errc::NotFound || !reference) return std::unexpected(std::move(stored).error());
  // Nobody who asks for an id wants it fetched.
  BERTH_TRY(const auto images, store.list_images());
  return image::not_found(fmt::format("in the storage '{}'", graph_root.native()), images, *reference, "");
}

Result<ImageComparison> compare_images(const Settings& settings, std::string_view before, std::string_view after) {
  ImageComparison comparison;
  BERTH_TRY(comparison.before, view_image(settings, before));
  BERTH_TRY(comparison.after, view_image(settings, after));
  comparison.diff = image::diff_of(comparison.before.inventory, comparison.before.image.config,
                                   comparison.after.inventory, comparison.after.image.config);
  return comparison;
}

Result<ItemImageAnswer> which_image(const Settings& settings, std::string_view name) {
  content::Item item;
  if (is_item_path(name)) {
    BERTH_TRY(item, content::read_item(name));
  } else {
    BERTH_TRY(const ContentService service, ContentService::open(settings));
    BERTH_TRY(item, service.find_item(name));
  }
  const auto tree = item.source.empty() ? std::nullopt : content::find_tree_of(item.source);
  image::KeptLocks locks;
  BERTH_TRY(const ItemImage chosen, image_for(item, "", settings, tree ? &*tree : nullptr, locks));
  BERTH_TRY(const auto resolved, resolve_for_calls(settings, chosen.reference).context([&] { return chosen.reason; }));
  std::string storage(container::name_of(settings.engine));
  if (settings.engine == container::EngineKind::Native) {
    BERTH_TRY(const auto graph_root, image::find_graph_root(storage_places(settings)));
    storage = graph_root.native();
  }
  return ItemImageAnswer{.item = item.name,
                         .written = chosen.written,
                         .reason = resolved.why.empty() ? chosen.reason : chosen.reason + "; " + resolved.why,
                         .used = image::to_string(resolved.used),
                         .digest = resolved.image.digest,
                         .storage = std::move(storage)};
}

Json view_json(const ImageView& view) {
  Json names = Json::array();
  for (const image::Reference& name : view.image.names) names.push_back(image::to_string(name));
  Json json = Json::object();
  json.set("names", std::move(names)).set("id", view.image.id).set("digest", view.image.digest);
  json.set("created", view.image.created).set("size_bytes", view.size_bytes()).set("storage", view.storage);
  json.set("architecture", view.history.architecture);
  json.set("layers", view.has_inventory ? layers_json(view) : Json());
  json.set("inventory", image::inventory_json(view.inventory));
  const auto config = parse_json(view.config);
  return json.set("config", config ? *config : Json());
}

Json comparison_json(const ImageComparison& comparison) {
  Json json = Json::object();
  json.set("before", side_json(comparison.before)).set("after", side_json(comparison.after));
  const bool is_known = comparison.before.has_inventory && comparison.after.has_inventory;
  const auto if_known = [&](const std::vector<image::Change>& changes) {
    return is_known ? changes_json(changes) : Json();
  };
  json.set("storage", comparison.after.storage);
  json.set("os", if_known(comparison.diff.os)).set("interpreters", if_known(comparison.diff.interpreters));
  json.set("packages", if_known(comparison.diff.packages)).set("python", if_known(comparison.diff.python));
  return json.set("configuration", changes_json(comparison.diff.configuration));
}

}  // namespace berth::app
