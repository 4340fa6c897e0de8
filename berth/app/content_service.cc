#include "berth/app/content_service.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>

#include "berth/base/utf8.h"
#include "berth/content/item_reader.h"
#include "berth/content/marketplace.h"
#include "berth/content/suggestion.h"

namespace berth::app {
namespace {

using content::ItemKind;

std::string shown(std::string_view name) { return to_visible(name.substr(0, 200), false); }

Result<ItemReference> choose(std::string_view name, const std::vector<ItemReference>& items,
                             std::string_view server_version) {
  std::vector<content::NamedCandidate> candidates;
  for (const ItemReference& item : items) candidates.push_back({item.item, item.source->name});
  BERTH_TRY(const std::size_t chosen, content::choose_item(name, candidates, server_version));
  return items[chosen];
}

}  // namespace

Result<ContentService> ContentService::open(const Settings& settings) {
  BERTH_TRY(std::vector<ContentSource> sources, content_sources(settings));
  return with_sources(settings, std::move(sources));
}

ContentService ContentService::with_sources(const Settings& settings, std::vector<ContentSource> sources) {
  ContentService service;
  service.server_version_ = settings.server_version;
  service.marketplace_ = content::marketplace_of_platform(settings.server_platform);
  service.sources_ = std::move(sources);
  const content::IndexOptions options = {settings.cache / "content", service.marketplace_};
  for (const ContentSource& source : service.sources_) {
    auto index = content::ContentIndex::open(source.path, options);
    if (index) {
      service.indexes_.emplace_back(*std::move(index));
    } else {
      service.indexes_.emplace_back();
      service.broken_.push_back({&source, index.error().message()});
    }
  }
  return service;
}

// Ids go before names, and whole names before those with a source in front.
std::vector<ItemReference> ContentService::named(std::optional<ItemKind> kind, std::string_view name) const {
  std::vector<ItemReference> by_id;
  std::vector<ItemReference> by_name;
  const auto collect = [&](std::string_view source, std::string_view wanted) {
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      if (!indexes_[i] || (!source.empty() && sources_[i].name != source)) continue;
      for (const content::IndexedItem& item : indexes_[i]->items()) {
        if (kind && item.kind != *kind) continue;
        if (item.id == wanted) by_id.push_back({&sources_[i], &*indexes_[i], &item});
        if (item.name == wanted) by_name.push_back({&sources_[i], &*indexes_[i], &item});
      }
    }
  };
  collect({}, name);
  const std::size_t slash = name.find('/');
  if (by_id.empty() && by_name.empty() && slash != std::string_view::npos && slash > 0) {
    collect(name.substr(0, slash), name.substr(slash + 1));
  }
  return by_id.empty() ? by_name : by_id;
}

Result<ItemReference> ContentService::look_up(ItemKind kind, std::string_view name) const {
  const std::vector<ItemReference> items = named(kind, name);
  if (!items.empty()) return choose(name, items, server_version_);
  std::vector<std::string> names;
  for (const ItemReference& item : this->items()) {
    if (item.item->kind == kind) names.push_back(item.item->id);
  }
  return fail(Errc::NotFound, fmt::format("find {} '{}': none of the registered items has this id or name{}",
                                          content::kind_text(kind), shown(name), content::suggestion_for(name, names)));
}

Result<ItemReference> ContentService::look_up(std::string_view name) const {
  const std::vector<ItemReference> scripts = named(ItemKind::Script, name);
  const std::vector<ItemReference> integrations = named(ItemKind::Integration, name);
  if (!scripts.empty() && !integrations.empty()) {
    return fail(Errc::InvalidInput,
                fmt::format("find '{}': it is a script ('{}') and an integration ('{}'); give the "
                            "path of the one that is meant",
                            shown(name), scripts.front().yaml().native(), integrations.front().yaml().native()));
  }
  if (!scripts.empty()) return choose(name, scripts, server_version_);
  if (!integrations.empty()) return choose(name, integrations, server_version_);
  if (sources_.empty()) {
    return fail(Errc::NotFound, fmt::format("find '{}': no such file is here, and no content is registered (berth "
                                            "content add PATH)",
                                            shown(name)));
  }
  std::vector<std::string> names;
  for (const ItemReference& item : items()) names.push_back(item.item->id);
  return fail(Errc::NotFound, fmt::format("find '{}': no such file is here, and none of the registered items has this "
                                          "id or name{}",
                                          shown(name), content::suggestion_for(name, names)));
}

Result<content::Item> ContentService::read(const ItemReference& reference) const {
  BERTH_TRY(content::Item item, content::read_item(reference.path(), marketplace_));
  // The index was made by a shortcut; what is run is what was asked for, or nothing.
  const bool same = item.kind == reference.item->kind && item.name == reference.item->name &&
                    (item.id == reference.item->id || item.id.empty());
  if (same) return item;
  return fail(Errc::Corrupt,
              fmt::format("read '{}': it holds {} '{}', and was listed as {} '{}'; write its YAML plainly, "
                          "each key on a line of its own",
                          reference.yaml().native(), content::kind_text(item.kind), shown(item.id),
                          content::kind_text(reference.item->kind), shown(reference.item->id)));
}

Result<content::Item> ContentService::find_item(ItemKind kind, std::string_view name) const {
  BERTH_TRY(const ItemReference reference, look_up(kind, name));
  return read(reference);
}

Result<content::Item> ContentService::find_item(std::string_view name) const {
  BERTH_TRY(const ItemReference reference, look_up(name));
  return read(reference);
}

std::vector<CommandReference> ContentService::find_command(std::string_view name) const {
  std::vector<CommandReference> found;
  for (const ItemReference& reference : items()) {
    if (!content::has_command(*reference.item, name)) continue;
    const auto meant = look_up(ItemKind::Integration, reference.item->id);
    // Where several could be meant, using one says so.
    const bool counts = meant ? meant->item == reference.item : meant.error().code() == Errc::InvalidInput;
    if (counts) found.push_back({reference, std::string(name)});
  }
  return found;
}

std::vector<ItemReference> ContentService::items() const {
  std::vector<ItemReference> all;
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    if (!indexes_[i]) continue;
    for (const content::IndexedItem& item : indexes_[i]->items()) all.push_back({&sources_[i], &*indexes_[i], &item});
  }
  return all;
}

std::vector<Clash> ContentService::clashes() const {
  std::map<std::pair<ItemKind, std::string_view>, std::vector<ItemReference>> by_id;
  std::map<std::pair<ItemKind, std::string_view>, std::vector<ItemReference>> by_name;
  for (const ItemReference& reference : items()) {
    by_id[{reference.item->kind, reference.item->id}].push_back(reference);
    by_name[{reference.item->kind, reference.item->name}].push_back(reference);
  }
  std::vector<Clash> clashes;
  const auto add = [&](const auto& key, const std::vector<ItemReference>& items) {
    if (items.size() < 2) return;
    const auto meant = choose(key.second, items, server_version_);
    if (!meant && meant.error().code() == Errc::InvalidInput)
      clashes.push_back({key.first, std::string(key.second), items});
  };
  for (const auto& [key, items] : by_id) add(key, items);
  for (const auto& [key, items] : by_name) {
    if (!by_id.contains(key)) add(key, items);  // an id of somebody hides it
  }
  return clashes;
}

std::optional<content::ContentTree> ContentService::tree_of(const content::Item& item) const {
  if (item.source.empty()) return std::nullopt;
  return content::find_tree_of(item.source);
}

bool is_item_path(std::string_view text) {
  if (text.empty() || text == "-" || text.starts_with('/') || text.starts_with('.') || text.starts_with('~'))
    return true;
  struct stat status = {};
  return ::stat(std::string(text).c_str(), &status) == 0;
}

}  // namespace berth::app
