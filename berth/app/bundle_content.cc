#include "berth/app/bundle_content.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <system_error>
#include <utility>

#include "berth/app/bundle.h"
#include "berth/app/image_use.h"
#include "berth/base/utf8.h"
#include "berth/content/content_index.h"
#include "berth/content/content_tree.h"
#include "berth/content/marketplace.h"
#include "berth/image/named_images.h"
#include "berth/sys/file.h"
#include "berth/sys/interrupt.h"
#include "berth/sys/syscall.h"

namespace berth::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFile = 64 << 20;
constexpr std::size_t kMostFiles = 200'000;
constexpr std::size_t kShown = 10;  // of names in an error or a note

// Begin with a dot and are a pack's.
constexpr std::string_view kOfPacks[] = {".pack-ignore", ".secrets-ignore"};

bool is_left_out(std::string_view name) {
  return name.starts_with('.') && std::ranges::find(kOfPacks, name) == std::end(kOfPacks);
}

std::string listed(const std::vector<std::string>& names) {
  const auto end = names.begin() + static_cast<std::ptrdiff_t>(std::min(kShown, names.size()));
  std::string text = to_visible(fmt::format("{}", fmt::join(names.begin(), end, ", ")), false);
  if (names.size() > kShown) text += fmt::format(" and {} more", names.size() - kShown);
  return text;
}

std::string kind_of(fs::file_type type) {
  switch (type) {
    case fs::file_type::fifo:
      return "a fifo";
    case fs::file_type::socket:
      return "a socket";
    case fs::file_type::block:
    case fs::file_type::character:
      return "a device";
    default:
      return "neither a file nor a folder";
  }
}

// The packs of one tree, or one pack.
class Gathering {
 public:
  Gathering(fs::path root, BundledContent& content) : root_(std::move(root)), content_(content) {}

  // `packs` is the folder that holds them.
  Result<void> add_packs(const fs::path& packs) {
    const std::size_t before = content_.packs.size();
    BERTH_TRY(const auto inside, real(packs, "Packs"));
    if (inside) {
      BERTH_TRY(const std::vector<fs::path> entries, entries_of(*inside));
      for (const fs::path& entry : entries) BERTH_CHECK_OK(add_entry(entry));
    }
    BERTH_CHECK_OK(check_refused());
    if (content_.packs.size() > before) return {};
    return fail(Errc::InvalidInput, fmt::format("read packs: there is none in '{}'", packs.native()));
  }

  Result<void> add_pack(const fs::path& pack, const std::string& name) {
    if (!is_bundle_member("Packs/" + name + "/x")) {
      return fail(Errc::InvalidInput,
                  fmt::format("read packs: '{}' cannot be the name of one", to_visible(name, false)));
    }
    if (std::ranges::find(content_.packs, name) != content_.packs.end()) {
      return fail(Errc::InvalidInput, fmt::format("read packs: there are two of the name '{}'", name));
    }
    content_.packs.push_back(name);
    const std::size_t before = content_.files.size();
    const std::size_t refused = refused_.size();
    BERTH_CHECK_OK(add_folder(pack, "Packs/" + name));
    if (content_.files.size() > before || refused_.size() > refused) return {};
    return fail(Errc::InvalidInput,
                fmt::format("read packs: there is no file in '{}'; name a folder with a pack in it", pack.native()));
  }

  // What cannot go in is told all at once.
  Result<void> check_refused() const {
    if (refused_.empty()) return {};
    return fail(Errc::InvalidInput,
                fmt::format("read packs: what is no file, or no link that stays in '{}', cannot go into a bundle: {}; "
                            "put the files themselves there, or take the rest away",
                            root_.native(), listed(refused_)));
  }

 private:
  static Result<std::vector<fs::path>> entries_of(const fs::path& folder) {
    std::error_code error;
    std::vector<fs::path> entries;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
      entries.push_back(at->path());
    }
    if (error) return std::unexpected(Error::from_errno(error.value(), fmt::format("list '{}'", folder.native())));
    std::ranges::sort(entries);
    return entries;
  }

  // Where `path` really lies; nothing where that is refused.
  Result<std::optional<fs::path>> real(const fs::path& path, const std::string& member) {
    std::error_code error;
    const fs::file_status own = fs::symlink_status(path, error);
    if (error) return std::unexpected(Error::from_errno(error.value(), fmt::format("look at '{}'", path.native())));
    if (own.type() != fs::file_type::symlink) return std::optional(path);
    const auto refuse = [&](std::string_view why) {
      refused_.push_back(fmt::format("'{}' ({})", member, why));
      return std::optional<fs::path>();
    };
    const fs::path target = fs::canonical(path, error);
    if (error) return refuse("a link that leads nowhere");
    const fs::path way = target.lexically_relative(root_);
    if (way.empty() || *way.begin() == "..") return refuse("a link that leads out");
    const bool is_hidden =
        std::ranges::any_of(way, [](const fs::path& part) { return part != "." && is_left_out(part.native()); });
    if (is_hidden) return refuse("a link to what is left out, with a dot in front");
    return std::optional(target);
  }

  // Of the folder of packs.
  Result<void> add_entry(const fs::path& entry) {
    const std::string name = entry.filename().native();
    std::error_code error;
    const bool is_pack = !is_left_out(name) && (fs::is_directory(entry, error) || fs::is_symlink(entry, error));
    if (!is_pack) {
      content_.left_out.push_back("Packs/" + name);
      return {};
    }
    BERTH_TRY(const auto folder, real(entry, "Packs/" + name));
    if (!folder) return {};
    if (fs::is_directory(*folder, error)) return add_pack(*folder, name);
    content_.left_out.push_back("Packs/" + name);
    return {};
  }

  Result<void> add_folder(const fs::path& folder, const std::string& member) {
    BERTH_CHECK_OK(sys::check_interrupted());
    above_.push_back(folder);
    BERTH_TRY(const std::vector<fs::path> entries, entries_of(folder));
    for (const fs::path& entry : entries) {
      // By links to folders few files can be many.
      if (++looked_at_ > kMostFiles) {
        return fail(Errc::Exhausted,
                    fmt::format("read packs: there are more than {} files and folders; leave out links "
                                "to folders, or make several bundles",
                                kMostFiles));
      }
      const std::string name = entry.filename().native();
      const std::string own = fmt::format("{}/{}", member, name);
      if (is_left_out(name)) {
        content_.left_out.push_back(own);
      } else {
        BERTH_CHECK_OK(add(entry, own));
      }
    }
    above_.pop_back();
    return {};
  }

  Result<void> add(const fs::path& path, const std::string& member) {
    BERTH_TRY(const auto place, real(path, member));
    if (!place) return {};
    if (!is_bundle_member(member)) {
      return fail(Errc::InvalidInput,
                  fmt::format("read packs: '{}' cannot be the name of a file in a bundle", to_visible(member, false)));
    }
    std::error_code error;
    const fs::file_type type = fs::status(*place, error).type();
    if (type == fs::file_type::directory) {
      if (std::ranges::find(above_, *place) == above_.end()) return add_folder(*place, member);
      refused_.push_back(fmt::format("'{}' (a link to a folder that it lies in)", member));
      return {};
    }
    if (type != fs::file_type::regular) {
      refused_.push_back(fmt::format("'{}' ({})", member, kind_of(type)));
      return {};
    }
    if (const auto size = fs::file_size(*place, error); !error && size > kMaxFile) {
      return fail(Errc::Exhausted, fmt::format("read packs: '{}' is over {} MiB", member, kMaxFile >> 20));
    }
    content_.files.push_back({member, *place});
    return {};
  }

  fs::path root_;
  BundledContent& content_;
  std::vector<fs::path> above_;
  std::vector<std::string> refused_;
  std::size_t looked_at_ = 0;
};

// One lock of two; a name that they pin to different images cannot be in it.
Result<void> add_lock(const fs::path& root, std::optional<image::ImageLock>& lock) {
  BERTH_TRY(const auto own, image::read_image_lock(root));
  if (!own) return {};
  if (!lock) lock.emplace();
  for (const auto& [written, digest] : own->digests) {
    const auto [entry, is_new] = lock->digests.emplace(written, digest);
    if (is_new || entry->second == digest) continue;
    return fail(Errc::InvalidInput,
                fmt::format("join the lock files of the packs: '{}' has {} for '{}', and another has {}; lock them "
                            "alike, or put them into bundles of their own",
                            (root / image::kLockFile).native(), digest, written, entry->second));
  }
  return {};
}

Result<void> gather(const fs::path& given, BundledContent& content, std::vector<fs::path>& locked) {
  std::error_code error;
  const fs::path path = fs::canonical(given, error);
  if (error || !fs::is_directory(path)) {
    return fail(Errc::NotFound, fmt::format("read packs: '{}' is no folder", given.native()));
  }
  const bool is_tree = fs::is_directory(path / "Packs", error);
  fs::path root = path;
  if (const auto around = content::find_tree_of(path); !is_tree && around && around->holds(path)) root = around->root();
  Gathering gathering(root, content);
  BERTH_CHECK_OK(is_tree ? gathering.add_packs(path / "Packs") : gathering.add_pack(path, path.filename().native()));
  BERTH_CHECK_OK(gathering.check_refused());
  if (std::ranges::find(locked, root) != locked.end()) return {};
  locked.push_back(root);
  return add_lock(root, content.lock);
}

}  // namespace

Result<BundledContent> gather_content(const std::vector<fs::path>& given) {
  BundledContent content;
  std::vector<fs::path> locked;
  for (const fs::path& path : given) BERTH_CHECK_OK(gather(path, content, locked));
  std::ranges::sort(content.packs);
  std::ranges::sort(content.files, {}, &BundledFile::member);
  return content;
}

Result<std::string> read_bundled(const BundledFile& file) {
  // Something else may have been put in its place since, or in that of a folder above: its path has no link in it, and
  // nothing is opened that keeps who opens it.
  BERTH_TRY(const UniqueFd top, sys::open_folder("/"));
  BERTH_TRY(const UniqueFd fd, sys::open_without_links(top.get(), file.path.relative_path(),
                                                       O_RDONLY | O_NONBLOCK | O_NOCTTY, "the packs"));
  return sys::read_file(fd, kMaxFile, file.path.native());
}

std::string missing_images_text(const Settings& settings, const std::vector<fs::path>& given,
                                const std::optional<image::ImageLock>& lock,
                                const std::vector<image::StoredImage>& images) {
  const image::NamedImages named(images);
  const content::IndexOptions options{settings.cache / "content",
                                      std::string(content::marketplace_of_platform(settings.server_platform))};
  std::map<std::string, std::vector<std::string>> missing;  // what is written, to the items
  for (const fs::path& path : given) {
    const auto index = content::ContentIndex::open(path, options);
    if (!index) continue;  // what is no content needs no image
    for (const content::IndexedItem& item : index->items()) {
      const std::string written = image_of_item(item, settings);
      const auto reference = image::parse_reference(written);
      if (!reference) continue;
      const bool is_locked = lock && lock->digests.contains(written);
      const std::string& digest = is_locked ? lock->digests.find(written)->second : reference->digest;
      const bool is_there =
          digest.empty()
              ? find_meant(named, settings.substitutes, written) != nullptr
              : std::ranges::any_of(images, [&](const image::StoredImage& image) { return has_digest(image, digest); });
      if (is_there) continue;
      missing[is_locked ? fmt::format("{} (locked to {})", written, digest) : written].push_back(item.id);
    }
  }
  if (missing.empty()) return {};
  std::vector<std::string> lines;
  for (const auto& [written, items] : missing) {
    lines.push_back(fmt::format("{}, for {}{}", written, items.front(),
                                items.size() == 1 ? "" : fmt::format(" and {} more", items.size() - 1)));
  }
  return fmt::format(
      "items of the packs need images that are not in the bundle: {}; add them with --image, unless the "
      "other site has them",
      to_visible(fmt::format("{}", fmt::join(lines, "; ")), false));
}

}  // namespace berth::app
