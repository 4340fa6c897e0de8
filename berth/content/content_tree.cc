#include "berth/content/content_tree.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "berth/base/json.h"
#include "berth/base/utf8.h"
#include "berth/content/item_reader.h"
#include "berth/content/yaml_reader.h"
#include "berth/sys/whole_path.h"

namespace berth::content {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestMetadata = 1 << 20;
constexpr uid_t kUnknownOwner = 65534;  // how the kernel shows an owner who is not in this user namespace

// A path that cannot be completed lies in no tree.
fs::path whole(const fs::path& path) { return sys::whole_path(path).value_or(path); }

bool is_yaml(const std::string& name) { return name.ends_with(".yml") || name.ends_with(".yaml"); }

struct Identity {
  std::string id;
  std::string name;
};

std::string text_of(const YamlNode* node) {
  return node != nullptr && node->is_scalar() ? std::string(node->text()) : std::string();
}

// Empty when the YAML is broken: a stranger in the tree must not stop a search for another script.
std::optional<Identity> identity_of(std::string_view yaml) {
  const auto document = parse_yaml(yaml, "");
  if (!document) return std::nullopt;
  const YamlNode* common = document->root().find("commonfields");
  return Identity{common != nullptr ? text_of(common->find("id")) : std::string(),
                  text_of(document->root().find("name"))};
}

std::string list_of(const std::vector<fs::path>& paths) {
  return fmt::format("'{}' and '{}'", paths[0].native(), paths[1].native());
}

}  // namespace

bool ContentTree::holds(const fs::path& path) const {
  const fs::path way = inside(path);
  return !way.empty() && *way.begin() == "Packs";
}

fs::path ContentTree::inside(const fs::path& path) const { return whole(path).lexically_relative(root()); }

Result<void> ContentTree::list_scripts() {
  std::vector<Candidate> scripts;
  BERTH_TRY(const std::vector<std::string> packs, folder_.folders("Packs"));
  for (const std::string& pack : packs) {
    const fs::path place = fs::path("Packs") / pack / "Scripts";
    const auto packages = folder_.folders(place);
    if (!packages) continue;  // a pack without scripts, or one that leads out of the tree
    for (const std::string& package : *packages) {
      const auto files = folder_.files(place / package);
      if (!files) continue;
      for (const std::string& file : *files) {
        if (is_yaml(file)) scripts.push_back({place / package, place / package / file});
      }
    }
    const auto unified = folder_.files(place);
    if (!unified) continue;
    for (const std::string& file : *unified) {
      if (is_yaml(file)) scripts.push_back({place / file, place / file});
    }
  }
  scripts_ = std::move(scripts);
  return {};
}

Result<fs::path> ContentTree::search(std::string_view name) const {
  std::vector<fs::path> by_id;
  std::vector<fs::path> by_name;
  for (const Candidate& candidate : *scripts_) {
    const auto text = folder_.read(candidate.yaml, kLargestYaml);
    if (!text || text->find(name) == std::string::npos) continue;
    const auto identity = identity_of(*text);
    if (!identity) continue;
    if (identity->id == name) by_id.push_back(root() / candidate.item);
    if (identity->name == name) by_name.push_back(root() / candidate.item);
  }
  const std::vector<fs::path>& found = by_id.empty() ? by_name : by_id;
  const std::string shown = to_visible(name.substr(0, 200), false);
  if (found.empty()) {
    return fail(Errc::NotFound,
                fmt::format("find script '{}' in '{}': no script has this id or name", shown, root().native()));
  }
  if (found.size() > 1) {
    return fail(Errc::InvalidInput, fmt::format("find script '{}': {} claim the same {}; rename one", shown,
                                                list_of(found), by_id.empty() ? "name" : "id"));
  }
  return found.front();
}

Result<fs::path> ContentTree::find_script(std::string_view name) {
  if (const auto known = found_.find(name); known != found_.end()) return known->second;
  if (name.empty()) return fail(Errc::NotFound, "find script: its name is empty");
  if (!scripts_) BERTH_CHECK_OK(list_scripts());
  BERTH_TRY(fs::path path, search(name));
  found_.emplace(std::string(name), path);
  return path;
}

Result<std::optional<Pack>> ContentTree::pack_of(const fs::path& path) const {
  if (!holds(path)) return std::optional<Pack>();
  const fs::path way = inside(path);
  auto part = std::next(way.begin());
  if (part == way.end() || std::next(part) == way.end()) return std::optional<Pack>();
  Pack pack = {.folder = part->native(), .name = part->native(), .version = ""};
  const fs::path file = fs::path("Packs") / pack.folder / "pack_metadata.json";
  const auto text = folder_.read(file, kLargestMetadata);
  if (!text && text.error().code() == Errc::NotFound) return std::optional<Pack>(std::move(pack));
  if (!text) return std::unexpected(text.error());
  const auto naming = [&] { return (root() / file).native(); };
  BERTH_TRY(const Json metadata, parse_json(*text).context(naming));
  if (!metadata.is_object()) {
    return fail(Errc::InvalidInput, fmt::format("{}: it is no JSON object; write it as {{...}}", naming()));
  }
  pack.name = metadata.text_or("name", pack.folder);
  pack.version = metadata.text_or("currentVersion", "");
  return std::optional<Pack>(std::move(pack));
}

std::optional<ContentTree> find_tree_of(const fs::path& given) {
  const fs::path path = whole(given);
  struct stat item = {};
  const bool known = ::stat(path.c_str(), &item) == 0;
  for (fs::path folder = path; folder.has_relative_path(); folder = folder.parent_path()) {
    struct stat packs = {};
    const fs::path above = folder.parent_path();
    if (::stat((above / "Packs").c_str(), &packs) != 0 || !S_ISDIR(packs.st_mode)) continue;
    // In an ordinary user's own namespace all who are not in it look alike; then a place where anybody may put a folder
    // proves nothing.
    struct stat place = {};
    const bool open_to_all = ::stat(above.c_str(), &place) != 0 || (place.st_mode & S_IWOTH) != 0;
    const bool is_alike = known && packs.st_uid == item.st_uid && (packs.st_uid != kUnknownOwner || !open_to_all);
    const bool is_ours = packs.st_uid == 0 || packs.st_uid == ::geteuid() || is_alike;
    if (is_ours) return ContentTree(above);
  }
  return std::nullopt;
}

}  // namespace berth::content
