#include "berth/content/suggestion.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "berth/base/lower_case.h"
#include "berth/base/utf8.h"

namespace berth::content {
namespace {

constexpr std::size_t kLongest = 64;
constexpr std::size_t kMostListed = 10;
constexpr std::size_t kMostCompared = 2'000;

// Edits from `a` to `b`, both within kLongest: optimal string alignment, three rows at a time.
std::size_t edits_between(std::string_view a, std::string_view b) {
  using Row = std::array<std::size_t, kLongest + 1>;
  Row before = {};
  Row last = {};
  Row row = {};
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower_letter(a[i - 1]) == lower_letter(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0u : 1u)});
      const bool swapped = i > 1 && j > 1 && lower_letter(a[i - 1]) == lower_letter(b[j - 2]) &&
                           lower_letter(a[i - 2]) == lower_letter(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = last;
    last = row;
  }
  return last[b.size()];
}

std::string quoted(std::string_view word) { return fmt::format("'{}'", to_visible(word.substr(0, kLongest), false)); }

}  // namespace

std::optional<std::string> nearest_word(std::string_view word, const std::vector<std::string>& candidates) {
  if (word.size() > kLongest) return std::nullopt;
  const std::size_t most = std::max<std::size_t>(1, word.size() / 3);
  std::optional<std::string> nearest;
  std::size_t fewest = most + 1;
  for (std::size_t i = 0; i < std::min(candidates.size(), kMostCompared); ++i) {
    const std::string& candidate = candidates[i];
    if (candidate.size() > kLongest) continue;
    const std::size_t edits = edits_between(word, candidate);
    if (edits >= fewest) continue;
    fewest = edits;
    nearest = candidate;
  }
  return nearest;
}

std::string suggestion_for(std::string_view word, const std::vector<std::string>& candidates) {
  if (const auto nearest = nearest_word(word, candidates)) return fmt::format("; did you mean {}?", quoted(*nearest));
  if (candidates.empty()) return {};
  std::string list;
  for (std::size_t i = 0; i < std::min(candidates.size(), kMostListed); ++i) {
    list += (i == 0 ? "" : ", ") + quoted(candidates[i]);
  }
  if (candidates.size() > kMostListed) list += fmt::format(" and {} more", candidates.size() - kMostListed);
  return "; there are " + list;
}

}  // namespace berth::content
