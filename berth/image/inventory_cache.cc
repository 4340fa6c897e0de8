#include "berth/image/inventory_cache.h"

#include <fmt/format.h>

#include "berth/image/checked_file.h"
#include "berth/image/inventory_reader.h"

namespace berth::image {
namespace {

// Goes up with every change of what is read, or of how it is written.
constexpr std::string_view kKind = "inventory 3";

}  // namespace

Result<Inventory> InventoryCache::get(const LocalImage& image) const {
  const std::filesystem::path file = folder_ / image.digest.substr(image.digest.find(':') + 1);
  if (const auto json = read_checked_file(file, kKind)) {
    if (auto kept = inventory_of_json(*json)) return kept;
  }
  const auto doing = [&] {
    return fmt::format("read what is installed in image '{}'",
                       image.names.empty() ? image.id : to_string(image.names.front()));
  };
  BERTH_TRY(const ImageTree tree, ImageTree::open(image.layer_folders).context(doing));
  BERTH_TRY(Inventory inventory, read_inventory(tree).context(doing));
  // A cache only: where nothing can be written, the next call reads again.
  if (const auto kept = write_checked_file(file, kKind, inventory_json(inventory)); !kept) return inventory;
  return inventory;
}

}  // namespace berth::image
