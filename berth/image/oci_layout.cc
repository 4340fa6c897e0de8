#include "berth/image/oci_layout.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vector>

#include "berth/base/sha256.h"
#include "berth/base/unique_fd.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::image {
namespace {

constexpr std::string_view kManifestType = "application/vnd.oci.image.manifest.v1+json";
constexpr std::string_view kConfigType = "application/vnd.oci.image.config.v1+json";
constexpr std::string_view kLayerType = "application/vnd.oci.image.layer.v1.tar";
constexpr std::string_view kIndexType = "application/vnd.oci.image.index.v1+json";

Json descriptor(std::string_view type, std::string_view digest, std::uint64_t size_bytes) {
  return Json(Json::Object{{"mediaType", type}, {"digest", digest}, {"size", size_bytes}});
}

std::filesystem::path blob_path(const std::filesystem::path& folder, std::string_view digest) {
  return folder / "blobs/sha256" / digest.substr(digest.find(':') + 1);
}

// Writes `text` as a blob and describes it.
Result<Json> write_blob(const std::filesystem::path& folder, std::string_view type, const std::string& text) {
  const std::string digest = "sha256:" + sha256_hex(text);
  BERTH_CHECK_OK(sys::write_file_atomically(blob_path(folder, digest), text, 0644));
  return descriptor(type, digest, text.size());
}

}  // namespace

Result<LayerFile> read_layer_file(const std::filesystem::path& path) {
  const auto open = [&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); };
  BERTH_TRY(int fd, sys::call(open, "open layer '{}'", path.native()));
  const UniqueFd file(fd);
  LayerFile layer = {.path = path};
  Sha256 hash;
  std::vector<char> chunk(1 << 20);
  for (;;) {
    const auto read = [&] { return ::read(file.get(), chunk.data(), chunk.size()); };
    BERTH_TRY(int got, sys::call(read, "read layer '{}'", path.native()));
    if (got == 0) break;
    hash.update(std::string_view(chunk.data(), static_cast<std::size_t>(got)));
    layer.size_bytes += static_cast<std::uint64_t>(got);
  }
  layer.digest = "sha256:" + std::move(hash).hex();
  return layer;
}

Result<std::string> write_oci_layout(const std::filesystem::path& folder, const Json& config, const LayerFile& layer,
                                     std::string_view tag) {
  const auto make = [&] { return ::mkdir(folder.c_str(), 0700); };
  BERTH_CHECK_OK(sys::check(make, "make image folder '{}'", folder.native()));
  BERTH_CHECK_OK(sys::make_folders(folder / "blobs/sha256", 0700));
  const std::filesystem::path blob = blob_path(folder, layer.digest);
  const auto move = [&] { return ::rename(layer.path.c_str(), blob.c_str()); };
  BERTH_CHECK_OK(sys::check(move, "move layer '{}' to '{}'", layer.path.native(), blob.native()));

  BERTH_TRY(Json config_blob, write_blob(folder, kConfigType, print_json(config)));
  Json::Array layers;
  layers.push_back(descriptor(kLayerType, layer.digest, layer.size_bytes));
  const Json manifest(Json::Object{{"schemaVersion", 2},
                                   {"mediaType", kManifestType},
                                   {"config", std::move(config_blob)},
                                   {"layers", std::move(layers)}});
  BERTH_TRY(Json entry, write_blob(folder, kManifestType, print_json(manifest)));
  std::string digest = entry.text_or("digest", "");
  entry.set("annotations", Json(Json::Object{{"org.opencontainers.image.ref.name", tag}}));
  Json::Array manifests;
  manifests.push_back(std::move(entry));
  const Json index(Json::Object{{"schemaVersion", 2}, {"mediaType", kIndexType}, {"manifests", std::move(manifests)}});
  BERTH_CHECK_OK(sys::write_file_atomically(folder / "index.json", print_json(index), 0600));
  BERTH_CHECK_OK(sys::write_file_atomically(folder / "oci-layout", R"({"imageLayoutVersion": "1.0.0"})", 0600));
  return digest;
}

}  // namespace berth::image
