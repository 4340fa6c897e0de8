#include "berth/server/playground.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "berth/base/ids.h"
#include "berth/server/outputs.h"

namespace berth::server {
namespace {

std::optional<std::size_t> number_of(std::string_view entry_id) {
  const std::size_t at = entry_id.find('@');
  if (at == std::string_view::npos || entry_id.substr(at + 1) != kPlaygroundId) return std::nullopt;
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(entry_id.data(), entry_id.data() + at, number);
  if (error != std::errc() || end != entry_id.data() + at) return std::nullopt;
  return number;
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

Result<void> Playground::set_incident_fields(const Json& fields) {
  if (!fields.is_object()) return fail(Errc::InvalidInput, "set fields of the incident: they are no object");
  if (!incident_.is_object()) incident_ = Json::object().set("id", kPlaygroundId);
  for (const auto& [name, value] : *fields.as_object()) incident_.set(name, value);
  return {};
}

Result<void> Playground::close(const std::string& reason, const std::string& notes) {
  closed_ = true;
  return set_incident_fields(Json::object().set("closeReason", reason).set("closeNotes", notes));
}

Result<void> Playground::change_context(const ContextChange& change) { return change(context_); }

Result<Posted> Playground::post(std::vector<NewEntry>& entries, const Posting& posting, dt::Script& script) {
  std::uint64_t bytes = file_bytes_;
  std::size_t files = files_.size();
  for (const NewEntry& one : entries) {
    if (!one.file) continue;
    bytes += one.file->bytes.size();
    ++files;
  }
  if (bytes > kMostFileBytes || files > kMostFiles) {
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
      files_.push_back({{id, one.file->name, make_uuid(), store::file_facts_of(one.file->bytes, one.file->name),
                         one.file->info},
                        std::move(one.file->bytes)});
      held = &files_.back().held;
      one.entry.set("FileID", held->file_id).set("FileMetadata", file_outputs(*held));
    }
    file_bytes_ = bytes;
    entries_.push_back(one.entry);
    posted.ids.push_back(id);
    if (!posting.merges_outputs) continue;
    for (std::string& line : merge_outputs(context_, one.entry, held, script)) posted.problems.push_back(std::move(line));
  }
  return posted;
}

Result<Json> Playground::entry(std::string_view id) {
  const auto number = number_of(id);
  if (!number || *number == 0 || *number > entries_.size()) {
    return fail(Errc::NotFound, fmt::format("there is no entry '{}' in this run", id.substr(0, 200)));
  }
  return entries_[*number - 1];
}

Result<std::vector<Json>> Playground::entries(const EntryQuery& query) {
  const auto has_tag = [&](const Json& entry) {
    const Json* tags = entry.find("Tags");
    return tags != nullptr && tags->is_array() && std::ranges::any_of(query.tags, [&](const std::string& tag) {
             return std::ranges::find(*tags->as_array(), Json(tag)) != tags->as_array()->end();
           });
  };
  std::vector<Json> found;
  for (std::size_t i = static_cast<std::size_t>(std::max<std::int64_t>(query.after, 0));
       i < entries_.size() && found.size() < query.limit; ++i) {
    const Json* type = entries_[i].find("Type");
    const std::int64_t number = type != nullptr && type->is_int() ? *type->as_int() : 1;
    if (!query.types.empty() && std::ranges::find(query.types, number) == query.types.end()) continue;
    if (!query.tags.empty() && !has_tag(entries_[i])) continue;
    found.push_back(entries_[i]);
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
