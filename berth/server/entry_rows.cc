#include "berth/server/entry_rows.h"

#include <string>
#include <vector>

#include "berth/server/incident_json.h"

namespace berth::server {
namespace {

std::vector<std::string> texts_in(const Json* list) {
  std::vector<std::string> texts;
  if (list == nullptr || !list->is_array()) return texts;
  for (const Json& one : *list->as_array()) {
    if (const std::string* text = one.as_string()) texts.push_back(*text);
  }
  return texts;
}

}  // namespace

store::NewEntry row_of(const Json& entry, const Posting& posting) {
  store::NewEntry row;
  row.entry = entry;
  row.parent = posting.parent;
  row.call_id = posting.call_id;
  const Json* note = entry.find("Note");
  row.note = note != nullptr && note->as_bool() != nullptr && *note->as_bool();
  row.tags = texts_in(entry.find("Tags"));
  return row;
}

Json entry_json(const store::Entry& entry) {
  Json json = entry.content.entry;
  json.set("ID", store::to_string(entry.id));
  json.set("Metadata", entry_metadata(entry));
  // Content tells entries with a file from others by it, without asking whether it is there.
  if (json.find("File") == nullptr) json.set("File", "");
  return json;
}

}  // namespace berth::server
