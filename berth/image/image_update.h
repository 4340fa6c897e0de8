// Bringing local images to the state that their registries have.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "berth/base/result.h"
#include "berth/image/reference.h"
#include "berth/image/staging.h"

namespace berth::image {

enum class UpdateState { Unchanged, Updated, New, LeftAlone, Failed };
std::string_view to_string(UpdateState state);  // "unchanged", "updated", "new", "left alone", "failed"

struct UpdateResult {
  Reference reference;
  UpdateState state = UpdateState::Unchanged;
  std::string before;  // digests; empty where there is none
  std::string after;
  std::uint64_t fetched_bytes = 0;
  std::string error;  // of a failure
  std::vector<std::string> warnings;
};

// The names of this machine's images that a registry may know: all with a tag that were not created here, in their
// order. Errors: those of LocalStore.
Result<std::vector<Reference>> names_from_registries(const MoveSettings& settings);

struct UpdateOptions {
  // What is not trusted, or has to be signed and is not, is left alone, and is no failure: nobody asked for that very
  // image, and the storage is shared with other tools. An image that was signed, and whose tag has moved to one that is
  // not, is a failure.
  bool leaves_untrusted = false;
};

// Asks for each name what its registry has under the tag, several at once, and brings here what differs. Where nothing
// does, nothing but that answer is fetched. A name without tag means all its tags that are here; where there is none,
// the newest that the registry has. A tag that has moved in the registry moves here, since that is what was asked for;
// the image that had it stays, without that name. What goes wrong with one does not stop the others. Errors: those of
// LocalStore.
Result<std::vector<UpdateResult>> update_images(const std::vector<Reference>& names, const MoveSettings& settings,
                                                const UpdateOptions& options = {});

}  // namespace berth::image
