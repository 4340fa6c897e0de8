#include <fmt/format.h>

#include <map>
#include <string>

#include "berth/base/utf8.h"
#include "berth/vet/report_json.h"
#include "berth/vet/rule_texts.h"

namespace berth::vet {
namespace {

std::string shown(std::string_view text) { return to_visible(text, false); }

Json message(std::string_view text) { return Json::object().set("text", shown(text)); }

std::string_view level_of(Verdict verdict) {
  if (verdict == Verdict::Allow) return "note";
  return verdict == Verdict::Refuse ? "error" : "warning";
}

// A path or an address is a place, and a line of one. Percent-encoded where a URI needs it.
Json location_of(const Package& package) {
  const auto [file, line] = place_of(package.origin.empty() ? std::string_view("packages") : package.origin);
  std::string uri;
  for (const char c : file) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          std::string_view("-._~/").find(c) != std::string_view::npos;
    uri += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  Json physical = Json::object();
  physical.set("artifactLocation", Json::object().set("uri", uri));
  if (line > 0) physical.set("region", Json::object().set("startLine", line));
  return Json::object().set("physicalLocation", std::move(physical));
}

// The rules that results name, each once, in the order in which they come.
class Rules {
 public:
  std::size_t index_of(const Finding& finding) {
    const auto [place, is_new] = indexes_.try_emplace(finding.rule, indexes_.size());
    if (is_new) {
      const RuleText* const known = find_rule_text(finding.rule);
      const std::string_view text = known == nullptr ? std::string_view(finding.rule) : known->text;
      const std::string_view page = known == nullptr ? std::string_view("docs/vetting.md") : known->page;
      Json rule = Json::object();
      rule.set("id", finding.rule).set("shortDescription", message(text));
      rule.set("help", message(fmt::format("{} See {} of Berth.", text, page))
                           .set("markdown", fmt::format("{} See [{}]({}) of Berth.", text, page, page)));
      rules_.push_back(std::move(rule));
    }
    return place->second;
  }
  Json take() && { return std::move(rules_); }

 private:
  std::map<std::string, std::size_t> indexes_;
  Json rules_ = Json::array();
};

// The results, each with a print of its own that stays the same from run to run.
class Results {
 public:
  void add(Json result, const Finding& finding) {
    std::string print = fmt::format("{}/{}/{}", finding.rule, finding.package.name, finding.package.version);
    if (!finding.ids.empty()) print += "/" + finding.ids.front();
    print += fmt::format("/{}", place_of(finding.package.origin).file);
    // The same rule may be broken several times in one file.
    if (const std::size_t before = prints_[print]++; before > 0) print += fmt::format("#{}", before + 1);
    result.set("partialFingerprints", Json::object().set("finding/v2", shown(print)));
    results_.push_back(std::move(result));
  }
  Json take() && { return std::move(results_); }

 private:
  std::map<std::string, std::size_t> prints_;
  Json results_ = Json::array();
};

// What is said of a package though it is allowed. That its licence is taken is none of it.
bool is_told(const Finding& finding) {
  return finding.verdict != Verdict::Allow || finding.rule == "licence.disagreement" ||
         !finding.rule.starts_with("licence.");
}

// The notes are of no package and no place.
Json invocation_of(const Report& report) {
  Json notifications = Json::array();
  for (const std::string& note : report.notes) {
    notifications.push_back(Json::object().set("level", "note").set("message", message(note)));
  }
  Json configuration = Json::array();
  for (const std::string& by : {report.by.policy_text(), report.by.approvals_text()}) {
    configuration.push_back(Json::object().set("level", "note").set("message", message("judged by " + by)));
  }
  Json invocation = Json::object();
  invocation.set("toolConfigurationNotifications", std::move(configuration));
  invocation.set("executionSuccessful", true).set("toolExecutionNotifications", std::move(notifications));
  return invocation;
}

Json result_of(const Finding& finding, std::string_view subject, Rules& rules) {
  Json result = Json::object();
  result.set("ruleId", finding.rule).set("ruleIndex", rules.index_of(finding)).set("level", level_of(finding.verdict));
  const std::string remedy = finding.remedy.empty() ? std::string() : "; " + finding.remedy;
  result.set("message", message(fmt::format("{}: {}{}", subject, finding.evidence, remedy)));
  Json locations = Json::array();
  locations.push_back(location_of(finding.package));
  result.set("locations", std::move(locations));
  if (!finding.ids.empty()) {
    Json ids = Json::array();
    for (const std::string& id : finding.ids) ids.push_back(shown(id));
    result.set("properties", Json::object().set("ids", std::move(ids)));
  }
  return result;
}

}  // namespace

Json sarif_of_report(const Report& report, std::string_view berth_version) {
  Rules rules;
  Results results;
  for (const JudgedPackage& package : report.packages) {
    for (const JudgedFinding& one : package.findings) {
      if (!is_told(one.finding)) continue;
      Json result = result_of(one.finding, text_of(one.finding.package), rules);
      if (one.approval) {
        Json suppression = Json::object();
        suppression.set("kind", "external").set("status", "accepted").set("justification", shown(one.approval->text()));
        Json suppressions = Json::array();
        suppressions.push_back(std::move(suppression));
        result.set("suppressions", std::move(suppressions));
      }
      results.add(std::move(result), one.finding);
    }
  }
  // Also what is allowed: on what the judgement stands is told in any case.
  for (const Finding& finding : report.general) {
    results.add(result_of(finding, "advisories and lists", rules), finding);
  }
  Json driver = Json::object();
  driver.set("name", "berth").set("version", berth_version).set("rules", std::move(rules).take());
  Json run = Json::object();
  run.set("tool", Json::object().set("driver", std::move(driver)));
  run.set("columnKind", "unicodeCodePoints").set("results", std::move(results).take());
  Json invocations = Json::array();
  invocations.push_back(invocation_of(report));
  run.set("invocations", std::move(invocations));
  Json runs = Json::array();
  runs.push_back(std::move(run));
  Json sarif = Json::object();
  sarif.set("$schema", "https://json.schemastore.org/sarif-2.1.0.json").set("version", "2.1.0");
  sarif.set("runs", std::move(runs));
  return sarif;
}

}  // namespace berth::vet
