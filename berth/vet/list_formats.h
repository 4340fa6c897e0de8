// Lists in the forms in which others publish them, made into Berth's own: an entry a line. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"

namespace berth::vet {

struct ListText {
  std::string text;   // an entry a line
  std::string dated;  // "2026-04-01", where the list says of which day it is
  std::vector<std::string> problems;
};

// CSV with a column `project` and maybe `download_count`, by which names are ranked; else a name a line, the most
// downloaded first. Names are normalised; one that stands twice keeps its better rank.
// Errors: InvalidInput, with the line.
Result<ListText> popular_of_lines(std::string_view text);

// {"last_update": "2026-04-01 ...", "rows": [{"project": "boto3", "download_count": 1}, ...]}. Errors: InvalidInput.
Result<ListText> popular_of_json(std::string_view text);

// A name a line, normalised here, and who says so behind a tab. Errors: InvalidInput, with the line.
Result<ListText> malicious_of_lines(std::string_view text);

// SPDX's JSON: {"releaseDate": "...", LIST: [{ID: "MIT", DEPRECATED: false}, ...]}. A deprecated id is followed by a
// tab and itself. Errors: InvalidInput.
Result<ListText> spdx_of_json(std::string_view text, std::string_view list, std::string_view id,
                              std::string_view deprecated);

// Errors: InvalidInput for what is no list of such ids; Exhausted for more than `most`.
Result<void> check_spdx_ids(std::string_view text, std::size_t most);

}  // namespace berth::vet
