// An advisory in the OSV form, read without trust. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/vet/package.h"
#include "berth/vet/severity.h"

namespace berth::vet {

// Versions from one on, up to another.
struct AffectedInterval {
  enum class End : std::uint8_t { Never, Fixed, LastAffected };
  std::string introduced;  // empty: from the first
  End end = End::Never;
  std::string last;  // the fixed version, which is out, or the last affected one, which is in

  friend bool operator==(const AffectedInterval&, const AffectedInterval&) = default;
};

struct AffectedPackage {
  Ecosystem ecosystem = Ecosystem::PyPI;
  std::string release;  // of a distribution, as OSV writes it: "Debian:12", "Alpine:v3.18"; empty for PyPI
  std::string name;     // normalised
  std::vector<AffectedInterval> intervals;
  std::vector<std::string> versions;  // that are affected whatever the intervals say
};

struct Advisory {
  std::string id;
  std::vector<std::string> aliases;
  std::string summary;   // one line
  std::string modified;  // RFC 3339
  bool is_withdrawn = false;
  Severity severity;
  std::vector<AffectedPackage> affected;
  // What is wrong with it, and what was made of that: "requests: bound 'x' is no version: taken as open".
  std::vector<std::string> problems;

  bool is_malicious() const { return id.starts_with("MAL-"); }
};

// Of packages in ecosystems that we know; the others are passed over. Ranges of commits are, too. A bound that its
// ecosystem cannot read leaves the range open there, which affects more versions, never fewer.
// Errors: InvalidInput, naming the key; Exhausted past 2,000 packages, 100,000 versions or 20,000 events.
Result<Advisory> advisory_of_json(const Json& record);

// The text of one record, in JSON or in YAML; `name` is what errors call it.
Result<Advisory> parse_advisory(std::string_view text, std::string_view name);

// Where its own list of versions and its ranges disagree: a listed version that no range affects, or one that the
// ranges say is fixed. Empty where one of them is missing. "requests: 2.31.0 is listed, and no range affects it".
std::vector<std::string> contradictions_of(const Advisory& advisory);

// Whether an interval holds the version, by the order of its ecosystem.
bool holds(const AffectedInterval& interval, Ecosystem ecosystem, std::string_view version);

}  // namespace berth::vet
