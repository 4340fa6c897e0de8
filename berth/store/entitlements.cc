#include "berth/store/entitlements.h"

#include <fmt/format.h>

namespace berth::store {

Result<void> Entitlements::add(InvestigationId investigation, const Entitlement& entitlement, Time at) {
  const auto doing = [&] { return fmt::format("add an entitlement to investigation {}", investigation); };
  return database_
      .transaction([&]() -> Result<void> {
        BERTH_TRY(Statement row, database_.query("SELECT (SELECT count(*) FROM entitlements WHERE investigation = ?1)"
                                                 " FROM investigations WHERE id = ?1",
                                                 {investigation}));
        BERTH_TRY(const bool there, row.step());
        if (!there) return fail(Errc::NotFound, "there is none of that number");
        if (row.integer(0) >= kMost) return fail(Errc::Exhausted, fmt::format("it has {} already", kMost));
        return database_.run(
            "INSERT INTO entitlements (guid, investigation, persistent, reply_tag, created) VALUES (?, ?, ?, ?, ?)",
            {entitlement.guid, investigation, entitlement.persistent, entitlement.reply_tag, at});
      })
      .context(doing);
}

Result<Entitlement> Entitlements::use(InvestigationId investigation, std::string_view guid) {
  return database_.transaction([&]() -> Result<Entitlement> {
    BERTH_TRY(Statement row, database_.query("SELECT persistent, reply_tag FROM entitlements"
                                             " WHERE investigation = ? AND guid = ?",
                                             {investigation, guid}));
    BERTH_TRY(const bool there, row.step());
    if (!there) {
      return fail(Errc::NotFound,
                  fmt::format("there is no entitlement '{}' in investigation {}", guid.substr(0, 100), investigation));
    }
    Entitlement used{std::string(guid), row.truth(0), row.text(1)};
    if (!used.persistent) BERTH_CHECK_OK(database_.run("DELETE FROM entitlements WHERE guid = ?", {guid}));
    return used;
  });
}

}  // namespace berth::store
