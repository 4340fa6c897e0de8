// What a Python distribution says of its licence, from its metadata and its licence files.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/vet/core_metadata.h"
#include "berth/vet/facts.h"
#include "berth/vet/licence_recognition.h"

namespace berth::vet {

struct LicenceFile {
  std::string path;  // from the folder of the metadata: "licenses/LICENSE"
  std::string text;
  std::string unread = {};  // why the text is not there: it may say anything
};

// One whose text need not be held any more.
struct RecognisedFile {
  std::string path;
  RecognisedLicence licence;
  std::string unread = {};
};

// The statements, the one that counts most first: License-Expression, the classifiers together, License, then each
// file that is a licence's text. A statement that nobody can read as a licence has no expression, and neither has a
// text that takes away what a permissive licence gives (restriction); where nothing is said (UNKNOWN, nothing but "OSI
// Approved", files that are no licence) there is no statement. Nothing is guessed from parts of a text: "Not Apache
// licensed; proprietary" is no Apache.
std::vector<LicenceStatement> python_licence_statements(const CoreMetadata& metadata,
                                                        const std::vector<LicenceFile>& files);
std::vector<LicenceStatement> statements_with_recognised(const CoreMetadata& metadata,
                                                         std::vector<RecognisedFile> files);

// The text of a statement about a file that was not read: it may say anything. Why stands as its restriction.
inline constexpr std::string_view kUnread = "not read";

// Of licence files that could not be read at all.
LicenceStatement unread_licence_files(std::string why);

// Whether two expressions say something else of one package: neither says the same or a part of what the other says.
// Which versions of a licence of GNU are meant is no contradiction.
bool contradict(const std::string& expression, const std::string& other);

// The SPDX expression of one classifier ("License :: OSI Approved :: MIT License"). A classifier that may mean several
// licences gives all of them, joined by AND. Empty for those that say nothing, nullopt for those that are no licence's.
std::optional<std::string> spdx_of_classifier(std::string_view classifier);

// The SPDX expression of the field License: an expression, or a name that is in use for exactly one; empty for others.
std::string spdx_of_licence_field(std::string_view text);

// Whether a file of this name, in any folder of the metadata, may hold a licence: LICENSE, LICENCE, COPYING, UNLICENSE
// with any ending.
bool is_licence_file_name(std::string_view path);

// Whether a file in the folder of the metadata is looked at for a licence: those, notices, and all below `licenses`.
bool may_hold_licence(std::string_view path);

// As many and as large ones are read; of the others is told that they were not.
inline constexpr std::size_t kMostLicenceFiles = 200;
inline constexpr std::size_t kLargestLicenceFile = std::size_t{1} << 20;
inline constexpr std::size_t kMostLicenceText = std::size_t{8} << 20;  // of one wheel

}  // namespace berth::vet
