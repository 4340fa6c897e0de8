#include "berth/vet/name_findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/result_matchers.h"

namespace berth::vet {
namespace {

using ::testing::HasSubstr;

Package python(const char* name) { return make_package(Ecosystem::PyPI, name, "", "command line"); }

std::vector<Finding> about(const char* name, const Standing& standing = {}) {
  static const LookAlikes look_alikes(PopularNames::built_in(), ModuleNames::built_in());
  return findings_about_name(python(name), MaliciousNames::built_in(), look_alikes, standing);
}

TEST(NameFindings, TellTargetRuleAndRank) {
  const auto findings = about("Reqeusts_");
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].rule, "name.invalid");
  const auto squat = about("requsets");
  ASSERT_EQ(squat.size(), 1U);
  EXPECT_EQ(squat[0].verdict, Verdict::Refuse);
  EXPECT_EQ(squat[0].rule, "name.look-alike");
  EXPECT_THAT(squat[0].evidence, HasSubstr("'requests', rank 7"));
  EXPECT_THAT(squat[0].evidence, HasSubstr("shuffled"));
  EXPECT_THAT(squat[0].remedy, HasSubstr("write that"));
}

TEST(NameFindings, AskWhereTheNameIsKnown) {
  const auto findings = about("requestss", {.age = std::chrono::days(4000), .releases = 99});
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].verdict, Verdict::Ask);
}

TEST(NameFindings, RefuseEachNameOfTheOriginalsStory) {
  for (const char* name : {"acqusition", "apidev-coop", "bzip", "crypt", "django-server", "pwd", "setup-tools",
                           "telnet", "urlib3", "urllib"}) {
    const auto findings = about(name);
    ASSERT_FALSE(findings.empty()) << name;
    EXPECT_EQ(findings[0].rule, "name.malicious") << name;
    EXPECT_EQ(findings[0].verdict, Verdict::Refuse) << name;
    EXPECT_THAT(findings[0].evidence, HasSubstr("sk-csirt-2017"));
  }
}

TEST(NameFindings, RefuseOtherAlphabets) {
  const auto findings = about("requ\xd0\xb5sts");
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].rule, "name.invalid");
}

TEST(NameFindings, SayNothingOfHonestNamesAndDistributions) {
  EXPECT_TRUE(about("mechanize").empty());
  const auto wget = make_package(Ecosystem::Debian, "urllib", "1", "dpkg");
  static const LookAlikes look_alikes(PopularNames::built_in(), ModuleNames::built_in());
  EXPECT_TRUE(findings_about_name(wget, MaliciousNames::built_in(), look_alikes).empty());
}

struct Origin {
  const char* test;
  NameOrigin origin;
  const char* rule;  // empty: nothing is found
};

const Origin kOrigins[] = {
    {"Public", {.is_on_public_index = true}, ""},
    {"NobodyAsked", {}, ""},
    {"Unknown", {.is_on_public_index = false}, "name.unknown"},
    {"PrivateAndTaken", {.is_private = true, .is_on_public_index = true}, "name.confusion"},
    {"PrivateAndFree", {.is_private = true, .is_on_public_index = false}, "name.free"},
    {"PrivateOfAListThatAsksMore", {.is_private = true, .taken_from = "list:1 takes it from 'a', 'b'"}, "name.free"},
    {"PublicOfAListThatAsksMore", {.taken_from = "list:1 takes it from 'a', 'b'"}, ""},
    {"PrivateAlone", {.is_private = true, .is_public_asked = false, .is_on_public_index = true}, ""},
};

class OriginOfName : public ::testing::TestWithParam<Origin> {};

TEST_P(OriginOfName, IsJudged) {
  const auto findings = findings_about_origin(python("acme-tools"), GetParam().origin);
  EXPECT_EQ(findings.empty() ? "" : findings[0].rule, GetParam().rule);
  for (const Finding& one : findings) {
    EXPECT_EQ(one.verdict, Verdict::Refuse);
    EXPECT_FALSE(one.remedy.empty());
  }
}

INSTANTIATE_TEST_SUITE_P(Table, OriginOfName, ::testing::ValuesIn(kOrigins), [](auto& row) { return row.param.test; });

TEST(NameLists, ReadWhatIsWellFormed) {
  const auto popular = PopularNames::parse("# source\nrequests\r\nnumpy\n\nrequests\n");
  ASSERT_TRUE(testing::ok(popular));
  EXPECT_EQ(popular->rank_of("numpy"), 2);
  EXPECT_EQ(popular->rank_of("requests"), 1);
  EXPECT_EQ(popular->rank_of("flask"), std::nullopt);
  const auto malicious = MaliciousNames::parse("evil\tsomebody\nworse\n");
  ASSERT_TRUE(testing::ok(malicious));
  EXPECT_EQ(malicious->source_of("evil"), "somebody");
  EXPECT_EQ(malicious->source_of("worse"), "");
  EXPECT_EQ(malicious->source_of("good"), std::nullopt);
  const auto modules = ModuleNames::parse("yaml\tpyyaml\nos\t-\n");
  ASSERT_TRUE(testing::ok(modules));
  EXPECT_EQ(modules->package_of("yaml"), "pyyaml");
  EXPECT_EQ(modules->package_of("os"), "");
}

TEST(NameLists, SayWhichLineIsWrong) {
  EXPECT_TRUE(testing::fails_with(PopularNames::parse("a\nPyYAML\n"), Errc::InvalidInput, "line 2"));
  EXPECT_TRUE(testing::fails_with(PopularNames::parse("a b\n"), Errc::InvalidInput, "line 1"));
  EXPECT_TRUE(testing::fails_with(MaliciousNames::parse("x\n\n-\tme\n"), Errc::InvalidInput, "line 3"));
  EXPECT_TRUE(testing::fails_with(ModuleNames::parse("yaml\n"), Errc::InvalidInput, "line 1"));
  EXPECT_TRUE(testing::fails_with(ModuleNames::parse("yaml\t\n"), Errc::InvalidInput, "line 1"));
}

}  // namespace
}  // namespace berth::vet
