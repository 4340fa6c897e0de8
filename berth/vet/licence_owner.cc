#include "berth/vet/licence_owner.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

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

// Of that, what names of people and firms begin with or hold where they are written as such, in order.
constexpr auto kWrittenAsNames =
    std::to_array<std::string_view>({"academic", "ai",      "ask",   "buy",  "competition", "deploy",     "hosted",
                                     "hosting",  "may",     "money", "only", "pay",         "production", "profit",
                                     "sales",    "schools", "seat",  "sue",  "teaching",    "testing",    "week"});
// What such a name ends with.
constexpr auto kFirms = std::to_array<std::string_view>(
    {"ag",           "association", "bv",    "co",        "company", "corp",    "corporation", "foundation",
     "gmbh",         "group",       "inc",   "institute", "limited", "llc",     "ltd",         "organisation",
     "organization", "plc",         "press", "pty",       "sa",      "society", "university"});
// What stands behind such a word where it tells what the work is for.
constexpr auto kOfWorks =
    std::to_array<std::string_view>({"build", "code", "copy", "edition", "package", "program", "purpose", "purposes",
                                     "release", "software", "user", "users", "version"});

constexpr std::size_t kLongestLine = 2'000;  // bytes that are looked at for names

// A word of a line as it is written.
struct Written {
  std::string word;             // in lower case
  std::string_view before;      // what parts it from the word before
  bool is_capitalised = false;  // "Ask", neither "ask" nor "ASK"
  bool is_of_address = false;
};

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

// Whether `at` of the line stands in an address, of mail or of the web.
bool is_in_address(std::string_view line, std::size_t at) {
  constexpr std::string_view kBlanks = " \t<>()";
  const std::size_t begin = line.find_last_of(kBlanks, at) + 1;  // npos + 1 is 0
  const std::string_view chunk = line.substr(begin, line.find_first_of(kBlanks, at) - begin);
  return chunk.contains("://") || chunk.contains('@') || chunk.starts_with("www.");
}

std::vector<Written> written_words(std::string_view line) {
  std::vector<Written> words;
  std::size_t last = 0;
  for (std::size_t at = 0; at < line.size();) {
    if (!is_letter_or_digit(line[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    Written one = {.word = {}, .before = line.substr(last, at - last)};
    bool has_small = false;
    for (; end < line.size() && is_letter_or_digit(line[end]); ++end) {
      const bool is_big = line[end] >= 'A' && line[end] <= 'Z';
      one.word += is_big ? static_cast<char>(line[end] - 'A' + 'a') : line[end];
      has_small = has_small || (line[end] >= 'a' && line[end] <= 'z');
    }
    one.is_capitalised = line[at] >= 'A' && line[at] <= 'Z' && has_small;
    one.is_of_address = is_in_address(line, at);
    words.push_back(std::move(one));
    last = at = end;
  }
  return words;
}

// Goes on with the name that the word before is of: "Ask Solem", "Non-Profit".
bool goes_on(const Written& one) {
  return (one.before == " " || one.before == "-") && one.is_capitalised && !tells(one.word) &&
         !std::ranges::binary_search(kOfWorks, std::string_view(one.word));
}

bool begins_name(const std::vector<Written>& words, std::size_t i) {
  if (i == 0 || words[i].before.find_first_of(".;:") != std::string_view::npos) return false;
  const std::string& before = words[i - 1].word;
  return is_number(before) || before == "c" || before == "by" || before == "copyright" || before == "and" ||
         words[i].before.contains('&') || (words[i].word == "ask" && words[i].before.contains(','));
}

// "Ask Solem", where a name begins; "Academic Press" and "Cloud Hosting Ltd" by what they end with.
bool is_written_as_name(const std::vector<Written>& words, std::size_t i) {
  if (!words[i].is_capitalised || !std::ranges::binary_search(kWrittenAsNames, std::string_view(words[i].word))) {
    return false;
  }
  constexpr std::size_t kLongest = 4;
  std::size_t end = i + 1;
  bool is_firm = false;
  for (; end < std::min(i + kLongest, words.size()) && goes_on(words[end]); ++end) {
    is_firm = is_firm || std::ranges::binary_search(kFirms, std::string_view(words[end].word));
  }
  return end > i + 1 && (is_firm || begins_name(words, i));
}

// Whether `word` stands in the line as a part of names and addresses alone; `in_names` tells whether in one of names.
bool is_of_name(const std::vector<Written>& words, std::string_view word, bool& in_names) {
  bool is_there = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i].word != word && !(word == "license" && words[i].word == "licence")) continue;
    is_there = true;
    if (words[i].is_of_address) continue;
    if (!is_written_as_name(words, i)) return false;
    in_names = true;
  }
  return is_there;
}

bool says_more(const std::vector<std::string>& words, std::string_view line) {
  static_assert(std::ranges::is_sorted(kOfNoName) && std::ranges::is_sorted(kOfNames) &&
                std::ranges::is_sorted(kWrittenAsNames) && std::ranges::is_sorted(kFirms) &&
                std::ranges::is_sorted(kOfWorks));
  std::vector<Written> written;
  std::size_t of_names = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool is_of_rights = (words[i] == "rights" && i + 1 < words.size() && words[i + 1] == "reserved") ||
                              (words[i] == "reserved" && words[i - std::min(i, std::size_t{1})] == "rights");
    if (is_of_rights || !tells(words[i])) continue;
    if (line.size() > kLongestLine) return true;
    if (written.empty()) written = written_words(line);
    bool in_names = std::ranges::binary_search(kOfNames, std::string_view(words[i]));
    if (!in_names && !is_of_name(written, words[i], in_names)) return true;
    if (in_names && ++of_names > 1) return true;
  }
  return !licences_noticed(words).empty();
}

}  // namespace

bool says_whose(const std::vector<std::string>& words, std::string_view line) {
  const std::size_t first = !words.empty() && words[0] == "c" ? 1 : 0;
  if (words.size() > first + 1 && words[first] == "copyright") {
    const std::string& next = words[first + 1];
    const bool begins = next == "c" || next == "by" || next == "year" || next == "yyyy" || is_number(next);
    return begins && !says_more(words, line);
  }
  return words == std::vector<std::string>{"all", "rights", "reserved"};
}

}  // namespace berth::vet
