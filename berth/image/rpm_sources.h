// Where an image of an RPM distribution says that its packages come from (dnf.conf(5)).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "berth/base/result.h"
#include "berth/image/image_tree.h"
#include "berth/image/package_manager.h"

namespace berth::image {

struct RpmRepository {
  std::string id;
  std::vector<std::string> urls;   // of packages, and of lists of mirrors
  bool checks_signatures = false;  // of packages
  std::vector<std::string> keys;   // addresses of those that they are checked with: file:, http:, https:

  friend bool operator==(const RpmRepository&, const RpmRepository&) = default;
};

using RpmOptions = std::vector<std::pair<std::string, std::string>>;

struct RpmSources {
  std::vector<RpmRepository> repositories;  // those that are in use
  RpmOptions main;                          // what dnf.conf has in [main]
};

// What of an image says it.
struct RpmFiles {
  std::string configuration;                     // dnf.conf, empty for none
  std::vector<std::string> repositories;         // the *.repo files
  std::map<std::string, std::string> variables;  // "releasever"; what is not there is left as it is written
  bool checks_by_default = false;                // signatures, where nothing is said
};

// What dnf.conf has besides [main] does not count. Pure.
RpmSources rpm_sources_of(const RpmFiles& files);

// Where repositories are described; the same folders are named to dnf.
std::vector<std::string> rpm_repository_folders();

// Reads them as the image's `manager` would. Errors: Unavailable when none is in use; those of reading its files.
Result<RpmSources> read_rpm_sources(const ImageTree& base, PackageManager manager);

// A dnf.conf: the image's options without those that lead out of it or back into it (places, proxies, plugins) and
// without those that are in `ours`, then `ours`.
std::string print_rpm_configuration(const RpmOptions& main, const RpmOptions& ours);

// The part of `url` that says which machine is asked, with "/" behind it; empty for a file of the image.
// Errors: InvalidInput where a variable stands in it.
Result<std::string> server_of(const RpmRepository& repository, std::string_view url);

}  // namespace berth::image
