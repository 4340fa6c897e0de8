#include "berth/content/zip_extraction.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <set>

#include "berth/base/json.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::content {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLargestMetadata = 1 << 20;

// Below `strip`, or empty for what is not.
fs::path below(const fs::path& strip, const ZipEntry& entry) {
  if (strip.empty()) return entry.name;
  const std::string prefix = strip.native() + "/";
  return entry.name.starts_with(prefix) ? fs::path(entry.name.substr(prefix.size())) : fs::path();
}

// Names that systems leave in archives without being asked.
bool is_noise(const fs::path& path) {
  const std::string first = path.empty() ? std::string() : path.begin()->native();
  return first == "__MACOSX" || path.filename() == ".DS_Store";
}

// The first parts of all names below `strip`, and whether all of them are folders.
struct Tops {
  std::set<std::string> names;
  bool has_file = false;
};
Tops tops_of(const ZipArchive& archive, const fs::path& strip) {
  Tops tops;
  for (const ZipEntry& entry : archive.entries()) {
    const fs::path path = below(strip, entry);
    if (path.empty() || is_noise(path)) continue;
    tops.names.insert(path.begin()->native());
    if (std::next(path.begin()) == path.end() && !entry.is_folder) tops.has_file = true;
  }
  return tops;
}

const ZipEntry* find_file(const ZipArchive& archive, const fs::path& path) {
  const auto& entries = archive.entries();
  const auto is_it = [&](const ZipEntry& entry) { return !entry.is_folder && entry.name == path.native(); };
  const auto found = std::ranges::find_if(entries, is_it);
  return found == entries.end() ? nullptr : &*found;
}

bool is_pack(const ZipArchive& archive, const fs::path& folder) {
  for (const char* metadata : {"pack_metadata.json", "metadata.json"}) {
    if (find_file(archive, folder / metadata) != nullptr) return true;
  }
  return std::ranges::any_of(archive.entries(), [&](const ZipEntry& entry) {
    const std::string prefix = folder.empty() ? std::string() : folder.native() + "/";
    return entry.name.starts_with(prefix + "Scripts/") || entry.name.starts_with(prefix + "Integrations/");
  });
}

// A name that may stand as a folder under Packs/.
bool is_folder_name(const std::string& name) {
  return !name.empty() && !name.starts_with('.') && name.find('/') == std::string::npos &&
         problem_of_entry_name(name).empty();
}

std::string pack_name_of(const ZipArchive& archive, const fs::path& folder, const std::string& otherwise) {
  for (const char* file : {"metadata.json", "pack_metadata.json"}) {
    const ZipEntry* entry = find_file(archive, folder / file);
    if (entry == nullptr || entry->size > kLargestMetadata) continue;
    const auto text = archive.unpack(*entry);
    if (!text) continue;
    const auto metadata = parse_json(*text);
    if (!metadata) continue;
    for (const char* key : {"id", "name"}) {
      std::string name = metadata->text_or(key, "");
      if (is_folder_name(name)) return name;
    }
  }
  return otherwise;
}

Result<void> write_file(int root, const fs::path& path, std::string_view bytes) {
  // The folder was made by us and is empty at the start, so that no link can lie in the way.
  BERTH_TRY(
      const int fd,
      sys::call(
          [&] { return ::openat(root, path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644); },
          "write '{}'", path.native()));
  const UniqueFd file(fd);
  return sys::write_all(file.get(), bytes, path.native());
}

Result<void> make_folders_in(int root, const fs::path& path) {
  fs::path way;
  for (const fs::path& part : path) {
    way /= part;
    const auto made = sys::check([&] { return ::mkdirat(root, way.c_str(), 0755); }, "make folder '{}'", way.native());
    if (!made && made.error().os_error() != EEXIST) return made;
  }
  return {};
}

}  // namespace

Result<void> extract_zip(const ZipArchive& archive, const ZipPlacement& placement, const fs::path& folder) {
  BERTH_TRY(const UniqueFd root, sys::open_folder(folder));
  for (const ZipEntry& entry : archive.entries()) {
    const fs::path inside = below(placement.strip, entry);
    if (inside.empty() || is_noise(inside)) continue;
    const fs::path path = placement.below / inside;
    BERTH_CHECK_OK(make_folders_in(root.get(), entry.is_folder ? path : path.parent_path()));
    if (entry.is_folder) continue;
    BERTH_TRY(const std::string bytes, archive.unpack(entry));
    BERTH_CHECK_OK(write_file(root.get(), path, bytes));
  }
  return {};
}

Result<ZipPlacement> placement_of(const ZipArchive& archive, const std::string& otherwise) {
  fs::path strip;
  for (int level = 0; level < 2; ++level) {
    const Tops tops = tops_of(archive, strip);
    if (tops.names.contains("Packs")) return ZipPlacement{{}, strip};
    if (is_pack(archive, strip))
      return ZipPlacement{fs::path("Packs") / pack_name_of(archive, strip, otherwise), strip};
    const auto holds_pack = [&](const std::string& top) { return is_pack(archive, strip / top); };
    // One folder around a whole tree is looked into first: it is no pack.
    if (!tops.names.empty() && std::ranges::any_of(tops.names, holds_pack)) return ZipPlacement{"Packs", strip};
    if (tops.names.size() != 1 || tops.has_file) break;
    strip /= *tops.names.begin();
  }
  return fail(Errc::InvalidInput,
              "look for packs in the archive: there are none; expected are 'Packs/<Pack>/...', '<Pack>/...', or a pack "
              "itself, each with 'Scripts', 'Integrations' or a metadata file");
}

}  // namespace berth::content
