// What is known of weak and malicious versions: advisories of several sources, asked together.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "berth/vet/advisory_file.h"

namespace berth::vet {

// One weakness of one package version: the advisories of all sources that speak of it, merged by their ids and aliases.
struct AdvisoryMatch {
  std::vector<std::string> ids;  // CVE first, then GHSA, PYSEC and the others; the first names it
  std::string summary;
  Severity severity;                 // the gravest that any of them says
  std::vector<std::string> fixed;    // versions that end it, the earliest first; empty where none is known
  bool is_malicious = false;         // published to do harm
  std::vector<std::string> sources;  // that say so

  friend bool operator==(const AdvisoryMatch&, const AdvisoryMatch&) = default;
};

// Immutable, so any thread may ask it.
class AdvisoryDatabase {
 public:
  AdvisoryDatabase() = default;
  explicit AdvisoryDatabase(std::vector<AdvisoryFile> files) : files_(std::move(files)) {}

  bool is_empty() const { return files_.empty(); }
  std::vector<SourceInfo> sources() const;

  // How many packages of a distribution's release are spoken of (is_said_of).
  std::size_t packages_of(Ecosystem ecosystem, std::string_view release) const;

  // All that is known of this version, the gravest first. `release` is that of a distribution (distribution_release);
  // empty for PyPI. Where any source says that it is affected, it is. A version that cannot be read is affected by what
  // lists it, and by all that has no end.
  std::vector<AdvisoryMatch> find(const Package& package, std::string_view release = {}) const;

 private:
  std::vector<AdvisoryFile> files_;
};

}  // namespace berth::vet
