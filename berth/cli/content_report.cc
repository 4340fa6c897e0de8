#include "berth/cli/content_report.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

#include "berth/base/utf8.h"
#include "berth/version.h"

namespace berth::cli {
namespace {

namespace fs = std::filesystem;

Json text_json(std::string_view text) { return Json::object().set("text", to_visible(text, false)); }

std::string_view level_of(bool stops) { return stops ? "error" : "warning"; }

Json rules_json() {
  Json rules = Json::array();
  for (const app::CheckRule& rule : app::check_rules()) {
    Json one = Json::object();
    one.set("id", rule.id).set("shortDescription", text_json(rule.summary));
    one.set("defaultConfiguration", Json::object().set("level", level_of(rule.stops)));
    rules.push_back(std::move(one));
  }
  return rules;
}

std::size_t rule_index_of(std::string_view id) {
  const auto& rules = app::check_rules();
  const auto rule = std::ranges::find(rules, id, &app::CheckRule::id);
  return static_cast<std::size_t>(rule - rules.begin());
}

// What the places in a source start from; empty where the source is broken.
fs::path root_of(const app::ContentService& service, std::string_view source) {
  for (std::size_t i = 0; i < service.sources().size(); ++i) {
    if (service.sources()[i].name == source && service.indexes()[i]) return service.indexes()[i]->root();
  }
  return {};
}

Json place_json(const app::CheckFinding& finding, const app::ContentService& service) {
  const fs::path root = root_of(service, finding.source);
  Json artifact = Json::object();
  if (root.empty()) {
    artifact.set("uri", "file://" + uri_path(finding.file.native()));
  } else {
    artifact.set("uri", uri_path(finding.file.lexically_relative(root).native())).set("uriBaseId", finding.source);
  }
  Json place = Json::object();
  place.set("artifactLocation", std::move(artifact));
  // A place without a line is a whole file.
  if (finding.line > 0) place.set("region", Json::object().set("startLine", finding.line));
  return Json::object().set("physicalLocation", std::move(place));
}

Json result_json(const app::CheckFinding& finding, const app::ContentService& service) {
  Json result = Json::object();
  result.set("ruleId", finding.rule).set("ruleIndex", rule_index_of(finding.rule));
  result.set("level", level_of(finding.stops));
  const std::string key = finding.key.empty() ? std::string() : fmt::format("key '{}': ", finding.key);
  result.set("message", text_json(key + finding.reason));
  return result.set("locations", Json(Json::Array{place_json(finding, service)}));
}

// What rules could not decide: no result, but whoever reads the report must not take it for a pass.
Json invocation_json(const app::CheckReport& report) {
  Json notes = Json::array();
  for (const app::NotLookedUp& one : report.not_looked_up) {
    Json note = Json::object();
    note.set("level", "note").set("associatedRule", Json::object().set("id", one.rule));
    note.set("message", text_json(fmt::format("not looked up for '{}': {}", one.image, one.reason)));
    notes.push_back(std::move(note));
  }
  Json json = Json::object();
  return json.set("executionSuccessful", true).set("toolExecutionNotifications", std::move(notes));
}

}  // namespace

std::string uri_path(std::string_view path) {
  static constexpr std::string_view kPlain = "-._~/!$&'()*+,=@";
  std::string uri;
  for (const char c : path) {
    const bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (is_word || kPlain.find(c) != std::string_view::npos) {
      uri += c;
    } else {
      uri += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
  }
  return uri;
}

Json source_json(const app::ContentSource& source, const std::optional<content::ContentIndex>& index) {
  Json json = Json::object();
  json.set("name", source.name).set("origin", app::origin_text(source.origin)).set("address", app::address_of(source));
  json.set("path", source.path).set("revision", source.details.text_or("revision", ""));
  json.set("added", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", std::chrono::floor<std::chrono::seconds>(source.added)));
  return json.set("items", index ? Json(index->items().size()) : Json());
}

Json item_json(const app::ItemReference& reference) {
  const content::IndexedItem& item = *reference.item;
  Json json = Json::object();
  json.set("kind", content::kind_text(item.kind)).set("id", item.id).set("name", item.name);
  json.set("language", content::language_text(item.language)).set("subtype", item.subtype);
  json.set("image", item.docker_image).set("pack", item.pack).set("source", reference.source->name);
  json.set("fromversion", item.from_version).set("toversion", item.to_version).set("deprecated", item.deprecated);
  Json commands = Json::array();
  for (const auto& command : item.commands) commands.push_back(command.name);
  return json.set("commands", std::move(commands)).set("file", to_valid_utf8(reference.yaml().native()));
}

Json clash_json(const app::Clash& clash) {
  Json files = Json::array();
  for (const auto& item : clash.items) files.push_back(to_valid_utf8(item.yaml().native()));
  Json json = Json::object();
  return json.set("kind", content::kind_text(clash.kind)).set("name", clash.name).set("files", std::move(files));
}

Json check_json(const app::CheckReport& report) {
  Json findings = Json::array();
  for (const app::CheckFinding& finding : report.findings) {
    Json one = Json::object();
    one.set("rule", finding.rule).set("level", level_of(finding.stops)).set("source", finding.source);
    one.set("item", finding.item).set("file", to_valid_utf8(finding.file.native()));
    one.set("line", finding.line == 0 ? Json() : Json(finding.line)).set("key", finding.key);
    findings.push_back(one.set("reason", finding.reason));
  }
  Json json = Json::object();
  json.set("schema", kContentSchema).set("items", report.items).set("cannot_run", report.stopped);
  Json open = Json::array();
  for (const app::NotLookedUp& one : report.not_looked_up) {
    open.push_back(Json::object().set("rule", one.rule).set("image", one.image).set("reason", one.reason));
  }
  json.set("not_looked_up", std::move(open));
  json.set("images_of", to_valid_utf8(report.storage));
  return json.set("findings", std::move(findings));
}

Json check_sarif(const app::CheckReport& report, const app::ContentService& service) {
  Json driver = Json::object();
  driver.set("name", "berth").set("version", kVersion).set("rules", rules_json());
  Json bases = Json::object();
  for (const auto& source : service.sources()) {
    const fs::path root = root_of(service, source.name);
    if (root.empty()) continue;
    bases.set(source.name, Json::object().set("uri", "file://" + uri_path(root.native()) + "/"));
  }
  Json results = Json::array();
  for (const app::CheckFinding& finding : report.findings) results.push_back(result_json(finding, service));
  Json run = Json::object();
  run.set("tool", Json::object().set("driver", std::move(driver)));
  run.set("columnKind", "utf16CodeUnits").set("originalUriBaseIds", std::move(bases));
  run.set("results", std::move(results));
  if (!report.not_looked_up.empty()) run.set("invocations", Json(Json::Array{invocation_json(report)}));
  Json sarif = Json::object();
  sarif.set("$schema", "https://json.schemastore.org/sarif-2.1.0.json").set("version", "2.1.0");
  return sarif.set("runs", Json(Json::Array{std::move(run)}));
}

}  // namespace berth::cli
