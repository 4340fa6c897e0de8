#include "berth/store/mirrors.h"

#include "tests/store/state.h"

namespace berth::store {
namespace {

Json json(std::string_view text) { return *parse_json(text); }
Time at(std::int64_t milliseconds) { return Time(std::chrono::milliseconds(milliseconds)); }

class MirrorsTest : public State {
 protected:
  InvestigationId add(std::string_view incident) {
    return investigations_.add({.name = "i", .type = "", .incident = json(incident)})->id;
  }
  std::vector<std::int64_t> waiting(InvestigationId id, const std::vector<std::string>& tags, std::size_t limit = 100) {
    std::vector<std::int64_t> found;
    const auto entries = mirrors_.waiting(id, tags, limit);
    EXPECT_TRUE(testing::ok(entries));
    for (const Entry& one : *entries) found.push_back(one.id.number);
    return found;
  }

  Database database_ = open();
  Investigations investigations_{database_};
  Entries entries_{database_};
  Mirrors mirrors_{database_};
};

using Ids = std::vector<std::int64_t>;

TEST_F(MirrorsTest, KeepWhatIsKnown) {
  const InvestigationId id = add("{}");
  EXPECT_TRUE(mirrors_.get(id)->known.is_null());
  EXPECT_FALSE(mirrors_.get(id)->asked);
  ASSERT_TRUE(testing::ok(mirrors_.set(id, {json(R"({"a": 1})"), std::nullopt})));
  ASSERT_TRUE(testing::ok(mirrors_.set(id, {json(R"({"a": 2})"), at(5)})));
  EXPECT_EQ(mirrors_.get(id)->known, json(R"({"a": 2})"));
  EXPECT_EQ(mirrors_.get(id)->asked, at(5));
  ASSERT_TRUE(testing::ok(mirrors_.set(id, {})));
  EXPECT_TRUE(mirrors_.get(id)->known.is_null());
  EXPECT_FALSE(mirrors_.set(99, {}).has_value());
}

TEST_F(MirrorsTest, GiveEachTaggedEntryOnce) {
  const InvestigationId id = add("{}");
  const InvestigationId other = add("{}");
  std::vector<NewEntry> added(5, {.entry = json("{}"), .parent = "", .call_id = "", .tags = {}});
  added[0].tags = {"comments"};
  added[2].tags = {"x", "comments"};
  added[3].tags = {"Comments"};
  added[4].tags = {"notes", "comments"};
  ASSERT_TRUE(testing::ok(entries_.add(id, added)));
  ASSERT_TRUE(testing::ok(entries_.add(other, added)));
  EXPECT_EQ(waiting(id, {}), Ids());
  EXPECT_EQ(waiting(id, {"comments"}), (Ids{1, 3, 5}));
  EXPECT_EQ(waiting(id, {"comments"}, 2), (Ids{1, 3}));
  EXPECT_EQ(waiting(id, {"comments", "notes"}), (Ids{1, 3, 5}));
  EXPECT_EQ(waiting(id, {"]\"'"}), Ids());
  ASSERT_TRUE(testing::ok(mirrors_.mark({{3, id}, {1, id}})));
  ASSERT_TRUE(testing::ok(mirrors_.mark({{3, id}})));
  EXPECT_EQ(waiting(id, {"comments"}), (Ids{5}));
  EXPECT_EQ(waiting(other, {"comments"}), (Ids{1, 3, 5}));
  // A tag that comes late is seen as well.
  ASSERT_TRUE(testing::ok(entries_.set_tags({2, id}, {"comments"})));
  EXPECT_EQ(waiting(id, {"comments"}), (Ids{2, 5}));
  EXPECT_FALSE(mirrors_.mark({{2, id}, {99, id}}).has_value());
  EXPECT_EQ(waiting(id, {"comments"}), (Ids{2, 5}));
}

}  // namespace
}  // namespace berth::store
