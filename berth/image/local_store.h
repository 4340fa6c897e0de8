// The images that are on this machine, read straight from the storage that buildah and podman use.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/image/image_config.h"
#include "berth/image/reference.h"
#include "berth/image/stored_layout.h"

namespace berth::image {

// The name of the setting that maps names of images to others, as errors call it.
inline constexpr std::string_view kSubstituteSetting = "images.substitute";

struct LocalImage {
  std::string id;                          // 64 hexadecimal digits
  std::string digest;                      // of the manifest, "sha256:..."
  std::vector<std::string> other_digests;  // as of StoredImage
  std::vector<Reference> names;
  std::string created;  // RFC 3339
  ImageConfig config;
  std::vector<std::filesystem::path> layer_folders;  // absolute, the top layer first
};

// A look at the storage as it was when `open` read it. Starts no tool and takes no lock: the storage replaces its
// lists by renaming, so that a reader sees one state whole. Any thread may use it.
class LocalStore {
 public:
  // Reads the list of images below `graph_root`. A storage that nothing was put into yet is an empty one.
  // Errors: Corrupt; Denied; Unavailable when the storage was made with another driver than overlay.
  static Result<LocalStore> open(std::filesystem::path graph_root);

  // Finds what `reference` names. Without registry an image of this machine (`localhost/...`) comes before the same
  // name on docker.io; without tag the newest one by compare_tags; a short name as short_names.h has it. With a digest
  // that alone decides, and the tag is not looked at.
  // Errors: NotFound, with the nearest names and the remedy; Corrupt when a layer or the config is damaged.
  Result<LocalImage> find_image(const Reference& reference) const;

  // All images, the newest first; no layer is looked at. Errors: Corrupt.
  Result<std::vector<StoredImage>> list_images() const;
  // Fills in what a record lacks. Errors: Corrupt, with the remedy.
  Result<LocalImage> read_image(const StoredImage& image) const;
  // What the layers of `image` take unpacked; it reads the list of all layers, so it is not for every call.
  Result<std::uint64_t> size_bytes_of(const LocalImage& image) const;
  // What each layer takes unpacked, by its id: for sizes of many images. Errors: Corrupt.
  Result<std::map<std::string, std::uint64_t>> layer_sizes() const;
  // The whole config as it is stored: for what ImageConfig leaves out. Errors: Corrupt, with the remedy.
  Result<std::string> config_text(const StoredImage& image) const;

  // All tags that `name` (of which tag and digest are not looked at) has here. Errors: Corrupt.
  Result<std::vector<std::string>> tags_of(const Reference& name) const;

  const std::filesystem::path& graph_root() const { return graph_root_; }

 private:
  LocalStore(std::filesystem::path graph_root, std::unique_ptr<const std::string> list,
             std::vector<std::string_view> records)
      : graph_root_(std::move(graph_root)), list_(std::move(list)), records_(std::move(records)) {}

  Result<std::vector<StoredImage>> images_with(std::string_view text) const;

  std::filesystem::path graph_root_;
  std::unique_ptr<const std::string> list_;  // behind a pointer, so that moving the store leaves the views valid
  std::vector<std::string_view> records_;    // of list_, unparsed: at every call only a few matter
};

// All digests that mean the image, that of its manifest first.
std::vector<std::string> digests_of(const LocalImage& image);

// The ids of an image's layers, the top one first.
std::vector<std::string> layer_ids_of(const LocalImage& image);

// The sum of what the image's layers take, by LocalStore::layer_sizes().
std::uint64_t sum_of_sizes(const LocalImage& image, const std::map<std::string, std::uint64_t>& sizes);

}  // namespace berth::image
