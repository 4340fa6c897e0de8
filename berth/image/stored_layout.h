// How the storage that buildah and podman use lies on disk (containers/storage, overlay driver), read as data.
//
//   overlay-images/images.json                     every image: id, digest, names, top layer, time
//   overlay-images/<image id>/=<base64 of a key>   its blobs; the key of the config is the config's digest
//   overlay-layers/layers.json                     every layer, with its size
//   overlay/<layer id>/diff                        a layer's files
//   overlay/<layer id>/lower                       the layers below it, as `l/<link>:l/<link>...`, the highest first
//   overlay/l/<link>                               a link to `../<layer id>/diff`
//
// These files belong to other programs and, without root, to the user: what is read from them is bounded and checked
// before it becomes a path. The lists grow with the machine's images and are read at every call, so that only the
// records that matter are parsed, and layers are followed by `lower`, as the driver itself does when it mounts them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/image/reference.h"

namespace berth::image {

struct StoredImage {
  std::string id;      // 64 hexadecimal digits: the config's digest
  std::string digest;  // of the manifest, "sha256:..."
  // Further digests that mean this image: of the index that it was chosen from, of a manifest with other packings of
  // the same layers.
  std::vector<std::string> other_digests;
  std::vector<Reference> names;
  std::string top_layer;  // a layer's id; empty for an image without layers
  std::string created;    // RFC 3339, as it is written there
};

bool has_digest(const StoredImage& image, std::string_view digest);

// The records of a list (images.json, layers.json) as they stand, not looked into. They are views into `json`.
// Errors: Corrupt when it is no list of records.
Result<std::vector<std::string_view>> split_records(std::string_view json);

// Reads one record of images.json. Names that are no references are left out; nothing when an id or the digest is not
// what it must be. Errors: Corrupt when it is no JSON.
Result<std::optional<StoredImage>> parse_stored_image(std::string_view record);

// The sizes in bytes of the layers in layers.json, unpacked, by id. Errors: Corrupt when it is no list of records.
Result<std::map<std::string, std::uint64_t>> parse_layer_sizes(std::string_view json);

// The links in a layer's file `lower`. Errors: Corrupt when one is no plain name, or there are more than an overlay
// can have.
Result<std::vector<std::string>> parse_lower(std::string_view text);

// The id of the layer that the link's target `../<id>/diff` names; nothing when it has another form.
std::optional<std::string> layer_of_link(std::string_view target);

// The name of the file that holds the blob `key`.
std::string blob_file_name(std::string_view key);

// Whether `text` is 64 lower-case hexadecimal digits, and so no path.
bool is_layer_id(std::string_view text);

}  // namespace berth::image
