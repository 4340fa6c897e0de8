// The header of a package as rpm's databases keep it
// (https://rpm-software-management.github.io/rpm/manual/format_header.html).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/image/inventory.h"

namespace berth::image {

struct RpmHeader {
  // The version is [epoch:]version-release, as `rpm --qf %{EVR}` says it.
  DistributionPackage package;
  std::vector<std::string> python_metadata;  // files and folders of it that are such, from the root
  // A key that signatures are checked with, which rpm keeps among its packages: it has no files.
  bool is_key = false;
};

// Reads the header `blob`: counts, index and data, without the magic number that stands in front of it in files. It is
// a stranger's: what it says of places and counts is held against its length. Pure.
// Errors: Corrupt when it is none, or names no proper package or version.
Result<RpmHeader> parse_rpm_header(std::string_view blob);

}  // namespace berth::image
