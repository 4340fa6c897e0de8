#include "berth/store/investigations.h"

#include <fmt/format.h>

#include "berth/store/stored_json.h"

namespace berth::store {
namespace {

constexpr std::size_t kMostIncidentBytes = 64 << 20;
constexpr std::string_view kColumns = "id, name, type, incident, created, modified, closed, close_reason, close_notes";

std::unexpected<Error> no_such(InvestigationId id) {
  return fail(Errc::NotFound, fmt::format("investigation {}: there is none of that number", id));
}

Result<Investigation> investigation_in(const Statement& row) {
  Investigation found;
  found.id = row.integer(0);
  found.name = row.text(1);
  found.type = row.text(2);
  if (!row.is_null(3)) {
    BERTH_TRY(found.incident, row.json(3));
  }
  found.created = row.time(4);
  found.modified = row.time(5);
  found.closed = row.time_or_none(6);
  found.close_reason = row.text(7);
  found.close_notes = row.text(8);
  return found;
}

Result<std::optional<std::string>> incident_text_of(const Json& incident) {
  if (incident.is_null()) return std::nullopt;
  BERTH_TRY(std::string text, stored_object_of(incident, kMostIncidentBytes, "incident"));
  return text;
}

// What stands beside an incident that is kept alike here and elsewhere: the instance that does, its id there, a number
// perhaps, and the direction.
struct MirrorColumns {
  std::optional<std::string> instance;
  std::optional<std::string> id;
  std::optional<std::string> direction;
};

MirrorColumns mirror_columns_of(const Json& incident) {
  const auto text = [&](std::string_view name) -> std::optional<std::string> {
    std::string found = incident.text_or(name, "");
    if (found.empty()) return std::nullopt;
    return found;
  };
  MirrorColumns columns{text("dbotMirrorInstance"), text("dbotMirrorId"), text("dbotMirrorDirection")};
  const Json* id = incident.find("dbotMirrorId");
  if (id != nullptr && id->is_number()) columns.id = print_json(*id);
  return columns;
}

}  // namespace

Result<Investigation> Investigations::add(const NewInvestigation& investigation) {
  BERTH_TRY(const auto incident, incident_text_of(investigation.incident));
  const MirrorColumns mirror = mirror_columns_of(investigation.incident);
  Investigation added;
  const auto insert = [&]() -> Result<void> {
    BERTH_CHECK_OK(
        database_.run("INSERT INTO investigations (name, type, incident, created, modified, mirror_instance, mirror_id,"
                      " mirror_direction) VALUES (?,?,?,?,?,?,?,?)",
                      {investigation.name, investigation.type, incident, investigation.at, investigation.at,
                       mirror.instance, mirror.id, mirror.direction}));
    added.id = database_.last_row_id();
    return {};
  };
  BERTH_CHECK_OK(insert().context([&] { return fmt::format("add investigation '{}'", investigation.name); }));
  added.name = investigation.name;
  added.type = investigation.type;
  added.incident = investigation.incident;
  added.created = investigation.at;
  added.modified = investigation.at;
  return added;
}

Result<Investigation> Investigations::get(InvestigationId id) {
  BERTH_TRY(Statement row, database_.query(fmt::format("SELECT {} FROM investigations WHERE id = ?", kColumns), {id}));
  BERTH_TRY(const bool there, row.step());
  if (!there) return no_such(id);
  return investigation_in(row);
}

Result<std::vector<Investigation>> Investigations::list(const InvestigationFilter& filter) {
  const std::string sql = fmt::format(
      "SELECT {} FROM investigations WHERE id > ?1 AND (?2 IS NULL OR (closed IS NULL) = ?2) AND (?3 = '' OR type = ?3)"
      " ORDER BY id LIMIT ?4",
      kColumns);
  BERTH_TRY(Statement rows,
            database_.query(sql, {filter.after, filter.open, filter.type, static_cast<std::int64_t>(filter.limit)}));
  std::vector<Investigation> found;
  for (;;) {
    BERTH_TRY(const bool more, rows.step());
    if (!more) return found;
    BERTH_TRY(Investigation one, investigation_in(rows));
    found.push_back(std::move(one));
  }
}

Result<void> Investigations::update(const Investigation& investigation, Time at) {
  BERTH_TRY(const auto incident, incident_text_of(investigation.incident));
  const MirrorColumns mirror = mirror_columns_of(investigation.incident);
  BERTH_CHECK_OK(database_.run(
      "UPDATE investigations SET name = ?, type = ?, incident = ?, modified = ?, closed = ?,"
      " close_reason = ?, close_notes = ?, mirror_instance = ?, mirror_id = ?, mirror_direction = ? WHERE id = ?",
      {investigation.name, investigation.type, incident, at, investigation.closed, investigation.close_reason,
       investigation.close_notes, mirror.instance, mirror.id, mirror.direction, investigation.id}));
  if (database_.changes() == 0) return no_such(investigation.id);
  return {};
}

Result<Json> Investigations::set_incident_fields(InvestigationId id, const Json& fields, Time at) {
  if (!fields.is_object()) return fail(Errc::InvalidInput, "incident fields: they must be a JSON object");
  return database_.transaction([&]() -> Result<Json> {
    BERTH_TRY(Investigation investigation, get(id));
    if (investigation.incident.is_null()) investigation.incident = Json::object();
    for (const auto& [name, value] : *fields.as_object()) investigation.incident.set(name, value);
    BERTH_CHECK_OK(update(investigation, at));
    return investigation.incident;
  });
}

Result<void> Investigations::close(InvestigationId id, const std::string& reason, const std::string& notes, Time at) {
  BERTH_CHECK_OK(database_.run(
      "UPDATE investigations SET closed = ?1, close_reason = ?2, close_notes = ?3, modified = ?1 WHERE id = ?4",
      {at, reason, notes, id}));
  if (database_.changes() == 0) return no_such(id);
  return {};
}

Result<void> Investigations::reopen(InvestigationId id, Time at) {
  BERTH_CHECK_OK(database_.run(
      "UPDATE investigations SET closed = NULL, close_reason = '', close_notes = '', modified = ? WHERE id = ?",
      {at, id}));
  if (database_.changes() == 0) return no_such(id);
  return {};
}

}  // namespace berth::store
