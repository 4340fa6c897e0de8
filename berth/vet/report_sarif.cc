#include <fmt/format.h>

#include <map>
#include <string>

#include "berth/base/utf8.h"
#include "berth/vet/report_json.h"

namespace berth::vet {
namespace {

std::string shown(std::string_view text) { return to_visible(text, false); }

Json message(std::string_view text) { return Json::object().set("text", shown(text)); }

std::string_view level_of(Verdict verdict) {
  if (verdict == Verdict::Allow) return "note";
  return verdict == Verdict::Refuse ? "error" : "warning";
}

// A path or an address is a place; "requirements.txt:3" is a line of one. Percent-encoded where a URI needs it.
Json location_of(const Package& package) {
  std::string_view file = package.origin.empty() ? std::string_view("packages") : std::string_view(package.origin);
  std::int64_t line = 0;
  if (const std::size_t colon = file.rfind(':');
      colon != std::string_view::npos && colon + 1 < file.size() && file.size() - colon < 9) {
    for (const char c : file.substr(colon + 1)) line = line < 0 || c < '0' || c > '9' ? -1 : line * 10 + (c - '0');
    if (line > 0) file = file.substr(0, colon);
  }
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
      Json rule = Json::object();
      rule.set("id", finding.rule);
      rule.set("shortDescription", message(fmt::format("Berth's rule {}", finding.rule)));
      rules_.push_back(std::move(rule));
    }
    return place->second;
  }
  Json take() && { return std::move(rules_); }

 private:
  std::map<std::string, std::size_t> indexes_;
  Json rules_ = Json::array();
};

Json result_of(const Finding& finding, std::string_view subject, Rules& rules) {
  Json result = Json::object();
  result.set("ruleId", finding.rule).set("ruleIndex", rules.index_of(finding)).set("level", level_of(finding.verdict));
  const std::string remedy = finding.remedy.empty() ? std::string() : "; " + finding.remedy;
  result.set("message", message(fmt::format("{}: {}{}", subject, finding.evidence, remedy)));
  Json locations = Json::array();
  locations.push_back(location_of(finding.package));
  result.set("locations", std::move(locations));
  const std::string print = fmt::format("{}/{}/{}", finding.rule, finding.package.name, finding.package.version);
  result.set("partialFingerprints", Json::object().set("package/v1", shown(print)));
  return result;
}

}  // namespace

Json sarif_of_report(const Report& report, std::string_view berth_version) {
  Rules rules;
  Json results = Json::array();
  for (const JudgedPackage& package : report.packages) {
    for (const JudgedFinding& one : package.findings) {
      if (one.finding.verdict == Verdict::Allow) continue;
      Json result = result_of(one.finding, text_of(one.finding.package), rules);
      if (one.approval) {
        Json suppression = Json::object();
        suppression.set("kind", "external").set("status", "accepted").set("justification", shown(one.approval->text()));
        Json suppressions = Json::array();
        suppressions.push_back(std::move(suppression));
        result.set("suppressions", std::move(suppressions));
      }
      results.push_back(std::move(result));
    }
  }
  // Also what is allowed: on what the judgement stands is told in any case.
  for (const Finding& finding : report.general) results.push_back(result_of(finding, "advisories and lists", rules));
  Json driver = Json::object();
  driver.set("name", "berth").set("version", berth_version).set("rules", std::move(rules).take());
  Json run = Json::object();
  run.set("tool", Json::object().set("driver", std::move(driver)));
  run.set("columnKind", "unicodeCodePoints").set("results", std::move(results));
  Json runs = Json::array();
  runs.push_back(std::move(run));
  Json sarif = Json::object();
  sarif.set("$schema", "https://json.schemastore.org/sarif-2.1.0.json").set("version", "2.1.0");
  sarif.set("runs", std::move(runs));
  return sarif;
}

}  // namespace berth::vet
