#include "berth/app/image_list.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <compare>
#include <iterator>

#include "berth/app/create_journal.h"
#include "berth/image/engine_catalogue.h"
#include "berth/image/storage_places.h"
#include "berth/image/tag_order.h"

namespace berth::app {
namespace {

using image::StoredImage;

std::strong_ordering by_name(const ImageRow& a, const ImageRow& b) {
  const auto names = image::name_of(a.name) <=> image::name_of(b.name);
  if (names != 0) return names;
  const auto tags = image::compare_tags(b.name.tag, a.name.tag);
  return tags != 0 ? tags : a.id <=> b.id;
}

std::strong_ordering compare_rows(const ImageRow& a, const ImageRow& b, std::string_view sort) {
  if (sort == "size") return b.facts.size_bytes <=> a.facts.size_bytes;
  if (sort == "created") return b.created <=> a.created;
  if (sort == "python") return image::compare_tags(b.facts.python, a.facts.python);
  if (sort == "packages") {
    return b.facts.packages + b.facts.distributions <=> a.facts.packages + a.facts.distributions;
  }
  if (sort == "used") return std::pair(b.items, b.uses.size()) <=> std::pair(a.items, a.uses.size());
  return std::strong_ordering::equal;
}

bool has_python(const ImageRow& row, std::string_view wanted) {
  std::string_view rest = row.facts.python;
  while (!rest.empty()) {
    const std::string_view version = rest.substr(0, rest.find(", "));
    rest.remove_prefix(std::min(version.size() + 2, rest.size()));
    const bool ends =
        version.size() == wanted.size() || (version.size() > wanted.size() && version[wanted.size()] == '.');
    if (version.starts_with(wanted) && ends) return true;
  }
  return false;
}

// Whether `digest` begins with `text`, with its algorithm or without; four digits or more, of which a name would have
// none by chance.
bool begins_with_digits(std::string_view digest, std::string_view text) {
  constexpr std::size_t kFewest = 4;
  if (text.size() < kFewest) return false;
  return digest.starts_with(text) || digest.substr(digest.find(':') + 1).starts_with(text);
}

bool is_wanted(const ImageRow& row, const ImageListOrder& order) {
  if (order.used && row.uses.empty()) return false;
  if (order.unused && !row.uses.empty()) return false;
  if (!order.python.empty() && !has_python(row, order.python)) return false;
  return image::to_string(row.name).contains(order.text) || row.base.contains(order.text) ||
         begins_with_digits(row.digest, order.text);
}

// The facts of each image that can be read, by id; the reason of each that cannot.
struct Gathered {
  std::map<std::string, image::ImageFacts> facts;
  std::map<std::string, std::string> problems;
};

Gathered gather(const Settings& settings, const image::LocalStore& store, const std::vector<StoredImage>& images,
                const ImageListOptions& options) {
  image::FactsCache cache(settings.cache, store);
  Gathered gathered;
  for (const StoredImage& image : images) {
    if (options.on_step && options.with_layers && !cache.has(image)) {
      options.on_step(fmt::format("reading what is installed in {}", image.names.empty()
                                                                         ? image.id.substr(0, 12)
                                                                         : image::to_string(image.names.front())));
    }
    auto facts = options.with_layers ? cache.get(image) : cache.get_without_layers(image);
    if (facts) {
      gathered.facts.emplace(image.id, std::move(*facts));
    } else {
      gathered.problems.emplace(image.id, facts.error().message());
    }
  }
  cache.save(images);
  return gathered;
}

std::string base_text(const ImageRow& row, const std::map<std::string, const StoredImage*>& bases) {
  if (!row.facts.base.empty()) return row.facts.base;
  const auto base = bases.find(row.id);
  if (base == bases.end()) return {};
  return base->second->names.empty() ? base->second->id.substr(0, 12) : image::to_string(base->second->names.front());
}

void add_rows(std::vector<ImageRow>& rows, ImageRow row, const std::vector<image::Reference>& names) {
  if (names.empty()) rows.push_back(row);
  for (const image::Reference& name : names) {
    row.name = name;
    rows.push_back(row);
  }
}

void set_uses(ImageRow& row, const ImageUses& uses) {
  if (const auto used = uses.find(row.id); used != uses.end()) row.uses = used->second;
  row.items = static_cast<std::size_t>(std::ranges::count(row.uses, UseKind::Item, &ImageUse::kind));
}

// What the engine says of its images. Who of its containers uses them is its own to know.
Result<ImageListing> list_of_engine(const Settings& settings, const sys::EngineProgram& engine) {
  BERTH_TRY(const image::EngineCatalogue catalogue, image::EngineCatalogue::read(engine));
  ImageListing listing{.storage = engine.name};
  ImageUses uses;
  listing.warnings = add_uses_of_content(settings, catalogue.images(), uses);
  for (const StoredImage& image : catalogue.images()) {
    const image::EngineImage& known = *catalogue.find(image.id);
    ImageRow row{.id = image.id, .digest = image.digest, .created = image.created};
    row.facts = image::facts_of(known.image, {}, {});
    row.facts.size_bytes = known.size_bytes;
    row.has_inventory = false;
    row.base = row.facts.base;
    set_uses(row, uses);
    add_rows(listing.rows, std::move(row), image.names);
  }
  return listing;
}

// Once for each registry: what is wrong with it is so for all its images.
std::vector<std::string> silent_registries(const std::vector<ImageRow>& rows) {
  std::map<std::string, std::pair<std::string, std::size_t>> failures;
  for (const ImageRow& row : rows) {
    if (!row.newer.is_failure) continue;
    auto& [reason, count] = failures[row.name.registry];
    if (count++ == 0) reason = row.newer.not_looked_up;
  }
  std::vector<std::string> warnings;
  for (const auto& [registry, failure] : failures) {
    const auto& [reason, count] = failure;
    warnings.push_back(
        fmt::format("look for newer tags of {} image{} of '{}': {}", count, count == 1 ? "" : "s", registry, reason));
  }
  return warnings;
}

void mark_newer(std::vector<ImageRow>& rows, const FindNewerTags& find) {
  std::vector<image::Reference> asked;
  for (const ImageRow& row : rows) {
    if (!row.name.tag.empty() && row.name.registry != "localhost") asked.push_back(row.name);
  }
  if (asked.empty()) return;
  const auto answers = find ? find(asked) : std::map<std::string, NewerTag>();
  for (ImageRow& row : rows) {
    if (row.name.tag.empty() || row.name.registry == "localhost") continue;
    const auto answer = answers.find(image::to_string(row.name));
    row.newer = answer != answers.end() ? answer->second : NewerTag{"", "no registry was asked", false};
  }
}

}  // namespace

const std::vector<std::string_view>& image_list_sorts() {
  static const std::vector<std::string_view> sorts = {"name", "size", "created", "python", "packages", "used"};
  return sorts;
}

Result<void> check_order(const ImageListOrder& order) {
  const auto& sorts = image_list_sorts();
  if (std::ranges::find(sorts, order.sort) == sorts.end()) {
    return fail(Errc::InvalidInput, fmt::format("sort: '{}' is none of {}", order.sort, fmt::join(sorts, ", ")));
  }
  const auto is_of_version = [](char c) { return (c >= '0' && c <= '9') || c == '.'; };
  const bool is_version = std::ranges::all_of(order.python, is_of_version) && !order.python.starts_with('.') &&
                          !order.python.ends_with('.');
  if (is_version) return {};
  return fail(Errc::InvalidInput,
              fmt::format("python: '{}' is no version of an interpreter; write 3, 3.11 or 3.11.2", order.python));
}

std::vector<ImageRow> ordered(std::vector<ImageRow> rows, const ImageListOrder& order) {
  std::erase_if(rows, [&](const ImageRow& row) { return !is_wanted(row, order); });
  std::ranges::sort(rows, [&](const ImageRow& a, const ImageRow& b) {
    const auto first = compare_rows(a, b, order.sort);
    return first != 0 ? first < 0 : by_name(a, b) < 0;
  });
  if (order.reverse) std::ranges::reverse(rows);
  return rows;
}

namespace {

Result<ImageListing> list_stored(const Settings& settings, const ImageListOptions& options) {
  BERTH_TRY(const auto graph_root, image::find_graph_root(storage_places(settings)));
  BERTH_TRY(const auto store, image::LocalStore::open(graph_root));
  BERTH_TRY(const std::vector<StoredImage> images, store.list_images());
  ImageListing listing{.storage = graph_root.native()};
  const Gathered gathered = gather(settings, store, images, options);
  const auto bases = image::bases_by_layers(images, gathered.facts);

  ImageUses uses;
  listing.warnings = add_uses_of_content(settings, images, uses);
  std::string unfinished;
  std::vector<std::string> unfinished_ids;
  if (const auto found = unfinished_image(settings)) {
    unfinished = found->name;
    unfinished_ids = images_without_name(store, images, unfinished);
    if (found->is_going_on) add_making_uses(unfinished, unfinished_ids, uses);
  }
  if (options.with_containers) {
    const auto added = add_container_uses(settings, graph_root, images, uses);
    listing.knows_containers = added.has_value();
    if (!added) listing.warnings.push_back(added.error().message());
  }

  for (const StoredImage& image : images) {
    ImageRow row{.id = image.id, .digest = image.digest, .created = image.created};
    if (const auto facts = gathered.facts.find(image.id); facts != gathered.facts.end()) row.facts = facts->second;
    if (const auto why = gathered.problems.find(image.id); why != gathered.problems.end()) row.problem = why->second;
    row.base = base_text(row, bases);
    if (std::ranges::find(unfinished_ids, image.id) != unfinished_ids.end()) row.unfinished = unfinished;
    set_uses(row, uses);
    add_rows(listing.rows, std::move(row), image.names);
  }
  return listing;
}

}  // namespace

Result<ImageListing> list_images(const Settings& settings, const ImageListOptions& options) {
  BERTH_TRY(ImageListing listing,
            options.engine ? list_of_engine(settings, *options.engine) : list_stored(settings, options));
  std::ranges::sort(listing.rows, [](const ImageRow& a, const ImageRow& b) { return by_name(a, b) < 0; });
  mark_newer(listing.rows, options.find_newer);
  std::ranges::move(silent_registries(listing.rows), std::back_inserter(listing.warnings));
  return listing;
}

}  // namespace berth::app
