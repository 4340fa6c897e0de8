// How an overlay adds its layers up (Documentation/filesystems/overlayfs.rst of the kernel): a character device 0:0 is
// a whiteout, which hides the name in all layers below; a folder with the attribute `overlay.opaque` hides what those
// have in it; folders of the same name are one, and anything else hides what is below it.

#include "berth/image/image_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <deque>
#include <map>
#include <memory>

#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::image {
namespace {

namespace fs = std::filesystem;

constexpr int kMostLinks = 40;  // as the kernel follows
constexpr std::string_view kWhat = "the image";

// Without these rights a root may not read `trusted.`, and a storage of its user's has `user.` in its place.
bool is_opaque(int folder) {
  for (const char* attribute : {"trusted.overlay.opaque", "user.overlay.opaque"}) {
    std::array<char, 8> value = {};
    if (::fgetxattr(folder, attribute, value.data(), value.size()) == 1 && value[0] == 'y') return true;
  }
  return false;
}

bool is_whiteout(const struct stat& status) { return S_ISCHR(status.st_mode) && status.st_rdev == 0; }

TreeKind kind_of(mode_t mode) {
  if (S_ISREG(mode)) return TreeKind::File;
  if (S_ISDIR(mode)) return TreeKind::Folder;
  if (S_ISLNK(mode)) return TreeKind::Link;
  return TreeKind::Other;
}

Result<std::string> target_of(int link, const fs::path& path) {
  std::array<char, 4096> target = {};
  const auto read = [&] { return ::readlinkat(link, "", target.data(), target.size()); };
  BERTH_TRY(int size, sys::call(read, "read link '{}'", path.native()));
  return std::string(target.data(), static_cast<std::size_t>(size));
}

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

// Puts what still has to be walked in front of it.
void put_before(std::deque<std::string>& names, const fs::path& path) {
  std::size_t at = 0;
  for (const fs::path& part : path.relative_path()) {
    if (!part.empty() && part != ".") names.insert(names.begin() + static_cast<std::ptrdiff_t>(at++), part.native());
  }
}

}  // namespace

// What a name in a folder is: the highest layer's, and for a folder those below that count.
struct ImageTree::Found {
  TreeKind kind = TreeKind::Folder;
  std::size_t layer = 0;
  UniqueFd fd = {};  // as a place, not opened for reading; none for the root
  Folder folder;
};

Result<ImageTree> ImageTree::open(const std::vector<fs::path>& layers) {
  std::vector<UniqueFd> opened;
  for (const fs::path& layer : layers) {
    BERTH_TRY(UniqueFd fd, sys::open_folder(layer));
    opened.push_back(std::move(fd));
  }
  BERTH_ASSERT(!opened.empty());
  return ImageTree(std::move(opened));
}

ImageTree::Folder ImageTree::root() const {
  Folder root;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    root.layers.push_back(i);
    if (is_opaque(layers_[i].get())) break;
  }
  return root;
}

Result<ImageTree::Found> ImageTree::look_up(const Folder& parent, std::string_view name) const {
  Found found = {.folder = {.path = parent.path / name}};
  for (const std::size_t layer : parent.layers) {
    auto fd = sys::open_without_links_or_mounts(layers_[layer].get(), found.folder.path, O_PATH | O_NOFOLLOW, kWhat);
    if (!fd && fd.error().code() == Errc::NotFound) continue;
    if (!fd) return std::unexpected(std::move(fd).error());
    struct stat status = {};
    BERTH_CHECK_OK(sys::check([&] { return ::fstat(fd->get(), &status); }, "look at '{}'", found.folder.path.native()));
    if (is_whiteout(status)) break;
    const bool is_first = found.folder.layers.empty();
    if (is_first) {
      found.kind = kind_of(status.st_mode);
      found.layer = layer;
      found.fd = std::move(*fd);
    }
    if (!S_ISDIR(status.st_mode)) {
      if (is_first) return found;
      break;
    }
    found.folder.layers.push_back(layer);
    if (layer == parent.layers.back()) break;
    BERTH_TRY(const UniqueFd readable, sys::open_without_links_or_mounts(layers_[layer].get(), found.folder.path,
                                                                         O_RDONLY | O_DIRECTORY, kWhat));
    if (is_opaque(readable.get())) break;
  }
  if (!found.folder.layers.empty()) return found;
  return fail(Errc::NotFound,
              fmt::format("open '{}' inside {}: there is no such file", found.folder.path.native(), kWhat));
}

Result<ImageTree::Found> ImageTree::follow(const fs::path& path) const {
  std::deque<std::string> names;
  put_before(names, path);
  std::vector<Folder> way = {root()};
  Found at = {.folder = way.back()};
  for (int links = 0; !names.empty();) {
    const std::string name = std::move(names.front());
    names.pop_front();
    if (at.kind != TreeKind::Folder) {
      return fail(Errc::NotFound, fmt::format("open '{}' inside {}: it leads through a file", path.native(), kWhat));
    }
    if (name == "..") {
      if (way.size() > 1) way.pop_back();
      at = {.folder = way.back()};
      continue;
    }
    BERTH_TRY(at, look_up(way.back(), name));
    if (at.kind == TreeKind::Folder) way.push_back(at.folder);
    if (at.kind != TreeKind::Link) continue;
    if (++links > kMostLinks) {
      return fail(Errc::NotFound, fmt::format("open '{}' inside {}: its links go on and on", path.native(), kWhat));
    }
    BERTH_TRY(const fs::path target, target_of(at.fd.get(), at.folder.path));
    if (target.is_absolute()) way.resize(1);
    put_before(names, target);
    at = {.folder = way.back()};
  }
  return at;
}

Result<std::string> ImageTree::read_file(const fs::path& path, std::size_t limit_bytes) const {
  BERTH_TRY(const Found found, follow(path));
  if (found.kind != TreeKind::File) {
    return fail(Errc::InvalidInput, fmt::format("read '{}' inside {}: it is not a regular file", path.native(), kWhat));
  }
  // Non-blocking, should a fifo have taken the file's place; read_file looks once more at what it got.
  BERTH_TRY(const UniqueFd file,
            sys::open_without_links_or_mounts(layers_[found.layer].get(), found.folder.path,
                                              O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW, kWhat));
  return sys::read_file(file, limit_bytes, path.native());
}

Result<fs::path> ImageTree::resolve(const fs::path& path) const {
  BERTH_TRY(Found found, follow(path));
  return std::move(found.folder.path);
}

// What lies in a folder, and of each folder in it the layers that it may be made of.
Result<std::vector<std::pair<TreeEntry, ImageTree::Folder>>> ImageTree::entries_of(const Folder& folder) const {
  struct Seen {
    TreeKind kind = TreeKind::Other;
    bool hidden = false;  // by a whiteout
    bool closed = false;  // nothing below counts
    std::vector<std::size_t> layers;
  };
  std::map<std::string, Seen> seen;
  for (const std::size_t layer : folder.layers) {
    BERTH_TRY(UniqueFd fd,
              sys::open_without_links_or_mounts(layers_[layer].get(), folder.path, O_RDONLY | O_DIRECTORY, kWhat));
    const bool opaque = is_opaque(fd.get());
    const std::unique_ptr<DIR, CloseFolder> stream(::fdopendir(fd.get()));
    if (stream == nullptr) return std::unexpected(Error::from_errno(errno, "list a folder inside the image"));
    const int place = fd.release();  // the stream closes it
    while (const dirent* entry = ::readdir(stream.get())) {
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      Seen& one = seen[std::string(name)];
      if (one.closed) continue;
      mode_t mode = static_cast<mode_t>(DTTOIF(entry->d_type));
      if (entry->d_type == DT_CHR || entry->d_type == DT_UNKNOWN) {
        struct stat status = {};
        if (::fstatat(place, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
        mode = status.st_mode;
        if (is_whiteout(status)) {
          one.hidden = one.layers.empty();
          one.closed = true;
          continue;
        }
      }
      if (one.layers.empty()) one.kind = kind_of(mode);
      one.closed = !S_ISDIR(mode);
      if (one.layers.empty() || S_ISDIR(mode)) one.layers.push_back(layer);
      if (seen.size() > kMostEntries) {
        return fail(Errc::Exhausted, fmt::format("list '{}' inside {}: it holds more than {} names",
                                                 folder.path.native(), kWhat, kMostEntries));
      }
    }
    if (opaque) break;
  }
  std::vector<std::pair<TreeEntry, Folder>> entries;
  for (auto& [name, one] : seen) {
    if (!one.hidden && !one.layers.empty()) entries.push_back({{name, one.kind}, {folder.path / name, one.layers}});
  }
  return entries;
}

Result<std::vector<TreeEntry>> ImageTree::list_folder(const fs::path& path) const {
  BERTH_TRY(const Found found, follow(path));
  if (found.kind != TreeKind::Folder) {
    return fail(Errc::InvalidInput, fmt::format("list '{}' inside {}: it is not a folder", path.native(), kWhat));
  }
  BERTH_TRY(auto both, entries_of(found.folder));
  std::vector<TreeEntry> entries;
  for (auto& [entry, folder] : both) entries.push_back(std::move(entry));
  return entries;
}

Result<void> ImageTree::walk(const Visit& visit, const Skip& skip) const {
  std::vector<std::pair<Folder, std::size_t>> open = {{root(), 0}};
  std::size_t count = 0;
  while (!open.empty()) {
    auto [folder, depth] = std::move(open.back());
    open.pop_back();
    auto both = entries_of(folder);
    if (!both) {
      skip(folder.path, both.error());
      continue;
    }
    count += both->size();
    if (count > kMostEntries) {
      return fail(Errc::Exhausted, fmt::format("walk {}: it holds more than {} names", kWhat, kMostEntries));
    }
    std::vector<TreeEntry> entries;
    for (auto& [entry, inside] : *both) {
      entries.push_back(entry);
      if (entry.kind != TreeKind::Folder) continue;
      if (depth == kDeepest) {
        return fail(Errc::Exhausted, fmt::format("walk {}: more than {} folders lie in each other", kWhat, kDeepest));
      }
      open.emplace_back(std::move(inside), depth + 1);
    }
    visit(folder.path, entries);
  }
  return {};
}

}  // namespace berth::image
