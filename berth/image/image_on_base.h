// An image that is its base with one more layer, as documents: what it says of itself depends on nothing but what it is
// made of. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/image/builder.h"

namespace berth::image {

// A layer's tar, not packed.
struct PlainLayer {
  std::string digest;  // "sha256:..."
  std::uint64_t size_bytes = 0;
};

struct ImageDocuments {
  std::string config;
  std::string id;  // the config's digest, 64 hexadecimal digits
  std::string manifest;
};

// `base_config` is the base's own configuration; `layers` are its layers and one more, the lowest first. The image has
// the base's configuration with the order's variables, labels and time.
// Errors: Corrupt when the layers are not the base's and one more, or the configuration is none.
Result<ImageDocuments> image_on_base(std::string_view base_config, const std::vector<PlainLayer>& layers,
                                     const BuildOrder& order);

}  // namespace berth::image
