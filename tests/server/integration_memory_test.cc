#include "berth/server/integration_memory.h"

#include <gtest/gtest.h>

#include "berth/store/instances.h"
#include "tests/server/scene.h"

namespace berth::server {
namespace {

using store::FetchKind;
using testing::fails_with;
using testing::json;
using testing::ok;
using testing::StateFolder;

class IntegrationMemoryTest : public ::testing::Test {
 protected:
  IntegrationMemoryTest() {
    store::Instance instance;
    instance.name = "Harbour_1";
    instance.brand = "Harbour";
    EXPECT_TRUE(ok(store::Instances(folder_.database()).add(instance)));
  }

  IntegrationMemory memory(MemoryOwner owner = {.instance = "Harbour_1"}) {
    return {folder_.state(), std::move(owner)};
  }

  StateFolder folder_;
};

// --- the integration context -----------------------------------------------------------------------------------------

struct OwnerRow {
  const char* name;
  MemoryOwner owner;
  bool lasts;
};

const OwnerRow kOwners[] = {
    {"Instance", {.instance = "Harbour_1"}, true},
    {"Fetch", {.instance = "Harbour_1", .is_fetch = true}, true},
    {"NoInstance", {}, false},
    {"Test", {.instance = "Harbour_1", .is_test = true}, false},
};

TEST_F(IntegrationMemoryTest, KeepsTheContextUnderItsVersion) {
  for (const OwnerRow& row : kOwners) {
    SCOPED_TRACE(row.name);
    IntegrationMemory mine = memory(row.owner);
    const auto before = mine.context();
    ASSERT_TRUE(ok(before));
    const Json version = *before->find("version");
    const std::int64_t number = *version.find("version")->as_int();
    ASSERT_TRUE(ok(mine.set_context(json(R"({"a": 1})"), version)));
    const auto after = mine.context();
    ASSERT_TRUE(ok(after));
    EXPECT_EQ(*after->find("context"), json(R"({"a": 1})"));
    EXPECT_EQ(*after->find("version")->find("version"), Json(number + 1));
    // Whoever comes with the version of before has not seen it.
    EXPECT_TRUE(fails_with(mine.set_context(json("{}"), version), Errc::InvalidInput, "set the integration context: "));
    EXPECT_EQ(*mine.context()->find("context"), json(R"({"a": 1})"));
    const bool lasted = *memory().context()->find("context") == json(R"({"a": 1})");
    EXPECT_EQ(lasted, row.lasts);
    ASSERT_TRUE(ok(memory().set_context(Json::object(), Json())));
  }
}

TEST_F(IntegrationMemoryTest, IsEmptyAtFirst) {
  const auto context = memory().context();
  ASSERT_TRUE(ok(context));
  EXPECT_EQ(print_json(*context),
            R"({"context": {}, "version": {"version": 0, "sequenceNumber": 0, "primaryTerm": 1}})");
}

struct VersionRow {
  const char* name;
  const char* version;
  bool sets;
};

const VersionRow kVersions[] = {
    {"Null", "null", true},
    {"MinusOne", R"({"version": -1, "sequenceNumber": -1, "primaryTerm": -1})", true},
    {"NoNumber", R"({"version": "1"})", true},
    {"Same", R"({"version": 1})", true},
    {"Older", R"({"version": 0})", false},
    {"Newer", R"({"version": 2})", false},
    {"FarBelow", R"({"version": -2})", false},
};

TEST_F(IntegrationMemoryTest, TellsVersionsApart) {
  for (const VersionRow& row : kVersions) {
    for (const MemoryOwner& owner : {MemoryOwner{.instance = "Harbour_1"}, MemoryOwner{}}) {
      SCOPED_TRACE(std::string(row.name) + " " + owner.instance);
      StateFolder folder;
      store::Instance instance;
      instance.name = "Harbour_1";
      instance.brand = "Harbour";
      ASSERT_TRUE(ok(store::Instances(folder.database()).add(instance)));
      IntegrationMemory mine(folder.state(), owner);
      ASSERT_TRUE(ok(mine.set_context(json(R"({"old": 1})"), Json())));
      const auto set = mine.set_context(json(R"({"new": 1})"), json(row.version));
      EXPECT_EQ(set.has_value(), row.sets);
      EXPECT_EQ(mine.context()->find("context")->find("new") != nullptr, row.sets);
    }
  }
}

TEST_F(IntegrationMemoryTest, TestSeesNothingAndLeavesNothing) {
  ASSERT_TRUE(ok(memory().set_context(json(R"({"secret": 1})"), Json())));
  IntegrationMemory test = memory({.instance = "Harbour_1", .is_test = true});
  EXPECT_EQ(*test.context()->find("context"), Json::object());
  ASSERT_TRUE(ok(test.set_context(json(R"({"tried": 1})"), Json())));
  test.set_last_run(FetchKind::LastRun, json(R"({"tried": 1})"));
  EXPECT_TRUE(test.fetched().empty());
  EXPECT_EQ(*memory().context()->find("context"), json(R"({"secret": 1})"));
}

TEST_F(IntegrationMemoryTest, NamesAnInstanceThatIsGone) {
  IntegrationMemory gone = memory({.instance = "gone"});
  EXPECT_TRUE(fails_with(gone.set_context(json("{}"), Json()), Errc::NotFound, "gone"));
}

// --- the last run ----------------------------------------------------------------------------------------------------

TEST_F(IntegrationMemoryTest, HoldsBackWhatAFetchSets) {
  IntegrationMemory fetch = memory({.instance = "Harbour_1", .is_fetch = true});
  EXPECT_EQ(*fetch.last_run(FetchKind::LastRun), Json::object());
  fetch.set_last_run(FetchKind::LastRun, json(R"({"time": 1})"));
  fetch.set_last_run(FetchKind::LastRun, json(R"({"time": 2})"));
  fetch.set_last_run(FetchKind::AssetsLastRun, Json());
  EXPECT_EQ(*fetch.last_run(FetchKind::LastRun), json(R"({"time": 2})"));
  EXPECT_EQ(*fetch.last_run(FetchKind::AssetsLastRun), Json());
  EXPECT_EQ(*fetch.last_run(FetchKind::LastMirrorRun), Json::object());
  EXPECT_EQ(fetch.fetched().size(), 2u);
  // Nothing is stored before the run has succeeded.
  EXPECT_EQ(*memory({.instance = "Harbour_1", .is_fetch = true}).last_run(FetchKind::LastRun), Json::object());
  ASSERT_TRUE(ok(store::FetchStates(folder_.database()).set("Harbour_1", fetch.fetched())));
  EXPECT_EQ(*memory({.instance = "Harbour_1", .is_fetch = true}).last_run(FetchKind::LastRun), json(R"({"time": 2})"));
}

TEST_F(IntegrationMemoryTest, HasNoLastRunOutsideAFetch) {
  ASSERT_TRUE(ok(store::FetchStates(folder_.database()).set("Harbour_1", {{FetchKind::LastRun, json(R"({"a": 1})")}})));
  for (const MemoryOwner& owner :
       {MemoryOwner{.instance = "Harbour_1"}, MemoryOwner{.instance = "", .is_fetch = true}, MemoryOwner{}}) {
    IntegrationMemory mine = memory(owner);
    EXPECT_EQ(*mine.last_run(FetchKind::LastRun), Json::object());
    if (!owner.is_fetch) {
      mine.set_last_run(FetchKind::LastRun, json(R"({"b": 2})"));
      EXPECT_TRUE(mine.fetched().empty());
    }
  }
}

}  // namespace
}  // namespace berth::server
