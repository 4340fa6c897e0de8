// A report for programs: Berth's own JSON, and SARIF 2.1.0. Pure.
#pragma once

#include <string_view>

#include "berth/base/json.h"
#include "berth/vet/judge.h"

namespace berth::vet {

// {"schema": 1, "verdict", "packages": [{"name", "version", "ecosystem", "origin", "verdict", "licences", "findings":
// [{"verdict", "rule", "evidence", "remedy", "approval"}]}], "general", "notes", "advisories"}.
Json json_of_report(const Report& report);

// One result for each finding that is not allowed, an approved one suppressed with its reason; `berth_version` is that
// of the tool. What cannot be shown is made visible in all texts.
Json sarif_of_report(const Report& report, std::string_view berth_version);

}  // namespace berth::vet
