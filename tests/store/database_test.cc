#include "berth/store/database.h"

#include <sys/stat.h>

#include <array>
#include <fstream>

#include "berth/store/database_copy.h"
#include "berth/store/database_health.h"
#include "berth/store/migrations.h"
#include "tests/store/state.h"

namespace berth::store {
namespace {

mode_t mode_of(const std::filesystem::path& path) {
  struct stat status = {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
}

std::string text_of(Database& database, std::string_view sql) {
  auto row = database.query(sql);
  EXPECT_TRUE(testing::ok(row));
  if (!row || !row->step().value_or(false)) return "";
  return row->text(0);
}

TEST_F(State, IsMadeForTheOwnerAlone) {
  Database database = open();
  ASSERT_TRUE(testing::ok(database.run("INSERT INTO lists VALUES ('a', 'plain_text', 'x', 0)")));
  EXPECT_EQ(mode_of(path().parent_path()), 0700u);
  for (const char* suffix : {"", "-wal", "-shm"}) EXPECT_EQ(mode_of(path().native() + suffix), 0600u) << suffix;
  EXPECT_EQ(text_of(database, "PRAGMA journal_mode"), "wal");
  EXPECT_EQ(text_of(database, "PRAGMA synchronous"), "2");
  EXPECT_EQ(text_of(database, "PRAGMA foreign_keys"), "1");
}

TEST_F(State, KeepsTextsWhole) {
  Database database = open();
  const std::string odd("a\0b\xff\n\xc3\xa4", 7);
  ASSERT_TRUE(testing::ok(database.run("INSERT INTO lists VALUES (?, ?, ?, ?)", {odd, "", std::string_view(), -5})));
  auto row = database.query("SELECT name, data, modified, NULL FROM lists");
  ASSERT_TRUE(testing::ok(row));
  ASSERT_TRUE(row->step().value_or(false));
  EXPECT_EQ(row->text(0), odd);
  EXPECT_FALSE(row->is_null(1));
  EXPECT_EQ(row->integer(2), -5);
  EXPECT_EQ(row->time_or_none(3), std::nullopt);
}

TEST_F(State, KeepsAllOfATransactionOrNothing) {
  Database database = open();
  const auto insert = [&](std::string_view name) {
    return database.run("INSERT INTO lists VALUES (?, '', '', 0)", {name});
  };
  const auto undone = database.transaction([&]() -> Result<void> {
    BERTH_CHECK_OK(insert("a"));
    return fail(Errc::InvalidInput, "no");
  });
  EXPECT_TRUE(testing::fails_with(undone, Errc::InvalidInput, "no"));
  const auto kept = database.transaction([&]() -> Result<int> {
    BERTH_CHECK_OK(insert("b"));
    const auto inner = database.transaction([&]() -> Result<void> {
      BERTH_CHECK_OK(insert("c"));
      return insert("b");
    });
    EXPECT_TRUE(testing::fails_with(inner, Errc::AlreadyExists, "there already"));
    BERTH_CHECK_OK(database.transaction([&] { return insert("d"); }));
    return 7;
  });
  ASSERT_TRUE(testing::ok(kept));
  EXPECT_EQ(*kept, 7);
  EXPECT_EQ(text_of(database, "SELECT group_concat(name) FROM (SELECT name FROM lists ORDER BY name)"), "b,d");
}

TEST_F(State, UndoesATransactionThatThrows) {
  Database database = open();
  EXPECT_THROW((void)database.transaction([&]() -> Result<void> {
    BERTH_CHECK_OK(database.run("INSERT INTO lists VALUES ('a', '', '', 0)"));
    throw std::bad_alloc();
  }),
               std::bad_alloc);
  EXPECT_EQ(text_of(database, "SELECT count(*) FROM lists"), "0");
  EXPECT_TRUE(
      testing::ok(database.transaction([&] { return database.run("INSERT INTO lists VALUES ('a','','',0)"); })));
}

TEST_F(State, SaysWhenItIsFull) {
  Database database = open();
  ASSERT_EQ(text_of(database, "PRAGMA max_page_count = 60"), "60");
  const std::string large(1 << 20, 'x');
  const auto full = database.transaction([&]() -> Result<void> {
    BERTH_CHECK_OK(database.run("INSERT INTO lists VALUES ('a', '', '', 0)"));
    const auto inner = database.run("INSERT INTO lists VALUES ('b', '', ?, 0)", {large});
    EXPECT_TRUE(testing::fails_with(inner, Errc::Exhausted, "free some space"));
    // SQLite has undone the whole transaction: nothing more may be written as if in it.
    return database.run("INSERT INTO lists VALUES ('c', '', '', 0)");
  });
  EXPECT_FALSE(full.has_value());
  EXPECT_EQ(text_of(database, "SELECT count(*) FROM lists"), "0");
  EXPECT_TRUE(testing::ok(database.run("INSERT INTO lists VALUES ('d', '', '', 0)")));
}

TEST_F(State, HoldsRowsToWhatTheyBelongTo) {
  Database database = open();
  EXPECT_TRUE(testing::fails_with(database.run("INSERT INTO contexts VALUES (99, '{}')"), Errc::NotFound, "belongs"));
  EXPECT_TRUE(testing::fails_with(database.prepare("SELEC 1"), Errc::Internal, "SELEC 1"));
}

// --- schemas ---------------------------------------------------------------------------------------------------------

constexpr std::string_view kOne = "CREATE TABLE a (x TEXT) STRICT; INSERT INTO a VALUES ('old')";
constexpr std::string_view kTwo = "ALTER TABLE a ADD COLUMN y TEXT; UPDATE a SET y = x || '!'";
constexpr std::string_view kBroken = "UPDATE a SET x = 'half'; CREATE TABLE a (x)";
constexpr std::array kOld = {kOne};
constexpr std::array kNew = {kOne, kTwo};
constexpr std::array kBad = {kOne, kBroken};

TEST_F(State, MigratesAnOlderOneAfterACopy) {
  ASSERT_TRUE(testing::ok(Database::open(path(), kOld)));
  const std::filesystem::path copy = path().native() + ".v1.backup";
  EXPECT_FALSE(std::filesystem::exists(copy));
  {
    auto migrated = Database::open(path(), kNew);
    ASSERT_TRUE(testing::ok(migrated));
    EXPECT_EQ(text_of(*migrated, "SELECT y FROM a"), "old!");
    EXPECT_EQ(text_of(*migrated, "PRAGMA user_version"), "2");
  }
  EXPECT_EQ(mode_of(copy), 0600u);
  auto before = Database::open(copy, kOld);
  ASSERT_TRUE(testing::ok(before));
  EXPECT_EQ(text_of(*before, "SELECT x FROM a"), "old");
  EXPECT_EQ(text_of(*before, "PRAGMA user_version"), "1");
}

TEST_F(State, LeavesTheOldSchemaWhenAStepGoesWrong) {
  ASSERT_TRUE(testing::ok(Database::open(path(), kOld)));
  EXPECT_TRUE(testing::fails_with(Database::open(path(), kBad), Errc::Internal, "from schema 1 to 2"));
  auto old = Database::open(path(), kOld);
  ASSERT_TRUE(testing::ok(old));
  EXPECT_EQ(text_of(*old, "SELECT x FROM a"), "old");
}

TEST_F(State, RefusesANewerOneWithTheRemedy) {
  ASSERT_TRUE(testing::ok(Database::open(path(), kNew)));
  const auto refused = Database::open(path(), kOld);
  EXPECT_TRUE(testing::fails_with(refused, Errc::InvalidInput, "it has schema 2 and this program knows up to 1"));
  EXPECT_TRUE(testing::fails_with(refused, Errc::InvalidInput, "berth.db.v1.backup"));
}

TEST_F(State, IsMigratedOnceByTwoProcesses) {
  for (int round = 0; round < 5; ++round) {
    const std::filesystem::path path = folder_.path() / fmt::format("{}/berth.db", round);
    const auto start = [&] { return fork_process([&] { return Database::open(path).has_value(); }); };
    const pid_t first = start();
    const pid_t second = start();
    EXPECT_EQ(status_of(first), 0);
    EXPECT_EQ(status_of(second), 0);
    const auto health = examine_database(path);
    ASSERT_TRUE(testing::ok(health));
    EXPECT_EQ(health->schema, current_schema());
    EXPECT_TRUE(health->damage.empty());
  }
}

void write(const std::filesystem::path& path, std::string_view bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

TEST_F(State, RefusesWhatIsNoDatabaseOfOurs) {
  write(path(), std::string(5000, 'x'));
  EXPECT_TRUE(testing::fails_with(Database::open(path()), Errc::Corrupt, "no database"));
  EXPECT_TRUE(testing::fails_with(examine_database(path()), Errc::Corrupt, "no database"));
  const std::filesystem::path foreign = folder_.path() / "foreign.db";
  write(foreign, "");
  ASSERT_TRUE(testing::ok(Database::connect(foreign)->run("CREATE TABLE theirs (x)")));
  EXPECT_TRUE(testing::fails_with(Database::open(foreign), Errc::InvalidInput, "another program"));
  EXPECT_TRUE(testing::fails_with(Database::open("/proc/none/berth.db"), Errc::NotFound, "/proc/none"));
}

TEST_F(State, FindsDamage) {
  {
    Database database = open();
    for (int i = 0; i < 200; ++i) {
      ASSERT_TRUE(testing::ok(
          database.run("INSERT INTO lists VALUES (?, '', ?, 0)", {std::to_string(i), std::string(1000, 'x')})));
    }
  }
  EXPECT_TRUE(examine_database(path())->damage.empty());
  // The pages past the middle of the file, where the rows are.
  std::fstream file(path(), std::ios::binary | std::ios::in | std::ios::out);
  const auto size = static_cast<std::streamoff>(std::filesystem::file_size(path()));
  file.seekp(size - 40 * 4096);
  file << std::string(static_cast<std::size_t>(39 * 4096), '\xa5');
  file.close();
  const auto health = examine_database(path());
  if (health) {
    EXPECT_FALSE(health->damage.empty());
  } else {
    EXPECT_TRUE(testing::fails_with(health, Errc::Corrupt, "docs/state.md"));
  }
  auto opened = Database::open(path());
  ASSERT_TRUE(testing::ok(opened));
  auto rows = opened->query("SELECT sum(length(data)) FROM lists");
  ASSERT_TRUE(testing::ok(rows));
  EXPECT_TRUE(testing::fails_with(rows->step(), Errc::Corrupt, ".recover"));
}

TEST_F(State, CopiesWhileItIsWritten) {
  Database database = open();
  const std::filesystem::path copy = folder_.path() / "copy.db";
  ASSERT_TRUE(testing::ok(database.run("INSERT INTO lists VALUES ('kept', '', '', 0)")));
  ASSERT_TRUE(testing::ok(database.transaction([&]() -> Result<void> {
    BERTH_CHECK_OK(database.run("INSERT INTO lists VALUES ('late', '', '', 0)"));
    return copy_database(path(), copy);
  })));
  auto copied = Database::open(copy);
  ASSERT_TRUE(testing::ok(copied));
  EXPECT_EQ(text_of(*copied, "SELECT group_concat(name) FROM lists"), "kept");
  EXPECT_TRUE(testing::fails_with(copy_database(path(), "/proc/none/x"), Errc::NotFound, "/proc/none"));
}

TEST_F(State, ExaminesWithoutMakingAnything) {
  const auto health = examine_database(path());
  ASSERT_TRUE(testing::ok(health));
  EXPECT_FALSE(health->exists);
  EXPECT_FALSE(std::filesystem::exists(path().parent_path()));
}

}  // namespace
}  // namespace berth::store
