// Advisories of one source as the bytes of a file, made for matching. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/vet/advisory.h"

namespace berth::vet {

// Where the advisories come from, and what was found in them.
struct SourceInfo {
  std::string name;      // by which the source is replaced: "pypa"
  std::string origin;    // a path or an address
  std::string sha256;    // of what was read there
  std::string imported;  // when, RFC 3339 in UTC
  std::string dated;     // the day that its contents are of, where somebody says so; else empty
  std::string newest;    // the latest "modified" of an advisory
  std::size_t advisories = 0;
  std::size_t withdrawn = 0;  // of them; none of these is matched
  std::vector<std::string> problems;
  std::size_t contradictions = 0;  // listed versions that no range affects
  std::size_t left_out = 0;        // records that speak of no package that can be judged here: of npm, for example

  friend bool operator==(const SourceInfo&, const SourceInfo&) = default;
};

// The file: "berth advisories 1", the SHA-256 of all that follows, the SourceInfo as a line of JSON, then the records.
// Withdrawn advisories are left out. The same input gives the same bytes.
std::string encode_advisories(const SourceInfo& source, const std::vector<Advisory>& advisories);

// What one interval of a decoded file says. For PyPI the bounds are order keys (PythonVersion::key), elsewhere versions
// as written. Views into the file.
struct StoredInterval {
  std::string_view introduced;  // empty: from the first
  AffectedInterval::End end = AffectedInterval::End::Never;
  std::string_view last;
  std::string_view last_text;  // as written, to be shown
};

struct StoredAdvisory {
  std::string_view id;
  std::vector<std::string_view> aliases;
  std::string_view summary;
  SeverityLevel level = SeverityLevel::Unknown;
  int score_tenths = -1;  // -1: none
  std::string_view severity_from;
};

struct StoredPackage {
  Ecosystem ecosystem = Ecosystem::PyPI;
  std::string_view name;
  std::string_view release;
  std::uint32_t advisory = 0;  // in `advisories`
  std::uint32_t first_interval = 0;
  std::uint32_t intervals = 0;
  std::uint32_t first_version = 0;
  std::uint32_t versions = 0;
};

// A file's contents. Owns its bytes, which the views are of; it can be moved.
struct AdvisoryFile {
  std::vector<char> bytes;
  SourceInfo source;
  std::vector<StoredAdvisory> advisories;
  std::vector<StoredPackage> packages;  // sorted by ecosystem and name
  std::vector<StoredInterval> intervals;
  std::vector<std::string_view> versions;  // of each package sorted
};

// Errors: Corrupt when a byte is not what was written; InvalidInput when it is no such file, or one of a newer Berth.
Result<AdvisoryFile> decode_advisories(std::vector<char> bytes);

// A listed version as `versions` holds it: for PyPI its order key where it has one, else the text behind a zero byte.
std::string stored_version(Ecosystem ecosystem, std::string_view version);

}  // namespace berth::vet
