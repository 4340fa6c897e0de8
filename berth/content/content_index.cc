#include "berth/content/content_index.h"

#include <unistd.h>

#include <map>
#include <tuple>

#include "berth/content/file_stamp.h"
#include "berth/content/index_file.h"
#include "berth/content/item_reader.h"
#include "berth/content/tree_scan.h"
#include "berth/sys/file.h"

namespace berth::content {
namespace {

namespace fs = std::filesystem;

// Whether all that was read is as it was. Costs a system call for each file and folder.
bool still_holds(const IndexContents& contents, int root) {
  const auto is_same = [&](const fs::path& path, const FileStamp& stamp) { return stamp_at(root, path) == stamp; };
  for (const auto& [path, stamp] : contents.folders) {
    if (!is_same(path, stamp)) return false;
  }
  for (std::size_t i = 0; i < contents.items.size(); ++i) {
    if (!is_same(contents.items[i].yaml, contents.item_stamps[i])) return false;
  }
  for (std::size_t i = 0; i < contents.broken.size(); ++i) {
    if (!is_same(contents.broken[i].yaml, contents.broken_stamps[i])) return false;
  }
  return true;
}

// A code file without YAML is a script of its own name.
IndexedItem script_of(const fs::path& file) {
  IndexedItem item;
  item.id = item.name = file.stem().native();
  item.subtype = "python3";
  if (file.extension() == ".ps1") item.language = Language::PowerShell;
  if (file.extension() == ".js") item.language = Language::JavaScript;
  if (item.language != Language::Python) item.subtype.clear();
  return item;
}

bool is_yaml(const fs::path& file) { return file.extension() == ".yml" || file.extension() == ".yaml"; }

}  // namespace

// Fills what an index holds: from the last one where a file is the same, else by reading it.
class TreeScan {
 public:
  TreeScan(const SourcePlace& place, std::string_view marketplace, const IndexContents* last)
      : folder_(place.root), marketplace_(marketplace) {
    contents_.root = place.root;
    contents_.layout = place.layout;
    contents_.marketplace = marketplace;
    if (last == nullptr) return;
    for (std::size_t i = 0; i < last->items.size(); ++i)
      known_.emplace(last->items[i].yaml.native(), Known{last, i, true});
    for (std::size_t i = 0; i < last->broken.size(); ++i) {
      known_.emplace(last->broken[i].yaml.native(), Known{last, i, false});
    }
  }

  Result<void> run(const SourcePlace& place) {
    const std::int64_t begun_ns = file_time_now_ns();
    BERTH_TRY(const UniqueFd root, sys::open_folder(place.root));
    BERTH_TRY(FoundFiles found, find_item_files(place));
    for (const ItemFile& file : found.files) {
      // Before the file is read. What may still change under this stamp is kept with one that no file has.
      const FileStamp stamp = stamp_at(root.get(), file.yaml).value_or(FileStamp());
      take(file, stamp, is_settled(stamp, begun_ns) ? stamp : FileStamp());
    }
    contents_.folders = std::move(found.folders);
    for (auto& [path, stamp] : contents_.folders) {
      if (!is_settled(stamp, begun_ns)) stamp = FileStamp();
    }
    return {};
  }

  static ContentIndex index_of(IndexContents contents, std::size_t files_read) {
    ContentIndex index;
    index.root_ = std::move(contents.root);
    index.layout_ = contents.layout;
    index.items_ = std::move(contents.items);
    index.broken_ = std::move(contents.broken);
    index.files_read_ = files_read;
    return index;
  }

  const IndexContents& contents() const { return contents_; }
  ContentIndex take_index() && { return index_of(std::move(contents_), files_read_); }

 private:
  struct Known {
    const IndexContents* in;
    std::size_t at;
    bool is_item;
  };

  void take(const ItemFile& file, const FileStamp& stamp, const FileStamp& kept) {
    if (const auto known = known_.find(file.yaml.native()); known != known_.end()) {
      const auto& [last, at, is_item] = known->second;
      const FileStamp& before = is_item ? last->item_stamps[at] : last->broken_stamps[at];
      if (before == stamp) return is_item ? add(last->items[at], file, kept) : add(last->broken[at], kept);
    }
    ++files_read_;
    if (!is_yaml(file.yaml)) return add(script_of(file.yaml), file, kept);
    const std::string name = (folder_.root() / file.yaml).native();
    const auto text = folder_.read(file.yaml, kLargestYaml);
    if (!text) return add(BrokenFile{file.yaml, text.error().message()}, kept);
    auto item = indexed_item_of(*text, name, marketplace_);
    if (!item) return add(BrokenFile{file.yaml, item.error().message()}, kept);
    add(*std::move(item), file, kept);
  }

  void add(IndexedItem item, const ItemFile& file, const FileStamp& stamp) {
    item.pack = file.pack;
    item.path = file.path;
    item.yaml = file.yaml;
    contents_.items.push_back(std::move(item));
    contents_.item_stamps.push_back(stamp);
  }
  void add(BrokenFile file, const FileStamp& stamp) {
    contents_.broken.push_back(std::move(file));
    contents_.broken_stamps.push_back(stamp);
  }

  ContentFolder folder_;
  std::string_view marketplace_;
  std::map<std::string_view, Known> known_;
  IndexContents contents_;
  std::size_t files_read_ = 0;
};

Result<ContentIndex> ContentIndex::open(const fs::path& path, const IndexOptions& options) {
  BERTH_TRY(const SourcePlace place, place_of_source(path));
  const fs::path file = index_file_of(options.cache, place.root / place.file, options.marketplace);
  std::optional<IndexContents> last;
  if (!options.cache.empty()) last = read_index_file(file);
  const bool is_ours =
      last && last->root == place.root && last->layout == place.layout && last->marketplace == options.marketplace;
  if (!is_ours) last.reset();
  if (last) {
    BERTH_TRY(const UniqueFd root, sys::open_folder(place.root));
    if (still_holds(*last, root.get())) return TreeScan::index_of(*std::move(last), 0);
  }
  TreeScan scan(place, options.marketplace, last ? &*last : nullptr);
  BERTH_CHECK_OK(scan.run(place));
  if (!options.cache.empty() && sys::make_folders(options.cache, 0700)) {
    // What cannot be kept costs time at the next start.
    std::ignore = sys::write_file_atomically(file, encode_index(scan.contents()), 0600);
  }
  return std::move(scan).take_index();
}

}  // namespace berth::content
