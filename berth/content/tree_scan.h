// Finds the files of a source that items may lie in.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "berth/base/result.h"
#include "berth/content/content_index.h"
#include "berth/content/file_stamp.h"
#include "berth/content/index_file.h"
#include "berth/content/package_files.h"

namespace berth::content {

// A YAML, or a code file without one, that is to be read.
struct ItemFile {
  std::filesystem::path yaml;  // from the root
  std::filesystem::path path;  // what read_item takes, from the root
  std::string pack;
};

struct FoundFiles {
  std::vector<ItemFile> files;         // sorted by `yaml`
  std::vector<StampedFolder> folders;  // all that were looked into, with their stamps from before
};

// Where a source's items are looked for: the folder that bounds it, and the one file when it is no folder.
struct SourcePlace {
  std::filesystem::path root;
  std::filesystem::path file;  // from the root; empty for all in it
  SourceLayout layout = SourceLayout::Tree;
};
// Errors: those of layout_of.
Result<SourcePlace> place_of_source(const std::filesystem::path& source);

// Lists the place. Folders that cannot be entered, or lead out, are passed over.
// Errors: those of the root; Exhausted past kMostItems.
Result<FoundFiles> find_item_files(const SourcePlace& place);

}  // namespace berth::content
