// What is told of a source of advisories, as JSON. Pure.
#pragma once

#include <string_view>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/vet/advisory_file.h"

namespace berth::vet {

Json json_of_source(const SourceInfo& source);
// Errors: Corrupt.
Result<SourceInfo> parse_source(std::string_view line);

}  // namespace berth::vet
