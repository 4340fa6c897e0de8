// What is told of a source of advisories, and of a list, as JSON. Pure.
#pragma once

#include <string>
#include <string_view>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/vet/advisory_file.h"
#include "berth/vet/known_list.h"

namespace berth::vet {

// The name of a source of advisories, which names its file. Errors: InvalidInput.
Result<std::string> parse_source_name(std::string_view text);

Json json_of_source(const SourceInfo& source);
// Errors: Corrupt.
Result<SourceInfo> parse_source(std::string_view line);

Json json_of_list(const ListInfo& list);
// Errors: Corrupt.
Result<ListInfo> parse_list_info(std::string_view line);

}  // namespace berth::vet
