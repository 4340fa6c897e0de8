// What packages bring along when they are installed.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "berth/base/result.h"
#include "berth/vet/facts.h"
#include "berth/vet/locked_package.h"

namespace berth::vet {

struct BroughtAlong {
  // All of them, as they go together: what was asked for may have another version there than alone. `brought_by` names
  // which of them asks for it, where one does.
  std::vector<Facts> packages;
  std::string problem;  // why pip could not tell; empty where it could
};

// Has pip resolve `packages` together, as it would install them here, from wheels alone. `way` and what runs: as for
// fetch_index_facts. Errors: NotFound when there is no pip.
Result<BroughtAlong> fetch_brought_along(std::span<const LockedPackage* const> packages,
                                         const std::vector<std::string>& way);

// The same from a report of `pip install --dry-run --report` for `packages`. Pure. Errors: InvalidInput.
Result<std::vector<Facts>> brought_along_in(std::string_view report, std::span<const LockedPackage* const> packages);

}  // namespace berth::vet
