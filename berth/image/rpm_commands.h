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
  std::string repository;  // its id, once it is settled; before that as it is printed: of a long one, the beginning
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

// What a repository's lists have of a package is not trusted: no text of theirs can become another package's row, a
// repository or a key. Errors: Corrupt for what cannot be a package or stands twice, for what dnf's answer cannot be,
// and where a table and its summary do not agree; those of parse_json.
Result<RpmResolution> parse_rpm_resolution(PackageManager manager, std::string_view printed);

// Gives each package the repository that it is of, so that it is fetched from there and checked by its rules.
// Errors: Corrupt where that is none of `repositories`.
Result<void> settle_repositories(PackageManager manager, RpmResolution& resolution,
                                 const std::vector<RpmRepository>& repositories);

// Each is run in the folder that the packages come into, and together they fetch exactly `packages`, each from its own
// repository and held against its checksum in that one's lists.
std::vector<std::vector<std::string>> rpm_fetch_commands(PackageManager manager,
                                                         const std::vector<RpmPackage>& packages,
                                                         const RpmSources& sources, const RpmPlaces& places);

// Check the signatures of those whose repository wants it and whose manager does not do so when it fetches them: in the
// folder where they lie, those of each repository with the keys of that one and of the image's rpm, in a database of
// keys of its own.
std::vector<std::vector<std::string>> signature_commands(PackageManager manager,
                                                         const std::vector<RpmPackage>& packages,
                                                         const std::vector<RpmRepository>& repositories,
                                                         const RpmPlaces& places);

}  // namespace berth::image
