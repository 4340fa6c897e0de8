#include "berth/server/stored_investigation.h"

#include <fmt/format.h>

#include <algorithm>

#include "berth/base/ids.h"
#include "berth/server/entry_rows.h"
#include "berth/server/incident_json.h"
#include "berth/server/outputs.h"
#include "berth/store/contexts.h"
#include "berth/store/entitlements.h"
#include "berth/store/entries.h"
#include "berth/store/files.h"
#include "berth/store/investigations.h"
#include "berth/sys/file.h"

namespace berth::server {
namespace {

constexpr std::size_t kLargestFile = 512u << 20;

HeldFile held_of(const store::StoredFile& file) {
  return {store::to_string(file.entry), file.name, file.file_id, file.facts, file.info};
}

}  // namespace

Result<StoredInvestigation> StoredInvestigation::open(State& state, std::string_view id) {
  const auto doing = [&] { return fmt::format("open investigation '{}'", id.substr(0, 100)); };
  BERTH_TRY(const store::InvestigationId number, store::parse_investigation_id(id).context(doing));
  BERTH_TRY(store::Database * database, state.database());
  auto found = store::Investigations(*database).get(number);
  if (!found && found.error().code() == Errc::NotFound) {
    return fail(Errc::NotFound,
                fmt::format("there is no investigation {}; 'berth investigation list' shows which there "
                            "are, 'berth investigation new' makes one",
                            number));
  }
  if (!found) return std::unexpected(std::move(found).error().in(doing()));
  return StoredInvestigation(state, number);
}

Result<Json> StoredInvestigation::description() {
  BERTH_TRY(store::Database * database, state_.database());
  BERTH_TRY(const store::Investigation found, store::Investigations(*database).get(id_));
  return investigation_json(found);
}

Result<Json> StoredInvestigation::incident() {
  BERTH_TRY(store::Database * database, state_.database());
  BERTH_TRY(const store::Investigation found, store::Investigations(*database).get(id_));
  return incident_json(found);
}

Result<void> StoredInvestigation::set_incident_fields(const Json& fields) {
  BERTH_TRY(store::Database * database, state_.database());
  BERTH_CHECK_OK(store::Investigations(*database).set_incident_fields(id_, fields));
  return {};
}

Result<void> StoredInvestigation::change_incident(const IncidentChange& change) {
  BERTH_TRY(store::Database * database, state_.database());
  return database->transaction([&]() -> Result<void> {
    BERTH_TRY(const Json before, incident());
    BERTH_TRY(const Json fields, change(before));
    return set_incident_fields(fields);
  });
}

Result<void> StoredInvestigation::add_entitlement(const Entitlement& entitlement) {
  BERTH_TRY(store::Database * database, state_.database());
  return store::Entitlements(*database).add(id_, {entitlement.guid, entitlement.persistent, entitlement.reply_tag});
}

Result<void> StoredInvestigation::use_entitlement(std::string_view guid, const EntitlementAnswer& answer) {
  BERTH_TRY(store::Database * database, state_.database());
  return database->transaction([&]() -> Result<void> {
    BERTH_TRY(store::Entitlement used, store::Entitlements(*database).use(id_, guid));
    return answer({std::move(used.guid), used.persistent, std::move(used.reply_tag)});
  });
}

Result<void> StoredInvestigation::close(const std::string& reason, const std::string& notes) {
  BERTH_TRY(store::Database * database, state_.database());
  return store::Investigations(*database).close(id_, reason, notes);
}

Result<Json> StoredInvestigation::context() {
  BERTH_TRY(store::Database * database, state_.database());
  return store::Contexts(*database).get(id_);
}

Result<void> StoredInvestigation::change_context(const ContextChange& change) {
  BERTH_TRY(store::Database * database, state_.database());
  BERTH_CHECK_OK(store::Contexts(*database).update(id_, [&](Json& root) -> Result<void> {
    dt::Context context(std::move(root));
    BERTH_CHECK_OK(change(context));
    root = std::move(context).take();
    return {};
  }));
  return {};
}

Result<void> StoredInvestigation::set_context(std::string_view path, Json value) {
  return change_context([&](dt::Context& context) { return context.set(path, std::move(value)); });
}

Result<Posted> StoredInvestigation::post(std::vector<NewEntry>& entries, const Posting& posting, dt::Script& script) {
  BERTH_TRY(store::Database * database, state_.database());
  store::Files files(*database, state_.blobs());
  // The bytes first: no row is ever without them.
  std::vector<HeldFile> held(entries.size());
  std::vector<store::NewEntry> rows;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (const auto& file = entries[i].file) {
      BERTH_TRY(held[i].facts, files.blobs().put(file->bytes, file->name));
      held[i].name = file->name;
      held[i].info = file->info;
      held[i].file_id = make_uuid();
      entries[i].entry.set("FileID", held[i].file_id).set("FileMetadata", file_metadata(held[i]));
    }
    rows.push_back(row_of(entries[i].entry, posting));
  }
  Posted posted;
  BERTH_CHECK_OK(database->transaction([&]() -> Result<void> {
    posted = {};
    BERTH_TRY(const auto ids, store::Entries(*database).add(id_, rows));
    for (std::size_t i = 0; i < ids.size(); ++i) {
      posted.ids.push_back(store::to_string(ids[i]));
      held[i].entry_id = posted.ids.back();
      if (!entries[i].file) continue;
      BERTH_CHECK_OK(files.add({held[i].file_id, ids[i], held[i].name, held[i].facts, held[i].info}));
    }
    if (!posting.merges_outputs) return {};
    return change_context([&](dt::Context& context) -> Result<void> {
      for (std::size_t i = 0; i < entries.size(); ++i) {
        const HeldFile* file = entries[i].file ? &held[i] : nullptr;
        for (std::string& line : merge_outputs(context, entries[i].entry, file, script)) {
          posted.problems.push_back(std::move(line));
        }
      }
      return {};
    });
  }));
  for (std::size_t i = 0; i < entries.size(); ++i) entries[i].entry.set("ID", posted.ids[i]);
  return posted;
}

Result<Json> StoredInvestigation::entry(std::string_view id) {
  const auto parsed = store::parse_entry_id(id);
  if (!parsed || parsed->investigation != id_) {
    return fail(Errc::NotFound, fmt::format("there is no entry '{}' in investigation {}", id.substr(0, 100), id_));
  }
  BERTH_TRY(store::Database * database, state_.database());
  BERTH_TRY(const store::Entry found, store::Entries(*database).get(*parsed));
  return entry_json(found);
}

Result<std::vector<Json>> StoredInvestigation::entries(const EntryQuery& query) {
  BERTH_TRY(store::Database * database, state_.database());
  store::EntryFilter filter;
  filter.types = query.types;
  filter.after = query.after;
  filter.limit = query.limit;
  if (query.tags.size() == 1) filter.tag = query.tags.front();
  const auto is_wanted = [&](const store::Entry& entry) {
    return query.tags.size() < 2 || std::ranges::any_of(
                                        query.tags,
                                        [&](const std::string& tag) {
                                          return std::ranges::find(entry.content.tags, tag) != entry.content.tags.end();
                                        });
  };
  std::vector<Json> entries;
  for (bool more = true; more && entries.size() < query.limit;) {
    BERTH_TRY(const auto found, store::Entries(*database).list(id_, filter));
    for (const store::Entry& one : found) {
      filter.after = one.id.number;
      if (is_wanted(one) && entries.size() < query.limit) entries.push_back(entry_json(one));
    }
    more = found.size() == filter.limit;
  }
  return entries;
}

Result<HeldFile> StoredInvestigation::file(std::string_view id) {
  BERTH_TRY(store::Database * database, state_.database());
  auto found = store::Files(*database, state_.blobs()).get(id);
  // One of another investigation is as one that is not there.
  if (found ? found->entry.investigation != id_ : found.error().code() == Errc::NotFound) {
    return fail(Errc::NotFound,
                fmt::format("no file belongs to entry '{}' of investigation {}", id.substr(0, 200), id_));
  }
  if (!found) return std::unexpected(found.error());
  return held_of(*found);
}

Result<std::vector<HeldFile>> StoredInvestigation::files() {
  BERTH_TRY(store::Database * database, state_.database());
  BERTH_TRY(const auto found, store::Files(*database, state_.blobs()).list(id_));
  std::vector<HeldFile> files;
  for (const store::StoredFile& one : found) files.push_back(held_of(one));
  return files;
}

Result<std::string> StoredInvestigation::bytes_of(const HeldFile& file) {
  BERTH_TRY(store::Database * database, state_.database());
  store::Files files(*database, state_.blobs());
  BERTH_TRY(const store::StoredFile found, files.get(file.file_id));
  if (found.entry.investigation != id_) {
    return fail(Errc::NotFound, fmt::format("investigation {} has no file '{}'", id_, file.file_id));
  }
  BERTH_TRY(const UniqueFd opened, files.open(found));
  return sys::read_file(opened, kLargestFile, file.name);
}

}  // namespace berth::server
