// All advisories of one file: a record, a list of records, or an archive of them.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/vet/advisory.h"
#include "berth/vet/advisory_file.h"

namespace berth::vet {

struct GatheredAdvisories {
  std::vector<Advisory> advisories;  // each id once: the one that was modified last
  SourceInfo source;                 // but for its name and when it was imported
};

// Takes OSV records in JSON (one, or an array of them) and YAML, and of them .zip and .tar.gz archives, known by their
// first bytes. In archives all files that end in .json, .yaml or .yml count. Nothing is written anywhere.
//
// Records that speak of no package of an ecosystem that is judged are left out and counted (source.left_out). Records
// that cannot be read are named in `source.problems`; more than one in a hundred of them make the whole file
// refused. Errors: InvalidInput, also for an archive with names that lead out of it, links, or no record that is of
// use; Exhausted past 512 MiB packed, 4 GiB unpacked, 16 MiB for a record or 500,000 files. `name` is what errors call
// the bytes.
Result<GatheredAdvisories> gather_advisories(std::string_view bytes, std::string_view name);

// As above, of a file.
Result<GatheredAdvisories> read_advisories(const std::filesystem::path& path);

}  // namespace berth::vet
