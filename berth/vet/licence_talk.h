// Whether what stands beside a licence's text speaks of permission itself: of other terms, payment, time, who may host
// it. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "berth/vet/licence_texts.h"

namespace berth::vet {

// The first passage of `words`, and not of the licence, that speaks of a licence or a permission without saying which
// by a name that everybody knows, or of payment, time, hosting and kinds of users; empty where there is none. Titles,
// pointers to where the text stands and names of known licences are none: what is named is judged by itself
// (licences_noticed). `known` is of LicenceTexts::known_words.
std::string talk_in(const std::vector<std::string>& words, const std::vector<KnownWord>& known);

// The same of a text that is of no licence.
std::string talk_in(const std::vector<std::string>& words);

// Whether a word tells of payment, time, hosting or kinds of users, whatever stands around it.
bool is_binding_word(std::string_view word);

}  // namespace berth::vet
