// What content takes for granted of incidents and entries: old scripts read it by index.
#include <gtest/gtest.h>

#include "tests/server/scene.h"

namespace berth::server {
namespace {

using testing::json;
using testing::ok;

TEST(UsualFields, OfAnIncidentAreThereAndGiveWay) {
  testing::StateFolder folder;
  StoredInvestigation one = folder.add_investigation("n", json(R"({"details": "seen", "rawJSON": "{}"})"));
  const auto incident = one.incident();
  ASSERT_TRUE(ok(incident));
  EXPECT_EQ(incident->text_or("details", "?"), "seen");
  EXPECT_EQ(incident->text_or("rawJSON", "?"), "{}");
  for (const char* name : {"owner", "phase", "sourceBrand", "closeReason"}) {
    EXPECT_EQ(incident->text_or(name, "?"), "") << name;
  }
  ASSERT_TRUE(ok(one.close("Resolved", "why")));
  EXPECT_EQ(one.incident()->text_or("closeReason", "?"), "Resolved");
}

TEST(UsualFields, OfAPlaygroundsIncidentGiveWayToo) {
  Playground playground;
  playground.set_incident(
      json(R"({"name": "n", "id": "77", "severity": 3, "status": 2, "CustomFields": {"a": 1}, "created": "then"})"));
  const auto incident = playground.incident();
  ASSERT_TRUE(ok(incident));
  EXPECT_EQ(incident->text_or("id", "?"), "77");
  EXPECT_EQ(incident->text_or("created", "?"), "then");
  EXPECT_EQ(*incident->find("severity"), Json(3));
  EXPECT_EQ(*incident->find("status"), Json(2));
  EXPECT_EQ(print_json(*incident->find("CustomFields")), R"({"a": 1})");
  for (const char* name : {"type", "owner", "details", "rawJSON"}) EXPECT_EQ(incident->text_or(name, "?"), "") << name;
  EXPECT_EQ(*incident->find("labels"), Json::array());

  playground.set_incident(Json::object());
  EXPECT_EQ(playground.incident()->text_or("id", "?"), "1");
  EXPECT_EQ(*playground.incident()->find("status"), Json(1));
  EXPECT_EQ(*playground.incident()->find("CustomFields"), Json::object());
  EXPECT_TRUE(playground.incident()->text_or("created", "").ends_with("Z"));
}

TEST(UsualFields, OfAnEntryTellFilesFromOthers) {
  testing::StateFolder folder;
  testing::NoScript script;
  StoredInvestigation one = folder.add_investigation("n");
  auto entries = testing::new_entries(R"([{"Contents": "text"}, {"Type": 3, "File": "a.txt", "Contents": ""}])");
  entries[1].file = NewFile{.name = "a.txt", .bytes = "bytes"};
  ASSERT_TRUE(ok(one.post(entries, {}, script)));
  EXPECT_EQ(one.entry("1@2")->text_or("File", "?"), "");
  EXPECT_EQ(one.entry("2@2")->text_or("File", "?"), "a.txt");
}

}  // namespace
}  // namespace berth::server
