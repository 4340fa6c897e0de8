// A report for programs: Berth's own JSON, and SARIF 2.1.0. Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "berth/base/json.h"
#include "berth/vet/judge.h"

namespace berth::vet {

// Where something stands: "deploy/requirements.txt:3" is a line of a file; the line is 0 where none is named.
struct Place {
  std::string_view file;
  std::int64_t line = 0;
};
Place place_of(std::string_view origin);

// docs/vetting.md lists the members.
Json json_of_report(const Report& report);

// One result for each finding that is not allowed, an approved one suppressed with its reason, and for what is told
// though it is allowed (a note), each with a print of its own; the notes are notifications of the invocation.
// `berth_version` is that of the tool. What cannot be shown is made visible in all texts.
Json sarif_of_report(const Report& report, std::string_view berth_version);

}  // namespace berth::vet
