// What runs in a container of an RPM distribution's image to resolve, fetch and check packages.
#pragma once

#include <string_view>

namespace berth::image {

// For the Python that dnf 4 itself runs with: `resolve CONFIGURATION WISH...` and `fetch CONFIGURATION PACKAGE...`.
std::string_view dnf_script();

// Runs its first argument with that Python, and hands it the others.
std::string_view dnf_start_script();

// `KEYS COUNT KEY... FILE...`: with the database of keys below the folder KEYS.
std::string_view signature_script();

}  // namespace berth::image
