// What a Python distribution says of itself: METADATA and PKG-INFO.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"

namespace berth::vet {

// The fields that judgements need (core metadata 1.0 to 2.4: PEP 241 to PEP 639). Fields that stand twice and may not
// count as their first does.
struct CoreMetadata {
  std::string metadata_version;
  std::string name;
  std::string version;
  std::string summary;
  std::string licence_expression;          // License-Expression (PEP 639)
  std::string licence;                     // License: a name, or the whole text of one
  std::vector<std::string> classifiers;    // Classifier
  std::vector<std::string> licence_files;  // License-File: paths as they stand there, to be opened inside their folder
  std::vector<std::string> requires_dist;  // Requires-Dist
  std::string requires_python;
  std::vector<std::string> licences_again;  // License-Expression and License that say something else once more
};

// Reads the header of `text`, in the form of mails: `Field: value`, continued by lines that begin with blanks; it ends
// with the first empty line. Fields that are not known are passed over, as are bytes that are no UTF-8 (they become
// U+FFFD). Errors: InvalidInput when there is neither a name nor a version, or a line is no field; Exhausted past 8 MiB
// or 100,000 lines.
Result<CoreMetadata> parse_core_metadata(std::string_view text);

}  // namespace berth::vet
