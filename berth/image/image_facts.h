// What a list of images says of each, kept so that listing reads neither configs nor layers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "berth/base/result.h"
#include "berth/image/inventory_cache.h"
#include "berth/image/local_store.h"

namespace berth::image {

struct ImageFacts {
  std::uint64_t size_bytes = 0;     // of all layers, unpacked
  std::vector<std::string> layers;  // ids, the top one first
  std::string base;                 // what its label says it was built on (org.opencontainers.image.base.name)
  std::string os;                   // "Debian GNU/Linux 12 (bookworm)"
  std::string python;               // versions, newest first: "3.11.2, 2.7.18"
  std::size_t packages = 0;         // of the distribution
  std::size_t distributions = 0;    // of Python, those that others carry along left out
  std::size_t unread = 0;           // things that are there and could not be read
  bool is_made_here = false;        // it has a label that Berth gives what it makes

  friend bool operator==(const ImageFacts&, const ImageFacts&) = default;
};

// The facts of `image`, whose layers' sizes are in `sizes`. Pure.
ImageFacts facts_of(const LocalImage& image, const Inventory& inventory,
                    const std::map<std::string, std::uint64_t>& sizes);

// The facts of all images of one storage, in one file of the cache's folder.
class FactsCache {
 public:
  FactsCache(const std::filesystem::path& cache, const LocalStore& store);

  // The facts of a stored image: those that are kept, or read now, with the inventory.
  // Errors: those of LocalStore::read_image and InventoryCache::get. An error is not kept.
  Result<ImageFacts> get(const StoredImage& image);
  bool has(const StoredImage& image) const { return kept_.contains(image.id); }
  // Without what only the layers tell (os, python, the numbers), so that no image can hold up its own removal. Nothing
  // is kept of it. Errors: those of LocalStore::read_image.
  Result<ImageFacts> get_without_layers(const StoredImage& image);

  // Keeps what was read since, and only that of `present`. That it cannot be written costs time at the next list.
  void save(const std::vector<StoredImage>& present);

 private:
  Result<ImageFacts> facts_with(const LocalImage& image, const Inventory& inventory);

  const LocalStore& store_;
  InventoryCache inventories_;
  std::filesystem::path file_;
  std::map<std::string, ImageFacts, std::less<>> kept_;  // by the image's id
  std::map<std::string, std::uint64_t> sizes_;           // read when the first image is
  bool has_sizes_ = false;
  bool is_changed_ = false;
};

// Of each image of `images`, the nearest other one whose layers are all below its own: what it was built on, as far as
// that is here. By id; images without are left out. Pure.
std::map<std::string, const StoredImage*> bases_by_layers(const std::vector<StoredImage>& images,
                                                          const std::map<std::string, ImageFacts>& facts);

}  // namespace berth::image
