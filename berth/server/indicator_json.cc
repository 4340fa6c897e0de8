#include "berth/server/indicator_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "berth/base/lower_case.h"
#include "berth/server/incident_json.h"

namespace berth::server {
namespace {

constexpr std::array<std::string_view, 4> kVerdicts = {"Unknown", "Benign", "Suspicious", "Malicious"};

std::string scalar_text(const Json* value) {
  if (value == nullptr || value->is_null()) return "";
  const std::string* text = value->as_string();
  return text != nullptr ? *text : print_json(*value);
}

}  // namespace

int score_of(std::string_view text) {
  const std::string lower = lower_case(text);
  if (lower == "1" || lower == "good" || lower == "benign") return 1;
  if (lower == "2" || lower == "suspicious") return 2;
  if (lower == "3" || lower == "bad" || lower == "malicious") return 3;
  return 0;
}

Result<store::Indicator> indicator_from(const Json& json, const IndicatorSource& source) {
  store::Indicator indicator;
  indicator.value = scalar_text(json.find("value"));
  if (indicator.value.empty()) return fail(Errc::InvalidInput, "create an indicator: it has no value");
  indicator.type = json.text_or("type", json.text_or("indicator_type", "Unknown"));
  if (const Json* fields = json.find("fields"); fields != nullptr && fields->is_object()) indicator.fields = *fields;
  if (const Json* fields = json.find("CustomFields"); fields != nullptr && fields->is_object()) {
    for (const auto& [name, value] : *fields->as_object()) indicator.fields.set(name, value);
  }
  std::string score = scalar_text(json.find("score"));
  if (score.empty()) score = scalar_text(json.find("verdict"));
  if (score.empty()) score = scalar_text(json.find("reputation"));
  indicator.score = source.score != 0 ? source.score : score_of(score);
  indicator.source_brand = source.brand;
  indicator.source_instance = source.instance;
  return indicator;
}

std::vector<store::Relationship> relationships_from(const Json& json, const IndicatorSource& source) {
  std::vector<store::Relationship> found;
  const Json* list = json.find("relationships");
  if (list == nullptr || !list->is_array()) return found;
  for (const Json& one : *list->as_array()) {
    store::Relationship relationship;
    relationship.name = one.text_or("name", "related-to");
    relationship.reverse_name = one.text_or("reverseName", "");
    relationship.type = one.text_or("type", "IndicatorToIndicator");
    relationship.a = {one.text_or("entityAType", ""), one.text_or("entityA", "")};
    relationship.b = {one.text_or("entityBType", ""), one.text_or("entityB", "")};
    if (const Json* fields = one.find("fields"); fields != nullptr && fields->is_object())
      relationship.fields = *fields;
    relationship.source_brand = source.brand;
    relationship.source_instance = source.instance;
    if (!relationship.a.value.empty() && !relationship.b.value.empty()) found.push_back(std::move(relationship));
  }
  return found;
}

Json indicator_json(const store::Indicator& indicator) {
  Json json = Json::object();
  json.set("id", std::to_string(indicator.id)).set("value", indicator.value);
  json.set("indicator_type", indicator.type).set("score", indicator.score);
  json.set("verdict", kVerdicts[static_cast<std::size_t>(std::clamp(indicator.score, 0, 3))]);
  json.set("CustomFields", indicator.fields).set("sourceBrands", Json(Json::Array{indicator.source_brand}));
  json.set("sourceInstances", Json(Json::Array{indicator.source_instance}));
  json.set("firstSeen", time_text(indicator.first_seen)).set("lastSeen", time_text(indicator.last_seen));
  json.set("modified", time_text(indicator.modified));
  if (indicator.expires) json.set("expiration", time_text(*indicator.expires));
  return json;
}

Json relationship_json(const store::Relationship& relationship) {
  Json json = Json::object();
  json.set("id", std::to_string(relationship.id)).set("name", relationship.name);
  json.set("reverseName", relationship.reverse_name).set("type", relationship.type);
  json.set("entityA", relationship.a.value).set("entityAType", relationship.a.type);
  json.set("entityB", relationship.b.value).set("entityBType", relationship.b.type);
  json.set("fields", relationship.fields).set("createdInSystem", time_text(relationship.created));
  return json;
}

}  // namespace berth::server
