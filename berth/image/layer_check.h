// Whether the layers of the storage still are what was unpacked into it.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"

namespace berth::image {

struct LayerRecord {
  std::string digest;    // of its tar, unpacked; empty where the storage keeps none
  bool is_whole = true;  // false: whatever unpacked it was killed
};

// What layers.json says of each layer, by id. Errors: Corrupt.
Result<std::map<std::string, LayerRecord>> parse_layer_records(std::string_view json);
// The same of the storage below `graph_root`; without a list there is none. Errors: Corrupt; those of reading.
Result<std::map<std::string, LayerRecord>> read_layer_records(const std::filesystem::path& graph_root);

struct LayerCheck {
  std::vector<std::string> problems;  // in words, the first of them; empty: it is whole
  std::string not_checked;            // why its content could not be compared; empty where it was
};

// Puts the tar together again that the layer was unpacked from, of the list that the storage keeps of it and of the
// files in its folder, and compares its digest; files that are missing, or others than they were, are named. Modes,
// owners and what has come to lie beside them are not looked at. Opens what lies in the layer inside it alone. Errors:
// those of check_interrupted (sys/interrupt.h).
Result<LayerCheck> check_layer(const std::filesystem::path& graph_root, const std::string& id,
                               const LayerRecord& record);

}  // namespace berth::image
