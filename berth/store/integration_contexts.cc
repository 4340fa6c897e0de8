#include "berth/store/integration_contexts.h"

#include <fmt/format.h>

#include "berth/store/stored_json.h"

namespace berth::store {

Result<IntegrationContext> IntegrationContexts::get(std::string_view instance) {
  BERTH_TRY(Statement row, database_.query("SELECT value, version FROM instances LEFT JOIN integration_contexts"
                                           " ON instance = name WHERE name = ?",
                                           {instance}));
  BERTH_TRY(const bool there, row.step());
  if (!there) return fail(Errc::NotFound, fmt::format("instance '{}': there is none of that name", instance));
  IntegrationContext found;
  if (row.is_null(0)) return found;
  BERTH_TRY(found.value, row.json(0));
  found.version = row.integer(1);
  return found;
}

Result<std::int64_t> IntegrationContexts::set(std::string_view instance, const Json& value, std::int64_t expected) {
  const auto naming = [&] { return fmt::format("integration context of instance '{}'", instance); };
  BERTH_TRY(const std::string text, stored_text_of(value, kMostContextBytes, naming()));
  return database_.transaction([&]() -> Result<std::int64_t> {
    BERTH_TRY(const std::int64_t stored, version(instance));
    if (expected != kAnyVersion && expected != stored) {
      return fail(Errc::Conflict,
                  fmt::format("{}: version {} was expected and {} is stored", naming(), expected, stored));
    }
    BERTH_CHECK_OK(
        database_.run("INSERT INTO integration_contexts (instance, value, version) VALUES (?1, ?2, ?3)"
                      " ON CONFLICT (instance) DO UPDATE SET value = ?2, version = ?3",
                      {instance, text, stored + 1}));
    return stored + 1;
  });
}

Result<std::int64_t> IntegrationContexts::version(std::string_view instance) {
  BERTH_TRY(Statement row, database_.query("SELECT ifnull(version, 0) FROM instances LEFT JOIN integration_contexts"
                                           " ON instance = name WHERE name = ?",
                                           {instance}));
  BERTH_TRY(const bool there, row.step());
  if (!there) return fail(Errc::NotFound, fmt::format("instance '{}': there is none of that name", instance));
  return row.integer(0);
}

}  // namespace berth::store
