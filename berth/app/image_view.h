// One image of this machine, looked at closely.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "berth/app/settings.h"
#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/image/image_diff.h"
#include "berth/image/image_history.h"
#include "berth/image/inventory.h"
#include "berth/image/local_store.h"

namespace berth::app {

struct ImageView {
  image::LocalImage image;
  image::Inventory inventory;
  image::ImageHistory history;
  std::vector<std::uint64_t> layer_bytes;  // unpacked, as image.layer_folders
  std::string config;                      // as it is stored

  std::uint64_t size_bytes() const;
  std::string title() const;  // its first name, or the beginning of its id
};

// What `text` names: a reference, or the id of an image, or the beginning of one (at least 8 digits).
// Errors: those of LocalStore::find_image; InvalidInput where several ids begin so; those of reading it.
Result<ImageView> look_at_image(const Settings& settings, std::string_view text);

// The id of what `text` names, without reading the image: also of one that is damaged. Errors: as above.
Result<std::string> find_image_id(const Settings& settings, std::string_view text);

struct ImageComparison {
  ImageView before;
  ImageView after;
  image::ImageDiff diff;
};
Result<ImageComparison> compare_images(const Settings& settings, std::string_view before, std::string_view after);

// The image that an item of registered content, or at a path, would run in, and why.
struct ItemImageAnswer {
  std::string item;
  std::string written;  // by the item or the operator's default
  std::string reason;   // whose choice that was, and what stands in for it
  std::string used;     // the name of the image
  std::string digest;
};
// The configured engine is asked, as for a call. Errors: those of finding the item, of image_for and resolve_for_calls.
Result<ItemImageAnswer> which_image(const Settings& settings, std::string_view item);

// For `--json` and `inspect`.
Json view_json(const ImageView& view);
Json comparison_json(const ImageComparison& comparison);

}  // namespace berth::app
