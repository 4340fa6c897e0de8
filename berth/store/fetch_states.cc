#include "berth/store/fetch_states.h"

#include <fmt/format.h>

#include "berth/store/stored_json.h"

namespace berth::store {
namespace {

std::string_view word_of(FetchKind kind) {
  switch (kind) {
    case FetchKind::LastRun:
      return "last_run";
    case FetchKind::LastMirrorRun:
      return "last_mirror_run";
    case FetchKind::AssetsLastRun:
      return "assets_last_run";
    case FetchKind::Mirrored:
      return "mirrored";
  }
  return "";
}

Result<void> check_instance(Database& database, std::string_view instance) {
  BERTH_TRY(Statement row, database.query("SELECT 1 FROM instances WHERE name = ?", {instance}));
  BERTH_TRY(const bool there, row.step());
  if (!there) return fail(Errc::NotFound, fmt::format("instance '{}': there is none of that name", instance));
  return {};
}

}  // namespace

Result<Json> FetchStates::get(std::string_view instance, FetchKind kind) {
  BERTH_TRY(Statement row, database_.query("SELECT value FROM fetch_states WHERE instance = ? AND kind = ?",
                                           {instance, word_of(kind)}));
  BERTH_TRY(const bool there, row.step());
  if (there) return row.json(0);
  BERTH_CHECK_OK(check_instance(database_, instance));
  return Json::object();
}

Result<void> FetchStates::set(std::string_view instance, const std::map<FetchKind, Json>& states, Time at) {
  return database_.transaction([&]() -> Result<void> {
    BERTH_CHECK_OK(check_instance(database_, instance));
    for (const auto& [kind, value] : states) {
      const std::string what = fmt::format("{} of instance '{}'", word_of(kind), instance);
      BERTH_TRY(const std::string text, stored_text_of(value, kMostStateBytes, what));
      BERTH_CHECK_OK(
          database_.run("INSERT INTO fetch_states (instance, kind, value, modified) VALUES (?1, ?2, ?3, ?4)"
                        " ON CONFLICT (instance, kind) DO UPDATE SET value = ?3, modified = ?4",
                        {instance, word_of(kind), text, at}));
    }
    return {};
  });
}

Result<void> FetchStates::reset(std::string_view instance) {
  return database_.transaction([&]() -> Result<void> {
    BERTH_CHECK_OK(check_instance(database_, instance));
    return database_.run("DELETE FROM fetch_states WHERE instance = ?", {instance});
  });
}

}  // namespace berth::store
