// What an rpm package says of its licence.
#pragma once

#include <string>
#include <string_view>

namespace berth::vet {

// The SPDX expression of the field License: one as it is (Fedora since 38, SUSE), or Fedora's older names joined by
// `and` and `or`: "GPLv2+ and (ASL 2.0 or BSD with advertising)". An exception ("GPLv2 with exceptions") only permits
// more, and is left out. Empty where a name is none that is known, or `and` and `or` stand beside each other without
// parentheses.
std::string spdx_of_rpm_licence(std::string_view text);

}  // namespace berth::vet
