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
#include "berth/sys/id_map.h"
#include "berth/sys/syscall.h"

namespace berth::image {
namespace {

namespace fs = std::filesystem;

constexpr int kMostLinks = 40;  // as the kernel follows
constexpr std::string_view kWhat = "the image";
constexpr std::size_t kBytesOfEntry = 100;  // about what a name takes beside its letters

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

struct ImageTree::Listing {
  std::vector<TreeEntry> entries;                // by name
  std::vector<std::vector<std::size_t>> layers;  // of each that is a folder
  std::size_t bytes = 0;                         // that it took
};

OverlayMarks overlay_marks_here() {
  const auto of_machine = sys::has_machine_ids();
  return ::geteuid() == 0 && of_machine && *of_machine ? OverlayMarks::Trusted : OverlayMarks::User;
}

Result<ImageTree> ImageTree::open(const std::vector<fs::path>& layers, OverlayMarks marks) {
  std::vector<UniqueFd> opened;
  for (const fs::path& layer : layers) {
    BERTH_TRY(UniqueFd fd, sys::open_folder(layer));
    opened.push_back(std::move(fd));
  }
  BERTH_ASSERT(!opened.empty());
  return ImageTree(std::move(opened), marks);
}

bool ImageTree::is_opaque(int folder) const {
  const char* name = marks_ == OverlayMarks::Trusted ? "trusted.overlay.opaque" : "user.overlay.opaque";
  std::array<char, 8> value = {};
  return ::fgetxattr(folder, name, value.data(), value.size()) == 1 && value[0] == 'y';
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

Result<ImageTree::Listing> ImageTree::entries_of(const Folder& folder, std::size_t most_bytes) const {
  struct Seen {
    TreeKind kind = TreeKind::Other;
    bool hidden = false;  // by a whiteout
    bool closed = false;  // nothing below counts
    std::vector<std::size_t> layers;
  };
  std::map<std::string, Seen> seen;
  Listing listing;
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
      const auto [at, is_new] = seen.try_emplace(std::string(name));
      Seen& one = at->second;
      if (is_new) listing.bytes += name.size() + kBytesOfEntry;
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
      if (one.layers.empty() || S_ISDIR(mode)) {
        one.layers.push_back(layer);
        listing.bytes += sizeof layer;
      }
      if (listing.bytes > most_bytes) {
        return fail(Errc::Exhausted,
                    fmt::format("list '{}' inside {}: it holds too many names", folder.path.native(), kWhat));
      }
    }
    if (opaque) break;
  }
  while (!seen.empty()) {
    auto node = seen.extract(seen.begin());
    Seen& one = node.mapped();
    if (one.hidden || one.layers.empty()) continue;
    listing.entries.push_back({std::move(node.key()), one.kind});
    listing.layers.push_back(one.kind == TreeKind::Folder ? std::move(one.layers) : std::vector<std::size_t>());
  }
  return listing;
}

Result<std::vector<TreeEntry>> ImageTree::list_folder(const fs::path& path) const {
  BERTH_TRY(const Found found, follow(path));
  if (found.kind != TreeKind::Folder) {
    return fail(Errc::InvalidInput, fmt::format("list '{}' inside {}: it is not a folder", path.native(), kWhat));
  }
  BERTH_TRY(Listing listing, entries_of(found.folder, WalkBounds().name_bytes));
  return std::move(listing.entries);
}

// Depth first, so that what still has to be visited is a list of names for each folder on the way.
class ImageTree::Walk {
 public:
  Walk(const ImageTree& tree, const Visit& visit, const Skip& skip, const WalkBounds& bounds)
      : tree_(tree), visit_(visit), skip_(skip), bounds_(bounds) {}

  Result<void> run() {
    BERTH_CHECK_OK(enter(tree_.root()));
    while (!way_.empty()) {
      Level& level = way_.back();
      if (level.left.empty()) {
        way_.pop_back();
        continue;
      }
      Folder folder = {.path = level.path / level.left.back().name, .layers = std::move(level.left.back().layers)};
      level.left.pop_back();
      if (way_.size() > bounds_.depth) {
        skip_(folder.path,
              Error(Errc::Exhausted, fmt::format("more than {} folders lie in each other", bounds_.depth)));
        continue;
      }
      BERTH_CHECK_OK(enter(std::move(folder)));
    }
    return {};
  }

 private:
  struct Left {
    std::string name;
    std::vector<std::size_t> layers;
  };
  struct Level {
    std::filesystem::path path;
    std::vector<Left> left;  // folders in it that were not entered yet
  };

  Result<void> enter(Folder folder) {
    if (bounds_.is_over && bounds_.is_over()) {
      return fail(Errc::Exhausted, fmt::format("walk {}: it takes too long", kWhat));
    }
    auto listing = tree_.entries_of(folder, bounds_.name_bytes - bytes_);
    if (!listing) {
      skip_(folder.path, listing.error());
      return {};
    }
    bytes_ += listing->bytes;
    count_ += listing->entries.size();
    if (count_ > bounds_.entries) {
      return fail(Errc::Exhausted, fmt::format("walk {}: it holds more than {} names", kWhat, bounds_.entries));
    }
    visit_(folder.path, listing->entries);
    Level level = {.path = std::move(folder.path), .left = {}};
    for (std::size_t i = 0; i < listing->entries.size(); ++i) {
      TreeEntry& entry = listing->entries[i];
      if (entry.kind == TreeKind::Folder) {
        level.left.push_back({std::move(entry.name), std::move(listing->layers[i])});
      }
    }
    way_.push_back(std::move(level));
    return {};
  }

  const ImageTree& tree_;
  const Visit& visit_;
  const Skip& skip_;
  const WalkBounds& bounds_;
  std::vector<Level> way_;
  std::size_t bytes_ = 0;
  std::size_t count_ = 0;
};

Result<void> ImageTree::walk(const Visit& visit, const Skip& skip, const WalkBounds& bounds) const {
  return Walk(*this, visit, skip, bounds).run();
}

}  // namespace berth::image
