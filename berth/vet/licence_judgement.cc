#include "berth/vet/licence_judgement.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <string>

#include "berth/vet/licence_expression.h"
#include "berth/vet/python_licence.h"

namespace berth::vet {
namespace {

constexpr std::size_t kShown = 80;

// All that one source says, as one expression where all of it is understood.
struct Source {
  std::string name;
  std::string text;
  std::optional<LicenceExpression> expression;
  std::string restriction;
};

bool says_nothing(const LicenceStatement& statement) {
  return statement.expression.empty() &&
         std::ranges::all_of(statement.text, [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); });
}

std::vector<Source> sources_of(const std::vector<LicenceStatement>& statements) {
  std::vector<Source> sources;
  for (auto at = statements.begin(); at != statements.end();) {
    const auto end = std::find_if(at, statements.end(), [&](const auto& one) { return one.source != at->source; });
    Source source = {.name = at->source, .text = {}, .expression = std::nullopt, .restriction = {}};
    std::string joined;
    bool is_understood = true;
    for (; at != end; ++at) {
      if (says_nothing(*at)) continue;
      const std::string& shown = at->text.empty() ? at->expression : at->text;
      source.text += (source.text.empty() ? "" : "; ") + shown.substr(0, kShown) + (shown.size() > kShown ? "..." : "");
      is_understood = is_understood && !at->expression.empty();
      if (source.restriction.empty()) source.restriction = at->restriction;
      joined += fmt::format("{}({})", joined.empty() ? "" : " AND ", at->expression);
    }
    if (source.text.empty()) continue;
    if (auto parsed = parse_licence_expression(joined); is_understood && parsed) {
      source.expression = *std::move(parsed);
    } else if (is_understood && source.restriction.empty()) {
      source.restriction = "more than can be looked at";
    }
    sources.push_back(std::move(source));
  }
  return sources;
}

std::string said(const Source& source) {
  if (source.text == kUnread && !source.expression && !source.restriction.empty()) {
    return fmt::format("{}: {} ({})", source.name, kUnread, source.restriction);
  }
  const std::string restriction =
      source.restriction.empty() ? std::string() : fmt::format(", with words that restrict ('{}')", source.restriction);
  return fmt::format("{}: '{}'{}", source.name, source.text, restriction);
}

std::string said(const std::vector<Source>& sources) {
  std::vector<std::string> texts;
  for (const Source& source : sources) texts.push_back(said(source));
  return fmt::format("{}", fmt::join(texts, "; "));
}

class Judgement {
 public:
  Judgement(const Facts& facts, const LicenceRules& rules, bool is_reported_only)
      : facts_(facts), rules_(rules), is_reported_only_(is_reported_only), sources_(sources_of(facts.licences)) {}

  std::vector<Finding> findings(Verdict of_none) {
    if (sources_.empty()) {
      return {finding(of_none, "licence.none", "nothing in it says under which licence it is",
                      "ask its authors, or approve it with what they answered")};
    }
    const auto understood =
        std::ranges::find_if(sources_, [](const Source& one) { return one.expression.has_value(); });
    if (understood == sources_.end()) return {unclear()};
    std::vector<Finding> findings = {decided(*understood)};
    if (understood != sources_.begin() || !understood->restriction.empty()) findings.push_back(unclear());
    for (auto later = understood + 1; later != sources_.end(); ++later) {
      if (auto found = disagreement(*understood, *later, findings.front().verdict)) {
        findings.push_back(*std::move(found));
      }
    }
    return findings;
  }

 private:
  Finding finding(Verdict verdict, const char* rule, std::string evidence, const char* remedy) const {
    return {verdict, rule, facts_.package, std::move(evidence), verdict == Verdict::Allow ? std::string() : remedy};
  }

  Finding decided(const Source& source) const {
    const Verdict verdict = rules_.verdict_of(*source.expression);
    if (verdict == Verdict::Allow) {
      return finding(verdict, "licence.allowed", fmt::format("{} ({})", source.expression->text(), said(source)), "");
    }
    const std::string why = fmt::format("{}", fmt::join(rules_.reasons_of(*source.expression), ", "));
    return finding(verdict, verdict == Verdict::Refuse ? "licence.denied" : "licence.asked",
                   fmt::format("{}; it needs {}", said(source), why),
                   "take another package, or approve this one with a reason");
  }

  Verdict doubt() const { return is_reported_only_ ? Verdict::Allow : Verdict::Ask; }

  // A source that counts less says what the policy takes less, or takes rights away, or simply names other licences.
  std::optional<Finding> disagreement(const Source& first, const Source& later, Verdict decided) const {
    const bool is_stronger = later.expression && rules_.verdict_of(*later.expression) > decided;
    const bool takes_away = decided == Verdict::Allow && !later.restriction.empty();
    if (!is_stronger && !takes_away &&
        (!later.expression || !contradict(first.expression->text(), later.expression->text()))) {
      return std::nullopt;
    }
    const std::string comes_to = is_stronger ? ", which comes to " + later.expression->text() : std::string();
    return finding(is_stronger || takes_away ? doubt() : Verdict::Allow, "licence.disagreement",
                   fmt::format("{}; but {}{}", said(first), said(later), comes_to),
                   "find out which of them holds, and approve it with the reason");
  }

  Finding unclear() const {
    const bool restricts =
        std::ranges::any_of(sources_, [](const Source& source) { return !source.restriction.empty(); });
    return finding(doubt(), "licence.unclear",
                   restricts ? fmt::format("what it says is no licence of the SPDX list alone: {}", said(sources_))
                             : fmt::format("no licence of the SPDX list is understood in: {}", said(sources_)),
                   "read it, and approve the package with what it says");
  }

  const Facts& facts_;
  const LicenceRules& rules_;
  bool is_reported_only_;
  std::vector<Source> sources_;
};

}  // namespace

std::vector<Finding> findings_about_licences(const Facts& facts, const Policy& policy) {
  const bool is_of_distribution = facts.package.ecosystem != Ecosystem::PyPI || facts.owner.has_value();
  if (is_of_distribution) return Judgement(facts, policy.distribution_licences, true).findings(Verdict::Allow);
  return Judgement(facts, policy.licences, false).findings(policy.no_licence);
}

}  // namespace berth::vet
