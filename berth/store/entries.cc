#include "berth/store/entries.h"

#include <fmt/format.h>

#include <utility>

#include "berth/store/stored_json.h"

namespace berth::store {
namespace {

constexpr std::string_view kColumns = "number, type, at, parent, call_id, note, pinned, tags, entry";
constexpr std::size_t kMostTagsBytes = 1 << 20;

std::unexpected<Error> no_such(EntryId id) {
  return fail(Errc::NotFound, fmt::format("entry '{}': there is none", to_string(id)));
}

std::int64_t type_of(const Json& entry) {
  const Json* type = entry.find("Type");
  return type == nullptr || type->as_int() == nullptr ? 1 : *type->as_int();
}

Result<std::string> tags_text_of(const std::vector<std::string>& tags) {
  Json list = Json::array();
  for (const std::string& tag : tags) list.push_back(tag);
  return stored_text_of(list, kMostTagsBytes, "tags of an entry");
}

Result<Entry> entry_in(const Statement& row, InvestigationId investigation) {
  Entry found;
  found.id = {row.integer(0), investigation};
  found.type = row.integer(1);
  found.content.at = row.time(2);
  found.content.parent = row.text(3);
  found.content.call_id = row.text(4);
  found.content.note = row.truth(5);
  found.content.pinned = row.truth(6);
  BERTH_TRY(const Json tags, row.json(7));
  if (const Json::Array* items = tags.as_array()) {
    for (const Json& tag : *items) {
      if (const std::string* text = tag.as_string()) found.content.tags.push_back(*text);
    }
  }
  BERTH_TRY(found.content.entry, row.json(8));
  return found;
}

// Takes `count` numbers of the investigation, the last of which is returned. Numbers that were given once are never
// given again, even when the entries go.
Result<std::int64_t> take_numbers(Database& database, InvestigationId investigation, std::size_t count) {
  BERTH_TRY(Statement taken,
            database.query("UPDATE investigations SET last_entry = last_entry + ? WHERE id = ? RETURNING last_entry",
                           {static_cast<std::int64_t>(count), investigation}));
  BERTH_TRY(const bool there, taken.step());
  if (!there) {
    return fail(Errc::NotFound, fmt::format("investigation {}: there is none of that number", investigation));
  }
  const std::int64_t last = taken.integer(0);
  BERTH_CHECK_OK(taken.step());
  return last;
}

}  // namespace

Result<std::vector<EntryId>> Entries::add(InvestigationId investigation, std::span<const NewEntry> entries) {
  return database_
      .transaction([&]() -> Result<std::vector<EntryId>> {
        BERTH_TRY(const std::int64_t last, take_numbers(database_, investigation, entries.size()));
        std::int64_t number = last - static_cast<std::int64_t>(entries.size());
        BERTH_TRY(Statement insert,
                  database_.prepare(fmt::format(
                      "INSERT INTO entries (investigation, {}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", kColumns)));
        std::vector<EntryId> ids;
        for (const NewEntry& added : entries) {
          BERTH_TRY(const std::string text, stored_object_of(added.entry, kMostEntryBytes, "entry"));
          BERTH_TRY(const std::string tags, tags_text_of(added.tags));
          ids.push_back({++number, investigation});
          BERTH_CHECK_OK(insert.run({investigation, number, type_of(added.entry), added.at, added.parent, added.call_id,
                                     added.note, added.pinned, tags, text}));
        }
        return ids;
      })
      .context([&] { return fmt::format("add {} entries to investigation {}", entries.size(), investigation); });
}

Result<EntryId> Entries::add(InvestigationId investigation, const NewEntry& entry) {
  BERTH_TRY(const auto ids, add(investigation, std::span(&entry, 1)));
  return ids.front();
}

Result<Entry> Entries::get(EntryId id) {
  BERTH_TRY(Statement row,
            database_.query(fmt::format("SELECT {} FROM entries WHERE investigation = ? AND number = ?", kColumns),
                            {id.investigation, id.number}));
  BERTH_TRY(const bool there, row.step());
  if (!there) return no_such(id);
  return entry_in(row, id.investigation);
}

Result<std::vector<Entry>> Entries::list(InvestigationId investigation, const EntryFilter& filter) {
  // Numbers as one JSON list, so that the statement is the same for any count of types.
  Json types = Json::array();
  for (const std::int64_t type : filter.types) types.push_back(type);
  const std::string sql = fmt::format(
      "SELECT {} FROM entries WHERE investigation = ?1 AND number > ?2 AND (?3 IS NULL OR number < ?3)"
      " AND (?4 = '[]' OR type IN (SELECT value FROM json_each(?4)))"
      " AND (?5 = '' OR EXISTS (SELECT 1 FROM json_each(tags) AS tag WHERE tag.value = ?5))"
      " AND (?6 = '' OR call_id = ?6) AND (?7 IS NULL OR note = ?7) ORDER BY number {} LIMIT ?8",
      kColumns, filter.newest_first ? "DESC" : "ASC");
  BERTH_TRY(Statement rows,
            database_.query(sql, {investigation, filter.after, filter.before, print_json(types), filter.tag,
                                  filter.call_id, filter.note, static_cast<std::int64_t>(filter.limit)}));
  std::vector<Entry> found;
  for (;;) {
    BERTH_TRY(const bool more, rows.step());
    if (!more) return found;
    BERTH_TRY(Entry one, entry_in(rows, investigation));
    found.push_back(std::move(one));
  }
}

Result<std::int64_t> Entries::count(InvestigationId investigation) {
  BERTH_TRY(Statement row, database_.query("SELECT count(*) FROM entries WHERE investigation = ?", {investigation}));
  BERTH_CHECK_OK(row.step());
  return row.integer(0);
}

Result<void> Entries::set_note(EntryId id, bool note) {
  BERTH_CHECK_OK(database_.run("UPDATE entries SET note = ? WHERE investigation = ? AND number = ?",
                               {note, id.investigation, id.number}));
  if (database_.changes() == 0) return no_such(id);
  return {};
}

Result<void> Entries::set_pinned(EntryId id, bool pinned) {
  BERTH_CHECK_OK(database_.run("UPDATE entries SET pinned = ? WHERE investigation = ? AND number = ?",
                               {pinned, id.investigation, id.number}));
  if (database_.changes() == 0) return no_such(id);
  return {};
}

Result<void> Entries::set_tags(EntryId id, const std::vector<std::string>& tags) {
  BERTH_TRY(const std::string text, tags_text_of(tags));
  BERTH_CHECK_OK(database_.run("UPDATE entries SET tags = ? WHERE investigation = ? AND number = ?",
                               {text, id.investigation, id.number}));
  if (database_.changes() == 0) return no_such(id);
  return {};
}

}  // namespace berth::store
