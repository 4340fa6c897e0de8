#include "berth/doctor/database.h"

#include <fmt/format.h>

#include "berth/app/state_places.h"
#include "berth/engine/outcome.h"

namespace berth::doctor {
namespace {

constexpr std::uint64_t kLittleBytes = 256ull << 20;

// What is wrong with the rights of a file or folder; nothing when it is not there.
std::optional<CheckResult> judge_rights(const FileFacts& facts, uid_t uid) {
  const std::string& name = facts.path.native();
  if (!facts.exists) return std::nullopt;
  if (facts.owner != uid) {
    return failure(fmt::format("'{}' belongs to user {}", name, facts.owner), fmt::format("'chown {} {}'", uid, name));
  }
  if ((facts.mode & 077) != 0) {
    return failure(fmt::format("others may use '{}' (mode {:04o})", name, facts.mode),
                   fmt::format("'chmod {} {}', and 'berth secret rekey' if somebody may have read the key",
                               facts.is_folder ? "700" : "600", name));
  }
  return std::nullopt;
}

CheckResult judge_unreadable(const Error& error) {
  switch (error.code()) {
    case Errc::TimedOut:
      return warning(error.message(), "let the other process end, then check again");
    case Errc::Corrupt:
      return failure(error.message(), "stop Berth and go back to a copy: docs/state.md, \"A damaged database\"");
    default:
      return failure(error.message(), "see that the state folder can be read and written by who runs Berth");
  }
}

}  // namespace

DatabaseFacts database_facts(const Asked& asked) {
  const server::StatePlaces places = app::state_places(asked.settings);
  const auto here = file_system_of(nearest_folder(places.database.parent_path()));
  return {.path = places.database,
          .uid = asked.uid,
          .known_schema = store::current_schema(),
          .health = store::examine_database(places.database),
          .file = file_facts(places.database),
          .key = file_facts(places.keys.file),
          .free_bytes = here ? std::optional(here->free_bytes) : std::nullopt};
}

CheckResult judge_database(const DatabaseFacts& facts) {
  if (!facts.health) return judge_unreadable(facts.health.error());
  const store::DatabaseHealth& health = *facts.health;
  // The key first: it is what others must least see.
  for (const FileFacts* file : {&facts.key, &facts.file}) {
    if (auto wrong = judge_rights(*file, facts.uid)) return *std::move(wrong);
  }
  if (health.exists && !health.damage.empty()) {
    return failure(fmt::format("'{}' is damaged: {}", facts.path.native(), health.damage.front()),
                   "stop Berth and go back to a copy: docs/state.md, \"A damaged database\"");
  }
  if (health.schema > facts.known_schema) {
    return failure(fmt::format("'{}' has schema {}, and this program knows up to {}", facts.path.native(),
                               health.schema, facts.known_schema),
                   "install the newer Berth that wrote it again, or go back to the copy that it made");
  }
  if (facts.free_bytes && *facts.free_bytes < kLittleBytes) {
    return warning(fmt::format("{} free where '{}' lies", engine::bytes_text(*facts.free_bytes), facts.path.native()),
                   "free some, or let 'storage.state' name a folder with more room");
  }
  if (!health.exists)
    return ok(fmt::format("'{}' comes with the first investigation or instance", facts.path.native()));
  if (health.schema < facts.known_schema) {
    return ok(fmt::format("sound, schema {}; the next start brings it to {}, after a copy", health.schema,
                          facts.known_schema));
  }
  return ok(fmt::format("sound, schema {}, {}", health.schema, engine::bytes_text(health.size_bytes)));
}

}  // namespace berth::doctor
