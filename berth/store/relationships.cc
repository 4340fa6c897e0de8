#include "berth/store/relationships.h"

#include <fmt/format.h>

#include <algorithm>

#include "berth/store/stored_json.h"

namespace berth::store {
namespace {

constexpr std::size_t kMostWords = 1000;
constexpr std::string_view kColumns =
    "id, name, reverse_name, type, a_type, a_value, b_type, b_value, fields, source_brand, source_instance, created,"
    " modified";
// ?1 and ?2 are JSON lists.
constexpr std::string_view kCondition =
    "(?1 = '[]' OR a_value IN (SELECT value FROM json_each(?1)) OR b_value IN (SELECT value FROM json_each(?1)))"
    " AND (?2 = '[]' OR name IN (SELECT value FROM json_each(?2))) AND (?3 = '' OR a_type = ?3 OR b_type = ?3)";

Result<Relationship> relationship_in(const Statement& row) {
  Relationship found;
  found.id = row.integer(0);
  found.name = row.text(1);
  found.reverse_name = row.text(2);
  found.type = row.text(3);
  found.a = {row.text(4), row.text(5)};
  found.b = {row.text(6), row.text(7)};
  BERTH_TRY(found.fields, row.json(8));
  found.source_brand = row.text(9);
  found.source_instance = row.text(10);
  found.created = row.time(11);
  found.modified = row.time(12);
  return found;
}

Result<std::string> words_text_of(const std::vector<std::string>& words) {
  if (words.size() > kMostWords) {
    return fail(Errc::InvalidInput, fmt::format("search relationships: more than {} values or names", kMostWords));
  }
  Json list = Json::array();
  for (const std::string& word : words) list.push_back(word);
  return print_json(list);
}

Result<void> check_relationship(const Relationship& relationship) {
  if (relationship.name.empty() || relationship.a.value.empty() || relationship.b.value.empty()) {
    return fail(Errc::InvalidInput,
                fmt::format("relationship '{}' of '{}' and '{}': it needs a name and two values", relationship.name,
                            relationship.a.value.substr(0, 200), relationship.b.value.substr(0, 200)));
  }
  return {};
}

}  // namespace

Result<Upserted> Relationships::upsert(std::span<const Relationship> relationships, Time at) {
  return database_.transaction([&]() -> Result<Upserted> {
    BERTH_TRY(Statement update,
              database_.prepare("UPDATE relationships SET reverse_name = ?, type = ?, fields = ?, source_brand = ?,"
                                " source_instance = ?, modified = ? WHERE name = ? AND a_type = ? AND a_value = ?"
                                " AND b_type = ? AND b_value = ?"));
    BERTH_TRY(Statement insert,
              database_.prepare("INSERT INTO relationships (reverse_name, type, fields, source_brand,"
                                " source_instance, modified, name, a_type, a_value, b_type, b_value, created)"
                                " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?6)"));
    Upserted done;
    for (const Relationship& one : relationships) {
      BERTH_CHECK_OK(check_relationship(one));
      BERTH_TRY(const std::string fields,
                stored_object_of(one.fields, Indicators::kMostFieldsBytes, "fields of a relationship"));
      const auto write = [&](Statement& statement) {
        return statement.run({one.reverse_name, one.type, fields, one.source_brand, one.source_instance, at, one.name,
                              one.a.type, one.a.value, one.b.type, one.b.value});
      };
      BERTH_CHECK_OK(write(update));
      if (database_.changes() > 0) {
        ++done.updated;
        continue;
      }
      BERTH_CHECK_OK(write(insert));
      ++done.created;
    }
    return done;
  });
}

Result<std::vector<Relationship>> Relationships::search(const RelationshipFilter& filter,
                                                        const RelationshipPage& page) {
  BERTH_TRY(const std::string values, words_text_of(filter.values));
  BERTH_TRY(const std::string names, words_text_of(filter.names));
  const std::string sql =
      fmt::format("SELECT {} FROM relationships WHERE {} AND id > ?4 ORDER BY id LIMIT ?5", kColumns, kCondition);
  BERTH_TRY(Statement rows,
            database_.query(sql, {values, names, filter.end_type, page.after, static_cast<std::int64_t>(page.limit)}));
  std::vector<Relationship> found;
  for (;;) {
    BERTH_TRY(const bool more, rows.step());
    if (!more) return found;
    BERTH_TRY(Relationship one, relationship_in(rows));
    found.push_back(std::move(one));
  }
}

Result<std::int64_t> Relationships::count(const RelationshipFilter& filter) {
  BERTH_TRY(const std::string values, words_text_of(filter.values));
  BERTH_TRY(const std::string names, words_text_of(filter.names));
  BERTH_TRY(Statement row, database_.query(fmt::format("SELECT count(*) FROM relationships WHERE {}", kCondition),
                                           {values, names, filter.end_type}));
  BERTH_CHECK_OK(row.step());
  return row.integer(0);
}

Result<std::int64_t> Relationships::remove(const RelationshipFilter& filter) {
  BERTH_TRY(const std::string values, words_text_of(filter.values));
  BERTH_TRY(const std::string names, words_text_of(filter.names));
  BERTH_CHECK_OK(
      database_.run(fmt::format("DELETE FROM relationships WHERE {}", kCondition), {values, names, filter.end_type}));
  return database_.changes();
}

}  // namespace berth::store
