#include "berth/vet/licence_recognition.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "berth/base/utf8.h"
#include "berth/vet/licence_choice.h"
#include "berth/vet/licence_notice.h"
#include "berth/vet/licence_remainder.h"
#include "berth/vet/licence_talk.h"
#include "berth/vet/licence_texts.h"
#include "berth/vet/spdx_list.h"
#include "berth/vet/text_lines.h"

namespace berth::vet {
namespace {

constexpr std::size_t kMostBytes = 256 << 10;
// A text is that of a licence when so much of both is common, or when nearly all of the licence stands in it, with
// something else around.
constexpr double kAlike = 0.80;
constexpr double kWhole = 0.90;
constexpr double kWholeOfText = 0.35;
// Then what else stands there is hardly more than names.
constexpr double kNothingElse = 0.85;

bool is_text_of(const TextLikeness& one) {
  return one.alike() >= kAlike || (one.of_licence >= kWhole && one.of_text >= kWholeOfText);
}

bool is_of_gnu(std::string_view id) {
  return id.starts_with("GPL-") || id.starts_with("LGPL-") || id.starts_with("AGPL-");
}

// Of the licences of GNU the list has one text for "only" and "or later": what was not said is not given.
std::string id_of_text(std::string_view id) {
  return is_of_gnu(id) && id.find("with") == std::string_view::npos ? std::string(id) + "-only" : std::string(id);
}

// The other way round.
std::string id_of_whole_text(std::string_view id) {
  for (const std::string_view end : {"-only", "-or-later"}) {
    if (id.ends_with(end)) id.remove_suffix(end.size());
  }
  return std::string(id);
}

std::string joined(const std::vector<std::string>& ids) {
  std::string expression;
  for (const std::string& id : ids) expression += (expression.empty() ? "" : " AND ") + id;
  return expression;
}

// What asks for more than permissive licences do stays said, whatever else the text says.
bool is_of_binding_group(const std::string& id) {
  const LicenceGroup group = group_of_licence(id);
  return group == LicenceGroup::Copyleft || group == LicenceGroup::Restrictive;
}

// Against what the words of a text are looked at: the licence it is of, by its text or by a notice.
std::string looked_at(const std::vector<std::string>& ids, const std::vector<TextLikeness>& closest, bool is_by_text) {
  if (is_by_text) return std::string(closest[0].id);
  return ids.empty() ? std::string() : id_of_whole_text(ids[0]);
}

// Words of `words` that take rights away, and are not of the licence `text_of`.
std::string restriction_beside(const std::vector<std::string>& words, const std::vector<KnownWord>& known,
                               const std::string& text_of, bool is_by_text) {
  if (is_by_text && !LicenceTexts::built_in().gives_all_of(words, text_of)) {
    return "not all that " + text_of + " gives stands in it";
  }
  std::string restriction = restriction_in(words, known);
  return restriction.empty() ? talk_in(words, known) : restriction;
}

// `words` without those that are of the licence, and those between them: the places stay, empty.
std::vector<std::string> own_words(std::vector<std::string> words, const std::vector<KnownWord>& known) {
  std::size_t begin = 0;
  bool is_inside = false;
  for (const KnownWord& one : known) {
    if (!one.is_of_licence) {
      is_inside = false;
      continue;
    }
    for (std::size_t i = is_inside ? begin : one.at; i <= one.at; ++i) words[i].clear();
    begin = one.at;
    is_inside = true;
  }
  return words;
}

// What is of the licence `id`, which is named beside another's text, is nobody's own either.
void add_known(std::vector<KnownWord>& known, const std::vector<std::string>& words, const std::string& id) {
  const std::vector<KnownWord> more = LicenceTexts::built_in().known_words(words, id_of_whole_text(id));
  for (std::size_t i = 0; i < known.size(); ++i) known[i].is_of_licence |= more[i].is_of_licence;
}

// Letters of other scripts than the Latin one: of Greek and what follows it, without marks and symbols.
bool is_of_other_script(char32_t code) {
  return (code >= 0x370 && code < 0x1e00) || (code >= 0x1f00 && code < 0x2000) ||
         (code >= 0x2e80 && code < 0xe000 && !(code >= 0x3000 && code < 0x3040)) || (code >= 0xf900 && code < 0xfe00) ||
         (code >= 0xff10 && code < 0xfff0) || (code >= 0x1d400 && code < 0x1d800) ||
         (code >= 0x20000 && code < 0x32000);
}

// Words that are not compared at all, more of them than a name has.
std::string unread_script(std::string_view text) {
  constexpr std::size_t kName = 4;  // letters
  constexpr std::size_t kNameOfOwner = 24;
  for (TextLines lines(text); const auto line = lines.next();) {
    std::size_t letters = 0;
    const bool is_of_owner =
        line->text.find("opyright") != std::string_view::npos || line->text.find("(c)") != std::string_view::npos;
    for (std::string_view rest = line->text; !rest.empty();) {
      const Utf8Char next = next_utf8(rest);
      rest.remove_prefix(next.size);
      if (is_of_other_script(next.code)) ++letters;
    }
    if (letters >= (is_of_owner ? kNameOfOwner : kName)) return "words in a script that is not looked at";
  }
  return {};
}

void add_others(std::vector<std::string>& ids, std::vector<std::string> others) {
  for (std::string& id : others) {
    const std::string family = id.substr(0, id.find('-') + 2);
    if (ids.empty() || std::ranges::none_of(ids, [&](const auto& one) { return one.starts_with(family); })) {
      ids.push_back(std::move(id));
    }
  }
}

}  // namespace

RecognisedLicence recognise_licence(std::string_view text) {
  const std::vector<std::string> words = licence_words(text.substr(0, kMostBytes));
  const std::vector<TextLikeness> closest = LicenceTexts::built_in().closest_to(words, 1);
  RecognisedLicence found;
  std::vector<std::string> ids;
  if (!closest.empty()) {
    found.closest = closest[0].id;
    found.likeness = closest[0].alike();
    if (is_text_of(closest[0])) ids.push_back(id_of_text(closest[0].id));
  }
  const bool is_by_text = !ids.empty();
  if (!is_by_text) add_others(ids, licences_noticed(words));
  found.is_by_notice = !is_by_text && !ids.empty();
  const std::string text_of = looked_at(ids, closest, is_by_text);
  std::vector<KnownWord> known = LicenceTexts::built_in().known_words(words, text_of);
  if (is_by_text) {
    // The licences of GNU are named in texts of others, too: there only what is not of these counts.
    std::vector<std::string> noticed = licences_noticed(words);
    std::erase_if(noticed, is_of_gnu);
    if (closest[0].of_text < kNothingElse) add_others(ids, std::move(noticed));
    add_others(ids, licences_noticed(own_words(words, known)));
  }
  for (std::size_t i = 1; i < ids.size(); ++i) add_known(known, words, ids[i]);
  found.restriction = restriction_beside(words, known, text_of, is_by_text);
  IdentifiedLicences identified = licences_identified(text.substr(0, kMostBytes));
  if (found.restriction.empty()) found.restriction = std::move(identified.unread);
  ids = with_choices(std::move(ids), words);
  for (std::string& id : identified.ids) {
    if (std::ranges::find(ids, id) == ids.end()) ids.push_back(std::move(id));
  }
  if (found.restriction.empty()) found.restriction = unread_script(text.substr(0, kMostBytes));
  if (text.size() > kMostBytes && found.restriction.empty()) found.restriction = "more than can be looked at";
  if (found.restriction.empty() || std::ranges::any_of(ids, is_of_binding_group)) found.expression = joined(ids);
  return found;
}

}  // namespace berth::vet
