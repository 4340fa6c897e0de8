#include "berth/doctor/database.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include "berth/app/state_places.h"
#include "berth/store/vault.h"
#include "tests/doctor/judgement.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::doctor {
namespace {

using enum Severity;

constexpr const char* kPath = "/var/lib/berth/berth.db";

FileFacts file(const char* path, uid_t owner, mode_t mode) {
  return {.path = path, .exists = true, .is_folder = false, .owner = owner, .mode = mode};
}

DatabaseFacts sound() {
  return {.path = kPath,
          .uid = 0,
          .known_schema = 3,
          .health = store::DatabaseHealth{.exists = true, .schema = 3, .size_bytes = 1 << 20, .damage = {}},
          .file = file(kPath, 0, 0600),
          .key = file("/var/lib/berth/secret.key", 0, 0600),
          .free_bytes = 1ull << 40};
}

struct Row {
  const char* name;
  void (*change)(DatabaseFacts&);
  Expected expected;
};

const Row kRows[] = {
    {"sound", [](DatabaseFacts&) {}, {Ok, "sound, schema 3, 1 MiB"}},
    {"without a key", [](DatabaseFacts& it) { it.key.exists = false; }, {Ok, "sound"}},
    {"not made yet",
     [](DatabaseFacts& it) {
       it.health = store::DatabaseHealth{};
       it.file.exists = it.key.exists = false;
     },
     {Ok, "comes with the first"}},
    {"older", [](DatabaseFacts& it) { it.health->schema = 2; }, {Ok, "brings it to 3"}},
    {"newer", [](DatabaseFacts& it) { it.health->schema = 4; }, {Failure, "schema 4", "newer Berth"}},
    {"damaged",
     [](DatabaseFacts& it) { it.health->damage = {"Tree 5 page 9: btreeInitPage() returns error code 11"}; },
     {Failure, "Tree 5 page 9", "A damaged database"}},
    {"no database",
     [](DatabaseFacts& it) { it.health = fail(Errc::Corrupt, "the file is no database"); },
     {Failure, "no database", "A damaged database"}},
    {"locked", [](DatabaseFacts& it) { it.health = fail(Errc::TimedOut, "locked"); }, {Warning, "locked", "again"}},
    {"not to be read",
     [](DatabaseFacts& it) { it.health = fail(Errc::Denied, "Permission denied"); },
     {Failure, "Permission denied", "state folder"}},
    {"open to others", [](DatabaseFacts& it) { it.file.mode = 0644; }, {Failure, "mode 0644", "chmod 600 /var/lib"}},
    {"key open to others", [](DatabaseFacts& it) { it.key.mode = 0640; }, {Failure, "secret.key", "rekey"}},
    {"key of somebody else", [](DatabaseFacts& it) { it.key.owner = 5; }, {Failure, "user 5", "chown 0"}},
    {"little room", [](DatabaseFacts& it) { it.free_bytes = 1 << 20; }, {Warning, "1 MiB free", "storage.state"}},
    {"room unknown", [](DatabaseFacts& it) { it.free_bytes.reset(); }, {Ok, "sound"}},
};

TEST(DatabaseCheck, JudgesWhatWasFound) {
  for (const Row& row : kRows) {
    DatabaseFacts facts = sound();
    row.change(facts);
    EXPECT_TRUE(judged(judge_database(facts), row.expected)) << row.name;
  }
}

TEST(DatabaseCheck, LooksAtTheStateFolder) {
  const testing::TempFolder folder;
  Asked asked;
  asked.uid = ::geteuid();
  asked.settings.state = folder.path() / "state";
  EXPECT_TRUE(judged(judge_database(database_facts(asked)), {Ok, "comes with the first"}));
  EXPECT_FALSE(std::filesystem::exists(asked.settings.state));
  const server::StatePlaces places = app::state_places(asked.settings);
  auto database = store::Database::open(places.database);
  ASSERT_TRUE(testing::ok(database));
  ASSERT_TRUE(testing::ok(store::Vault::open(*database, {.file = places.keys.file, .credentials = {}})));
  const DatabaseFacts facts = database_facts(asked);
  EXPECT_TRUE(facts.key.exists);
  const std::string schema = fmt::format("schema {}", store::current_schema());
  EXPECT_TRUE(judged(judge_database(facts), {Ok, schema.c_str()}));
}

}  // namespace
}  // namespace berth::doctor
