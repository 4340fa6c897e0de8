// The items of one source of content, found once and kept in a file beside other caches.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/content/indexed_item.h"

namespace berth::content {

// What a source of content may be.
enum class SourceLayout {
  Tree,  // a folder with `Packs/`
  Pack,  // one pack: a folder with `Scripts/`, `Integrations/` or a metadata file of packs
  Item,  // one item: a package folder, a YAML or a code file
};

std::string_view layout_text(SourceLayout layout);  // "tree"

// What `path` is, by what lies there. Errors: NotFound; InvalidInput when it is none of them, saying what is expected.
Result<SourceLayout> layout_of(const std::filesystem::path& path);

// A file that lies where items lie and is none.
struct BrokenFile {
  std::filesystem::path yaml;  // from the root
  std::string error;           // with file, line, key and remedy
};

struct IndexOptions {
  std::filesystem::path cache;        // folder of index files, made where it is missing; empty: keep none
  std::string marketplace = "xsoar";  // content/marketplace.h
};

// All items of one source. Immutable; any thread may read it.
class ContentIndex {
 public:
  // The index of the source at `path`: that of the last time where nothing has changed since, by size, times and inode
  // of every YAML and folder; otherwise only what changed is read. An index file that is damaged, of another version,
  // source, marketplace or owner is made anew. One that cannot be written costs time at the next start, nothing else.
  // Errors: those of layout_of; Exhausted past kMostItems.
  static Result<ContentIndex> open(const std::filesystem::path& path, const IndexOptions& options);

  const std::filesystem::path& root() const { return root_; }  // what the items' paths start from
  SourceLayout layout() const { return layout_; }
  const std::vector<IndexedItem>& items() const { return items_; }
  const std::vector<BrokenFile>& broken() const { return broken_; }
  // How many YAML files were read for this; 0 when the file of the last time served.
  std::size_t files_read() const { return files_read_; }

 private:
  friend class TreeScan;
  ContentIndex() = default;

  std::filesystem::path root_;
  SourceLayout layout_ = SourceLayout::Tree;
  std::vector<IndexedItem> items_;  // in the order of their paths
  std::vector<BrokenFile> broken_;
  std::size_t files_read_ = 0;
};

constexpr std::size_t kMostItems = 50'000;

}  // namespace berth::content
