// Manifests, indexes and configurations of images: whatever bytes come, they are read or refused.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "berth/base/error.h"
#include "berth/image/manifest.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace berth::image;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const std::string_view type : {std::string_view(), kOciManifestType, kDockerIndexType}) {
    const auto parsed = parse_manifest(text, type);
    if (!parsed) continue;
    if (const auto* manifest = std::get_if<ImageManifest>(&*parsed)) {
      BERTH_ASSERT(!manifest->layers.empty() && manifest->layers.size() <= kMaxLayers);
      BERTH_ASSERT(manifest->layer_bytes() <= kMaxImageBytes);
    } else {
      static_cast<void>(choose_entry(std::get<ImageIndex>(*parsed), "amd64"));
    }
  }
  ImageManifest manifest;
  manifest.layers.resize(1);
  static_cast<void>(judge_config(text, manifest));
  return 0;
}
