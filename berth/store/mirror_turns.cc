#include "berth/store/mirror_turns.h"

namespace berth::store {
namespace {

// The conditions stand here as the index and its part are written, so that they are found by it.
constexpr std::string_view kToTell =
    "SELECT turns.investigation, turns.changes FROM investigations AS i"
    " JOIN mirror_turns AS turns ON turns.investigation = i.id WHERE i.mirror_instance = ?1 AND i.mirror_id <> ''"
    " AND i.mirror_direction IN ('Out', 'Both') AND turns.changes <> turns.told"
    " ORDER BY turns.told_at, turns.investigation LIMIT ?2";
constexpr std::string_view kToAsk =
    "SELECT turns.investigation, turns.wanted FROM investigations AS i"
    " JOIN mirror_turns AS turns ON turns.investigation = i.id WHERE i.mirror_instance = ?1 AND i.mirror_id <> ''"
    " AND i.mirror_direction IN ('In', 'Both') AND turns.wanted <> turns.came"
    " ORDER BY turns.asked_at, turns.investigation LIMIT ?2";

}  // namespace

Result<std::vector<MirrorTurn>> MirrorTurns::list(std::string_view sql, std::string_view instance, std::size_t limit) {
  BERTH_TRY(Statement rows, database_.query(sql, {instance, static_cast<std::int64_t>(limit)}));
  std::vector<MirrorTurn> found;
  for (;;) {
    BERTH_TRY(const bool more, rows.step());
    if (!more) return found;
    found.push_back({rows.integer(0), rows.integer(1)});
  }
}

Result<std::vector<MirrorTurn>> MirrorTurns::to_tell(std::string_view instance, std::size_t limit) {
  return list(kToTell, instance, limit);
}

Result<void> MirrorTurns::told(const std::vector<MirrorTurn>& turns) {
  if (turns.empty()) return {};
  return database_.transaction([&]() -> Result<void> {
    BERTH_TRY(Statement one, database_.prepare("UPDATE mirror_turns SET told = max(told, ?) WHERE investigation = ?"));
    for (const MirrorTurn& turn : turns) BERTH_CHECK_OK(one.run({turn.mark, turn.id}));
    return {};
  });
}

Result<void> MirrorTurns::tried_to_tell(InvestigationId id, Time at) {
  return database_.run("UPDATE mirror_turns SET told_at = ? WHERE investigation = ?", {at, id});
}

Result<std::optional<Time>> MirrorTurns::oldest(std::string_view instance) {
  BERTH_TRY(Statement row, database_.query("SELECT min(created) FROM investigations WHERE mirror_instance = ?"
                                           " AND mirror_id <> '' AND mirror_direction IN ('In', 'Both')",
                                           {instance}));
  BERTH_CHECK_OK(row.step());
  return row.time_or_none(0);
}

Result<void> MirrorTurns::want(std::string_view instance, const std::vector<std::string>& remote_ids) {
  return database_.transaction([&]() -> Result<void> {
    // One that is waiting already keeps its count: it may be named in each round and go wrong in each.
    BERTH_TRY(Statement one, database_.prepare("UPDATE mirror_turns SET tries = iif(wanted = came, 0, tries),"
                                               " wanted = wanted + 1 WHERE investigation IN (SELECT id FROM"
                                               " investigations WHERE mirror_instance = ? AND mirror_id = ?"
                                               " AND mirror_direction IN ('In', 'Both'))"));
    for (const std::string& id : remote_ids) {
      if (!id.empty()) BERTH_CHECK_OK(one.run({instance, id}));
    }
    return {};
  });
}

Result<void> MirrorTurns::want_open(std::string_view instance) {
  return database_.run(
      "UPDATE mirror_turns SET wanted = wanted + 1 WHERE investigation IN (SELECT id FROM investigations"
      " WHERE mirror_instance = ? AND mirror_id <> '' AND mirror_direction IN ('In', 'Both') AND closed IS NULL)",
      {instance});
}

Result<std::vector<MirrorTurn>> MirrorTurns::to_ask(std::string_view instance, std::size_t limit) {
  return list(kToAsk, instance, limit);
}

Result<std::int64_t> MirrorTurns::count_to_ask(std::string_view instance) {
  BERTH_TRY(Statement row, database_.query("SELECT count(*) FROM investigations AS i JOIN mirror_turns AS turns"
                                           " ON turns.investigation = i.id WHERE i.mirror_instance = ?"
                                           " AND i.mirror_id <> '' AND i.mirror_direction IN ('In', 'Both')"
                                           " AND turns.wanted <> turns.came",
                                           {instance}));
  BERTH_CHECK_OK(row.step());
  return row.integer(0);
}

Result<void> MirrorTurns::came(const MirrorTurn& turn) {
  return database_.run("UPDATE mirror_turns SET came = max(came, ?), tries = 0 WHERE investigation = ?",
                       {turn.mark, turn.id});
}

Result<std::int64_t> MirrorTurns::went_wrong(const MirrorTurn& turn, Time at) {
  BERTH_TRY(Statement row, database_.query("UPDATE mirror_turns SET tries = tries + 1, asked_at = ?1,"
                                           " came = iif(tries + 1 >= ?2, max(came, ?3), came)"
                                           " WHERE investigation = ?4 RETURNING tries",
                                           {at, kMostTries, turn.mark, turn.id}));
  BERTH_TRY(const bool there, row.step());
  const std::int64_t tries = there ? row.integer(0) : 0;
  if (there) BERTH_CHECK_OK(row.step());
  return tries;
}

Result<void> MirrorTurns::put_off(InvestigationId id, Time at) {
  return database_.run("UPDATE mirror_turns SET asked_at = ? WHERE investigation = ?", {at, id});
}

}  // namespace berth::store
