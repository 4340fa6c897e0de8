#include "berth/net/network_profile.h"

#include <gmock/gmock.h>

#include "tests/support/result_matchers.h"

namespace berth::net {
namespace {

using ::testing::HasSubstr;

struct TextRow {
  const char* name;
  const char* text;
  Reach reach;
  const char* printed;
};

constexpr TextRow kTexts[] = {
    {"none", "none", Reach::None, "none"},
    {"egress", "egress", Reach::Egress, "egress"},
    {"proxy", "proxy", Reach::Proxy, "proxy"},
    {"list", "API.example.com.:443,192.0.2.7:8443,[2001:db8::7]:1", Reach::AllowList,
     "api.example.com:443,192.0.2.7:8443,[2001:db8::7]:1"},
};

class NetworkProfileText : public ::testing::TestWithParam<TextRow> {};

TEST_P(NetworkProfileText, IsReadAndPrinted) {
  const TextRow& row = GetParam();
  const auto profile = parse_network_profile(row.text);
  ASSERT_TRUE(testing::ok(profile));
  EXPECT_EQ(profile->reach, row.reach);
  EXPECT_EQ(to_text(*profile), row.printed);
  const auto again = parse_network_profile(to_text(*profile));
  ASSERT_TRUE(testing::ok(again));
  EXPECT_EQ(*again, *profile);
}

INSTANTIATE_TEST_SUITE_P(Rows, NetworkProfileText, ::testing::ValuesIn(kTexts),
                         [](const auto& row) { return row.param.name; });

TEST(NetworkProfile, SaysWhatIsAccepted) {
  for (const char* text : {"", "all", "None", "api.example.com", "api.example.com:", ":443", "10.0.0.1:0", "127.1:80",
                           "none,egress", "api.example.com:443,", "a:1:2"}) {
    EXPECT_TRUE(testing::fails_with(parse_network_profile(text), Errc::InvalidInput, "none, egress, proxy, or a list"))
        << text;
  }
}

NetworkProfile profile(const char* text) {
  auto read = parse_network_profile(text);
  EXPECT_TRUE(testing::ok(read));
  return *std::move(read);
}

struct WithinRow {
  const char* name;
  const char* inner;
  const char* outer;
  bool is_within;
};

constexpr WithinRow kWithin[] = {
    {"none_in_none", "none", "none", true},
    {"none_in_list", "none", "a.example:1", true},
    {"egress_in_none", "egress", "none", false},
    {"list_in_egress", "a.example:1", "egress", true},
    {"list_in_none", "a.example:1", "none", false},
    {"egress_in_list", "egress", "a.example:1", false},
    {"proxy_in_egress", "proxy", "egress", true},
    {"proxy_in_list", "proxy", "a.example:1", false},
    {"list_in_proxy", "a.example:1", "proxy", false},
    {"same_list", "a.example:1", "a.example:1,b.example:2", true},
    {"other_port", "a.example:2", "a.example:1", false},
    {"port_in_range", "a.example:8001", "a.example:8000-8010", true},
    {"wider_range", "a.example:8000-8011", "a.example:8000-8010", false},
    {"name_below", "www.a.example:1", "*.a.example:1", true},
    {"name_itself", "a.example:1", "*.a.example:1", false},
    {"names_below", "*.www.a.example:1", "*.a.example:1", true},
    {"names_above", "*.a.example:1", "*.www.a.example:1", false},
    {"pattern_in_name", "*.a.example:1", "a.example:1", false},
    {"address_in_range", "10.1.2.3:1", "10.0.0.0/8:1", true},
    {"range_in_address", "10.0.0.0/8:1", "10.0.0.1:1", false},
    {"address_for_name", "10.0.0.1:1", "a.example:1", false},
    {"one_of_two", "a.example:1,c.example:1", "a.example:1,b.example:1", false},
};

class Within : public ::testing::TestWithParam<WithinRow> {};

TEST_P(Within, IsDecided) {
  const WithinRow& row = GetParam();
  EXPECT_EQ(is_within(profile(row.inner), profile(row.outer)), row.is_within);
}

INSTANTIATE_TEST_SUITE_P(Rows, Within, ::testing::ValuesIn(kWithin), [](const auto& row) { return row.param.name; });

TEST(DecideProfile, AsksTheCommandLineFirst) {
  ProfileWishes wishes{profile("egress"), profile("none"), profile("none"), profile("none")};
  const DecidedProfile decided = decide_profile(wishes);
  EXPECT_EQ(to_text(decided.profile), "egress");
  EXPECT_EQ(decided.reason, "--network");
  EXPECT_TRUE(decided.by_operator);
  wishes.command_line.reset();
  EXPECT_EQ(decide_profile(wishes).reason, "network.items");
}

TEST(DecideProfile, LetsAnItemNarrowAlone) {
  const DecidedProfile narrowed = decide_profile({{}, {}, profile("a.example:1"), profile("egress")});
  EXPECT_EQ(to_text(narrowed.profile), "a.example:1");
  EXPECT_FALSE(narrowed.by_operator);
  EXPECT_EQ(narrowed.warning, "");

  const DecidedProfile refused = decide_profile({{}, {}, profile("egress"), profile("none")});
  EXPECT_EQ(to_text(refused.profile), "none");
  EXPECT_THAT(refused.warning, HasSubstr("'egress'"));
  EXPECT_THAT(refused.warning, HasSubstr("network.items"));

  // What the operator says of an item by name goes before the item.
  const DecidedProfile allowed = decide_profile({{}, profile("egress"), profile("none"), profile("none")});
  EXPECT_EQ(to_text(allowed.profile), "egress");
  EXPECT_EQ(allowed.warning, "");
}

}  // namespace
}  // namespace berth::net
