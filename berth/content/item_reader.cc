#include "berth/content/item_reader.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include "berth/base/utf8.h"
#include "berth/content/code_text.h"
#include "berth/content/content_tree.h"
#include "berth/content/item_parser.h"
#include "berth/content/package_files.h"
#include "berth/content/yaml_reader.h"
#include "berth/sys/file.h"
#include "berth/sys/whole_path.h"

namespace berth::content {
namespace {

namespace fs = std::filesystem;

// The folder that bounds what may be read for an item at `path`, and the way from there.
struct Place {
  ContentFolder folder;
  fs::path inside;
  bool in_tree;
};

Place place_of(const fs::path& path, bool is_folder) {
  if (const auto tree = find_tree_of(path); tree && tree->holds(path)) {
    return {tree->folder(), tree->inside(path), true};
  }
  if (is_folder) return {ContentFolder(path), ".", false};
  return {ContentFolder(path.parent_path()), path.filename(), false};
}

std::optional<Language> language_of_extension(const fs::path& path) {
  const std::string extension = path.extension().native();
  if (extension == ".py") return Language::Python;
  if (extension == ".ps1") return Language::PowerShell;
  if (extension == ".js") return Language::JavaScript;
  return std::nullopt;
}

// A file that was named by itself: through its tree where it lies in one, else just as named.
Result<std::string> read_named(const Place& place, const fs::path& path, std::size_t limit_bytes) {
  return place.in_tree ? place.folder.read(place.inside, limit_bytes) : sys::read_file(path, limit_bytes);
}

Result<Item> script_of(std::string code, std::string_view name, std::string_view file) {
  Item item;
  item.id = item.name = std::string(name);
  item.subtype = "python3";
  item.any_argument = true;
  BERTH_TRY(item.code, checked_code(std::move(code), file));
  return item;
}

Result<Item> read_code_file(const Place& place, const fs::path& path, Language language) {
  BERTH_TRY(std::string code, read_named(place, path, kLargestCode));
  BERTH_TRY(Item item, script_of(std::move(code), path.stem().native(), path.native()));
  item.language = language;
  if (language != Language::Python) item.subtype.clear();
  item.source = item.code_path = path;
  return item;
}

// Reads the code file of the package folder `inside` into `item`, if there is one.
Result<void> take_code_file(Item& item, const ContentFolder& folder, const fs::path& inside, const fs::path& shown) {
  BERTH_TRY(std::vector<std::string> names, folder.files(inside));
  const auto name = code_file_of(shown.filename().native(), std::move(names), item.language);
  if (!name) return {};
  item.code_path = shown / *name;
  if (!item.code.empty()) {
    item.warnings.push_back({item.source.native(), 0, "script",
                             fmt::format("the code beside it, '{}', goes before the code in the YAML", *name)});
  }
  BERTH_TRY(item.code, folder.read(inside / *name, kLargestCode));
  return {};
}

Result<Item> finish(Item item) {
  if (item.code.empty() && !item.is_llm && item.code_path == item.source) {
    const char* key = item.kind == ItemKind::Script ? "script" : "script.script";
    return fail(Errc::InvalidInput,
                fmt::format("{}: key '{}': it is empty, and no {} code file lies beside it; add the code file",
                            item.source.native(), key, language_text(item.language)));
  }
  BERTH_TRY(item.code, checked_code(std::move(item.code), item.code_path.native()));
  return item;
}

Result<Item> parsed(std::string_view text, const fs::path& path, std::string_view marketplace) {
  BERTH_TRY(const YamlDocument document, parse_yaml(text, path.native()));
  BERTH_TRY(Item item, parse_item(document, marketplace));
  item.source = item.code_path = path;
  return item;
}

Result<Item> read_yaml(const Place& place, const fs::path& path, std::string_view marketplace) {
  BERTH_TRY(std::string text, read_named(place, path, kLargestYaml));
  BERTH_TRY(Item item, parsed(text, path, marketplace));
  const std::string parent = path.parent_path().filename().native();
  const bool is_unified = !item.code.empty() || parent == "Integrations" || parent == "Scripts";
  if (!is_unified && !item.is_llm) {
    BERTH_CHECK_OK(take_code_file(item, place.folder, place.inside.parent_path(), path.parent_path()));
  }
  return finish(std::move(item));
}

Result<Item> read_package(const Place& place, const fs::path& path, std::string_view marketplace) {
  BERTH_TRY(std::vector<std::string> names, place.folder.files(place.inside));
  BERTH_TRY(const std::string yaml, yaml_file_of(path, names));
  BERTH_TRY(std::string text, place.folder.read(place.inside / yaml, kLargestYaml));
  BERTH_TRY(Item item, parsed(text, path / yaml, marketplace));
  if (!item.is_llm) BERTH_CHECK_OK(take_code_file(item, place.folder, place.inside, path));
  return finish(std::move(item));
}

}  // namespace

Result<Item> read_item(const fs::path& given, std::string_view marketplace) {
  if (to_visible(given.native(), false) != given.native()) {
    return fail(Errc::InvalidInput, fmt::format("read item '{}': its path holds invisible characters; rename it",
                                                to_visible(given.native(), false)));
  }
  BERTH_TRY(fs::path path, sys::whole_path(given).context([] { return "read item"; }));
  if (!path.has_filename()) path = path.parent_path();  // a slash at its end
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) {
    const int err = errno;
    return std::unexpected(Error::from_errno(err, fmt::format("read item '{}'", path.native())));
  }
  const Place place = place_of(path, S_ISDIR(status.st_mode));
  const auto doing = [&] { return fmt::format("read item '{}'", path.filename().native()); };
  if (S_ISDIR(status.st_mode)) return read_package(place, path, marketplace).context(doing);
  if (const auto language = language_of_extension(path)) return read_code_file(place, path, *language).context(doing);
  if (path.extension() == ".yml" || path.extension() == ".yaml")
    return read_yaml(place, path, marketplace).context(doing);
  return fail(Errc::InvalidInput,
              fmt::format("read item '{}': it is no content item; give a .py or .yml file, or a package folder",
                          path.native()));
}

Result<Item> script_from_text(std::string text, std::string_view name) {
  return script_of(std::move(text), name, name);
}

}  // namespace berth::content
