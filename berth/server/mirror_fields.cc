#include "berth/server/mirror_fields.h"

#include <algorithm>
#include <array>

#include "berth/server/incident_fields.h"
#include "berth/server/incident_json.h"

namespace berth::server {
namespace {

// Which of the incident's own fields the other side may set.
constexpr std::array<std::string_view, 10> kSetFromElsewhere = {"name",  "severity", "owner",    "details", "occurred",
                                                                "phase", "sla",      "category", "dueDate", "reminder"};

// What the other side is not told of: it is the server's, or it came from there.
constexpr std::array<std::string_view, 15> kKeptHere = {
    "id",          "investigationId", "created",    "modified",   "closed",  "status",      "linkedCount", "parent",
    "sourceBrand", "sourceInstance",  "attachment", "playbookId", "rawJSON", "closeReason", "closeNotes"};

bool is_one_of(const auto& names, std::string_view name) { return std::ranges::find(names, name) != names.end(); }

bool is_term(std::string_view name) { return name.starts_with("dbotMirror"); }

std::string scalar_text(const Json* value) {
  if (value == nullptr) return "";
  if (const std::string* text = value->as_string()) return *text;
  return value->is_number() ? print_json(*value) : "";
}

// A list, or a text with commas.
std::vector<std::string> texts_in(const Json* value) {
  std::vector<std::string> texts;
  const auto add = [&](std::string_view text) {
    const auto first = text.find_first_not_of(' ');
    if (first != std::string_view::npos) texts.emplace_back(text.substr(first, text.find_last_not_of(' ') - first + 1));
  };
  if (value == nullptr) return texts;
  if (const Json::Array* list = value->as_array()) {
    for (const Json& one : *list) add(scalar_text(&one));
  } else if (const std::string* text = value->as_string()) {
    for (std::size_t at = 0; at <= text->size();) {
      const std::size_t comma = std::min(text->find(',', at), text->size());
      add(std::string_view(*text).substr(at, comma - at));
      at = comma + 1;
    }
  }
  return texts;
}

// The object that rawJSON, a text of content's own making, may hold.
Json raw_object_of(const Json& incident) {
  const Json* raw = incident.find("rawJSON");
  if (raw == nullptr) return {};
  if (raw->is_object()) return *raw;
  const std::string* text = raw->as_string();
  if (text == nullptr || text->find("mirror_instance") == std::string::npos) return {};
  auto parsed = parse_json(*text);
  return parsed && parsed->is_object() ? *std::move(parsed) : Json();
}

Json without_terms(const Json& incident) {
  Json left = Json::object();
  for (const auto& [name, value] : *incident.as_object()) {
    if (!is_term(name)) left.set(name, value);
  }
  return left;
}

bool is_empty(const Json* value) {
  return value == nullptr || value->is_null() || (value->is_string() && value->as_string()->empty());
}

}  // namespace

std::optional<MirrorTerms> mirror_terms_of(const Json& incident) {
  const std::string direction = incident.text_or("dbotMirrorDirection", "");
  MirrorTerms terms;
  terms.remote_id = scalar_text(incident.find("dbotMirrorId"));
  terms.in = direction == "In" || direction == "Both";
  terms.out = direction == "Out" || direction == "Both";
  terms.tags = texts_in(incident.find("dbotMirrorTags"));
  if (terms.remote_id.empty() || (!terms.in && !terms.out)) return std::nullopt;
  return terms;
}

Json with_own_mirror_terms(Json incident, const std::string& instance) {
  if (!incident.is_object()) return incident;
  const Json raw = raw_object_of(incident);
  for (const auto& [term, name] : {std::pair{"dbotMirrorId", "mirror_id"},
                                   {"dbotMirrorDirection", "mirror_direction"},
                                   {"dbotMirrorInstance", "mirror_instance"},
                                   {"dbotMirrorTags", "mirror_tags"}}) {
    const Json* value = raw.find(name);
    if (is_empty(incident.find(term)) && !is_empty(value)) incident.set(term, *value);
  }
  const Json* named = incident.find("dbotMirrorInstance");
  if (!is_empty(named) && (!named->is_string() || *named->as_string() != instance)) return without_terms(incident);
  return incident;
}

Json mirrored_fields(const store::Investigation& investigation) {
  Json fields = Json::object();
  const Json incident = incident_json(investigation);
  if (!incident.is_object()) return fields;
  const Json* custom = incident.find("CustomFields");
  if (custom != nullptr && custom->is_object()) {
    for (const auto& [name, value] : *custom->as_object()) fields.set(name, value);
  }
  for (const auto& [name, value] : *incident.as_object()) {
    if (name != "CustomFields" && !is_term(name) && !is_one_of(kKeptHere, name)) fields.set(name, value);
  }
  if (!investigation.is_open()) {
    fields.set("closeReason", investigation.close_reason).set("closeNotes", investigation.close_notes);
    fields.set("closingUserId", "operator");
  }
  return fields;
}

Json changes_between(const Json& before, const Json& now) {
  Json changes = Json::object();
  const auto differs = [](const Json* a, const Json* b) {
    if (is_empty(a) || is_empty(b)) return is_empty(a) != is_empty(b);
    return !(*a == *b);
  };
  for (const auto& [name, value] : *now.as_object()) {
    if (differs(before.find(name), &value)) changes.set(name, value);
  }
  if (const Json::Object* members = before.as_object()) {
    for (const auto& [name, value] : *members) {
      if (now.find(name) == nullptr && !is_empty(&value)) changes.set(name, "");
    }
  }
  return changes;
}

Json fields_from_remote(const Json& remote) {
  Json own = Json::object();
  Json custom = Json::object();
  if (!remote.is_object()) return own;
  for (const auto& [name, value] : *remote.as_object()) {
    if (value.is_null() || is_term(name)) continue;
    if (name == "CustomFields" || name == "customFields") {
      if (!value.is_object()) continue;
      for (const auto& [field, inner] : *value.as_object()) {
        if (!is_term(field)) custom.set(field, inner);
      }
      continue;
    }
    const auto fields = incident_fields_of(Json::object().set(name, value));
    const Json* taken = fields && is_one_of(kSetFromElsewhere, name) ? fields->find(name) : nullptr;
    if (taken != nullptr) {
      own.set(name, *taken);
    } else {
      custom.set(name, value);
    }
  }
  if (!custom.as_object()->empty()) own.set("CustomFields", std::move(custom));
  return own;
}

Json entry_for_remote(const store::Entry& entry) {
  const Json& said = entry.content.entry;
  const auto member = [&](std::string_view name) {
    const Json* value = said.find(name);
    return value != nullptr ? *value : Json();
  };
  Json tags = Json::array();
  for (const std::string& tag : entry.content.tags) tags.push_back(tag);
  Json json = Json::object();
  json.set("id", store::to_string(entry.id)).set("type", entry.type).set("category", "");
  json.set("contents", member("Contents")).set("format", said.text_or("ContentsFormat", "text"));
  json.set("note", entry.content.note).set("tags", std::move(tags)).set("user", "operator");
  json.set("created", time_text(entry.content.at)).set("modified", time_text(entry.content.at));
  json.set("investigationId", std::to_string(entry.id.investigation)).set("parentId", entry.content.parent);
  json.set("file", said.text_or("File", "")).set("fileID", said.text_or("FileID", ""));
  return json.set("fileMetadata", member("FileMetadata"));
}

}  // namespace berth::server
