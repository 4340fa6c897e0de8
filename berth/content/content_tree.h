// A content tree: the folder that holds `Packs/`.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/content/package_files.h"

namespace berth::content {

// The pack that an item lies in.
struct Pack {
  std::string folder;   // its name under Packs/
  std::string name;     // as its metadata has it, else the folder's
  std::string version;  // `currentVersion`; empty when there is none
};

// One tree, with what was found in it. A tree that changes on disk needs a new object. For one thread at a time.
class ContentTree {
 public:
  explicit ContentTree(std::filesystem::path root) : folder_(std::move(root)) {}

  const ContentFolder& folder() const { return folder_; }
  // ContentFolder::note_reads() of its folder.
  void note_reads(FileStamps* stamps) { folder_.note_reads(stamps); }
  const std::filesystem::path& root() const { return folder_.root(); }

  // Whether `path` lies under Packs/, by its name alone.
  bool holds(const std::filesystem::path& path) const;
  // The way from the root to `path`, which must lie in the tree or beside its packs.
  std::filesystem::path inside(const std::filesystem::path& path) const;

  // Where the script with this id, or else this name, lies: a package folder, or a YAML directly under `Scripts`.
  // Reads YAML files that hold the name, spelled without escapes; the answer is kept.
  // Errors: NotFound; InvalidInput when two scripts claim it, naming both.
  Result<std::filesystem::path> find_script(std::string_view name);

  // The pack of an item at `path`; empty when it lies under no pack. Errors: InvalidInput for metadata that is no JSON
  // object; Denied for links that lead out.
  Result<std::optional<Pack>> pack_of(const std::filesystem::path& path) const;

 private:
  struct Candidate {
    std::filesystem::path item;  // what read_item takes, from the root
    std::filesystem::path yaml;  // from the root
  };
  Result<void> list_scripts();
  Result<std::filesystem::path> search(std::string_view name) const;

  ContentFolder folder_;
  std::optional<std::vector<Candidate>> scripts_;
  std::map<std::string, std::filesystem::path, std::less<>> found_;
};

// The tree around `path`: the nearest folder above it with a folder `Packs`. One that belongs to a stranger (neither
// root, nor this process's user, nor the owner of `path`) is passed over, so that nobody can slip common code under
// another's script by making /tmp/Packs.
std::optional<ContentTree> find_tree_of(const std::filesystem::path& path);

}  // namespace berth::content
