// "Did you mean": the known word nearest to one that is not known.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace berth::content {

// The candidate that fewest edits (insert, delete, replace, swap of neighbours; case counts for nothing) lead to, if
// that is at most a third of the word. Words over 64 bytes have none.
std::optional<std::string> nearest_word(std::string_view word, const std::vector<std::string>& candidates);

// What an error adds about a word that is not known: "; did you mean 'limit'?", or the words there are, at most ten of
// them; empty without candidates.
std::string suggestion_for(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace berth::content
