// The containers that buildah and podman keep in the storage: what is in one of them needs its image.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"

namespace berth::image {

struct StoredContainer {
  std::string id;
  std::string name;   // the first one; the id's beginning where it has none
  std::string image;  // the image's id; empty for one that was made from nothing
  std::string layer;  // the id of the one that it writes into
};

// What it is to a person: "container 'NAME' of buildah or podman".
std::string text_of(const StoredContainer& container);

// The records of a containers.json. Errors: Corrupt when it is no list of records.
Result<std::vector<StoredContainer>> parse_stored_containers(std::string_view json);

// Those of the storage at `graph_root`; none where it has no list. Errors: Corrupt; Denied.
Result<std::vector<StoredContainer>> read_stored_containers(const std::filesystem::path& graph_root);

}  // namespace berth::image
