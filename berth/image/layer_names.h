// The names that the entries of one layer have had so far, for what an entry alone cannot tell.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "berth/image/tar_entry.h"

namespace berth::image {

// Keeps 8 to 22 bytes of each entry, whatever its name: hashes, begun with a number of this process's own.
class LayerNames {
 public:
  LayerNames();

  // Takes the next entry, whose name and target are those of judge_layer_entry. What is wrong with it after those
  // before it, in words, with what to do; empty when nothing is. Storages of containers (containers/storage, and
  // Docker's, by way of tar-split) take a name once in a layer; `a`, `./a` and `a/` are one name to them, `/a` is
  // another. A hard link is made when its entry comes, inside of its layer's folder alone.
  std::string add(const TarEntry& entry);

 private:
  enum class Kind : std::uint64_t { Folder = 1, Link = 2, Other = 3 };

  // Numbers without their lowest two bits, which say the kind.
  class Table {
   public:
    void put(std::uint64_t hash, Kind kind);
    const std::uint64_t* find(std::uint64_t hash) const;

   private:
    std::vector<std::uint64_t> slots_ = std::vector<std::uint64_t>(64);  // 0: free
    std::size_t used_ = 0;
  };

  struct Hashed {
    std::uint64_t hash = 0;
    bool through_link = false;  // a folder on the way is a symbolic link of this layer
  };
  Hashed hash(std::string_view name, bool from_root) const;
  std::string complaint_about_target(const TarEntry& entry, Kind& kind) const;

  std::uint64_t seed_;
  Table names_;
  Table links_;
  bool has_been_through_link_ = false;  // then files may lie under names that no entry has
};

}  // namespace berth::image
