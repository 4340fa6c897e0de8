#include "berth/store/contexts.h"

#include <fmt/format.h>

#include "berth/store/stored_json.h"

namespace berth::store {

Result<Json> Contexts::get(InvestigationId investigation) {
  BERTH_TRY(Statement row, database_.query("SELECT contexts.value FROM investigations LEFT JOIN contexts"
                                           " ON contexts.investigation = investigations.id WHERE investigations.id = ?",
                                           {investigation}));
  BERTH_TRY(const bool there, row.step());
  if (!there) {
    return fail(Errc::NotFound, fmt::format("investigation {}: there is none of that number", investigation));
  }
  if (row.is_null(0)) return Json::object();
  return row.json(0);
}

Result<Json> Contexts::update(InvestigationId investigation, const std::function<Result<void>(Json&)>& change) {
  return database_.transaction([&]() -> Result<Json> {
    BERTH_TRY(Json context, get(investigation));
    BERTH_CHECK_OK(change(context));
    BERTH_TRY(const std::string text,
              stored_object_of(context, kMostContextBytes, fmt::format("context of investigation {}", investigation)));
    BERTH_CHECK_OK(
        database_.run("INSERT INTO contexts (investigation, value) VALUES (?, ?)"
                      " ON CONFLICT (investigation) DO UPDATE SET value = excluded.value",
                      {investigation, text}));
    return context;
  });
}

}  // namespace berth::store
