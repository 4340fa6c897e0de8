#include "berth/store/mirrors.h"

#include "berth/store/stored_json.h"

namespace berth::store {
namespace {

constexpr std::size_t kMostKnownBytes = 64 << 20;

}  // namespace

Result<Mirror> Mirrors::get(InvestigationId id) {
  BERTH_TRY(Statement row, database_.query("SELECT known, asked FROM mirrors WHERE investigation = ?", {id}));
  BERTH_TRY(const bool there, row.step());
  Mirror mirror;
  if (!there) return mirror;
  if (!row.is_null(0)) {
    BERTH_TRY(mirror.known, row.json(0));
  }
  mirror.asked = row.time_or_none(1);
  return mirror;
}

Result<void> Mirrors::set(InvestigationId id, const Mirror& mirror) {
  std::optional<std::string> known;
  if (!mirror.known.is_null()) {
    BERTH_TRY(known, stored_text_of(mirror.known, kMostKnownBytes, "what is mirrored of an incident"));
  }
  return database_.run(
      "INSERT INTO mirrors (investigation, known, asked) VALUES (?1, ?2, ?3)"
      " ON CONFLICT (investigation) DO UPDATE SET known = ?2, asked = ?3",
      {id, known, mirror.asked});
}

Result<std::vector<Entry>> Mirrors::waiting(InvestigationId id, const std::vector<std::string>& tags,
                                            std::size_t limit) {
  std::vector<Entry> found;
  if (tags.empty()) return found;
  Json list = Json::array();
  for (const std::string& tag : tags) list.push_back(tag);
  BERTH_TRY(Statement rows,
            database_.query("SELECT number FROM entries WHERE investigation = ?1 AND EXISTS (SELECT 1 FROM"
                            " json_each(entries.tags) AS tag, json_each(?2) AS wanted WHERE tag.value = wanted.value)"
                            " AND NOT EXISTS (SELECT 1 FROM mirrored_entries AS gone WHERE gone.investigation = ?1"
                            " AND gone.number = entries.number) ORDER BY number LIMIT ?3",
                            {id, print_json(list), static_cast<std::int64_t>(limit)}));
  Entries entries(database_);
  for (;;) {
    BERTH_TRY(const bool more, rows.step());
    if (!more) return found;
    BERTH_TRY(Entry one, entries.get({rows.integer(0), id}));
    found.push_back(std::move(one));
  }
}

Result<void> Mirrors::mark(const std::vector<EntryId>& entries) {
  return database_.transaction([&]() -> Result<void> {
    BERTH_TRY(Statement insert, database_.prepare("INSERT INTO mirrored_entries (investigation, number) VALUES (?, ?)"
                                                  " ON CONFLICT DO NOTHING"));
    for (const EntryId& id : entries) BERTH_CHECK_OK(insert.run({id.investigation, id.number}));
    return {};
  });
}

}  // namespace berth::store
