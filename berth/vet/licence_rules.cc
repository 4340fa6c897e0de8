#include "berth/vet/licence_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "berth/vet/apk_version.h"

namespace berth::vet {
namespace {

// An id with a version in it, taken apart: "CC-BY-", "3.0", "-US". Licences with the same words around are versions of
// one another.
struct Versioned {
  std::string_view before;
  std::string_view version;
  std::string_view after;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The first number with a dot in it: that in BSD-2-Clause counts clauses.
std::optional<Versioned> versioned(std::string_view id) {
  for (std::size_t begin = id.find('-'); begin != std::string_view::npos; begin = id.find('-', begin + 1)) {
    std::size_t end = begin + 1;
    while (end < id.size() && (is_digit(id[end]) || id[end] == '.')) ++end;
    const std::string_view number = id.substr(begin + 1, end - begin - 1);
    if (number.find('.') == std::string_view::npos || !is_digit(number.front())) continue;
    // LPPL-1.3a, LPPL-1.3c
    if (end < id.size() && id[end] >= 'a' && id[end] <= 'z' && end + 1 == id.size()) ++end;
    return Versioned{id.substr(0, begin), id.substr(begin + 1, end - begin - 1), id.substr(end)};
  }
  return std::nullopt;
}

// Whether `newer` is a later version of the licence `older`.
bool is_later(std::string_view newer, std::string_view older) {
  const auto a = versioned(newer);
  const auto b = versioned(older);
  if (!a || !b || a->before != b->before || a->after != b->after) return false;
  return compare_alpine(a->version, b->version) > 0;
}

bool is_in(const std::vector<LicenceTerm>& entries, const LicenceTerm& licence) {
  return std::ranges::any_of(entries, [&](const LicenceTerm& entry) { return matches_entry(licence, entry); });
}

// The version as written: that the licensee might choose a later one, which an entry names, makes none of it refused.
LicenceTerm without_choice(LicenceTerm licence) {
  licence.or_later = false;
  return licence;
}

}  // namespace

Result<LicenceTerm> parse_licence_entry(std::string_view text) {
  BERTH_TRY(LicenceExpression expression, parse_licence_expression(text));
  if (expression.kind == LicenceExpression::Kind::Term) return std::move(expression.term);
  return fail(Errc::InvalidInput,
              fmt::format("'{}' names several licences; write an entry for each", expression.text()));
}

bool matches_entry(const LicenceTerm& licence, const LicenceTerm& entry) {
  const bool permits_more = entry.exception.empty() && find_spdx_exception(licence.exception) != nullptr;
  if (licence.exception != entry.exception && !permits_more) return false;
  if (licence.id == entry.id) return true;
  if (entry.or_later && is_later(licence.id, entry.id)) return true;
  return licence.or_later && is_later(entry.id, licence.id);
}

Verdict LicenceRules::verdict_of(const LicenceTerm& licence) const {
  // A list that names the very exception goes before one that names the licence alone.
  const auto names_it = [&](const std::vector<LicenceTerm>& entries) {
    return std::ranges::find(entries, licence) != entries.end();
  };
  if (names_it(refused)) return Verdict::Refuse;
  if (names_it(asked)) return Verdict::Ask;
  if (names_it(allowed)) return Verdict::Allow;
  if (is_in(refused, without_choice(licence))) return Verdict::Refuse;
  if (is_in(asked, without_choice(licence))) return Verdict::Ask;
  if (is_in(allowed, licence)) return Verdict::Allow;
  const bool is_known = licence.is_listed && (licence.exception.empty() || find_spdx_exception(licence.exception));
  const auto found = groups.find(is_known ? group_of_licence(licence.listed_id()) : LicenceGroup::Other);
  return found == groups.end() ? Verdict::Ask : found->second;
}

Verdict LicenceRules::verdict_of(const LicenceExpression& expression) const {
  if (expression.kind == LicenceExpression::Kind::Term) return verdict_of(expression.term);
  const bool all = expression.kind == LicenceExpression::Kind::And;
  Verdict verdict = verdict_of(expression.parts.front());
  for (const LicenceExpression& part : expression.parts) {
    verdict = all ? std::max(verdict, verdict_of(part)) : std::min(verdict, verdict_of(part));
  }
  return verdict;
}

std::vector<std::string> LicenceRules::reasons_of(const LicenceExpression& expression) const {
  if (expression.kind == LicenceExpression::Kind::Term) {
    const LicenceTerm& term = expression.term;
    return {fmt::format("{} ({})", term.text(),
                        term.is_listed ? group_text(group_of_licence(term.listed_id())) : "not listed")};
  }
  const Verdict verdict = verdict_of(expression);
  std::vector<std::string> reasons;
  for (const LicenceExpression& part : expression.parts) {
    if (verdict_of(part) != verdict) continue;
    for (std::string& reason : reasons_of(part)) {
      if (std::ranges::find(reasons, reason) == reasons.end()) reasons.push_back(std::move(reason));
    }
  }
  return reasons;
}

}  // namespace berth::vet
