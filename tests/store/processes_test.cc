// Several processes in one state folder, and processes that are killed in it.
#include <poll.h>
#include <signal.h>

#include <chrono>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "berth/store/contexts.h"
#include "berth/store/database_health.h"
#include "berth/store/entries.h"
#include "berth/store/files.h"
#include "berth/store/integration_contexts.h"
#include "berth/sys/file.h"
#include "berth/sys/pipe.h"
#include "tests/store/state.h"

namespace berth::store {
namespace {

TEST_F(State, TwoProcessesLoseNothingOfAContext) {
  constexpr int kUpdates = 200;
  {
    Database database = open();
    EXPECT_EQ(an_investigation(database), 2);
  }
  const auto start = [&](const char* name) {
    return fork_process([this, name] {
      auto database = Database::open(path());
      if (!database) return false;
      for (int i = 0; i < kUpdates; ++i) {
        const auto updated = Contexts(*database).update(2, [&](Json& context) -> Result<void> {
          const Json* sum = context.find("sum");
          context.set("sum", sum == nullptr ? 1 : *sum->as_int() + 1);
          context.set(fmt::format("{}{}", name, i), true);
          return {};
        });
        if (!updated) return false;
      }
      return true;
    });
  };
  const pid_t first = start("a");
  const pid_t second = start("b");
  EXPECT_EQ(status_of(first), 0);
  EXPECT_EQ(status_of(second), 0);
  Database database = open();
  const auto context = Contexts(database).get(2);
  ASSERT_TRUE(testing::ok(context));
  EXPECT_EQ(*context->find("sum"), Json(2 * kUpdates));
  EXPECT_EQ(context->as_object()->size(), 2u * kUpdates + 1);
}

TEST_F(State, TwoProcessesLoseNothingOfAnIntegrationContext) {
  constexpr int kUpdates = 50;
  {
    Database database = open();
    add_instance(database, "one");
  }
  const auto start = [&](const char* name) {
    return fork_process([this, name] {
      auto database = Database::open(path());
      if (!database) return false;
      IntegrationContexts contexts(*database);
      for (int i = 0; i < kUpdates;) {
        auto stored = contexts.get("one");
        if (!stored) return false;
        stored->value.set(fmt::format("{}{}", name, i), true);
        const auto set = contexts.set("one", stored->value, stored->version);
        if (set) ++i;
        if (!set && set.error().code() != Errc::Conflict) return false;
      }
      return true;
    });
  };
  const pid_t first = start("a");
  const pid_t second = start("b");
  EXPECT_EQ(status_of(first), 0);
  EXPECT_EQ(status_of(second), 0);
  Database database = open();
  const auto stored = IntegrationContexts(database).get("one");
  EXPECT_EQ(stored->version, 2 * kUpdates);
  EXPECT_EQ(stored->value.as_object()->size(), 2u * kUpdates);
}

// Writes entries with files until it is killed, and says on `said` which ones were acknowledged: "<text>\n" each.
bool write_until_killed(const std::filesystem::path& state, int said, int round) {
  auto database = Database::open(state / "berth.db");
  if (!database) return false;
  Entries entries(*database);
  Files files(*database, Blobs(state / "files"));
  for (int i = 0;; ++i) {
    const std::string text = fmt::format("round {} number {}", round, i);
    const auto facts = files.blobs().put(text, "note.txt");
    if (!facts) return false;
    const auto added = database->transaction([&]() -> Result<void> {
      BERTH_TRY(const EntryId id, entries.add(2, {.entry = Json::object().set("Contents", text)}));
      const std::string uuid = fmt::format("00000000-0000-4000-8000-{:06x}{:06x}", round, i);
      BERTH_CHECK_OK(files.add({.file_id = uuid, .entry = id, .name = text, .facts = *facts}));
      return {};
    });
    if (!added || !sys::write_all(said, text + "\n", "what was acknowledged")) return false;
  }
}

TEST_F(State, KeepsWhatWasAcknowledgedWhenTheWriterIsKilled) {
  const std::filesystem::path state = path().parent_path();
  {
    Database database = open();
    EXPECT_EQ(an_investigation(database), 2);
  }
  std::mt19937 random(11);
  std::set<std::string> acknowledged;
  for (int round = 0; round < 60; ++round) {
    auto pipe = sys::make_pipe();
    ASSERT_TRUE(testing::ok(pipe));
    const pid_t writer = fork_process([&] { return write_until_killed(state, pipe->write.get(), round); });
    pipe->write.reset();
    // Every other time in the midst of writing, whatever the machine is busy with; else while it opens the database.
    pollfd first = {.fd = pipe->read.get(), .events = POLLIN, .revents = 0};
    EXPECT_TRUE(round % 2 != 0 || ::poll(&first, 1, 60'000) == 1);
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 30'000));
    ::kill(writer, SIGKILL);
    const int status = status_of(writer);
    EXPECT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself: " << status;
    const auto said = sys::read_to_end(pipe->read.get(), 1 << 20, "said");
    ASSERT_TRUE(testing::ok(said));
    std::istringstream lines(*said);
    for (std::string line; std::getline(lines, line);) acknowledged.insert(line);
  }
  EXPECT_GE(acknowledged.size(), 30u);

  const auto health = examine_database(path());
  ASSERT_TRUE(testing::ok(health));
  EXPECT_TRUE(health->damage.empty());
  Database database = open();
  Files files(database, Blobs(state / "files"));
  const auto stored = Entries(database).list(2, {.limit = 1'000'000});
  ASSERT_TRUE(testing::ok(stored));
  std::map<std::string, int> seen;
  for (const Entry& entry : *stored) {
    const std::string text = entry.content.entry.text_or("Contents", "");
    ++seen[text];
    const auto file = files.get(to_string(entry.id));
    ASSERT_TRUE(testing::ok(file));
    const auto opened = files.open(*file);
    ASSERT_TRUE(testing::ok(opened));
    EXPECT_EQ(sys::read_file(*opened, 1000, "blob").value_or(""), text);
  }
  for (const std::string& text : acknowledged) EXPECT_EQ(seen[text], 1) << text;
  for (const auto& [text, times] : seen) EXPECT_EQ(times, 1) << text;
}

}  // namespace
}  // namespace berth::store
