#include "berth/content/item_choice.h"

#include <gmock/gmock.h>

#include "berth/content/marketplace.h"
#include "berth/content/server_version.h"
#include "tests/support/result_matchers.h"

namespace berth::content {
namespace {

struct Given {
  const char* file;
  const char* from = "";
  const char* to = "";
  bool deprecated = false;
  const char* source = "one";
};

struct Row {
  const char* name;
  std::vector<Given> given;
  const char* chosen;  // its file; null for an error
  Errc code = Errc::Internal;
  const char* why = "";
};

class ChooseItem : public ::testing::TestWithParam<Row> {};

TEST_P(ChooseItem, OnServer8_9) {
  const Row& row = GetParam();
  std::vector<IndexedItem> items;
  for (const Given& given : row.given) {
    IndexedItem item;
    item.yaml = given.file;
    item.from_version = given.from;
    item.to_version = given.to;
    item.deprecated = given.deprecated;
    items.push_back(item);
  }
  std::vector<NamedCandidate> candidates;
  for (std::size_t i = 0; i < items.size(); ++i) candidates.push_back({&items[i], row.given[i].source});
  const auto chosen = choose_item("X", candidates, "8.9.0");
  if (row.chosen == nullptr) {
    EXPECT_TRUE(testing::fails_with(chosen, row.code, row.why));
  } else {
    ASSERT_TRUE(testing::ok(chosen));
    EXPECT_EQ(items[*chosen].yaml, row.chosen);
  }
}

INSTANTIATE_TEST_SUITE_P(
    ItemChoice, ChooseItem,
    ::testing::Values(Row{"One", {{"a"}}, "a"}, Row{"OldAndNew", {{"old", "", "5.9.9"}, {"new", "6.0.0"}}, "new"},
                      Row{"EdgesCount", {{"old", "", "8.9"}, {"new", "8.9.0.1"}}, "old"},
                      Row{"NotDeprecated", {{"a", "", "", true}, {"b"}}, "b"},
                      Row{"OnlyDeprecated", {{"a", "", "", true}}, "a"},
                      Row{"DeprecatedAndTooNew", {{"a", "", "", true}, {"b", "9.0.0"}}, "a"},
                      Row{"BadBound", {{"a", "soon"}, {"b"}}, "b"},
                      Row{"None", {}, nullptr, Errc::NotFound, "no item has this name"},
                      Row{"TooNew",
                          {{"a", "9.0.0"}},
                          nullptr,
                          Errc::Unavailable,
                          "'server.version' is 8.9.0, and 'a' of source 'one' is for 9.0.0 or later"},
                      Row{"TooOld", {{"a", "5.0.0", "5.9.9"}}, nullptr, Errc::Unavailable, "is for 5.0.0 to 5.9.9"},
                      Row{"Clash",
                          {{"a"}, {"b"}},
                          nullptr,
                          Errc::InvalidInput,
                          "'a' of source 'one' and 'b' of source 'one' have the same name; rename one"},
                      Row{"ClashOfSources",
                          {{"a"}, {"b", "", "", false, "two"}},
                          nullptr,
                          Errc::InvalidInput,
                          "name it with its source, as 'one/X'"},
                      Row{"BothDeprecated",
                          {{"a", "", "", true}, {"b", "", "", true}},
                          nullptr,
                          Errc::InvalidInput,
                          "have the same name"}),
    [](const auto& row) { return row.param.name; });

TEST(ServerVersion, ReadsNumbersWithDots) {
  EXPECT_EQ(parse_server_version("6.10")->parts, (std::array<std::uint32_t, 4>{6, 10, 0, 0}));
  EXPECT_LT(*parse_server_version("6.9.9"), *parse_server_version("6.10.0"));
  for (const char* bad : {"", "x", "6.", ".6", "6..1", "1.2.3.4.5", "6.0 ", "-1", "99999999999"}) {
    EXPECT_TRUE(testing::fails_with(parse_server_version(bad), Errc::InvalidInput, "is no version of a server")) << bad;
  }
  EXPECT_TRUE(testing::fails_with(is_in_range({}, "", "x"), Errc::InvalidInput, "key 'toversion'"));
}

TEST(Marketplace, KnowsServersAndSuffixes) {
  EXPECT_EQ(marketplace_of_platform("xsoar"), "xsoar");
  EXPECT_EQ(marketplace_of_platform("x2"), "marketplacev2");
  EXPECT_EQ(marketplace_of_platform("xsoar_hosted"), "xsoar_saas");
  EXPECT_EQ(marketplace_of_platform("unified_platform"), "platform");
  EXPECT_EQ(marketplace_of_platform("xsoar_on_prem"), "xsoar_on_prem");
  EXPECT_EQ(marketplace_of_platform("unheard-of"), "xsoar");
  EXPECT_EQ(marketplace_suffix("name:XSOAR"), "xsoar");
  EXPECT_EQ(marketplace_suffix("a:b"), "");
  EXPECT_EQ(suffix_rank("xsoar_saas", "xsoar_saas"), 2);
  EXPECT_EQ(suffix_rank("xsoar", "xsoar_saas"), 1);
  EXPECT_EQ(suffix_rank("xsoar", "xsoar_on_prem"), 1);
  EXPECT_EQ(suffix_rank("xsoar_saas", "xsoar"), 0);
  EXPECT_EQ(suffix_rank("xsoar", "platform"), 0);
}

}  // namespace
}  // namespace berth::content
