#include "berth/server/incident_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "berth/base/lower_case.h"

namespace berth::server {
namespace {

constexpr std::array<std::string_view, 29> kOwnFields = {"name",
                                                         "type",
                                                         "severity",
                                                         "owner",
                                                         "details",
                                                         "occurred",
                                                         "labels",
                                                         "rawJSON",
                                                         "attachment",
                                                         "dbotMirrorId",
                                                         "sourceBrand",
                                                         "sourceInstance",
                                                         "phase",
                                                         "sla",
                                                         "status",
                                                         "roles",
                                                         "reminder",
                                                         "playbookId",
                                                         "closeReason",
                                                         "closeNotes",
                                                         "category",
                                                         "rawName",
                                                         "rawType",
                                                         "created",
                                                         "dueDate",
                                                         "notes",
                                                         "dbotMirrorDirection",
                                                         "dbotMirrorInstance",
                                                         "dbotMirrorTags"};

Result<Json> severity_of(const Json& given) {
  if (!given.is_number() && !given.is_string()) return fail(Errc::InvalidInput, "severity is neither number nor text");
  std::string text = given.is_string() ? *given.as_string() : print_json(given);
  if (text.ends_with(".0")) text.resize(text.size() - 2);  // how Python writes a whole number that is a float
  text = lower_case(text);
  if (text.empty() || text == "unknown" || text == "0") return Json(0);
  if (text == "informational" || text == "info" || text == "0.5") return Json::number("0.5");
  if (text == "low" || text == "1") return Json(1);
  if (text == "medium" || text == "2") return Json(2);
  if (text == "high" || text == "3") return Json(3);
  if (text == "critical" || text == "4") return Json(4);
  return fail(Errc::InvalidInput, fmt::format("severity '{}' is none of unknown, informational, low, medium, high, "
                                              "critical and 0 to 4",
                                              text.substr(0, 100)));
}

}  // namespace

Result<Json> incident_fields_of(const Json& given) {
  Json fields = Json::object();
  Json custom = Json::object();
  if (!given.is_object()) return fail(Errc::InvalidInput, "an incident is no object");
  for (const auto& [name, value] : *given.as_object()) {
    if (value.is_null()) continue;
    if (name == "customFields" || name == "CustomFields") {
      const std::string* text = value.as_string();
      Json object = value;
      if (text != nullptr) {
        BERTH_TRY(object, parse_json(*text).context([] { return "customFields"; }));
      }
      if (!object.is_object()) return fail(Errc::InvalidInput, "customFields is no object");
      for (const auto& [field, inner] : *object.as_object()) custom.set(field, inner);
    } else if (name == "severity") {
      BERTH_TRY(Json severity, severity_of(value));
      fields.set(name, std::move(severity));
    } else if (std::ranges::find(kOwnFields, std::string_view(name)) != kOwnFields.end()) {
      fields.set(name, value);
    } else {
      custom.set(name, value);
    }
  }
  if (!custom.as_object()->empty()) fields.set("CustomFields", std::move(custom));
  return fields;
}

void merge_incident_fields(Json& incident, const Json& fields) {
  if (!fields.is_object()) return;
  for (const auto& [name, value] : *fields.as_object()) {
    const Json* before = incident.find(name);
    if (name != "CustomFields" || before == nullptr || !before->is_object() || !value.is_object()) {
      incident.set(name, value);
      continue;
    }
    Json merged = *before;
    for (const auto& [field, inner] : *value.as_object()) merged.set(field, inner);
    incident.set(name, std::move(merged));
  }
}

}  // namespace berth::server
