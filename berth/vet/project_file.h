// What a Python project asks for in its own file, where no lock says it: pyproject.toml, Pipfile.
#pragma once

#include <string_view>

#include "berth/base/result.h"
#include "berth/vet/locked_package.h"

namespace berth::vet {

// pyproject.toml: `dependencies` and `optional-dependencies` of [project] (PEP 621), [dependency-groups] (PEP 735),
// `requires` of [build-system] (PEP 518), the tables of poetry, and `dev-dependencies` of uv and pdm; with the indexes
// that these three name, but for those that only what names them is taken from. What only running something would tell
// (`dynamic`), what pip has no words for (poetry's `^`), and what is to be taken from anywhere but the first index is
// left out with its reason. `name` is what origins call the file. Errors: InvalidInput for what is no TOML, with the
// line; Exhausted past a bound.
Result<LockFile> parse_pyproject(std::string_view text, std::string_view name);

// What a script says itself that it needs (PEP 723), read as a project's own file; nothing where it says nothing.
// Errors: likewise.
Result<LockFile> parse_script(std::string_view text, std::string_view name);

// Pipfile: [packages] and [dev-packages], and each [[source]]. Errors: likewise.
Result<LockFile> parse_pipfile(std::string_view text, std::string_view name);

}  // namespace berth::vet
