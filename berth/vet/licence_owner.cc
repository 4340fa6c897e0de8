#include "berth/vet/licence_owner.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include "berth/base/lower_case.h"
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

// Of that, what names of people begin with where they are written as such, in order.
constexpr auto kOfPeople = std::to_array<std::string_view>({"ai", "ask", "may"});
// What names of two words begin with that are all that the line tells, in order.
constexpr auto kOfPairs = std::to_array<std::string_view>({"pay", "sales", "sue"});
// What names of firms begin with or hold, in order.
constexpr auto kOfFirms =
    std::to_array<std::string_view>({"academic", "ai",      "ask",   "buy",  "competition", "deploy",     "hosted",
                                     "hosting",  "may",     "money", "only", "pay",         "production", "profit",
                                     "sales",    "schools", "seat",  "sue",  "teaching",    "testing",    "week"});
// Of those, what tells somebody to do something.
constexpr auto kVerbs = std::to_array<std::string_view>({"ask", "buy", "deploy", "only", "pay", "sue"});
// What such a name ends with.
constexpr auto kFirms = std::to_array<std::string_view>(
    {"ag",           "association", "bv",    "co",        "company", "corp",    "corporation", "foundation",
     "gmbh",         "group",       "inc",   "institute", "limited", "llc",     "ltd",         "organisation",
     "organization", "plc",         "press", "pty",       "sa",      "society", "university"});
// What stands behind such a word where it tells what the work is for.
constexpr auto kOfWorks =
    std::to_array<std::string_view>({"build", "code", "copy", "edition", "package", "program", "purpose", "purposes",
                                     "release", "software", "user", "users", "version"});

// What goes on with no name, in order.
constexpr auto kOfSentences = std::to_array<std::string_view>(
    {"after", "again", "always",    "any",      "anyone",  "barred", "before",   "by",   "dollars",
     "euros", "every", "everybody", "everyone", "first",   "for",    "from",     "here", "if",
     "in",    "it",    "later",     "me",       "members", "need",   "now",      "of",   "on",
     "once",  "or",    "our",       "out",      "per",     "please", "required", "then", "this",
     "to",    "us",    "we",        "when",     "where",   "with",   "without",  "you",  "your"});
// What the path of an address names alone.
constexpr auto kOfPaths = std::to_array<std::string_view>({"copying", "license", "licenses", "terms"});

constexpr std::size_t kLongestLine = 2'000;  // bytes that are looked at for names

// A word of a line as it is written.
struct Written {
  std::string word;             // in lower case
  std::string_view before;      // what parts it from the word before
  bool is_capitalised = false;  // "Ask", neither "ask" nor "ASK"
  bool is_of_address = false;   // of its host, or a name in it that says nothing
};

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool is_of_host(char c) { return is_letter_or_digit(c) || c == '.' || c == '-'; }

// Whether the word from `begin` to `end` stands alone between slashes, as a file or without its ending.
bool is_name_in_path(std::string_view chunk, std::size_t begin, std::size_t end) {
  if (begin == 0 || chunk[begin - 1] != '/') return false;
  std::string_view rest = chunk.substr(end);
  for (const std::string_view ending : {".html", ".htm", ".txt", ".md", ".rst"}) {
    if (rest.starts_with(ending)) rest.remove_prefix(ending.size());
  }
  return rest.empty() || rest[0] == '/' || rest.find_first_not_of(".,;") == std::string_view::npos;
}

// Whether the word from `begin` to `end` of the line stands in an address, of mail or of the web, where it says
// nothing: in the host, as all that stands before the @, or as a name of a file of licences. All else that one can
// write into an address is read: "not-for-commercial-use@acme", "https://acme.example/pay-per-seat".
bool is_of_address(std::string_view line, std::size_t begin, std::size_t end) {
  constexpr std::string_view kBlanks = " \t<>()";
  const std::size_t first = line.find_last_of(kBlanks, begin) + 1;  // npos + 1 is 0
  const std::string_view chunk = line.substr(first, line.find_first_of(kBlanks, begin) - first);
  begin -= first;
  end -= first;
  const std::size_t scheme = chunk.find("://");
  const bool is_of_web = scheme != std::string_view::npos || chunk.starts_with("www.");
  const std::size_t place = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::size_t path = is_of_web ? std::min(chunk.find_first_of("/?#", place), chunk.size()) : chunk.size();
  const std::size_t at = chunk.substr(0, path).rfind('@');
  if (!is_of_web && at == std::string_view::npos) return false;
  const std::size_t host = at == std::string_view::npos ? place : at + 1;
  if (begin >= path) {
    const std::string word = lower_case(chunk.substr(begin, end - begin));
    return (word == "licence" || word == "licences" || std::ranges::binary_search(kOfPaths, std::string_view(word))) &&
           is_name_in_path(chunk, begin, end);
  }
  if (begin >= host) return std::ranges::all_of(chunk.substr(host, begin - host), is_of_host);
  const bool is_alone = end == at && (begin == 0 || !std::string_view("._+-%~=&").contains(chunk[begin - 1]));
  return !is_of_web && is_alone;
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
    one.is_of_address = is_of_address(line, at, end);
    words.push_back(std::move(one));
    last = at = end;
  }
  return words;
}

template <class List>
bool is_in(const List& list, std::string_view word) {
  return std::ranges::binary_search(list, word);
}

// Goes on with the name that the word before is of: "Ask Solem", "Non-Profit".
bool goes_on(const Written& one) {
  return (one.before == " " || one.before == "-") && one.is_capitalised && !tells(one.word) &&
         !is_in(kOfWorks, one.word) && !is_in(kOfSentences, one.word);
}

bool begins_name(const std::vector<Written>& words, std::size_t i) {
  if (i == 0 || words[i].before.find_first_of(".;:") != std::string_view::npos) return false;
  const std::string& before = words[i - 1].word;
  return is_number(before) || before == "c" || before == "by" || before == "copyright" || before == "and" ||
         words[i].before.contains('&') || (words[i].word == "ask" && words[i].before.contains(','));
}

// Of those that are no one's beside another's: "Acme and Buy First" names no second one.
bool is_only_name(const std::vector<Written>& words, std::size_t i) {
  return begins_name(words, i) && words[i - 1].word != "and" &&
         words[i].before.find_first_of(",&") == std::string_view::npos;
}

// "Best Buy Co": words before it that are of the name too.
bool follows_name(const std::vector<Written>& words, std::size_t i) {
  return i > 0 && (words[i].before == " " || words[i].before == "-") && words[i - 1].is_capitalised &&
         !is_in(kOfSentences, words[i - 1].word);
}

// Whether the line ends before `end`, but for "all rights reserved" and years.
bool ends_line(const std::vector<Written>& words, std::size_t end) {
  return std::ranges::all_of(words.begin() + static_cast<std::ptrdiff_t>(end), words.end(), [](const Written& one) {
    return one.word == "all" || one.word == "rights" || one.word == "reserved" ||
           (is_number(one.word) && one.word.size() == 4);
  });
}

bool ends_name(const std::vector<Written>& words, std::size_t end) {
  return ends_line(words, end) || words[end].word == "and" ||
         words[end].before.find_first_of(".,<(&") != std::string_view::npos;
}

// "Ask Solem", where a name begins; "Academic Press" and "Cloud Hosting Ltd" by what they end with.
bool is_written_as_name(const std::vector<Written>& words, std::size_t i) {
  const std::string& word = words[i].word;
  if (!words[i].is_capitalised) return false;
  constexpr std::size_t kLongest = 4;
  std::size_t end = i + 1;
  while (end < std::min(i + kLongest, words.size()) && goes_on(words[end])) ++end;
  if (end == i + 1 || !ends_name(words, end)) return false;
  if (is_in(kOfFirms, word) && is_in(kFirms, words[end - 1].word)) {
    return is_only_name(words, i) || follows_name(words, i) || !is_in(kVerbs, word);
  }
  if (is_in(kOfPairs, word)) return end == i + 2 && is_only_name(words, i) && ends_line(words, end);
  return is_in(kOfPeople, word) && begins_name(words, i);
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
                std::ranges::is_sorted(kOfPeople) && std::ranges::is_sorted(kOfPairs) &&
                std::ranges::is_sorted(kOfFirms) && std::ranges::is_sorted(kVerbs) && std::ranges::is_sorted(kFirms) &&
                std::ranges::is_sorted(kOfWorks) && std::ranges::is_sorted(kOfSentences) &&
                std::ranges::is_sorted(kOfPaths));
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
