// How the package manager of an RPM distribution is asked, and what it answers: dnf 4 over its own Python interface
// (https://dnf.readthedocs.io/en/latest/api.html), dnf 5 and microdnf over their command lines. None needs root for
// what is asked here. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/image/package_manager.h"
#include "berth/image/rpm_sources.h"

namespace berth::image {

struct RpmPackage {
  Package package;         // the version is [epoch:]version-release
  std::string repository;  // as it is printed: of a long name, the beginning
  std::string sha256;      // of the repository's own lists; empty where it is not told

  friend auto operator<=>(const RpmPackage&, const RpmPackage&) = default;
};

struct RpmResolution {
  std::vector<RpmPackage> packages;         // by name
  std::vector<RpmRepository> repositories;  // as dnf 4 reads them itself, without addresses; else none
};

// Where it looks in the container.
struct RpmPlaces {
  std::string configuration;  // its dnf.conf
  std::string state;          // a folder of its own, with folders `cache`, `log` and `state`
};

// Prints what installing `wishes` would take, and changes nothing.
std::vector<std::string> rpm_resolve_command(PackageManager manager, const std::vector<PackageWish>& wishes,
                                             const RpmSources& sources, const RpmPlaces& places);

// Whether it has come to an answer: who is told to assume "no" ends as if it had failed.
bool has_resolved(PackageManager manager, int status, std::string_view out, std::string_view err);

// What it has complained of, without what its libraries write into the log for whoever looks after them.
std::string without_log(std::string_view err);

// Errors: Corrupt for what cannot be a package, and where the table and its summary do not agree.
Result<RpmResolution> parse_rpm_resolution(PackageManager manager, std::string_view printed);

// Fetches exactly `packages` into the folder it is run in, each held against its checksum in the repository's lists.
std::vector<std::string> rpm_fetch_command(PackageManager manager, const std::vector<RpmPackage>& packages,
                                           const RpmSources& sources, const RpmPlaces& places);

// Those of `packages` whose signatures dnf does not check when it fetches them, and whose repository wants it.
std::vector<RpmPackage> to_be_checked(PackageManager manager, const std::vector<RpmPackage>& packages,
                                      const std::vector<RpmRepository>& repositories);

// Checks the signatures of `files` in the folder it is run in, with the keys of the image's rpm and those of
// `repositories`, in a database of keys of its own.
std::vector<std::string> signature_command(const std::vector<RpmRepository>& repositories,
                                           const std::vector<std::string>& files, const RpmPlaces& places);

}  // namespace berth::image
