// What stands in a text beside the licence that it was recognised as: riders that take away what the licence gives.
// Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "berth/vet/licence_texts.h"

namespace berth::vet {

// The plainest passage of `words` that limits use, sale, copies, changes, redistribution, users or a field of use, and
// is not of the licence, with what limits in brackets ("must [not] be [sold]"); empty where there is none. By kinds of
// words that stand near each other (a limit and an act, a field and a purpose), of which one at least is not of the
// licence: no list of phrases. `known` is of LicenceTexts::known_words.
std::string restriction_in(const std::vector<std::string>& words, const std::vector<KnownWord>& known);

// The same of a text that is of no licence: "Proprietary, no commercial use".
std::string restriction_in(const std::vector<std::string>& words);

// Whether a word tells of users or a field of use.
bool is_field_word(std::string_view word);

}  // namespace berth::vet
