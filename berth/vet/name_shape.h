// How names look: what a hurried eye or finger takes for the same.
#pragma once

#include <string>
#include <string_view>

namespace berth::vet {

// A normalised name without its separators: "setup-tools" and "setuptools" are one.
std::string without_separators(std::string_view normal_name);

// `compact` with the characters and pairs that look alike made one: `0` is `o`, `1` and `i` are `l`, `5` is `s`, `3` is
// `e`, `4` is `a`, `rn` is `m`, `vv` is `w`, `cl` is `d`.
std::string skeleton_of(std::string_view compact);

// How far `written` is from `meant`, both without separators: the sum over the slips that lead from one to the other
// (a letter left out, put in, exchanged; neighbours swapped). A slip that fingers and eyes make easily (a doubled
// letter, the key beside, a vowel for a vowel, a look-alike) costs about half, an arbitrary one 1, a digit more, for
// digits tell versions apart. 0 only for equal names. Gives up past `most` and returns a larger number.
double slip_distance(std::string_view written, std::string_view meant, double most);

}  // namespace berth::vet
