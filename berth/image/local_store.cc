#include "berth/image/local_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "berth/image/named_images.h"
#include "berth/image/short_names.h"
#include "berth/image/stored_names.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::image {
namespace {

constexpr std::size_t kMaxListBytes = 256 << 20;
constexpr std::size_t kMaxLowerBytes = 64 << 10;

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
  return not_found(fmt::format("in the storage '{}'", graph_root_.native()), all, reference);
}

Result<LocalImage> LocalStore::read_image(const StoredImage& image) const {
  const auto doing = [&] { return read_error_text(image); };
  LocalImage read = {.id = image.id,
                     .digest = image.digest,
                     .other_digests = image.other_digests,
                     .names = image.names,
                     .created = image.created};
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

std::vector<std::string> digests_of(const LocalImage& image) {
  std::vector<std::string> digests = {image.digest};
  digests.insert(digests.end(), image.other_digests.begin(), image.other_digests.end());
  return digests;
}

std::vector<std::string> layer_ids_of(const LocalImage& image) {
  std::vector<std::string> ids;
  for (const std::filesystem::path& folder : image.layer_folders) {
    ids.push_back(folder.parent_path().filename().native());
  }
  return ids;
}

}  // namespace berth::image
