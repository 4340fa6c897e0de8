#include "berth/vet/licence_remainder.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace berth::vet {
namespace {

// How far from one another two words speak of the same, in words that are compared.
constexpr std::size_t kNear = 7;
constexpr std::size_t kBeside = 2;  // how far a word stands that makes them harmless
constexpr std::size_t kShown = 8;   // words on either side

// In order, each.
constexpr auto kLimits = std::to_array<std::string_view>(
    {"alone",      "ask",     "avoid",   "beyond",   "cannot",     "consent",   "crime",        "disallow",
     "disallowed", "doesn",   "don",     "dont",     "except",     "excluded",  "excludes",     "excluding",
     "exclusive",  "expires", "fee",     "fees",     "forbid",     "forbidden", "forbids",      "illegal",
     "limited",    "must",    "mustn",   "needs",    "neither",    "never",     "no",           "non",
     "nor",        "not",     "only",    "pay",      "payment",    "prohibit",  "prohibited",   "prohibits",
     "refrain",    "refuse",  "refuses", "requires", "restricted", "restricts", "royalties",    "royalty",
     "separate",   "shouldn", "sole",    "solely",   "strictly",   "theft",     "unauthorized", "unless",
     "unlicensed", "written"});
constexpr auto kActs = std::to_array<std::string_view>({"allowed",
                                                        "authorized",
                                                        "benchmark",
                                                        "copied",
                                                        "copies",
                                                        "copy",
                                                        "copying",
                                                        "decompile",
                                                        "deploy",
                                                        "deployed",
                                                        "derivative",
                                                        "derived",
                                                        "disassemble",
                                                        "distribute",
                                                        "distributed",
                                                        "distributing",
                                                        "distribution",
                                                        "distributions",
                                                        "embed",
                                                        "engineer",
                                                        "execute",
                                                        "exploit",
                                                        "exploited",
                                                        "fork",
                                                        "forking",
                                                        "furnished",
                                                        "granted",
                                                        "host",
                                                        "hosted",
                                                        "hosting",
                                                        "incorporated",
                                                        "lease",
                                                        "lend",
                                                        "modification",
                                                        "modifications",
                                                        "modified",
                                                        "modify",
                                                        "modifying",
                                                        "offer",
                                                        "offered",
                                                        "permission",
                                                        "permitted",
                                                        "provide",
                                                        "publish",
                                                        "published",
                                                        "publishing",
                                                        "redistribute",
                                                        "redistributed",
                                                        "redistributing",
                                                        "redistribution",
                                                        "redistributions",
                                                        "rent",
                                                        "reproduce",
                                                        "reproduced",
                                                        "reproduction",
                                                        "resale",
                                                        "resell",
                                                        "resold",
                                                        "reverse",
                                                        "right",
                                                        "rights",
                                                        "run",
                                                        "running",
                                                        "sale",
                                                        "sell",
                                                        "selling",
                                                        "sold",
                                                        "sublicense",
                                                        "sublicensed",
                                                        "train",
                                                        "training",
                                                        "transfer",
                                                        "transferred",
                                                        "use",
                                                        "used",
                                                        "user",
                                                        "users",
                                                        "using"});
constexpr auto kFields = std::to_array<std::string_view>(
    {"academia",      "academic",    "business",     "commercial", "commercially", "companies",    "compete",
     "competes",      "competing",   "competitive",  "competitor", "competitors",  "customers",    "education",
     "educational",   "employees",   "enterprise",   "evaluate",   "evaluation",   "evil",         "genocide",
     "government",    "governments", "harm",         "internal",   "internally",   "military",     "monetary",
     "noncommercial", "nonprofit",   "nuclear",      "personal",   "police",       "private",      "production",
     "profit",        "proprietary", "research",     "saas",       "students",     "surveillance", "teaching",
     "testing",       "trial",       "universities", "warfare",    "weapon",       "weapons"});
constexpr auto kPurposes = std::to_array<std::string_view>({"application", "applications", "environment", "product",
                                                            "products", "purpose", "purposes", "service", "services",
                                                            "use", "used", "user", "users", "uses", "using"});

// Words of sentences that every licence has: whose name may not be used, what is not warranted, which version is meant.
constexpr auto kHarmless =
    std::to_array<std::string_view>({"advertising", "endorse", "later", "liable", "promote", "publicity", "receive",
                                     "received", "version", "warranties", "warranty"});

// Limits that speak of what follows them: "the distribution. Neither the name" limits no distribution.
constexpr auto kNegations =
    std::to_array<std::string_view>({"cannot", "neither", "never", "no", "non", "nor", "not", "unless"});

enum Kind : std::uint8_t { Limit = 1, Act = 2, Field = 4, Purpose = 8, Harmless = 16, Negation = 32 };

template <class List>
bool is_in(const List& list, std::string_view word) {
  return std::ranges::binary_search(list, word);
}

std::uint8_t kinds_of(std::string_view word) {
  static_assert(std::ranges::is_sorted(kLimits) && std::ranges::is_sorted(kActs) && std::ranges::is_sorted(kFields) &&
                std::ranges::is_sorted(kPurposes) && std::ranges::is_sorted(kHarmless) &&
                std::ranges::is_sorted(kNegations));
  return static_cast<std::uint8_t>((is_in(kLimits, word) ? Limit : 0) | (is_in(kActs, word) ? Act : 0) |
                                   (is_in(kFields, word) ? Field : 0) | (is_in(kPurposes, word) ? Purpose : 0) |
                                   (is_in(kHarmless, word) ? Harmless : 0) | (is_in(kNegations, word) ? Negation : 0));
}

// A field counts whatever stands around it; that an act is limited may be said of a name or a version.
enum class Pair : std::uint8_t { None, LimitedAct, Field };

// Of two words in their order.
Pair pair_of(std::uint8_t a, std::uint8_t b) {
  const auto have = [&](int one, int other) {
    return ((a & one) != 0 && (b & other) != 0) || ((b & one) != 0 && (a & other) != 0);
  };
  if (have(Field, Limit) || have(Field, Purpose)) return Pair::Field;
  const bool limits_before = (b & Limit) != 0 && (b & Negation) == 0 && (a & Act) != 0;
  const bool limits_behind = (a & Limit) != 0 && (b & Act) != 0;
  return limits_before || limits_behind ? Pair::LimitedAct : Pair::None;
}

// With the two words that restrict in brackets: "must [not] be [sold]".
std::string passage(const std::vector<std::string>& words, std::size_t first, std::size_t last) {
  std::string text;
  const std::size_t end = std::min(last + kShown, words.size());
  for (std::size_t i = first - std::min(first, kShown); i < end; ++i) {
    const bool restricts = i == first || i == last;
    text += (text.empty() ? "" : " ") + (restricts ? "[" + words[i] + "]" : words[i]);
  }
  return text;
}

bool is_harmless(const std::vector<std::uint8_t>& kinds, std::size_t first, std::size_t last) {
  const auto at = [&](std::size_t i) { return kinds.begin() + static_cast<std::ptrdiff_t>(i); };
  return std::any_of(at(first - std::min(first, kBeside)), at(std::min(last + kBeside + 1, kinds.size())),
                     [](std::uint8_t kind) { return (kind & Harmless) != 0; });
}

// What limits is not of the licence, or what stands at once beside it is not.
bool is_added(const std::vector<KnownWord>& known, const std::vector<std::uint8_t>& kinds, std::size_t first,
              std::size_t last) {
  const auto limits = [&](std::size_t i) { return !known[i].is_of_licence && (kinds[i] & (Limit | Field)) != 0; };
  if (limits(first) || limits(last)) return true;
  return last - first <= kBeside && !(known[first].is_of_licence && known[last].is_of_licence);
}

// "A non profit organization" is somebody, no use.
bool is_of_somebody(std::string_view word, std::string_view next) { return word == "non" && next == "profit"; }

// "written by Jane", "written either by".
bool names_author(const std::vector<std::string>& words, std::size_t at) {
  const auto is_by = [&](std::size_t i) { return i < words.size() && words[i] == "by"; };
  return words[at] == "written" && (is_by(at + 1) || is_by(at + 2));
}

// "It does not mean that we distribute it under the GPL": what we do limits nobody.
bool is_of_us(const std::vector<std::string>& words, std::size_t at) {
  constexpr auto kBehind = std::to_array<std::string_view>({"mean", "that", "we"});
  return words[at] == "not" && at + kBehind.size() < words.size() &&
         std::equal(kBehind.begin(), kBehind.end(), words.begin() + static_cast<std::ptrdiff_t>(at) + 1);
}

// "Don", who is somebody, and not "don't".
bool is_name(const std::vector<std::string>& words, std::size_t at) {
  return words[at] == "don" && (at + 1 == words.size() || words[at + 1] != "t");
}

}  // namespace

std::string restriction_in(const std::vector<std::string>& words, const std::vector<KnownWord>& known) {
  std::vector<std::uint8_t> kinds;
  for (const KnownWord& one : known) {
    const bool is_none = names_author(words, one.at) || is_name(words, one.at) || is_of_us(words, one.at);
    kinds.push_back(is_none ? std::uint8_t{0} : kinds_of(words[one.at]));
  }
  // What is shown is the plainest: a field before an act, and words that stand near each other before others.
  struct Found {
    std::size_t first = 0;
    std::size_t last = 0;
    std::size_t worth = 0;  // none
  } best;
  for (std::size_t i = 0; i < known.size(); ++i) {
    for (std::size_t j = i + 1; j < std::min(i + kNear, known.size()); ++j) {
      const Pair pair = pair_of(kinds[i], kinds[j]);
      if (pair == Pair::None || !is_added(known, kinds, i, j)) continue;
      if (pair == Pair::LimitedAct && is_harmless(kinds, i, j)) continue;
      if (is_of_somebody(words[known[i].at], words[known[j].at])) continue;
      const std::size_t worth = (pair == Pair::Field ? kNear : 0) + kNear - (j - i);
      if (worth > best.worth) best = {i, j, worth};
    }
  }
  return best.worth == 0 ? std::string() : passage(words, known[best.first].at, known[best.last].at);
}

bool is_field_word(std::string_view word) { return is_in(kFields, word); }

std::string restriction_in(const std::vector<std::string>& words) {
  return restriction_in(words, words_of_none(words.size()));
}

}  // namespace berth::vet
