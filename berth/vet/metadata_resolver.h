// Has pip resolve from metadata alone: no wheel of what it finds is fetched.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace berth::vet {

// Stands in the place of `python -m pip` before `install --dry-run --report`: the same resolver and the same report,
// which always has License-Expression. What a wheel needs is read from the metadata that the index keeps beside it
// (PEP 658, by either name of PEP 714), else from a few parts of the wheel, where the index gives parts. As with pip
// alone, a wheel is fetched whole where neither is so, where the page of the index has no hash of it, or where the pip
// is one that this does not know. Sources are left to pip.
std::vector<std::string> metadata_resolver(std::string python);

// The wheels that had to be fetched whole, by what it then writes to its standard error; a "*" where the pip is not
// known. At most 20. Pure.
std::vector<std::string> fetched_whole(std::string_view err);

}  // namespace berth::vet
