// What readers and indexes say about one package, before anybody judges it.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "berth/vet/finding.h"
#include "berth/vet/package.h"

namespace berth::vet {

// One statement about a package's licence.
struct LicenceStatement {
  std::string source;            // "License-Expression", "Classifier", "License", "LICENSE.txt", "Licence field (apk)"
  std::string text;              // as it stands there, cut to what can be shown
  std::string expression;        // the SPDX expression that it stands for; empty where nobody knows
  std::string restriction = {};  // words in it, beside those of a licence, that take rights away

  friend bool operator==(const LicenceStatement&, const LicenceStatement&) = default;
};

// Facts are gathered (readers, an index) and handed to `judge`, which does no input or output. What is not known stays
// empty: that nothing is known is itself judged.
struct Facts {
  Package package;
  std::vector<LicenceStatement>
      licences;                 // the statement that counts most first: expression, classifiers, field, files
  std::string brought_by = {};  // the package that asks for it, of one that nobody named
  // The distribution's package that owns the files of a Python package; then only the distribution's data counts.
  std::optional<Package> owner;
  // Of a distribution's package: whose advisories count (distribution_release: "Debian:12"), and the source that it was
  // built from where that has another name or version, since advisories speak of sources.
  std::string release;
  std::string source_name;
  std::string source_version;
  // When an index got the version, and why it does not say so where it was asked.
  std::optional<std::chrono::system_clock::time_point> released;
  std::string why_undated;
  bool is_yanked = false;
  std::string yanked_reason;
  std::string sha256;  // of the file that an index gives for the version; empty where none was asked
  // Where that file lies, of one whose own metadata may say more of its licence than has been told; and the SHA-256 of
  // its METADATA where an index keeps that beside it (PEP 658), empty where it gives none.
  std::string file_url;
  std::optional<std::string> metadata_sha256;
  // Requires-Dist as pip was told it, by which what comes along was found; nothing where it was not asked.
  std::optional<std::vector<std::string>> requires_dist;
  // What a list or lock file says of the version's files: their SHA-256 in hex. Empty where it says nothing.
  std::vector<std::string> locked_sha256;
  // Whether an index has the name, since when and in how many releases; nothing where none was asked.
  std::optional<bool> is_on_index;
  std::optional<std::chrono::system_clock::time_point> first_released;
  std::optional<int> releases;
  // The latest release of all, and what an index says of a project that nobody looks after: "archived: use another".
  std::optional<std::chrono::system_clock::time_point> last_released;
  std::string given_up;
  // Of a private name: whether who installs it may get somebody else's, and whether that is there already; as
  // `is_on_index` where nobody looked.
  bool is_public_asked = true;
  std::optional<bool> is_on_public_index;
  std::string taken_from;  // what a list says of the indexes, where one that is not private alone is asked: for people
  // What the gatherer itself found, of names for example.
  std::vector<Finding> findings;
};

}  // namespace berth::vet
