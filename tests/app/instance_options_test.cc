#include "berth/app/instance_options.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/support/result_matchers.h"

namespace berth::app {
namespace {

TEST(InstanceOptions, AreReadAsTheyWereWritten) {
  InstanceOptions options;
  options.network = net::parse_network_profile("api.example.com:443,10.0.0.8:22").value();
  options.allowed = {parse_allowed("10.1.0.0/16").value(), parse_allowed("fd00::1").value()};
  options.source = "/a/b";
  const Json json = to_json(options);
  EXPECT_EQ(print_json(json),
            R"({"network": "api.example.com:443,10.0.0.8:22", "allow": ["10.1.0.0/16", "fd00::1"], "source": "/a/b"})");
  const auto read = parse_instance_options(json);
  ASSERT_TRUE(testing::ok(read));
  EXPECT_EQ(read->network, options.network);
  EXPECT_EQ(read->allowed, options.allowed);
  EXPECT_EQ(read->source, options.source);
}

TEST(InstanceOptions, NoneAreAnEmptyObject) {
  EXPECT_EQ(print_json(to_json({})), "{}");
  const auto read = parse_instance_options(parse_json(R"({"mapping": "other"})").value());
  ASSERT_TRUE(testing::ok(read));
  EXPECT_FALSE(read->network.has_value());
  EXPECT_TRUE(read->allowed.empty());
}

TEST(InstanceOptions, DamagedOnesAreRefused) {
  const auto read = [](const char* json) { return parse_instance_options(parse_json(json).value()); };
  EXPECT_TRUE(testing::fails_with(read(R"({"network": "everything"})"), Errc::Corrupt, "stored options"));
  EXPECT_TRUE(testing::fails_with(read(R"({"allow": [1]})"), Errc::Corrupt, "'allow' holds something that is no text"));
  EXPECT_TRUE(testing::fails_with(read(R"({"allow": ["x"]})"), Errc::Corrupt, "'x' is no address"));
}

TEST(AllowedRange, NamesAreRefusedWithTheRemedy) {
  EXPECT_TRUE(
      testing::fails_with(parse_allowed("appliance.corp"), Errc::InvalidInput, "name a host with --network HOST:PORT"));
}

struct NameRow {
  const char* name;
  std::string text;
  const char* why;  // null: it is good
};

const NameRow kNames[] = {
    {"Plain", "VirusTotal_instance_1", nullptr},
    {"Blanks", "My instance (old)", nullptr},
    {"Utf8", "Größe", nullptr},
    {"OneBar", "a|b", nullptr},
    {"Longest", std::string(200, 'a'), nullptr},
    {"Empty", "", "it is empty"},
    {"TooLong", std::string(201, 'a'), "longer than 200 bytes"},
    {"Comma", "a,b", "it holds a comma, which separates names in 'using'"},
    {"Bars", "a|||b", "it holds '|||'"},
    {"BlankBefore", " a", "it has blanks around it"},
    {"BlankBehind", "a ", "it has blanks around it"},
    {"LineEnd", "a\nb", "characters that cannot be seen"},
    {"Escape", "a\x1b[1m", "characters that cannot be seen"},
    {"NotUtf8", "a\xff", "it is not UTF-8"},
};

class InstanceName : public ::testing::TestWithParam<NameRow> {};

TEST_P(InstanceName, IsChecked) {
  const auto checked = check_instance_name(GetParam().text);
  if (GetParam().why == nullptr) {
    EXPECT_TRUE(testing::ok(checked));
  } else {
    EXPECT_TRUE(testing::fails_with(checked, Errc::InvalidInput, GetParam().why));
  }
}

INSTANTIATE_TEST_SUITE_P(Table, InstanceName, ::testing::ValuesIn(kNames),
                         [](const auto& row) { return row.param.name; });

TEST(DefaultInstanceName, TakesTheFirstFreeNumber) {
  const std::set<std::string> taken = {"X_instance_1", "X_instance_2", "X_instance_4"};
  const auto is_taken = [&](const std::string& name) { return taken.contains(name); };
  EXPECT_EQ(default_instance_name("X", is_taken), "X_instance_3");
  EXPECT_EQ(default_instance_name("Y", is_taken), "Y_instance_1");
}

TEST(DefaultInstanceName, IsAlwaysAName) {
  const auto free = [](const std::string&) { return false; };
  for (const std::string& brand : {std::string("a,b|||c"), std::string("x\ny\x1b"), std::string(500, 'b'),
                                   std::string(99, 'b') + "é", std::string(" a"), std::string()}) {
    EXPECT_TRUE(testing::ok(check_instance_name(default_instance_name(brand, free)))) << brand;
  }
}

}  // namespace
}  // namespace berth::app
