#include "berth/vet/licence_talk.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

namespace berth::vet {
namespace {

constexpr std::size_t kShown = 8;       // words on either side
constexpr std::size_t kBehind = 12;     // how far behind "licensed under" the name may stand
constexpr std::size_t kNameBehind = 2;  // and behind "license"
constexpr std::size_t kTold = 4;        // and what tells which are meant
constexpr std::size_t kTitle = 6;       // words of a title
constexpr std::size_t kSpeaking = 5;    // how near a word stands that asks for more

// In order, each. Of payment, time, hosting, and of users and uses that are told from others.
constexpr auto kBindings = std::to_array<std::string_view>(
    {"academic",     "accept",     "accepting",     "accepts",      "activate",      "activation",    "agree",
     "agrees",       "ai",         "annual",        "annually",     "billing",       "billion",       "buy",
     "buying",       "comercial",  "comerciales",   "commercial",   "commerciale",   "commerciales",  "commercially",
     "companies",    "compete",    "competes",      "competing",    "competition",   "competitor",    "competitors",
     "confidential", "contract",   "contracts",     "crawlers",     "customer",      "customers",     "day",
     "days",         "delete",     "demo",          "deploy",       "deploying",     "donate",        "earns",
     "employee",     "employees",  "ends",          "enterprise",   "eula",          "evaluate",      "evaluating",
     "evaluation",   "excluded",   "expiration",    "expire",       "expired",       "expires",       "expiry",
     "fee",          "fees",       "forbidden",     "forbids",      "forfeits",      "gestattet",     "gratis",
     "hobby",        "hobbyists",  "hosted",        "hosting",      "household",     "illegal",       "interdit",
     "interdite",    "interdits",  "invoice",       "kommerziell",  "kommerzielle",  "kommerziellen", "llm",
     "llms",         "mandatory",  "military",      "million",      "money",         "month",         "monthly",
     "months",       "must",       "noncommercial", "nutzung",      "obligation",    "obligations",   "obliged",
     "paid",         "pay",        "paying",        "payment",      "payments",      "pays",          "polyform",
     "price",        "pricing",    "prohibida",     "prohibido",    "prohibited",    "proibido",      "proprietary",
     "purchase",     "purchased",  "purchases",     "purchasing",   "registration",  "resale",        "resell",
     "reserved",     "reserves",   "restricted",    "revenue",      "revoke",        "revoked",       "rivals",
     "royalties",    "royalty",    "saas",          "sales",        "schools",       "scrapers",      "seat",
     "seats",        "secret",     "secrets",       "shall",        "shareware",     "staff",         "students",
     "subscribe",    "subscriber", "subscribers",   "subscription", "subscriptions", "sue",           "sues",
     "surveillance", "teachers",   "terminate",     "terminates",   "theft",         "trial",         "turnover",
     "unauthorized", "untersagt",  "until",         "verboten",     "vietato",       "void",          "week",
     "weeks",        "yearly",     "zwecke"});
constexpr auto kSpeech = std::to_array<std::string_view>(
    {"agreement", "agreements", "authorization", "authorized", "consent", "license", "licensed", "licensee",
     "licensees", "licenses", "licensing", "permission", "permissions", "permitted", "relicensed", "terms"});

// What many licences are called by, in texts of every kind.
constexpr auto kKnown = std::to_array<std::string_view>(
    {"agpl",    "apache",     "apache2", "artistic", "boost", "bsd",       "cc0",    "cnri", "expat", "freebsd",
     "gpl",     "gplv2",      "gplv3",   "isc",      "lgpl",  "lgplv2",    "lgplv3", "mit",  "mpl",   "ncsa",
     "openssl", "postgresql", "psf",     "python",   "tcl",   "unlicense", "x11",    "zlib"});
// Behind "license": where it stands, and that it is the one that is meant.
constexpr auto kPointers = std::to_array<std::string_view>(
    {"above",       "applies",   "are",    "at",      "below",   "block",  "can",     "comes",   "comment",
     "comments",    "copied",    "file",   "files",   "follows", "found",  "header",  "headers", "html",
     "information", "is",        "listed", "located", "md",      "notice", "notices", "php",     "reproduced",
     "rst",         "statement", "text",   "texts",   "txt",     "which"});
constexpr auto kEndings = std::to_array<std::string_view>({"md", "rst", "txt"});
constexpr auto kOfSentences = std::to_array<std::string_view>(
    {"are", "ask", "covered", "for", "from", "has", "have", "in", "is", "on", "see", "to", "under", "with", "you"});
// Before it.
constexpr auto kShowing = std::to_array<std::string_view>(
    {"above",   "applicable", "approved", "common", "compatible", "complete", "copy", "file",  "following", "full",
     "license", "licenses",   "org",      "same",   "see",        "spdx",     "text", "texts", "these",     "this"});
// What speaks of more than a pointer does.
constexpr auto kMore = std::to_array<std::string_view>(
    {"additional", "contact",  "directory", "folder",     "instead",      "need",    "needed",
     "needs",      "outside",  "own",       "rather",     "request",      "require", "required",
     "requires",   "reserved", "separate",  "separately", "subdirectory", "valid"});

template <class List>
bool is_in(const List& list, std::string_view word) {
  return std::ranges::binary_search(list, word);
}

bool is_number(std::string_view word) {
  return !word.empty() && std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; });
}

class Talk {
 public:
  Talk(const std::vector<std::string>& words, const std::vector<KnownWord>& known) : words_(words), known_(known) {}

  std::string first() const {
    for (std::size_t i = 0; i < known_.size(); ++i) {
      if (known_[i].is_of_licence) continue;
      const bool binds = is_in(kBindings, word(i)) && !is_said_of_rights(i) && !is_of_owner(i);
      if (binds || is_condition(i) || (is_in(kSpeech, word(i)) && !is_explained(i))) return passage(i);
    }
    return {};
  }

 private:
  // Empty outside of the text.
  std::string_view word(std::size_t i) const {
    return i < known_.size() ? std::string_view(words_[known_[i].at]) : std::string_view();
  }
  std::string_view before(std::size_t i, std::size_t words) const { return i < words ? "" : word(i - words); }

  // "All rights reserved".
  bool is_said_of_rights(std::size_t i) const {
    return word(i) == "reserved" && (before(i, 1) == "rights" || before(i, 1) == "reserved");
  }

  // Secret Labs, whose the work is that many have taken from.
  bool is_of_owner(std::size_t i) const { return word(i) == "secret" && word(i + 1) == "labs"; }

  // "Up to 5 users", "one machine".
  bool is_counted(std::size_t i) const {
    static constexpr auto kCounted = std::to_array<std::string_view>(
        {"computer", "computers", "developers", "installations", "machine", "machines", "servers", "users"});
    return is_in(kCounted, word(i)) && (is_number(before(i, 1)) || before(i, 1) == "one");
  }

  // The Commons Clause, which takes the right to sell; "source available", "closed source", which is all that it is.
  bool is_condition(std::size_t i) const {
    static constexpr auto kPairs =
        std::to_array<std::pair<std::string_view, std::string_view>>({{"closed", "source"},
                                                                      {"commons", "clause"},
                                                                      {"have", "to"},
                                                                      {"source", "available"},
                                                                      {"valid", "through"},
                                                                      {"valid", "to"}});
    return std::ranges::find(kPairs, std::pair(word(i), word(i + 1))) != kPairs.end() || is_counted(i);
  }

  // "extremely permissive terms": not which, but all that matters of it.
  bool is_permissive(std::size_t i) const {
    const std::string_view next = word(i + 1);
    return word(i) == "permissive" && (next == "terms" || next == "license" || next == "licenses");
  }

  bool is_name(std::size_t i) const {
    static constexpr auto kPublic = std::to_array<std::string_view>({"eclipse", "general", "mozilla"});
    if (is_in(kKnown, word(i))) return true;
    if (word(i) == "public") return std::ranges::find(kPublic, before(i, 1)) != kPublic.end();
    if (word(i) == "software") return before(i, 1) == "apache" || before(i, 1) == "boost";
    return (word(i) == "clause" && before(i, 1) != "commons") || (word(i) == "foundation" && i > 0) ||
           (word(i) == "font" && before(i, 1) == "open") || (word(i) == "domain" && before(i, 1) == "public") ||
           (word(i) == "commons" && before(i, 1) == "creative") || is_permissive(i);
  }

  // "the Apache License 2.0", "the BSD 3-clause license": a name stands at once before, but for its version. So is
  // "version 2 of the License".
  bool is_named_before(std::size_t i) const {
    static constexpr auto kBetween =
        std::to_array<std::string_view>({"dedication", "dual", "like", "new", "re", "style", "universal"});
    if (known_[i].at > 0 && words_[known_[i].at - 1] == "isc") return true;  // which is a name of owners too
    std::size_t back = 1;
    bool has_number = false;
    for (; back < 5 && back <= i && (is_number(word(i - back)) || is_in(kBetween, word(i - back))); ++back) {
      has_number |= is_number(word(i - back));
    }
    if (has_number && word(i - back) == "license") return true;  // "under the Apache License 2.0 (the License)"
    return before(i, 1) == "re" || (back <= i && ((has_number && word(i - back) == "version") || is_name(i - back)));
  }

  // "Permission to copy this text is granted": more than the licence gives, under it.
  bool is_given(std::size_t i) const {
    if (word(i) != "permission" && word(i) != "permissions") return false;
    for (std::size_t j = i - std::min(i, kTold); j < std::min(i + 1 + kBehind, known_.size()); ++j) {
      if (word(j) == "granted") return true;
    }
    return false;
  }

  // "licensed under the terms of the MIT license", "License: BSD-3-Clause".
  bool is_named_behind(std::size_t i) const {
    const bool is_verb = word(i) == "licensed" || word(i) == "relicensed" || word(i) == "terms" ||
                         ((word(i) == "license" || word(i) == "licensing") && word(i + 1) == "terms");
    for (std::size_t j = i + 1; j < std::min(i + 1 + (is_verb ? kBehind : kNameBehind), known_.size()); ++j) {
      if (is_name(j)) return true;
    }
    return false;
  }

  // "the required license notice", which is what follows; "required license" alone may be another. "Otherwise required
  // by the license" is of the one that is there.
  bool is_of_notice(std::size_t i) const {
    if (word(i) == "required" && before(i, 1) == "otherwise" && word(i + 1) == "license") return true;
    const std::string_view last = word(i + 2);
    return word(i) == "required" && (word(i + 1) == "license" || word(i + 1) == "copyright") &&
           (last == "notice" || last == "notices" || last == "text");
  }

  // `is_file`: of LICENSE.PSF and its like, where it lies says no more.
  bool asks_for_more(std::size_t i, bool is_file) const {
    for (std::size_t j = i - std::min(i, kSpeaking); j < std::min(i + kSpeaking + 1, known_.size()); ++j) {
      if (known_[j].is_of_licence || !is_in(kMore, word(j)) || is_of_notice(j)) continue;
      if (!is_file || (word(j) != "directory" && word(j) != "folder" && word(j) != "subdirectory")) return true;
    }
    return false;
  }

  // "gave permission to include it under the MIT license".
  bool is_permission_for(std::size_t i) const {
    if (word(i) != "permission") return false;
    for (std::size_t j = i + 1; j < std::min(i + 1 + kBehind, known_.size()); ++j) {
      if (word(j) == "license" && is_named_before(j)) return true;
    }
    return false;
  }

  // "under the terms of both these licenses".
  bool points_behind(std::size_t i) const {
    for (std::size_t j = i + 1; j < i + kTold; ++j) {
      if (word(j) == "these" || word(j) == "this") return true;
    }
    return false;
  }

  // "the license file", but not "the license of the files".
  bool is_pointer(std::size_t i) const {
    const std::size_t next = known_[i].at + 1;
    if (word(i) == "terms") return points_behind(i);
    if (next < words_.size() && (is_in(kPointers, words_[next]) || words_[next] == "as")) return true;
    if (next + 1 >= words_.size()) return false;
    const bool is_heading = words_[next] == "licensed" || (words_[next] == "this" && words_[next + 1] == "is");
    return is_heading || is_in(kEndings, words_[next + 1]);  // licenses/NAME.txt
  }

  // "Otherwise required by the license", "permissions granted in the license": of the one that is there, as are
  // "permissive licensing" and "licensing issues".
  bool is_spoken_of(std::size_t i) const {
    if (word(i) == "licensing") return before(i, 1) == "permissive" || word(i + 1) == "issues";
    return word(i) == "license" && ((before(i, 2) == "otherwise" && before(i, 1) == "required") ||
                                    (before(i, 2) == "granted" && before(i, 1) == "in"));
  }

  // A few words before what is of the licence, and no sentence.
  bool is_title(std::size_t i) const {
    std::size_t end = 0;
    while (end < known_.size() && !known_[end].is_of_licence) {
      if (end == kTitle || is_in(kOfSentences, word(end))) return false;
      ++end;
    }
    return i < end && end < known_.size();
  }

  bool is_explained(std::size_t i) const {
    const bool is_file = word(i) == "license" && is_in(kKnown, word(i + 1));
    if (is_named_before(i) || (is_named_behind(i) && !asks_for_more(i, is_file))) return true;
    if (is_given(i) || is_permission_for(i)) return true;
    if (asks_for_more(i, false)) return false;
    return is_title(i) || is_pointer(i) || is_spoken_of(i) || is_in(kShowing, before(i, 1)) ||
           (word(i) == "licenses" && before(i, 1) == "party");
  }

  std::string passage(std::size_t i) const {
    std::string text;
    const std::size_t end = std::min(known_[i].at + kShown + 1, words_.size());
    for (std::size_t at = known_[i].at - std::min(known_[i].at, kShown); at < end; ++at) {
      text += (text.empty() ? "" : " ") + (at == known_[i].at ? "[" + words_[at] + "]" : words_[at]);
    }
    return text;
  }

  const std::vector<std::string>& words_;
  const std::vector<KnownWord>& known_;
};

}  // namespace

std::string talk_in(const std::vector<std::string>& words, const std::vector<KnownWord>& known) {
  static_assert(std::ranges::is_sorted(kSpeech) && std::ranges::is_sorted(kKnown) &&
                std::ranges::is_sorted(kPointers) && std::ranges::is_sorted(kShowing) && std::ranges::is_sorted(kMore));
  static_assert(std::ranges::is_sorted(kBindings));
  return Talk(words, known).first();
}

bool is_binding_word(std::string_view word) { return is_in(kBindings, word); }

std::string talk_in(const std::vector<std::string>& words) { return talk_in(words, words_of_none(words.size())); }

}  // namespace berth::vet
