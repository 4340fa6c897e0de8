// The images that Docker or Podman has, asked for over its command line.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/image/local_store.h"
#include "berth/image/stored_layout.h"
#include "berth/image/substitution.h"
#include "berth/sys/engine_program.h"

namespace berth::image {

// Asks anew each time: images are the engine's, and it can change them at any moment. Nothing is pulled. For one
// thread.
class EngineImages {
 public:
  explicit EngineImages(sys::EngineProgram program) : program_(std::move(program)) {}

  // As resolve_image(): what names mean is the same for all engines. The image's layers are not looked at, and its
  // digest is its id where the engine knows none, and its id is among the other ones else. The answer holds until the
  // next call. Errors: NotFound, with the nearest names; InvalidInput for what is not trusted; Unavailable, with the
  // engine's own words.
  Result<const ResolvedImage*> resolve(const Reference& wanted, const SubstitutionTable& table,
                                       const TrustPolicy& trust);

  // The image whose name and tag are exactly `name`'s; none where the engine has none. Errors: Unavailable.
  Result<std::optional<LocalImage>> find_named(const Reference& name) const;

 private:
  Result<std::vector<StoredImage>> list() const;
  Result<LocalImage> find(const Reference& wanted, const std::vector<StoredImage>& images) const;
  Result<LocalImage> inspect(const StoredImage& found) const;

  sys::EngineProgram program_;
  ResolvedImage resolved_;
};

// What `image ls --no-trunc --digests` prints with kListFormat: each image once, with all its names and
// digests, in the engine's order, newest first. Names that are no references are left out. Pure.
std::vector<StoredImage> parse_engine_list(std::string_view text);
inline constexpr std::string_view kListFormat = "{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.Digest}}";

// What `image inspect` prints of one image. Pure. Errors: Corrupt.
Result<LocalImage> parse_inspected_image(std::string_view json);
// One element of what it prints. Pure. Errors: Corrupt.
Result<LocalImage> read_inspected_image(const Json& inspected);

}  // namespace berth::image
