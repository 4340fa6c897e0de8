#include "berth/vet/licence_choice.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "berth/vet/licence_notice.h"

namespace berth::vet {
namespace {

using Words = std::vector<std::string>;

constexpr std::size_t kNear = 14;     // how far from "or" stands that one may choose
constexpr std::size_t kLongest = 14;  // words of a name
constexpr std::size_t kMost = 32;     // choices that are looked at

// In order, each.
constexpr auto kChoosing =
    std::to_array<std::string_view>({"choice", "choose", "choosing", "dual", "dually", "either", "option"});
constexpr auto kDenying =
    std::to_array<std::string_view>({"cannot", "cant", "dont", "forbidden", "neither", "never", "no", "nobody", "none",
                                     "nor", "not", "prohibited", "t", "unless", "without"});
constexpr auto kOfNames = std::to_array<std::string_view>({"affero", "any", "clause", "general", "gnu", "later",
                                                           "lesser", "library", "license", "licenses", "mozilla",
                                                           "only", "or", "public", "software", "the", "v", "version"});
constexpr auto kBinding = std::to_array<std::string_view>({"agpl", "gnu", "gpl", "lgpl", "mozilla", "mpl"});

bool is_in(const auto& list, std::string_view word) { return std::ranges::binary_search(list, word); }

// "3", "v3".
bool is_version(std::string_view word) {
  if (word.starts_with('v')) word.remove_prefix(1);
  return !word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos;
}

// "gpl", "gplv3", "gnu".
bool begins_binding(std::string_view word) { return is_in(kBinding, word.substr(0, word.find_first_of("v123"))); }

// A licence that binds, named in the words from `begin` to `end`.
std::optional<std::string> binding_in(const Words& words, std::size_t begin, std::size_t end) {
  const Words part(words.begin() + static_cast<std::ptrdiff_t>(begin),
                   words.begin() + static_cast<std::ptrdiff_t>(end));
  std::vector<std::string> ids = licences_noticed(part);
  if (ids.size() != 1) return std::nullopt;
  return std::move(ids.front());
}

// The permissive licence that is named by the words from `begin`; `end` becomes the first behind them.
std::string_view permissive_at(const Words& words, std::size_t begin, std::size_t& end) {
  struct Name {
    std::initializer_list<std::string_view> words;
    std::string_view id;
  };
  static const auto names = {
      Name{{"2", "clause", "bsd"}, "BSD-2-Clause"},
      Name{{"3", "clause", "bsd"}, "BSD-3-Clause"},
      Name{{"apache", "2", "0"}, "Apache-2.0"},
      Name{{"apache", "license", "2", "0"}, "Apache-2.0"},
      Name{{"apache", "license", "version", "2", "0"}, "Apache-2.0"},
      Name{{"bsd", "2", "clause"}, "BSD-2-Clause"},
      Name{{"bsd", "3", "clause"}, "BSD-3-Clause"},
      Name{{"expat"}, "MIT"},
      Name{{"isc"}, "ISC"},
      Name{{"mit"}, "MIT"},
      Name{{"zlib"}, "Zlib"},
  };
  for (const Name& name : names) {
    const bool stands =
        begin + name.words.size() <= words.size() &&
        std::equal(name.words.begin(), name.words.end(), words.begin() + static_cast<std::ptrdiff_t>(begin));
    if (!stands) continue;
    end = begin + name.words.size();
    while (end < words.size() && (words[end] == "license" || words[end] == "licenses")) ++end;
    return name.id;
  }
  return {};
}

struct Choice {
  std::string_view offered;
  std::string other;
  std::size_t begin = 0;  // the words that say so
  std::size_t end = 0;
};

// Where the name of a licence that binds and begins at `begin` ends.
std::size_t end_of_binding(const Words& words, std::size_t begin) {
  std::size_t end = begin + 1;
  const std::size_t last = std::min(begin + kLongest, words.size());
  while (end < last && (is_in(kOfNames, words[end]) || is_version(words[end]) || begins_binding(words[end]))) ++end;
  return end;
}

// Behind "or": the words that may stand in front of a name.
std::size_t name_behind(const Words& words, std::size_t at) {
  std::size_t begin = at + 1;
  while (begin < std::min(at + 3, words.size()) && (words[begin] == "the" || words[begin] == "under")) ++begin;
  return begin;
}

// "MIT or GPL-3.0".
std::optional<Choice> binding_second(const Words& words, std::size_t at) {
  const std::size_t second = name_behind(words, at);
  if (second == words.size() || !begins_binding(words[second])) return std::nullopt;
  const std::size_t end = end_of_binding(words, second);
  for (std::size_t begin = at - std::min(at, kLongest); begin < at; ++begin) {
    std::size_t behind = 0;
    const std::string_view id = permissive_at(words, begin, behind);
    if (id.empty() || behind != at) continue;
    auto other = binding_in(words, second, end);
    if (!other) return std::nullopt;
    return Choice{id, *std::move(other), begin, end};
  }
  return std::nullopt;
}

// "GPL-3.0 or MIT".
std::optional<Choice> binding_first(const Words& words, std::size_t at) {
  std::size_t end = 0;
  const std::string_view id = permissive_at(words, name_behind(words, at), end);
  if (id.empty()) return std::nullopt;
  for (std::size_t begin = at - std::min(at, kLongest); begin < at; ++begin) {
    if (!begins_binding(words[begin]) || end_of_binding(words, begin) < at) continue;
    auto other = binding_in(words, begin, at);
    if (!other) return std::nullopt;
    return Choice{id, *std::move(other), begin, end};
  }
  return std::nullopt;
}

// "without any warranty", which is no word on choosing.
bool is_of_warranty(const Words& words, std::size_t at) {
  if (words[at] != "no" && words[at] != "without") return false;
  constexpr std::size_t kBehind = 3;
  const auto begin = words.begin() + static_cast<std::ptrdiff_t>(at);
  const auto end = words.begin() + static_cast<std::ptrdiff_t>(std::min(at + 1 + kBehind, words.size()));
  return std::any_of(begin, end, [](const std::string& word) { return word == "warranty" || word == "warranties"; });
}

// Where anything is denied near it, nobody knows that it is not this.
bool lets_choose(const Words& words, const Choice& choice) {
  const std::size_t last = std::min(choice.end + kNear, words.size());
  bool is_said = false;
  for (std::size_t i = choice.begin - std::min(choice.begin, kNear); i < last; ++i) {
    if (is_in(kDenying, words[i]) && !is_of_warranty(words, i)) return false;
    is_said = is_said || is_in(kChoosing, words[i]);
  }
  return is_said;
}

// "GPL" of "GPL-3.0-only".
std::string_view family_of(std::string_view id) { return id.substr(0, id.find('-')); }

// "under the GPL", "the terms of the GPL", "the GPL applies": that it holds, whatever its version.
bool is_said_to_hold(const Words& words, std::size_t at) {
  constexpr auto kBetween = std::to_array<std::string_view>({"of", "only", "terms", "the"});
  constexpr auto kHolds = std::to_array<std::string_view>({"are", "by", "is", "license", "licensed", "terms", "under"});
  constexpr auto kBehind = std::to_array<std::string_view>({"applies", "apply", "governs", "holds", "only"});
  static_assert(std::ranges::is_sorted(kBetween) && std::ranges::is_sorted(kHolds) && std::ranges::is_sorted(kBehind));
  if (at + 1 < words.size() && (words[at + 1] == "compatible" || words[at + 1] == "incompatible")) return false;
  if (at + 1 < words.size() && is_in(kBehind, words[at + 1])) return true;
  std::size_t before = at;
  while (before > 0 && !is_in(kHolds, words[before - 1]) && is_in(kBetween, words[before - 1])) --before;
  return before > 0 && is_in(kHolds, words[before - 1]);
}

// What is named without a version may be any of them.
bool is_named_in(const std::vector<std::string>& ids, const Words& words, std::string_view id) {
  if (std::ranges::any_of(ids, [&](const std::string& other) { return family_of(other) == family_of(id); }))
    return true;
  std::string family(family_of(id));
  std::ranges::transform(family, family.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == family && is_said_to_hold(words, i)) return true;
  }
  return false;
}

void take_choice(std::vector<std::string>& ids, const Choice& choice) {
  const auto other = std::ranges::find(ids, choice.other);
  if (other == ids.end()) return;
  *other = "(" + std::string(choice.offered) + " OR " + choice.other + ")";
  std::erase(ids, choice.offered);  // it is one of both
}

}  // namespace

std::vector<std::string> with_choices(std::vector<std::string> ids, const std::vector<std::string>& words) {
  static_assert(std::ranges::is_sorted(kChoosing) && std::ranges::is_sorted(kDenying) &&
                std::ranges::is_sorted(kOfNames) && std::ranges::is_sorted(kBinding));
  if (ids.empty()) return ids;
  std::vector<Choice> choices;
  Words rest = words;
  for (std::size_t i = 1; i + 1 < words.size() && choices.size() < kMost; ++i) {
    if (words[i] != "or") continue;
    auto choice = binding_second(words, i);
    if (!choice) choice = binding_first(words, i);
    if (!choice || !lets_choose(words, *choice)) continue;
    for (std::size_t at = choice->begin; at < choice->end; ++at) rest[at].clear();
    choices.push_back(*std::move(choice));
  }
  if (choices.empty()) return ids;
  const std::vector<std::string> elsewhere = licences_noticed(rest);
  for (const Choice& choice : choices) {
    if (!is_named_in(elsewhere, rest, choice.other)) take_choice(ids, choice);
  }
  return ids;
}

}  // namespace berth::vet
