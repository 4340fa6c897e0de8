// Lines that only say whose a work is: "Copyright (c) 2020 Somebody". Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace berth::vet {

// Whether `line`, whose words (as of licence_words) are `words`, says nothing but that. One that names a licence, or
// has words of permissions, limits, users or uses, is looked at as any: "Copyright 2024 ACME, for academic evaluation".
// A name may have one such word of those that stand in names: "International Business Machines", and where it is
// written as a name some more: "Ask Solem", "Cloud Hosting Ltd". Hosts of addresses may have any. Not "copyright notice
// and this permission notice appear", which is of the licence.
bool says_whose(const std::vector<std::string>& words, std::string_view line);

}  // namespace berth::vet
