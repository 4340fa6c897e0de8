#include "berth/content/tree_scan.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "berth/base/utf8.h"
#include "berth/sys/file.h"
#include "berth/sys/whole_path.h"

namespace berth::content {
namespace {

namespace fs = std::filesystem;

bool is_yaml(std::string_view name) { return name.ends_with(".yml") || name.ends_with(".yaml"); }

bool is_code(std::string_view name) { return name.ends_with(".py") || name.ends_with(".ps1") || name.ends_with(".js"); }

class Lister {
 public:
  Lister(const SourcePlace& place, int root) : folder_(place.root), root_(root) {}

  Result<void> packs() {
    BERTH_TRY(const std::vector<std::string> names, folders("Packs"));
    for (const std::string& name : names) BERTH_CHECK_OK(pack(fs::path("Packs") / name, name));
    return {};
  }

  Result<void> pack(const fs::path& place, const std::string& name) {
    note(place);  // a folder for scripts may come into being
    for (const char* kind : {"Scripts", "Integrations"}) {
      const fs::path inside = place / kind;
      const auto packages = folders(inside);
      if (!packages) continue;  // there is none, or it leads out of the tree
      const auto unified = folder_.files(inside);
      for (const std::string& file : unified ? *unified : std::vector<std::string>()) {
        if (is_yaml(file)) BERTH_CHECK_OK(add({inside / file, inside / file, name}));
      }
      for (const std::string& package : *packages) BERTH_CHECK_OK(package_folder(inside / package, name));
    }
    return {};
  }

  Result<void> package_folder(const fs::path& place, const std::string& pack_name) {
    note(place);
    const auto files = folder_.files(place);
    if (!files) return {};
    std::vector<std::string> yamls;
    std::ranges::copy_if(*files, std::back_inserter(yamls), is_yaml);
    for (const std::string& yaml : yamls) {
      // With several in one folder, the one that is meant has to be named.
      BERTH_CHECK_OK(add({place / yaml, yamls.size() == 1 ? place : place / yaml, pack_name}));
    }
    return {};
  }

  Result<void> add(ItemFile file) {
    if (found_.files.size() == kMostItems) {
      return fail(Errc::Exhausted,
                  fmt::format("list '{}': it holds more than {} items", folder_.root().native(), kMostItems));
    }
    file.yaml = file.yaml.lexically_normal();
    file.path = file.path.lexically_normal();
    found_.files.push_back(std::move(file));
    return {};
  }

  FoundFiles take() && {
    std::ranges::sort(found_.files, {}, &ItemFile::yaml);
    return std::move(found_);
  }

 private:
  // Before its names are read, so that a change in between is seen the next time.
  void note(const fs::path& inside) {
    found_.folders.push_back({inside, stamp_at(root_, inside).value_or(FileStamp())});
  }

  Result<std::vector<std::string>> folders(const fs::path& inside) {
    note(inside);
    return folder_.folders(inside);
  }

  ContentFolder folder_;
  int root_;
  FoundFiles found_;
};

bool is_folder(const fs::path& path) {
  struct stat status = {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

bool has_file(const fs::path& folder, const char* name) {
  struct stat status = {};
  return ::lstat((folder / name).c_str(), &status) == 0;
}

}  // namespace

std::string_view layout_text(SourceLayout layout) {
  if (layout == SourceLayout::Tree) return "tree";
  return layout == SourceLayout::Pack ? "pack" : "item";
}

Result<SourceLayout> layout_of(const fs::path& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) {
    const int err = errno;
    return std::unexpected(Error::from_errno(err, fmt::format("look for content in '{}'", path.native())));
  }
  if (S_ISDIR(status.st_mode)) {
    if (is_folder(path / "Packs")) return SourceLayout::Tree;
    const bool is_pack = is_folder(path / "Scripts") || is_folder(path / "Integrations") ||
                         has_file(path, "pack_metadata.json") || has_file(path, "metadata.json");
    if (is_pack) return SourceLayout::Pack;
    const auto files = ContentFolder(path).files(".");
    if (files && std::ranges::any_of(*files, is_yaml)) return SourceLayout::Item;
  } else if (is_yaml(path.native()) || is_code(path.native())) {
    return SourceLayout::Item;
  }
  return fail(Errc::InvalidInput,
              fmt::format("look for content in '{}': it is neither a folder with 'Packs', nor a pack (a folder with "
                          "'Scripts' or 'Integrations'), nor an item (a package folder, a .yml or a code file)",
                          path.native()));
}

Result<SourcePlace> place_of_source(const fs::path& source) {
  BERTH_TRY(fs::path path, sys::whole_path(source).context([] { return "look for content"; }));
  if (!path.has_filename()) path = path.parent_path();
  BERTH_TRY(const SourceLayout layout, layout_of(path));
  if (is_folder(path)) return SourcePlace{path, {}, layout};
  return SourcePlace{path.parent_path(), path.filename(), layout};
}

Result<FoundFiles> find_item_files(const SourcePlace& place) {
  BERTH_TRY(const UniqueFd root, sys::open_folder(place.root));
  Lister lister(place, root.get());
  switch (place.layout) {
    case SourceLayout::Tree:
      BERTH_CHECK_OK(lister.packs());
      break;
    case SourceLayout::Pack:
      BERTH_CHECK_OK(lister.pack(".", place.root.filename().native()));
      break;
    case SourceLayout::Item:
      if (place.file.empty()) {
        BERTH_CHECK_OK(lister.package_folder(".", ""));
      } else {
        BERTH_CHECK_OK(lister.add({place.file, place.file, ""}));
      }
      break;
  }
  return std::move(lister).take();
}

}  // namespace berth::content
