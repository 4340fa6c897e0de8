// Names by which people and classifiers call licences.
#pragma once

#include <string_view>

namespace berth::vet {

// The SPDX expression of what stands behind "License :: " and "OSI Approved :: " in a classifier; empty for others.
std::string_view expression_of_classifier(std::string_view tail);

// The SPDX expression of a name that is in use for exactly one licence, in any case: "Apache License, Version 2.0".
// Empty for others.
std::string_view expression_of_name(std::string_view name);

}  // namespace berth::vet
