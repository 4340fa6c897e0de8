#include "berth/server/incident_json.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace berth::server {

std::string time_text(store::Time time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                     (time - seconds).count());
}

Json investigation_json(const store::Investigation& investigation) {
  Json json = Json::object();
  json.set("id", std::to_string(investigation.id)).set("name", investigation.name);
  json.set("type", investigation.incident.is_object() ? 0 : 9).set("status", investigation.is_open() ? 0 : 1);
  json.set("created", time_text(investigation.created)).set("modified", time_text(investigation.modified));
  json.set("users", Json::array()).set("tags", Json::array()).set("category", "");
  if (investigation.closed) json.set("closed", time_text(*investigation.closed));
  return json;
}

Json with_usual_members(Json incident, const UsualMembers& usual) {
  const auto set_missing = [&](std::string_view name, Json value) {
    if (incident.find(name) == nullptr) incident.set(name, std::move(value));
  };
  set_missing("id", usual.id);
  set_missing("investigationId", usual.id);
  set_missing("name", usual.name);
  set_missing("type", usual.type);
  set_missing("created", time_text(usual.created));
  set_missing("occurred", time_text(usual.created));
  set_missing("severity", 0);
  set_missing("linkedCount", 0);
  set_missing("labels", Json::array());
  // Content reads these without asking whether they are there.
  for (const char* name : {"details", "owner", "phase", "category", "reason", "parent", "playbookId", "rawJSON",
                           "sourceBrand", "sourceInstance", "dbotMirrorId", "closeReason", "closeNotes"}) {
    set_missing(name, "");
  }
  set_missing("CustomFields", Json::object());
  set_missing("modified", time_text(usual.created));
  set_missing("status", 1);  // active
  return incident;
}

Json incident_json(const store::Investigation& investigation) {
  if (!investigation.incident.is_object()) return {};
  const std::string id = std::to_string(investigation.id);
  Json json = investigation.incident;
  json.set("id", id).set("investigationId", id);
  json = with_usual_members(std::move(json), {id, investigation.name, investigation.type, investigation.created});
  json.set("modified", time_text(investigation.modified));
  json.set("status", investigation.is_open() ? 1 : 2);  // active, closed
  if (investigation.closed) {
    json.set("closed", time_text(*investigation.closed)).set("closeReason", investigation.close_reason);
    json.set("closeNotes", investigation.close_notes);
  }
  return json;
}

Json entry_metadata(const store::Entry& entry) {
  Json metadata = Json::object();
  metadata.set("id", store::to_string(entry.id)).set("type", entry.type);
  metadata.set("format", entry.content.entry.text_or("ContentsFormat", ""));
  metadata.set("instance", entry.content.entry.text_or("ModuleName", ""));
  metadata.set("brand", entry.content.entry.text_or("Brand", ""));
  metadata.set("investigationId", std::to_string(entry.id.investigation)).set("parentId", entry.content.parent);
  metadata.set("created", time_text(entry.content.at));
  return metadata;
}

}  // namespace berth::server
