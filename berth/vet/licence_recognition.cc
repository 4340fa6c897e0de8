#include "berth/vet/licence_recognition.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "berth/vet/licence_notice.h"
#include "berth/vet/licence_remainder.h"
#include "berth/vet/licence_texts.h"
#include "berth/vet/spdx_list.h"

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

// Of the licences of GNU the list has one text for "only" and "or later": what was not said is not given.
std::string id_of_text(std::string_view id) {
  const bool is_gnu = id.starts_with("GPL-") || id.starts_with("LGPL-") || id.starts_with("AGPL-");
  return is_gnu && id.find("with") == std::string_view::npos ? std::string(id) + "-only" : std::string(id);
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

// Words of `words` that take rights away, and are not of the licences `ids` that were found in them.
std::string restriction_beside(const std::vector<std::string>& ids, const std::vector<std::string>& words,
                               const std::vector<TextLikeness>& closest, bool is_by_notice) {
  if (closest.empty()) return restriction_in(words);
  std::string text_of;
  if (is_by_notice) {
    text_of = id_of_whole_text(ids[0]);
  } else if (!ids.empty()) {
    if (closest[0].of_text >= 1) return {};  // there is nothing else in it
    text_of = closest[0].id;
  }
  return restriction_in(words, LicenceTexts::built_in().known_words(words, text_of));
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
  found.is_by_notice = ids.empty();
  if (ids.empty() || closest[0].of_text < kNothingElse) {
    for (std::string& id : licences_noticed(words)) {
      const std::string family = id.substr(0, id.find('-') + 2);
      if (ids.empty() || !ids[0].starts_with(family)) ids.push_back(std::move(id));
    }
  }
  found.is_by_notice = found.is_by_notice && !ids.empty();
  found.restriction = restriction_beside(ids, words, closest, found.is_by_notice);
  if (text.size() > kMostBytes && found.restriction.empty()) found.restriction = "more than can be looked at";
  if (found.restriction.empty() || std::ranges::any_of(ids, is_of_binding_group)) found.expression = joined(ids);
  return found;
}

}  // namespace berth::vet
