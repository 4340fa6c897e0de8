#include "berth/server/playground.h"

#include <fmt/format.h>

#include <algorithm>

#include "berth/base/ids.h"
#include "berth/server/entry_rows.h"
#include "berth/server/incident_json.h"
#include "berth/server/outputs.h"
#include "berth/store/entitlements.h"

namespace berth::server {
namespace {

constexpr store::InvestigationId kPlayground = 1;

store::Entry numbered(std::size_t number, const Json& entry, const Posting& posting) {
  const Json* type = entry.find("Type");
  const std::int64_t type_number = type != nullptr && type->is_int() ? *type->as_int() : 1;
  return {{static_cast<std::int64_t>(number), kPlayground}, type_number, row_of(entry, posting)};
}

}  // namespace

std::string stored_name(const Investigation& investigation, std::string_view file_id) {
  return fmt::format("{}_{}", investigation.id(), file_id);
}

Result<Json> Playground::description() {
  Json json = Json::object();
  json.set("id", kPlaygroundId).set("name", "playground").set("type", 9).set("status", closed_ ? 1 : 0);
  return json;
}

void Playground::set_incident(Json incident) {
  const std::string name = incident.text_or("name", "");
  incident_ = with_usual_members(std::move(incident), {.id = id(), .name = name, .type = "", .created = store::now()});
}

Result<void> Playground::set_incident_fields(const Json& fields) {
  if (!fields.is_object()) return fail(Errc::InvalidInput, "set fields of the incident: they are no object");
  if (!incident_.is_object()) set_incident(Json::object());
  for (const auto& [name, value] : *fields.as_object()) incident_.set(name, value);
  return {};
}

Result<void> Playground::change_incident(const IncidentChange& change) {
  BERTH_TRY(const Json fields, change(incident_));
  return set_incident_fields(fields);
}

Result<void> Playground::add_entitlement(const Entitlement& entitlement) {
  if (std::ssize(entitlements_) >= store::Entitlements::kMost) {
    return fail(Errc::Exhausted, fmt::format("add an entitlement: a run may have {}", store::Entitlements::kMost));
  }
  entitlements_.push_back(entitlement);
  return {};
}

Result<void> Playground::use_entitlement(std::string_view guid, const EntitlementAnswer& answer) {
  const auto found = std::ranges::find(entitlements_, guid, &Entitlement::guid);
  if (found == entitlements_.end()) {
    return fail(Errc::NotFound, fmt::format("there is no entitlement '{}' in this run", guid.substr(0, 100)));
  }
  const bool lasts = found->persistent;
  BERTH_CHECK_OK(answer(Entitlement(*found)));  // a copy: whoever keeps the answer may add others
  if (!lasts) std::erase_if(entitlements_, [&](const Entitlement& one) { return one.guid == guid; });
  return {};
}

Result<void> Playground::close(const std::string& reason, const std::string& notes) {
  closed_ = true;
  if (incident_.is_object()) incident_.set("status", 2).set("closeReason", reason).set("closeNotes", notes);
  return {};
}

Result<void> Playground::change_context(const ContextChange& change) {
  dt::Context changed(context_.root());
  BERTH_CHECK_OK(change(changed));
  context_ = std::move(changed);
  return {};
}

Result<void> Playground::set_context(std::string_view path, Json value) { return context_.set(path, std::move(value)); }

Result<Posted> Playground::post(std::vector<NewEntry>& entries, const Posting& posting, dt::Script& script) {
  std::uint64_t bytes = file_bytes_;
  std::size_t files = files_.size();
  for (const NewEntry& one : entries) {
    if (!one.file) continue;
    bytes += one.file->bytes.size();
    ++files;
  }
  if (bytes > kMostFiles.bytes || files > kMostFiles.files) {
    return fail(Errc::Exhausted, "keep the files of a run: it has as many files as it may, 1000 with 512 MiB in all");
  }
  if (entries_.size() + entries.size() > kMostEntries) {
    return fail(Errc::Exhausted, fmt::format("keep the entries of a run: it may have {}", kMostEntries));
  }
  Posted posted;
  for (NewEntry& one : entries) {
    const std::string id = fmt::format("{}@{}", entries_.size() + 1, kPlaygroundId);
    one.entry.set("ID", id);
    const HeldFile* held = nullptr;
    if (one.file) {
      files_.push_back(
          {{id, one.file->name, make_uuid(), store::file_facts_of(one.file->bytes, one.file->name), one.file->info},
           std::move(one.file->bytes)});
      held = &files_.back().held;
      one.entry.set("FileID", held->file_id).set("FileMetadata", file_metadata(*held));
    }
    file_bytes_ = bytes;
    entries_.push_back(numbered(entries_.size() + 1, one.entry, posting));
    posted.ids.push_back(id);
    if (!posting.merges_outputs) continue;
    for (std::string& line : merge_outputs(context_, one.entry, held, script))
      posted.problems.push_back(std::move(line));
  }
  return posted;
}

Result<Json> Playground::entry(std::string_view id) {
  const auto parsed = store::parse_entry_id(id);
  if (!parsed || parsed->investigation != kPlayground || static_cast<std::size_t>(parsed->number) > entries_.size()) {
    return fail(Errc::NotFound, fmt::format("there is no entry '{}' in this run", id.substr(0, 200)));
  }
  return entry_json(entries_[static_cast<std::size_t>(parsed->number) - 1]);
}

Result<std::vector<Json>> Playground::entries(const EntryQuery& query) {
  const auto has_tag = [&](const store::Entry& entry) {
    return std::ranges::any_of(query.tags, [&](const std::string& tag) {
      return std::ranges::find(entry.content.tags, tag) != entry.content.tags.end();
    });
  };
  std::vector<Json> found;
  for (std::size_t i = static_cast<std::size_t>(std::max<std::int64_t>(query.after, 0));
       i < entries_.size() && found.size() < query.limit; ++i) {
    const store::Entry& one = entries_[i];
    if (!query.types.empty() && std::ranges::find(query.types, one.type) == query.types.end()) continue;
    if (query.tags.empty() || has_tag(one)) found.push_back(entry_json(one));
  }
  return found;
}

Result<HeldFile> Playground::file(std::string_view id) {
  for (const File& file : files_) {
    if (file.held.entry_id == id || file.held.file_id == id) return file.held;
  }
  return fail(Errc::NotFound, fmt::format("no file belongs to entry '{}'", id.substr(0, 200)));
}

Result<std::vector<HeldFile>> Playground::files() {
  std::vector<HeldFile> all;
  for (const File& file : files_) all.push_back(file.held);
  return all;
}

Result<std::string> Playground::bytes_of(const HeldFile& file) {
  for (const File& one : files_) {
    if (one.held.file_id == file.file_id) return one.bytes;
  }
  return fail(Errc::NotFound, fmt::format("no file has the id '{}'", file.file_id));
}

}  // namespace berth::server
