// The machine's package sources: reading apt's two file formats and keeping only the distribution's own.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"

namespace berth::image {

// One archive of binary packages: `deb [signed_by] uri suite components`.
struct PackageSource {
  std::string uri;
  std::string suite;
  std::vector<std::string> components;
  std::string signed_by;  // path of a keyring; empty for apt's own

  friend bool operator==(const PackageSource&, const PackageSource&) = default;
};

// What /usr/lib/os-release says.
struct Distribution {
  std::string id;        // "debian"
  std::string codename;  // "bookworm"

  // The Origin that its archives sign for: "Debian".
  std::string origin() const;
};

Distribution parse_os_release(std::string_view text);

// Reads a file of the one-line form (*.list, sources.list) or of the deb822 form (*.sources). Sources of code and
// those that are switched off are left out; so are lines that make no sense, as apt itself judges them elsewhere.
std::vector<PackageSource> parse_one_line_sources(std::string_view text);
std::vector<PackageSource> parse_deb822_sources(std::string_view text);

// Those of `sources` whose suite is the distribution's release, its updates or its security updates, with the
// components that its base needs, each (uri, suite) once. What else a machine installs from has no place in a base.
std::vector<PackageSource> distribution_sources(const std::vector<PackageSource>& sources,
                                                const Distribution& distribution);

// `sources` of the release `from` as those of the release `to` of the same distribution: what lies in the same archives
// under another name.
std::vector<PackageSource> sources_of_release(std::vector<PackageSource> sources, std::string_view from,
                                              std::string_view to);

// In the one-line form, for apt and mmdebstrap.
std::string print_sources(const std::vector<PackageSource>& sources);

// Reads one file of either form: deb822 when its name ends in ".sources".
// Errors: those of reading a file; InvalidInput when it names no source.
Result<std::vector<PackageSource>> read_sources_file(const std::filesystem::path& file);

// Reads all sources below `etc_apt` (/etc/apt) and keeps the distribution's.
// Errors: Unavailable when none is left, with what was looked for; those of reading a file.
Result<std::vector<PackageSource>> read_distribution_sources(const std::filesystem::path& etc_apt,
                                                             const Distribution& distribution);

}  // namespace berth::image
