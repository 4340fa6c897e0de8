// Which licence a text is: by comparison with the texts of the SPDX list, and by notices that name one.
#pragma once

#include <string>
#include <string_view>

namespace berth::vet {

struct RecognisedLicence {
  std::string expression;     // SPDX; empty where the text is like none, or takes away what a permissive licence gives
  std::string closest;        // the id of the most alike licence, also where that is not enough
  double likeness = 0;        // to that one, 1 for the same text
  bool is_by_notice = false;  // the text only names its licence
  std::string restriction;    // words of the text, beside those of licences, that take rights away
};

// A text of several licences gives all that were found, joined by AND: nothing that binds is passed over. Of texts
// beyond 256 KiB the beginning is read, and the rest is taken for words that restrict.
RecognisedLicence recognise_licence(std::string_view text);

}  // namespace berth::vet
