// Lists of requirements in pip's form: requirements.txt.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/vet/locked_package.h"

namespace berth::vet {

// Another list that a list takes in.
struct IncludedList {
  std::string path;  // as it stands there
  bool is_constraint = false;
  std::size_t line = 0;
  std::string index = {};  // that it is to be taken from, where who includes it says so
};

struct RequirementsText {
  LockFile lock;
  std::vector<IncludedList> included;
};

// One requirement (PEP 508): a name, extras, versions or a URL, a marker: `requests[socks]>=2,<3; python_version<"3"`.
// A name that no package can have, as one with letters of another alphabet, is kept as it stands there: it is judged.
// Errors: InvalidInput with what is wrong.
Result<LockedPackage> parse_requirement(std::string_view text, std::string_view origin);

// A whole list. `name` is what origins call it. Options of pip that say where packages come from are kept; what names a
// package that cannot be judged (an editable folder, a bare URL or path) is left out with its reason.
// Errors: InvalidInput with the line, for what is neither a requirement nor an option of pip; Exhausted past a bound.
Result<RequirementsText> parse_requirements(std::string_view text, std::string_view name);

// Reads the list `file` in `folder` and what it includes by -r. Included lists must lie in `folder` too; what is asked
// for by -c alone is not installed, so constraints are only read for errors. Errors: as parse_requirements; Denied for
// a path that leads out of the folder; NotFound; Exhausted past 64 lists.
Result<LockFile> read_requirements(const std::filesystem::path& folder, const std::filesystem::path& file);

}  // namespace berth::vet
