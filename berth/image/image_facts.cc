#include "berth/image/image_facts.h"

#include <algorithm>
#include <optional>

#include "berth/base/sha256.h"
#include "berth/image/checked_file.h"

namespace berth::image {
namespace {

// Goes up with every change of what is kept.
constexpr std::string_view kKind = "images 2";
constexpr std::string_view kOwnLabels = "berth.";
constexpr std::string_view kBaseLabel = "org.opencontainers.image.base.name";

Json facts_json(const ImageFacts& facts) {
  Json layers = Json::array();
  for (const std::string& layer : facts.layers) layers.push_back(layer);
  Json json = Json::object();
  json.set("size_bytes", facts.size_bytes).set("layers", std::move(layers)).set("base", facts.base);
  json.set("os", facts.os).set("python", facts.python).set("packages", facts.packages);
  json.set("distributions", facts.distributions).set("unread", facts.unread);
  return json.set("is_made_here", facts.is_made_here);
}

std::optional<std::uint64_t> number_of(const Json& json, std::string_view member) {
  const Json* value = json.find(member);
  if (value == nullptr || !value->is_int() || *value->as_int() < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*value->as_int());
}

std::optional<ImageFacts> facts_of_json(const Json& json) {
  ImageFacts facts;
  const Json* layers = json.find("layers");
  const auto size = number_of(json, "size_bytes");
  const auto packages = number_of(json, "packages");
  const auto distributions = number_of(json, "distributions");
  const auto unread = number_of(json, "unread");
  const Json* made_here = json.find("is_made_here");
  if (layers == nullptr || !layers->is_array() || !size || !packages || !distributions || !unread) return std::nullopt;
  if (made_here == nullptr || !made_here->is_bool()) return std::nullopt;
  for (const Json& layer : *layers->as_array()) {
    if (!layer.is_string() || !is_layer_id(*layer.as_string())) return std::nullopt;
    facts.layers.push_back(*layer.as_string());
  }
  facts.size_bytes = *size;
  facts.packages = *packages;
  facts.distributions = *distributions;
  facts.unread = *unread;
  facts.is_made_here = *made_here->as_bool();
  facts.base = json.text_or("base", "");
  facts.os = json.text_or("os", "");
  facts.python = json.text_or("python", "");
  return facts;
}

}  // namespace

ImageFacts facts_of(const LocalImage& image, const Inventory& inventory,
                    const std::map<std::string, std::uint64_t>& sizes) {
  ImageFacts facts;
  facts.size_bytes = sum_of_sizes(image, sizes);
  facts.layers = layer_ids_of(image);
  facts.base = image.config.label(kBaseLabel);
  facts.os = inventory.os.name.empty() ? inventory.os.id : inventory.os.name;
  facts.python = python_versions_text(inventory);
  facts.packages = inventory.packages.size();
  facts.distributions =
      static_cast<std::size_t>(std::ranges::count(inventory.python, true, &PythonDistribution::is_installed));
  facts.unread = inventory.unread.size();
  facts.is_made_here =
      std::ranges::any_of(image.config.labels, [](const auto& label) { return label.first.starts_with(kOwnLabels); });
  return facts;
}

FactsCache::FactsCache(const std::filesystem::path& cache, const LocalStore& store)
    : store_(store),
      inventories_(cache),
      file_(cache / "images" / sha256_hex(store.graph_root().native()).substr(0, 32)) {
  const auto json = read_checked_file(file_, kKind);
  if (!json || !json->is_object()) return;
  for (const auto& [id, record] : *json->as_object()) {
    if (auto facts = facts_of_json(record)) kept_.emplace(id, std::move(*facts));
  }
}

Result<ImageFacts> FactsCache::get(const StoredImage& image) {
  if (const auto kept = kept_.find(image.id); kept != kept_.end()) return kept->second;
  BERTH_TRY(const LocalImage local, store_.read_image(image));
  BERTH_TRY(const Inventory inventory, inventories_.get(local));
  BERTH_TRY(ImageFacts facts, facts_with(local, inventory));
  kept_.emplace(image.id, facts);
  is_changed_ = true;
  return facts;
}

Result<ImageFacts> FactsCache::get_without_layers(const StoredImage& image) {
  BERTH_TRY(const LocalImage local, store_.read_image(image));
  return facts_with(local, {});
}

Result<ImageFacts> FactsCache::facts_with(const LocalImage& image, const Inventory& inventory) {
  if (!has_sizes_) {
    BERTH_TRY(sizes_, store_.layer_sizes());
    has_sizes_ = true;
  }
  return facts_of(image, inventory, sizes_);
}

void FactsCache::save(const std::vector<StoredImage>& present) {
  if (!is_changed_) return;
  Json json = Json::object();
  for (const StoredImage& image : present) {
    const auto kept = kept_.find(image.id);
    if (kept != kept_.end()) json.set(image.id, facts_json(kept->second));
  }
  is_changed_ = !write_checked_file(file_, kKind, json).has_value();
}

std::map<std::string, const StoredImage*> bases_by_layers(const std::vector<StoredImage>& images,
                                                          const std::map<std::string, ImageFacts>& facts) {
  std::map<std::string, const StoredImage*> by_top;
  for (const StoredImage& image : images) {
    // Of several with the same layers one with a name says more.
    if (const auto [at, is_new] = by_top.emplace(image.top_layer, &image); !is_new && at->second->names.empty()) {
      at->second = &image;
    }
  }
  std::map<std::string, const StoredImage*> bases;
  for (const StoredImage& image : images) {
    const auto own = facts.find(image.id);
    if (own == facts.end()) continue;
    for (std::size_t i = 1; i < own->second.layers.size(); ++i) {
      const auto base = by_top.find(own->second.layers[i]);
      if (base == by_top.end()) continue;
      bases.emplace(image.id, base->second);
      break;
    }
  }
  return bases;
}

}  // namespace berth::image
