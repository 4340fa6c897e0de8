#include "berth/vet/core_metadata.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/result_matchers.h"

namespace berth::vet {
namespace {

using ::testing::ElementsAre;

TEST(CoreMetadata, ReadsTheFieldsOfPep639) {
  const auto read = parse_core_metadata(
      "Metadata-Version: 2.4\r\nName: Example_Thing\r\nVersion: 1.2\r\nLicense-Expression: MIT OR Apache-2.0\r\n"
      "License-File: LICENSE\r\nLicense-File: licenses/NOTICE\r\nClassifier: Programming Language :: Python\r\n"
      "Requires-Dist: requests[socks]>=2; extra == 'x'\r\nRequires-Python: >=3.8\r\nSummary: small\r\n\r\nName: "
      "other\r\n");
  ASSERT_TRUE(testing::ok(read));
  EXPECT_EQ(read->name, "Example_Thing");
  EXPECT_EQ(read->version, "1.2");
  EXPECT_EQ(read->licence_expression, "MIT OR Apache-2.0");
  EXPECT_THAT(read->licence_files, ElementsAre("LICENSE", "licenses/NOTICE"));
  EXPECT_THAT(read->classifiers, ElementsAre("Programming Language :: Python"));
  EXPECT_THAT(read->requires_dist, ElementsAre("requests[socks]>=2; extra == 'x'"));
  EXPECT_EQ(read->requires_python, ">=3.8");
  EXPECT_EQ(read->summary, "small");
}

TEST(CoreMetadata, JoinsLinesOfAField) {
  const auto read = parse_core_metadata(
      "Name: a\nLICENSE: BSD\n        Redistribution and use\n       |  in source\n\t and binary\nVersion: 1\n");
  ASSERT_TRUE(testing::ok(read));
  EXPECT_EQ(read->licence, "BSD\nRedistribution and use\n  in source\nand binary");
}

TEST(CoreMetadata, TakesTheFirstOfSeveral) {
  const auto read =
      parse_core_metadata("Name: a\nName: b\nVersion: 1\nVersion: 2\nLicense:\nLicense: MIT\nLicense: BSD\nX-Own: 1\n");
  ASSERT_TRUE(testing::ok(read));
  EXPECT_EQ(read->name, "a");
  EXPECT_EQ(read->version, "1");
  EXPECT_EQ(read->licence, "MIT");
  EXPECT_THAT(read->licences_again, ElementsAre("BSD"));
}

TEST(CoreMetadata, RepairsBytesThatAreNoText) {
  const auto read = parse_core_metadata("Name: a\nVersion: 1\nSummary: \xff!\n");
  ASSERT_TRUE(testing::ok(read));
  EXPECT_EQ(read->summary, "\xef\xbf\xbd!");
}

struct Bad {
  const char* test;
  std::string text;
  Errc code;
  const char* why;
};

const Bad kBad[] = {
    {"Empty", "", Errc::InvalidInput, "no name or no version"},
    {"NoVersion", "Name: a\n", Errc::InvalidInput, "no name or no version"},
    {"NoField", "Name: a\nVersion: 1\nnonsense\n", Errc::InvalidInput, "line 3 is no field"},
    {"ContinuedFirst", " x\nName: a\n", Errc::InvalidInput, "begins with a continued line"},
    {"TooLong", std::string((8 << 20) + 1, 'a'), Errc::Exhausted, "more than"},
};

class BadMetadata : public ::testing::TestWithParam<Bad> {};

TEST_P(BadMetadata, IsRefusedWithReason) {
  EXPECT_TRUE(testing::fails_with(parse_core_metadata(GetParam().text), GetParam().code, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, BadMetadata, ::testing::ValuesIn(kBad), [](auto& row) { return row.param.test; });

TEST(CoreMetadata, BoundsLines) {
  std::string text = "Name: a\nVersion: 1\n";
  for (int i = 0; i < 100'000; ++i) text += "X: 1\n";
  EXPECT_TRUE(testing::fails_with(parse_core_metadata(text), Errc::Exhausted, "lines"));
}

}  // namespace
}  // namespace berth::vet
