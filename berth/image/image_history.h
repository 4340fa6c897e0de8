// How an image came to be, as its config tells it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"

namespace berth::image {

struct HistoryStep {
  std::string created;     // RFC 3339, as written; empty where none is
  std::string created_by;  // the command that made it
  std::string comment;
  bool has_layer = true;
};

struct ImageHistory {
  std::string created;
  std::string architecture;
  std::string os;
  std::string author;
  std::vector<std::string> diff_ids;  // of the unpacked layers, the lowest first
  std::vector<HistoryStep> steps;     // the oldest first
};

// Reads what a config says beside ImageConfig. Errors: Corrupt, with the member.
Result<ImageHistory> parse_image_history(std::string_view config);

}  // namespace berth::image
