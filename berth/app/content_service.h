// The items of all registered sources, by name.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/app/content_source.h"
#include "berth/app/settings.h"
#include "berth/base/result.h"
#include "berth/content/content_index.h"
#include "berth/content/content_tree.h"
#include "berth/content/item.h"
#include "berth/content/item_choice.h"

namespace berth::app {

// One item of one source. Borrows from the ContentService.
struct ItemReference {
  const ContentSource* source = nullptr;
  const content::ContentIndex* index = nullptr;
  const content::IndexedItem* item = nullptr;

  std::filesystem::path path() const { return index->root() / item->path; }  // what read_item takes
  std::filesystem::path yaml() const { return index->root() / item->yaml; }
};

struct CommandReference {
  ItemReference integration;
  std::string command;
};

// Several items that one name means on this server; using it is an error.
struct Clash {
  content::ItemKind kind;
  std::string name;
  std::vector<ItemReference> items;
};

// A source whose items could not be listed, for example because its folder is gone. The others serve all the same.
struct BrokenSource {
  const ContentSource* source;
  std::string error;
};

// Opened once for a run. Names are unique for each kind; an item answers to its id and, where no id is so, to its name.
// `SOURCE/NAME` asks one source. Any thread may use it once it is open.
class ContentService {
 public:
  // Reads the list of sources and their indexes (ContentIndex::open). With nothing registered it costs the list alone.
  // Errors: those of the store.
  static Result<ContentService> open(const Settings& settings);
  // For sources that are known already.
  static ContentService with_sources(const Settings& settings, std::vector<ContentSource> sources);

  // The item meant by `name`, by the rules of content::choose_item. Errors: NotFound, with the nearest name; those of
  // choose_item.
  Result<ItemReference> look_up(content::ItemKind kind, std::string_view name) const;
  // The same of either kind: for `berth run NAME`. Errors: InvalidInput when a script and an integration are so named.
  Result<ItemReference> look_up(std::string_view name) const;

  // The item, read in whole. Errors: as look_up, and those of content::read_item.
  Result<content::Item> find_item(content::ItemKind kind, std::string_view name) const;
  Result<content::Item> find_item(std::string_view name) const;
  Result<content::Item> read(const ItemReference& item) const;

  // Every integration that has the command, declared or implied by a flag, and is what its own name means here. A
  // script is not a command: look_up finds it.
  std::vector<CommandReference> find_command(std::string_view name) const;

  // All items of all sources, those for other servers too.
  std::vector<ItemReference> items() const;
  std::vector<Clash> clashes() const;
  const std::vector<ContentSource>& sources() const { return sources_; }
  const std::vector<BrokenSource>& broken_sources() const { return broken_; }
  const std::vector<std::optional<content::ContentIndex>>& indexes() const { return indexes_; }  // as `sources`

  // The tree that the item's common scripts and API modules come from.
  std::optional<content::ContentTree> tree_of(const content::Item& item) const;

 private:
  ContentService() = default;
  std::vector<ItemReference> named(std::optional<content::ItemKind> kind, std::string_view name) const;

  std::vector<ContentSource> sources_;
  std::vector<std::optional<content::ContentIndex>> indexes_;  // of each source; empty where it is broken
  std::vector<BrokenSource> broken_;
  std::string server_version_;
  std::string marketplace_;
};

// Whether the first argument of `berth run` can only be a path: it holds what no registered name needs ("-", a leading
// `.` or `/`), or something lies there. Otherwise it is looked up among the registered items.
bool is_item_path(std::string_view text);

}  // namespace berth::app
