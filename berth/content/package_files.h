// The files of a content item on disk: which YAML, which code file; opened so that no link leads out.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/content/file_stamps.h"
#include "berth/content/item.h"

namespace berth::content {

// Of the file names in package `folder`, the one that holds the item's code; empty when there is none. Names with the
// language's extension count, in order, without tests and the files that tooling puts beside them. A common script or
// an API module is found in a file of its own name. Pure.
std::optional<std::string> code_file_of(std::string_view folder, std::vector<std::string> names, Language language);

// The one YAML among `names`. Errors: InvalidInput when there is none, or several. Pure.
Result<std::string> yaml_file_of(const std::filesystem::path& folder, const std::vector<std::string>& names);

// A folder that content lies in: a content tree, or a lone package. What is read through it is bounded, and stays
// inside it.
class ContentFolder {
 public:
  explicit ContentFolder(std::filesystem::path root) : root_(std::move(root)) {}

  const std::filesystem::path& root() const { return root_; }

  // From now on `stamps`, which outlives this, takes note of what read() reads or misses.
  void note_reads(FileStamps* stamps) { stamps_ = stamps; }

  // Errors: NotFound; Denied when a symbolic link leads out of the folder; Exhausted past the limit.
  Result<std::string> read(const std::filesystem::path& inside, std::size_t limit_bytes) const;
  // Names of the regular files, or of the folders, in folder `inside`, sorted; those with control characters and those
  // that start with a dot are left out. Errors as above; Exhausted past 100,000 names.
  Result<std::vector<std::string>> files(const std::filesystem::path& inside) const;
  Result<std::vector<std::string>> folders(const std::filesystem::path& inside) const;

 private:
  Result<std::vector<std::string>> names(const std::filesystem::path& inside, bool folders) const;

  std::filesystem::path root_;
  FileStamps* stamps_ = nullptr;
};

}  // namespace berth::content
