// The bytes of an index file: what was found in a source, and the stamps that say whether it still holds.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/content/content_index.h"
#include "berth/content/file_stamp.h"
#include "berth/content/indexed_item.h"

namespace berth::content {

struct StampedFolder {
  std::filesystem::path path;  // from the root
  FileStamp stamp;
};

struct IndexContents {
  std::filesystem::path root;
  SourceLayout layout = SourceLayout::Tree;
  std::string marketplace;
  std::vector<StampedFolder> folders;  // all whose list of names was read
  std::vector<IndexedItem> items;
  std::vector<FileStamp> item_stamps;  // of each item's YAML
  std::vector<BrokenFile> broken;
  std::vector<FileStamp> broken_stamps;
};

// A header with version and checksum, then the contents.
std::string encode_index(const IndexContents& contents);

// The contents of an index file; empty when the bytes are damaged or another version's. Nothing in them is trusted
// before the checksum holds, nor after it: every size is bounded by the bytes there are. Pure.
std::optional<IndexContents> decode_index(std::string_view bytes);

// The file in `cache` for a source. Pure.
std::filesystem::path index_file_of(const std::filesystem::path& cache, const std::filesystem::path& source,
                                    std::string_view marketplace);

// Reads an index file of this user's. Empty when there is none that can be trusted.
std::optional<IndexContents> read_index_file(const std::filesystem::path& file);

}  // namespace berth::content
