// What a Python project asks for in its own file, where no lock says it: pyproject.toml, Pipfile.
#pragma once

#include <string_view>

#include "berth/base/result.h"
#include "berth/vet/locked_package.h"

namespace berth::vet {

// pyproject.toml: `dependencies` and `optional-dependencies` of [project] (PEP 621), [dependency-groups] (PEP 735),
// `requires` of [build-system] (PEP 518), the tables of poetry, and `dev-dependencies` of uv and pdm; with the indexes
// that these three name, but for those that only what names them is taken from. Poetry's versions are said in pip's
// words (poetry_versions.h), each of several alternatives as a requirement of its own. A package of another index has
// that, one of a repository, address or path its location. What only running something would tell (`dynamic`), and what
// uv takes from anywhere but an index, is left out with its reason; of a requirement that cannot be read the name is
// kept beside that, where it can be told. `name` is what origins call the file. Errors: InvalidInput for what is no
// TOML, with the line; Exhausted past a bound.
Result<LockFile> parse_pyproject(std::string_view text, std::string_view name);

// What a script says itself that it needs (PEP 723), read as a project's own file; nothing where it says nothing.
// Errors: likewise.
Result<LockFile> parse_script(std::string_view text, std::string_view name);

// Whether it says that: in a block that is closed.
bool says_what_it_needs(std::string_view script);

// Pipfile: [packages] and [dev-packages], and each [[source]]. Errors: likewise.
Result<LockFile> parse_pipfile(std::string_view text, std::string_view name);

}  // namespace berth::vet
