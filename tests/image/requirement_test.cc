#include "berth/image/requirement.h"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"

namespace berth::image {
namespace {

struct Good {
  const char* name;
  const char* text;
  const char* printed;
};

const Good kGood[] = {
    {"NameAlone", "mechanize", "mechanize"},
    {"UpperCase", "PyYAML", "pyyaml"},
    {"Separators", "ruamel_yaml.clib--x", "ruamel-yaml-clib-x"},
    {"Specifier", "requests>=2.31", "requests>=2.31"},
    {"Specifiers", " requests >= 2.31 , < 3 ", "requests<3,>=2.31"},
    {"Bracketed", "requests (>=2.31,<3)", "requests<3,>=2.31"},
    {"Extras", "requests[use_chardet_on_py3, Socks]==2.31.0", "requests[socks,use-chardet-on-py3]==2.31.0"},
    {"NoExtras", "requests[]", "requests"},
    {"Prefix", "a1==2.*", "a1==2.*"},
    {"Arbitrary", "a1===1.0+local", "a1===1.0+local"},
    {"Epoch", "a1~=1!2.0", "a1~=1!2.0"},
    {"Twice", "a1>=1,>=1", "a1>=1"},
};

class GoodRequirement : public ::testing::TestWithParam<Good> {};

TEST_P(GoodRequirement, IsReadAndPrintedInOneForm) {
  const auto read = parse_requirement(GetParam().text);
  ASSERT_TRUE(testing::ok(read));
  EXPECT_EQ(to_string(*read), GetParam().printed);
  const auto again = parse_requirement(to_string(*read));
  ASSERT_TRUE(testing::ok(again));
  EXPECT_EQ(*again, *read);
}

INSTANTIATE_TEST_SUITE_P(Table, GoodRequirement, ::testing::ValuesIn(kGood), [](auto& row) { return row.param.name; });

struct Bad {
  const char* name;
  const char* text;
  const char* why;
};

const Bad kBad[] = {
    {"Empty", "", "begins with no name"},
    {"Option", "--index-url=http://evil.example", "no name of a library"},
    {"ShortOption", "-r/etc/passwd", "no name of a library"},
    {"Path", "./local", "no name of a library"},
    {"EndsBadly", "abc-", "no name of a library"},
    {"Address", "mechanize @ https://evil.example/x.whl", "an address is not taken"},
    {"Marker", "mechanize; python_version < '3'", "a marker is not taken"},
    {"OpenExtra", "a1[socks", "nothing closes its '['"},
    {"BadExtra", "a1[so cks]", "no name of an extra"},
    {"OpenBracket", "a1(>=1", "nothing closes its '('"},
    {"NoVersion", "a1>=", "is no version"},
    {"WordVersion", "a1>=latest", "is no version"},
    {"PrefixOfRange", "a1>=2.*", "'.*' goes with"},
    {"Rest", "a1 >=2 --hash=sha256:00", "is no version specifier"},
    {"Semicolon", "a1>=1;rm", "a marker is not taken"},
    {"Newline", "a1\n--pre", "is no version specifier"},
    {"Utf8", "m\xc3\xa9", "is no version specifier"},
    {"Shell", "$(id)", "begins with no name"},
};

class BadRequirement : public ::testing::TestWithParam<Bad> {};

TEST_P(BadRequirement, IsRefusedWithReason) {
  EXPECT_TRUE(testing::fails_with(parse_requirement(GetParam().text), Errc::InvalidInput, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, BadRequirement, ::testing::ValuesIn(kBad), [](auto& row) { return row.param.name; });

std::string printed(const std::vector<Requirement>& list) {
  std::string text;
  for (const Requirement& one : list) text += to_string(one) + ";";
  return text;
}

TEST(Requirements, AreSplitWhereARequirementEnds) {
  const auto list = parse_requirements("mechanize, requests[socks,x]>=2,<3 ,\n lxml (>=4, <6),,");
  ASSERT_TRUE(testing::ok(list));
  EXPECT_EQ(printed(*list), "lxml<6,>=4;mechanize;requests[socks,x]<3,>=2;");
  const auto none = parse_requirements(" , \n");
  ASSERT_TRUE(testing::ok(none));
  EXPECT_TRUE(none->empty());
}

TEST(Requirements, NameALibraryOnce) {
  EXPECT_TRUE(testing::fails_with(parse_requirements("PyYAML, pyyaml>=1"), Errc::InvalidInput, "stands twice"));
}

TEST(Requirements, AreBounded) {
  std::string text;
  for (int i = 0; i < 501; ++i) text += "a" + std::to_string(i) + ",";
  EXPECT_TRUE(testing::fails_with(parse_requirements(text), Errc::Exhausted, "more than 500"));
}

}  // namespace
}  // namespace berth::image
