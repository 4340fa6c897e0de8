// Package URLs, by which other tools know a package: "pkg:pypi/requests@2.31.0". Pure.
#pragma once

#include <string>
#include <string_view>

#include "berth/vet/package.h"

namespace berth::vet {

// The distribution that a package is of, for its URL: "debian" and "12". Empty where it is not known.
struct DistributionName {
  std::string id;
  std::string version;
};

// `architecture` and `distribution` are told of distributions' packages alone.
std::string package_url(const Package& package, std::string_view architecture, const DistributionName& distribution);

}  // namespace berth::vet
