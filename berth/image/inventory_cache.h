// Inventories that were read once and are kept by the image's digest.
#pragma once

#include <filesystem>

#include "berth/base/result.h"
#include "berth/image/inventory.h"
#include "berth/image/local_store.h"

namespace berth::image {

// What an image's digest names never changes, so what was read of it holds for good; another version of the reader
// reads anew. The files are Berth's own (`inventories/<digest>` in the cache's folder); any of them may be removed.
class InventoryCache {
 public:
  explicit InventoryCache(const std::filesystem::path& cache) : folder_(cache / "inventories") {}

  // The inventory of `image`, read from its layers where it is not kept yet. That it cannot be kept costs time at the
  // next call and nothing else. Errors: those of reading layers and of read_inventory, with the image's name.
  Result<Inventory> get(const LocalImage& image) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace berth::image
