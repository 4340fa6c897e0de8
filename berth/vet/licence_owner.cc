#include "berth/vet/licence_owner.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "berth/vet/licence_notice.h"
#include "berth/vet/licence_remainder.h"
#include "berth/vet/licence_talk.h"

namespace berth::vet {
namespace {

// What no name of an owner has, in order, beside words that bind and those of a field of use.
constexpr auto kOfNoName = std::to_array<std::string_view>({"allowed",
                                                            "applies",
                                                            "apply",
                                                            "ask",
                                                            "available",
                                                            "cannot",
                                                            "closed",
                                                            "consent",
                                                            "copying",
                                                            "distributed",
                                                            "except",
                                                            "excluded",
                                                            "license",
                                                            "licensed",
                                                            "licenses",
                                                            "may",
                                                            "needs",
                                                            "never",
                                                            "no",
                                                            "not",
                                                            "only",
                                                            "permission",
                                                            "permitted",
                                                            "redistribute",
                                                            "redistributing",
                                                            "redistribution",
                                                            "requires",
                                                            "resell",
                                                            "run",
                                                            "secret",
                                                            "sell",
                                                            "selling",
                                                            "solely",
                                                            "strictly",
                                                            "terms",
                                                            "unless",
                                                            "until",
                                                            "use",
                                                            "used",
                                                            "valid",
                                                            "void"});
// What stands in names of owners too, in order.
constexpr auto kOfNames = std::to_array<std::string_view>(
    {"business", "companies", "contract", "customers", "day", "education", "employees", "enterprise", "government",
     "military", "nuclear", "police", "price", "private", "research", "reserved", "students", "universities", "weeks"});
constexpr auto kFamilies = std::to_array<std::string_view>({"agpl", "gpl", "lgpl", "sspl"});

bool is_number(std::string_view word) {
  return std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; });
}

bool tells(std::string_view word) {
  return std::ranges::binary_search(kOfNoName, word) || is_binding_word(word) || is_field_word(word) ||
         std::ranges::any_of(kFamilies, [&](std::string_view family) { return word.starts_with(family); });
}

bool says_more(const std::vector<std::string>& words) {
  static_assert(std::ranges::is_sorted(kOfNoName) && std::ranges::is_sorted(kOfNames));
  std::size_t of_names = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool is_of_rights = (words[i] == "rights" && i + 1 < words.size() && words[i + 1] == "reserved") ||
                              (words[i] == "reserved" && words[i - std::min(i, std::size_t{1})] == "rights");
    if (is_of_rights || !tells(words[i])) continue;
    if (!std::ranges::binary_search(kOfNames, std::string_view(words[i])) || ++of_names > 1) return true;
  }
  return !licences_noticed(words).empty();
}

}  // namespace

bool says_whose(const std::vector<std::string>& line) {
  const std::size_t first = !line.empty() && line[0] == "c" ? 1 : 0;
  if (line.size() > first + 1 && line[first] == "copyright") {
    const std::string& next = line[first + 1];
    const bool begins = next == "c" || next == "by" || next == "year" || next == "yyyy" || is_number(next);
    return begins && !says_more(line);
  }
  return line == std::vector<std::string>{"all", "rights", "reserved"};
}

}  // namespace berth::vet
