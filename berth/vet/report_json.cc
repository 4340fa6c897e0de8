#include "berth/vet/report_json.h"

#include <fmt/format.h>

#include "berth/base/utf8.h"
#include "berth/vet/source_info.h"

namespace berth::vet {
namespace {

Json json_of_approval(const Approval& approval) {
  Json json = Json::object();
  json.set("rule", approval.rule)
      .set("who", approval.who)
      .set("reason", approval.reason)
      .set("until", approval.until_text);
  if (!approval.written.empty()) json.set("versions", approval.written);
  if (!approval.id.empty()) json.set("id", approval.id);
  return json;
}

Json json_of_texts(const std::vector<std::string>& texts) {
  Json list = Json::array();
  for (const std::string& text : texts) list.push_back(to_valid_utf8(text));
  return list;
}

void set_place(Json& json, std::string_view origin) {
  const Place place = place_of(origin);
  if (!place.file.empty()) json.set("file", to_valid_utf8(place.file));
  if (place.line > 0) json.set("line", place.line);
}

Json json_of_finding(const Finding& finding) {
  Json json = Json::object();
  json.set("verdict", verdict_text(finding.verdict)).set("rule", finding.rule);
  json.set("evidence", to_valid_utf8(finding.evidence)).set("remedy", to_valid_utf8(finding.remedy));
  set_place(json, finding.package.origin);
  if (!finding.ids.empty()) json.set("ids", json_of_texts(finding.ids));
  if (!finding.severity.empty()) json.set("severity", finding.severity);
  if (finding.score) json.set("score", *finding.score);
  if (!finding.ids.empty()) json.set("fixed", json_of_texts(finding.fixed));
  if (!finding.target.empty()) json.set("target", finding.target);
  if (finding.rank > 0) json.set("rank", std::int64_t{finding.rank});
  return json;
}

Json json_of_package(const JudgedPackage& judged) {
  const Package& package = judged.facts.package;
  Json json = Json::object();
  json.set("name", to_valid_utf8(package.name)).set("written", to_valid_utf8(package.written));
  json.set("version", to_valid_utf8(package.version)).set("ecosystem", ecosystem_text(package.ecosystem));
  json.set("origin", to_valid_utf8(package.origin)).set("verdict", verdict_text(judged.verdict()));
  if (!judged.facts.brought_by.empty()) json.set("brought_by", to_valid_utf8(judged.facts.brought_by));
  Json licences = Json::array();
  for (const LicenceStatement& statement : judged.facts.licences) {
    Json one = Json::object();
    one.set("source", to_valid_utf8(statement.source)).set("text", to_valid_utf8(statement.text));
    one.set("expression", statement.expression);
    if (!statement.restriction.empty()) one.set("restriction", to_valid_utf8(statement.restriction));
    licences.push_back(std::move(one));
  }
  json.set("licences", std::move(licences));
  Json findings = Json::array();
  for (const JudgedFinding& one : judged.findings) {
    Json finding = json_of_finding(one.finding);
    if (one.approval) finding.set("approval", json_of_approval(*one.approval));
    findings.push_back(std::move(finding));
  }
  json.set("findings", std::move(findings));
  return json;
}

// Null where there is none.
Json json_of_file(std::string_view path, std::string_view sha256) {
  if (path.empty()) return {};
  return Json::object().set("file", to_valid_utf8(path)).set("sha256", sha256);
}

}  // namespace

Place place_of(std::string_view origin) {
  const std::size_t colon = origin.rfind(':');
  const std::string_view digits = colon == std::string_view::npos ? std::string_view() : origin.substr(colon + 1);
  if (digits.empty() || digits.size() > 7) return {.file = origin};
  std::int64_t line = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return {.file = origin};
    line = line * 10 + (c - '0');
  }
  const bool is_place = line > 0 && colon > 0;  // a line of no file is none
  return !is_place ? Place{.file = origin} : Place{.file = origin.substr(0, colon), .line = line};
}

Json json_of_report(const Report& report) {
  Json json = Json::object();
  json.set("schema", 1).set("verdict", verdict_text(report.verdict()));
  Json packages = Json::array();
  for (const JudgedPackage& package : report.packages) packages.push_back(json_of_package(package));
  json.set("packages", std::move(packages));
  Json general = Json::array();
  for (const Finding& finding : report.general) general.push_back(json_of_finding(finding));
  json.set("general", std::move(general));
  Json notes = Json::array();
  for (const std::string& note : report.notes) notes.push_back(note);
  json.set("notes", std::move(notes));
  Json advisories = Json::array();
  for (const SourceInfo& source : report.advisories) {
    Json one = json_of_source(source);
    one.set("problems", source.problems.size());
    advisories.push_back(std::move(one));
  }
  json.set("advisories", std::move(advisories));
  Json lists = Json::array();
  for (const ListInfo& list : report.lists) {
    Json one = json_of_list(list);
    lists.push_back(std::move(one.set("problems", list.problems.size())));
  }
  json.set("lists", std::move(lists));
  json.set("policy", json_of_file(report.by.policy, report.by.policy_sha256));
  json.set("approvals", json_of_file(report.by.approvals, report.by.approvals_sha256));
  return json;
}

}  // namespace berth::vet
