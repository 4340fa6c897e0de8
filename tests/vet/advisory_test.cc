#include "berth/vet/advisory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "berth/vet/severity.h"
#include "tests/support/result_matchers.h"

namespace berth::vet {
namespace {

using ::testing::ElementsAre;
using testing::fails_with;
using ::testing::HasSubstr;
using testing::ok;

struct Vector {
  const char* name;
  const char* vector;
  double score;  // -1: none
};

// Scores as the specification's calculator gives them.
const Vector kVectors[] = {
    {"Worst", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0},
    {"Critical", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8},
    {"High", "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", 7.5},
    {"ScriptInPage", "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1},
    {"Changed", "CVSS:3.1/AV:N/AC:L/PR:L/UI:R/S:C/C:L/I:L/A:N", 5.4},
    {"Local", "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N", 1.8},
    {"Physical", "CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:C/C:L/I:L/A:L", 4.3},
    {"NoImpact", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0},
    {"WithMore", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P/RL:O", 9.8},
    {"Four", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", -1},
    {"Two", "AV:N/AC:L/Au:N/C:P/I:P/A:P", -1},
    {"Missing", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H", -1},
    {"Twice", "CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", -1},
    {"NoValue", "CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", -1},
    {"Empty", "", -1},
};

class CvssVector : public ::testing::TestWithParam<Vector> {};

TEST_P(CvssVector, HasItsScore) {
  const auto score = cvss3_base_score(GetParam().vector);
  if (GetParam().score < 0) {
    EXPECT_EQ(score, std::nullopt);
    EXPECT_EQ(severity_of_vector(GetParam().vector).level, SeverityLevel::Unknown);
    EXPECT_EQ(severity_of_vector(GetParam().vector).from, GetParam().vector);
    return;
  }
  ASSERT_TRUE(score.has_value());
  EXPECT_DOUBLE_EQ(*score, GetParam().score);
}

INSTANTIATE_TEST_SUITE_P(Table, CvssVector, ::testing::ValuesIn(kVectors),
                         [](const auto& row) { return row.param.name; });

TEST(Severity, HasLevelsAndWords) {
  EXPECT_EQ(level_of_score(0.1), SeverityLevel::Low);
  EXPECT_EQ(level_of_score(3.9), SeverityLevel::Low);
  EXPECT_EQ(level_of_score(4.0), SeverityLevel::Medium);
  EXPECT_EQ(level_of_score(8.9), SeverityLevel::High);
  EXPECT_EQ(level_of_score(9.0), SeverityLevel::Critical);
  EXPECT_EQ(level_of_word("MODERATE"), SeverityLevel::Medium);
  EXPECT_EQ(level_of_word("High"), SeverityLevel::High);
  EXPECT_EQ(level_of_word("bad"), SeverityLevel::Unknown);
  const Severity known = {SeverityLevel::Low, 1.0, "x"};
  EXPECT_EQ(graver(known, {}), known);
  EXPECT_EQ(graver({SeverityLevel::Low, 2.0, "y"}, known).score, 2.0);
}

constexpr const char* kRecord = R"({
  "id": "PYSEC-2024-1", "aliases": ["CVE-2024-1", "GHSA-aaaa-bbbb-cccc"], "summary": "It does harm.\nSecond line",
  "modified": "2024-10-10T00:00:00Z",
  "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
  "affected": [
    {"package": {"ecosystem": "PyPI", "name": "Some_Package"},
     "ranges": [{"type": "GIT", "events": [{"introduced": "abc"}]},
                {"type": "ECOSYSTEM", "events": [{"introduced": "3.9.0"}, {"fixed": "3.19.1"}, {"introduced": "0"},
                                                 {"fixed": "3.8.1"}, {"introduced": "4.0"}, {"last_affected": "4.2"}]}],
     "versions": ["3.9.0", "4.2"]},
    {"package": {"ecosystem": "Debian:12", "name": "some-source"}, "ranges": [
      {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.2-3+deb12u1"}]}]},
    {"package": {"ecosystem": "npm", "name": "@other/thing"}, "versions": ["1"]}]
})";

// What is past the last limit is not affected, as OSV has it.
TEST(Advisory, EndsAtItsLimit) {
  const auto intervals_of = [](const std::string& events) {
    const auto advisory = parse_advisory(
        R"({"id": "X-1", "modified": "2024-10-10T00:00:00Z", "affected": [{"package": {"ecosystem": "PyPI", "name": "a"},
            "ranges": [{"type": "ECOSYSTEM", "events": [)" +
            events + "]}]}]}",
        "x.json");
    EXPECT_TRUE(ok(advisory));
    return advisory ? advisory->affected.at(0).intervals : std::vector<AffectedInterval>();
  };
  using End = AffectedInterval::End;
  EXPECT_THAT(intervals_of(R"({"introduced": "0"}, {"limit": "2.0"})"),
              ElementsAre(AffectedInterval{"", End::Fixed, "2.0"}));
  EXPECT_THAT(intervals_of(R"({"introduced": "0"}, {"limit": "2.0"}, {"limit": "1.0"}, {"fixed": "1.5"})"),
              ElementsAre(AffectedInterval{"", End::Fixed, "1.5"}));
  EXPECT_THAT(intervals_of(R"({"introduced": "1"}, {"last_affected": "3"}, {"introduced": "4"}, {"limit": "3"})"),
              ElementsAre(AffectedInterval{"1", End::Fixed, "3"}));
  for (const char* open : {"*", "what"}) {
    EXPECT_THAT(intervals_of(R"({"introduced": "0"}, {"limit": "1"}, {"limit": ")" + std::string(open) + "\"}"),
                ElementsAre(AffectedInterval{"", End::Never, ""}));
  }
}

TEST(Advisory, IsReadFromJson) {
  const auto advisory = parse_advisory(kRecord, "x.json");
  ASSERT_TRUE(ok(advisory));
  EXPECT_EQ(advisory->id, "PYSEC-2024-1");
  EXPECT_THAT(advisory->aliases, ElementsAre("CVE-2024-1", "GHSA-aaaa-bbbb-cccc"));
  EXPECT_EQ(advisory->summary, "It does harm.");
  EXPECT_EQ(advisory->severity.level, SeverityLevel::Critical);
  EXPECT_EQ(advisory->severity.score, 9.8);
  EXPECT_FALSE(advisory->is_withdrawn);
  EXPECT_TRUE(advisory->problems.empty());
  ASSERT_EQ(advisory->affected.size(), 2u);
  using End = AffectedInterval::End;
  const AffectedPackage& python = advisory->affected[0];
  EXPECT_EQ(python.name, "some-package");
  EXPECT_THAT(python.intervals,
              ElementsAre(AffectedInterval{"", End::Fixed, "3.8.1"}, AffectedInterval{"3.9.0", End::Fixed, "3.19.1"},
                          AffectedInterval{"4.0", End::LastAffected, "4.2"}));
  const AffectedPackage& debian = advisory->affected[1];
  EXPECT_EQ(debian.ecosystem, Ecosystem::Debian);
  EXPECT_EQ(debian.release, "Debian:12");
  EXPECT_TRUE(contradictions_of(*advisory).empty());
}

TEST(Advisory, IsReadFromYaml) {
  const auto advisory = parse_advisory(R"(
id: PYSEC-2020-9
details: |
  First line.
  Second.
affected:
- package: {name: thing, ecosystem: PyPI}
  ranges:
  - type: ECOSYSTEM
    events: [{introduced: "0"}, {fixed: 1.10}]
  versions: [1.9, 1.1]
withdrawn: "2021-01-01T00:00:00Z"
database_specific: {severity: MODERATE}
)",
                                       "x.yaml");
  ASSERT_TRUE(ok(advisory));
  EXPECT_EQ(advisory->summary, "First line.");
  EXPECT_TRUE(advisory->is_withdrawn);
  EXPECT_EQ(advisory->severity.level, SeverityLevel::Medium);
  EXPECT_EQ(advisory->affected[0].intervals[0].last, "1.10");
  EXPECT_THAT(advisory->affected[0].versions, ElementsAre("1.9", "1.1"));
}

TEST(Advisory, SaysWhereItsVersionsAndItsRangesDisagree) {
  const auto advisory = parse_advisory(R"({"id": "X-1", "affected": [{"package": {"ecosystem": "PyPI", "name": "a"},
      "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "1"}, {"fixed": "2"}]}],
      "versions": ["0.9", "1.5", "2", "2004-odd"]}]})",
                                       "x");
  ASSERT_TRUE(ok(advisory));
  EXPECT_THAT(contradictions_of(*advisory),
              ElementsAre("a: 0.9 is listed, and no range affects it", "a: 2 is listed, and no range affects it"));
}

TEST(Advisory, TakesABoundThatNobodyCanReadAsOpen) {
  const auto advisory = parse_advisory(R"({"id": "X-1", "affected": [{"package": {"ecosystem": "PyPI", "name": "a"},
      "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "one"}, {"fixed": "two"}]}]}]})",
                                       "x");
  ASSERT_TRUE(ok(advisory));
  EXPECT_THAT(advisory->affected[0].intervals, ElementsAre(AffectedInterval{}));
  EXPECT_THAT(advisory->problems, ElementsAre("a: bound 'one' is no version: taken as open",
                                              "a: bound 'two' is no version: taken as open"));
}

struct Bad {
  const char* name;
  const char* text;
  const char* why;
};

const Bad kBad[] = {
    {"List", "[]", "an advisory is an object"},
    {"Empty", "", "an advisory is an object"},
    {"NoId", R"({"affected": []})", "key 'id' is missing"},
    {"IdWithBlank", R"({"id": "a b"})", "key 'id' is missing, or no id"},
    {"AliasesNoList", R"({"id": "X", "aliases": "CVE-1"})", "key 'aliases' is no list"},
    {"AliasNoText", R"({"id": "X", "aliases": [1]})", "key 'aliases' holds what is no text"},
    {"AffectedNoList", R"({"id": "X", "affected": {}})", "key 'affected' is no list"},
    {"NameNone", R"({"id": "X", "affected": [{"package": {"ecosystem": "PyPI", "name": "../x"}}]})",
     "'../x' is no name"},
    {"EventUnknown",
     R"({"id": "X", "affected": [{"package": {"ecosystem": "PyPI", "name": "x"},
         "ranges": [{"type": "ECOSYSTEM", "events": [{"begin": "1"}]}]}]})",
     "holds 'begin', which is no event"},
    {"EventNumber",
     R"({"id": "X", "affected": [{"package": {"ecosystem": "PyPI", "name": "x"},
         "ranges": [{"type": "ECOSYSTEM", "events": [{"fixed": 1}]}]}]})",
     "holds 'fixed', which is no event with a version"},
    {"BrokenJson", R"({"id": )", "x: "},
    {"BrokenYaml", "id: [", "x:"},
};

class BadAdvisory : public ::testing::TestWithParam<Bad> {};

TEST_P(BadAdvisory, IsRefusedWithItsKey) {
  EXPECT_TRUE(fails_with(parse_advisory(GetParam().text, "x"), Errc::InvalidInput, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, BadAdvisory, ::testing::ValuesIn(kBad), [](const auto& row) { return row.param.name; });

TEST(Advisory, IsBounded) {
  std::string many = R"({"id": "X", "affected": [)";
  for (int i = 0; i < 2001; ++i) many += i == 0 ? "{}" : ",{}";
  EXPECT_TRUE(fails_with(parse_advisory(many + "]}", "x"), Errc::Exhausted, "more than 2000"));
  EXPECT_TRUE(fails_with(parse_advisory("{\"id\": " + std::string(100, '[') + std::string(100, ']') + "}", "x"),
                         Errc::Exhausted, ""));
}

}  // namespace
}  // namespace berth::vet
