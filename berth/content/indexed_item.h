// What is kept of each item of a tree, so that names are looked up without reading YAML.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/content/item.h"

namespace berth::content {

struct IndexedCommand {
  std::string name;
  bool deprecated = false;
  bool hidden = false;
};

struct IndexedItem {
  ItemKind kind = ItemKind::Script;
  std::string id;
  std::string name;
  Language language = Language::Python;
  std::string subtype;
  std::string docker_image;  // as written; empty when none is named
  std::string from_version;  // as written; empty for no bound
  std::string to_version;
  bool deprecated = false;
  bool hidden = false;
  bool is_llm = false;
  std::vector<std::string> tags;         // of a script
  std::vector<std::string> must_have;    // `dependson.must`: commands and scripts, brands taken off
  std::vector<IndexedCommand> commands;  // of an integration, as declared
  IntegrationFlags flags;
  std::string pack;            // its folder under Packs/; empty outside of packs
  std::filesystem::path path;  // what read_item takes, from the root of the tree
  std::filesystem::path yaml;  // the file that says all this, from the root; the code file where there is no YAML
};

// Reads what an index keeps from the text of an item's YAML, as `marketplace` sees it; a few times faster than
// parse_item, since it passes over what it does not need (yaml_skim). What it passes over may be broken: read_item
// judges that when the item is used. `file` is what errors call the text; the paths are left to the caller. Pure.
// Errors: InvalidInput, with file, key and remedy; Exhausted past the limits of YAML.
Result<IndexedItem> indexed_item_of(std::string_view yaml, std::string_view file, std::string_view marketplace);

// Whether the integration has the command, declared or implied by a flag.
bool has_command(const IndexedItem& integration, std::string_view name);

}  // namespace berth::content
