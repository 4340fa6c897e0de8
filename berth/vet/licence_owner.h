// Lines that only say whose a work is: "Copyright (c) 2020 Somebody". Pure.
#pragma once

#include <string>
#include <vector>

namespace berth::vet {

// Whether a line of these words (as of licence_words) says nothing but that. One that names a licence, or has words of
// permissions, limits, users or uses, is looked at as any: "Copyright 2024 ACME, for academic evaluation". A name may
// have one such word of those that stand in names: "International Business Machines". Not "copyright notice and this
// permission notice appear", which is of the licence.
bool says_whose(const std::vector<std::string>& line);

}  // namespace berth::vet
