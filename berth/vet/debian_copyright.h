// What Debian's packages say of their licences: /usr/share/doc/PACKAGE/copyright.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/vet/facts.h"

namespace berth::vet {

// A field `License` of a machine-readable copyright file (DEP-5).
struct CopyrightLicence {
  std::string label;  // "GPL-2+", "Expat or Apache-2.0"
  std::string text;   // what follows, with empty lines as such; empty where the label stands alone
};

// The fields `License` in their order; empty for a file that is not machine-readable.
// Errors: Exhausted past 4 MiB.
Result<std::vector<CopyrightLicence>> parse_debian_copyright(std::string_view text);

// The SPDX expression of a label, whose names are Debian's own in part (Expat, GPL-2+) and are joined by `and`, `or`
// and `with`. Empty where a name is none that is known.
std::string spdx_of_debian_label(std::string_view label);

// What the file says, each once: the labels with their expressions, or for those that are unknown what their texts are
// recognised as; of a file that is not machine-readable what its whole text is.
Result<std::vector<LicenceStatement>> debian_licence_statements(std::string_view text);

}  // namespace berth::vet
