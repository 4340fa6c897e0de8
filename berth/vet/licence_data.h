// The lists of licences that are part of the program (data/spdx, data/licence_groups.txt), as they stand there.
#pragma once

#include <string_view>

namespace berth::vet {

std::string_view spdx_licences_text();
std::string_view spdx_exceptions_text();
std::string_view licence_groups_text();

}  // namespace berth::vet
