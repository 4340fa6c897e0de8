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
