#include "berth/store/indicators.h"

#include <fmt/format.h>

#include <algorithm>

#include "berth/store/stored_json.h"

namespace berth::store {
namespace {

constexpr std::string_view kColumns =
    "id, type, value, fields, score, first_seen, last_seen, source_brand, source_instance, expires, modified";

Result<Indicator> indicator_in(const Statement& row) {
  Indicator found;
  found.id = row.integer(0);
  found.type = row.text(1);
  found.value = row.text(2);
  BERTH_TRY(found.fields, row.json(3));
  found.score = static_cast<int>(row.integer(4));
  found.first_seen = row.time(5);
  found.last_seen = row.time(6);
  found.source_brand = row.text(7);
  found.source_instance = row.text(8);
  found.expires = row.time_or_none(9);
  found.modified = row.time(10);
  return found;
}

// The conditions of `filter` and what is bound to them.
struct Condition {
  std::string sql = "true";
  std::vector<SqlValue> values;

  void add(std::string_view term, SqlValue value) {
    sql += fmt::format(" AND {}", term);
    values.push_back(value);
  }
};

Condition condition_of(const IndicatorFilter& filter) {
  Condition condition;
  if (!filter.type.empty()) condition.add("type = ?", filter.type);
  if (!filter.value.empty()) condition.add("value = ?", filter.value);
  if (!filter.text.empty()) condition.add("instr(lower(value), lower(?)) > 0", filter.text);
  if (!filter.source_instance.empty()) condition.add("source_instance = ?", filter.source_instance);
  if (filter.score) condition.add("score = ?", *filter.score);
  if (filter.modified_from) condition.add("modified >= ?", *filter.modified_from);
  if (filter.modified_to) condition.add("modified < ?", *filter.modified_to);
  return condition;
}

// What is kept of `stored` when `given` comes for the same value.
Indicator merged(Indicator stored, const Indicator& given) {
  for (const auto& [name, value] : *given.fields.as_object()) stored.fields.set(name, value);
  stored.first_seen = std::min(stored.first_seen, given.first_seen);
  stored.last_seen = std::max(stored.last_seen, given.last_seen);
  if (given.score != 0) stored.score = given.score;
  if (!given.source_brand.empty()) stored.source_brand = given.source_brand;
  if (!given.source_instance.empty()) stored.source_instance = given.source_instance;
  if (given.expires) stored.expires = given.expires;
  return stored;
}

Result<void> check_indicator(const Indicator& indicator) {
  if (indicator.value.empty() || indicator.type.empty()) {
    return fail(Errc::InvalidInput, fmt::format("indicator '{}' of type '{}': it needs a value and a type",
                                                indicator.value.substr(0, 200), indicator.type));
  }
  if (!indicator.fields.is_object()) {
    return fail(Errc::InvalidInput,
                fmt::format("indicator '{}': its fields must be a JSON object", indicator.value.substr(0, 200)));
  }
  return {};
}

// The statements of an upsert, prepared once for thousands of rows.
class Writer {
 public:
  static Result<Writer> make(Database& database) {
    BERTH_TRY(Statement find,
              database.prepare(fmt::format("SELECT {} FROM indicators WHERE value = ? AND type = ?", kColumns)));
    BERTH_TRY(Statement insert,
              database.prepare("INSERT INTO indicators (fields, score, first_seen, last_seen, source_brand,"
                               " source_instance, expires, modified, value, type) VALUES (?,?,?,?,?,?,?,?,?,?)"));
    BERTH_TRY(Statement update,
              database.prepare("UPDATE indicators SET fields = ?, score = ?, first_seen = ?, last_seen = ?,"
                               " source_brand = ?, source_instance = ?, expires = ?, modified = ?"
                               " WHERE value = ? AND type = ?"));
    return Writer(std::move(find), std::move(insert), std::move(update));
  }

  Result<void> write(const Indicator& given, Time at, Upserted& done) {
    BERTH_CHECK_OK(check_indicator(given));
    BERTH_CHECK_OK(find_.bind({{given.value, given.type}}));
    BERTH_TRY(const bool there, find_.step());
    if (!there) {
      ++done.created;
      return put(insert_, given, at);
    }
    BERTH_TRY(Indicator stored, indicator_in(find_));
    ++done.updated;
    return put(update_, merged(std::move(stored), given), at);
  }

 private:
  Writer(Statement find, Statement insert, Statement update)
      : find_(std::move(find)), insert_(std::move(insert)), update_(std::move(update)) {}

  static Result<void> put(Statement& statement, const Indicator& indicator, Time at) {
    BERTH_TRY(const std::string fields,
              stored_text_of(indicator.fields, Indicators::kMostFieldsBytes, "fields of an indicator"));
    return statement.run({fields, indicator.score, indicator.first_seen, indicator.last_seen, indicator.source_brand,
                          indicator.source_instance, indicator.expires, at, indicator.value, indicator.type});
  }

  Statement find_;
  Statement insert_;
  Statement update_;
};

}  // namespace

Result<Upserted> Indicators::upsert(std::span<const Indicator> indicators, Time at) {
  return database_
      .transaction([&]() -> Result<Upserted> {
        BERTH_TRY(Writer writer, Writer::make(database_));
        Upserted done;
        for (const Indicator& indicator : indicators) BERTH_CHECK_OK(writer.write(indicator, at, done));
        return done;
      })
      .context([&] { return fmt::format("store {} indicators", indicators.size()); });
}

Result<std::optional<Indicator>> Indicators::find(std::string_view type, std::string_view value) {
  BERTH_TRY(
      Statement row,
      database_.query(fmt::format("SELECT {} FROM indicators WHERE value = ? AND type = ?", kColumns), {value, type}));
  BERTH_TRY(const bool there, row.step());
  if (!there) return std::nullopt;
  BERTH_TRY(Indicator found, indicator_in(row));
  return found;
}

Result<std::vector<Indicator>> Indicators::search(const IndicatorFilter& filter, const IndicatorPage& page) {
  Condition condition = condition_of(filter);
  condition.add("id > ?", page.after);
  condition.values.emplace_back(static_cast<std::int64_t>(page.limit));
  condition.values.emplace_back(page.offset);
  const std::string sql =
      fmt::format("SELECT {} FROM indicators WHERE {} ORDER BY id LIMIT ? OFFSET ?", kColumns, condition.sql);
  BERTH_TRY(Statement rows, database_.query(sql, condition.values));
  std::vector<Indicator> found;
  for (;;) {
    BERTH_TRY(const bool more, rows.step());
    if (!more) return found;
    BERTH_TRY(Indicator one, indicator_in(rows));
    found.push_back(std::move(one));
  }
}

Result<std::int64_t> Indicators::count(const IndicatorFilter& filter) {
  const Condition condition = condition_of(filter);
  BERTH_TRY(Statement row,
            database_.query(fmt::format("SELECT count(*) FROM indicators WHERE {}", condition.sql), condition.values));
  BERTH_CHECK_OK(row.step());
  return row.integer(0);
}

Result<std::int64_t> Indicators::remove(const IndicatorFilter& filter) {
  const Condition condition = condition_of(filter);
  BERTH_TRY(Statement removal,
            database_.query(fmt::format("DELETE FROM indicators WHERE {}", condition.sql), condition.values));
  BERTH_CHECK_OK(removal.step());
  return database_.changes();
}

Result<bool> Indicators::remove(std::int64_t id) {
  BERTH_CHECK_OK(database_.run("DELETE FROM indicators WHERE id = ?", {id}));
  return database_.changes() > 0;
}

}  // namespace berth::store
