// What holds the versions of packages beside their own requirement: pip's constraints and its --pre. Pure.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "berth/base/result.h"
#include "berth/vet/locked_package.h"

namespace berth::vet {

// A list of constraints by which several are held.
using SharedConstraints = std::shared_ptr<const std::vector<LockedPackage>>;

// Puts what `constraints` say of a package into its bounds: the versions, with the condition that they have (none where
// it never holds on Linux), and the address where a constraint is one, since pip takes the package from there. All of
// them, but for addresses, hold what it brings along. One that names a version without a condition is the version of a
// package that names none. Errors: Exhausted for more than 64 different ones of one package.
Result<void> constrain(std::span<LockedPackage> packages, const std::vector<LockedPackage>& constraints);

// The same for several lists of them together.
Result<void> constrain(std::span<LockedPackage> packages, std::span<const SharedConstraints> lists);

// Lets releases count that are not final, as --pre does.
void take_prereleases(std::span<LockedPackage> packages);

}  // namespace berth::vet
