// apt with a state of its own: asks the machine's package sources without touching the machine's package database.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/image/package_sources.h"

namespace berth::image {

struct Package {
  std::string name;
  std::string version;
  std::string architecture;

  friend auto operator<=>(const Package&, const Package&) = default;
};

// Lists, downloads and their configuration below one folder, which stays between uses so that only what is new is
// fetched. Of the machine's apt configuration it takes what says how archives are reached (proxies, credentials,
// certificates, time checks) and nothing else: no hooks, no pins. One process at a time uses a folder.
class PrivateApt {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  // Errors: NotFound when apt is missing; those of writing below `folder`.
  static Result<PrivateApt> open(std::filesystem::path folder, std::vector<PackageSource> sources, Deadline deadline);

  // Brings the lists up to date and drops sources that do not sign as `origin`.
  // Errors: Unavailable when an archive cannot be reached or is not signed as it should be, with apt's words.
  Result<void> update(std::string_view origin);

  // What installing `wanted` (names, or apt patterns) into an empty system would take, with the preferences in
  // `kPreferences`, by name. Errors: Unavailable when it cannot be satisfied.
  Result<std::vector<Package>> resolve(const std::vector<std::string>& wanted);

  // Fetches exactly `packages` into archives(), where nothing else is left.
  Result<void> download(const std::vector<std::string>& wanted, const std::vector<Package>& packages);

  // When the newest package in archives() was made: seconds since 1970, as its maker wrote it there.
  Result<std::int64_t> newest_package_time() const;

  std::filesystem::path sources_file() const { return folder_ / "sources.list"; }
  std::filesystem::path lists() const { return folder_ / "state/lists"; }
  std::filesystem::path archives() const { return folder_ / "cache/archives"; }

  // `usrmerge` brings in a whole Perl; the root is merged from the start, so its small twin does.
  static constexpr std::string_view kPreferences = "Package: usrmerge\nPin: release *\nPin-Priority: -1\n";

 private:
  PrivateApt(std::filesystem::path folder, std::vector<PackageSource> sources, Deadline deadline)
      : folder_(std::move(folder)), sources_(std::move(sources)), deadline_(deadline) {}

  Result<std::string> run(const std::vector<std::string>& argv) const;
  Result<void> write_sources() const;

  std::filesystem::path folder_;
  std::vector<PackageSource> sources_;
  Deadline deadline_;
};

// The packages in what `apt-get install --simulate` prints, sorted by name.
std::vector<Package> parse_simulation(std::string_view text);

// The file that apt keeps `package` in: an epoch's colon is written %3a.
std::string archive_name(const Package& package);

// The time in the header of a .deb's first member. Errors: Corrupt when `head` does not begin like one.
Result<std::int64_t> parse_deb_time(std::string_view head);

// The lines of `apt-config dump` that say how archives are reached.
std::string reach_settings(std::string_view apt_config_dump);

}  // namespace berth::image
