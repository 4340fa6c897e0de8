// Which of this machine's images a name means.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/image/reference.h"
#include "berth/image/stored_layout.h"

namespace berth::image {

// The last component of the name, "python3-deb": any record of an image that has the name holds it.
std::string last_component(const Reference& reference);

// Whether two names are the same up to tag and digest, once normalised.
bool is_same_name(const Reference& a, const Reference& b);

// All tags that `name` has among `images`.
std::vector<std::string> tags_among(const std::vector<const StoredImage*>& images, const Reference& name);

std::vector<const StoredImage*> pointers_to(const std::vector<StoredImage>& images);

// The first of `images`, the newest first, that `reference` means by the rules of LocalStore::find_image; null for
// none.
const StoredImage* pick_image(const std::vector<const StoredImage*>& images, const Reference& reference);

// The one of `images` whose id or digest begins with `text`, at least 8 digits, with `sha256:` or without; null for
// none. Errors: InvalidInput where several begin so.
Result<const StoredImage*> with_digits(const std::vector<StoredImage>& images, std::string_view text);

// As pick_image, for many names: a list of images that is looked through once. Borrows it.
class NamedImages {
 public:
  explicit NamedImages(const std::vector<StoredImage>& images);

  // What LocalStore::find_image would find for `reference`, short names included; null for none.
  const StoredImage* find(const Reference& reference) const;

 private:
  std::map<std::string, std::vector<const StoredImage*>> by_last_component_;
};

}  // namespace berth::image
