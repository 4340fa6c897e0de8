#include "berth/server/entitlements.h"

#include <gmock/gmock.h>

#include "tests/server/scene.h"

namespace berth::server {
namespace {

using testing::fails_with;
using testing::json;
using testing::ok;
using testing::StateFolder;

// Investigation 2 asks; the answer comes back in a playground, as to a long-running integration.
class Entitlements : public ::testing::Test {
 protected:
  std::string give(const char* args) {
    const BuiltInCommand* command = find_built_in("addEntitlement");
    const Json given = json(args);
    const auto entries =
        command->run(CommandArguments(command->name, given), {asking_, folder_.state(), script_, asker_});
    if (!entries) return "error: " + entries.error().message();
    return entries->front().text_or("Contents", "?");
  }
  Result<Json> answer(const std::string& guid, const char* incident = "2") {
    Json args = Json::object();
    args.set("incidentID", incident).set("guid", guid).set("taskID", "").set("email", "a@x.example");
    args.set("content", "Yes");
    return handle_entitlement(args, {playground_, folder_.state(), script_, answerer_});
  }
  std::vector<Json> kept() {
    auto entries = asking_.entries({});
    EXPECT_TRUE(ok(entries));
    return entries.value_or(std::vector<Json>());
  }

  StateFolder folder_;
  testing::NoScript script_;
  Playground playground_;
  Caller asker_ = testing::script();
  Caller answerer_ = testing::integration();
  StoredInvestigation asking_ = folder_.add_investigation("asking", json("{}"));
};

TEST_F(Entitlements, BringOneAnswerWithItsTag) {
  const std::string guid = give(R"({"persistent": "false", "replyEntriesTag": "reply"})");
  EXPECT_EQ(guid.size(), 36u);
  ASSERT_TRUE(ok(answer(guid)));
  ASSERT_EQ(kept().size(), 1u);
  EXPECT_EQ(kept()[0].text_or("Contents", "?"), "a@x.example: Yes");
  EXPECT_EQ(print_json(*kept()[0].find("Tags")), R"(["reply"])");
  EXPECT_TRUE(fails_with(answer(guid), Errc::NotFound, "there is no entitlement"));
  EXPECT_EQ(kept().size(), 1u);
}

TEST_F(Entitlements, ThatPersistBringMany) {
  const std::string guid = give(R"({"persistent": true})");
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(ok(answer(guid)));
  EXPECT_EQ(kept().size(), 3u);
}

TEST_F(Entitlements, AreThoseOfOneInvestigation) {
  folder_.add_investigation("another", json("{}"));
  const std::string guid = give("{}");
  EXPECT_NE(guid, give("{}"));
  EXPECT_TRUE(fails_with(answer(guid, "3"), Errc::NotFound, "in investigation 3"));
  EXPECT_TRUE(fails_with(answer(guid, "1"), Errc::NotFound, "in this run"));
  EXPECT_TRUE(fails_with(answer(guid, "99"), Errc::NotFound, "there is no investigation 99"));
  EXPECT_TRUE(fails_with(answer(guid, "x"), Errc::InvalidInput, "'x'"));
  EXPECT_TRUE(ok(answer(guid)));
}

TEST_F(Entitlements, LastUntilTheAnswerIsKept) {
  Entitlement given{"guid", false, std::string(2 << 20, 't')};  // a tag that no entry can have
  ASSERT_TRUE(ok(asking_.add_entitlement(given)));
  const Json args = json(R"({"incidentID": "2", "guid": "guid", "content": "Yes"})");
  // In the investigation itself as well as from elsewhere.
  for (Investigation* where : std::initializer_list<Investigation*>{&asking_, &playground_, &asking_}) {
    EXPECT_TRUE(fails_with(handle_entitlement(args, {*where, folder_.state(), script_, answerer_}), Errc::Exhausted,
                           "tags of an entry"));
  }
  EXPECT_TRUE(kept().empty());
}

TEST_F(Entitlements, OfAFullPlaygroundLast) {
  ASSERT_TRUE(ok(playground_.add_entitlement({"guid", false, ""})));
  std::vector<NewEntry> entries(Playground::kMostEntries, {Json::object(), std::nullopt});
  ASSERT_TRUE(ok(playground_.post(entries, {.call_id = "", .parent = "", .merges_outputs = false}, script_)));
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(fails_with(answer("guid", "1"), Errc::Exhausted, "entries of a run"));
}

TEST_F(Entitlements, AskForATruth) {
  EXPECT_EQ(give(R"({"persistent": "perhaps"})"),
            "error: command 'addEntitlement': argument 'persistent' is neither true nor false");
}

}  // namespace
}  // namespace berth::server
