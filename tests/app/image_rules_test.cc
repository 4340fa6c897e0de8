#include "berth/app/image_rules.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/result_matchers.h"

namespace berth::app {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::sys_days kToday = 2026y / 11 / 26;
const std::string kDigest = "sha256:" + std::string(64, 'a');

content::Item item_of(const char* source = "Packs/P/Scripts/S/S.yml") {
  content::Item item;
  item.id = "S";
  item.name = "S";
  item.subtype = "python3";
  item.source = source;
  return item;
}

ImageKnowledge here(const char* created = "2026-11-01T00:00:00Z") {
  ImageKnowledge known;
  known.is_here = true;
  known.is_config_known = true;
  known.created = created;
  return known;
}
ImageKnowledge made_here() {
  ImageKnowledge known = here();
  known.is_made_here = true;
  return known;
}
ImageKnowledge deprecated() {
  ImageKnowledge known = here();
  known.is_deprecated = true;
  known.deprecation = "use another";
  return known;
}
ImageKnowledge asked(bool is_there, const char* created) {
  ImageKnowledge known;
  known.is_there = is_there;
  known.created = created;
  known.not_asked = "only the tag was asked for";
  return known;
}

std::string rules_of(const RuleAnswer& answer) {
  std::string text;
  for (const RuleFinding& one : answer.findings) text += std::string(text.empty() ? "" : " ") + std::string(one.rule);
  for (const NotLookedUp& one : answer.not_looked_up) {
    text += std::string(text.empty() ? "?" : " ?") + std::string(one.rule);
  }
  return text;
}

// Rules that find something, and with a question mark those that cannot know.
struct Judged {
  const char* name;
  std::string image;
  ImageKnowledge known;
  const char* rules;
};
const Judged kJudged[] = {
    {"Right", "demisto/python3:3.10.1", here(), ""},
    {"Latest", "demisto/python3:latest", here(), "DO100"},
    {"LatestByDigest", "demisto/python3:latest@" + kDigest, here(), ""},
    {"LatestWithinATag", "demisto/python3:1-latest", here(), ""},
    {"LatestOfARegistryWithAPort", "registry.example:5000/demisto/a:latest", here(), "DO100 DO101"},
    {"APortIsNoTag", "registry.example:5000/demisto/a", here(), "DO101 DO103"},
    {"TheOtherOrganisation", "demistoextended/a:1", here(), ""},
    {"AnotherOrganisation", "library/python:3", here(), "DO101"},
    {"NoOrganisation", "python:3", here(), "DO101"},
    {"ALookAlike", "dernisto/python3:1", here(), "DO101"},
    {"AnOrganisationThatBeginsSo", "demistoish/python3:1", here(), "DO101"},
    {"ANameWithSlashes", "demisto/group/python3:1", here(), ""},
    {"OfTheVendorsMirror", "gcr.io/xsoar-registry/demisto/python3:1", here(), ""},
    {"OfAnotherMirror", "gcr.io/other/demisto/python3:1", here(), "DO101"},
    {"WithTheRegistryWrittenOut", "docker.io/demisto/python3:1", here(), ""},
    {"MadeHere", "python3:3.11.2.1", made_here(), ""},
    {"MadeHereWithoutTag", "python3", made_here(), "DO103"},
    {"Native", "demisto/py3-native:8.2.0.1", here(), "DO102"},
    {"NativeByDigest", "demisto/py3-native@" + kDigest, here(), "DO102"},
    {"NativeOfAnother", "localhost/py3-native:1", made_here(), ""},
    {"WithoutTag", "demisto/python3", here(), "DO103"},
    {"ByDigest", "demisto/python3@" + kDigest, here(), ""},
    {"Deprecated", "demisto/python3:1", deprecated(), "DO105"},
    {"Old", "demisto/python3:1", here("2026-08-25T23:59:59Z"), "DO106"},
    {"ThreeMonthsToTheDay", "demisto/python3:1", here("2026-08-26T00:00:00Z"), ""},
    {"WithoutTime", "demisto/python3:1", here(""), ""},
    {"OfABuildThatSetsAllTimes", "demisto/python3:1", here("1970-01-01T00:00:00Z"), ""},
    {"NobodyAsked", "demisto/python3:1", ImageKnowledge(), "?DO103 ?DO105 ?DO106"},
    {"NotInTheRegistry", "demisto/python3:1", asked(false, ""), "DO103 ?DO105 ?DO106"},
    {"InTheRegistry", "demisto/python3:1", asked(true, "2026-11-01T00:00:00Z"), "?DO105"},
    {"InTheRegistryAndOld", "demisto/python3:1", asked(true, "2026-01-01T00:00:00Z"), "DO106 ?DO105"},
    {"LatestWithNobodyAsked", "demisto/python3:latest", ImageKnowledge(), "DO100 ?DO103 ?DO105 ?DO106"},
};
class ImageRuleTable : public ::testing::TestWithParam<Judged> {};
TEST_P(ImageRuleTable, Finds) {
  const auto reference = image::parse_reference(GetParam().image);
  ASSERT_TRUE(testing::ok(reference));
  const RuleAnswer answer = judge_image(item_of(), &*reference, GetParam().known, {image::default_trust(), {}, kToday});
  EXPECT_EQ(rules_of(answer), GetParam().rules);
  for (const RuleFinding& one : answer.findings) EXPECT_NE(one.reason.find("; "), std::string::npos) << "no remedy";
  for (const NotLookedUp& one : answer.not_looked_up) EXPECT_FALSE(one.reason.empty());
}
INSTANTIATE_TEST_SUITE_P(Table, ImageRuleTable, ::testing::ValuesIn(kJudged), [](auto& row) { return row.param.name; });

TEST(ImageRules, AreForPythonItemsThatRun) {
  const image::Reference bad = *image::parse_reference("x/y:latest");
  const RuleSettings settings{image::default_trust(), {}, kToday};
  content::Item shell = item_of();
  shell.language = content::Language::JavaScript;
  EXPECT_EQ(rules_of(judge_image(shell, &bad, {}, settings)), "");
  content::Item module = item_of("Packs/ApiModules/Scripts/XApiModule/XApiModule.yml");
  EXPECT_EQ(rules_of(judge_image(module, &bad, {}, settings)), "");
  module = item_of();
  module.id = "XApiModule";
  EXPECT_EQ(rules_of(judge_image(module, &bad, {}, settings)), "");
  // A checkout in a folder of that name is no API module.
  const content::Item item = item_of("/home/apimodule/Packs/P/Scripts/S/S.yml");
  EXPECT_EQ(rules_of(judge_image(item, &bad, here(), settings)), "DO100 DO101");
}

TEST(ImageRules, NoImageIsNamedOnlyWhereOneCouldBe) {
  const RuleSettings settings{image::default_trust(), {}, kToday};
  const RuleAnswer answer = judge_image(item_of(), nullptr, {}, settings);
  ASSERT_EQ(rules_of(answer), "DO104");
  EXPECT_NE(answer.findings[0].reason.find("set-image 'S' --python 3"), std::string::npos);
  EXPECT_EQ(rules_of(judge_image(item_of("x.py"), nullptr, {}, settings)), "");
}

TEST(ImageRules, ATrustedOrganisationIsNoForeignOne) {
  image::TrustPolicy trust = image::default_trust();
  trust.organisations.push_back(*image::parse_trusted_organisation("registry.example:5000/mine"));
  const image::Reference mine = *image::parse_reference("registry.example:5000/mine/a:1");
  EXPECT_EQ(rules_of(judge_image(item_of(), &mine, here(), {trust, {}, kToday})), "");
  EXPECT_EQ(rules_of(judge_image(item_of(), &mine, here(), {image::default_trust(), {}, kToday})), "DO101");
}

TEST(DeprecatedList, DecidesWithoutARegistry) {
  const auto list = parse_deprecated_images(
      R"([{"image_name": "demisto/old", "reason": "use demisto/new", "created_time_utc": "x"}, {"image_name": "demisto/b"}])",
      "f");
  ASSERT_TRUE(testing::ok(list));
  const RuleSettings settings{image::default_trust(), *list, kToday};
  const image::Reference old = *image::parse_reference("demisto/old:1");
  const RuleAnswer answer = judge_image(item_of(), &old, {}, settings);
  EXPECT_EQ(rules_of(answer), "DO105 ?DO103 ?DO106");
  EXPECT_NE(answer.findings[0].reason.find("use demisto/new"), std::string::npos);
  const image::Reference other = *image::parse_reference("demisto/other:1");
  EXPECT_EQ(rules_of(judge_image(item_of(), &other, {}, settings)), "?DO103 ?DO106");
}

struct BadList {
  const char* name;
  const char* text;
  const char* why;
};
const BadList kBadLists[] = {
    {"NoJson", "[", "read the list of deprecated images 'f': "},
    {"NoList", "{}", "it is not a list"},
    {"NoName", "[{}]", "it is empty"},
    {"NoReference", R"([{"image_name": "A"}])", "upper-case"},
};
class BadDeprecatedList : public ::testing::TestWithParam<BadList> {};
TEST_P(BadDeprecatedList, SaysWhy) {
  EXPECT_TRUE(testing::fails_with(parse_deprecated_images(GetParam().text, "f"), Errc::InvalidInput, GetParam().why));
}
INSTANTIATE_TEST_SUITE_P(Table, BadDeprecatedList, ::testing::ValuesIn(kBadLists),
                         [](auto& row) { return row.param.name; });

struct Age {
  const char* created;
  std::chrono::sys_days today;
  std::optional<bool> is_old;
};
TEST(ImageAge, IsThreeMonthsByTheCalendar) {
  const Age ages[] = {
      {"2026-02-28T10:00:00Z", 2026y / 5 / 31, false},
      {"2026-02-27T10:00:00Z", 2026y / 5 / 31, true},
      {"2025-11-25", 2026y / 2 / 26, true},
      {"2025-11-26", 2026y / 2 / 26, false},
      {"2030-01-01", 2026y / 2 / 26, false},
      {"", kToday, std::nullopt},
      {"2026", kToday, std::nullopt},
      {"2026-13-01", kToday, std::nullopt},
      {"yesterday!", kToday, std::nullopt},
      {"1980-01-01", kToday, std::nullopt},
  };
  for (const Age& age : ages) EXPECT_EQ(is_old(age.created, age.today), age.is_old) << age.created;
}

}  // namespace
}  // namespace berth::app
