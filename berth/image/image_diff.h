// In what two images differ. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "berth/image/image_config.h"
#include "berth/image/inventory.h"

namespace berth::image {

// One thing that two images have differently. What only one of them has is empty on the other side.
struct Change {
  std::string name;
  std::string before;
  std::string after;

  friend bool operator==(const Change&, const Change&) = default;
};

struct ImageDiff {
  std::vector<Change> packages;       // of the distribution; those of several architectures as "name:arch"
  std::vector<Change> python;         // by normalised name; several versions of one name stand in one text
  std::vector<Change> interpreters;   // by path
  std::vector<Change> configuration;  // "user", "workdir", "entrypoint", "cmd", "env NAME", "label NAME"
  std::vector<Change> os;             // the distribution, where it is another

  bool is_empty() const {
    return packages.empty() && python.empty() && interpreters.empty() && configuration.empty() && os.empty();
  }
  friend bool operator==(const ImageDiff&, const ImageDiff&) = default;
};

// All lists by name.
ImageDiff diff_of(const Inventory& before, const ImageConfig& config_before, const Inventory& after,
                  const ImageConfig& config_after);

}  // namespace berth::image
