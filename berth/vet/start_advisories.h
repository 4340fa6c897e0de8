// The advisories that come with the program: what is known where nobody has imported any yet.
#pragma once

#include <string_view>

#include "berth/vet/advisory_file.h"

namespace berth::vet {

// No name that a source can be given.
inline constexpr std::string_view kStartSet = "start set";

inline bool is_start_set(const SourceInfo& source) { return source.name == kStartSet; }

// A snapshot of the Python Packaging Advisory Database (data/README.md). `dated` and `imported` say of which day.
AdvisoryFile start_advisories();

// Whether a source speaks of so many packages of the Python index that it can stand in the place of the start set. A
// few advisories of one's own cannot.
bool covers_index(const AdvisoryFile& file);

}  // namespace berth::vet
