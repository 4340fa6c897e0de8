// From the storage to a registry, under a tag that does not change.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "berth/base/result.h"
#include "berth/image/reference.h"
#include "berth/image/staging.h"

namespace berth::image {

struct Pushed {
  Reference reference;  // in the registry
  std::string digest;   // that the registry has it under
  std::uint64_t sent_bytes = 0;
  bool changed = false;      // false: the registry had the same image under this tag
  bool keeps_digest = true;  // false: its layers had to be packed anew, and the digest is another than here
  std::vector<std::string> warnings;
};

// Sends the local image `image` to `destination`, which has a tag; without one to where its own name says, which is no
// name of this machine.
//
// A tag that the registry has with another image is refused before anything is sent, and again right before the tag is
// set; what the registry says to have taken is fetched back and compared, twice, with a pause between: of two that push
// at once one wins, and the other is told so. Of two on one machine the second waits for the first.
// Errors: InvalidInput for a destination of this machine or without a tag; NotFound; AlreadyExists; Corrupt when the
// registry has something else than was sent; those of RegistryClient and the tool.
Result<Pushed> push_image(const Reference& image, const std::optional<Reference>& destination,
                          const MoveSettings& settings);

}  // namespace berth::image
