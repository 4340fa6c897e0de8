#include "berth/image/local_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "berth/image/named_images.h"
#include "berth/image/short_names.h"
#include "berth/image/tag_order.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::image {
namespace {

constexpr std::size_t kMaxListBytes = 256 << 20;
constexpr std::size_t kMaxLowerBytes = 64 << 10;

// How far two names are apart in single letters changed, put in or left out.
std::size_t distance(std::string_view a, std::string_view b) {
  constexpr std::size_t kMost = 64;
  a = a.substr(0, kMost);
  b = b.substr(0, kMost);
  std::array<std::size_t, kMost + 1> row = {};
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0u : 1u);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

// As a user writes it: images of this machine without their registry.
std::string short_text(Reference name) {
  if (name.registry == "localhost") name.registry.clear();
  return to_string(name);
}

// The names that a user may have meant: the same image under other tags first, then names written alike.
std::string nearest_names(const std::vector<StoredImage>& images, const Reference& wanted) {
  constexpr std::size_t kShown = 3;
  constexpr std::size_t kLooked = 2000;
  std::vector<std::pair<std::size_t, std::string>> near;
  for (const StoredImage& image : images) {
    for (const Reference& name : image.names) {
      if (near.size() == kLooked) break;
      const std::size_t apart =
          std::min(distance(name.path, wanted.path), 1 + distance(last_component(name), last_component(wanted)));
      near.emplace_back(apart, short_text(name));
    }
  }
  std::ranges::sort(near, [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : compare_tags(b.second, a.second) < 0;
  });
  std::string text;
  for (std::size_t i = 0; i < std::min(kShown, near.size()); ++i) {
    text += fmt::format("{}'{}'", i == 0 ? "" : ", ", near[i].second);
  }
  return text;
}

std::string remedy_for(const Reference& wanted) {
  if (wanted.path == kShortNames[0].second) return "make it with 'berth image init'";
  return fmt::format("name one of these, or let one stand in for it with the setting {}", kSubstituteSetting);
}

Error not_found(const std::filesystem::path& graph_root, const std::vector<StoredImage>& images,
                const Reference& wanted) {
  const Reference full = with_long_name(wanted);
  const std::string meant = full == wanted ? "" : fmt::format(" (that is '{}')", to_string(full));
  const std::string near = nearest_names(images, full);
  const std::string there = near.empty() ? "no image is there yet" : "it is not there; the nearest are " + near;
  const bool base = full.path == kShortNames[0].second;
  const std::string remedy = near.empty() && !base ? "'berth image init' makes the Python 3 base" : remedy_for(full);
  return Error(Errc::NotFound, fmt::format("find image '{}'{} in the storage '{}': {}; {}", to_string(wanted), meant,
                                           graph_root.native(), there, remedy));
}

std::string read_error_text(const StoredImage& image) {
  const std::string name = image.names.empty() ? image.id : short_text(image.names.front());
  return fmt::format("read image '{}'", name);
}

Error damaged(const Error& cause) {
  return Error(Errc::Corrupt, cause.message() + "; remove the image with 'podman rmi' and make or pull it again");
}

// The layers of an image, the top one first, as the driver would stack them.
Result<std::vector<std::filesystem::path>> layer_folders(const std::filesystem::path& graph_root,
                                                         const std::string& top) {
  const std::filesystem::path overlay = graph_root / "overlay";
  std::vector<std::string> ids = {top};
  auto lower = sys::read_file(overlay / top / "lower", kMaxLowerBytes);
  if (!lower && lower.error().code() != Errc::NotFound) return std::unexpected(std::move(lower).error());
  if (lower) {
    BERTH_TRY(const std::vector<std::string> links, parse_lower(*lower));
    for (const std::string& link : links) {
      const std::filesystem::path path = overlay / "l" / link;
      std::array<char, 256> target = {};
      const auto read = [&] { return ::readlink(path.c_str(), target.data(), target.size()); };
      BERTH_TRY(int size, sys::call(read, "read link '{}'", path.native()));
      const auto id = layer_of_link(std::string_view(target.data(), static_cast<std::size_t>(size)));
      if (!id) return fail(Errc::Corrupt, fmt::format("the link '{}' leads to no layer", path.native()));
      ids.push_back(*id);
    }
  }
  std::vector<std::filesystem::path> folders;
  for (const std::string& id : ids) {
    std::filesystem::path folder = overlay / id / "diff";
    struct stat status = {};
    if (::lstat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
      return fail(Errc::Corrupt, fmt::format("its layer's folder '{}' is not there", folder.native()));
    }
    folders.push_back(std::move(folder));
  }
  return folders;
}

}  // namespace

Result<LocalStore> LocalStore::open(std::filesystem::path graph_root) {
  const auto where = [&] { return fmt::format("open the image storage '{}'", graph_root.native()); };
  const std::filesystem::path file = graph_root / "overlay-images/images.json";
  auto text = sys::read_file(file, kMaxListBytes);
  if (!text && text.error().code() == Errc::NotFound) {
    if (::access((graph_root / "vfs-images").c_str(), F_OK) == 0) {
      return fail(Errc::Unavailable,
                  fmt::format("{}: it was made with the driver 'vfs', and only 'overlay' can be read; set driver = "
                              "\"overlay\" under [storage] in /etc/containers/storage.conf (an ordinary user: in "
                              "~/.config/containers/storage.conf), and remove or move the old storage",
                              where()));
    }
    return LocalStore(std::move(graph_root), nullptr, {});
  }
  if (!text) return std::unexpected(std::move(text).error().in(where()));
  auto list = std::make_unique<const std::string>(std::move(*text));
  BERTH_TRY(std::vector<std::string_view> records,
            split_records(*list).context([&] { return fmt::format("{}: read '{}'", where(), file.native()); }));
  return LocalStore(std::move(graph_root), std::move(list), std::move(records));
}

// The images whose record holds `text` anywhere, which any record of a name or digest does that holds it.
Result<std::vector<StoredImage>> LocalStore::images_with(std::string_view text) const {
  std::vector<StoredImage> images;
  for (const std::string_view record : records_) {
    if (record.find(text) == std::string_view::npos) continue;
    BERTH_TRY(std::optional<StoredImage> image, parse_stored_image(record).context([&] {
      return fmt::format("read '{}/overlay-images/images.json'", graph_root_.native());
    }));
    if (image) images.push_back(std::move(*image));
  }
  std::ranges::sort(images, [](const StoredImage& a, const StoredImage& b) {
    return a.created != b.created ? a.created > b.created : a.id < b.id;
  });
  return images;
}

Result<std::vector<StoredImage>> LocalStore::list_images() const { return images_with(""); }

Result<std::vector<std::string>> LocalStore::tags_of(const Reference& name) const {
  BERTH_TRY(const std::vector<StoredImage> images, images_with(last_component(name)));
  return tags_among(pointers_to(images), name);
}

Result<LocalImage> LocalStore::find_image(const Reference& reference) const {
  const Reference full = with_long_name(reference);
  BERTH_TRY(const std::vector<StoredImage> images, images_with(last_component(full)));
  if (const StoredImage* image = pick_image(pointers_to(images), full)) return read_image(*image);
  BERTH_TRY(const std::vector<StoredImage> all, list_images());
  return std::unexpected(not_found(graph_root_, all, reference));
}

Result<LocalImage> LocalStore::read_image(const StoredImage& image) const {
  const auto doing = [&] { return read_error_text(image); };
  LocalImage read = {.id = image.id, .digest = image.digest, .names = image.names, .created = image.created};
  BERTH_TRY(const std::string text, config_text(image));
  BERTH_TRY(read.config, parse_image_config(text).context(doing));
  if (image.top_layer.empty()) return fail(Errc::Corrupt, fmt::format("{}: it has no layer", doing()));
  auto folders = layer_folders(graph_root_, image.top_layer);
  if (!folders) return std::unexpected(damaged(folders.error()).in(doing()));
  read.layer_folders = std::move(*folders);
  return read;
}

Result<std::string> LocalStore::config_text(const StoredImage& image) const {
  const auto file = graph_root_ / "overlay-images" / image.id / blob_file_name("sha256:" + image.id);
  auto text = sys::read_file(file, kMaxConfigBytes);
  if (!text) return std::unexpected(damaged(text.error()).in(read_error_text(image)));
  return text;
}

Result<std::map<std::string, std::uint64_t>> LocalStore::layer_sizes() const {
  const std::filesystem::path file = graph_root_ / "overlay-layers/layers.json";
  BERTH_TRY(const std::string text, sys::read_file(file, kMaxListBytes));
  return parse_layer_sizes(text).context([&] { return fmt::format("read '{}'", file.native()); });
}

Result<std::uint64_t> LocalStore::size_bytes_of(const LocalImage& image) const {
  BERTH_TRY(const auto sizes, layer_sizes());
  return sum_of_sizes(image, sizes);
}

std::uint64_t sum_of_sizes(const LocalImage& image, const std::map<std::string, std::uint64_t>& sizes) {
  std::uint64_t sum = 0;
  for (const std::string& layer : layer_ids_of(image)) {
    const auto size = sizes.find(layer);
    if (size != sizes.end()) sum += size->second;
  }
  return sum;
}

std::vector<std::string> layer_ids_of(const LocalImage& image) {
  std::vector<std::string> ids;
  for (const std::filesystem::path& folder : image.layer_folders) {
    ids.push_back(folder.parent_path().filename().native());
  }
  return ids;
}

}  // namespace berth::image
