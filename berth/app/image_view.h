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
  std::string storage;  // whose image it is: the folder of Berth's storage, or "docker"
  image::LocalImage image;
  bool has_inventory = true;  // false: an engine keeps the layers; `inventory` then says in `unread` why it is empty
  image::Inventory inventory;
  image::ImageHistory history;
  std::size_t layers = 0;
  std::vector<std::uint64_t> layer_bytes;  // unpacked, the top one first; of an engine's image those of history.steps
  std::uint64_t whole_bytes = 0;           // of an engine's image, as it counts them
  std::string config;                      // as it is stored; of an engine's image all that it says

  std::uint64_t size_bytes() const;
  std::string title() const;  // its first name, or the beginning of its id
};

// What `text` names in Berth's storage: a reference, or the id or the digest of an image, or the beginning of one (at
// least 8 digits). Errors: those of LocalStore::find_image; InvalidInput where several begin so; those of reading it.
Result<ImageView> look_at_image(const Settings& settings, std::string_view text);

// The same among the images that calls get: those of the configured engine, where it has its own. With its history only
// where `with_history`, which is one more command of the engine's. Errors: as above; those of EngineCatalogue::read.
Result<ImageView> view_image(const Settings& settings, std::string_view text, bool with_history = false);

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
  std::string storage;  // as of ImageView
};
// The configured engine is asked, as for a call. Errors: those of finding the item, of image_for and resolve_for_calls.
Result<ItemImageAnswer> which_image(const Settings& settings, std::string_view item);

// For `--json` and `inspect`.
Json view_json(const ImageView& view);
Json comparison_json(const ImageComparison& comparison);

}  // namespace berth::app
