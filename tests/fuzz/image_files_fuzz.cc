// Files about images that others write: lock files, inventories in caches, histories, lists of containers and of
// deprecated images, mounts of processes.
#include "berth/app/image_rules.h"
#include "berth/base/error.h"
#include "berth/container/roots_in_use.h"
#include "berth/image/image_history.h"
#include "berth/image/image_lock.h"
#include "berth/image/inventory.h"
#include "berth/image/stored_containers.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto lock = berth::image::parse_image_lock(text, "f")) {
    const auto back = berth::image::parse_image_lock(berth::image::print_image_lock(*lock), "f");
    BERTH_ASSERT(back && *back == *lock);
  }
  if (const auto json = berth::parse_json(text, {.depth = 32, .values = 100'000})) {
    if (const auto inventory = berth::image::inventory_of_json(*json)) {
      const auto back = berth::image::inventory_of_json(berth::image::inventory_json(*inventory));
      BERTH_ASSERT(back && *back == *inventory);
    }
  }
  (void)berth::image::parse_image_history(text);
  (void)berth::image::parse_stored_containers(text);
  (void)berth::app::parse_deprecated_images(text, "f");
  const std::string device = berth::container::device_of_berth_root(text);
  BERTH_ASSERT(text.contains(device));
  (void)berth::container::slot_of_root(text);
  return 0;
}
