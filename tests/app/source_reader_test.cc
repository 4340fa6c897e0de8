#include "berth/app/source_reader.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/result_matchers.h"

namespace berth::app {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

image::LockedLibrary source() {
  image::LockedLibrary source;
  source.name = "zz-src";
  source.version = "1.0";
  source.is_wheel = false;
  return source;
}

TEST(SourceReader, ReadsWhatASourceAsksForToBeBuilt) {
  const auto wishes = parse_source_record(
      R"({"requires": ["Colour.ama == 1.0", "setuptools[x]>=40.8", "old==2; python_version < '3'"]})", source());
  ASSERT_TRUE(testing::ok(wishes));
  ASSERT_EQ(wishes->size(), 3U);
  EXPECT_EQ((*wishes)[0].text, "Colour.ama == 1.0");
  EXPECT_EQ((*wishes)[0].facts.package.name, "colour-ama");
  EXPECT_EQ((*wishes)[0].facts.package.version, "1.0");
  EXPECT_EQ((*wishes)[0].facts.package.origin, "to build zz-src 1.0");
  EXPECT_TRUE(is_build_origin((*wishes)[0].facts.package.origin));
  EXPECT_EQ((*wishes)[1].facts.package.version, "");
  EXPECT_EQ((*wishes)[2].facts.package.version, "");  // another one may be taken
  const auto none = parse_source_record(R"({"requires": []})", source());
  ASSERT_TRUE(testing::ok(none));
  EXPECT_TRUE(none->empty());
  EXPECT_EQ(record_name(source()), "zz-src-1.0.json");
}

TEST(SourceReader, RefusesWhatPipCouldTakeFromElsewhere) {
  for (const char* wish : {"a @ https://example.com/a.zip", "--index-url=https://example.com", "-r other.txt", "./here",
                           "a\\n--pre", "a; x\\n--pre", "\\u0430bc", "a b", ""}) {
    SCOPED_TRACE(wish);
    const auto wishes = parse_source_record(fmt::format(R"({{"requires": ["{}"]}})", wish), source());
    ASSERT_FALSE(wishes);
    EXPECT_EQ(wishes.error().code(), Errc::Denied);
    EXPECT_THAT(std::string(wishes.error().message()),
                AllOf(HasSubstr("'zz-src' 1.0 asks for '"), HasSubstr("take a version of it that has a wheel")));
  }
  for (const char* record : {"", "[]", "{}", R"({"requires": "a"})", R"({"requires": [1]})"}) {
    SCOPED_TRACE(record);
    EXPECT_FALSE(parse_source_record(record, source()));
  }
}

TEST(SourceReader, StandsBeforeTheCodeOfSources) {
  IndexReach reach;
  read_sources_only(reach);
  EXPECT_THAT(reach.environment, ElementsAre("PYTHONPATH=/run/berth/sources"));
  std::vector<std::string> names;
  for (const container::FixedFile& one : reach.files) names.push_back(one.name);
  EXPECT_THAT(names, ElementsAre("sources/sitecustomize.py", "sources/read_source.py"));
}

}  // namespace
}  // namespace berth::app
