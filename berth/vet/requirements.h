// Lists of requirements in pip's form: requirements.txt.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/vet/constraints.h"
#include "berth/vet/locked_package.h"

namespace berth::vet {

// What a list is read as.
enum class ListForm {
  ByName,          // as its file is called; as requirements where that says nothing
  Script,          // as one of Python, whose block (PEP 723) says what it needs; without one it needs nothing
  ScriptThatSays,  // likewise, and it must have that block
};

// Another list that a list takes in.
struct IncludedList {
  std::string path;  // as it stands there
  bool is_constraint = false;
  std::size_t line = 0;
  std::string index = {};                      // that it is to be taken from, where who includes it says so
  std::vector<std::string> more_indexes = {};  // and those that are asked beside that
  // What else who includes it says of the versions: lists, which others may be held by too.
  std::vector<SharedConstraints> constraints = {};
  bool takes_prereleases = false;
  ListForm form = ListForm::ByName;  // as the command reads it that names it
};

// Lists of constraints that a command of a build reads, and what they hold: the packages and the included lists from
// the first to before the last.
struct ConstrainedPart {
  std::vector<IncludedList> by;
  std::size_t first_package = 0;
  std::size_t last_package = 0;
  std::size_t first_list = 0;
  std::size_t last_list = 0;
};

struct RequirementsText {
  LockFile lock;
  std::vector<IncludedList> included;
  std::vector<ConstrainedPart> constrained;
};

// One requirement (PEP 508): a name, extras, versions or a URL, a marker: `requests[socks]>=2,<3; python_version<"3"`.
// A name that no package can have, as one with letters of another alphabet, is kept as it stands there: it is judged.
// Errors: InvalidInput with what is wrong.
Result<LockedPackage> parse_requirement(std::string_view text, std::string_view origin);

// The name alone of one that parse_requirement cannot read: `requests^2`, `requests==$VERSION`. Nothing where it is not
// told for certain.
std::optional<LockedPackage> name_in(std::string_view text, std::string_view origin);

// A whole list. `name` is what origins call it. Options of pip that say where packages come from are kept; what names a
// package that cannot be judged (an editable folder, a bare URL or path, a variable of pip's environment) is left out
// with its reason; what switches a check off, or takes sources, is among the settings.
// Errors: InvalidInput with the line, for what is neither a requirement nor an option of pip; Exhausted past a bound.
Result<RequirementsText> parse_requirements(std::string_view text, std::string_view name);

enum class ListRole { Requirements, Constraints };

// Reads the list `file` in `folder` and what it includes by -r and -c, which must lie in `folder` too. What is asked
// for by -c alone is not installed: it holds the versions of what is (constraints.h), as --pre does in any of them. So
// for all of a list of Constraints but what it includes by -r. Errors: as parse_requirements; Denied for a path that
// leads out of the folder, and for an address; NotFound; Exhausted past 64 lists.
Result<LockFile> read_requirements(const std::filesystem::path& folder, const std::filesystem::path& file,
                                   ListRole role = ListRole::Requirements);

}  // namespace berth::vet
