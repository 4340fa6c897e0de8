// Manifests, indexes and configurations of images, as a stranger sends them: read strictly, judged before anything else
// of the image is fetched, and before any tool sees them. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "berth/base/result.h"
#include "berth/image/image_config.h"

namespace berth::image {

inline constexpr std::size_t kMaxManifestBytes = 4 << 20;
inline constexpr std::size_t kMaxLayers = 256;
inline constexpr int kMaxIndexDepth = 4;  // indexes that name indexes
inline constexpr std::uint64_t kMaxLayerBytes = 16ull << 30;
inline constexpr std::uint64_t kMaxImageBytes = 64ull << 30;

inline constexpr std::string_view kOciManifestType = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view kOciIndexType = "application/vnd.oci.image.index.v1+json";
inline constexpr std::string_view kDockerManifestType = "application/vnd.docker.distribution.manifest.v2+json";
inline constexpr std::string_view kDockerIndexType = "application/vnd.docker.distribution.manifest.list.v2+json";

struct Descriptor {
  std::string media_type;
  std::string digest;  // "sha256:..."
  std::uint64_t size_bytes = 0;
};

enum class Packing { Plain, Gzip, Zstd };  // of a layer's tar

struct LayerDescriptor : Descriptor {
  Packing packing = Packing::Plain;
};

struct ImageManifest {
  std::string media_type;
  Descriptor config;
  std::vector<LayerDescriptor> layers;  // the lowest first
  std::uint64_t layer_bytes() const;
};

struct IndexEntry : Descriptor {
  std::string os;
  std::string architecture;
  std::string variant;
};

struct ImageIndex {
  std::string media_type;
  std::vector<IndexEntry> entries;
};

// Reads either; `content_type` is what the registry said of it, empty where nobody did.
//
// Refused are: other media types, among them what has no image in it; one that says in its body that it is something
// else than the registry said, or that is both an index and a manifest; a key that stands twice, also in another
// spelling, since other programs would take it for the same; digests that are none; sizes that are negative or over the
// limits above; layers whose bytes lie elsewhere, or are of a kind that is not known here.
// Errors: Corrupt with what is wrong and where; InvalidInput for what is well formed and no image of a container;
// Exhausted over a limit.
Result<std::variant<ImageManifest, ImageIndex>> parse_manifest(std::string_view body, std::string_view content_type);

// Which entry is for this machine. Errors: NotFound, with what there is.
Result<IndexEntry> choose_entry(const ImageIndex& index, std::string_view architecture);

// Whether every tool would choose `entry` of `index` for a machine like this: there is no other that could be meant.
bool is_only_choice(const ImageIndex& index, const IndexEntry& entry);

// The name of this machine's architecture in such documents: "amd64", "arm64".
std::string_view own_architecture();

struct JudgedConfig {
  ImageConfig config;
  std::string architecture;
  std::vector<std::string> diff_ids;  // of the unpacked layers, as many as the manifest has
  std::string created;                // RFC 3339, as it is written there; may be empty
};

// Reads the configuration that belongs to `manifest`.
// Errors: Corrupt, with what is wrong; those of parse_image_config; InvalidInput for an image of another system or
// architecture.
Result<JudgedConfig> judge_config(std::string_view body, const ImageManifest& manifest);

}  // namespace berth::image
